"""The clocks of the work on an entry, apart from those of its report upward (``clocks``): a step starts one, an
assignment may; leaving the stage, or asking for closure, meets them.

Their subject is ``handling:<id>``, so that a first urgent report, which stops every clock of ``record:<id>``, leaves
them alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.workflow import Step
from portal.core.audit import Act, record
from portal.core.clock import end_of
from portal.core.errors import Invalid
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.deadlines.extensions import add_change
from portal.deadlines.limits import FixedDay
from portal.deadlines.matters import Place, register_place
from portal.deadlines.models import Deadline
from portal.deadlines.services import Reason, deadlines_of, meet_deadline, start_deadline
from portal.deadlines.state import ask_reason, state_of
from portal.deadlines.withdrawing import WITHDRAWN
from portal.ledger.hands import lead_of
from portal.ledger.models import Record

KIND = "handling"
ASSIGNED = "assigned"
"""Rule of the limit that the office set with an assignment."""
LATE_REASON = 300

register_place(KIND, Place("ledger.detail", "record_id", _("办理"), "ledger"))


def subject_of(found: Record) -> str:
    return f"{KIND}:{found.id}"


def clocks_of(session: Session, found: Record) -> list[Deadline]:
    """The earliest due first; one statement."""
    return deadlines_of(session, found.tenant_id, [subject_of(found)]).get(subject_of(found), [])


def start_step_clock(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, found: Record, step: Step, at: datetime
) -> None:
    if step.starts is None:
        return
    sentence = Message(_("“%(step)s”之后起算，由主办单位办理。"), step=step.label)
    reason = Reason(step.label, step.starts, (sentence,), step.clause, campaign.source(step.clause.source))
    _start(session, actor, now, found, step.key, reason, at)


def start_assigned_clock(
    session: Session, actor: Actor, now: datetime, found: Record, due: date, office: str
) -> None:
    sentence = Message(_("%(office)s交办时指定。"), office=office)
    _start(session, actor, now, found, ASSIGNED, Reason(_("办结时限"), FixedDay(due), (sentence,)), now)


def keep_stage_clock(session: Session, actor: Actor, now: datetime, ledger: Ledger, found: Record) -> None:
    """The clock of ``State.until`` runs to the day that stands in its field now. Called after every change of the entry."""
    state = ledger.state(found.stage)
    if state is None or not state.until:
        return
    rule, given = f"until_{state.key}", found.values.get(state.until)
    due = date.fromisoformat(str(given)) if given else None
    running = [c for c in clocks_of(session, found) if c.met_at is None and c.rule.partition(":")[0] == rule]
    if running and due is not None and running[0].due_at == end_of(due):
        return
    if running:
        withdraw_clocks(session, actor, now, found, str(_("所依据的日期改动。")), rule)
    if due is not None and end_of(due) >= now:
        label = next(f.label for f in ledger.fields if f.key == state.until)
        sentence = Message(_("照“%(field)s”所填日期，由主办单位办理。"), field=label)
        _start(session, actor, now, found, rule, Reason(label, FixedDay(due), (sentence,)), now)


def _start(
    session: Session, actor: Actor, now: datetime, found: Record, rule: str, reason: Reason, at: datetime
) -> None:
    """The same step taken again starts another clock; the story keeps both."""
    start_deadline(
        session, actor, now, mechanism_id=found.mechanism_id, unit_id=lead_of(found), subject=subject_of(found),
        rule=_next_rule(clocks_of(session, found), rule), title=f"{found.number} {found.title}", reason=reason,
        started_at=at,
    )  # fmt: skip


def _next_rule(clocks: Sequence[Deadline], rule: str) -> str:
    taken = {c.rule for c in clocks}
    names = (rule if n == 1 else f"{rule}:{n}" for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def check_late(clocks: Sequence[Deadline], now: datetime, late_reason: str) -> str:
    """The reason to be kept: '' where nothing is late, whatever was typed. ``Invalid`` at ``late_reason`` when a clock
    that is about to be met is over and nobody says why."""
    late = [
        state
        for c in clocks
        if c.met_at is None and (state := state_of(c.started_at, c.due_at, now, now)).late
    ]
    if late and not late_reason.strip():
        raise Invalid({"late_reason": ask_reason(late[0], reported=False)})
    return late_reason.strip()[:LATE_REASON] if late else ""


def meet_clocks(
    session: Session, actor: Actor, now: datetime, found: Record, late_reason: str, *, waited: bool = False
) -> None:
    """``waited``: it was done in time, and then waited for somebody else's decision."""
    for clock in clocks_of(session, found):
        if clock.met_at is None:
            reason = late_reason.strip()[:LATE_REASON] or (str(_("等待决定期间到期。")) if waited else "")
            meet_deadline(session, actor, now, clock, late_reason=reason)


def run_on(session: Session, found: Record, met_at: datetime) -> None:
    """What was met at that moment is not: the closure that was asked for then was returned."""
    for clock in clocks_of(session, found):
        if clock.met_at == met_at:
            clock.met_at, clock.met_by, clock.late_reason = None, "", ""


def hand_over(session: Session, found: Record) -> None:
    """The running clocks are those of the new lead unit."""
    for clock in clocks_of(session, found):
        if clock.met_at is None:
            clock.unit_id = lead_of(found)


def withdraw_clocks(
    session: Session, actor: Actor, now: datetime, found: Record, why: str, rule: str = ""
) -> None:
    """They stop where they are and are owed no more; what is kept says so. ``rule``: of these alone."""
    for clock in clocks_of(session, found):
        if clock.met_at is None and (not rule or clock.rule.partition(":")[0] == rule):
            add_change(session, actor, now, clock, WITHDRAWN, clock.due_at, why)
            clock.met_at, clock.met_by = now, actor.name
            data = {"subject": clock.subject}
            record(session, Act.DEADLINE_WITHDRAW, f"deadline:{clock.id}", actor, now, data)


def resume_clocks(
    session: Session, actor: Actor, now: datetime, found: Record, withdrawn_at: datetime
) -> None:
    """What was withdrawn at that moment runs again, from where it had begun to the same instant."""
    clocks = clocks_of(session, found)
    for old in clocks:
        if old.met_at != withdrawn_at:
            continue
        new = Deadline(
            mechanism_id=old.mechanism_id, unit_id=lead_of(found), subject=old.subject,
            rule=_next_rule(clocks, old.rule.partition(":")[0]), title=old.title, reason=old.reason,
            started_at=old.started_at, entered_at=now, due_at=old.due_at, span=old.span, provisional=old.provisional,
        )  # fmt: skip
        session.add(new)
        session.flush()
        data = {"subject": new.subject, "rule": new.rule, "due": new.due_at.isoformat()}
        record(session, Act.DEADLINE_START, f"deadline:{new.id}", actor, now, data)


def name_of(clock: Deadline) -> Text:
    return Text(clock.reason["label"])
