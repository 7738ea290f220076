"""When a period's form is due: domain.md section 6, with the days off of those years."""

from __future__ import annotations

from datetime import date

import pytest

from portal.campaigns.declarations import Due, DueKind, Shift
from portal.core.clock import end_of
from portal.core.periods import parse_period
from portal.core.workdays import WorkCalendar
from portal.reporting.due import OPEN_DAYS, compute_due

CALENDAR = WorkCalendar()
LAST_WORKING_DAY = Due(kind=DueKind.LAST_WORKING_DAY)


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("2026-01", date(2026, 1, 30)),
        ("2026-05", date(2026, 5, 29)),
        ("2026-10", date(2026, 10, 30)),
        ("2025-01", date(2025, 1, 27)),
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
