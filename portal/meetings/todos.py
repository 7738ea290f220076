"""What waits in this room: replies of units, opinions of the office, decisions of convenors. What
waits after a meeting is in ``minutes_todos``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.i18n import show_moment
from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.text import Message, _
from portal.core.todo import Todo
from portal.meetings.models import Invitation, Meeting, Topic
from portal.meetings.topics import State, in_state, state_of
from portal.units.models import Mechanism, Unit

MOST = 50
NEAR = timedelta(days=2)


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """At most two statements, none for readers without a part in it."""
    return [
        *_replies(session, reader, now),
        *_topics(session, reader),
    ]


def _bodies(reader: Reader, right: Right, model: type[Meeting] | type[Topic]) -> Any:
    """The condition that a row is of a body in which the reader's post carries ``right``; None where there is none."""
    found = {(p.tenant_id, p.mechanism_id) for p in reader.offices(right)}
    return (
        sa.or_(*(sa.and_(model.tenant_id == t, model.mechanism_id == m) for t, m in sorted(found)))
        if found
        else None
    )


def _places(reader: Reader, model: type[Meeting] | type[Topic], unit: Any) -> Any:
    office = {
        (p.tenant_id, p.mechanism_id, p.unit_id) for p in reader.live if Right.RECORD_READ_ALL in p.rights
    }
    found = [x for x in reader.places(Right.TOPIC_FILE) if x not in office]
    if not found:
        return None
    return sa.or_(*(sa.and_(model.tenant_id == t, model.mechanism_id == m, unit == u) for t, m, u in found))


def _replies(session: Session, reader: Reader, now: datetime) -> list[Todo]:
    mine = _places(reader, Meeting, Invitation.unit_id)
    if mine is None:
        return []
    rows = session.execute(
        sa.select(Meeting, Unit.short_name, Mechanism.office)
        .join(Mechanism, sa.and_(Mechanism.tenant_id == Meeting.tenant_id, Mechanism.id == Meeting.mechanism_id))
        .join(Invitation, sa.and_(Invitation.tenant_id == Meeting.tenant_id, Invitation.meeting_id == Meeting.id))
        .join(Unit, sa.and_(Unit.tenant_id == Invitation.tenant_id, Unit.id == Invitation.unit_id))
        .where(
            mine, Invitation.replied_at.is_(None), Meeting.cancelled_at.is_(None), Meeting.held_at.is_(None),
            Meeting.starts_at > now,
        )
        .order_by(Meeting.reply_by, Meeting.id)
        .limit(MOST)
    )  # fmt: skip
    return [
        Todo(
            tenant_id=m.tenant_id, campaign=m.campaign,
            light="late" if now > m.reply_by else "near" if m.reply_by - now <= NEAR else "ok",
            state=_("回执已过时限") if now > m.reply_by else _("待回执"),
            what=Message(_("会议回执：%(title)s"), title=m.title),
            note=Message(_("%(unit)s · %(when)s %(place)s"), unit=unit, when=show_moment(m.starts_at), place=m.place),
            source=office,
            due=m.reply_by, step=_("回执"), endpoint="meetings.replies", args={"meeting_id": m.id},
        )
        for m, unit, office in rows
    ]  # fmt: skip


_STEPS = {
    State.FILED: (_("待审核"), _("议题申请：%(title)s"), _("审核")),
    State.PASSED_ON: (_("待决定"), _("议题申请：%(title)s"), _("决定")),
    State.RETURNED: (_("已退回"), _("修改议题申请：%(title)s"), _("修改")),
}
"""What a topic waits for: the office, the convenors, the applicant."""


def _topics(session: Session, reader: Reader) -> list[Todo]:
    parts = (
        (_bodies(reader, Right.MEETING_HOLD, Topic), State.FILED),
        (_bodies(reader, Right.TOPIC_DECIDE, Topic), State.PASSED_ON),
        (_places(reader, Topic, Topic.unit_id), State.RETURNED),
    )
    mine = [sa.and_(where, *in_state(state)) for where, state in parts if where is not None]
    if not mine:
        return []
    rows = session.execute(
        sa.select(Topic, sa.func.coalesce(Unit.short_name, ""))
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Topic.tenant_id, Unit.id == Topic.unit_id))
        .where(sa.or_(*mine))
        .order_by(Topic.filed_at, Topic.id)
        .limit(MOST)
    )
    found = []
    for t, unit in rows:
        state = state_of(t)
        word, what, step = _STEPS[state]
        source = _("办公室") if state is State.RETURNED or not unit else unit
        found.append(
            Todo(
                tenant_id=t.tenant_id, campaign=t.campaign, light="near", state=word, what=Message(what, title=t.title),
                source=source, step=step, endpoint="meetings.topic", args={"topic_id": t.id},
            )
        )  # fmt: skip
    return found
