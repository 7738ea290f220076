"""Lists of requests upward: what a desk may read of its own tenant and of those below, filters, the list for the
authority, and what waits for an office."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import NotAllowed
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.information.access import oversees, writing_units
from portal.information.models import RequestStep, UpwardRequest
from portal.information.requests import OPEN, State
from portal.tenants.models import Tenant
from portal.units.models import Unit

PAGE, MAX_PAGE = 50, 1000
R = UpwardRequest


@dataclass(frozen=True)
class Filters:
    """``state`` '' = all, 'open' = whatever is not closed."""

    category: str = ""
    state: str = ""
    request_id: int = 0
    page: int = 1


@dataclass(frozen=True)
class Row:
    id: int
    tenant_id: int
    place: str
    unit_name: str | None
    category: str
    title: str
    state: str
    filed_at: datetime
    changed_at: datetime | None


@dataclass(frozen=True)
class Line:
    """One target, as on the list for the authority."""

    target: str
    category: str
    place: str
    unit_name: str | None
    filed_at: datetime
    state: str
    reason: str


def readable(desk: Desk) -> sa.ColumnElement[bool]:
    """Own unit's, all of the tenant for office and convenors, and what was passed on from below (``look_below``)."""
    if Right.INFO_WRITE not in desk.rights and not oversees(desk):
        raise NotAllowed
    every = sa.literal(oversees(desk))
    mine = sa.or_(every, R.unit_id.in_(writing_units(desk)))
    here = sa.and_(R.tenant_id == desk.tenant_id, R.mechanism_id == desk.mechanism_id, mine)
    below = sa.and_(R.tenant_id != desk.tenant_id, R.released_at.is_not(None), every)
    return sa.and_(R.campaign == desk.campaign, sa.or_(here, below))


def _filtered(desk: Desk, filters: Filters, *columns: Any) -> sa.Select[Any]:
    query = (
        sa.select(*columns)
        .join(Tenant, Tenant.id == R.tenant_id)
        .outerjoin(Unit, sa.and_(Unit.tenant_id == R.tenant_id, Unit.id == R.unit_id))
        .where(readable(desk))
        .order_by(R.filed_at.desc(), R.id.desc())
    )
    if filters.category:
        query = query.where(R.category == filters.category)
    if filters.state == "open":
        query = query.where(R.state.in_([s.value for s in OPEN]))
    elif filters.state:
        query = query.where(R.state == filters.state)
    return query.where(R.id == filters.request_id) if filters.request_id else query


def list_requests(session: Session, desk: Desk, filters: Filters) -> tuple[list[Row], bool]:
    """One page, newest first, and whether more follow; one statement."""
    changed = (
        sa.select(sa.func.max(RequestStep.at))
        .where(RequestStep.tenant_id == R.tenant_id, RequestStep.request_id == R.id)
        .correlate(R)
        .scalar_subquery()
    )
    columns = (R.id, R.tenant_id, Tenant.city + Tenant.name, Unit.short_name, R.category, R.title, R.state, R.filed_at, changed)  # fmt: skip
    query = _filtered(desk, filters, *columns).limit(PAGE + 1).offset((filters.page - 1) * PAGE)
    rows = [Row(*tuple(r)) for r in session.execute(query)]
    return rows[:PAGE], len(rows) > PAGE


def every_target(session: Session, desk: Desk, filters: Filters) -> Iterator[Line]:
    """Of all requests that the filters find, in one statement, never all in memory."""
    columns = (
        R.targets,
        R.category,
        Tenant.city + Tenant.name,
        Unit.short_name,
        R.filed_at,
        R.state,
        R.reason,
    )
    for targets, *rest in session.execute(
        _filtered(desk, filters, *columns).execution_options(yield_per=200)
    ):
        for target in targets:
            yield Line(target, *rest)


def list_waiting(
    session: Session, own: Sequence[tuple[int, int]], above: Sequence[tuple[int, str]], limit: int = 100
) -> list[tuple[Any, ...]]:
    """For the to-do list: (tenant, campaign, id, title, state, place, unit, filed_at, parent tenant), oldest first.

    ``own``: (tenant, mechanism) of offices; ``above``: (tenant, campaign) of offices whose lower tenants pass on to them.
    """
    to_check = sa.and_(sa.tuple_(R.tenant_id, R.mechanism_id).in_(own), R.state == State.FILED)
    arrived = sa.and_(
        sa.tuple_(Tenant.parent_id, R.campaign).in_(above),
        R.released_at.is_not(None),
        R.state.in_([State.PASSED.value, State.TAKEN.value]),
    )
    query = (
        sa.select(
            R.tenant_id, R.campaign, R.id, R.title, R.state, Tenant.city + Tenant.name, Unit.short_name, R.filed_at,
            Tenant.parent_id,
        )
        .join(Tenant, Tenant.id == R.tenant_id)
        .outerjoin(Unit, sa.and_(Unit.tenant_id == R.tenant_id, Unit.id == R.unit_id))
        .where(sa.or_(to_check, arrived))
        .order_by(R.filed_at, R.id)
        .limit(limit)
    )  # fmt: skip
    return [tuple(r) for r in session.execute(query)]
