"""The list of orders: filters from the address, one page of row tuples, and the light said once more in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.text import Text, _
from portal.deadlines.models import Deadline
from portal.supervision.access import of_units
from portal.supervision.models import Order, OrderUnit, Stage
from portal.supervision.services import OPEN
from portal.supervision.states import LIGHTS, STAGES, Facts, State, state_of
from portal.units.models import Unit

PAGE, MAX_PAGE = 50, 1000
FILTERS: dict[str, Text] = {
    "ok": LIGHTS["ok"],
    "near": LIGHTS["near"],
    "slow": LIGHTS["slow"],
    "late": LIGHTS["late"],
    "unsigned": _("待签收"),
    "proposed": STAGES[Stage.PROPOSED],
    "checked": STAGES[Stage.CHECKED],
    "closed": STAGES[Stage.CLOSED],
    "look_back": _("待回头看"),
    "withdrawn": STAGES[Stage.WITHDRAWN],
    "all": _("全部"),
}
"""What the address may ask for as ``state``; '' = everything that is not ended."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """``own``: of these units alone; None = all of the body. ``unit``: lead or supporting."""

    mechanism_id: int
    own: tuple[int, ...] | None = None
    state: str = ""
    unit: int = 0
    source: str = ""
    text: str = ""
    year: int = 0
    page: int = 1


@dataclass(frozen=True)
class Row:
    id: int
    number: str
    title: str
    requirements: str
    source: str
    label: str
    listed_by: str
    lead_id: int
    lead: str
    person: str
    signed_at: datetime | None
    assigned_at: datetime
    round: int
    handed_up_at: datetime | None
    look_back_on: date | None
    closed_at: datetime | None
    stage: str
    due_at: datetime
    met_at: datetime | None
    fed_at: datetime | None
    returned_at: datetime | None
    feedback_due: date | None

    @property
    def facts(self) -> Facts:
        return Facts(self.stage, self.due_at, self.met_at, self.fed_at, self.returned_at, self.feedback_due)

    def state(self, now: datetime, near: datetime) -> State:
        return state_of(self.facts, now, near)

    @property
    def open(self) -> bool:
        return self.stage in OPEN

    @property
    def step(self) -> Text:
        """How far it is, in a word."""
        if self.stage == Stage.OPEN and self.signed_at is None:
            return FILTERS["unsigned"]
        return STAGES[Stage(self.stage)]

    def feedback_next(self) -> date | None:
        """The next feedback, where it comes before the end."""
        due = self.feedback_due
        return due if due is not None and due < self.due_at.astimezone(SHANGHAI).date() else None


LEAD = sa.and_(
    OrderUnit.tenant_id == Order.tenant_id, OrderUnit.order_id == Order.id, OrderUnit.unit_id == Order.lead_id
)
CLOCK = sa.and_(Deadline.tenant_id == Order.tenant_id, Deadline.id == Order.deadline_id)
_ROWS = (
    sa.select(
        Order.id, Order.number, Order.title, Order.requirements, Order.source, Order.label, Order.listed_by,
        Order.lead_id, Unit.short_name, Order.person, OrderUnit.signed_at, Order.assigned_at, Order.round,
        Order.handed_up_at, Order.look_back_on, Order.closed_at, Order.stage, Deadline.due_at, Deadline.met_at,
        Order.fed_at, Order.returned_at, Order.feedback_due,
    )
    .join(Unit, sa.and_(Unit.tenant_id == Order.tenant_id, Unit.id == Order.lead_id))
    .join(OrderUnit, LEAD)
    .join(Deadline, CLOCK)
)  # fmt: skip


def light_is(light: str, now: datetime, near: datetime) -> sa.ColumnElement[bool]:
    """As ``states.state_of`` says it, of orders that are not ended; a test compares the two."""
    open_ = Order.stage.in_(OPEN)
    runs = Deadline.met_at.is_(None)
    late = sa.case((runs, Deadline.due_at < now), else_=Deadline.met_at > Deadline.due_at)
    today = now.astimezone(SHANGHAI).date()
    behind = sa.or_(
        Order.returned_at.is_not(None), sa.func.coalesce(Order.feedback_due < today, sa.false()),
        sa.and_(Deadline.due_at <= near, Order.fed_at.is_(None)),
    )  # fmt: skip
    ends = Deadline.due_at <= near
    match light:
        case "late":
            return sa.and_(open_, late)
        case "slow":
            return sa.and_(open_, runs, sa.not_(late), behind)
        case "near":
            return sa.and_(open_, runs, sa.not_(late), sa.not_(behind), ends)
        case _:
            return sa.and_(open_, sa.not_(late), sa.or_(sa.not_(runs), sa.not_(sa.or_(behind, ends))))


def _of_state(state: str, now: datetime, near: datetime) -> sa.ColumnElement[bool]:
    match state:
        case "":
            return Order.stage.in_(OPEN)
        case "all":
            return sa.true()
        case "unsigned":
            return sa.and_(Order.stage == Stage.OPEN.value, OrderUnit.signed_at.is_(None))
        case "look_back":
            return sa.and_(Order.stage == Stage.CLOSED.value, Order.look_back_on.is_not(None))
        case "proposed" | "checked" | "closed" | "withdrawn":
            return Order.stage == state
        case _:
            return light_is(state, now, near)


def _where(filters: Filters, now: datetime, near: datetime) -> list[sa.ColumnElement[bool]]:
    found = [Order.mechanism_id == filters.mechanism_id, _of_state(filters.state, now, near)]
    if filters.own is not None:
        found.append(of_units(filters.own))
    if filters.unit:
        found.append(of_units([filters.unit]))
    if filters.source:
        found.append(Order.source == filters.source)
    if filters.year:
        found.append(Order.year == filters.year)
    if filters.text:
        words = (Order.number, Order.title, Order.requirements, Order.label)
        found.append(sa.or_(*(c.icontains(filters.text, autoescape=True) for c in words)))
    return found


def _select(
    tenant_id: int, filters: Filters, now: datetime, near: datetime
) -> sa.Select[*tuple[object, ...]]:
    ended = filters.state in ("closed", "withdrawn")
    order = (
        Order.closed_at.desc()
        if ended
        else Order.look_back_on
        if filters.state == "look_back"
        else Deadline.due_at
    )
    return _ROWS.where(Order.tenant_id == tenant_id, *_where(filters, now, near)).order_by(order, Order.id)


def list_orders(
    session: Session, tenant_id: int, filters: Filters, now: datetime, near: datetime
) -> tuple[list[Row], bool]:
    """One page, the earliest due first (ended ones the latest first), and whether more follow; one statement."""
    query = _select(tenant_id, filters, now, near).limit(PAGE + 1).offset((filters.page - 1) * PAGE)
    rows = [Row(*row) for row in session.execute(query)]  # type: ignore[arg-type]  # columns as named in Row
    return rows[:PAGE], len(rows) > PAGE


def stream_orders(
    session: Session, tenant_id: int, filters: Filters, now: datetime, near: datetime
) -> Iterator[Row]:
    """All of them, for a spreadsheet; read while they are written."""
    query = _select(tenant_id, filters, now, near).execution_options(yield_per=500)
    with session.execute(query) as found:
        for row in found:
            yield Row(*row)  # type: ignore[arg-type]  # columns as named in Row


def count_orders(session: Session, tenant_id: int, filters: Filters, now: datetime, near: datetime) -> int:
    query = sa.select(sa.func.count()).select_from(Order).join(OrderUnit, LEAD).join(Deadline, CLOCK)
    return session.scalar(query.where(Order.tenant_id == tenant_id, *_where(filters, now, near))) or 0


SUPPORT = (
    sa.select(OrderUnit.order_id, Unit.short_name)
    .join(Unit, sa.and_(Unit.tenant_id == OrderUnit.tenant_id, Unit.id == OrderUnit.unit_id))
    .where(OrderUnit.lead.is_(False), OrderUnit.left_at.is_(None))
    .order_by(Unit.sort_no, Unit.id)
)


def supporting_of(session: Session, tenant_id: int, order_ids: list[int]) -> dict[int, list[str]]:
    """Short names of the supporting units by order, in official order; one statement, none for no orders."""
    found: dict[int, list[str]] = {}
    if order_ids:
        wanted = SUPPORT.where(OrderUnit.tenant_id == tenant_id, OrderUnit.order_id.in_(order_ids))
        for order_id, name in session.execute(wanted):
            found.setdefault(order_id, []).append(name)
    return found


def supporting_of_body(session: Session, tenant_id: int, mechanism_id: int) -> dict[int, list[str]]:
    """The same for every order of a body, for a spreadsheet; one statement."""
    found: dict[int, list[str]] = {}
    wanted = SUPPORT.join(
        Order, sa.and_(Order.tenant_id == OrderUnit.tenant_id, Order.id == OrderUnit.order_id)
    )
    for order_id, name in session.execute(
        wanted.where(Order.tenant_id == tenant_id, Order.mechanism_id == mechanism_id)
    ):
        found.setdefault(order_id, []).append(name)
    return found


def list_years(session: Session, tenant_id: int, mechanism_id: int) -> list[int]:
    """Years in which the body assigned orders, the latest first."""
    wanted = sa.select(Order.year).where(Order.tenant_id == tenant_id, Order.mechanism_id == mechanism_id)
    return list(session.scalars(wanted.distinct().order_by(Order.year.desc())))
