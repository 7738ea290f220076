"""冠字号码: ten characters, letters at place 1 and among places 2 to 5, never V. A doubt only: a fake may bear anything."""

from __future__ import annotations

import re
from typing import Any

from portal.campaigns import Message, _

LENGTH = 10
PREFIX = 6
"""So many characters tell a group of one print: fakes of one denomination that share them are listed together."""
_APART = re.compile(r"[、；;，,\s]+")
_SHAPE = re.compile(r"[A-Z*](?=[0-9A-Z*]{0,3}[A-Z*])[0-9A-Z*]+")


def serials_of(text: str) -> list[str]:
    """The numbers of a cell, in capitals; ``*`` stands for what cannot be read."""
    return [part.upper() for part in _APART.split(text) if part]


def doubt_serials(value: Any) -> Message | None:
    """The first number that no genuine note bears, and why."""
    for serial in serials_of(str(value)):
        if len(serial) > LENGTH:
            text = _("“%(serial)s”有 %(n)s 位，冠字号码只有 10 位。请核对。")
            return Message(text, serial=serial[:20], n=len(serial))
        if "V" in serial:
            return Message(_("“%(serial)s”含字母 V，真币冠字号码不用 V。请核对。"), serial=serial)
        if len(serial) < PREFIX:
            text = _("“%(serial)s”只有 %(n)s 位，不足 6 位，难以比对。看不清的写*。")
            return Message(text, serial=serial, n=len(serial))
        if not _SHAPE.fullmatch(serial):
            text = _("“%(serial)s”不像冠字号码：只用字母和数字，首位是字母，第 2 至 5 位另有字母。请核对。")
            return Message(text, serial=serial)
    return None
