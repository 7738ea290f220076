"""Periods open by themselves, once, for everybody who has to report."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from portal.core.clock import SHANGHAI, end_of
from portal.core.errors import NotFound
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
    return list(county.session.scalars(sa.select(Report.period).order_by(Report.period)))


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
    assert county.open() == 3
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
