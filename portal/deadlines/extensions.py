"""Extensions: asked by the unit before the due instant with a reason, decided by its office; the history stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.exchange import LimitKind
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.deadlines.limits import show_end
from portal.deadlines.matters import is_clock
from portal.deadlines.models import Deadline, DeadlineChange
from portal.deadlines.state import show_minutes, state_of
from portal.notices.services import notify

LONGEST = timedelta(days=366)


def list_changes(session: Session, deadline: Deadline) -> list[DeadlineChange]:
    """What moved the deadline or was to move it, oldest first."""
    return list(
        session.scalars(
            sa.select(DeadlineChange)
            .where(DeadlineChange.tenant_id == deadline.tenant_id, DeadlineChange.deadline_id == deadline.id)
            .order_by(DeadlineChange.at, DeadlineChange.id)
        )
    )


def pending(changes: list[DeadlineChange]) -> DeadlineChange | None:
    """The request that waits for its decision."""
    steps = [c for c in changes if c.kind != "recomputed"]  # a withdrawal is the last of them and settles it
    return steps[-1] if steps and steps[-1].kind == "asked" else None


def bar(deadline: Deadline, now: datetime) -> Message | Text | None:
    """Why no extension can be asked for; None = it can."""
    if deadline.met_at is not None:
        return _("已经办结或撤销，无需延期。")
    hours = not deadline.span or deadline.span["rule"] == LimitKind.HOURS
    if is_clock(deadline.subject) or (hours and deadline.reason["clause"]):
        return _refuse_clock(deadline)
    if deadline.unit_id is None:
        return _("办公室自己的时限不延期，请按时办结。")
    state = state_of(deadline.started_at, deadline.due_at, None, now)
    if state.late:
        return Message(
            _("已超过时限 %(t)s，延期须在到期前申请；请尽快办结，并写明逾期原因。"),
            t=show_minutes(state.minutes_late),
        )
    return None


def _refuse_clock(deadline: Deadline) -> Message | Text:
    reason = deadline.reason
    if not (reason["clause"] and reason["source"]):
        return _("急报时限按自然小时连续计算，不能延期；情况不全可先报，再续报。")
    (number, title), (article, _note) = reason["source"], reason["clause"]
    return Message(
        _("%(number)s《%(title)s》%(article)s规定的急报时限不能延期；情况不全可先报，再续报。"),
        number=Text(number),
        title=Text(title),
        article=Text(article),
    )


def ask_extension(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    deadline: Deadline,
    wanted: datetime,
    reason: str,
    link: str = "",
) -> DeadlineChange:
    """Until the very second it is due, never after. ``wanted``: the last instant that is asked for."""
    session.refresh(deadline, with_for_update=True)
    barred = bar(deadline, now)
    if barred is not None:
        raise Conflict(barred)
    if pending(list_changes(session, deadline)) is not None:
        raise Conflict(_("已有一份延期申请等待办公室决定。"))
    _check(deadline, now, wanted, reason)
    change = add_change(session, actor, now, deadline, "asked", wanted, reason)
    record(session, Act.DEADLINE_ASK, f"deadline:{deadline.id}", actor, now, {"wanted": wanted.isoformat()})
    text = Message(
        _("申请延期：“%(title)s”延至 %(due)s。"), title=deadline.title, due=str(show_end(now, wanted))
    )
    notify(
        session, now, mechanism_id=deadline.mechanism_id, unit_id=None, text=text, sender=actor.name, link=link,
        detail=reason,
    )  # fmt: skip
    return change


def _check(deadline: Deadline, now: datetime, wanted: datetime, reason: str) -> None:
    problems: dict[str, Message | Text] = {}
    if wanted <= deadline.due_at or wanted <= now:
        due = show_end(now, deadline.due_at)
        problems["until"] = Message(_("新时限应晚于现在的时限 %(due)s。"), due=due)
    elif wanted > deadline.due_at + LONGEST:
        problems["until"] = _("最多延期一年，请核对日期。")
    if not reason.strip():
        problems["reason"] = _("请写明原因。")
    if problems:
        raise Invalid(problems)


def decide_extension(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    deadline: Deadline,
    until: datetime | None,
    reason: str,
    link: str = "",
) -> DeadlineChange:
    """``until`` None = refused, with a reason; else granted until then. Who asked cannot decide."""
    session.refresh(deadline, with_for_update=True)
    asked = pending(list_changes(session, deadline))
    if asked is None or deadline.met_at is not None:
        raise Conflict(_("没有等待决定的延期申请，可能已由他人决定或已办结。"))
    if actor.account_id is not None and actor.account_id == asked.by_id:
        raise NotAllowed(_("申请延期的人不能自己决定，请由办公室其他人员办理。"))
    if until is None:
        if not reason.strip():
            raise Invalid({"reason": _("不同意的，请写明原因。")})
        change = add_change(session, actor, now, deadline, "refused", deadline.due_at, reason)
        text = Message(_("延期申请未同意：“%(title)s”，时限不变。"), title=deadline.title)
    else:
        _check(deadline, now, until, reason or asked.reason)
        change = add_change(session, actor, now, deadline, "granted", until, reason)
        deadline.due_at, deadline.provisional = until, False
        due = str(show_end(now, until))
        text = Message(_("延期申请已同意：“%(title)s”延至 %(due)s。"), title=deadline.title, due=due)
    data = {"granted": until is not None, "due": deadline.due_at.isoformat()}
    record(session, Act.DEADLINE_DECIDE, f"deadline:{deadline.id}", actor, now, data)
    notify(
        session, now, mechanism_id=deadline.mechanism_id, unit_id=deadline.unit_id, text=text, sender=actor.name,
        link=link, detail=reason,
    )  # fmt: skip
    return change


def add_change(
    session: Session,
    actor: Actor,
    now: datetime,
    deadline: Deadline,
    kind: str,
    due: datetime,
    reason: str,
) -> DeadlineChange:
    change = DeadlineChange(
        deadline_id=deadline.id, kind=kind, old_due_at=deadline.due_at, new_due_at=due, reason=reason.strip()[:300],
        by=actor.name, by_id=actor.account_id, at=now,
    )  # fmt: skip
    change.released_at = deadline.released_at
    session.add(change)
    session.flush()
    return change
