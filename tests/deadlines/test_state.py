"""One function says what a clock shows, to the second."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.clock import SHANGHAI
from portal.deadlines.state import DeadlineKind, show_minutes, state_of

KNOWN = datetime(2026, 9, 30, 17, 40, tzinfo=SHANGHAI)
DUE = datetime(2026, 10, 1, 17, 40, tzinfo=SHANGHAI)
"""National Day: the clock does not care."""


@pytest.mark.parametrize(
    ("met", "kind", "minutes"),
    [
        ("17:39:59", DeadlineKind.MET, 0),
        ("17:40:00", DeadlineKind.MET, 0),
        ("17:40:00.900000", DeadlineKind.MET, 0),
        ("17:40:01", DeadlineKind.MET_LATE, 1),
        ("18:05:00", DeadlineKind.MET_LATE, 25),
    ],
)
def test_on_time_at_the_due_second_and_late_one_after(met: str, kind: DeadlineKind, minutes: int) -> None:
    at = datetime.fromisoformat(f"2026-10-01T{met}").replace(tzinfo=SHANGHAI)
    state = state_of(KNOWN, DUE, at, at + timedelta(days=3))
    assert (state.kind, state.minutes_late) == (kind, minutes)


@pytest.mark.parametrize(
    ("now", "kind", "text"),
    [
        ("2026-09-30T17:40:00", DeadlineKind.RUNNING, "还有 24 小时"),
        ("2026-10-01T11:39:59", DeadlineKind.RUNNING, "还有 6 小时"),
        ("2026-10-01T11:40:00", DeadlineKind.NEAR, "还有 6 小时"),
        ("2026-10-01T17:40:00", DeadlineKind.NEAR, "还有 0 分钟"),
        ("2026-10-01T17:40:01", DeadlineKind.LATE, "逾期 1 分钟"),
        ("2026-10-01T18:05:00", DeadlineKind.LATE, "逾期 25 分钟"),
    ],
)
def test_running(now: str, kind: DeadlineKind, text: str) -> None:
    state = state_of(KNOWN, DUE, None, datetime.fromisoformat(now).replace(tzinfo=SHANGHAI))
    assert (state.kind, str(state.text)) == (kind, text)


@given(st.integers(-200_000, 200_000))
def test_late_exactly_when_after_due(seconds: int) -> None:
    at = DUE + timedelta(seconds=seconds)
    met, open_ = state_of(KNOWN, DUE, at, at), state_of(KNOWN, DUE, None, at)
    assert met.late == open_.late == (seconds > 0)
    assert met.minutes_late == open_.minutes_late
    assert (met.kind is DeadlineKind.MET_LATE) == (open_.kind is DeadlineKind.LATE) == (seconds > 0)
    assert open_.remaining == max(timedelta(0), timedelta(seconds=-seconds))


def test_durations_in_words() -> None:
    assert [str(show_minutes(m)) for m in (0, 59, 60, 61, 48 * 60 + 5)] == [
        "0 分钟",
        "59 分钟",
        "1 小时",
        "1 小时 1 分钟",
        "48 小时",
    ]
