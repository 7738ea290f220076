"""回执: a unit says who comes; a substitute has the rank of the member (D0 第三条), or the reason is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.meetings import MeetingKind
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.posts import PostKind
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.documents.marks import refuse_marks
from portal.meetings.models import Invitation, Meeting
from portal.meetings.services import REPLIES, InvitationRow, Reply, is_office, subject_of, tell, writing_units
from portal.units.models import Post
from portal.units.posts import RANKS


@dataclass(frozen=True)
class Entry:
    """``expected_rank`` only counts where the portal does not know the rank of the unit's leader."""

    reply: str
    attendee: str = ""
    rank: str = ""
    expected_rank: str = ""
    reason: str = ""
    below_why: str = ""
    opinion: str = ""


def rank_of_member(session: Session, meeting: Meeting, unit_id: int, now: datetime) -> str:
    """Rank of the unit's leader in charge, who is the member of the body; '' = not known. One statement."""
    ranks = session.scalars(
        sa.select(Post.rank)
        .where(
            Post.tenant_id == meeting.tenant_id, Post.mechanism_id == meeting.mechanism_id, Post.unit_id == unit_id,
            Post.kind == PostKind.LEADER_IN_CHARGE.value, Post.since <= now,
            sa.or_(Post.until.is_(None), Post.until > now),
        )
        .order_by(Post.since.desc(), Post.id.desc())
    )  # fmt: skip
    return next((rank for rank in ranks if rank in RANKS), "")


def is_below(rank: str, expected: str) -> bool:
    return RANKS.index(Text(rank)) < RANKS.index(Text(expected))


def send_reply(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, meeting: Meeting, kind: MeetingKind | None,
    unit_id: int, entry: Entry, link: str = "",
) -> Invitation:  # fmt: skip
    """The unit's own people, or the office as told by telephone; until the meeting begins. The same again changes
    nothing. ``Invalid`` on ``below_why`` = the rank is lower and no reason is given yet."""
    if not (is_office(desk) or unit_id in writing_units(desk)):
        raise NotFound
    session.refresh(meeting, with_for_update={"read": True})  # a cancellation under way comes first
    invitation = session.scalars(
        sa.select(Invitation)
        .where(
            Invitation.tenant_id == meeting.tenant_id, Invitation.meeting_id == meeting.id,
            Invitation.unit_id == unit_id,
        )
        .with_for_update()
    ).one_or_none()  # fmt: skip
    if invitation is None:
        raise NotFound
    if meeting.cancelled_at is not None:
        raise Conflict(_("会议已经取消，不用回执。"))
    if now >= meeting.starts_at and not is_office(desk):
        raise Conflict(_("会议已经开始，回执不能再改，请直接告知办公室。"))
    new = _checked(session, now, meeting, kind, invitation, entry)
    old = {key: getattr(invitation, key) for key in new}
    if invitation.replied_at is not None and old == new:
        return invitation
    first = invitation.replied_at is None
    if not first:
        stamp = {"at": _iso(invitation.replied_at), "by": invitation.replied_by}
        invitation.earlier = [*invitation.earlier, old | stamp]
    for key, value in new.items():
        setattr(invitation, key, value)
    invitation.replied_at, invitation.replied_by = now, actor.name
    invitation.late = (first and now > meeting.reply_by) or invitation.late
    session.flush()
    data = {"unit": unit_id, "reply": entry.reply, "below": bool(new["below_why"])}
    record(session, Act.MEETING_REPLY, subject_of(meeting), actor, now, data)
    if not is_office(desk) and (not first or new["below_why"] or entry.reply == Reply.LEAVE):
        text = Message(
            _("会议回执：%(unit)s%(reply)s，%(title)s"), unit=desk.unit_name(unit_id), reply=REPLIES[entry.reply],
            title=meeting.title[:60],
        )  # fmt: skip
        tell(session, actor, now, meeting=meeting, units=[None], text=text, link=link, detail=new["reason"])
    return invitation


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _checked(
    session: Session,
    now: datetime,
    meeting: Meeting,
    kind: MeetingKind | None,
    invitation: Invitation,
    entry: Entry,
) -> dict[str, str]:
    problems: dict[str, Message | Text] = {}
    if entry.reply not in set(Reply):
        raise Invalid({"reply": _("请选择出席、代会或请假。")})
    comes = entry.reply != Reply.LEAVE
    if comes and not entry.attendee:
        problems["attendee"] = _("请填写参会人员的职务，例如副局长。")
    if entry.reply != Reply.ATTEND and not entry.reason:
        problems["reason"] = _("请写明本人不能到会的原因。")
    rank = expected = below_why = ""
    if kind is not None and kind.same_rank and entry.reply == Reply.SUBSTITUTE and not invitation.observes:
        expected = rank_of_member(session, meeting, invitation.unit_id, now) or entry.expected_rank
        rank = entry.rank
        if expected not in RANKS:
            problems["expected_rank"] = _("系统里没有本单位分管领导的职级，请选择。")
        if rank not in RANKS:
            problems["rank"] = _("请选择代会人员的职级。")
        if not problems and is_below(rank, expected):
            below_why = entry.below_why
            if not below_why:
                text = _(
                    "级别不符：应为本单位%(expected)s领导，所填为%(rank)s。请改派；确需由其代会的，写明理由再交。"
                )
                problems["below_why"] = Message(text, expected=Text(expected), rank=Text(rank))
    if problems:
        raise Invalid(problems)
    new = {
        "reply": entry.reply,
        "attendee": entry.attendee if comes else "",
        "rank": rank,
        "expected_rank": expected,
        "reason": entry.reason if entry.reply != Reply.ATTEND else "",
        "below_why": below_why,
        "opinion": entry.opinion,
    }
    refuse_marks({key: new[key] for key in ("attendee", "reason", "below_why", "opinion")})
    return new


@dataclass(frozen=True)
class Count:
    """Of the invited units; ``total`` = all of them."""

    attend: int
    substitute: int
    leave: int
    open: int
    below: int
    late: int

    @property
    def total(self) -> int:
        return self.attend + self.substitute + self.leave + self.open


def count(rows: Iterable[InvitationRow]) -> Count:
    found = [r.invitation for r in rows]
    by = {key: sum(i.reply == key for i in found) for key in REPLIES}
    return Count(
        by[Reply.ATTEND], by[Reply.SUBSTITUTE], by[Reply.LEAVE], by[""], sum(bool(i.below_why) for i in found),
        sum(i.late for i in found),
    )  # fmt: skip


def remind(session: Session, actor: Actor, now: datetime, *, meeting: Meeting, link: str = "") -> int:
    """A notice to each unit without a reply, at most once a day; how many were left. ``meeting`` from ``hold``."""
    if now >= meeting.starts_at:
        raise Conflict(_("会议已经开始，不用再催回执。"))
    units = session.scalars(
        sa.select(Invitation.unit_id).where(
            Invitation.tenant_id == meeting.tenant_id, Invitation.meeting_id == meeting.id,
            Invitation.replied_at.is_(None),
        )
    ).all()  # fmt: skip
    day = now.astimezone(SHANGHAI).date().isoformat()
    text = Message(_("请回执：%(title)s"), title=meeting.title[:60])
    left = tell(
        session,
        actor,
        now,
        meeting=meeting,
        units=units,
        text=text,
        link=link,
        mark=f"urge:{meeting.id}:{day}",
    )
    if left:
        record(session, Act.MEETING_REMIND, subject_of(meeting), actor, now, {"units": left})
    return left


def mark_present(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    meeting: Meeting,
    marks: Mapping[int, tuple[bool | None, str]],
) -> int:
    """Unit -> (came, who where it differs from the reply); units not named stay. On the day and after it.
    How many changed. ``meeting`` from ``hold``."""
    if now.astimezone(SHANGHAI).date() < meeting.starts_at.astimezone(SHANGHAI).date():
        raise Conflict(_("会议当天起才能登记到会。"))
    rows = session.scalars(
        sa.select(Invitation)
        .where(Invitation.tenant_id == meeting.tenant_id, Invitation.meeting_id == meeting.id)
        .with_for_update()
    ).all()
    if not set(marks) <= {i.unit_id for i in rows}:
        raise NotFound
    refuse_marks({"came": "\n".join(came for _present, came in marks.values())})
    changed = 0
    for invitation in rows:
        new = marks.get(invitation.unit_id)
        if new is not None and new != (invitation.present, invitation.came):
            invitation.present, invitation.came = new
            changed += 1
    session.flush()
    if changed:
        data = {"changed": changed, "present": sum(i.present is True for i in rows)}
        record(session, Act.MEETING_PRESENT, subject_of(meeting), actor, now, data)
    return changed
