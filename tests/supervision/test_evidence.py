"""Inspections whose result is recorded meet what the office owes each quarter (D4 六（三）, S-19)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from portal.core.posts import PostKind
from portal.duties.obligations import periods_of
from portal.duties.reading import Ask, read_items
from portal.supervision.visits import plan_visit, record_result
from portal.tenants.models import CampaignSwitch
from portal.units.models import Mechanism, Membership
from tests.supervision.conftest import City

CAMPAIGN, KEY = "illegal_fundraising", "office_inspection"


@pytest.fixture
def body(city: City) -> Mechanism:
    city.clock.at("2025-06-25T09:00:00")
    body = city.make.mechanism(city.tenant, CAMPAIGN, {"police": city.units["police"]})
    city.make.post(city.tenant, "inspector", PostKind.OFFICE_DIRECTOR, body)
    with city.enter() as session:
        for row in (*session.scalars(sa.select(CampaignSwitch)), *session.scalars(sa.select(Membership))):
            row.since = date(2024, 6, 1)
    return body


@pytest.fixture
def standing(city: City, body: Mechanism) -> Callable[[], list[str]]:
    def read() -> list[str]:
        campaign = city.make.app.extensions["portal"].registry.find(CAMPAIGN)
        ask = Ask(body.id, campaign, frozenset(), True, frozenset({KEY}))
        with city.enter() as session:
            since, now = date(2025, 1, 1), city.clock.now
            items = read_items(session, now, [ask], lambda c, o: periods_of(c, o, since, now.date()))
        assert {i.unit_id for i in items} == {None}
        return [i.standing.value for i in items]

    return read


def visit(city: City, body: int, unit: int, done_on: date | None) -> int:
    with city.enter() as session:
        now, actor = city.clock.now, city.act("inspector")
        made = plan_visit(
            session, actor, now, mechanism_id=body, title="风险排查检查", month="2025-06", on=None, unit_ids=[unit],
            by_whom="专班办公室", basis="D4 六（三）", clash_why="另有安排", request_key=f"{body}-{done_on}",
        )  # fmt: skip
        if done_on is not None:
            record_result(session, actor, now, visit=made, unit_id=unit, done_on=done_on, result="查了两处。")
        return int(made.id)


def test_a_recorded_visit_meets_the_quarter_and_a_plan_does_not(
    city: City, body: Mechanism, standing: Callable[[], list[str]]
) -> None:
    police = city.unit("police")
    with city.enter():
        here, elsewhere = body.id, city.body.id
    assert standing() == ["overdue", "near"]
    visit(city, here, police, None)
    visit(city, elsewhere, police, date(2025, 6, 20))  # another body's proves nothing here
    assert standing() == ["overdue", "near"]
    home = city.client("inspector").get("/").get_data(as_text=True)
    assert "对各乡（镇）、各单位开展督导检查" in home
    assert "登记检查" in home
    assert f'href="/{city.tenant.code}/{CAMPAIGN}/supervision/visits"' in home
    made = visit(city, here, police, date(2025, 6, 20))
    assert standing() == ["overdue", "met"]
    duties: Any = city.client("inspector").get(f"/{city.tenant.code}/{CAMPAIGN}/duties/owed")
    assert f"/supervision/visits/{made}" in duties.get_data(as_text=True)
