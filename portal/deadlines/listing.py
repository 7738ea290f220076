"""The list of deadlines: a unit's own, or all of a body; sorted by due instant, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.text import Text, _
from portal.deadlines.hand import PREFIX
from portal.deadlines.matters import clock_prefixes
from portal.deadlines.models import Deadline, DeadlineChange
from portal.deadlines.state import DeadlineState, state_of
from portal.units.models import Unit

PAGE = 50
STATES: dict[str, Text] = {
    "running": _("计时中"),
    "near": _("临期"),
    "late": _("逾期"),
    "met": _("已办结"),
    "withdrawn": _("已撤销"),
}
KINDS: dict[str, Text] = {
    "clock": _("急报计时"),
    "hand": _("办公室发起"),
    "other": _("其他时限"),
}


@dataclass(frozen=True)
class Filters:
    """``own`` None = every unit and the office; ``state`` '' = everything that still runs."""

    mechanism_id: int
    own: tuple[int, ...] | None
    state: str = ""
    kind: str = ""
    unit: int = 0
    page: int = 1


class Row(NamedTuple):
    id: int
    title: str
    subject: str
    unit_name: str | None
    started_at: datetime
    due_at: datetime
    met_at: datetime | None
    provisional: bool
    span: dict[str, Any]
    last_change: str | None

    def state(self, now: datetime) -> DeadlineState:
        return state_of(self.started_at, self.due_at, self.met_at, now)

    @property
    def waits(self) -> bool:
        """An extension is asked for and not decided."""
        return self.last_change == "asked" and self.met_at is None

    @property
    def withdrawn(self) -> bool:
        return self.last_change == "withdrawn"


LAST_CHANGE = (
    sa.select(DeadlineChange.kind)
    .where(
        DeadlineChange.tenant_id == Deadline.tenant_id,
        DeadlineChange.deadline_id == Deadline.id,
        DeadlineChange.kind != "recomputed",
    )
    .order_by(DeadlineChange.at.desc(), DeadlineChange.id.desc())
    .limit(1)
    .correlate(Deadline)
    .scalar_subquery()
)


def list_deadlines(
    session: Session, tenant_id: int, filters: Filters, now: datetime
) -> tuple[list[Row], bool]:
    """One page and whether there is another; one statement."""
    query = (
        sa.select(
            Deadline.id, Deadline.title, Deadline.subject, Unit.short_name, Deadline.started_at, Deadline.due_at,
            Deadline.met_at, Deadline.provisional, Deadline.span, LAST_CHANGE,
        )
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Deadline.tenant_id, Unit.id == Deadline.unit_id))
        .where(Deadline.tenant_id == tenant_id, Deadline.mechanism_id == filters.mechanism_id)
    )  # fmt: skip
    if filters.own is not None:
        query = query.where(Deadline.unit_id.in_(filters.own))
    if filters.unit:
        query = query.where(Deadline.unit_id == filters.unit)
    query = query.where(_of_state(filters.state, now))
    if filters.kind:
        query = query.where(_of_kind(filters.kind))
    order = Deadline.met_at.desc() if filters.state in ("met", "withdrawn") else Deadline.due_at
    query = query.order_by(order, Deadline.id).limit(PAGE + 1).offset((filters.page - 1) * PAGE)
    rows = [Row(*row) for row in session.execute(query)]
    return rows[:PAGE], len(rows) > PAGE


def _of_state(state: str, now: datetime) -> sa.ColumnElement[bool]:
    """As ``state_of`` says it: on time to the second, near when a quarter of the time is left."""
    if state in ("met", "withdrawn"):
        withdrawn = sa.func.coalesce(LAST_CHANGE, "") == "withdrawn"
        return sa.and_(
            Deadline.met_at.is_not(None), withdrawn if state == "withdrawn" else sa.not_(withdrawn)
        )
    open_ = Deadline.met_at.is_(None)
    second = now.replace(microsecond=0)
    if not state:
        return open_
    if state == "late":
        return sa.and_(open_, Deadline.due_at < second)
    due, started = sa.extract("epoch", Deadline.due_at), sa.extract("epoch", Deadline.started_at)
    near = (due - int(now.timestamp())) * 4 <= due - started
    return sa.and_(open_, Deadline.due_at >= second, near if state == "near" else sa.not_(near))


def _of_kind(kind: str) -> sa.ColumnElement[bool]:
    clock = sa.or_(sa.false(), *(Deadline.subject.startswith(p) for p in clock_prefixes()))
    hand = Deadline.subject.startswith(PREFIX)
    return {"clock": clock, "hand": hand}.get(kind, sa.not_(sa.or_(clock, hand)))


def get_deadline(
    session: Session, tenant_id: int, mechanism_id: int, own: tuple[int, ...] | None, deadline_id: int
) -> Deadline:
    """``NotFound`` for one of another body or, with ``own``, of another unit."""
    found = session.get(Deadline, (tenant_id, deadline_id))
    if found is None or found.mechanism_id != mechanism_id or (own is not None and found.unit_id not in own):
        raise NotFound
    return found
