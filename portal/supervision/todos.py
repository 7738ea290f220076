"""What waits in supervision: a unit's orders by their next date, the office's checks and look-backs, leaders' hand-ups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI, end_of
from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.text import Message, Text, _
from portal.core.todo import Todo
from portal.deadlines.models import Deadline
from portal.supervision.access import LEADS
from portal.supervision.listing import CLOCK
from portal.supervision.models import Order, OrderUnit, Stage
from portal.supervision.services import OPEN
from portal.supervision.states import STAGES, Facts, near_end, state_of
from portal.tenants.calendar import load_calendar
from portal.units.models import Membership, Unit

MOST = 200
"""Of all bodies of the reader, the earliest due; the page of orders lists the others."""


class _Row(NamedTuple):
    tenant_id: int
    mechanism_id: int
    id: int
    number: str
    title: str
    stage: str
    due_at: datetime
    met_at: datetime | None
    fed_at: datetime | None
    returned_at: datetime | None
    feedback_due: date | None
    look_back_on: date | None
    handed_up_at: datetime | None
    lead: str
    unit_id: int | None
    leads: bool
    signed_at: datetime | None
    left: bool


_WAITS_FOR_OFFICE = sa.or_(
    Order.stage.in_((Stage.PROPOSED.value, Stage.CHECKED.value)),
    sa.and_(Order.stage == Stage.CLOSED.value, Order.look_back_on <= sa.bindparam("today")),
)


def _lead_left(today: date) -> sa.ColumnElement[bool]:
    """The lead unit belongs to the body no more (as ``units.bodies.list_members`` has it)."""
    member = sa.exists().where(
        Membership.tenant_id == Order.tenant_id, Membership.mechanism_id == Order.mechanism_id,
        sa.or_(
            Membership.unit_id == Order.lead_id,
            sa.and_(Membership.unit_id.is_(None), Membership.unit_kind == Unit.kind),
        ),
        Membership.since <= today, sa.or_(Membership.until.is_(None), Membership.until >= today),
    )  # fmt: skip
    return sa.not_(sa.and_(member, Unit.active))


def _columns(unit: Any, leads: Any, signed: Any, left: Any) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Order.tenant_id, Order.mechanism_id, Order.id, Order.number, Order.title, Order.stage, Deadline.due_at,
            Deadline.met_at, Order.fed_at, Order.returned_at, Order.feedback_due, Order.look_back_on,
            Order.handed_up_at, Unit.short_name, unit, leads, signed, left,
        )
        .join(Deadline, CLOCK)
        .join(Unit, sa.and_(Unit.tenant_id == Order.tenant_id, Unit.id == Order.lead_id))
        .order_by(Deadline.due_at, Order.id)
        .limit(MOST)
    )  # fmt: skip


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """At most three statements however many posts and orders: the units', the bodies', the calendar."""
    desks = {(d.tenant_id, d.mechanism_id): d for d in reader.desks if d.campaign}
    today = now.astimezone(SHANGHAI).date()
    places = [p for p in reader.places(Right.ORDER_WORK) if p[:2] in desks]
    offices = [k for k, d in desks.items() if Right.ORDER_ASSIGN in d.rights]
    leaders = [k for k, d in desks.items() if LEADS in d.rights]
    found = _of_units(session, places) if places else []
    of_bodies = _of_bodies(session, offices, leaders, today) if offices or leaders else []
    if not found and not of_bodies:
        return ()
    near = near_end(now, load_calendar(session))
    todos = [_unit_row(row, now, near, desks[row.tenant_id, row.mechanism_id]) for row in found]
    for row in of_bodies:
        place = (row.tenant_id, row.mechanism_id)
        todos.append(
            _body_row(row, now, desks[place].campaign, leads=place in leaders, office=place in offices)
        )
    return todos


def _of_units(session: Session, places: Sequence[tuple[int, int, int]]) -> list[_Row]:
    """What a unit leads and has not proposed to close, and what it has still to sign for."""
    query = _columns(OrderUnit.unit_id, OrderUnit.lead, OrderUnit.signed_at, sa.false()).join(
        OrderUnit, sa.and_(OrderUnit.tenant_id == Order.tenant_id, OrderUnit.order_id == Order.id)
    )
    here = sa.or_(
        *(
            sa.and_(Order.tenant_id == t, Order.mechanism_id == m, OrderUnit.unit_id == u)
            for t, m, u in places
        )
    )
    waits = sa.or_(OrderUnit.lead, OrderUnit.signed_at.is_(None))
    rows = session.execute(
        query.where(here, OrderUnit.left_at.is_(None), Order.stage == Stage.OPEN.value, waits)
    )
    return [_Row(*row) for row in rows]


def _of_bodies(
    session: Session, offices: Sequence[tuple[int, int]], leaders: Sequence[tuple[int, int]], today: date
) -> list[_Row]:
    left = _lead_left(today)
    waits = [
        sa.and_(
            _in(offices),
            sa.or_(_WAITS_FOR_OFFICE, sa.and_(Order.stage.in_(OPEN), left)),
        )
        if offices
        else sa.false(),
        sa.and_(_in(leaders), Order.handed_up_at.is_not(None)) if leaders else sa.false(),
    ]
    query = _columns(sa.null(), sa.false(), sa.null(), sa.and_(Order.stage.in_(OPEN), left))
    return [_Row(*row) for row in session.execute(query.where(sa.or_(*waits)), {"today": today})]


def _in(places: Sequence[tuple[int, int]]) -> sa.ColumnElement[bool]:
    return sa.or_(*(sa.and_(Order.tenant_id == t, Order.mechanism_id == m) for t, m in places))


def _unit_row(row: _Row, now: datetime, near: datetime, desk: Any) -> Todo:
    facts = Facts(row.stage, row.due_at, row.met_at, row.fed_at, row.returned_at, row.feedback_due)
    state, due = state_of(facts, now, near), row.due_at
    feedback = end_of(row.feedback_due) if row.leads and row.feedback_due else None
    if feedback is not None and feedback < due:
        due = feedback
    note: Message | Text = Message(_("%(number)s，牵头 %(lead)s"), number=row.number, lead=row.lead)
    if row.returned_at is not None:
        note = Message(_("%(number)s，已退回，请补充"), number=row.number)
    elif due is feedback:
        note = Message(_("%(number)s，到期反馈进展"), number=row.number)
    return Todo(
        tenant_id=row.tenant_id, campaign=desk.campaign, light=state.light,
        state=state.text if row.signed_at or state.light != "ok" else _("待签收"),
        what=Message(_("督办：%(title)s"), title=row.title), note=note, source=desk.office_name, due=due,
        step=_("反馈") if row.signed_at else _("签收"), endpoint="supervision.detail", args={"order_id": row.id},
        why=(state.why,),
    )  # fmt: skip


def _body_row(row: _Row, now: datetime, campaign: str, *, leads: bool, office: bool) -> Todo:
    due: datetime | None = None
    light, step, state = "near", _("审核"), STAGES[Stage(row.stage)]
    if row.handed_up_at is not None and leads:
        step, state = _("批示"), _("提请领导")
    elif row.left and office:
        light, step, state = "slow", _("改派"), _("牵头单位已退出")
    elif row.stage == Stage.CHECKED:
        step = _("销号")
    elif row.stage == Stage.CLOSED and row.look_back_on:
        due, step, state = end_of(row.look_back_on), _("回头看"), _("待回头看")
        light = "late" if now > due else "near"
    return Todo(
        tenant_id=row.tenant_id, campaign=campaign, light=light, state=state,
        what=Message(_("督办：%(title)s"), title=row.title), note=row.number, source=row.lead, due=due, step=step,
        endpoint="supervision.detail", args={"order_id": row.id},
    )  # fmt: skip
