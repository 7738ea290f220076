"""Lists of measures: a page of those the reader may know of, and what waits for whom. Rows as tuples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.assessment.ladder_access import Seat, readable
from portal.assessment.models import Measure, MeasureState
from portal.units.models import Unit

PAGE, MAX_PAGE = 50, 1000
M = Measure


@dataclass(frozen=True)
class Filters:
    """``state``: '' = all but what the office did not take up, 'open' = undecided, 'decided', 'dropped'."""

    state: str = ""
    rung: str = ""
    unit_id: int = 0
    page: int = 1


class Line(NamedTuple):
    """Also what ``ladder_access.standing`` reads of a measure."""

    id: int
    unit_id: int
    unit: str
    rung: str
    label: str
    reason: str
    state: str
    answer: str
    object_by: datetime
    number: str
    starts_on: Any
    ends_on: Any
    lifted_at: datetime | None
    proposed_at: datetime


_STATES: dict[str, Sequence[MeasureState]] = {
    "": [s for s in MeasureState if s is not MeasureState.DROPPED],
    "open": [MeasureState.PROPOSED],
    "decided": [MeasureState.CONFIRMED],
    "dropped": [MeasureState.DROPPED],
}


def list_measures(session: Session, seat: Seat, filters: Filters) -> tuple[list[Line], bool]:
    """One page, newest first, and whether more follow; one statement."""
    query = (
        sa.select(
            M.id, M.unit_id, Unit.short_name, M.rung, M.label, M.reason, M.state, M.answer, M.object_by, M.number,
            M.starts_on, M.ends_on, M.lifted_at, M.proposed_at,
        )
        .join(Unit, sa.and_(Unit.tenant_id == M.tenant_id, Unit.id == M.unit_id))
        .where(readable(seat), M.state.in_([s.value for s in _STATES.get(filters.state, _STATES[""])]))
        .order_by(M.proposed_at.desc(), M.id.desc())
    )  # fmt: skip
    if filters.rung:
        query = query.where(M.rung == filters.rung)
    if filters.unit_id:
        query = query.where(M.unit_id == filters.unit_id)
    rows = session.execute(query.limit(PAGE + 1).offset((filters.page - 1) * PAGE))
    found = [Line(*tuple(r)) for r in rows]
    return found[:PAGE], len(found) > PAGE


class Waiting(NamedTuple):
    tenant_id: int
    mechanism_id: int
    campaign: str
    id: int
    unit_id: int
    unit: str
    rung: str
    label: str
    state: str
    answer: str
    object_by: datetime
    number: str
    proposed_by_id: int | None
    decider: str


def list_waiting(session: Session, mechanisms: Sequence[tuple[int, int]], limit: int = 300) -> list[Waiting]:
    """Of these bodies (tenant, mechanism) what is undecided, or decided and without a document; one statement."""
    open_ = sa.or_(
        M.state == MeasureState.PROPOSED.value, sa.and_(M.state == MeasureState.CONFIRMED.value, M.number == "")
    )  # fmt: skip
    rows = session.execute(
        sa.select(
            M.tenant_id, M.mechanism_id, M.campaign, M.id, M.unit_id, Unit.short_name, M.rung, M.label, M.state, M.answer,
            M.object_by, M.number, M.proposed_by_id, M.decider,
        )
        .join(Unit, sa.and_(Unit.tenant_id == M.tenant_id, Unit.id == M.unit_id))
        .where(sa.tuple_(M.tenant_id, M.mechanism_id).in_(mechanisms), open_)
        .order_by(M.object_by, M.id)
        .limit(limit)
    )  # fmt: skip
    return [Waiting(*tuple(r)) for r in rows]
