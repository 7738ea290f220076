"""Running clocks: started, met, listed, explained. Only instants are stored; ``limits.reach`` computes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.exchange import LimitKind
from portal.campaigns.sources import Clause, Source
from portal.core.audit import Act, record
from portal.core.errors import Invalid
from portal.core.i18n import show_moment
from portal.core.ready import Ready
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.limits import FixedDay, Reached, Rule, explain_span, reach, show_end
from portal.deadlines.matters import find_place, is_clock
from portal.deadlines.models import Deadline
from portal.deadlines.state import DeadlineState, ask_reason, state_of
from portal.tenants.calendar import load_calendar
from portal.units.handover import OpenItem
from portal.units.models import Unit


@dataclass(frozen=True)
class Reason:
    """Why a clock runs. Kept as a snapshot, so that it can be read when the plugin has gone.

    ``sentences``: what happened, with the numbers. ``clause`` None = a person marked the matter by hand.
    ``source``: the document of the clause.
    """

    label: Text
    limit: Rule
    sentences: tuple[Message, ...]
    clause: Clause | None = None
    source: Source | None = None

    def snapshot(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "sentences": [[m.text, m.params] for m in self.sentences],
            "clause": self.clause and [self.clause.article, self.clause.note or ""],
            "source": self.source and [self.source.number, self.source.title],
        }


def start_deadline(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    mechanism_id: int,
    unit_id: int | None,
    subject: str,
    rule: str,
    title: str,
    reason: Reason,
    started_at: datetime,
    calendar: WorkCalendar | None = None,
) -> Deadline:
    """``started_at`` is the moment of knowing; ``now`` is kept as the moment of entry (Q-11).

    ``unit_id`` None = the office owes it. ``calendar`` None = read here, should the limit count days.
    """
    reached = _reach(session, reason.limit, started_at, calendar)
    deadline = Deadline(
        mechanism_id=mechanism_id,
        unit_id=unit_id,
        subject=subject,
        rule=rule,
        title=title[:200],
        reason=reason.snapshot(),
        started_at=started_at,
        entered_at=now,
        due_at=reached.due,
        span=dict(reached.span),
        provisional=reached.provisional,
    )
    session.add(deadline)
    session.flush()
    data = {"subject": subject, "rule": rule, "due": deadline.due_at.isoformat()}
    record(session, Act.DEADLINE_START, f"deadline:{deadline.id}", actor, now, data)
    return deadline


def _reach(session: Session, rule: Rule, start: datetime, calendar: WorkCalendar | None) -> Reached:
    """The calendar is read only where it matters: hours and named days need none."""
    if calendar is None:
        bare = isinstance(rule, FixedDay) or rule.kind is LimitKind.HOURS
        calendar = WorkCalendar() if bare else load_calendar(session)
    return reach(rule, start, calendar)


def meet_deadline(
    session: Session, actor: Actor, now: datetime, deadline: Deadline, *, late_reason: str = ""
) -> DeadlineState:
    """Late is accepted and marked; only the reason must be given."""
    state = state_of(deadline.started_at, deadline.due_at, now, now)
    if state.late and not late_reason:
        raise Invalid({"late_reason": ask_reason(state, reported=is_clock(deadline.subject))})
    deadline.met_at, deadline.met_by = now, actor.name
    deadline.late_reason = late_reason if state.late else ""
    data = {"subject": deadline.subject, "minutes_late": state.minutes_late}
    record(session, Act.DEADLINE_MEET, f"deadline:{deadline.id}", actor, now, data)
    return state


def move_deadline(deadline: Deadline, started_at: datetime) -> None:
    """The moment of knowing was corrected: a clock of hours follows. The story of its subject tells who did it."""
    length = deadline.due_at - deadline.started_at
    deadline.started_at, deadline.due_at = started_at, started_at + length
    if deadline.span:
        deadline.span = {**deadline.span, "due": deadline.due_at.isoformat()}


def deadlines_of(session: Session, tenant_id: int, subjects: Iterable[str]) -> dict[str, list[Deadline]]:
    """Clocks by subject, the earliest due first; one statement."""
    found: dict[str, list[Deadline]] = {}
    wanted = list(subjects)
    if wanted:
        rows = session.scalars(
            sa.select(Deadline)
            .where(Deadline.tenant_id == tenant_id, Deadline.subject.in_(wanted))
            .order_by(Deadline.due_at, Deadline.id)
        )
        for deadline in rows:
            found.setdefault(deadline.subject, []).append(deadline)
    return found


@dataclass(frozen=True)
class Running:
    """An unmet clock as listed on the to-do page and over the urgent reports."""

    id: int
    tenant_id: int
    mechanism_id: int
    unit_id: int | None
    unit_name: str | None
    """None = the office owes it."""
    subject: str
    rule: str
    title: str
    reason: Mapping[str, Any]
    started_at: datetime
    entered_at: datetime
    due_at: datetime
    span: Mapping[str, Any]
    provisional: bool

    def state(self, now: datetime) -> DeadlineState:
        return state_of(self.started_at, self.due_at, None, now)


RUNNING = (
    sa.select(
        Deadline.id, Deadline.tenant_id, Deadline.mechanism_id, Deadline.unit_id, Unit.short_name, Deadline.subject,
        Deadline.rule, Deadline.title, Deadline.reason, Deadline.started_at, Deadline.entered_at, Deadline.due_at,
        Deadline.span, Deadline.provisional,
    )
    .outerjoin(Unit, sa.and_(Unit.tenant_id == Deadline.tenant_id, Unit.id == Deadline.unit_id))
    .where(Deadline.tenant_id.in_(sa.bindparam("own", expanding=True)), Deadline.met_at.is_(None))
    .order_by(Deadline.due_at, Deadline.id)
)  # fmt: skip
_AT = Ready(
    RUNNING.where(
        sa.or_(
            Deadline.mechanism_id.in_(sa.bindparam("offices", expanding=True)),
            sa.tuple_(Deadline.mechanism_id, Deadline.unit_id).in_(sa.bindparam("units", expanding=True)),
        )
    )
)


def list_running(
    session: Session,
    *,
    unit_ids: Sequence[int] | None = None,
    mechanism_id: int | None = None,
    places: Sequence[tuple[int, int, int | None]] | None = None,
    prefixes: Sequence[str] = (),
) -> tuple[Running, ...]:
    """Unmet clocks in the reader's own tenants, of these units or of a whole mechanism; one statement.

    ``places``: (tenant, mechanism, unit) each, unit None = the whole mechanism; for readers of several tenants.
    ``prefixes``: of these subjects alone (``record:``).
    """
    own = get_scope(session).own
    if places is not None:
        offices = [mechanism for _tenant, mechanism, unit in places if unit is None]
        units = [(mechanism, unit) for _tenant, mechanism, unit in places if unit is not None]
        return tuple(Running(*row) for row in _AT.rows(session, own=own, offices=offices, units=units))
    query = RUNNING
    if unit_ids is not None:
        query = query.where(Deadline.unit_id.in_(unit_ids))
    if mechanism_id is not None:
        query = query.where(Deadline.mechanism_id == mechanism_id)
    if prefixes:
        query = query.where(sa.or_(*(Deadline.subject.startswith(p) for p in prefixes)))
    return tuple(Running(*row) for row in session.execute(query, {"own": own}))


def explain(deadline: Deadline | Running) -> tuple[Message | Text, ...]:
    """为什么: what happened, the clause, when the clock began, its rule, the days skipped and why, its end."""
    reason = deadline.reason
    lines: list[Message | Text] = [Message(text, **params) for text, params in reason["sentences"]]
    if reason["clause"] and reason["source"]:
        (number, title), (article, note) = reason["source"], reason["clause"]
        lines.append(
            Message(
                _("依据：%(number)s《%(title)s》%(article)s，%(label)s。"),
                number=Text(number),
                title=Text(title),
                article=Text(article),
                label=Text(reason["label"]),
            )
        )
        if note:
            lines.append(Message(note))
    started, entered = show_moment(deadline.started_at), show_moment(deadline.entered_at)
    known = (
        _("得知时间 %(a)s，录入时间 %(b)s。") if is_clock(deadline.subject) else _("%(a)s 起算，%(b)s 录入。")
    )
    lines.append(Message(known, a=started, b=entered))
    span = deadline.span or {
        "rule": LimitKind.HOURS.value,
        "n": reason["hours"],
    }  # as kept before there were spans
    reached = datetime.fromisoformat(span["due"]) if "due" in span else deadline.due_at
    lines += explain_span(span, deadline.started_at, reached, deadline.provisional)
    if reached != deadline.due_at:
        lines.append(Message(_("延期后至 %(due)s 止。"), due=show_end(deadline.started_at, deadline.due_at)))
    return tuple(lines)


def open_items(session: Session, mechanism_id: int, unit_id: int) -> list[OpenItem]:
    """For a hand-over: the unit's running clocks, but for those whose things another room hands over."""
    running = list_running(session, unit_ids=[unit_id], mechanism_id=mechanism_id)
    return [
        OpenItem(kind=_("计时"), title=c.title, due=c.due_at, subject=f"deadline:{c.id}")
        for c in running
        if find_place(c.subject) is None
    ]
