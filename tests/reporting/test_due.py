"""When a period's form is due: domain.md section 6, with the days off of those years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.campaigns.forms import Due, DueKind, Shift
from portal.core.clock import SHANGHAI, end_of
from portal.core.periods import Period, PeriodKind, parse_period, period_of
from portal.core.workdays import WorkCalendar
from portal.reporting.due import OPEN_DAYS, compute_due, rule_words, shift_words
from portal.tenants.own_policies import FIXED_DAYS
from portal.tenants.policies import apply_to_due

CALENDAR = WorkCalendar()
LAST_WORKING_DAY = Due(kind=DueKind.LAST_WORKING_DAY)


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("2026-01", date(2026, 1, 30)),
        ("2026-05", date(2026, 5, 29)),
        ("2026-10", date(2026, 10, 30)),
        ("2025-01", date(2025, 1, 27)),
        ("2025-05", date(2025, 5, 30)),
        ("2025-08", date(2025, 8, 29)),
        ("2025-11", date(2025, 11, 28)),
        ("2026-09", date(2026, 9, 30)),
        ("2025Q3", date(2025, 9, 30)),
        ("2025H1", date(2025, 6, 30)),
        ("2025", date(2025, 12, 31)),
    ],
)
def test_month_and_quarter_ends_move_to_the_working_day_before(period: str, day: date) -> None:
    due = compute_due(LAST_WORKING_DAY, parse_period(period), CALENDAR)
    assert due.due_at == end_of(day)
    assert (day - due.opens_on).days == OPEN_DAYS
    assert not due.provisional
    assert CALENDAR.day(day).works


def test_the_reason_names_the_days_that_were_skipped() -> None:
    rule, skipped = compute_due(LAST_WORKING_DAY, parse_period("2025-01"), CALENDAR).why
    assert "最后一个工作日" in str(rule)
    assert "1-31" in str(skipped)
    assert "1-28" in str(skipped)
    assert len(compute_due(LAST_WORKING_DAY, parse_period("2026-09"), CALENDAR).why) == 1


@pytest.mark.parametrize(
    ("shift", "day"),
    [(Shift.EARLIER, date(2026, 1, 30)), (Shift.LATER, date(2026, 2, 2)), (Shift.NONE, date(2026, 1, 31))],
)
def test_a_calendar_day_moves_as_the_form_says(shift: Shift, day: date) -> None:
    due = Due(kind=DueKind.LAST_CALENDAR_DAY, shift=shift)
    assert compute_due(due, parse_period("2026-01"), CALENDAR).due_at == end_of(day)


@pytest.mark.parametrize(
    ("day", "months_after", "period", "found"),
    [
        (5, 1, "2026-08", date(2026, 9, 4)),
        (31, 0, "2026-02", date(2026, 2, 28)),
        (15, 1, "2025Q4", date(2026, 1, 15)),
        (10, 2, "2025-12", date(2026, 2, 10)),
    ],
)
def test_a_fixed_day_counts_in_its_month(day: int, months_after: int, period: str, found: date) -> None:
    """2026-02-28 is a make-up working day; 2026-09-05 a Saturday."""
    due = Due(kind=DueKind.FIXED_DAY, day=day, months_after=months_after, shift=Shift.EARLIER)
    assert compute_due(due, parse_period(period), CALENDAR).due_at == end_of(found)


def test_a_year_without_its_notice_is_provisional_until_it_is_imported() -> None:
    period = parse_period("2031-05")
    due = compute_due(LAST_WORKING_DAY, period, CALENDAR)
    assert due.provisional
    assert "暂估" in str(due.why[-1])
    imported = WorkCalendar({date(2031, 5, 31): (True, ""), date(2031, 5, 1): (False, "x")})
    known = compute_due(LAST_WORKING_DAY, period, imported)
    assert not known.provisional
    assert known.due_at == end_of(date(2031, 5, 31))


@pytest.mark.parametrize(("key", "off"), [("2025-11-01", True), ("2024-06-25", False)])
def test_a_one_off_date_stays_whatever_the_rule(key: str, off: bool) -> None:
    """D4's dates; 2025-11-01 is a Saturday, and on time until its end."""
    period = parse_period(key)
    assert CALENDAR.day(period.start).works is not off
    for kind in DueKind:
        for shift in Shift:
            due = compute_due(Due(kind=kind, day=5, months_after=1, shift=shift), period, CALENDAR)
            assert due.due_at == end_of(period.start)
            assert [str(w) for w in due.why] == ["规定日期 24:00 前报送"]


def test_the_countys_own_days_come_off_the_rule() -> None:
    """2026-09-30 less 5 days is the Mid-autumn holiday: the next working day counts, never an earlier one."""
    due = compute_due(LAST_WORKING_DAY, parse_period("2026-09"), CALENDAR, 5)
    assert due.due_at == end_of(date(2026, 9, 28))
    assert "提前 5 天" in str(due.why[1])
    assert all(day in str(due.why[2]) for day in ("9-25", "9-26", "9-27"))
    plain = compute_due(LAST_WORKING_DAY, parse_period("2026-10"), CALENDAR, 4)
    assert plain.due_at == end_of(date(2026, 10, 26))
    once = compute_due(LAST_WORKING_DAY, parse_period("2025-11-01"), CALENDAR, 6)
    assert once.due_at == end_of(date(2025, 10, 26)), "a Sunday, as the office has set it"


RULES = st.builds(
    Due,
    kind=st.sampled_from(DueKind),
    day=st.integers(1, 31),
    months_after=st.integers(0, 3),
    shift=st.sampled_from(Shift),
)
PERIODS = st.builds(
    period_of,
    st.dates(date(2025, 1, 1), date(2026, 9, 30)),
    st.sampled_from([k for k in PeriodKind if k is not PeriodKind.ONCE]),
)


@given(RULES, PERIODS, st.integers(0, 15))
def test_due_dates_never_fall_on_a_day_off_and_say_what_was_skipped(
    due: Due, period: Period, earlier: int
) -> None:
    found = compute_due(due, period, CALENDAR, earlier)
    day = found.due_at.astimezone(SHANGHAI).date()
    moves = due.kind is DueKind.LAST_WORKING_DAY or due.shift is not Shift.NONE
    unmoved = compute_due(replace(due, kind=_fixed(due), shift=Shift.NONE), period, CALENDAR)
    rule = unmoved.due_at.astimezone(SHANGHAI).date()
    own = compute_due(due, period, CALENDAR).due_at.astimezone(SHANGHAI).date()
    words = "".join(map(str, found.why))
    if moves:
        assert CALENDAR.day(day).works
    if moves and (due.kind is DueKind.LAST_WORKING_DAY or due.shift is Shift.EARLIER):
        assert day <= rule
    if moves:
        assert own - timedelta(days=earlier) <= day <= own, "nobody has less time than the office has said"
    else:
        assert day == rule - timedelta(days=earlier)
    between = [min(rule, own) + timedelta(days=n) for n in range(abs((rule - own).days) + 1)]
    skipped = [d for d in between if d != own]
    start = own - timedelta(days=earlier)
    skipped += [start + timedelta(days=n) for n in range((day - start).days)]
    for off in skipped:
        assert not CALENDAR.day(off).works
        assert f"{off.month}-{off.day} " in words
    assert ("跳过休息日" in words) == bool(skipped)
    assert (found.due_at - end_of(found.opens_on)) == timedelta(days=OPEN_DAYS)


def _fixed(due: Due) -> DueKind:
    """The same day without the move that belongs to the rule."""
    return DueKind.LAST_CALENDAR_DAY if due.kind is DueKind.LAST_WORKING_DAY else due.kind


@given(st.sampled_from(sorted(FIXED_DAYS)), st.sampled_from(["declared", *map(str, Shift)]), PERIODS)
def test_a_tenants_fixed_day_is_the_day_of_the_period_or_of_the_month_after(
    rule: str, shift: str, period: Period
) -> None:
    due = apply_to_due(LAST_WORKING_DAY, {"due_rule": rule, "due_shift": shift})
    day, after = FIXED_DAYS[rule]
    found = compute_due(due, period, CALENDAR)
    reached = found.due_at.astimezone(SHANGHAI).date()
    month = (period.end.replace(day=1) + timedelta(days=32 * after)).replace(day=1)
    moved = (reached - month.replace(day=day)).days
    if shift == Shift.NONE:
        assert moved == 0
    elif shift == Shift.LATER:
        assert moved >= 0
    else:
        assert moved <= 0


def test_rules_are_said_in_words() -> None:
    fixed = Due(kind=DueKind.FIXED_DAY, day=5, months_after=1, shift=Shift.LATER)
    assert str(rule_words(fixed, PeriodKind.MONTH)) == "报告期次月 5 日 24:00 前报送"
    assert str(shift_words(fixed, PeriodKind.MONTH)) == "遇休息日顺延"
    assert (
        str(rule_words(replace(fixed, months_after=0), PeriodKind.QUARTER)) == "报告期末月 5 日 24:00 前报送"
    )
    assert shift_words(LAST_WORKING_DAY, PeriodKind.MONTH) is None
    assert shift_words(fixed, PeriodKind.ONCE) is None
