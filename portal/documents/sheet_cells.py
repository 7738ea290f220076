"""One cell of a sheet that goes out: its value as a spreadsheet holds it, what may be typed there, how it reads."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, FieldKind
from portal.core.clock import SHANGHAI
from portal.core.text import Message, _
from portal.documents.paper import Rule
from portal.documents.workbook import DIVISOR, Kind
from portal.web.declared import show_value

_KINDS = {FieldKind.INTEGER: Kind.NUMBER, FieldKind.DATE: Kind.DATE, FieldKind.MOMENT: Kind.MOMENT}


def cell_value(f: Field, stored: Any, campaign: Campaign) -> tuple[Any, Kind]:
    """The stored value as a spreadsheet holds it, and how it is shown there."""
    if f.kind is FieldKind.MONEY:
        return stored, Kind.WAN if f.unit == _("万元") else Kind.YUAN
    kind = _KINDS.get(f.kind, Kind.TEXT)
    if stored is None or stored == []:
        return None, kind
    match f.kind:
        case FieldKind.INTEGER:
            return stored, kind
        case FieldKind.DATE:
            return date.fromisoformat(stored), kind
        case FieldKind.MOMENT:
            return datetime.fromisoformat(stored).astimezone(SHANGHAI), kind
        case FieldKind.FLAG:
            return str(_("是") if stored else _("否")), kind
        case FieldKind.CHOICES:
            labels = {c.key: str(c.label) for c in campaign.code_list(f.choices).choices}
            return "、".join(labels.get(key, key) for key in stored), kind
        case FieldKind.CHOICE:
            return next(
                (str(c.label) for c in campaign.code_list(f.choices).choices if c.key == stored), stored
            ), kind
    return str(stored), kind


def as_typed(typed: Any, kind: Kind) -> Any:
    """What somebody typed, so that it stands there again: a number in the column's unit, not in fen."""
    if isinstance(typed, int | float) and not isinstance(typed, bool) and kind in DIVISOR:
        return Decimal(str(typed)) * DIVISOR[kind]
    return typed


def rule_of(f: Field, campaign: Campaign) -> Rule | None:
    heading = str(f.label)
    match f.kind:
        case FieldKind.INTEGER:
            text = Message(_("填整数，单位：%(unit)s。没有发生的填 0。"), unit=f.unit or _("个"))
            return Rule(kind="whole", heading=heading, prompt=str(text), low=f.minimum)
        case FieldKind.MONEY:
            text = Message(_("填数字，单位：%(unit)s。没有发生的填 0。"), unit=f.unit)
            return Rule(kind="decimal", heading=heading, prompt=str(text))
        case FieldKind.DATE:
            return Rule(kind="date", heading=heading, prompt=str(_("填日期，例如 2026-09-30。")))
        case FieldKind.MOMENT:
            return Rule(kind="any", heading=heading, prompt=str(_("填日期和时间，例如 2026-09-30 17:40。")))
        case FieldKind.CHOICE:
            choices = [str(c.label) for c in campaign.code_list(f.choices).choices]
            return Rule(kind="list", heading=heading, prompt=str(_("请从下拉列表选择。")), choices=choices)
        case FieldKind.FLAG:
            return Rule(kind="list", choices=(str(_("是")), str(_("否"))))
        case FieldKind.CHOICES:
            labels = "、".join(c.label for c in campaign.code_list(f.choices).choices)
            return Rule(
                kind="any", heading=heading, prompt=str(Message(_("可填几项，用顿号隔开：%(a)s"), a=labels))
            )
    return None


def shown(f: Field, value: Any, campaign: Campaign) -> str:
    """For the difference: the value with its unit."""
    text = show_value(f, value, campaign)
    return f"{text} {f.unit}" if f.unit and value is not None else text
