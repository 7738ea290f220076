"""What waits for a person, over all campaigns and tenants: one list in order of due instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.assessment import survey_todos as surveys
from portal.assessment import todos as measures
from portal.core.reader import Reader
from portal.core.text import Message, _
from portal.core.todo import Todo, TodoSource
from portal.deadlines import todos as deadlines
from portal.deadlines.state import show_minutes
from portal.duties import todos as duties
from portal.duties.todos import FindCampaign
from portal.exchange import todos as urgent
from portal.information import advisory_todos as advisories
from portal.information import request_todos as requests
from portal.information import todos as information
from portal.ledger import todos as entries
from portal.matching import todos as matching
from portal.meetings import minutes_todos as minutes
from portal.meetings import todos as meetings
from portal.notices.inbox import Recent, list_inbox
from portal.papers import todos as papers
from portal.reporting import todos as forms
from portal.rewards import todos as rewards
from portal.supervision import todos as orders
from portal.tips import todos as tips
from portal.transfers import todos as transfers
from portal.units import todos as handovers

SOURCES: tuple[TodoSource, ...] = (
    surveys.list_todos,
    deadlines.list_todos,
    urgent.list_todos,
    information.list_todos,
    advisories.list_todos,
    requests.list_todos,
    papers.list_todos,
    meetings.list_todos,
    minutes.list_todos,
    orders.list_todos,
    entries.list_todos,
    measures.list_todos,
    rewards.list_todos,
    tips.list_todos,
    transfers.list_todos,
    matching.list_todos,
    handovers.list_todos,
    forms.list_todos,
)
"""Rooms that have something waiting. Each leaves the reader's scope as it found it."""


@dataclass(frozen=True)
class Waiting:
    """Everything the home page shows; ``clocks`` and ``todos`` by due instant, what has none last."""

    clocks: Sequence[Todo]
    todos: Sequence[Todo]
    notices: Sequence[Recent]
    done: int
    expected: int


def gather(session: Session, reader: Reader, now: datetime, find: FindCampaign) -> Waiting:
    """A constant number of statements, however many posts, units, campaigns and rows there are."""
    months = (forms.read_month(session, reader, now), duties.read_month(session, reader, now, find))
    rows = [row for month in months for row in month.todos]
    rows += [row for source in SOURCES for row in source(session, reader, now)]
    rows.sort(key=lambda row: (row.due is None, row.due or now))
    return Waiting(
        clocks=[row for row in rows if row.clock],
        todos=[row for row in rows if not row.clock],
        notices=list_inbox(session, reader.live, now, limit=3),
        done=sum(month.done for month in months),
        expected=sum(month.expected for month in months),
    )


def rest_of(due: datetime, now: datetime) -> Message | None:
    """``还有 5 小时``, ``还有 3 天``; None once it is over: the light says how late it is."""
    # a day ends with its last microsecond: 24:00 to whoever reads it
    left = due - now + timedelta(microseconds=1)
    if left < timedelta(minutes=1):
        return None
    if left >= timedelta(days=2):
        return Message(_("还有 %(n)s 天"), n=left.days)
    minutes = int(left.total_seconds()) // 60
    # minutes matter in the last two hours only
    return Message(_("还有 %(t)s"), t=show_minutes(minutes if minutes < 120 else minutes // 60 * 60))
