"""What every part of the room asks: who reads a meeting, who is invited, what stands on its agenda, what its kind is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.meetings import MeetingKind, MeetingType
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, NotAllowed, NotFound
from portal.core.posts import POST_LABELS, PostKind, Right
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.meetings.models import AgendaItem, Invitation, Meeting, Minutes, MinutesReceipt
from portal.notices.services import notify
from portal.units.bodies import list_members
from portal.units.models import Unit


class Reply(StrEnum):
    ATTEND = "attend"
    SUBSTITUTE = "substitute"
    LEAVE = "leave"


REPLIES: dict[str, Text] = {
    Reply.ATTEND.value: _("出席"),
    Reply.SUBSTITUTE.value: _("代会"),
    Reply.LEAVE.value: _("请假"),
    "": _("未回复"),
}
TYPES: dict[str, Text] = {
    MeetingType.PLENARY.value: _("全体会议"),
    MeetingType.PARTIAL.value: _("部分成员单位会议"),
    MeetingType.LIAISON.value: _("联络员会议"),
    MeetingType.THEMATIC.value: _("专题会议"),
    MeetingType.TEMPORARY.value: _("临时会议"),
    MeetingType.CONSULTATION.value: _("会商"),
}
"""Where the campaign says no word of its own (any longer)."""
CHAIRS = (PostKind.CONVENOR, PostKind.DEPUTY_CONVENOR, PostKind.OFFICE_DIRECTOR)


# ---------------------------------------------------------------------------------------------- who reads what
def is_office(desk: Desk) -> bool:
    return Right.MEETING_HOLD in desk.rights


def oversees(desk: Desk) -> bool:
    """Office and convenors read every meeting of their body."""
    return Right.MEETING_READ in desk.rights and Right.RECORD_READ_ALL in desk.rights


def own_units(desk: Desk) -> tuple[int, ...]:
    """Units for which the reader sits in the body; not the one that hosts an office."""
    return tuple(
        dict.fromkeys(
            p.unit_id
            for p in desk.posts
            if p.unit_id is not None
            and Right.MEETING_READ in p.rights
            and Right.RECORD_READ_ALL not in p.rights
        )
    )


def writing_units(desk: Desk) -> tuple[int, ...]:
    """Units for which the reader applies for topics, replies and signs for the minutes."""
    return tuple(u for u in own_units(desk) if u in desk.units_with(Right.TOPIC_FILE))


def readable(desk: Desk) -> Any:
    """The condition on ``Meeting``: the office and the convenors all of them, a unit those it was asked to and those
    whose minutes or decisions it was sent."""
    here = sa.and_(Meeting.tenant_id == desk.tenant_id, Meeting.mechanism_id == desk.mechanism_id)
    if oversees(desk):
        return here
    own = own_units(desk)
    if not own:
        return sa.false()
    return sa.and_(here, sa.or_(invited(own), _was_sent(own)))


def invited(units: Sequence[int]) -> Any:
    """The condition that one of the units was asked to the meeting."""
    return sa.exists().where(
        Invitation.tenant_id == Meeting.tenant_id,
        Invitation.meeting_id == Meeting.id,
        Invitation.unit_id.in_(units),
    )


def _was_sent(units: Sequence[int]) -> Any:
    return sa.exists().where(
        Minutes.tenant_id == Meeting.tenant_id, Minutes.meeting_id == Meeting.id,
        MinutesReceipt.tenant_id == Minutes.tenant_id, MinutesReceipt.minutes_id == Minutes.id,
        MinutesReceipt.unit_id.in_(units),
    )  # fmt: skip


def find_meeting(session: Session, desk: Desk, meeting_id: int) -> Meeting | None:
    return session.scalars(sa.select(Meeting).where(Meeting.id == meeting_id, readable(desk))).one_or_none()


def get_meeting(session: Session, desk: Desk, meeting_id: int) -> Meeting:
    """``NotFound`` for whatever the desk may not read, as for what does not exist."""
    found = find_meeting(session, desk, meeting_id)
    if found is None:
        raise NotFound
    return found


def get_attended(session: Session, desk: Desk, meeting_id: int) -> Meeting:
    """A meeting whose inside (replies, papers, minutes) the desk reads: not a unit that only heard of its decisions."""
    found = get_meeting(session, desk, meeting_id)
    if not attends(session, desk, found):
        raise NotAllowed(_("本单位没有参加这次会议，只能查看议定事项。"))
    return found


def attends(session: Session, desk: Desk, meeting: Meeting) -> bool:
    """Whether the desk oversees the body or one of its units was invited; at most one statement."""
    if oversees(desk):
        return True
    own = own_units(desk)
    query = sa.select(Invitation.id).where(
        Invitation.tenant_id == meeting.tenant_id,
        Invitation.meeting_id == meeting.id,
        Invitation.unit_id.in_(own),
    )
    return bool(own) and session.scalars(query.limit(1)).first() is not None


def hold(session: Session, desk: Desk, meeting_id: int) -> Meeting:
    """For a step of the office: locked, and neither cancelled nor foreign."""
    if not is_office(desk):
        raise NotAllowed
    found = get_meeting(session, desk, meeting_id)
    session.refresh(found, with_for_update=True)
    if found.cancelled_at is not None:
        raise Conflict(_("会议已经取消，不能再办理。"))
    return found


# -------------------------------------------------------------------------------------------------- rows
class InvitationRow(NamedTuple):
    """An invitation with its unit, in official order."""

    invitation: Invitation
    unit_id: int
    full_name: str
    short_name: str


def list_invitations(session: Session, meeting: Meeting, units: Sequence[int] = ()) -> list[InvitationRow]:
    """Of all units, or of ``units``: who attends before who observes, each in official order; one statement."""
    query = (
        sa.select(Invitation, Unit.id, Unit.full_name, Unit.short_name)
        .join(Unit, sa.and_(Unit.tenant_id == Invitation.tenant_id, Unit.id == Invitation.unit_id))
        .where(Invitation.tenant_id == meeting.tenant_id, Invitation.meeting_id == meeting.id)
        .order_by(Invitation.observes, Unit.sort_no, Unit.id)
    )
    if units:
        query = query.where(Invitation.unit_id.in_(units))
    return [InvitationRow(*row) for row in session.execute(query)]


class AgendaRow(NamedTuple):
    """``unit_name`` '' = the office reports."""

    id: int
    position: int
    title: str
    unit_id: int | None
    unit_name: str
    minutes: int
    topic_id: int | None


def list_agenda(session: Session, meeting: Meeting) -> list[AgendaRow]:
    """In the order of the agenda; one statement."""
    a = AgendaItem
    return [
        AgendaRow(*row)
        for row in session.execute(
            sa.select(
                a.id,
                a.position,
                a.title,
                a.unit_id,
                sa.func.coalesce(Unit.short_name, ""),
                a.minutes,
                a.topic_id,
            )
            .outerjoin(Unit, sa.and_(Unit.tenant_id == a.tenant_id, Unit.id == a.unit_id))
            .where(a.tenant_id == meeting.tenant_id, a.meeting_id == meeting.id)
            .order_by(a.position, a.id)
        )
    ]


def unit_names(session: Session, tenant_id: int, ids: Iterable[int]) -> dict[int, str]:
    """Short names in official order, also of units that have left; one statement."""
    query = sa.select(Unit.id, Unit.short_name).where(Unit.tenant_id == tenant_id, Unit.id.in_(list(ids)))
    return {row[0]: row[1] for row in session.execute(query.order_by(Unit.sort_no, Unit.id))}


def list_everybody(session: Session, meeting: Meeting, now: datetime) -> list[int]:
    """Units of the body today; one statement."""
    return [m.unit_id for m in list_members(session, meeting.mechanism_id, now.astimezone(SHANGHAI).date())]


# -------------------------------------------------------------------------------------------------- words
def kind_of(campaign: Campaign | None, type_: str) -> MeetingKind | None:
    """None for a kind that the campaign declares no longer."""
    return next((k for k in campaign.meetings.kinds if k.type == type_), None) if campaign else None


def label_of(campaign: Campaign | None, type_: str) -> Text:
    kind = kind_of(campaign, type_)
    return kind.label if kind else TYPES[type_]


def chair_label(titles: Mapping[str, Any], campaign: Campaign | None, chair: str) -> Text | str:
    """``titles`` of the mechanism come first, then the campaign's words, then the portal's."""
    declared = campaign.body.titles if campaign else {}
    return titles.get(chair) or declared.get(chair) or POST_LABELS[PostKind(chair)]


def subject_of(meeting: Meeting) -> str:
    return f"meeting:{meeting.id}"


def tell(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, units: Iterable[int | None], text: Message,
    link: str, detail: str = "", mark: str | None = None,
) -> int:  # fmt: skip
    """A notice for each unit, None = the office; with ``mark`` each once. Answers how many were left."""
    return sum(
        notify(
            session, now, mechanism_id=meeting.mechanism_id, unit_id=unit_id, text=text, sender=actor.name, link=link,
            detail=detail, mark=None if mark is None else f"{mark}:{unit_id or 'office'}",
        )
        for unit_id in dict.fromkeys(units)
    )  # fmt: skip
