"""Deadlines that an office sets by hand: after a meeting, a change of state, a superior's word; for one or more units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import Conflict, Invalid
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.limits import Reached, Rule, reach, show_end
from portal.deadlines.models import Deadline
from portal.deadlines.services import Reason, meet_deadline, start_deadline
from portal.deadlines.state import DeadlineState
from portal.notices.services import notify
from portal.units.models import Mechanism

PREFIX = "hand:"
"""How the subject of a deadline begins that was set by hand; only these are marked as done by hand."""
TOLERANCE = timedelta(minutes=2)
EARLIEST = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is asked for, by which rule, counted from when (aware). ``basis``: what it rests on, in words."""

    title: str
    what: str
    rule: Rule
    started_at: datetime
    basis: str = ""


def compute_order(order: Order, now: datetime, calendar: WorkCalendar) -> Reached:
    """The date before anything is started. ``Invalid`` for a start that cannot be meant or an end that is over."""
    if not now - EARLIEST <= order.started_at <= now + TOLERANCE:
        raise Invalid({"started": _("起算时间应在最近一年之内，不晚于现在。")})
    reached = reach(order.rule, order.started_at, calendar)
    if reached.due <= now:
        text = _("按此计算，时限至 %(due)s，已经过去，请改时限或起算时间。")
        raise Invalid({"n": Message(text, due=show_end(now, reached.due))})
    return reached


def start_by_hand(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    mechanism_id: int,
    office: str,
    unit_ids: Sequence[int | None],
    order: Order,
    calendar: WorkCalendar,
    request_key: str,
    link: Callable[[int], str] = lambda _id: "",
) -> list[Deadline]:
    """One deadline for each unit (None = the office itself), each with its notice.

    The same ``request_key`` again gives what the first time gave.
    """
    subject = f"{PREFIX}{request_key}"[:60]
    home = get_scope(session).home
    lock = sa.select(Mechanism.id).where(Mechanism.tenant_id == home, Mechanism.id == mechanism_id)
    session.execute(lock.with_for_update())  # two clicks: one after the other
    first = list(
        session.scalars(sa.select(Deadline).where(Deadline.tenant_id == home, Deadline.subject == subject))
    )
    if first:
        if any(d.mechanism_id != mechanism_id for d in first):
            raise Conflict
        return first
    compute_order(order, now, calendar)
    sentences = [Message(_("%(office)s要求：%(what)s"), office=office, what=order.what or order.title)]
    if order.basis:
        sentences.append(Message(_("依据：%(basis)s。"), basis=order.basis))
    made = []
    for unit_id in dict.fromkeys(unit_ids):
        deadline = start_deadline(
            session, actor, now, mechanism_id=mechanism_id, unit_id=unit_id, subject=subject,
            rule=f"unit:{unit_id or 0}", title=order.title,
            reason=Reason(Text(order.title), order.rule, tuple(sentences)), started_at=order.started_at,
            calendar=calendar,
        )  # fmt: skip
        text = Message(
            _("新时限：“%(title)s”，%(due)s 前办结。"),
            title=order.title,
            due=str(show_end(now, deadline.due_at)),
        )
        if unit_id is not None:
            notify(
                session, now, mechanism_id=mechanism_id, unit_id=unit_id, text=text, sender=actor.name,
                link=link(deadline.id), detail=order.what[:500],
            )  # fmt: skip
        made.append(deadline)
    return made


def by_hand(deadline: Deadline) -> bool:
    return deadline.subject.startswith(PREFIX)


def meet_by_hand(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    deadline: Deadline,
    note: str,
    late_reason: str = "",
    link: str = "",
) -> DeadlineState:
    """Marked as done with one line of what was done; late is accepted with its reason."""
    session.refresh(deadline, with_for_update=True)
    if deadline.met_at is not None:
        raise Conflict(_("已经办结或撤销，请刷新页面查看。"))
    if not by_hand(deadline):
        raise Conflict(_("这项时限由办理本身结束，不能手工办结。"))
    if not note.strip():
        raise Invalid({"note": _("请用一句话写明办理结果。")})
    state = meet_deadline(session, actor, now, deadline, late_reason=late_reason.strip())
    deadline.met_note = note.strip()[:500]
    if deadline.unit_id is not None:
        text = Message(_("已办结：“%(title)s”。"), title=deadline.title)
        notify(
            session, now, mechanism_id=deadline.mechanism_id, unit_id=None, text=text, sender=actor.name, link=link,
            detail=deadline.met_note,
        )  # fmt: skip
    return state
