"""The number of a decision to file, compared whatever brackets, widths and blanks people use."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from portal.core.text import Message, Text, _, written

_OPENING = dict.fromkeys(map(ord, "[{<" + written("〔【〈《﹝「『")), "(")
_CLOSING = dict.fromkeys(map(ord, "]}>" + written("〕】〉》﹞」』")), ")")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－"), "-")
_APART = re.compile(r"[;,/|&+]|" + written("[、。和及与至到]"))
_END = written("号")
LONGEST = 60
"""Of a key; a text may grow when its ligatures are spelt out."""
_SIGNS = re.compile(r"(?<![0-9])[^\w()\-]|[^\w()\-](?![0-9])|_")
"""Signs that tell no two numbers apart; between digits they may."""
_SERIAL = re.compile(rf"(?<=[)]){written('第')}?0*(?=[0-9])")
_YEAR = re.compile(r"\((?:19|20)[0-9]{2}\)")
_RANGE = re.compile(r"(?<=\))[0-9]+[-~][0-9]+$")


def number_key(text: str) -> str:
    """``盂公（经）立字[2026]第 012 号`` and ``盂公(经)立字〔2026〕12号`` are one number."""
    plain = "".join(c for c in _plain(text).replace(_END, "") if unicodedata.category(c)[0] not in "MCZ")
    key = _SERIAL.sub("", _SIGNS.sub("", plain))
    return key if len(key) <= LONGEST else hashlib.sha256(key.encode()).hexdigest()[:LONGEST]


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).upper()
    return plain.translate(_OPENING).translate(_CLOSING).translate(_DASHES)


def problem_of(text: str) -> Message | Text | None:
    """Why the field does not hold the number of one case; a second number would be a merged application."""
    plain = _plain(text).strip()
    if not any(c.isdigit() for c in plain):
        return _("台账里的立案决定书文号没有数字，请核对。")
    apart = re.search(r"[0-9]\s+[0-9]", plain) is not None
    plain = re.sub(r"\s", "", plain)
    several = apart or sum(_is_number(p) for p in _APART.split(plain)) > 1
    if (
        several
        or plain.count(_END) > 1
        or len(_YEAR.findall(plain)) > 1
        or _RANGE.search(plain.removesuffix(_END))
    ):
        return Message(
            _("“%(text)s”不止一个文号：一案一申请，不得合并上报。请按案分别申请。"), text=text.strip()[:60]
        )
    return None


def _is_number(part: str) -> bool:
    """A whole number, or the tail of one after a separator (12、13号)."""
    return bool(re.search(rf"[0-9]{_END}?$", part))
