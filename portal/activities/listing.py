"""The list of activities: filters from the address, one page or the whole of it for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.activities.credits import counted_for, list_credited, serves
from portal.activities.models import Activity, ActivityUnit
from portal.core.periods import Period
from portal.core.text import Text, _
from portal.units.models import Unit

PAGE = 50
MAX_PAGE = 1000
ROLES: dict[str, Text] = {"host": _("主办"), "joined": _("参加")}


@dataclass(frozen=True)
class Filters:
    """What the address asks for. ``unit_ids`` None = every unit; ``role``: what these units were."""

    campaign: str
    unit_ids: tuple[int, ...] | None = None
    role: str = ""
    month: Period | None = None
    kind: str = ""
    withdrawn: bool = False
    page: int = 1


@dataclass(frozen=True)
class Row:
    id: int
    held_on: date
    title: str
    kind: str
    audience: str
    place: str
    reach: int
    materials: int
    hours: int
    unit_id: int
    unit_name: str
    entered_by: str
    withdrawn_at: datetime | None
    others: list[str] = field(default_factory=list)
    """Units credited besides the organiser."""


_A = Activity
_COLUMNS = (_A.id, _A.held_on, _A.title, _A.kind, _A.audience, _A.place, _A.reach, _A.materials, _A.hours, _A.unit_id,
            Unit.short_name, _A.entered_by, _A.withdrawn_at)  # fmt: skip


def list_activities(session: Session, tenant_id: int, filters: Filters) -> tuple[list[Row], bool]:
    """One page, newest first, and whether more follow; two statements."""
    query = _filtered(tenant_id, filters).limit(PAGE + 1).offset((filters.page - 1) * PAGE)
    rows = [Row(*tuple(row)) for row in session.execute(query)]
    credited = list_credited(session, tenant_id, [row.id for row in rows[:PAGE]])
    for row in rows[:PAGE]:
        row.others.extend(name for unit_id, name in credited[row.id].items() if unit_id != row.unit_id)
    return rows[:PAGE], len(rows) > PAGE


def every_activity(session: Session, tenant_id: int, filters: Filters) -> Iterator[Row]:
    """All that the filters find, in one statement, never all in memory."""
    other = aliased(Unit)
    query = (
        _filtered(tenant_id, filters)
        .add_columns(other.id, other.short_name)
        .join(
            ActivityUnit, sa.and_(ActivityUnit.tenant_id == _A.tenant_id, ActivityUnit.activity_id == _A.id)
        )
        .join(other, sa.and_(other.tenant_id == ActivityUnit.tenant_id, other.id == ActivityUnit.unit_id))
        .order_by(other.sort_no, other.id)
        .execution_options(yield_per=500)
    )
    size = len(_COLUMNS)
    found = (tuple(r) for r in session.execute(query))
    for columns, group in groupby(found, key=lambda r: r[:size]):
        row = Row(*columns)
        row.others.extend(r[size + 1] for r in group if r[size] != row.unit_id)
        yield row


def _filtered(tenant_id: int, filters: Filters) -> sa.Select[Any]:
    columns: tuple[Any, ...] = _COLUMNS
    query = (
        sa.select(*columns)
        .join(Unit, sa.and_(Unit.tenant_id == _A.tenant_id, Unit.id == _A.unit_id))
        .where(_A.tenant_id == tenant_id, serves(filters.campaign))
        .order_by(_A.held_on.desc(), _A.id.desc())
    )
    if filters.unit_ids is not None:
        mine = _A.unit_id.in_(filters.unit_ids)
        own = aliased(ActivityUnit)  # the workbook joins the table itself as well
        credited = (
            sa.exists()
            .where(own.tenant_id == _A.tenant_id, own.activity_id == _A.id, own.unit_id.in_(filters.unit_ids))
            .correlate(_A)
        )
        wanted = {"host": mine, "joined": sa.and_(~mine, credited)}
        query = query.where(wanted.get(filters.role, credited))
    if filters.month:
        query = query.where(_A.held_on.between(filters.month.start, filters.month.end))
    if filters.kind:
        query = query.where(_A.kind == filters.kind)
    return query if filters.withdrawn else query.where(_A.withdrawn_at.is_(None))


def count_month(session: Session, campaign: str, unit_ids: Sequence[int], month: Period) -> dict[int, int]:
    """Unit -> activities that count for it in the month; one statement."""
    found = dict.fromkeys(unit_ids, 0)
    query = counted_for(campaign, ActivityUnit.unit_id, sa.func.count()).where(
        ActivityUnit.unit_id.in_(found), _A.held_on.between(month.start, month.end)
    )
    for unit_id, count in session.execute(query.group_by(ActivityUnit.unit_id)):
        found[unit_id] = count
    return found
