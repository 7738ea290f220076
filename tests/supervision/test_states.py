"""The light says what the moment makes of an order, the list's SQL says the same, and percentages sum to 100."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.core.clock import SHANGHAI, end_of, midnight
from portal.core.workdays import WorkCalendar
from portal.deadlines.models import Deadline
from portal.supervision.listing import CLOCK, LEAD, light_is
from portal.supervision.models import Cadence, Colour, Order, OrderUnit, Stage, StepKind
from portal.supervision.states import Facts, fold, near_end, next_feedback, next_slip, slip_bar, state_of
from portal.supervision.statistics import Figures, percentages, say
from tests.supervision.conftest import City

CALENDAR = WorkCalendar()
DAY = midnight(date(2026, 5, 1))
MOMENTS = st.builds(lambda h: DAY + timedelta(hours=h), st.integers(0, 24 * 60))
FACTS = st.builds(
    Facts, stage=st.just("open"), due_at=st.dates(date(2026, 5, 1), date(2026, 7, 1)).map(end_of),
    met_at=st.none(), fed_at=st.none() | MOMENTS, returned_at=st.none() | MOMENTS,
    feedback_due=st.none() | st.dates(date(2026, 5, 1), date(2026, 7, 1)),
)  # fmt: skip


@given(FACTS, MOMENTS)
def test_the_light_only_worsens_while_nobody_acts(facts: Facts, now: datetime) -> None:
    rank = ["ok", "near", "slow", "late"]
    seen = [
        state_of(facts, at, near_end(at, CALENDAR)).light
        for at in (now + timedelta(hours=6 * n) for n in range(60))
    ]
    places = [rank.index(light) for light in seen]
    assert places == sorted(places)
    after = facts.due_at + timedelta(seconds=1)
    assert state_of(facts, after, near_end(after, CALENDAR)).light == "late"
    proposed = Facts("proposed", facts.due_at, now, facts.fed_at, facts.returned_at, facts.feedback_due)
    later = now + timedelta(days=90)  # the office's own time is not the unit's
    assert state_of(proposed, later, near_end(later, CALENDAR)).light == (
        "late" if now > facts.due_at else "ok"
    )


def test_three_working_days_over_a_weekend_and_a_holiday() -> None:
    """Friday 05-29: from Tuesday; Monday 06-22 after the festival (06-19 to 06-21): from Tuesday 06-16, three are left."""
    for due, first in ((date(2026, 5, 29), date(2026, 5, 26)), (date(2026, 6, 22), date(2026, 6, 16))):
        facts = Facts("open", end_of(due), None, DAY, None, None)
        silent = Facts("open", end_of(due), None, None, None, None)
        before, at = midnight(first) - timedelta(seconds=1), midnight(first)
        assert [state_of(facts, m, near_end(m, CALENDAR)).light for m in (before, at)] == ["ok", "near"]
        assert [state_of(silent, m, near_end(m, CALENDAR)).light for m in (before, at)] == ["ok", "slow"]


KINDS = st.sampled_from([k for k in StepKind if k not in (StepKind.ASSIGN, StepKind.PAPER)])


@given(st.lists(st.tuples(KINDS, st.integers(1, 72)), max_size=14), st.sampled_from(list(Cadence)))
def test_folding_goes_on_from_where_it_was(kinds: list[tuple[StepKind, int]], cadence: Cadence) -> None:
    """Whatever the order of steps: closed has a date, reopened nothing of the round before, and no feedback is asked of
    what is proposed, closed or withdrawn."""
    at, steps = DAY, [_step(StepKind.ASSIGN, DAY)]
    for kind, hours in kinds:
        at += timedelta(hours=hours)
        steps.append(_step(kind, at))
        standing = fold(steps, cadence, CALENDAR)
        assert standing.round == 1 + sum(s.kind == StepKind.REOPEN for s in steps)
        if kind is StepKind.REOPEN:
            assert (standing.stage, standing.closed_at, standing.fed_at) == (Stage.OPEN, None, None)
        if kind is StepKind.PROPOSE:
            assert standing.feedback_due is None
        if standing.stage is Stage.CLOSED and kind in (StepKind.CLOSE, StepKind.KEEP):
            assert standing.closed_at is not None
        if standing.feedback_due is not None:
            assert cadence is not Cadence.NONE


def _step(kind: StepKind, at: datetime) -> Any:
    data = {"lead": True} if kind in (StepKind.FEED, StepKind.PROPOSE) else {}
    return SimpleNamespace(kind=kind.value, at=at, by_id=1, colour=Colour.BLUE.value, data=data)


@given(
    st.dates(date(2026, 1, 1), date(2026, 12, 1)),
    st.sampled_from([c for c in Cadence if c is not Cadence.NONE]),
)
def test_feedback_dates_are_working_days_and_early_ones_count(day: date, cadence: Cadence) -> None:
    first = next_feedback(cadence, day, None, CALENDAR)
    assert first is not None
    assert first >= day + timedelta(days=3)
    assert CALENDAR.day(first).works
    then = next_feedback(cadence, first, first, CALENDAR)
    assert then is not None
    assert then > first
    assert next_feedback(cadence, first, then, CALENDAR) == then  # a second one in the period changes nothing
    late = next_feedback(cadence, day + timedelta(days=40), first, CALENDAR)
    assert late is not None
    assert late > day + timedelta(days=40)  # what is said today is not asked again today


def test_slips_climb() -> None:
    assert slip_bar(Colour.RED, "ok", ()) is not None
    assert slip_bar(Colour.RED, "slow", {Colour.YELLOW}) is None
    assert slip_bar(Colour.RED, "late", ()) is None
    assert slip_bar(Colour.YELLOW, "near", ()) is not None
    assert slip_bar(Colour.YELLOW, "near", {Colour.BLUE}) is None
    assert [next_slip(light, ()) for light in ("ok", "near", "slow", "late")] == [
        "blue",
        "blue",
        "yellow",
        "red",
    ]


@given(st.lists(st.integers(0, 10**6), max_size=12))
def test_percentages_sum_to_100(counts: list[int]) -> None:
    shares, total = percentages(counts), sum(counts)
    assert sum(shares) == (100 if total else 0)
    assert all(not total or abs(share - n * 100 / total) < 1 for share, n in zip(shares, counts, strict=True))


def test_the_sentence_of_the_field() -> None:
    now = datetime(2026, 9, 14, 9, 0, tzinfo=SHANGHAI)
    assert (
        str(say(Figures(22, 6), now))
        == "确定事项22件，截至9月14日，已办结6件，占比27%；正在办理16件，占比73%。"
    )
    assert str(say(Figures(3, 1, 1), now)).endswith("正在办理2件，占比67%，其中逾期1件。")


def test_the_list_says_in_sql_what_the_light_says(city: City) -> None:
    """A hundred random orders at random moments, counted by light, on this database."""
    seen: set[str] = set()
    with city.enter() as session:
        order = city.assign()
        clock = session.get_one(Deadline, (city.tenant.id, order.deadline_id))

        @settings(max_examples=100, deadline=None, database=None)
        @example(
            Facts("open", end_of(date(2026, 5, 29)), None, DAY, None, None),
            midnight(date(2026, 5, 26)),
            False,
        )
        @example(
            Facts("open", end_of(date(2026, 5, 29)), None, DAY, None, None),
            midnight(date(2026, 5, 29)),
            False,
        )
        @given(FACTS, MOMENTS, st.booleans())
        def agrees(facts: Facts, now: datetime, proposed: bool) -> None:
            order.stage = "proposed" if proposed else "open"
            clock.due_at, clock.met_at = facts.due_at, (facts.fed_at or now) if proposed else None
            order.fed_at, order.returned_at, order.feedback_due = (
                facts.fed_at,
                facts.returned_at,
                facts.feedback_due,
            )
            session.flush()
            near = near_end(now, CALENDAR)
            said = Facts(order.stage, clock.due_at, clock.met_at, *_rest(facts))
            light = state_of(said, now, near).light
            seen.add(light)
            found = [name for name in ("ok", "near", "slow", "late") if session.scalar(
                sa.select(sa.func.count()).select_from(Order).join(OrderUnit, LEAD).join(Deadline, CLOCK)
                .where(light_is(name, now, near))
            )]  # fmt: skip
            assert found == [light]

        agrees()
    assert seen == {"ok", "near", "slow", "late"}


def _rest(facts: Facts) -> tuple[datetime | None, datetime | None, date | None]:
    return facts.fed_at, facts.returned_at, facts.feedback_due
