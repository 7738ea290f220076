"""What of a sensitive text may stand on a page, in a list or an export (domain.md 3.5)."""

from __future__ import annotations

from portal.core.i18n import translate
from portal.core.secret import looks_sealed
from portal.core.text import _

KINDS = ("name", "phone", "id", "account", "text")
HIDDEN = "\u203b"
"""※"""
_SOMEBODY = _("某")


def mask(kind: str, text: str) -> str:
    """``name`` surname and 某; ``phone`` first 3 and last 4 of 11 digits; ``id`` first 2 and last 1; ``account`` last 4;
    anything else the first character and ※. What is too short to hide anything is hidden whole. A text that is still
    sealed says nothing."""
    text = text.strip()
    if not text:
        return ""
    if looks_sealed(text):
        return HIDDEN * 3
    match kind:
        case "name":
            return (text[0] if len(text) > 1 else "") + str(translate(_SOMEBODY))
        case "phone":
            digits = "".join(c for c in text if c.isdecimal())[-11:]
            if len(digits) == 11:
                return f"{digits[:3]}****{digits[-4:]}"
            return "****" + (digits[-2:] if len(digits) > 6 else "")
        case "id":
            letters = "".join(text.split())
            return f"{letters[:2]}{'*' * (len(letters) - 3)}{letters[-1]}" if len(letters) > 7 else "*" * 4
        case "account":
            letters = "".join(text.split())
            return "****" + (letters[-4:] if len(letters) > 11 else letters[-2:] if len(letters) > 7 else "")
    return (text[0] if len(text) > 1 else "") + HIDDEN
