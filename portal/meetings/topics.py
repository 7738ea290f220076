"""Topics (D0 第五条): a unit applies, the office passes on with its opinion or returns, the convenors decide."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.meetings import MeetingType
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.documents.marks import refuse_marks
from portal.meetings.models import AgendaItem, Meeting, Topic
from portal.meetings.services import is_office, label_of, oversees, own_units, writing_units
from portal.notices.services import notify
from portal.units.models import Unit

PAGE = 50
NONE = "none"
"""As ``Topic.decision``: no meeting."""
DECISIONS = (MeetingType.PLENARY, MeetingType.PARTIAL, MeetingType.THEMATIC, MeetingType.TEMPORARY,
             MeetingType.CONSULTATION)  # fmt: skip
"""What a convenor may decide for, where the campaign declares the kind; and ``NONE``."""


class State(StrEnum):
    FILED = "filed"
    RETURNED = "returned"
    PASSED_ON = "passed_on"
    DECIDED = "decided"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


STATES: dict[State, Text] = {
    State.FILED: _("待办公室审核"),
    State.RETURNED: _("已退回，待修改"),
    State.PASSED_ON: _("待召集人决定"),
    State.DECIDED: _("已定，待开会"),
    State.DECLINED: _("不上会"),
    State.TAKEN_BACK: _("已撤回"),
}
LIGHTS = {
    State.FILED: "near", State.RETURNED: "near", State.PASSED_ON: "slow", State.DECIDED: "ok", State.DECLINED: "done",
    State.TAKEN_BACK: "done",
}  # fmt: skip
STEPS: dict[str, Text] = {
    "filed": _("提出申请"), "refiled": _("修改后重新提出"), "returned": _("办公室退回"), "passed_on": _("办公室报召集人"),
    "decided": _("召集人决定"), "taken_back": _("撤回申请"),
}  # fmt: skip
_CONDITIONS: dict[State, tuple[Any, ...]] = {
    State.TAKEN_BACK: (Topic.taken_back_at.is_not(None),),
    State.RETURNED: (Topic.taken_back_at.is_(None), Topic.returned_at.is_not(None)),
    State.DECLINED: (Topic.decision == NONE,),
    State.DECIDED: (Topic.decided_at.is_not(None), Topic.decision != NONE),
    State.PASSED_ON: (Topic.passed_on_at.is_not(None), Topic.decided_at.is_(None), Topic.taken_back_at.is_(None)),
    State.FILED: (
        Topic.passed_on_at.is_(None), Topic.returned_at.is_(None), Topic.taken_back_at.is_(None),
    ),
}  # fmt: skip


def in_state(state: State) -> tuple[Any, ...]:
    """The conditions on ``Topic``."""
    return _CONDITIONS[state]


def state_of(topic: Topic) -> State:
    if topic.taken_back_at is not None:
        return State.TAKEN_BACK
    if topic.decided_at is not None:
        return State.DECLINED if topic.decision == NONE else State.DECIDED
    if topic.returned_at is not None:
        return State.RETURNED
    return State.FILED if topic.passed_on_at is None else State.PASSED_ON


@dataclass(frozen=True)
class Entry:
    title: str
    grounds: str
    wished: str = ""


def readable(desk: Desk) -> Any:
    """The condition on ``Topic``: office and convenors all, a unit its own."""
    here = sa.and_(Topic.tenant_id == desk.tenant_id, Topic.mechanism_id == desk.mechanism_id)
    return here if oversees(desk) else sa.and_(here, Topic.unit_id.in_(own_units(desk)))


def get_topic(session: Session, desk: Desk, topic_id: int) -> Topic:
    found = session.scalars(sa.select(Topic).where(Topic.id == topic_id, readable(desk))).one_or_none()
    if found is None:
        raise NotFound
    return found


def file_topic(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, unit_id: int | None, entry: Entry, request_key: str,
) -> Topic:  # fmt: skip
    """Apply. What the office itself brings goes to the convenors at once. The same key again is the first topic."""
    if not (is_office(desk) if unit_id is None else unit_id in writing_units(desk)):
        raise NotFound
    if first := _find_filed(session, desk, request_key, unit_id):
        return first
    _check(entry)
    topic = Topic(
        mechanism_id=desk.mechanism_id, campaign=desk.campaign, unit_id=unit_id, title=entry.title,
        grounds=entry.grounds, wished=entry.wished, filed_at=now, filed_by=actor.name, request_key=request_key,
        story=[_line("filed", actor, now)],
    )  # fmt: skip
    if unit_id is None:
        topic.passed_on_at = now
    try:
        with session.begin_nested():
            session.add(topic)
    except IntegrityError:  # a second click, at the same moment
        if first := _find_filed(session, desk, request_key, unit_id):
            return first
        raise
    record(session, Act.TOPIC_FILE, f"topic:{topic.id}", actor, now, {"title": topic.title})
    return topic


def _find_filed(session: Session, desk: Desk, key: str, unit_id: int | None) -> Topic | None:
    wanted = (Topic.tenant_id == desk.tenant_id, Topic.request_key == key)
    found = session.scalars(sa.select(Topic).where(*wanted)).one_or_none()
    if found is not None and (found.unit_id, found.mechanism_id) != (unit_id, desk.mechanism_id):
        raise Conflict
    return found


def _check(entry: Entry) -> None:
    if not entry.title:
        raise Invalid({"title": _("请写议题名称。")})
    if not entry.grounds:
        raise Invalid({"grounds": _("请写明为什么需要开会、要决定什么。")})
    refuse_marks({"title": entry.title, "grounds": entry.grounds, "wished": entry.wished})


def _line(what: str, actor: Actor, now: datetime, text: str = "") -> dict[str, str]:
    return {"what": what, "at": now.isoformat(), "by": actor.name, "text": text}


def _locked(session: Session, topic: Topic, *states: State) -> None:
    session.refresh(topic, with_for_update=True)
    if (state := state_of(topic)) not in states:
        text = _("这个议题现为“%(state)s”，不能这样办理，请刷新页面查看最新情况。")
        raise Conflict(Message(text, state=STATES[state]))


def _step(session: Session, actor: Actor, now: datetime, topic: Topic, what: str, text: str = "") -> None:
    topic.story = [*topic.story, _line(what, actor, now, text)]
    session.flush()
    record(session, Act.TOPIC_STEP, f"topic:{topic.id}", actor, now, {"step": what})


def file_again(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, topic: Topic, entry: Entry
) -> None:
    """What the office returned, put right."""
    _check_applicant(desk, topic)
    _check(entry)
    _locked(session, topic, State.RETURNED)
    topic.title, topic.grounds, topic.wished, topic.returned_at = (
        entry.title,
        entry.grounds,
        entry.wished,
        None,
    )
    _step(session, actor, now, topic, "refiled")


def take_back(session: Session, actor: Actor, now: datetime, *, desk: Desk, topic: Topic) -> None:
    _check_applicant(desk, topic)
    states = (State.FILED, State.RETURNED) if topic.unit_id is not None else (State.PASSED_ON,)
    _locked(session, topic, *states)
    topic.taken_back_at = now
    _step(session, actor, now, topic, "taken_back")


def may_write(desk: Desk, topic: Topic) -> bool:
    return is_office(desk) if topic.unit_id is None else topic.unit_id in writing_units(desk)


def _check_applicant(desk: Desk, topic: Topic) -> None:
    if not may_write(desk, topic):
        raise NotAllowed(_("由提出议题的单位办理。"))


def pass_on(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, topic: Topic, opinion: str, link: str
) -> None:
    """To the convenors, with the office's opinion."""
    if not is_office(desk):
        raise NotAllowed
    if not opinion:
        raise Invalid({"opinion": _("请写办公室的意见，供召集人决定。")})
    refuse_marks({"opinion": opinion})
    _locked(session, topic, State.FILED)
    topic.passed_on_at, topic.opinion = now, opinion
    _step(session, actor, now, topic, "passed_on", opinion)
    _tell(session, actor, now, topic, Message(_("议题“%(title)s”已报召集人"), title=topic.title[:60]), link)


def return_topic(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, topic: Topic, why: str, link: str
) -> None:
    if not is_office(desk):
        raise NotAllowed
    if not why:
        raise Invalid({"opinion": _("请写明退回的理由和需要补充的内容。")})
    refuse_marks({"opinion": why})
    _locked(session, topic, State.FILED)
    topic.returned_at = now
    _step(session, actor, now, topic, "returned", why)
    text = Message(_("议题“%(title)s”退回修改"), title=topic.title[:60])
    _tell(session, actor, now, topic, text, link, why)


def offered_decisions(campaign: Campaign) -> list[tuple[str, Text]]:
    """What the convenors may choose, in the campaign's words; no meeting comes last."""
    known = {k.type for k in campaign.meetings.kinds}
    kinds = [(d.value, label_of(campaign, d)) for d in DECISIONS if d in known]
    return [*kinds, (NONE, _("不召开会议"))]


def decide(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, campaign: Campaign, topic: Topic, decision: str,
    unit_ids: Collection[int], members: Sequence[int], why: str, link: str,
) -> None:  # fmt: skip
    """``unit_ids``: of a partial meeting, who is to come; ``members`` of the body today, in official order."""
    if Right.TOPIC_DECIDE not in desk.rights:
        raise NotAllowed(_("由召集人或副召集人决定。"))
    if decision not in {key for key, _label in offered_decisions(campaign)}:
        raise Invalid({"decision": _("请选择决定。")})
    if decision == NONE and not why:
        raise Invalid({"why": _("不召开会议的，请写明理由。")})
    if not set(unit_ids) <= set(members):
        raise NotFound
    named = [] if decision in (MeetingType.PLENARY, NONE) else [u for u in members if u in set(unit_ids)]
    if decision == MeetingType.PARTIAL and len(named) < 2:
        raise Invalid({"units": _("请勾选参会单位，至少两个。")})
    refuse_marks({"why": why})
    _locked(session, topic, State.PASSED_ON)
    topic.decided_at, topic.decided_by, topic.decision = now, actor.name, decision
    topic.decision_unit_ids, topic.decision_why = named, why
    _step(session, actor, now, topic, "decided", why)
    text = (
        Message(_("召集人决定议题“%(title)s”不召开会议"), title=topic.title[:60])
        if decision == NONE
        else Message(
            _("召集人决定议题“%(title)s”召开%(kind)s"),
            title=topic.title[:60],
            kind=label_of(campaign, decision),
        )
    )
    _tell(session, actor, now, topic, text, link, why)
    if topic.unit_id is not None:
        notify(
            session,
            now,
            mechanism_id=topic.mechanism_id,
            unit_id=None,
            text=text,
            sender=actor.name,
            link=link,
        )


def _tell(
    session: Session, actor: Actor, now: datetime, topic: Topic, text: Message, link: str, detail: str = ""
) -> None:
    """The applicant."""
    notify(
        session, now, mechanism_id=topic.mechanism_id, unit_id=topic.unit_id, text=text, sender=actor.name, link=link,
        detail=detail,
    )  # fmt: skip


def tell_office(session: Session, actor: Actor, now: datetime, topic: Topic, link: str) -> None:
    """A topic waits for the office's opinion."""
    text = Message(_("议题待审核：%(title)s"), title=topic.title[:60])
    line = len(topic.story)  # filed again is told again
    notify(
        session, now, mechanism_id=topic.mechanism_id, unit_id=None, text=text, sender=actor.name, link=link,
        mark=f"topic:{topic.id}:{line}",
    )  # fmt: skip


class TopicRow(NamedTuple):
    topic: Topic
    unit_name: str
    """'' = the office."""


def list_topics(
    session: Session, desk: Desk, *, state: State | None = None, page: int = 1, most: int = PAGE
) -> tuple[list[TopicRow], bool]:
    """Newest first, one page and whether more follows; one statement."""
    query = (
        sa.select(Topic, sa.func.coalesce(Unit.short_name, ""))
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Topic.tenant_id, Unit.id == Topic.unit_id))
        .where(readable(desk), *(in_state(state) if state else ()))
        .order_by(Topic.filed_at.desc(), Topic.id.desc())
    )
    rows = [TopicRow(*r) for r in session.execute(query.limit(most + 1).offset((page - 1) * most))]
    return rows[:most], len(rows) > most


def list_pickable(session: Session, desk: Desk) -> list[TopicRow]:
    """Decided for a meeting and on no agenda yet, the oldest first; one statement."""
    taken = sa.exists().where(
        AgendaItem.tenant_id == Topic.tenant_id, AgendaItem.topic_id == Topic.id,
        Meeting.tenant_id == AgendaItem.tenant_id, Meeting.id == AgendaItem.meeting_id, Meeting.cancelled_at.is_(None),
    )  # fmt: skip
    query = (
        sa.select(Topic, sa.func.coalesce(Unit.short_name, ""))
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Topic.tenant_id, Unit.id == Topic.unit_id))
        .where(readable(desk), *in_state(State.DECIDED), ~taken)
        .order_by(Topic.decided_at, Topic.id)
        .limit(PAGE)
    )
    return [TopicRow(*row) for row in session.execute(query)]


def meetings_of(session: Session, desk: Desk, topic_ids: Collection[int]) -> dict[int, Meeting]:
    """Topic -> the meeting on whose agenda it stands; one statement, none for no topics."""
    if not topic_ids:
        return {}
    rows = session.execute(
        sa.select(AgendaItem.topic_id, Meeting)
        .join(Meeting, sa.and_(Meeting.tenant_id == AgendaItem.tenant_id, Meeting.id == AgendaItem.meeting_id))
        .where(
            AgendaItem.tenant_id == desk.tenant_id, AgendaItem.topic_id.in_(list(topic_ids)),
            Meeting.cancelled_at.is_(None),
        )
        .order_by(Meeting.starts_at)
    )  # fmt: skip
    return {topic_id: meeting for topic_id, meeting in rows if topic_id is not None}
