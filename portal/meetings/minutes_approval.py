"""审议上次会议纪要: the next meeting of the same kind goes through the minutes of the last one."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Conflict
from portal.core.scope import Actor
from portal.core.text import Message, Text, _, written
from portal.meetings.models import AgendaItem, Meeting, Minutes

LINE = _("审议上次会议纪要")


class Last(NamedTuple):
    """The meeting before this one of its kind, whose minutes are signed."""

    meeting: Meeting
    minutes: Minutes


def find_last(session: Session, meeting: Meeting) -> Last | None:
    """None where there is none, or where another meeting went through its minutes already; one statement."""
    row = session.execute(
        sa.select(Meeting, Minutes)
        .join(Minutes, sa.and_(Minutes.tenant_id == Meeting.tenant_id, Minutes.meeting_id == Meeting.id))
        .where(
            Meeting.tenant_id == meeting.tenant_id, Meeting.mechanism_id == meeting.mechanism_id,
            Meeting.type == meeting.type, Meeting.starts_at < meeting.starts_at, Meeting.cancelled_at.is_(None),
            Minutes.signed_at.is_not(None),
            sa.or_(Minutes.approved_in_id.is_(None), Minutes.approved_in_id == meeting.id),
        )
        .order_by(Meeting.starts_at.desc())
        .limit(1)
    ).first()  # fmt: skip
    return Last(*row) if row else None


def is_approval_listed(session: Session, meeting: Meeting) -> bool:
    """Whether the agenda has the line already, offered or typed."""
    line = AgendaItem.title.like(f"%{written('上次')}%{written('纪要')}%")
    query = sa.select(AgendaItem.id).where(
        AgendaItem.tenant_id == meeting.tenant_id, AgendaItem.meeting_id == meeting.id, line
    )
    return session.scalars(query.limit(1)).first() is not None


def put_on_agenda(session: Session, meeting: Meeting) -> None:
    """As its first line. The caller holds the meeting's row. Again: nothing happens."""
    if meeting.held_at is not None:
        raise Conflict(_("会议已经召开，议程不能再改。"))
    if find_last(session, meeting) is None:
        raise Conflict(_("没有需要审议的上次会议纪要。"))
    if is_approval_listed(session, meeting):
        return
    rows = session.scalars(
        sa.select(AgendaItem).where(
            AgendaItem.tenant_id == meeting.tenant_id, AgendaItem.meeting_id == meeting.id
        )
    ).all()
    for row in rows:
        row.position += 1
    session.add(AgendaItem(meeting_id=meeting.id, position=1, title=str(LINE)))
    session.flush()


def approve(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, last_id: int, objections: str
) -> None:
    """What the meeting said of the last minutes; '' = no objection. The caller holds the meeting's row."""
    last = find_last(session, meeting)
    if last is None or last.minutes.id != last_id:
        raise Conflict(_("上次会议的纪要已经审议过，或另有更近的一次，请看最新情况。"))
    if meeting.held_at is None:
        raise Conflict(_("会议还没有登记为已召开，请先在“签到”页登记。"))
    minutes = last.minutes
    session.refresh(minutes, with_for_update=True)
    minutes.approved_in_id, minutes.approved_at, minutes.approved_by = meeting.id, now, actor.name
    minutes.objections = objections
    session.flush()
    data = {"in": meeting.id, "objections": objections}
    record(session, Act.MINUTES_APPROVE, f"minutes:{minutes.id}", actor, now, data)


def outcome(minutes: Minutes) -> Message | Text:
    """As the page of the last minutes says it."""
    if minutes.approved_at is None:
        return _("尚未经下次会议审议")
    return (
        Message(_("已审议，有异议：%(text)s"), text=minutes.objections)
        if minutes.objections
        else _("已审议通过，无异议")
    )
