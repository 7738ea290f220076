"""Names, keys and neighbours of reporting periods."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import Invalid
from portal.core.periods import Period, PeriodKind, parse_period, period_of

KINDS = [k for k in PeriodKind if k is not PeriodKind.ONCE]


@pytest.mark.parametrize(
    ("key", "label", "cumulative"),
    [
        ("2026-02", "2026年2月", "2026年1—2月"),
        ("2026-03", "2026年3月", "2026年一季度"),
        ("2026Q1", "2026年一季度", "2026年一季度"),
        ("2026Q2", "2026年二季度", "2026年上半年"),
        ("2026Q3", "2026年三季度", "2026年前三季度"),
        ("2026Q4", "2026年四季度", "2026年全年"),
        ("2026H1", "2026年上半年", "2026年上半年"),
        ("2026H2", "2026年下半年", "2026年全年"),
        ("2026", "2026年", "2026年全年"),
        ("2025-11-01", "2025年11月1日", "2025年11月1日"),
        ("2024-06-25", "2024年6月25日", "2024年6月25日"),
    ],
)
def test_periods_are_called_as_offices_call_them(key: str, label: str, cumulative: str) -> None:
    period = parse_period(key)
    assert period.key == key
    assert str(period.label) == label
    assert str(period.cumulative_label) == cumulative


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.sampled_from(KINDS), st.integers(-24, 24))
def test_a_day_lies_in_its_period_and_keys_are_read_back(day: date, kind: PeriodKind, steps: int) -> None:
    period = period_of(day, kind)
    assert period.start <= day <= period.end
    assert parse_period(period.key) == period
    moved = period.shifted(steps)
    assert moved.shifted(-steps) == period
    assert (moved > period) == (steps > 0)
    year = period.year_to_date()
    assert year[0].start == date(day.year, 1, 1)
    assert year[-1] == period
    assert [p.start for p in year] == sorted({p.start for p in year})


def test_one_date_has_no_neighbours() -> None:
    day = Period(start=date(2025, 11, 1), kind=PeriodKind.ONCE)
    assert day.shifted(3) == day
    assert day.year_to_date() == (day,)
    assert day.end == date(2025, 11, 1)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "2026-13",
        "2026Q5",
        "2026H3",
        "1926-01",
        "2025-02-30",
        "２０２６-01",
        "2026-1",
        "2026-01\n",
        "x" * 50,
    ],
)
def test_nonsense_is_no_period(key: str) -> None:
    with pytest.raises(Invalid):
        parse_period(key)
