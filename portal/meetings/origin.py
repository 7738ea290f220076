"""A meeting as an official document: the notice (会议通知) with its reply slip, filled in from what was convened."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.errors import NotFound
from portal.core.reader import Desk
from portal.core.scope import get_scope
from portal.core.text import Message, _
from portal.meetings.models import Meeting
from portal.meetings.services import get_meeting, list_agenda, list_invitations, oversees
from portal.papers.origins import Origin, Prepared, register_origin

KIND = "meeting"


def prepare(session: Session, desk: Desk, meeting_id: int, template: str, now: datetime) -> Prepared:
    if not oversees(desk):
        raise NotFound
    meeting = get_meeting(session, desk, meeting_id)
    invited = list_invitations(session, meeting)
    attends = [r for r in invited if not r.invitation.observes]
    sits = [r.short_name for r in invited if r.invitation.observes]
    who = [
        str(
            Message(
                _("%(n)s 家单位：%(names)s。"), n=len(attends), names="、".join(r.short_name for r in attends)
            )
        )
    ]
    who += [str(Message(_("列席：%(names)s。"), names="、".join(sits)))] if sits else []
    return Prepared(
        template=template,
        values={
            "matter": meeting.title,
            "at": meeting.starts_at.astimezone(SHANGHAI).isoformat(),
            "place": meeting.place,
            "topics": "\n".join(row.title for row in list_agenda(session, meeting)),
            "who": "\n".join(who),
            "demands": meeting.requirements,
            "names_by": meeting.reply_by.astimezone(SHANGHAI).isoformat(),
            "contact": meeting.contact,
        },
        unit_ids=tuple(r.unit_id for r in attends),
    )


def issued(session: Session, meeting_id: int, number: str) -> None:
    wanted = sa.select(Meeting).where(Meeting.tenant_id == get_scope(session).home, Meeting.id == meeting_id)
    meeting = session.scalars(wanted).one_or_none()
    if meeting is not None:
        meeting.document_number = number[:60]


register_origin(KIND, Origin(prepare, ("meetings.meeting", "meeting_id"), ("meeting",), issued))
