"""Periods open by themselves, once, for everybody who has to report."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.core.clock import SHANGHAI, end_of
from portal.core.errors import NotFound
from portal.core.posts import PostKind
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.reporting.models import FormSnapshot, Report, State, Submission
from portal.reporting.opening import asked_fields
from portal.reporting.rounds import open_everywhere
from portal.reporting.services import get_submission
from portal.tenants.models import CampaignSwitch
from portal.tenants.policies import set_policy
from portal.units.models import Membership
from tests.conftest import TestClock
from tests.factories import Factory
from tests.reporting.county import F6, OFFICE, County, found_county


def periods(county: County) -> list[str]:
    county.enter()
    wanted = sa.select(Report.period).where(Report.form == county.form.key)
    return list(county.session.scalars(wanted.order_by(Report.period)))


def test_nothing_opens_before_its_day(make: Factory, clock: TestClock) -> None:
    clock.at("2025-09-14T23:59:59")
    county = found_county(make, F6)
    assert county.open() == 0
    clock.at("2025-09-15T00:00:00")
    assert county.open() == 1
    assert periods(county) == ["2025Q3"]


def test_opening_again_opens_nothing_twice(county: County) -> None:
    assert county.open() == 0
    assert county.open() == 0
    report = county.report()
    assert (report.expected, report.filed) == (10, 0)
    assert report.due_at == end_of(date(2025, 9, 30))
    states = county.session.scalars(
        sa.select(Submission.state).where(Submission.report_id == report.id)
    ).all()
    assert list(states) == [State.EXPECTED.value] * 10


def test_what_was_missed_is_caught_up(make: Factory, clock: TestClock) -> None:
    """F22: the worker stood still for half a year."""
    clock.at("2026-03-20T08:00:00")
    county = found_county(make, F6)
    assert county.open() >= 3
    assert periods(county) == ["2025Q3", "2025Q4", "2026Q1"]


def test_a_member_that_joins_is_added_and_one_that_leaves_stays_expected(county: County) -> None:
    county.file("甲镇", {"leads": 0})
    with county.inside() as session:
        county.units["新单位"] = county.make.unit(county.tenant, "卫健局")
        session.add(
            Membership(
                mechanism_id=county.mechanism.id, member="health", unit_id=county.units["新单位"].id,
                since=date(2025, 9, 1),
            )
        )  # fmt: skip
        leaving = session.scalars(sa.select(Membership).where(Membership.member == "tax")).one()
        leaving.until = date(2025, 9, 19)
    assert county.open() == 0
    report = county.report()
    assert (report.expected, report.filed) == (11, 1)
    assert county.sheet("新单位").state == State.EXPECTED
    assert county.sheet("税务").state == State.EXPECTED
    assert county.sheet("甲镇").state == State.FILED


def test_a_unit_of_a_class_that_is_founded_later_is_added(county: County) -> None:
    county.units["丁镇"] = county.make.unit(county.tenant, "丁镇", "township")
    county.open()
    assert county.sheet("丁镇").state == State.EXPECTED


def test_each_unit_is_asked_its_own_figures(county: County) -> None:
    """Figures of courts and police are asked of them alone."""
    keys = {
        name: {f.key for f in asked_fields(county.form, county.sheet(name).member)}
        for name in ("甲镇", "法院", "公安")
    }
    assert keys["甲镇"] < keys["法院"]
    assert keys["甲镇"] < keys["公安"]
    assert keys["法院"] != keys["公安"]


def test_a_submitted_report_takes_no_more_members(county: County) -> None:
    with county.inside():
        county.report().state = "submitted"
    county.make.unit(county.tenant, "丁镇", "township")
    county.open()
    assert county.report().expected == 10


def test_the_round_opens_in_every_tenant_where_the_campaign_runs(make: Factory, clock: TestClock) -> None:
    clock.at("2025-09-20T10:00:00")
    one, two = found_county(make, F6), found_county(make, F6)
    for county in (one, two):
        with county.inside() as session:
            session.scalars(sa.select(CampaignSwitch)).one().since = date(2025, 7, 1)
    with two.inside() as session:
        session.scalars(sa.select(CampaignSwitch)).one().enabled = False
    registry = make.app.extensions["portal"].registry
    make.session.rollback()
    assert open_everywhere(make.session, SYSTEM, clock(), registry=registry) >= 1
    assert open_everywhere(make.session, SYSTEM, clock(), registry=registry) == 0
    assert periods(one) == ["2025Q3"]
    assert periods(two) == []


@pytest.mark.parametrize(
    ("policies", "day"),
    [
        ({}, date(2026, 1, 30)),
        ({"due_rule": "last_calendar_day", "due_shift": "none"}, date(2026, 1, 31)),
        ({"due_rule": "last_calendar_day", "due_shift": "later"}, date(2026, 2, 2)),
        ({"due_rule": "last_calendar_day", "due_shift": "earlier"}, date(2026, 1, 30)),
    ],
)
def test_the_countys_own_reading_decides_the_due_day(
    make: Factory, clock: TestClock, policies: dict[str, str], day: date
) -> None:
    """本县口径, for periods that open from then on."""
    clock.at("2026-01-20T10:00:00")
    county = found_county(make, {"公安": "police"}, key="anticounterfeit")
    county.since = date(2026, 1, 1)
    with county.inside() as session:
        for key, value in policies.items():
            set_policy(
                session, OFFICE, clock(), campaign=county.campaign, key=key, value=value, reason="本县惯例"
            )
    county.open()
    report = county.report("2026-01")
    assert report.due_at == end_of(day)
    assert report.due_at.astimezone(SHANGHAI).date() == day


def test_a_form_is_kept_as_it_was_declared(county: County) -> None:
    snapshot = county.session.get_one(FormSnapshot, (county.key, county.form.key, county.form.version))
    labels = {f["key"]: f["label"] for s in snapshot.definition["sections"] for f in s["fields"]}
    assert labels == {f.key: str(f.label) for f in county.form.fields}


def test_a_form_of_another_tenant_is_not_found(county: County) -> None:
    sheet_id = county.sheet("甲镇").id
    other = county.make.tenant("邻县", county.city, code=str(int(county.tenant.code) + 400000))
    set_scope(county.session, Scope(own=(other.id,), home=other.id))
    with pytest.raises(NotFound):
        get_submission(county.session, sheet_id)


def test_the_readings_page_says_what_each_choice_comes_to(
    make: Factory, clock: TestClock, login: Callable[[str], FlaskClient]
) -> None:
    """Month ends of domain.md section 6: 2026-01-31 is a Saturday."""
    clock.at("2026-01-20T10:00:00")
    county = found_county(make, {"公安": "police"}, key="anticounterfeit")
    office = login(county.account(PostKind.OFFICE_STAFF))
    label = str(county.campaign.forms[0].label)
    listed = html.unescape(office.get(county.url("policies")).get_data(as_text=True))
    assert f"{label}2026年1月：2026-01-30" in listed
    assert "2026年1月统计 2026-01-01 至 2026-01-31 的数" in listed
    rule = html.unescape(office.get(county.url("policies/due_rule")).get_data(as_text=True))
    for day in ("2026-01-20", "2026-01-23", "2026-02-05", "2026-02-10"):
        assert f"{label}2026年1月：{day}" in rule
    shift = html.unescape(office.get(county.url("policies/due_shift")).get_data(as_text=True))
    for day in ("2026-01-30", "2026-01-31", "2026-02-02"):
        assert f"{label}2026年1月：{day}" in shift


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        ("day_20", date(2026, 1, 20)),
        ("day_25", date(2026, 1, 23)),
        ("next_5", date(2026, 2, 5)),
        ("next_10", date(2026, 2, 10)),
    ],
)
def test_a_fixed_day_of_the_county(make: Factory, clock: TestClock, rule: str, day: date) -> None:
    """25 January 2026 is a Sunday."""
    clock.at("2026-01-26T10:00:00")
    county = found_county(make, {"公安": "police"}, key="anticounterfeit")
    county.since = date(2026, 1, 1)
    with county.inside() as session:
        set_policy(
            session, OFFICE, clock(), campaign=county.campaign, key="due_rule", value=rule, reason="本县惯例"
        )
    county.open()
    report = county.report("2026-01")
    assert report.due_at == end_of(day)
    assert ("跳过休息日" in str(report.due_why)) == (rule == "day_25")
