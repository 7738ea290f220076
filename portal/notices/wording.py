"""What a notice says: it stores its source text and plain values, and is put into words when it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from portal.core.clock import SHANGHAI
from portal.core.errors import PortalError
from portal.core.i18n import show_moment
from portal.core.periods import parse_period
from portal.core.text import Message, Text

_INSTANTS = {"due", "when", "by"}


def say(text: str, params: Mapping[str, Any]) -> Message:
    """``form`` and ``title`` are source texts, ``period`` is a key, ``_INSTANTS`` are in ISO 8601."""
    shown = dict(params)
    for name in ("form", "title"):
        if name in shown:
            shown[name] = Text(shown[name])
    if shown.get("period"):
        with suppress(PortalError, ValueError):
            shown["period"] = parse_period(shown["period"]).label
    for name in _INSTANTS & shown.keys():
        with suppress(ValueError):
            shown[name] = show_moment(datetime.fromisoformat(shown[name]).astimezone(SHANGHAI))
    return Message(text, **shown)


def one_line(text: str) -> str:
    """Without line breaks and control characters: for headers, and for lines that must stay lines."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
