from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import pytest

from portal.campaigns.meetings import MeetingType
from portal.core.clock import SHANGHAI
from portal.core.periods import PeriodKind, period_of
from portal.duties.lines import write_line
from portal.duties.models import DutyRecord
from portal.duties.obligations import Item, periods_of
from portal.duties.reading import Ask, read_items
from portal.meetings.models import Meeting
from tests.activities.conftest import UNITS, app, clock
from tests.factories import Factory
from tests.reporting.county import ACTOR, County, found_county

__all__ = ["app", "clock"]
KEY = "monthly_activity"
Read = Callable[..., list[Item]]


@pytest.fixture
def county(make: Factory, clock: Any) -> County:
    """反诈 with the publicity department, which supervises each month."""
    return found_county(make, UNITS | {"宣传部": "publicity_dept"}, key="antifraud")


def items(
    county: County,
    key: str,
    since: date,
    until: date | None = None,
    *,
    units: Sequence[str] | None = None,
    office: bool = False,
) -> list[Item]:
    """What ``read_items`` says at the clock's moment of the periods of these days."""
    county.enter()
    ids = None if units is None else frozenset(county.units[u].id for u in units)
    ask = Ask(county.mechanism.id, county.campaign, ids, office, frozenset({key}))
    last = until or county.now.date()
    with county.inside() as session:
        return read_items(session, county.now, [ask], lambda c, o: periods_of(c, o, since, last))


def standings(
    county: County, key: str, since: date, *units: str, until: date | None = None
) -> dict[str, list[str]]:
    """Unit -> its standings, oldest period first."""
    county.enter()
    names = {county.units[u].id: u for u in county.units}
    found: dict[str, list[str]] = {}
    for item in items(county, key, since, until, units=units or None):
        found.setdefault(names[item.unit_id or 0], []).append(item.standing.value)
    return found


def line(
    county: County, key: str, day: date, unit: str | None = "宣传部", member: str | None = "publicity_dept"
) -> DutyRecord:
    county.enter()
    with county.inside() as session:
        return write_line(
            session, ACTOR, county.now, campaign=county.campaign, mechanism_id=county.mechanism.id,
            unit_id=county.units[unit].id if unit else None, member=member if unit else None, key=key, done_on=day,
            note="实地查看三家单位",
        )  # fmt: skip


def held(county: County, kind: MeetingType, day: date) -> None:
    """A meeting of this kind was held."""
    starts = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
    county.enter()
    with county.inside() as session:
        session.add(
            Meeting(
                mechanism_id=county.mechanism.id, campaign=county.campaign.key, type=kind.value, year=day.year, serial=1,
                title="会议", starts_at=starts, minutes=60, place="会议室", chair="office_director", reply_by=starts,
                called_at=starts, called_by="", held_at=starts, request_key=f"{kind}-{day}",
            )
        )  # fmt: skip


def at(iso: str) -> datetime:
    return datetime.fromisoformat(iso).replace(tzinfo=SHANGHAI)


def month(day: date) -> Any:
    return period_of(day, PeriodKind.MONTH)
