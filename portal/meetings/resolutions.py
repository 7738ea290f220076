"""Resolutions (议定事项): who does what by when, and what became of it. Progress is that of the order (督办) made of one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.exchange import Limit, LimitKind
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.limits import FixedDay, Reached, Rule, reach
from portal.deadlines.models import Deadline
from portal.deadlines.services import Reason, deadlines_of, start_deadline
from portal.deadlines.state import state_of
from portal.deadlines.withdrawing import withdraw_deadline
from portal.meetings.models import Meeting, Minutes, MinutesEdition, Resolution
from portal.meetings.services import get_meeting, unit_names
from portal.supervision.services import TITLE, AlreadyOrdered, OrderBrief, assign_order, orders_of
from portal.supervision.sources import OrderSource, SourceKind, register_source

KIND = "resolution"
BY_HAND = "hand:resolution:"
"""Subject of the clock of a resolution without an order; the lead unit marks it as done in the room of deadlines."""
Links = Callable[[int], str]


def subject_of(resolution_id: int) -> str:
    return f"{KIND}:{resolution_id}"


def list_resolutions(session: Session, tenant_id: int, meeting_ids: Collection[int]) -> list[Resolution]:
    """By meeting, in their order; one statement."""
    r = Resolution
    query = sa.select(r).where(r.tenant_id == tenant_id, r.meeting_id.in_(list(meeting_ids)))
    return list(session.scalars(query.order_by(r.meeting_id, r.position, r.id)))


def ordered_ids(session: Session, tenant_id: int, ids: Collection[int]) -> set[int]:
    """Those of them that are under supervision: an order was made and not withdrawn."""
    found = orders_of(session, tenant_id, [subject_of(i) for i in ids if i])
    return {int(subject.partition(":")[2]) for subject, briefs in found.items() if standing_order(briefs)}


def standing_order(briefs: Sequence[OrderBrief]) -> OrderBrief | None:
    """The latest one that was not withdrawn."""
    return next((b for b in briefs if b.facts.stage != "withdrawn"), None)


# ------------------------------------------------------------------------------------------- limits
def rule_of(due_on: date | None, working_days: int | None) -> Rule | None:
    if due_on is not None:
        return FixedDay(due_on)
    return Limit(kind=LimitKind.WORKING_DAYS, n=working_days) if working_days else None


def reach_due(row: Resolution, since: datetime, calendar: WorkCalendar) -> Reached | None:
    """The end of the row's limit and why; ``since``: the chair's signature, or now while there is none."""
    rule = rule_of(row.due_on, row.working_days)
    return reach(rule, since, calendar) if rule else None


# ------------------------------------------------------------------------------------------- as printed
def snapshot_of(session: Session, tenant_id: int, rows: Sequence[Resolution]) -> list[dict[str, Any]]:
    """For an edition: words that stand though units are renamed later. ``due`` is filled when the chair signs."""
    ids = {u for r in rows for u in (r.lead_unit_id, *r.supporting_ids) if u}
    names = unit_names(session, tenant_id, ids) if ids else {}
    return [
        {
            "id": r.id, "text": r.text, "lead": names.get(r.lead_unit_id or 0, ""), "lead_id": r.lead_unit_id,
            "supporting": [name for u, name in names.items() if u in r.supporting_ids],
            "supporting_ids": list(r.supporting_ids), "person": r.person,
            "due_on": r.due_on.isoformat() if r.due_on else "", "days": r.working_days or 0, "due": "",
        }
        for r in rows
    ]  # fmt: skip


def fix_dues(
    decisions: Sequence[Mapping[str, Any]], signed_at: datetime, calendar: WorkCalendar
) -> list[dict[str, Any]]:
    """The same with the day on which each limit ends, now that it is known when it began."""
    found = []
    for d in decisions:
        rule = rule_of(date.fromisoformat(d["due_on"]) if d["due_on"] else None, d["days"] or None)
        found.append(dict(d) | {"due": reach(rule, signed_at, calendar).due_date.isoformat() if rule else ""})
    return found


def due_text(decision: Mapping[str, Any]) -> Message | Text:
    """时限 as printed: a date, or working days and, once signed, the date they end on."""
    if not decision["days"]:
        return day_on_paper(decision["due_on"])
    if decision["due"]:
        return Message(
            _("%(n)s 个工作日（至 %(day)s）"), n=decision["days"], day=day_on_paper(decision["due"])
        )
    return Message(_("签发后 %(n)s 个工作日"), n=decision["days"])


def day_on_paper(text: str) -> Message | Text:
    """A stored day as official papers write it; what is no day stays as typed."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return Text(text)
    return Message(_("%(y)s年%(m)s月%(d)s日"), y=day.year, m=day.month, d=day.day)


# ------------------------------------------------------------------------------------------- orders
class Progress(NamedTuple):
    """What became of a resolution. ``order`` None: it has no order; ``clock``: its own deadline, where there is one."""

    order: OrderBrief | None
    clock: Deadline | None

    def light(self, now: datetime) -> tuple[str, Message | Text]:
        if self.order is not None:
            order = self.order.state(now)
            return order.light, order.text
        if self.clock is not None:
            c = self.clock
            state = state_of(c.started_at, c.due_at, c.met_at, now)
            return state.light, state.outcome
        return "near", _("未转督办")


def list_progress(session: Session, tenant_id: int, ids: Collection[int]) -> dict[int, Progress]:
    """Of every resolution named; three statements."""
    wanted = [i for i in ids if i]
    orders = orders_of(session, tenant_id, [subject_of(i) for i in wanted])
    clocks = deadlines_of(session, tenant_id, [f"{BY_HAND}{i}" for i in wanted])
    return {
        i: Progress(
            standing_order(orders.get(subject_of(i), ())), next(iter(clocks.get(f"{BY_HAND}{i}", ())), None)
        )
        for i in wanted
    }


@dataclass(frozen=True)
class Made:
    """How many orders were made, and how many there were already."""

    made: int
    standing: int


def make_orders(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    desk: Desk,
    meeting: Meeting,
    minutes: Minutes,
    edition: MinutesEdition,
    only: int = 0,
    link: Links,
) -> Made:
    """转督办: an order of every signed resolution (or of ``only`` one) that has none. Nothing is entered again."""
    wanted = [(n, d) for n, d in enumerate(edition.decisions, 1) if not only or d["id"] == only]
    if only and not wanted:
        raise NotFound
    progress = list_progress(session, meeting.tenant_id, [d["id"] for _n, d in wanted])
    made = standing = 0
    for n, decision in wanted:
        was = progress[decision["id"]]
        if was.order is not None:
            standing += 1
            continue
        source = source_of(decision, n, meeting, minutes)
        try:
            assign_order(
                session, actor, now, mechanism_id=meeting.mechanism_id, office=desk.office_name, title=source.title,
                lead_id=source.lead_unit_id or 0, due=_due_of(decision, now),
                request_key=f"{source.subject}:{now.timestamp():.0f}"[:60], requirements=source.requirements,
                supporting_ids=source.supporting_ids, subject=source.subject, label=str(source.label), person=source.person,
                link=link,
            )  # fmt: skip
        except AlreadyOrdered:
            standing += 1
            continue
        except Invalid as refused:
            why = next(iter(refused.problems.values()))
            raise Conflict(Message(_("第 %(n)s 项不能转督办：%(why)s"), n=n, why=why)) from refused
        if was.clock is not None and was.clock.met_at is None:
            withdraw_deadline(session, actor, now, deadline=was.clock, reason=str(_("已转为督办。")))
        made += 1
    return Made(made, standing)


def _due_of(decision: Mapping[str, Any], now: datetime) -> date | Limit:
    """The day that stands in the signed minutes."""
    day = decision["due"] or decision["due_on"]
    return date.fromisoformat(day) if day else Limit(kind=LimitKind.WORKING_DAYS, n=decision["days"] or 5)


def start_clocks(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    desk: Desk,
    meeting: Meeting,
    decisions: Sequence[Mapping[str, Any]],
    calendar: WorkCalendar,
) -> None:
    """A clock for each resolution that is not supervised: the lead unit sees it and marks it as done."""
    progress = list_progress(session, meeting.tenant_id, [d["id"] for d in decisions])
    for decision in decisions:
        was = progress[decision["id"]]
        rule = rule_of(
            date.fromisoformat(decision["due_on"]) if decision["due_on"] else None, decision["days"] or None
        )
        if was.order is not None or was.clock is not None or rule is None:
            continue
        title = _line(decision["text"])[:200]
        said = Message(_("%(title)s议定，由%(unit)s牵头。"), title=meeting.title, unit=decision["lead"])
        start_deadline(
            session, actor, now, mechanism_id=meeting.mechanism_id, unit_id=decision["lead_id"],
            subject=f"{BY_HAND}{decision['id']}", rule="minutes", title=title, reason=Reason(Text(title), rule, (said,)),
            started_at=now, calendar=calendar,
        )  # fmt: skip


def source_of(
    decision: Mapping[str, Any], place: int, meeting: Meeting, minutes: Minutes | None
) -> OrderSource:
    """What the order takes from the resolution. ``decision``: of the signed edition."""
    text = _line(decision["text"])
    name = (minutes.document_number or minutes.title) if minutes else meeting.title
    day = decision["due"] or decision["due_on"]
    return OrderSource(
        subject=subject_of(decision["id"]),
        label=str(Message(_("%(minutes)s第%(n)s项"), minutes=name, n=place)),
        title=text if len(text) <= TITLE else text[: TITLE - 1] + "…",
        requirements=decision["text"] if text != decision["text"] or len(text) > TITLE else "",
        lead_unit_id=decision["lead_id"],
        supporting_ids=tuple(decision["supporting_ids"]),
        due_on=date.fromisoformat(day) if day else None,
        person=decision["person"],
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def find_source(session: Session, desk: Desk, resolution_id: int) -> OrderSource:
    """For the page that assigns an order: a signed resolution of a meeting that the desk reads."""
    row = session.get(Resolution, (desk.tenant_id, resolution_id))
    if row is None:
        raise NotFound
    meeting = get_meeting(session, desk, row.meeting_id)
    query = (
        sa.select(MinutesEdition, Minutes)
        .join(Minutes, sa.and_(Minutes.tenant_id == MinutesEdition.tenant_id, Minutes.id == MinutesEdition.minutes_id))
        .where(Minutes.tenant_id == desk.tenant_id, Minutes.meeting_id == meeting.id, MinutesEdition.signed_at.is_not(None))
        .order_by(MinutesEdition.number.desc())
    )  # fmt: skip
    for edition, minutes in session.execute(query):
        for n, decision in enumerate(edition.decisions, 1):
            if decision["id"] == resolution_id:
                return source_of(decision, n, meeting, minutes)
    raise NotFound


register_source(KIND, SourceKind(find_source, ("meetings.resolution", "resolution_id"), _("议定事项")))
