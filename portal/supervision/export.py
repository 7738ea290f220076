"""The list of orders as a spreadsheet, exactly as filtered; a large one is written by the worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.i18n import show_moment, translate
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Scope
from portal.core.text import Message, _
from portal.documents.exports import Task, Writer, register_writer
from portal.documents.workbook import Column, Kind, Sheet
from portal.supervision.access import own_units
from portal.supervision.listing import Filters, count_orders, stream_orders, supporting_of_body
from portal.supervision.sources import name_source
from portal.supervision.states import near_end
from portal.tenants.calendar import load_calendar

KIND = "orders"
AT_ONCE = 2_000
"""Rows that a page writes itself."""
COLUMNS = [
    Column(label=_("序号"), width=6, kind=Kind.NUMBER),
    Column(label=_("编号"), width=15),
    Column(label=_("事项"), width=36),
    Column(label=_("要求"), width=36),
    Column(label=_("来源"), width=22),
    Column(label=_("牵头单位"), width=14),
    Column(label=_("配合单位"), width=20),
    Column(label=_("责任人（职务）"), width=14),
    Column(label=_("交办日期"), width=12, kind=Kind.DATE),
    Column(label=_("办结时限"), width=12, kind=Kind.DATE),
    Column(label=_("进度"), width=10),
    Column(label=_("亮灯"), width=12),
    Column(label=_("销号日期"), width=12, kind=Kind.DATE),
]


def make_sheet(session: Session, desk: Desk, filters: Filters, now: datetime) -> Sheet:
    """Rows are read while they are written: three statements however many there are."""
    near = near_end(now, load_calendar(session))
    supporting = supporting_of_body(session, desk.tenant_id, filters.mechanism_id)

    def lines() -> Iterator[list[Any]]:
        for n, row in enumerate(stream_orders(session, desk.tenant_id, filters, now, near), 1):
            yield [
                n, row.number, row.title, row.requirements, row.label or str(translate(name_source(row.source))),
                row.lead, "、".join(supporting.get(row.id, ())), row.person,
                row.assigned_at.astimezone(SHANGHAI).date(), row.due_at.astimezone(SHANGHAI).date(),
                translate(row.step), translate(row.state(now, near).text),
                row.closed_at.astimezone(SHANGHAI).date() if row.closed_at else "",
            ]  # fmt: skip

    return Sheet(
        title=_("督办事项清单"),
        columns=COLUMNS,
        rows=lines(),
        left=Message(_("导出单位：%(office)s"), office=desk.posts[0].unit_name or desk.office_name),
        right=Message(_("数据截至 %(moment)s"), moment=show_moment(now)),
        foot=(),
    )


def wanted_of(filters: Filters) -> dict[str, Any]:
    """What the worker is given; the units are read again from the asker's desk when it gets to it."""
    kept = asdict(filters)
    del kept["own"], kept["page"], kept["mechanism_id"]
    return kept


def _filters(task: Task) -> Filters:
    return Filters(mechanism_id=task.desk.mechanism_id, own=own_units(task.desk), **task.wanted)


def _count(task: Task) -> int:
    near = near_end(task.now, load_calendar(task.session))
    return count_orders(task.session, task.desk.tenant_id, _filters(task), task.now, near)


def _sheet(task: Task) -> Sheet:
    return make_sheet(task.session, task.desk, _filters(task), task.now)


def _own(_session: Session, desk: Desk) -> Scope:
    return Scope(own=(desk.tenant_id,))


register_writer(KIND, Writer(Right.ORDER_READ, _own, _count, _sheet))
