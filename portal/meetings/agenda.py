"""The agenda of a meeting, and how everybody who was asked hears of a change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, _
from portal.documents.marks import refuse_marks
from portal.documents.models import Attachment
from portal.meetings.models import AgendaItem, Invitation, Meeting, Minutes
from portal.meetings.services import subject_of, tell
from portal.meetings.topics import list_pickable

MAX_AGENDA = 30


@dataclass(frozen=True, kw_only=True)
class AgendaLine:
    """``item_id`` 0 = a new one; ``unit_id`` None = the office reports; ``minutes`` 0 = not said."""

    title: str
    unit_id: int | None = None
    minutes: int = 0
    topic_id: int | None = None
    item_id: int = 0


def check_agenda(session: Session, desk: Desk, agenda: Sequence[AgendaLine], units: Collection[int]) -> None:
    if not agenda:
        raise Invalid({"agenda": _("请至少安排一个议题。")})
    if len(agenda) > MAX_AGENDA:
        raise Invalid(
            {"agenda": Message(_("共 %(n)s 个议题，最多 %(max)s 个。"), n=len(agenda), max=MAX_AGENDA)}
        )
    for number, line in enumerate(agenda, 1):
        if line.unit_id is not None and line.unit_id not in units:
            text = _("第 %(n)s 个议题的汇报单位不在参会和列席单位之中。")
            raise Invalid({"agenda": Message(text, n=number)})
        refuse_marks({"agenda": line.title})
    wanted = {line.topic_id for line in agenda if line.topic_id and not line.item_id}
    if wanted and not wanted <= {row.topic.id for row in list_pickable(session, desk)}:
        raise Conflict(_("所选议题刚被安排到别的会议，或不再待开会，请刷新页面。"))


def put_agenda(session: Session, meeting: Meeting, agenda: Sequence[AgendaLine]) -> None:
    session.add_all(
        AgendaItem(
            meeting_id=meeting.id, position=n, title=line.title, unit_id=line.unit_id, minutes=line.minutes,
            topic_id=line.topic_id,
        )
        for n, line in enumerate(agenda, 1)
    )  # fmt: skip


def tell_everybody(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting: Meeting,
    text: Message,
    link: str,
    detail: str = "",
) -> None:
    units = session.scalars(
        sa.select(Invitation.unit_id).where(
            Invitation.tenant_id == meeting.tenant_id, Invitation.meeting_id == meeting.id
        )
    ).all()
    tell(session, actor, now, meeting=meeting, units=units, text=text, link=link, detail=detail)


def not_held(meeting: Meeting) -> None:
    if meeting.held_at is not None:
        raise Conflict(_("会议已登记为召开，不能再改。"))


def tell_story(meeting: Meeting, what: str, actor: Actor, now: datetime, text: str) -> None:
    line = {"what": what, "at": now.isoformat(), "by": actor.name, "text": text}
    meeting.story = [*meeting.story, line]


def set_agenda(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, meeting: Meeting, agenda: Sequence[AgendaLine],
    link: str = "",
) -> None:  # fmt: skip
    """The agenda anew, told to everybody. An item with papers stays: they belong to it."""
    not_held(meeting)
    units = set(
        session.scalars(
            sa.select(Invitation.unit_id).where(
                Invitation.tenant_id == meeting.tenant_id, Invitation.meeting_id == meeting.id
            )
        )
    )
    check_agenda(session, desk, agenda, units)
    items = {
        i.id: i
        for i in session.scalars(
            sa.select(AgendaItem).where(
                AgendaItem.tenant_id == meeting.tenant_id, AgendaItem.meeting_id == meeting.id
            )
        )
    }
    if not {line.item_id for line in agenda if line.item_id} <= set(items):
        raise NotFound
    gone = [items[i] for i in set(items) - {line.item_id for line in agenda}]
    _check_gone(session, meeting, gone)
    before = [(i.id, i.title, i.unit_id, i.minutes) for i in sorted(items.values(), key=lambda i: i.position)]
    if before == [(line.item_id, line.title, line.unit_id, line.minutes) for line in agenda]:
        return
    for left_out in gone:
        session.delete(left_out)
    for number, line in enumerate(agenda, 1):
        if (item := items.get(line.item_id)) is not None:
            item.position, item.title, item.unit_id, item.minutes = (
                number,
                line.title,
                line.unit_id,
                line.minutes,
            )
        else:
            session.add(
                AgendaItem(
                    meeting_id=meeting.id, position=number, title=line.title, unit_id=line.unit_id,
                    minutes=line.minutes, topic_id=line.topic_id,
                )
            )  # fmt: skip
    tell_story(meeting, "agenda", actor, now, "")
    session.flush()
    record(session, Act.MEETING_CHANGE, subject_of(meeting), actor, now, {"agenda": len(agenda)})
    text = Message(_("会议议程有调整：%(title)s"), title=meeting.title[:60])
    tell_everybody(session, actor, now, meeting, text, link)


def _check_gone(session: Session, meeting: Meeting, gone: Sequence[AgendaItem]) -> None:
    if not gone:
        return
    subjects = {f"agenda:{i.id}": i.title for i in gone}
    held = session.scalars(
        sa.select(Attachment.subject).where(
            Attachment.tenant_id == meeting.tenant_id, Attachment.subject.in_(list(subjects)),
            Attachment.removed_at.is_(None),
        )
    ).first()  # fmt: skip
    if held:
        raise Conflict(
            Message(_("“%(title)s”还有会议材料，请先删去材料再撤下这个议题。"), title=subjects[held])
        )
    begun = sa.select(Minutes.id).where(
        Minutes.tenant_id == meeting.tenant_id, Minutes.meeting_id == meeting.id
    )
    if session.scalars(begun).first():
        raise Conflict(_("纪要已经动笔，不能再撤下议题。"))
