"""One meeting from its topics to its closed resolutions, in the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.text import Message, Text, _
from portal.meetings.models import Meeting, Minutes, Topic
from portal.meetings.replies import Count
from portal.meetings.resolutions import Progress, list_progress, list_resolutions
from portal.meetings.services import AgendaRow
from portal.meetings.topics import STEPS

CHANGES: dict[str, Text] = {"moved": _("会议变更"), "agenda": _("调整议程"), "cancelled": _("会议取消")}


@dataclass(frozen=True)
class Step:
    """``at`` None = still to come; ``tab``: endpoint of the page that tells more."""

    at: datetime | None
    what: Message | Text
    who: str = ""
    detail: str = ""
    tab: str = ""
    due: datetime | None = None


def list_steps(
    session: Session, meeting: Meeting, agenda: Sequence[AgendaRow], found: Count, now: datetime
) -> list[Step]:
    """For those who were inside; at most six statements."""
    steps = _of_topics(session, meeting, [row.topic_id for row in agenda if row.topic_id])
    steps.append(Step(meeting.called_at, _("发出会议通知"), meeting.called_by, tab="meetings.replies"))
    steps += [Step(_at(line), CHANGES[line["what"]], line["by"], line["text"]) for line in meeting.story]
    if meeting.cancelled_at is not None:
        return sorted(steps, key=lambda step: step.at or now)
    text = Message(_("回执 %(n)s/%(all)s"), n=found.total - found.open, all=found.total)
    over = now > meeting.reply_by or not found.open
    steps.append(
        Step(
            meeting.reply_by if over else None,
            text,
            tab="meetings.replies",
            due=None if over else meeting.reply_by,
        )
    )
    held = Step(meeting.starts_at, _("召开会议"), tab="meetings.sign_in")
    steps.append(held if meeting.held_at else Step(None, held.what, tab=held.tab, due=meeting.starts_at))
    done = sorted((s for s in steps if s.at is not None), key=lambda step: step.at or now)
    open_ = sorted((s for s in steps if s.at is None), key=lambda step: step.due or now)
    return [*done, *open_, *_of_minutes(session, meeting, now)]


def _at(line: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(line["at"])


def _of_topics(session: Session, meeting: Meeting, ids: Sequence[int]) -> list[Step]:
    if not ids:
        return []
    topics = session.scalars(
        sa.select(Topic).where(Topic.tenant_id == meeting.tenant_id, Topic.id.in_(list(ids)))
    )
    text = _("议题“%(title)s”：%(step)s")
    return [
        Step(_at(line), Message(text, title=topic.title, step=STEPS[line["what"]]), line["by"], line["text"])
        for topic in topics
        for line in topic.story
    ]


def _of_minutes(session: Session, meeting: Meeting, now: datetime) -> list[Step]:
    if meeting.held_at is None:
        return []
    minutes = session.scalars(
        sa.select(Minutes).where(Minutes.tenant_id == meeting.tenant_id, Minutes.meeting_id == meeting.id)
    ).one_or_none()
    submitted = minutes if minutes is not None and minutes.returned_at is None else None
    tab = "meetings.minutes"
    steps = [
        Step(submitted.submitted_at if submitted else None, _("纪要送主持人审核"), tab=tab),
        Step(minutes.signed_at if minutes else None, _("主持人签发纪要"), tab=tab),
        Step(minutes.distributed_at if minutes else None, _("分送纪要，通报议定事项"), tab=tab),
    ]
    rows = list_resolutions(session, meeting.tenant_id, [meeting.id])
    if minutes is not None and minutes.signed_at is not None and rows:
        progress = list_progress(session, meeting.tenant_id, [row.id for row in rows])
        closed = sum(_is_closed(p) for p in progress.values())
        text = Message(_("议定事项已办结 %(n)s/%(all)s"), n=closed, all=len(rows))
        steps.append(Step(now if closed == len(rows) else None, text, tab="meetings.resolutions"))
    return steps


def _is_closed(progress: Progress) -> bool:
    if progress.order is not None:
        return not progress.order.open
    return progress.clock is not None and progress.clock.met_at is not None
