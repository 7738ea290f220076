"""How much of the units' time meetings take (以会议落实会议): counts for the office, in official order, never a ranking."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.reader import Desk
from portal.meetings.models import Invitation, Meeting
from portal.units.models import Unit


@dataclass(frozen=True)
class Month:
    meetings: int
    minutes: int
    people: int
    """Who was entered as present."""


@dataclass(frozen=True)
class UnitLine:
    name: str
    months: tuple[int, ...]
    """Meetings it was asked to, January to December."""
    minutes: int


@dataclass(frozen=True)
class Burden:
    months: tuple[Month, ...]
    units: tuple[UnitLine, ...]

    @property
    def total(self) -> Month:
        return Month(
            sum(m.meetings for m in self.months),
            sum(m.minutes for m in self.months),
            sum(m.people for m in self.months),
        )


def read_burden(session: Session, desk: Desk, year: int) -> Burden:
    """Meetings of the year that were called and not cancelled, of every body of the tenant; one statement."""
    m = Meeting
    here = (m.tenant_id == desk.tenant_id, m.year == year, m.cancelled_at.is_(None))
    length = sa.func.coalesce(m.lasted, m.minutes)
    rows = session.execute(
        sa.select(
            m.id, m.starts_at, length, Unit.id, Unit.short_name, Invitation.present
        )
        .join(Invitation, sa.and_(Invitation.tenant_id == m.tenant_id, Invitation.meeting_id == m.id))
        .join(Unit, sa.and_(Unit.tenant_id == Invitation.tenant_id, Unit.id == Invitation.unit_id))
        .where(*here)
        .order_by(Unit.sort_no, Unit.id)
    )  # fmt: skip
    held: dict[int, tuple[int, int]] = {}
    people = [0] * 12
    units: dict[int, tuple[str, list[int], list[int]]] = {}
    for meeting_id, starts, minutes, unit_id, name, present in rows:
        month = starts.astimezone(SHANGHAI).month - 1
        held[meeting_id] = (month, minutes)
        people[month] += present is True
        _name, asked, spent = units.setdefault(unit_id, (name, [0] * 12, [0]))
        asked[month] += 1
        spent[0] += minutes if present is not False else 0
    months = tuple(
        Month(
            sum(month == n for month, _minutes in held.values()),
            sum(minutes for month, minutes in held.values() if month == n),
            people[n],
        )
        for n in range(12)
    )
    lines = tuple(UnitLine(name, tuple(asked), spent[0]) for name, asked, spent in units.values())
    return Burden(months, lines)
