"""What may stand in a paper: lengths, characters, and how long it should be."""

from __future__ import annotations

import re
import unicodedata

from portal.campaigns.papers import DocumentTemplate, DocumentType

TITLE, BODY, LINE, WHY = 120, 60_000, 300, 300
"""Most characters of a title, a text (about a hundred pages), a line of names, a reason."""
GENERAL, TASK = 5000, 4000
"""《整治形式主义为基层减负若干规定》: a general paper, and one that orders a single task, should not be longer."""
_LIMITS = {
    DocumentType.SUMMARY: GENERAL,
    DocumentType.REPORT: GENERAL,
    DocumentType.NOTICE: TASK,
    DocumentType.CIRCULAR: TASK,
}
COUNTED = r"[\x21-\x7e]+|[^\s\x00-\x7f]"
"""What WPS and Word count as one: an ideograph or full-width mark, or a run of Latin letters and digits."""
_COUNTED = re.compile(COUNTED)
_HIDDEN = frozenset("\u115f\u1160\u3164\uffa0\u034f\u2800")


def count(text: str) -> int:
    """字数."""
    return sum(1 for _found in _COUNTED.finditer(text))


def limit_of(template: DocumentTemplate) -> int:
    """Characters that it should not exceed; 0 = none."""
    return template.limit or _LIMITS.get(template.type, 0)


def tidy(text: str) -> tuple[str, int]:
    """Without control, bidirectional, zero-width and half characters, and how many those were. Papers are pasted
    from everywhere, so what nobody sees goes without asking; line ends become one kind."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    kept = [
        x
        for x in text
        if x == "\n" or not (unicodedata.category(x) in ("Cc", "Cf", "Cs", "Co", "Cn") or x in _HIDDEN)
    ]
    return "".join(kept), len(text) - len(kept)
