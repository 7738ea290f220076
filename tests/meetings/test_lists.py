"""However many meetings, units and papers there are, each page asks the database as often."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.campaigns.meetings import MeetingType
from portal.meetings.models import Invitation, Meeting, Topic
from tests.conftest import TestClock
from tests.factories import Factory
from tests.home.test_todo import statements
from tests.meetings.city import City, build_city, hold_meeting


@pytest.fixture
def city(make: Factory, clock: TestClock) -> City:
    return build_city(make, clock)


def fill(city: City, time: int = 0) -> None:
    """More topics, more meetings, every unit of the body at the first one."""
    for day in ("2026-04-01", "2026-04-20", "2026-06-01", "2026-06-02"):
        hold_meeting(city, MeetingType.THEMATIC, day, held=day < "2026-05")
    with city.enter() as session:
        known = set(
            session.scalars(sa.select(Invitation.unit_id).where(Invitation.meeting_id == city.meeting_id))
        )
        session.add_all(
            Invitation(meeting_id=city.meeting_id, unit_id=u, opinion="没有意见", present=True)
            for name, u in city.units.items()
            if u not in known and name != "left"
        )
        session.add_all(
            Topic(
                mechanism_id=city.body_id, campaign="anticounterfeit", unit_id=city.units["police"], title=f"议题{n}",
                grounds="情况", filed_at=city.clock.now, filed_by="police", request_key=f"t{time}-{n}",
            )
            for n in range(5)
        )  # fmt: skip


def test_statements_stay_the_same_however_many_rows(city: City) -> None:
    pages = {
        "clerk": ("meetings", "topics", "meetings/burden", "meetings/new", *map(city.path, ("replies", "papers", "sign-in"))),
        "police": ("meetings", "topics", city.path("replies"), city.path("papers")),
    }  # fmt: skip
    used: list[dict[str, int]] = []
    for n in range(2):
        fill(city, n)
        found = {}
        for who, paths in pages.items():
            for path in (*paths, f"meetings/{city.meeting_id}"):
                city.get(who, path)
                with statements(city.make.app) as sent:
                    assert city.get(who, path).status_code == 200, path
                found[f"{who} {path}"] = len(sent)
        used.append(found)
    assert used[0] == used[1]
    assert max(used[0].values()) <= 14, used


def test_the_list_tells_each_reader_what_is_theirs(city: City) -> None:
    fill(city)
    office = city.text("clerk", "meetings?year=2026")
    assert office.count("专题会议") >= 4
    only = city.text("clerk", "meetings?year=2026&kind=thematic").split("开过的会议")[1]
    assert only.count("到会") == 2  # two were held
    for query in ("year=1999", "year=x", "kind=x", "page=0", "page=99999999999999999999"):
        assert city.get("clerk", f"meetings?{query}").status_code == 200
    assert "反假货币工作联席会议部分成员单位第1次会议" in city.text("finance", "meetings")
    assert "议题0" in city.text("police", "topics")
    assert "议题0" not in city.text("finance", "topics")
    with city.enter() as session:
        foreign = sa.select(Meeting.id).where(Meeting.type == MeetingType.THEMATIC.value)
        thematic = session.scalars(foreign.order_by(Meeting.starts_at)).first()
    assert city.get("finance", f"meetings/{thematic}").status_code == 404
    burden = city.text("clerk", "meetings/burden?year=2026")
    assert burden.index("市公安局") < burden.index("市财政局")  # in official order
