"""Where limits end: the examples of domain.md section 6, and properties around every edge."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.campaigns.exchange import MOST, Limit, LimitKind
from portal.campaigns.sources import Clause, Source
from portal.core.clock import SHANGHAI, end_of
from portal.core.text import _
from portal.core.workdays import WorkCalendar
from portal.deadlines.limits import FixedDay, reach, rule_of
from portal.deadlines.state import DeadlineKind, state_of

CALENDAR = WorkCalendar()


def working(n: int) -> Limit:
    return Limit(kind=LimitKind.WORKING_DAYS, n=n)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-02-12", "2026-03-11"),
        ("2026-03-31", "2026-04-22"),
        ("2026-04-30", "2026-05-25"),
        ("2026-06-18", "2026-07-10"),
        ("2026-09-18", "2026-10-15"),
        ("2025-09-26", "2025-10-23"),
        ("2025-12-31", "2026-01-22"),
        ("2026-04-24", "2026-05-19"),
    ],
)
@pytest.mark.parametrize("clock", ["00:00:00", "12:00:00", "23:59:59"])
def test_fifteen_working_days_from_an_approval(start: str, due: str, clock: str) -> None:
    """The hour of the day does not matter, nor the offset in which it is given."""
    reached = reach(working(15), at(f"{start}T{clock}"), CALENDAR)
    assert reached.due == end_of(date.fromisoformat(due))
    assert not reached.provisional
    utc = at(f"{start}T{clock}").astimezone(tz=UTC)
    assert reach(working(15), utc, CALENDAR).due_date == reached.due_date


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-09-04", 30, "2026-10-08"),  # ends on National Day's 4th
        ("2026-02-04", 10, "2026-02-14"),  # a Saturday that works
        ("2026-02-05", 10, "2026-02-24"),  # into the Spring Festival
        ("2026-03-02", 3, "2026-03-05"),
    ],
)
def test_calendar_days_move_off_a_day_off(start: str, n: int, due: str) -> None:
    reached = reach(Limit(kind=LimitKind.DAYS, n=n), at(f"{start}T09:00"), CALENDAR)
    assert reached.due == end_of(date.fromisoformat(due))
    words = "".join(map(str, reached.why))
    assert ("第二百零三条" in words) == bool(reached.skipped)


def test_24_hours_run_through_national_day() -> None:
    reached = reach(Limit(kind=LimitKind.HOURS, n=24), at("2026-09-30T17:40"), CALENDAR)
    assert reached.due.isoformat() == "2026-10-01T17:40:00+08:00"
    assert [str(w) for w in reached.why] == [
        "自 9月30日 周三 17:40 起连续计算 24 小时，节假日不停，至 10月1日 周四 17:40 止。"
    ]


def test_the_year_that_nobody_has_announced_is_provisional() -> None:
    """Approval on 2026-12-18: the 15th working day lies in 2027."""
    start = at("2026-12-18T10:00")
    before = reach(working(15), start, CALENDAR)
    assert (before.due_date, before.provisional) == (date(2027, 1, 11), True)
    assert "暂估" in str(before.why[-1])
    announced = WorkCalendar({date(2027, 1, 4): (False, "元旦"), date(2027, 1, 9): (True, "")})
    after = reach(rule_of(before.span), start, announced)
    assert (after.due_date, after.provisional) == (date(2027, 1, 11), False), "one off, one made up"
    announced = WorkCalendar({date(2027, 1, 4): (False, "元旦")})
    assert reach(rule_of(before.span), start, announced).due_date == date(2027, 1, 12)


def test_why_names_start_rule_days_off_and_clause() -> None:
    limit = Limit(kind=LimitKind.WORKING_DAYS, n=15, clause=Clause(source="D0", article=_("第十条")))
    source = Source(key="D0", number=_("某发〔2026〕1号"), title=_("办法"), issuer=_("某局"))
    words = [str(w) for w in reach(limit, at("2026-04-30T10:00"), CALENDAR, source).why]
    assert "4月30日" in words[0]
    assert "15 个工作日" in words[0]
    assert "第二百零一条" in words[0]
    assert "5-1 劳动节" in words[1]
    assert words[2] == "至 5月25日 周一 24:00 止。"
    assert words[3] == "依据：某发〔2026〕1号《办法》第十条。"


@pytest.mark.parametrize("kind", list(LimitKind))
@pytest.mark.parametrize("n", [0, -1, 10**9])
def test_a_limit_without_measure_is_refused(kind: LimitKind, n: int) -> None:
    with pytest.raises(ValueError, match="between"):
        reach(Limit(kind=kind, n=n), at("2026-04-30T10:00"), CALENDAR)


def moments(first: int, last: date) -> st.SearchStrategy[datetime]:
    seconds = (last - date(first, 1, 1)).days * 86_400
    return st.integers(0, seconds).map(lambda n: at(f"{first}-01-01") + timedelta(seconds=n))


STARTS = moments(2024, date(2026, 9, 30))
LIMITS = st.sampled_from(LimitKind).flatmap(
    lambda kind: st.builds(Limit, kind=st.just(kind), n=st.integers(1, 40))
)
SPREAD = moments(2010, date(2040, 1, 1))


@given(STARTS, st.integers(1, 40))
def test_working_days_end_on_the_nth_working_day(start: datetime, n: int) -> None:
    reached = reach(working(n), start, CALENDAR)
    days = [start.date() + timedelta(days=i + 1) for i in range((reached.due_date - start.date()).days)]
    assert CALENDAR.day(reached.due_date).works
    assert sum(CALENDAR.day(d).works for d in days) == n
    assert [d.date for d in reached.skipped] == [d for d in days if not CALENDAR.day(d).works]
    assert all(d.reason for d in reached.skipped)


@given(SPREAD, LIMITS)
def test_a_longer_limit_never_ends_sooner(start: datetime, limit: Limit) -> None:
    longer = reach(replace(limit, n=limit.n + 1), start, CALENDAR).due
    reached = reach(limit, start, CALENDAR)
    assert reached.due <= longer
    if limit.kind is not LimitKind.DAYS:
        assert reached.due < longer
    assert reached.due > start


@given(SPREAD, LIMITS, st.integers(0, 86_400 * 3))
def test_a_later_start_never_ends_sooner(start: datetime, limit: Limit, seconds: int) -> None:
    later = start + timedelta(seconds=seconds)
    assert reach(limit, start, CALENDAR).due <= reach(limit, later, CALENDAR).due


@given(SPREAD, st.integers(1, 87_600))
def test_hours_are_exact(start: datetime, n: int) -> None:
    reached = reach(Limit(kind=LimitKind.HOURS, n=n), start, CALENDAR)
    assert reached.due - start == timedelta(hours=n)
    assert (reached.skipped, reached.provisional) == ((), False)


@given(SPREAD, st.integers(1, 400))
def test_days_move_only_off_a_day_off_and_forward(start: datetime, n: int) -> None:
    reached = reach(Limit(kind=LimitKind.DAYS, n=n), start, CALENDAR)
    literal = start.date() + timedelta(days=n)
    assert reached.due_date >= literal
    assert (reached.due_date == literal) == CALENDAR.day(literal).works
    assert CALENDAR.day(reached.due_date).works


@given(SPREAD, LIMITS, st.integers(-3, 3))
def test_one_second_either_side(start: datetime, limit: Limit, seconds: int) -> None:
    due = reach(limit, start.replace(microsecond=0), CALENDAR).due
    now = due.replace(microsecond=0) + timedelta(seconds=seconds)
    state = state_of(start, due, None, now)
    assert state.late == (state.kind is DeadlineKind.LATE) == (seconds > 0)
    assert state.remaining == timedelta(seconds=max(0, -seconds))


@given(SPREAD, LIMITS)
def test_what_is_kept_computes_the_same_again(start: datetime, limit: Limit) -> None:
    reached = reach(limit, start, CALENDAR)
    assert reach(rule_of(reached.span), start, CALENDAR) == reached


@given(st.dates(date(2010, 1, 1), date(2040, 1, 1)), SPREAD)
def test_a_named_day_stays(day: date, start: datetime) -> None:
    reached = reach(FixedDay(day), start, CALENDAR)
    assert (reached.due, reached.provisional, reached.skipped) == (end_of(day), False, ())
    assert rule_of(reached.span) == FixedDay(day)


def test_every_kind_has_its_measure() -> None:
    assert set(MOST) == set(LimitKind)
