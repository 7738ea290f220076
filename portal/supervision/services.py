"""Orders: assigned with a number, found again, and the one way in which a step is written.

Rooms above call ``assign_order`` (a resolution, a measure of the ladder) and ``orders_of``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.campaigns.exchange import Limit
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.limits import FixedDay, reach, show_end
from portal.deadlines.models import Deadline
from portal.deadlines.services import Reason, start_deadline
from portal.notices.services import notify
from portal.supervision.models import (
    Cadence,
    Order,
    OrderSeries,
    OrderStep,
    OrderUnit,
    Stage,
    StepKind,
)
from portal.supervision.states import Facts, Standing, State, fold, near_end, state_of
from portal.tenants.calendar import load_calendar
from portal.units.bodies import list_members
from portal.units.models import Mechanism, Unit

OPEN = (Stage.OPEN.value, Stage.PROPOSED.value, Stage.CHECKED.value)
TITLE, WORDS, PERSON, LABEL = 120, 2000, 60, 200
"""Characters that are taken."""


class AlreadyOrdered(Conflict):
    """One matter, one record: an open order of the same subject stands already."""

    def __init__(self, order: Order) -> None:
        self.order_id, self.number = order.id, order.number
        super().__init__(
            Message(_("这件事已经立项督办（%(number)s），请在原件上办理。"), number=order.number)
        )


def assign_order(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    mechanism_id: int,
    office: str,
    title: str,
    lead_id: int,
    due: date | Limit,
    request_key: str,
    requirements: str = "",
    supporting_ids: Sequence[int] = (),
    subject: str = "",
    source: str = "",
    label: str = "",
    clause: str = "",
    person: str = "",
    cadence: Cadence = Cadence.NONE,
    listed_by: str = "",
    link: Callable[[int], str] = lambda _id: "",
) -> Order:
    """立项交办: one order with its number, clock and notices, in the scope's home tenant.

    ``due``: a day (on time until its 24:00, day off or not) or a ``Limit`` counted from now. ``subject``: ``type:id`` of
    what it grew out of (``resolution:12``), '' for an instruction; ``source``: the kind shown and counted, by default the
    subject's; ``label``: the source as printed (会议纪要第3期第2条), kept as a snapshot; ``clause``: what it rests on, in
    words; ``office``: its name, for the explanation of the clock; ``link``: address of the order's page for the notices.
    The same ``request_key`` again gives the order of the first time. ``AlreadyOrdered`` (a ``Conflict`` with ``order_id``)
    when an open order of the same subject stands; ``Invalid`` at ``title``, ``lead``, ``supporting`` or ``due``.
    """
    home = get_scope(session).home
    lock = sa.select(Mechanism.id).where(Mechanism.tenant_id == home, Mechanism.id == mechanism_id)
    if session.execute(lock.with_for_update()).first() is None:  # two clicks: one after the other
        raise NotFound
    first = session.scalars(
        sa.select(Order).where(Order.tenant_id == home, Order.request_key == request_key)
    ).one_or_none()
    if first is not None:
        if first.mechanism_id != mechanism_id:
            raise Conflict
        return first
    if subject:
        open_ = sa.select(Order).where(
            Order.tenant_id == home, Order.mechanism_id == mechanism_id, Order.subject == subject, Order.stage.in_(OPEN)
        )  # fmt: skip
        standing = session.scalars(open_).first()
        if standing is not None:
            raise AlreadyOrdered(standing)
    today, calendar = now.astimezone(SHANGHAI).date(), load_calendar(session)
    rule = FixedDay(due) if isinstance(due, date) else due
    supporting = list(dict.fromkeys(u for u in supporting_ids if u != lead_id))
    members = {m.unit_id: m.short_name for m in list_members(session, mechanism_id, today)}
    problems: dict[str, Message | Text] = {}
    if not title.strip():
        problems["title"] = _("请写明督办事项。")
    if lead_id not in members:
        problems["lead"] = _("请选择一家牵头单位，须是现在的成员单位。")
    if any(u not in members for u in supporting):
        problems["supporting"] = _("配合单位须是现在的成员单位，请重新选择。")
    if reach(rule, now, calendar).due <= now:
        problems["due"] = _("办结时限已经过去，请填今天或以后的日期。")
    if problems:
        raise Invalid(problems)
    series = lock_series(session, mechanism_id, today.year)
    series.last += 1
    order = Order(
        mechanism_id=mechanism_id, year=today.year, seq=series.last,
        number=str(Message(_("督〔%(year)s〕%(n)s号"), year=today.year, n=series.last)),
        title=title.strip().rstrip("\u3002")[:200], requirements=requirements.strip(), source=source or subject.partition(":")[0] or "other",
        subject=subject, label=label[:LABEL], clause=clause[:LABEL], lead_id=lead_id, person=person[:PERSON],
        cadence=cadence.value, listed_by=listed_by[:80], assigned_at=now, assigned_by=actor.name,
        request_key=request_key,
    )  # fmt: skip
    session.add(order)
    session.flush()
    for unit_id in (lead_id, *supporting):
        session.add(OrderUnit(order_id=order.id, unit_id=unit_id, lead=unit_id == lead_id))
    session.flush()
    clock = start_clock(session, actor, now, order, rule, office=office, calendar=calendar)
    write_step(
        session, actor, now, order, StepKind.ASSIGN, data={"due": clock.due_at.isoformat()}, calendar=calendar
    )
    record(
        session,
        Act.ORDER_ASSIGN,
        f"order:{order.id}",
        actor,
        now,
        {"number": order.number, "subject": subject},
    )
    text = Message(
        _("%(number)s 交办：“%(title)s”，%(due)s 前办结，请签收。"),
        number=order.number, title=order.title, due=str(show_end(now, clock.due_at)),
    )  # fmt: skip
    tell(session, actor, now, order, (lead_id, *supporting), text, link(order.id))
    return order


def lock_series(session: Session, mechanism_id: int, year: int) -> OrderSeries:
    """The body's series of the year, held until the transaction ends; made at its first use."""
    query = sa.select(OrderSeries).where(OrderSeries.mechanism_id == mechanism_id, OrderSeries.year == year)
    query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    if row is None:
        try:
            with session.begin_nested():
                session.add(OrderSeries(mechanism_id=mechanism_id, year=year, last=0))
        except IntegrityError:
            pass  # somebody else made it in the meantime
        row = session.scalars(query).one()
    return row


def start_clock(
    session: Session, actor: Actor, now: datetime, order: Order, rule: Limit | FixedDay, *, office: str,
    calendar: WorkCalendar,
) -> Deadline:  # fmt: skip
    """The clock of the order's present round, owed by the lead unit."""
    sentences = [Message(_("%(office)s交办 %(number)s。"), office=office, number=order.number)]
    if order.clause:
        sentences.append(Message(_("依据：%(basis)s。"), basis=order.clause))
    clock = start_deadline(
        session, actor, now, mechanism_id=order.mechanism_id, unit_id=order.lead_id, subject=f"order:{order.id}",
        rule=f"round:{order.round}", title=f"{order.number} {order.title}",
        reason=Reason(Text(order.title), rule, tuple(sentences)), started_at=now, calendar=calendar,
    )  # fmt: skip
    order.deadline_id = clock.id
    session.flush()
    return clock


def tell(
    session: Session, actor: Actor, now: datetime, order: Order, unit_ids: Iterable[int | None], text: Message,
    link: str, *, detail: str = "",
) -> None:  # fmt: skip
    """A notice to each of these (None = the office)."""
    for unit_id in unit_ids:
        notify(
            session, now, mechanism_id=order.mechanism_id, unit_id=unit_id, text=text, sender=actor.name, link=link,
            detail=detail[:500],
        )  # fmt: skip


# -------------------------------------------------------------------------------------------- one order
def lock_order(session: Session, order: Order, version: int | None = None) -> Order:
    """The order's row, held until the transaction ends. ``version``: of the page the reader decided on; ``Conflict`` when
    somebody else has decided since."""
    session.refresh(order, with_for_update=True)
    if version is not None and version != order.version:
        raise Conflict(_("这件督办刚刚由他人办理过，请看最新情况后再办。"))
    return order


def list_steps(session: Session, order: Order) -> list[OrderStep]:
    """Oldest first."""
    return list(
        session.scalars(
            sa.select(OrderStep)
            .where(OrderStep.tenant_id == order.tenant_id, OrderStep.order_id == order.id)
            .order_by(OrderStep.at, OrderStep.id)
        )
    )


def find_step(session: Session, order: Order, request_key: str) -> OrderStep | None:
    """The step that the same page has made already. ``Conflict`` for a page of another order."""
    home = get_scope(session).home
    wanted = sa.select(OrderStep).where(OrderStep.tenant_id == home, OrderStep.request_key == request_key)
    found = session.scalars(wanted).one_or_none()
    if found is not None and found.order_id != order.id:
        raise Conflict
    return found


def begin_step(
    session: Session, order: Order, request_key: str, version: int | None = None
) -> OrderStep | None:
    """The step that the same page has made already; else None, and the order is held (``lock_order``)."""
    made = find_step(session, order, request_key)
    if made is None:
        lock_order(session, order, version)
    return made


def write_step(
    session: Session,
    actor: Actor,
    now: datetime,
    order: Order,
    kind: StepKind,
    *,
    unit_id: int | None = None,
    text: str = "",
    problems: str = "",
    plan: str = "",
    colour: str = "",
    data: dict[str, Any] | None = None,
    request_key: str | None = None,
    calendar: WorkCalendar | None = None,
) -> OrderStep:
    """Add the step and let the order follow from all its steps; the caller holds the order's row."""
    step = OrderStep(
        order_id=order.id, kind=kind.value, unit_id=unit_id, text=text.strip(), problems=problems.strip(),
        plan=plan.strip(), colour=colour, data=data or {}, by=actor.name, by_id=actor.account_id, at=now,
        request_key=request_key,
    )  # fmt: skip
    session.add(step)
    session.flush()
    settle(session, order, calendar)
    order.version += kind not in (StepKind.SIGN, StepKind.FEED)
    return step


def settle(session: Session, order: Order, calendar: WorkCalendar | None = None) -> Standing:
    """Write what the steps come to into the order's row."""
    standing = fold(list_steps(session, order), Cadence(order.cadence), calendar or load_calendar(session))
    order.stage, order.round = standing.stage.value, standing.round
    for name in ("fed_at", "returned_at", "feedback_due", "handed_up_at", "closed_at", "look_back_on"):
        setattr(order, name, getattr(standing, name))
    return standing


def standing_of(session: Session, order: Order) -> Standing:
    return fold(list_steps(session, order), Cadence(order.cadence), load_calendar(session))


def clock_of(session: Session, order: Order) -> Deadline:
    return session.get_one(Deadline, (order.tenant_id, order.deadline_id))


def facts_of(order: Order, clock: Deadline) -> Facts:
    return Facts(order.stage, clock.due_at, clock.met_at, order.fed_at, order.returned_at, order.feedback_due)


# ------------------------------------------------------------------------------------ for rooms above
@dataclass(frozen=True, kw_only=True)
class OrderBrief:
    """An order as the thing shows it that it grew out of. Its page: endpoint ``supervision.detail``, ``order_id``."""

    id: int
    number: str
    title: str
    subject: str
    lead: str
    """Short name of the lead unit."""
    due_at: datetime
    facts: Facts
    calendar: WorkCalendar

    @property
    def open(self) -> bool:
        return self.facts.stage in OPEN

    def state(self, now: datetime) -> State:
        """Its light (``ui.light(state.light, state.text)``) and why."""
        return state_of(self.facts, now, near_end(now, self.calendar))


def orders_of(session: Session, tenant_id: int, subjects: Collection[str]) -> dict[str, list[OrderBrief]]:
    """Orders by the subject they grew out of (``resolution:12``), the latest first; withdrawn ones too. Two statements,
    none for no subjects. Says nothing about who may read them: the caller shows them to readers of the subject."""
    found: dict[str, list[OrderBrief]] = {}
    if not subjects:
        return found
    rows = session.execute(
        sa.select(
            Order.id, Order.number, Order.title, Order.subject, Unit.short_name, Deadline.due_at, Order.stage,
            Deadline.met_at, Order.fed_at, Order.returned_at, Order.feedback_due,
        )
        .join(Unit, sa.and_(Unit.tenant_id == Order.tenant_id, Unit.id == Order.lead_id))
        .join(Deadline, sa.and_(Deadline.tenant_id == Order.tenant_id, Deadline.id == Order.deadline_id))
        .where(Order.tenant_id == tenant_id, Order.subject.in_(list(subjects)))
        .order_by(Order.assigned_at.desc(), Order.id.desc())
    ).all()  # fmt: skip
    calendar = load_calendar(session) if rows else WorkCalendar()
    for r in rows:
        facts = Facts(r.stage, r.due_at, r.met_at, r.fed_at, r.returned_at, r.feedback_due)
        brief = OrderBrief(
            id=r.id, number=r.number, title=r.title, subject=r.subject, lead=r.short_name, due_at=r.due_at,
            facts=facts, calendar=calendar,
        )  # fmt: skip
        found.setdefault(r.subject, []).append(brief)
    return found
