"""Short ways to declare the fields of the ledgers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from portal.campaigns import Field, FieldKind, Message, Text, _

PEOPLE = _("人")
PLACES = _("处")
FIRMS = _("家")
ITEMS = _("个")
POST_ONLY = _("只写职务或身份，不写姓名。")
UNIT_NAME = _("写单位名称。")

_MUCH = 1_000_000_000_000
"""100 亿元 in fen: what a county will hardly ever enter, and what yuan typed as 万元 soon come to."""
_WAN = 1_000_000


def wan(fen: int) -> str:
    """Fen as 万元, without trailing zeros."""
    return f"{(Decimal(fen) / 1_000_000).normalize():f}"


def doubt_money(fen: Any) -> Message | None:
    """Amounts are entered in 万元; one that is absurd was probably typed in yuan."""
    if not isinstance(fen, int) or fen < _MUCH:
        return None
    return Message(
        _("%(wan)s 万元即 %(yi)s 亿元；本栏单位是万元，请核对是否按元填写。"),
        wan=f"{fen // _WAN:,}",
        yi=f"{fen // (_WAN * 10_000):,}",
    )


def text(key: str, label: Text, definition: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.TEXT, definition=definition, **more)


def words(key: str, label: Text, definition: Text, **more: Any) -> Field:
    return Field(
        key=key, label=label, kind=FieldKind.LONG_TEXT, max_length=2000, definition=definition, **more
    )


def money(key: str, label: Text, definition: Text, **more: Any) -> Field:
    return Field(
        key=key, label=label, kind=FieldKind.MONEY, unit=_("万元"), definition=definition, warn=doubt_money, **more
    )  # fmt: skip


def count(key: str, label: Text, unit: Text, definition: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.INTEGER, unit=unit, definition=definition, **more)


def day(key: str, label: Text, definition: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.DATE, definition=definition, **more)


def choice(key: str, label: Text, choices: str, definition: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.CHOICE, choices=choices, definition=definition, **more)


def flag(key: str, label: Text, definition: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.FLAG, definition=definition, **more)
