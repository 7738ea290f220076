"""Reminders that climb: the exact instants, once each, nothing after it was met, no flood after a pause."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI, end_of
from portal.core.posts import PostKind
from portal.deadlines.models import Deadline
from portal.notices.due import Due
from portal.notices.models import Notice
from portal.notices.reminders import TENANTS, reached, remind_everywhere, steps_of
from portal.notices.wording import say
from portal.tenants.models import CampaignSwitch, Tenant
from portal.units.models import Mechanism
from tests.conftest import TestClock
from tests.factories import Factory
from tests.reporting.county import County

Left = tuple[str, int | None, bool, str]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@contextmanager
def running(county: County, due: datetime, unit: str | None = "甲镇", hours: int = 24) -> Iterator[Deadline]:
    with county.inside() as session:
        clock = Deadline(
            mechanism_id=county.mechanism.id, unit_id=county.units[unit].id if unit else None,
            subject=f"record:{due.timestamp():.0f}", rule="r", title="迅速上报", reason={"hours": hours},
            started_at=due - timedelta(hours=hours), entered_at=county.now, due_at=due,
        )  # fmt: skip
        session.add(clock)
    yield clock


def go(county: County) -> list[Left]:
    """One round of the worker; what it left in the county, of clocks alone."""
    county.session.rollback()
    before = {n.id for n in notices(county)}
    county.session.info.pop("scope", None)
    remind_everywhere(county.session, county.now)
    return [
        (n.post, n.unit_id, n.urgent, str(say(n.text, n.params)))
        for n in notices(county)
        if n.id not in before
    ]


def notices(county: County, about: str = "deadline") -> list[Notice]:
    county.enter()
    wanted = sa.select(Notice).where(Notice.mark.like(f"remind:{about}:%")).order_by(Notice.at, Notice.id)
    return list(county.session.scalars(wanted))


def test_f4_step_2_to_the_second(county: County, clock: TestClock) -> None:
    """2026-10-01 11:40 to the liaison, 15:40 to the leader in charge, one message each, holiday or not."""
    clock.at("2026-09-30T17:52:00")
    unit, name = county.units["甲镇"].id, county.units["甲镇"].short_name
    with running(county, at("2026-10-01T17:40:00")):
        told: list[tuple[str, Left]] = []
        for moment in (
            "2026-09-30T18:00:00", "2026-10-01T11:39:59", "2026-10-01T11:40:00", "2026-10-01T11:45:00",
            "2026-10-01T15:39:59", "2026-10-01T15:40:00", "2026-10-01T17:40:00", "2026-10-01T17:40:01",
            "2026-10-01T18:00:00", "2026-10-02T09:00:00",
        ):  # fmt: skip
            clock.at(moment)
            told += [(moment[5:], left) for left in go(county)]
    before = "迅速上报将于 10月1日 周四 17:40 到期，请及时办理"
    assert told == [
        ("10-01T11:40:00", ("liaison", unit, True, before)),
        ("10-01T15:40:00", ("leader_in_charge", unit, True, before)),
        ("10-01T17:40:01", ("", None, True, f"{name}：迅速上报已于 10月1日 周四 17:40 到期，尚未办理")),
    ]


def test_what_is_met_is_not_reminded_of(county: County, clock: TestClock) -> None:
    with running(county, at("2025-10-01T17:40:00")) as deadline:
        clock.at("2025-10-01T11:40:00")
        assert len(go(county)) == 1
        with county.inside() as session:
            session.get_one(Deadline, (county.tenant.id, deadline.id)).met_at = county.now
        for moment in ("2025-10-01T15:40:00", "2025-10-01T17:41:00", "2025-10-05T09:00:00"):
            clock.at(moment)
            assert go(county) == []


def test_a_date_is_reminded_of_in_the_morning(county: County, clock: TestClock) -> None:
    with running(county, end_of(at("2025-11-20T00:00:00").date()), hours=24 * 20):
        told = []
        for hour in range(24 * 6):
            clock.now = at("2025-11-16T00:00:00") + timedelta(hours=hour)
            told += [(f"{clock.now:%m-%d %H}", post, urgent) for post, _u, urgent, _t in go(county)]
    assert told == [
        ("11-17 09", "liaison", False), ("11-19 09", "leader_in_charge", False), ("11-21 09", "", False)
    ]  # fmt: skip


def test_after_a_pause_everybody_gets_one(county: County, clock: TestClock) -> None:
    """The worker was down all the time: one to each, which says that it is late."""
    with running(county, at("2025-10-01T17:40:00")), running(county, at("2025-10-01T18:40:00"), None):
        clock.at("2025-10-02T03:00:00")
        told = go(county)
        assert sorted((post, unit is None) for post, unit, _u, _t in told) == [
            ("", True), ("", True), ("leader_in_charge", False), ("liaison", False)
        ]  # fmt: skip
        assert all("已于" in text for _p, _u, _urgent, text in told)
        assert go(county) == []


def test_what_passed_long_ago_makes_no_flood(county: County, clock: TestClock) -> None:
    with running(county, at("2025-08-01T17:40:00")):
        clock.at("2025-09-20T10:00:00")
        assert go(county) == []


def test_a_date_that_was_moved_is_reminded_of_anew(county: County, clock: TestClock) -> None:
    with running(county, at("2025-10-01T17:40:00")) as deadline:
        clock.at("2025-10-01T12:00:00")
        assert len(go(county)) == 1
        with county.inside() as session:
            session.get_one(Deadline, (county.tenant.id, deadline.id)).due_at = at("2025-10-01T17:50:00")
        assert len(go(county)) == 1
        assert go(county) == []


def test_the_clock_jumps(county: County, clock: TestClock) -> None:
    """F09: a day ahead and an hour back, nothing twice, nothing lost."""
    with running(county, at("2025-10-01T17:40:00")):
        clock.at("2025-10-01T11:50:00")
        assert len(go(county)) == 1
        clock.at("2025-10-01T10:50:00")
        assert go(county) == []
        clock.at("2025-10-01T11:50:00")
        assert go(county) == []
        clock.at("2025-10-02T11:50:00")
        assert [post for post, *_more in go(county)] == ["leader_in_charge", ""]
        clock.at("2025-10-01T15:40:00")
        assert go(county) == []


def test_a_campaign_that_is_switched_off_reminds_nobody(county: County, clock: TestClock) -> None:
    with running(county, at("2025-10-01T17:40:00")):
        with county.inside() as session:
            session.scalars(sa.select(CampaignSwitch)).one().enabled = False
        clock.at("2025-10-01T12:00:00")
        assert go(county) == []


def test_forms_climb_too_and_the_office_hears_once_of_all(county: County, clock: TestClock) -> None:
    """The third quarter is due on 30 September: 27th liaisons, 29th leaders, 1 October the office."""
    county.file("甲镇")

    def round_() -> list[tuple[str, int | None]]:
        county.session.rollback()
        county.session.info.pop("scope", None)
        remind_everywhere(county.session, county.now)
        found = [
            (n.post, n.unit_id)
            for kind in ("form", "report")
            for n in notices(county, kind)
            if n.at == county.now
        ]
        return sorted(found, key=str)

    others = sorted(u.id for name, u in county.units.items() if name != "甲镇")
    clock.at("2025-09-27T09:00:00")
    assert round_() == sorted([("liaison", u) for u in others], key=str)
    county.file("乙镇")
    clock.at("2025-09-29T09:00:00")
    others.remove(county.units["乙镇"].id)
    assert round_() == sorted([("leader_in_charge", u) for u in others], key=str)
    clock.at("2025-10-01T09:00:00")
    assert round_() == [("", None)]
    late = notices(county, "report")[0]
    assert f"{len(others)} 家单位未办" in str(say(late.text, late.params))
    assert "甲镇" not in str(say(late.text, late.params))


def test_links_lead_to_pages(county: County, clock: TestClock, app: Flask) -> None:
    clock.at("2025-09-29T09:00:00")
    with running(county, at("2025-09-29T14:00:00")):
        county.session.rollback()
        county.session.info.pop("scope", None)
        remind_everywhere(county.session, county.now)
    links = {n.link for kind in ("form", "deadline") for n in notices(county, kind)}
    adapter = app.url_map.bind("localhost")
    found = {adapter.match(link)[0] for link in links}
    assert {"reporting.sheet"} < found <= {"reporting.sheet", "deadlines.detail", "exchange.index"}


def test_steps_never_overtake_each_other() -> None:
    for hours in range(1, 400):
        due = at("2026-02-10T00:30:00") + timedelta(hours=hours)
        for urgent in (True, False):
            item = Due(
                tenant_id=1, mechanism_id=1, unit_id=1, subject="x:1", title="", due=due, urgent=urgent
            )
            steps = steps_of(item)
            assert [s.at for s in steps] == sorted(s.at for s in steps)
            assert steps[2].at > due
            for step in steps:
                assert not [r for r in reached([item], step.at - timedelta(seconds=1)) if r.step == step]
                assert [r for r in reached([item], step.at) if r.step == step]


def test_rounds_ask_a_constant_number_of_questions(
    make: Factory, session: Session, clock: TestClock, county: County
) -> None:
    """However many clocks run; what was left is not asked for again one by one."""
    from tests.home.test_todo import statements

    clock.at("2025-11-20T09:00:00")
    counts = []
    for n in (1, 30):
        with county.inside() as inside:
            for i in range(n):
                inside.add(_clock(county.mechanism, county.units["甲镇"].id, f"{n}-{i}", county.now))
        county.session.info.pop("scope", None)
        remind_everywhere(session, county.now)
        session.info.pop("scope", None)
        with statements(make.app) as sent:
            remind_everywhere(session, county.now)
        counts.append(len(sent))
    tenants = (
        session.scalar(sa.select(sa.func.count()).select_from(Tenant)) or 0
    )  # of all tests of this worker
    assert counts[0] == counts[1] <= 1 + 10 * (1 + tenants // TENANTS), sent


def _clock(body: Mechanism, unit_id: int, name: str, now: datetime) -> Any:
    return Deadline(
        mechanism_id=body.id, unit_id=unit_id, subject=f"record:{name}", rule="r", title="t", reason={},
        started_at=now - timedelta(hours=23), entered_at=now, due_at=now + timedelta(hours=1),
    )  # fmt: skip


@pytest.mark.parametrize("kind", [PostKind.LIAISON, PostKind.LEADER_IN_CHARGE, PostKind.OFFICE_STAFF])
def test_each_finds_its_step_in_the_inbox(county: County, clock: TestClock, kind: PostKind) -> None:
    unit = "" if kind is PostKind.OFFICE_STAFF else "甲镇"
    name = county.account(kind, unit)
    for other in (PostKind.LIAISON, PostKind.LEADER_IN_CHARGE):
        if other is not kind:
            county.account(other, "甲镇")
    seen = []
    with running(county, at("2025-10-01T17:40:00")):
        for moment in ("2025-10-01T11:40:00", "2025-10-01T15:40:00", "2025-10-01T17:41:00"):
            clock.at(moment)
            go(county)
            seen.append(county.make.login(name).get("/inbox").get_data(as_text=True).count("迅速上报"))
    assert seen == {"liaison": [1, 1, 1], "leader_in_charge": [0, 1, 1], "office_staff": [0, 0, 1]}[kind]
