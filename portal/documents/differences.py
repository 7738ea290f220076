"""What a text says differently from an earlier one, sentence by sentence."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

# ends of sentences in Chinese, and of lines; they stay with what they end
_SENTENCE = re.compile("[^\u3002\uff1b\uff01\uff1f\n]*[\u3002\uff1b\uff01\uff1f\n]?")


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """What both say (``same``), what only ``old`` said (``del``), what only ``new`` says (``ins``), in reading order."""
    a, b = _SENTENCE.findall(old), _SENTENCE.findall(new)
    runs: list[tuple[str, str]] = []
    for what, i, j, k, m in SequenceMatcher(None, a, b).get_opcodes():
        if what == "equal":
            runs.append(("same", "".join(a[i:j])))
        else:
            runs += [
                (name, text) for name, text in (("del", "".join(a[i:j])), ("ins", "".join(b[k:m]))) if text
            ]
    return runs
