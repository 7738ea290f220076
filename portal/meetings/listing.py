"""Lists of meetings, as far as the desk reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.reader import Desk
from portal.core.text import Text, _
from portal.meetings.models import Invitation, Meeting, Minutes
from portal.meetings.services import own_units, readable

PAGE, MOST = 50, 100
LASTS = timedelta(hours=12)
"""A meeting stays among those to come until then, unless it was entered as held."""


class MeetingRow(NamedTuple):
    id: int
    type: str
    title: str
    starts_at: datetime
    minutes: int
    place: str
    reply_by: datetime
    cancelled_at: datetime | None
    held_at: datetime | None
    invited: int
    replied: int
    present: int
    submitted_at: datetime | None
    signed_at: datetime | None
    distributed_at: datetime | None

    def state(self, now: datetime) -> tuple[str, Text]:
        """(light, word): how far it has come. Nothing here is ever overdue."""
        if self.cancelled_at is not None:
            return "done", _("已取消")
        if self.held_at is None:
            return ("slow", _("待开")) if now < self.starts_at else ("near", _("待登记召开"))
        if self.distributed_at is not None:
            return "ok", _("纪要已分送")
        if self.signed_at is not None:
            return "slow", _("纪要已签发")
        return ("slow", _("纪要待签发")) if self.submitted_at is not None else ("near", _("待写纪要"))


def _rows(session: Session, desk: Desk, query: sa.Select[Any], most: int, page: int = 1) -> list[MeetingRow]:
    """One statement; the counts are taken for the rows of the page alone."""
    chosen = query.limit(most).offset((page - 1) * PAGE).subquery()
    counts = (
        sa.select(
            Invitation.meeting_id,
            sa.func.count().label("invited"),
            sa.func.count(Invitation.replied_at).label("replied"),
            sa.func.sum(sa.case((Invitation.present.is_(True), 1), else_=0)).label("present"),
        )
        .where(Invitation.tenant_id == desk.tenant_id, Invitation.meeting_id.in_(sa.select(chosen.c.id)))
        .group_by(Invitation.meeting_id)
        .subquery()
    )  # fmt: skip
    m = Meeting
    rows = session.execute(
        sa.select(
            m.id, m.type, m.title, m.starts_at, m.minutes, m.place, m.reply_by, m.cancelled_at, m.held_at,
            sa.func.coalesce(counts.c.invited, 0), sa.func.coalesce(counts.c.replied, 0),
            sa.func.coalesce(counts.c.present, 0),
            Minutes.submitted_at, Minutes.signed_at, Minutes.distributed_at,
        )
        .join(chosen, chosen.c.id == m.id)
        .outerjoin(counts, counts.c.meeting_id == m.id)
        .outerjoin(Minutes, sa.and_(Minutes.tenant_id == m.tenant_id, Minutes.meeting_id == m.id))
    ).all()  # fmt: skip
    return [MeetingRow(*row) for row in rows]


def _is_past(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(
        Meeting.starts_at < now - LASTS, Meeting.held_at.is_not(None), Meeting.cancelled_at.is_not(None)
    )


def list_upcoming(session: Session, desk: Desk, now: datetime) -> list[MeetingRow]:
    """The next one first; one statement."""
    query = sa.select(Meeting.id).where(readable(desk), ~_is_past(now)).order_by(Meeting.starts_at)
    return sorted(_rows(session, desk, query, MOST), key=lambda row: (row.starts_at, row.id))


def list_past(
    session: Session, desk: Desk, now: datetime, *, year: int, type_: str = "", page: int = 1
) -> tuple[list[MeetingRow], bool]:
    """Of a year, the latest first, one page and whether more follows; one statement."""
    query = sa.select(Meeting.id).where(readable(desk), _is_past(now), Meeting.year == year)
    if type_:
        query = query.where(Meeting.type == type_)
    query = query.order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    rows = sorted(
        _rows(session, desk, query, PAGE + 1, page), key=lambda row: (row.starts_at, row.id), reverse=True
    )
    return rows[:PAGE], len(rows) > PAGE


def list_years(session: Session, desk: Desk) -> list[int]:
    """In which there were meetings, the latest first; one statement."""
    return list(
        session.scalars(
            sa.select(Meeting.year).where(readable(desk)).distinct().order_by(Meeting.year.desc())
        )
    )


def list_own_replies(session: Session, desk: Desk, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Meeting -> (unit, reply) of the reader's own units; one statement, none for readers without a unit."""
    own = own_units(desk)
    if not own or not ids:
        return {}
    found: dict[int, list[tuple[str, str]]] = {}
    query = sa.select(Invitation.meeting_id, Invitation.unit_id, Invitation.reply).where(
        Invitation.tenant_id == desk.tenant_id,
        Invitation.meeting_id.in_(list(ids)),
        Invitation.unit_id.in_(own),
    )
    for meeting_id, unit_id, reply in session.execute(query):
        found.setdefault(meeting_id, []).append((desk.unit_name(unit_id), reply))
    return found
