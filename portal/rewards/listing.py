"""Lists of applications, of the own units and of those that are to be decided here, and the sums of a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.reader import Desk
from portal.deadlines.models import Deadline
from portal.rewards.access import handled, readable
from portal.rewards.models import RewardApplication, RewardClaim
from portal.rewards.states import OPEN, State

PAGE, MAX_PAGE = 50, 1000
OWN, HANDLED = "own", "handled"


@dataclass(frozen=True)
class Filters:
    """``state`` '' = all, 'open' = not at its end. ``year`` 0 = every."""

    view: str = OWN
    state: str = ""
    text: str = ""
    year: int = 0
    page: int = 1


class Row(NamedTuple):
    id: int
    unit_name: str
    title: str
    case_number: str
    state: str
    amount: int
    tier: str
    changed_at: datetime
    due_at: datetime | None
    met_at: datetime | None
    started_at: datetime | None


class Paid(NamedTuple):
    cases: int
    fen: int


def list_rows(session: Session, desk: Desk, filters: Filters) -> tuple[list[Row], bool]:
    """A page of row tuples and whether there is a next one; one statement."""
    model: Any
    if filters.view == HANDLED:
        model, number, readable_ = RewardClaim, RewardClaim.application_id, handled(desk)
    else:
        model, number, readable_ = RewardApplication, RewardApplication.id, readable(desk)
    subject = sa.literal("reward:") + sa.cast(number, sa.String)
    query = (
        sa.select(
            number, model.unit_name, model.title, model.case_number, model.state, model.amount, model.tier,
            model.changed_at, Deadline.due_at, Deadline.met_at, Deadline.started_at,
        )
        .outerjoin(Deadline, sa.and_(Deadline.tenant_id == model.tenant_id, Deadline.subject == subject))
        .where(readable_)
        .order_by(model.changed_at.desc(), number.desc())
        .limit(PAGE + 1)
        .offset((filters.page - 1) * PAGE)
    )  # fmt: skip
    if filters.state == "open":
        query = query.where(model.state.in_([s.value for s in OPEN]))
    elif filters.state:
        query = query.where(model.state == filters.state)
    if filters.text:
        like = [
            c.contains(filters.text, autoescape=True)
            for c in (model.title, model.case_number, model.unit_name)
        ]
        query = query.where(sa.or_(*like))
    if filters.year:
        query = query.where(
            model.paid_on >= date(filters.year, 1, 1), model.paid_on <= date(filters.year, 12, 31)
        )
    rows = [Row(*r) for r in session.execute(query)]
    return rows[:PAGE], len(rows) > PAGE


def paid_between(session: Session, desk: Desk, first: date, last: date) -> Paid:
    """Number and sum of the rewards that this desk paid in a period; one statement."""
    row = session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(RewardClaim.amount), 0)).where(
            handled(desk), RewardClaim.paid_on >= first, RewardClaim.paid_on <= last
        )
    ).one()
    return Paid(int(row[0]), int(row[1]))


def is_state(text: str) -> bool:
    return text == "open" or text in set(State)
