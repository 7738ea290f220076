"""The list of the ledgers as a workbook: the same rows in the same order, sensitive
fields masked unless somebody asked for them in full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.forms import Field, FieldKind
from portal.core.errors import Invalid
from portal.core.i18n import show_moment
from portal.core.reader import Desk
from portal.core.sealing import open_values
from portal.core.text import Message, Text, _
from portal.documents.workbook import Column, Kind, Sheet, write_workbook
from portal.ledger.listing import Filters, Row, list_records
from portal.web.declared import show_value

MOST_ROWS = 10_000
_WAN = _("万元")


def write_ledgers(
    stream: BinaryIO,
    session: Session,
    campaign: Campaign,
    filters: Filters,
    *,
    desk: Desk,
    now: datetime,
    masked: bool = True,
) -> int:
    """Number of rows written. ``Invalid`` beyond ``MOST_ROWS``: a list nobody can read should be filtered first."""
    rows, more = list_records(session, desk.tenant_id, replace(filters, page=1), MOST_ROWS)
    if more:
        raise Invalid({"q": Message(_("符合条件的超过 %(n)s 条，请先筛选再导出。"), n=MOST_ROWS)})
    by_ledger: dict[str, list[Row]] = {}
    for row in rows:
        by_ledger.setdefault(row.ledger, []).append(row)
    chosen = [x for x in campaign.ledgers if x.key in by_ledger] or list(campaign.ledgers[:1])
    office = Message(_("导出单位：%(office)s"), office=desk.posts[0].unit_name or desk.office_name)
    as_of = Message(_("数据截至 %(moment)s"), moment=show_moment(now))
    write_workbook(
        stream,
        (_sheet(session, campaign, x, by_ledger.get(x.key, []), office, as_of, masked) for x in chosen),
    )
    return len(rows)


def _sheet(
    session: Session, campaign: Campaign, ledger: Ledger, rows: list[Row], left: Any, right: Any, masked: bool
) -> Sheet:  # fmt: skip
    fields = [f for f in ledger.fields if f.kind is not FieldKind.FILES]
    fixed = [
        Column(label=_("编号"), width=16),
        Column(label=_("事项"), width=30),
        Column(label=_("地区"), width=14),
        Column(label=_("登记单位"), width=16),
        Column(label=_("地点"), width=16),
        Column(label=_("得知时间"), width=17, kind=Kind.MOMENT),
    ]

    def lines() -> Iterator[list[Any]]:
        for r in rows:
            values = open_values(session, r.tenant_id, f"record:{r.id}", r.values)
            shown = [_cell(f, values.get(f.key), campaign, masked) for f in fields]
            yield [r.number, r.title, r.tenant_name, r.unit_name, r.place, r.known_at, *shown]

    return Sheet(
        title=ledger.label,
        columns=[*fixed, *map(_column, fields)],
        rows=lines(),
        left=left,
        right=right,
        foot=(),
    )


def _column(field: Field) -> Column:
    kinds = {FieldKind.INTEGER: Kind.NUMBER, FieldKind.DATE: Kind.DATE, FieldKind.MOMENT: Kind.MOMENT}
    kind = kinds.get(field.kind, Kind.TEXT)
    if field.kind is FieldKind.MONEY:
        kind = Kind.WAN if field.unit == _WAN else Kind.YUAN
    label: Message | Text = field.label
    if field.unit:
        label = Message(_("%(label)s（%(unit)s）"), label=field.label, unit=field.unit)
    return Column(label=label, width=30 if field.kind is FieldKind.LONG_TEXT else 13, kind=kind)


def _cell(field: Field, value: Any, campaign: Campaign, masked: bool) -> Any:
    if value in (None, [], ""):
        return ""
    if field.sensitive and not masked:
        return str(value)
    match field.kind:
        case FieldKind.INTEGER | FieldKind.MONEY:
            return value
        case FieldKind.DATE:
            return date.fromisoformat(value)
        case FieldKind.MOMENT:
            return datetime.fromisoformat(value)
    return show_value(field, value, campaign)
