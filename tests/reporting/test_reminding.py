"""催报: who is told, at any hour; the third one goes to the leader with the history."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.core.posts import PostKind
from portal.notices.models import Notice
from tests.conftest import TestClock
from tests.reporting.county import County
from tests.reporting.paper import send
from tests.reporting.test_pages import page


@pytest.fixture
def office(county: County, login: Any) -> FlaskClient:
    client: FlaskClient = login(county.account(PostKind.OFFICE_STAFF))
    return client


def test_ticked_units_alone_are_reminded_at_any_hour(
    county: County, office: FlaskClient, clock: TestClock
) -> None:
    """By night as well: the notice waits in the inbox, and what goes outside the portal for the morning."""
    url = county.url(f"board/{county.report().id}/remind")
    chosen = [str(county.sheet(u).id) for u in ("甲镇", "公安")]
    county.plain("公安")

    def told() -> list[int | None]:
        county.enter()
        found = list(county.session.scalars(sa.select(Notice.unit_id).order_by(Notice.id)).all())
        county.session.rollback()
        return found

    send(office, county.url("board"), url, chosen=[*chosen, "9" * 30, "x"])
    assert told() == [county.units["甲镇"].id]
    send(office, county.url("board?state=accepted"), url, state="accepted")
    assert len(told()) == 1, "all of the listed have filed"
    clock.at("2025-09-20T22:00:00")
    late = county.make.login(county.account(PostKind.OFFICE_STAFF))
    send(late, county.url("board"), url, chosen=chosen)
    assert told() == [county.units["甲镇"].id] * 2


def test_the_third_reminder_goes_to_the_leader_with_the_history(
    county: County, office: FlaskClient, clock: TestClock, login: Any
) -> None:
    """beyond.md row 4."""
    leader = login(county.account(PostKind.LEADER_IN_CHARGE, "甲镇"))
    url, chosen = county.url(f"board/{county.report().id}/remind"), [str(county.sheet("甲镇").id)]
    for day in (21, 22):
        clock.at(f"2025-09-{day}T10:00:00")
        send(
            county.make.login(county.account(PostKind.OFFICE_STAFF)), county.url("board"), url, chosen=chosen
        )
    assert "请尽快报送" not in page(leader.get("/inbox"))
    clock.at("2025-09-23T10:00:00")
    send(county.make.login(county.account(PostKind.OFFICE_STAFF)), county.url("board"), url, chosen=chosen)
    shown = page(county.make.login(county.account(PostKind.LEADER_IN_CHARGE, "甲镇")).get("/inbox"))
    assert "第 3 次催报：请尽快报送" in shown
    assert "9月21日 周日 10:00 催报，未读、9月22日 周一 10:00 催报，未读" in shown
    assert (
        page(county.make.login(county.account(PostKind.LIAISON, "甲镇")).get("/inbox")).count("请尽快报送")
        == 3
    )
