"""Scenario F7: phases, forms of one date, and key cases made by time; 4 and 5 in the ledgers: ``test_scenario_f7_matters``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from portal.campaigns.forms import Form
from portal.core.clock import SHANGHAI, end_of
from portal.reporting.models import Report, State, Submission
from portal.reporting.opening import find_report
from portal.reporting.prefill import as_origins, current_offers
from portal.reporting.services import file_submission, save_draft
from portal.reporting.upward import list_missing
from tests.conftest import TestClock
from tests.factories import Factory
from tests.reporting.county import ACTOR, F6, County, found_county


@pytest.fixture
def shanyin(make: Factory, clock: TestClock) -> County:
    """The county in its campaign from the day the plan was issued."""
    clock.at("2024-06-19T09:00:00")
    county = found_county(make, F6)
    county.since = date(2024, 6, 19)
    county.open()
    return county


def form(county: County, key: str) -> Form:
    found = county.campaign.form(key)
    assert found is not None
    return found


def sheet(county: County, key: str, period: str, unit: str) -> Submission:
    county.enter()
    report = find_report(county.session, county.key, key, period)
    assert report is not None
    wanted = (Submission.report_id == report.id, Submission.unit_id == county.units[unit].id)
    return county.session.scalars(sa.select(Submission).where(*wanted)).one()


def hand_in(county: County, key: str, period: str, unit: str, **more: Any) -> Submission:
    """The example of the form, with what the portal knows about the unit."""
    with county.inside() as session:
        row = sheet(county, key, period, unit)
        filed = form(county, key)
        origins = as_origins(current_offers(session, campaign=county.campaign, form=filed, submission=row))
        values = dict(filed.example) | {k: o["value"] for k, o in origins.items()}
        file_submission(
            session, ACTOR, county.now, campaign=county.campaign, form=filed, submission=row, version=row.version,
            values=values, explanations={}, late_reason=more.pop("late_reason", ""), needs_signature=False,
            origins=origins,
        )  # fmt: skip
    return sheet(county, key, period, unit)


def in_time(row: Submission) -> bool:
    assert row.first_filed_at is not None
    return row.first_filed_at <= row.due_at


def periods(county: County, key: str) -> list[str]:
    county.enter()
    wanted = sa.select(Report.period).where(Report.form == key).order_by(Report.period)
    return list(county.session.scalars(wanted))


# ------------------------------------------------------------------------------------- 1 phases, 4 key cases
@pytest.mark.parametrize(
    ("on", "active"),
    [
        ("2024-06-19", ["deployment"]),
        ("2024-10-15", ["crackdown", "rulemaking"]),
        ("2025-07-01", ["crackdown", "rulemaking", "consolidation"]),
        ("2026-01-01", []),
    ],
)
def test_phases_overlap_and_end(shanyin: County, on: str, active: list[str]) -> None:
    day = date.fromisoformat(on)
    assert [p.key for p in shanyin.campaign.phases if p.start <= day <= p.end] == active
    rule = next(r for r in shanyin.campaign.rules if r.key == "phases_on")
    assert rule.evaluate({"on": on}).value == {"phases": active}


@pytest.mark.parametrize(
    ("inputs", "since"),
    [
        ({"amount": 99_990_000, "today": "2024-06-19"}, ()),
        ({"amount": 100_000_000, "today": "2024-06-19"}, (None,)),
        ({"filed_on": "2019-06-20", "today": "2024-06-19"}, ()),
        ({"filed_on": "2019-06-20", "today": "2024-06-20"}, ("2024-06-20",)),
    ],
)
def test_a_case_becomes_a_key_case_by_amount_or_by_date(
    shanyin: County, inputs: dict[str, Any], since: tuple[str | None, ...]
) -> None:
    """Nobody touches it: the same entry is asked on another day, and the reason carries the day."""
    rule = next(r for r in shanyin.campaign.rules if r.key == "key_case")
    said = rule.evaluate(inputs)
    assert said.value["key"] is bool(since)
    assert tuple(r["since"] for r in said.value["reasons"]) == since
    assert all(day in str(said.steps[0]) for day in since if day)


# --------------------------------------------------------------------------------------- 2 leader and liaison
def test_contacts_are_in_time_through_the_25th(shanyin: County, clock: TestClock) -> None:
    row = sheet(shanyin, "contacts", "2024-06-25", "财政")
    assert row.due_at == end_of(date(2024, 6, 25))
    clock.at("2024-06-25T23:59:00")
    assert in_time(hand_in(shanyin, "contacts", "2024-06-25", "财政"))
    clock.at("2024-06-26T00:00:00")
    late = hand_in(shanyin, "contacts", "2024-06-25", "教育", late_reason="分管领导刚调整")
    assert not in_time(late)
    assert late.late_reason == "分管领导刚调整"


def test_units_without_leader_and_liaison_are_listed(shanyin: County, clock: TestClock) -> None:
    clock.at("2024-06-25T18:00:00")
    for unit in F6:
        if unit not in ("乙镇", "法院"):
            hand_in(shanyin, "contacts", "2024-06-25", unit)
    clock.at("2024-06-26T08:00:00")
    shanyin.enter()
    report = find_report(shanyin.session, shanyin.key, "contacts", "2024-06-25")
    assert report is not None
    assert (report.expected, report.filed, report.on_time) == (10, 8, 8)
    missing = {m.name.rstrip("0123456789") for m in list_missing(shanyin.session, report)}
    assert missing == {"乙镇", "法院"}


def test_the_contact_form_knows_the_unit_and_asks_for_no_person(shanyin: County) -> None:
    row = sheet(shanyin, "contacts", "2024-06-25", "财政")
    asked = form(shanyin, "contacts")
    with shanyin.inside() as session:
        offers = current_offers(session, campaign=shanyin.campaign, form=asked, submission=row)
    assert offers["unit"].value == shanyin.units["财政"].full_name
    words = [str(f.label) for f in asked.fields]
    assert not [w for w in words if "姓名" in w or "手机" in w]


# --------------------------------------------------------------------------- 3 the summary and the last quarter
def test_the_summary_is_in_time_through_saturday_and_the_last_quarter_still_comes(
    shanyin: County, clock: TestClock
) -> None:
    assert datetime(2025, 11, 1, tzinfo=SHANGHAI).weekday() == 5
    clock.at("2025-10-20T09:00:00")
    shanyin.open()
    assert sheet(shanyin, "summary", "2025-11-01", "甲镇").due_at == end_of(date(2025, 11, 1))
    clock.at("2025-11-01T23:59:59")
    assert in_time(hand_in(shanyin, "summary", "2025-11-01", "甲镇"))
    clock.at("2025-11-02T00:00:00")
    assert not in_time(hand_in(shanyin, "summary", "2025-11-01", "乙镇", late_reason="等候数据"))
    assert "2025Q4" not in periods(shanyin, "quarterly_statistics")
    clock.at("2025-12-20T09:00:00")
    shanyin.open()
    assert sheet(shanyin, "quarterly_statistics", "2025Q4", "甲镇").state == State.EXPECTED
    asked = ["2024Q3", "2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4"]
    assert periods(shanyin, "quarterly_statistics") == asked, "Q-17: six periods, none before 2024Q3"
    assert periods(shanyin, "summary") == ["2025-11-01"]


def test_a_summary_is_kept_while_it_is_written(shanyin: County, clock: TestClock) -> None:
    clock.at("2025-10-25T09:00:00")
    shanyin.open()
    with shanyin.inside() as session:
        row = sheet(shanyin, "summary", "2025-11-01", "丙乡")
        save_draft(
            session, ACTOR, shanyin.now, submission=row, version=row.version, values={"situation": "初稿"},
            explanations={},
        )  # fmt: skip
    kept = sheet(shanyin, "summary", "2025-11-01", "丙乡")
    assert (kept.state, kept.values) == (State.DRAFT, {"situation": "初稿"})
