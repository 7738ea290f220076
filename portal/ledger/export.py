"""The list of the ledgers as a workbook: the same rows in the same order, sensitive fields masked unless somebody asked
for them in full. What is too long for a request is written by the worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.forms import Field, FieldKind
from portal.core.errors import Invalid
from portal.core.i18n import show_moment
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Scope
from portal.core.sealing import open_values
from portal.core.text import Message, Text, _
from portal.documents.exports import Task, Writer, register_writer
from portal.documents.workbook import Column, Kind, Sheet, write_workbook
from portal.ledger.access import own_units, sees_below
from portal.ledger.filters import Filters, read_filters
from portal.ledger.listing import Row, count_records, stream_records, today
from portal.ledger.models import Closing, RecordUnit
from portal.units.models import Unit
from portal.units.reader import subtree_scope
from portal.web.declared import show_value

MOST_ROWS = 10_000
"""Of a file that is waited for; with more the worker writes it."""
MOST_BY_WORKER = 1_000_000
OF_ALL, OF_OWN = "ledger.all", "ledger.own"
"""Kinds of exports: an office's, and a unit's of its own entries."""
CLOSING_LABELS: dict[str, Text] = {
    Closing.NONE: _("未办结"),
    Closing.PROPOSED: _("已申请销号"),
    Closing.CHECKED: _("销号待批准"),
    Closing.CLOSED: _("已销号"),
    Closing.ENDED: _("已办结"),
}
_WAN = _("万元")
_AT_ONCE = 1_000


def write_ledgers(
    stream: BinaryIO, session: Session, campaign: Campaign, filters: Filters, *, desk: Desk, now: datetime,
    masked: bool = True,
) -> int:  # fmt: skip
    """Number of rows written. ``Invalid`` beyond ``MOST_ROWS``."""
    filters = replace(filters, page=1)
    rows = list(islice(stream_records(session, desk.tenant_id, filters, today(now)), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise Invalid({"q": Message(_("符合条件的超过 %(n)s 条，请先筛选再导出。"), n=MOST_ROWS)})
    by_ledger: dict[str, list[Row]] = {}
    for row in rows:
        by_ledger.setdefault(row.ledger, []).append(row)
    chosen = [x for x in campaign.ledgers if x.key in by_ledger] or list(campaign.ledgers[:1])
    sheets = (_sheet(session, campaign, x, by_ledger.get(x.key, []), desk, now, masked) for x in chosen)
    write_workbook(stream, sheets)
    return len(rows)


def is_long(session: Session, filters: Filters, tenant_id: int, now: datetime) -> bool:
    """Whether it is for the worker."""
    return count_records(session, tenant_id, filters, today(now), MOST_ROWS + 1) > MOST_ROWS


# --------------------------------------------------------------------------------------------------- the worker's
def _filters(task: Task) -> tuple[Campaign, Filters]:
    """As the asker may read at that moment."""
    campaign = task.registry.campaigns[task.desk.campaign]
    args = dict(parse_qsl(task.wanted["query"]))
    return campaign, read_filters(args, campaign, own_units(task.desk), below=sees_below(task.desk))


def _count(task: Task) -> int:
    _campaign, filters = _filters(task)
    return count_records(task.session, task.desk.tenant_id, filters, today(task.now), MOST_BY_WORKER + 1)


def _long_sheet(task: Task) -> Sheet:
    campaign, filters = _filters(task)
    ledger = campaign.ledger(filters.ledger)
    assert ledger is not None, "only one ledger at a time is asked for"
    rows = stream_records(task.session, task.desk.tenant_id, filters, today(task.now))
    return _sheet(task.session, campaign, ledger, rows, task.desk, task.now, True)


def _scope(session: Session, desk: Desk) -> Scope:
    return subtree_scope(session, desk) if sees_below(desk) else Scope(own=(desk.tenant_id,))


register_writer(OF_ALL, Writer(Right.RECORD_READ_ALL, _scope, _count, sheet=_long_sheet))
register_writer(OF_OWN, Writer(Right.RECORD_WRITE, _scope, _count, sheet=_long_sheet))


# ------------------------------------------------------------------------------------------------------ a sheet
def _sheet(
    session: Session, campaign: Campaign, ledger: Ledger, rows: Iterable[Row], desk: Desk, now: datetime, masked: bool
) -> Sheet:  # fmt: skip
    fields = [f for f in ledger.fields if f.kind is not FieldKind.FILES]
    fixed = [
        Column(label=_("编号"), width=16),
        Column(label=_("事项"), width=30),
        Column(label=_("地区"), width=14),
        Column(label=_("登记单位"), width=16),
        Column(label=_("地点"), width=16),
        Column(label=_("得知时间"), width=17, kind=Kind.MOMENT),
        Column(label=_("主办单位"), width=16),
        Column(label=_("配合单位"), width=20),
        Column(label=_("阶段"), width=12),
        Column(label=_("办结情况"), width=12),
        Column(label=_("销号日期"), width=12, kind=Kind.DATE),
        Column(label=_("回头看日期"), width=12, kind=Kind.DATE),
        Column(label=_("列为重点日期"), width=13, kind=Kind.DATE),
    ]
    stages: Mapping[str, Any] = {s.key: s.label for s in ledger.states}

    def lines() -> Iterator[list[Any]]:
        for some in _some(rows):
            helpers = _helpers(session, some)
            for r in some:
                values = open_values(session, r.tenant_id, f"record:{r.id}", r.values)
                shown = [_cell(f, values.get(f.key), campaign, masked) for f in fields]
                yield [
                    r.number, r.title, r.tenant_name, r.unit_name, r.place, r.known_at, r.lead_name or r.unit_name,
                    helpers.get(r.id, ""), stages.get(r.stage, r.stage), CLOSING_LABELS.get(r.closing, r.closing), r.closed_on, r.look_back_on,
                    r.key_from if r.key_from and r.key_from <= today(now) else None, *shown,
                ]  # fmt: skip

    return Sheet(
        title=ledger.label,
        columns=[*fixed, *map(_column, fields)],
        rows=lines(),
        left=Message(_("导出单位：%(office)s"), office=desk.posts[0].unit_name or desk.office_name),
        right=Message(_("数据截至 %(moment)s"), moment=show_moment(now)),
        foot=(),
    )


def _some(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while some := list(islice(left, _AT_ONCE)):
        yield some


def _helpers(session: Session, rows: list[Row]) -> dict[int, str]:
    """Names of the units that help with each of them; one statement."""
    found: dict[int, str] = {}
    query = (
        sa.select(RecordUnit.record_id, Unit.short_name)
        .join(Unit, sa.and_(Unit.tenant_id == RecordUnit.tenant_id, Unit.id == RecordUnit.unit_id))
        .where(RecordUnit.tenant_id.in_({r.tenant_id for r in rows}), RecordUnit.record_id.in_([r.id for r in rows]))
        .order_by(RecordUnit.record_id, Unit.sort_no)
    )  # fmt: skip
    for record_id, name in session.execute(query):
        found[record_id] = f"{found[record_id]}、{name}" if record_id in found else name
    return found


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
