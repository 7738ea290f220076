"""Convening (D0 第四条, 第九条): the office asks units to a meeting, moves it, cancels it, says that it was held."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.meetings import MeetingType
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.documents.marks import refuse_marks
from portal.meetings.agenda import AgendaLine, check_agenda, not_held, put_agenda, tell_everybody, tell_story
from portal.meetings.models import Invitation, Meeting
from portal.meetings.services import CHAIRS, is_office, kind_of, label_of, subject_of, tell
from portal.units.models import Unit

MAX_MINUTES = 600
Link = Callable[[Meeting], str]
"""Address of the page with the notice and the reply slip, for notices."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """When and where; what may still change once a meeting is called."""

    starts_at: datetime
    minutes: int
    place: str
    chair: str
    reply_by: datetime
    contact: str = ""
    requirements: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry(Plan):
    """``title`` '' = as the portal names it; ``units`` attend, ``observers`` only sit in (列席)."""

    type: str
    title: str = ""
    units: Collection[int]
    observers: Collection[int] = ()
    agenda: Sequence[AgendaLine]


def when(moment: datetime) -> str:
    """As notices keep it; they say it in their reader's language."""
    return moment.astimezone(SHANGHAI).isoformat()


def next_serial(session: Session, desk: Desk, type_: str, year: int) -> int:
    """第N次 of this kind in the year; a cancelled meeting has given its number back."""
    query = sa.select(sa.func.max(Meeting.serial)).where(
        Meeting.tenant_id == desk.tenant_id, Meeting.mechanism_id == desk.mechanism_id, Meeting.type == type_,
        Meeting.year == year,
    )  # fmt: skip
    return (session.scalar(query) or 0) + 1


def name_of(desk: Desk, campaign: Campaign, type_: str, year: int, serial: int) -> str:
    """In Chinese, as it is kept; a kind that repeats the end of the body's name (…专班 + 专班会议) does so once."""
    body, kind = desk.mechanism_name, str(label_of(campaign, type_))
    same = next((n for n in range(len(kind) - 1, 0, -1) if body.endswith(kind[:n])), 0)
    text = _("%(body)s%(year)s年第%(n)s次%(kind)s")
    return str(Message(text, body=body, year=year, n=serial, kind=kind[same:]))


def call_meeting(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, campaign: Campaign, entry: Entry,
    members: Sequence[int], request_key: str, link: Link = lambda _meeting: "",
) -> Meeting:  # fmt: skip
    """Call it and give every unit notice. ``members``: of the body today. The same key again is the first meeting."""
    if not is_office(desk):
        raise NotAllowed(_("会议由办公室召集。"))
    if first := _find_called(session, desk, request_key):
        return first
    if kind_of(campaign, entry.type) is None:
        raise Invalid({"type": _("请选择会议种类。")})
    _check_plan(entry, now)
    _check_units(session, desk, entry, members)
    check_agenda(session, desk, entry.agenda, {*entry.units, *entry.observers})
    refuse_marks({"title": entry.title})
    year = entry.starts_at.astimezone(SHANGHAI).year
    serial = next_serial(session, desk, entry.type, year)
    meeting = Meeting(
        mechanism_id=desk.mechanism_id, campaign=desk.campaign, type=entry.type, year=year, serial=serial,
        title=entry.title or name_of(desk, campaign, entry.type, year, serial), called_at=now,
        called_by=actor.name, request_key=request_key, **_planned(entry),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(meeting)
    except IntegrityError:  # a second click, or another meeting of the kind, at the same moment
        if first := _find_called(session, desk, request_key):
            return first
        raise Conflict(_("刚刚有人召集了同一种会议，序号已变，请再提交一次。")) from None
    attend = set(entry.units)
    session.add_all(
        Invitation(meeting_id=meeting.id, unit_id=u, observes=u not in attend)
        for u in dict.fromkeys((*entry.units, *entry.observers))
    )
    put_agenda(session, meeting, entry.agenda)
    session.flush()
    data = {"type": meeting.type, "title": meeting.title, "units": len(attend)}
    record(session, Act.MEETING_CALL, subject_of(meeting), actor, now, data)
    text = Message(
        _("会议通知：%(title)s，%(when)s，%(place)s，请于 %(by)s 前回执"), title=meeting.title[:60],
        when=when(meeting.starts_at), place=meeting.place, by=when(meeting.reply_by),
    )  # fmt: skip
    tell(
        session,
        actor,
        now,
        meeting=meeting,
        units=[*entry.units, *entry.observers],
        text=text,
        link=link(meeting),
    )
    return meeting


def _planned(plan: Plan) -> dict[str, object]:
    return {
        "starts_at": plan.starts_at, "minutes": plan.minutes, "place": plan.place, "chair": plan.chair,
        "reply_by": plan.reply_by, "contact": plan.contact, "requirements": plan.requirements,
    }  # fmt: skip


def _find_called(session: Session, desk: Desk, key: str) -> Meeting | None:
    found = session.scalars(
        sa.select(Meeting).where(Meeting.tenant_id == desk.tenant_id, Meeting.request_key == key)
    ).one_or_none()
    if found is not None and found.mechanism_id != desk.mechanism_id:
        raise Conflict
    return found


def _check_plan(plan: Plan, now: datetime) -> None:
    problems: dict[str, Message | Text] = {}
    if plan.starts_at <= now:
        problems["starts_at"] = _("会议时间已经过去，请核对。")
    elif plan.starts_at - now > timedelta(days=400):
        problems["starts_at"] = _("会议时间在一年以后，请核对年份。")
    if not now < plan.reply_by <= max(plan.starts_at, now):
        problems["reply_by"] = _("回执时限应在现在之后、会议开始之前。")
    if not 1 <= plan.minutes <= MAX_MINUTES:
        problems["minutes"] = Message(_("请填 1 至 %(max)s 分钟。"), max=MAX_MINUTES)
    if not plan.place:
        problems["place"] = _("请填写地点。")
    if plan.chair not in CHAIRS:
        problems["chair"] = _("请选择主持人。")
    if problems:
        raise Invalid(problems)
    refuse_marks({"place": plan.place, "requirements": plan.requirements, "contact": plan.contact})


def _check_units(session: Session, desk: Desk, entry: Entry, members: Sequence[int]) -> None:
    """Who attends is of the body; sitting in may any living unit of the place."""
    if not set(entry.units) <= set(members):
        raise NotFound
    if not entry.units or (entry.type == MeetingType.PARTIAL and len(set(entry.units)) < 2):
        raise Invalid({"units": _("请勾选参会单位，至少两个。") if entry.units else _("请勾选参会单位。")})
    if entry.type == MeetingType.PLENARY and set(entry.units) != set(members):
        left = len(set(members) - set(entry.units))
        text = _("这种会议通知全体成员单位，还有 %(n)s 家没有勾选；只请部分单位的，请改选会议种类。")
        raise Invalid({"units": Message(text, n=left)})
    others = set(entry.observers) - set(members)
    known = sa.select(Unit.id).where(Unit.tenant_id == desk.tenant_id, Unit.id.in_(list(others)), Unit.active)
    if others and set(session.scalars(known)) != others:
        raise NotFound


def move_meeting(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, plan: Plan, why: str, link: str = ""
) -> bool:
    """Another time, place or chair, told to everybody who was asked; False, and nothing told, when nothing changed.
    ``meeting`` from ``services.hold``. Replies stand: units change them themselves."""
    not_held(meeting)
    wanted = _planned(plan)
    changed = {key: value for key, value in wanted.items() if getattr(meeting, key) != value}
    if not changed:
        return False
    _check_plan(plan, now)
    if plan.starts_at.astimezone(SHANGHAI).year != meeting.year:
        raise Invalid({"starts_at": _("会议序号按年编排，改到另一年的请取消后重新召集。")})
    if not why:
        raise Invalid({"why": _("请写明变更的原因。")})
    refuse_marks({"why": why})
    before = meeting.starts_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    for key, value in changed.items():
        setattr(meeting, key, value)
    tell_story(meeting, "moved", actor, now, why)
    session.flush()
    record(
        session,
        Act.MEETING_CHANGE,
        subject_of(meeting),
        actor,
        now,
        {"changed": sorted(changed), "from": before},
    )
    text = Message(
        _("会议变更：%(title)s，改为 %(when)s，%(place)s"), title=meeting.title[:60], when=when(meeting.starts_at),
        place=meeting.place,
    )  # fmt: skip
    tell_everybody(session, actor, now, meeting, text, link, why)
    return True


def cancel_meeting(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, why: str, link: str = ""
) -> None:
    """Told to everybody; its number is free again, its topics wait again."""
    not_held(meeting)
    if not why:
        raise Invalid({"why": _("请写明取消的原因。")})
    refuse_marks({"why": why})
    meeting.cancelled_at, meeting.cancelled_why, meeting.serial = now, why, None
    tell_story(meeting, "cancelled", actor, now, why)
    session.flush()
    record(session, Act.MEETING_CANCEL, subject_of(meeting), actor, now, {"why": why})
    text = Message(
        _("会议取消：%(title)s（原定 %(when)s）"), title=meeting.title[:60], when=when(meeting.starts_at)
    )
    tell_everybody(session, actor, now, meeting, text, link, why)


def set_held(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, lasted: int | None = None
) -> None:
    """It took place, in ``lasted`` minutes. Again: the length is corrected."""
    if now < meeting.starts_at - timedelta(hours=1):
        raise Conflict(_("会议还没有开始，不能登记为已召开。"))
    if lasted is not None and not 1 <= lasted <= MAX_MINUTES:
        raise Invalid({"lasted": Message(_("请填 1 至 %(max)s 分钟。"), max=MAX_MINUTES)})
    if meeting.held_at is not None and lasted in (None, meeting.lasted):
        return
    if meeting.held_at is None:
        meeting.held_at, meeting.held_by = now, actor.name
    meeting.lasted = lasted or meeting.lasted
    session.flush()
    record(session, Act.MEETING_HOLD, subject_of(meeting), actor, now, {"minutes": meeting.lasted or 0})
