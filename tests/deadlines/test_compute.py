"""``portal deadlines compute``: one object in, one out; nonsense never stops the next line."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.cli import portal
from portal.core.clock import end_of
from portal.core.workdays import WorkCalendar
from portal.deadlines.cli import answer_lines, deadlines
from portal.deadlines.since import days_since
from portal.tenants.models import CalendarDay

CALENDAR = WorkCalendar()


def ask(*lines: object) -> list[dict[str, Any]]:
    texts = [x if isinstance(x, bytes) else json.dumps(x).encode() for x in lines]
    return list(answer_lines(CALENDAR, texts))


def run(folder: Path, *lines: object) -> tuple[int, list[dict[str, Any]]]:
    given = "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines)
    done = CliRunner().invoke(
        portal, ["deadlines", "compute"], input=given, env={"PORTAL_INSTANCE": str(folder)}
    )
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]


def test_the_examples_of_the_issue(tmp_path: Path) -> None:
    code, answers = run(
        tmp_path,
        {"rule": "working_days", "n": 15, "from": "2026-04-24"},
        {"rule": "hours", "n": 24, "from": "2026-09-30T17:40:00+08:00"},
        {"rule": "month_end", "period": "2026-05", "due": "last_working_day", "shift": "earlier"},
        {"rule": "quarter_end", "period": "2026Q3", "due": "last_working_day", "shift": "earlier"},
        "",
    )
    assert code == 0
    days, hours, month, quarter = answers
    assert (days["due_date"], days["due"]) == ("2026-05-19", "2026-05-19T23:59:59+08:00")
    assert {"date": "2026-05-01", "reason": "劳动节"} in days["skipped"]
    assert (days["clause"], days["provisional"]) == ("民法典 第201条", False)
    assert (hours["due_date"], hours["due"]) == ("2026-10-01", "2026-10-01T17:40:00+08:00")
    assert hours["skipped"] == []
    assert month["due_date"] == "2026-05-29"
    assert [s["date"] for s in month["skipped"]] == ["2026-05-31", "2026-05-30"]
    assert "clause" not in month
    assert quarter["due_date"] == "2026-09-30"


@pytest.mark.parametrize(
    ("period", "due"),
    [
        ("2026-01", "2026-01-30"),
        ("2026-05", "2026-05-29"),
        ("2026-10", "2026-10-30"),
        ("2025-01", "2025-01-27"),
        ("2025-05", "2025-05-30"),
        ("2025-08", "2025-08-29"),
        ("2025-11", "2025-11-28"),
    ],
)
@pytest.mark.parametrize("kind", ["last_working_day", "last_calendar_day"])
def test_month_ends_on_days_off(period: str, due: str, kind: str) -> None:
    (answer,) = ask({"rule": "month_end", "period": period, "due": kind, "shift": "earlier"})
    assert answer["due_date"] == due


@pytest.mark.parametrize(
    ("asked", "due", "more"),
    [
        ({"rule": "half_year_end", "period": "2026H1", "due": "last_working_day"}, "2026-06-30", {}),
        ({"rule": "year_end", "period": "2026", "due": "last_calendar_day", "shift": "none"}, "2026-12-31", {}),
        (
            {"rule": "month_end", "period": "2026-08", "due": "fixed_day", "day": 5, "months_after": 1, "shift": "later",
             "cut_off_day": 25},
            "2026-09-07",
            {"counted_from": "2026-07-26", "counted_to": "2026-08-25"},
        ),
        ({"rule": "date", "date": "2026-10-01"}, "2026-10-01", {"skipped": []}),
        ({"rule": "date", "date": "2026-10-01", "shift": "earlier"}, "2026-09-30", {}),
        ({"rule": "days", "n": 30, "from": "2026-09-04"}, "2026-10-08", {"clause": "民法典 第201条、第203条"}),
        ({"rule": "working_days", "n": 1, "from": "2026-09-30T17:00:00Z"}, "2026-10-08", {}),
        ({"rule": "hours", "n": 24, "from": "2026-04-07T06:00:00Z", "clause": "D0 第十六条（二）"}, "2026-04-08",
         {"clause": "D0 第十六条（二）", "due": "2026-04-08T14:00:00+08:00"}),
        ({"rule": "working_days", "n": 15, "from": "2026-12-18"}, "2027-01-11", {"provisional": True}),
    ],
)  # fmt: skip
def test_rules(asked: dict[str, Any], due: str, more: dict[str, Any]) -> None:
    (answer,) = ask(asked)
    assert answer["due_date"] == due
    assert answer | more == answer


def test_soft_words_are_days_since() -> None:
    known, never = ask(
        {"rule": "since", "from": "2026-04-24", "at": "2026-06-10"},
        {"rule": "since", "from": None, "at": "2026-06-10"},
    )
    assert (known["days"], known["words"], known["due"]) == (47, "距上次 47 天", None)
    assert (never["days"], never["words"]) == (None, "从未")


@given(st.none() | st.dates(), st.dates())
def test_days_since_never_count_below_nothing(last: date | None, today: date) -> None:
    since = days_since(last, today)
    assert since.days is None if last is None else since.days == max(0, (today - last).days)
    assert str(since.words)


GOOD = {"rule": "working_days", "n": 15, "from": "2026-04-24"}
NONSENSE: list[object] = [
    b"nope", b"[1]", b"3", b'"x"', b"null", b"{}", b"\xff\xfe", b"[" * 9000, b"{" + b" " * 20_000 + b"}",
    {**GOOD, "rule": "moon"}, {**GOOD, "rule": ["hours"]}, {**GOOD, "rule": None},
    {"rule": "working_days", "n": 15}, {"rule": "working_days", "from": "2026-04-24"},
    *({**GOOD, "n": n} for n in (0, -1, True, False, 10**30, 1.5, 15.0, "15", None, [1])),
    b'{"rule": "hours", "n": NaN, "from": "2026-04-24T00:00:00+08:00"}',
    b'{"rule": "hours", "n": 1e999, "from": "2026-04-24T00:00:00+08:00"}',
    b'{"rule": "hours", "n": ' + b"9" * 5000 + b', "from": "2026-04-24T00:00:00+08:00"}',
    *({**GOOD, "from": d} for d in cast(tuple[object, ...], ("0001-01-01", "9999-12-31", "2026-02-30", "2026-4-1", "20260424", "2026-W17-5",
                                    "2026-04-24T10:00:00", "\u0662\u0660\u0662\u0666-04-24", 20260424, None, {}))),
    {"rule": "hours", "n": 24, "from": "2026-04-24"},
    {"rule": "hours", "n": 24, "from": "2026-04-24T10:00:00"},
    {"rule": "hours", "n": 24, "from": "2026-04-24T10:00:00+99:00"},
    {"rule": "hours", "n": 24, "from": "0001-01-01T00:00:00+14:00"},
    {"rule": "date", "date": "2026-13-01"}, {"rule": "date"},
    {"rule": "month_end", "period": "2026Q3", "due": "last_working_day"},
    {"rule": "month_end", "period": "2026-13", "due": "last_working_day"},
    {"rule": "month_end", "period": 202605, "due": "last_working_day"},
    {"rule": "month_end", "period": "2026-05"},
    {"rule": "month_end", "period": "2026-05", "due": "someday"},
    {"rule": "month_end", "period": "2026-05", "due": "fixed_day"},
    {"rule": "month_end", "period": "2026-05", "due": "fixed_day", "day": 32},
    {"rule": "month_end", "period": "2026-05", "due": "last_working_day", "shift": "sideways"},
    {"rule": "month_end", "period": "2026-05", "due": "last_working_day", "months_after": 10**9},
    {"rule": "month_end", "period": "2026-05", "due": "last_working_day", "cut_off_day": 31},
    {"rule": "since", "from": "2026-06-11", "at": "2026-06-10"}, {"rule": "since", "at": "2026-06-10"},
    {**GOOD, "clause": 3},
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(NONSENSE)))
def test_nonsense_is_an_error_of_its_line(at: int) -> None:
    bad, good = ask(NONSENSE[at], GOOD)
    assert set(bad) == {"error"}
    assert bad["error"]
    assert good["due_date"] == "2026-05-19"


def test_one_bad_line_makes_the_command_fail_at_the_end(tmp_path: Path) -> None:
    code, answers = run(tmp_path, GOOD, "nope", GOOD)
    assert code == 1
    assert ["error" in a for a in answers] == [False, True, False]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(
    ["rule", "n", "from", "at", "date", "period", "due", "shift", "day", "cut_off_day", "clause"]
)
WORDS = st.sampled_from(
    ["hours", "working_days", "days", "month_end", "since", "2026-04-24", "2026-05", "fixed_day"]
)


@given(st.dictionaries(KEYS, WORDS | JSON))
def test_no_object_breaks_it(asked: dict[str, Any]) -> None:
    (answer,) = ask(asked)
    assert "error" in answer or "due" in answer


@given(
    st.sampled_from(["month_end", "quarter_end", "half_year_end", "year_end"]),
    st.integers(2025, 2026),
    st.integers(0, 11),
    st.sampled_from(["earlier", "later", "none"]),
)
def test_a_period_end_moves_only_in_its_direction(rule: str, year: int, month: int, shift: str) -> None:
    period, last = {
        "month_end": (f"{year}-{month + 1:02}", month + 1),
        "quarter_end": (f"{year}Q{month // 3 + 1}", month // 3 * 3 + 3),
        "half_year_end": (f"{year}H{month // 6 + 1}", month // 6 * 6 + 6),
        "year_end": (str(year), 12),
    }[rule]
    literal = (date(year, last, 1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    (answer,) = ask({"rule": rule, "period": period, "due": "last_calendar_day", "shift": shift})
    found = date.fromisoformat(answer["due_date"])
    assert answer["due"] == end_of(found).isoformat(timespec="seconds")
    if shift == "none":
        assert found == literal
    else:
        assert CALENDAR.day(found).works
        assert found <= literal if shift == "earlier" else found >= literal
        assert len(answer["skipped"]) == abs((found - literal).days)


def test_the_instances_own_calendar_counts(app: Flask, session: Session) -> None:
    """The imported year of the instance, read once."""
    session.execute(sa.insert(CalendarDay), [
        {"day": date(2027, 1, 4), "works": False, "name": "元旦", "source": "某号文"},
    ])  # fmt: skip
    session.commit()
    settings = app.extensions["portal"].settings
    done = CliRunner().invoke(
        deadlines,
        ["compute"],
        input=json.dumps({"rule": "working_days", "n": 15, "from": "2026-12-18"}),
        env={"PORTAL_INSTANCE": settings["INSTANCE"], "PORTAL_DATABASE_URL": settings["DATABASE_URL"]},
        obj=lambda: app,
    )
    answer = json.loads(done.stdout)
    assert (answer["due_date"], answer["provisional"]) == ("2027-01-12", False)
