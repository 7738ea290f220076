"""When it is asked, when it is met, when it is late: pure, to the second."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.campaigns.declarations import Cadence, Campaign, Obligation
from portal.campaigns.registry import load_registry
from portal.core.clock import end_of, midnight
from portal.core.periods import PeriodKind, period_of
from portal.duties.obligations import (
    KINDS,
    Item,
    Owner,
    Standing,
    bounds,
    declared,
    find_obligation,
    is_asked,
    periods_of,
    stand,
)
from portal.figures.evidence import Evidence
from tests.conftest import ROOT
from tests.duties.owed.conftest import at

CAMPAIGNS = load_registry(ROOT / "plugins", strict=True).campaigns
FRAUD, FUNDS, FAKES = (CAMPAIGNS[k] for k in ("antifraud", "illegal_fundraising", "anticounterfeit"))
ALWAYS = Owner(1, 7, "某单位", ((date(2020, 1, 1), None),))


def owed(campaign: Campaign, key: str) -> Obligation:
    found = find_obligation(campaign, key)
    assert found is not None
    return found


def record(day: date) -> Evidence:
    return Evidence("antifraud", "activities", 7, day, "activity:1")


def how(
    campaign: Campaign, key: str, period: date, now: datetime, *days: date, owner: Owner = ALWAYS
) -> Item:
    obligation = owed(campaign, key)
    kind = KINDS[obligation.cadence] if obligation.cadence else PeriodKind.ONCE
    return stand(campaign, obligation, owner, period_of(period, kind), [record(d) for d in days], now)


SEPTEMBER = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        ("2026-09-01T00:00:00", "open"), ("2026-09-20T23:59:59", "open"), ("2026-09-21T00:00:00", "near"),
        ("2026-09-30T23:59:59", "near"), ("2026-10-01T00:00:00", "overdue"), ("2027-01-01T00:00:00", "overdue"),
    ],
)  # fmt: skip
def test_a_month_ends_at_its_last_midnight(now: str, standing: str) -> None:
    assert how(FRAUD, "monthly_activity", SEPTEMBER, at(now)).standing == standing


@pytest.mark.parametrize("day", [date(2026, 9, 1), date(2026, 9, 30), date(2026, 9, 20)])
def test_a_record_of_any_day_of_the_period_meets_it(day: date) -> None:
    """The first and the last, and the Sunday 2026-09-20, which is worked to make up for a holiday."""
    met = how(FRAUD, "monthly_activity", SEPTEMBER, at("2026-10-05T09:00:00"), day)
    assert (met.standing, met.light, [r.day for r in met.met_by]) == ("met", "done", [day])


@pytest.mark.parametrize("day", [date(2026, 8, 31), date(2026, 10, 1)])
def test_the_day_before_and_the_day_after_do_not(day: date) -> None:
    assert how(FRAUD, "monthly_activity", SEPTEMBER, at("2026-10-05T09:00:00"), day).standing == "overdue"


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        ("2026-04-01T00:00:00", "open"), ("2026-11-30T23:59:59", "open"), ("2026-12-01T00:00:00", "hint"),
        ("2026-12-31T23:59:59", "hint"), ("2027-01-01T00:00:00", "passed"),
    ],
)  # fmt: skip
def test_a_soft_word_is_a_hint_in_december_and_never_overdue(now: str, standing: str) -> None:
    """F5.7, Q-29."""
    office = replace(ALWAYS, unit_id=None)
    found = how(FAKES, "liaison_meeting", date(2026, 1, 1), at(now), owner=office)
    assert (found.standing, found.light == "late") == (standing, False)


def test_a_dated_one_is_on_time_until_midnight_and_late_ones_are_taken() -> None:
    """Q-18, on a declaration without a form: 25 June counts to its end."""
    dated = replace(owed(FUNDS, "contacts"), form="")
    period = period_of(date(2024, 6, 25), PeriodKind.ONCE)

    def then(now: str, *days: date) -> Standing:
        return stand(FUNDS, dated, ALWAYS, period, [record(d) for d in days], at(now)).standing

    assert then("2024-06-25T23:59:59") == "near"
    assert then("2024-06-26T00:00:00") == "overdue"
    assert then("2024-07-02T00:00:00", date(2024, 6, 25)) == "met"
    late = stand(FUNDS, dated, ALWAYS, period, [record(date(2024, 6, 27))], at("2024-07-02T00:00:00"))
    assert (late.standing, str(late.text)) == ("met_late", "迟办 2 天")


@pytest.mark.parametrize(
    ("since", "until", "asked"),
    [
        (date(2026, 9, 1), None, True),
        (date(2026, 9, 2), None, False),  # joined in mid-month: from October on
        (date(2020, 1, 1), date(2026, 9, 30), True),
        (date(2020, 1, 1), date(2026, 9, 29), False),  # left before it was over
    ],
)
def test_a_month_is_asked_of_whoever_belonged_all_through_it(
    since: date, until: date | None, asked: bool
) -> None:
    month = period_of(SEPTEMBER, PeriodKind.MONTH)
    assert is_asked(month, [(since, until)], date(2026, 10, 5)) is asked


def test_longer_periods_are_asked_of_who_was_there_for_their_last_month() -> None:
    quarter = period_of(date(2025, 7, 1), PeriodKind.QUARTER)
    later = date(2025, 12, 1)
    assert is_asked(quarter, [(date(2025, 9, 1), None)], later)
    assert not is_asked(quarter, [(date(2025, 9, 2), None)], later)
    assert not is_asked(quarter, [(date(2025, 7, 1), date(2025, 9, 29))], later)
    assert is_asked(quarter, [(date(2025, 7, 1), None)], date(2025, 7, 1)), "asked from its first day"
    assert not is_asked(quarter, [(date(2025, 7, 1), None)], date(2025, 6, 30)), "not before"


def test_whoever_left_while_it_runs_is_asked_until_the_day_of_leaving() -> None:
    month = period_of(SEPTEMBER, PeriodKind.MONTH)
    spans = [(date(2020, 1, 1), date(2026, 9, 15))]
    assert is_asked(month, spans, date(2026, 9, 15))
    assert not is_asked(month, spans, date(2026, 9, 16))


# ------------------------------------------------------------------------------------------- what is declared
def test_every_duty_with_a_cadence_is_owed() -> None:
    """The clause that names one becomes an item, spelled out by the plugin or made from the duty."""
    for campaign in CAMPAIGNS.values():
        assert {d.key for d in campaign.duties if d.cadence} <= {o.key for o in declared(campaign)}
    bare = replace(FRAUD, obligations=())
    (made,) = declared(bare)
    assert (made.key, made.cadence, made.members) == (
        "publicity_dept_3",
        Cadence.MONTHLY,
        ("publicity_dept",),
    )


def test_six_quarters_are_owed_and_the_last_is_the_fourth_of_2025() -> None:
    """Q-15 to Q-17: none before the plan, the final quarter although the summary was due before."""
    found = periods_of(FUNDS, owed(FUNDS, "quarterly_progress"), date(2020, 1, 1), date(2030, 1, 1))
    assert [p.key for p in found] == ["2024Q3", "2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4"]


def test_nothing_is_owed_before_its_document_came_into_force() -> None:
    first, last = bounds(FRAUD, owed(FRAUD, "monthly_activity"))
    assert (first, last) == (date(2023, 8, 31), None)
    found = periods_of(FRAUD, owed(FRAUD, "monthly_activity"), date(2023, 1, 1), date(2023, 10, 15))
    assert [p.key for p in found] == ["2023-08", "2023-09", "2023-10"]
    assert periods_of(FUNDS, owed(FUNDS, "publicity_month"), date(2026, 1, 1), date(2026, 6, 1)) == []


def test_the_why_names_document_rule_end_and_source() -> None:
    said = [str(x) for x in how(FRAUD, "monthly_activity", SEPTEMBER, at("2026-09-25T09:00:00")).why]
    assert "乡政办函〔2023〕37号" in said[0]
    assert "二（一）第3项" in said[0]
    assert any("2026年9月内有记录即算完成" in x and "9月30日 周三 24:00" in x for x in said)
    soft = how(
        FAKES,
        "liaison_meeting",
        date(2026, 1, 1),
        at("2026-12-05T09:00:00"),
        owner=replace(ALWAYS, unit_id=None),
    )
    assert any("原则上" in str(x) and "不判逾期" in str(x) for x in soft.why)


# ----------------------------------------------------------------------------------------------- property
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(
    cadence=st.sampled_from(sorted(KINDS)),
    inside=DAYS,
    records=st.lists(DAYS, max_size=6),
    today=DAYS,
    since=DAYS,
    stay=st.one_of(st.none(), st.integers(0, 900)),
    soft=st.booleans(),
)
def test_it_is_met_exactly_when_a_record_lies_in_the_period(
    cadence: Cadence,
    inside: date,
    records: list[date],
    today: date,
    since: date,
    stay: int | None,
    soft: bool,
) -> None:
    obligation = replace(
        owed(FRAUD, "monthly_activity"),
        cadence=cadence,
        soft=owed(FAKES, "liaison_meeting").soft if soft else None,
    )
    period = period_of(inside, KINDS[cadence])
    owner = replace(ALWAYS, spans=((since, None if stay is None else since + timedelta(days=stay)),))
    now = midnight(today) + timedelta(hours=12)
    item = stand(FRAUD, obligation, owner, period, [record(d) for d in records], now)
    within = [d for d in records if period.start <= d <= period.end]
    asked = is_asked(period, owner.spans, today)
    assert (item.standing is Standing.NOT_ASKED) is not asked
    assert item.done is (asked and bool(within))
    assert sorted(r.day for r in item.met_by if r.day) == sorted(within)
    if asked and not within:
        assert (item.standing is Standing.OVERDUE) is (now > end_of(period.end) and not soft)
        assert not (soft and item.light == "late")
    assert item.due == end_of(period.end)
