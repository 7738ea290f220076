"""The score: caps and bounds as properties, the sheet by hand, who sees what, objections, closing."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from portal.assessment.scores_counting import (
    Event,
    Line,
    add_up,
    changes,
    median,
    parse_points,
    show_points,
)
from portal.campaigns.oversight import HUNDRED, PointKind, trace_in
from portal.core.posts import PostKind
from tests.assessment.conftest import Town
from tests.reporting.county import found_county
from tests.reporting.test_scenario_f9 import MISSING

JUNE = "2026-06"


def line(key: str, kind: PointKind, most: int, each: int = 0) -> Line:
    return Line(key, key, kind, most, each, "", False, "某文件第一条")


@st.composite
def sheets(draw: st.DrawFn) -> tuple[list[Line], list[Event]]:
    """Base lines that come to a hundred, bonuses, deductions, and any events at all."""
    cuts = sorted(draw(st.sets(st.integers(1, HUNDRED - 1), max_size=5)))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, HUNDRED], strict=True)]
    lines = [line(f"b{n}", PointKind.BASE, most) for n, most in enumerate(parts)]
    for kind in (PointKind.BONUS, PointKind.DEDUCTION):
        lines += [
            line(f"{kind}{n}", kind, most)
            for n, most in enumerate(draw(st.lists(st.integers(1, 2000), max_size=3)))
        ]
    keys = st.sampled_from([x.key for x in lines] + ["gone"])
    events = draw(
        st.lists(
            st.builds(
                Event, st.uuids().map(str), keys, st.integers(0, 20_000), st.dates(date(2026, 1, 1), date(2026, 12, 31)),
                st.just("事实"), st.just(""), st.booleans(),
            ),
            max_size=25,
        )
    )  # fmt: skip
    return lines, events


@settings(max_examples=200, deadline=None)
@given(sheets())
def test_caps_hold_and_the_total_can_be_recomputed_by_hand(case: tuple[list[Line], list[Event]]) -> None:
    lines, events = case
    found = add_up(lines, events)
    bonus = sum(x.most for x in lines if x.kind is PointKind.BONUS)
    assert 0 <= found.total <= HUNDRED + bonus
    total = 0
    for s in found.lines:
        counted = sum(e.points for e in events if e.line == s.line.key and not e.excused)
        taken = min(counted, s.line.most)
        by_hand = {PointKind.BASE: s.line.most - taken, PointKind.BONUS: taken, PointKind.DEDUCTION: -taken}[
            s.line.kind
        ]
        assert s.value == by_hand
        assert abs(s.value) <= s.line.most
        total += by_hand
    assert found.total == max(0, total)
    # Nothing but the facts: their order does not matter, and one that was undone changes nothing.
    again = add_up(lines, list(reversed(events)))
    assert again == found
    undone = [Event(e.key, e.line, e.points, e.day, e.text, e.by, True) for e in events]
    assert add_up(lines, undone).total == HUNDRED


@given(st.integers(0, 99_999))
def test_points_are_read_as_they_are_shown(points: int) -> None:
    assert parse_points(show_points(points)) == points


def test_small_things_of_points() -> None:
    assert [show_points(p) for p in (25, -50, 10_000, 9825, -205)] == [
        "0.25",
        "-0.5",
        "100",
        "98.25",
        "-2.05",
    ]
    assert [parse_points(t) for t in ("", "0.255", "-1", "一", "1e3", "0.5 ")] == [None] * 5 + [50]
    assert [median(x) for x in ([], [3], [1, 2], [5, 1, 9])] == [None, 3, 1, 5]
    old, new = (
        [line("a", PointKind.BASE, 1), line("b", PointKind.BASE, 2)],
        [line("a", PointKind.BASE, 3), line("c", PointKind.BONUS, 1)],
    )
    assert [(o and o.key, n and n.key) for o, n in changes(old, new)] == [
        ("a", "a"),
        (None, "c"),
        ("b", None),
    ]
    assert trace_in("每转发一次") == "转发"
    assert trace_in("议定事项落实") == ""


# ---------------------------------------------------------------------------------------------- through the pages
def start(town: Town) -> int:
    """The office begins the year's sheet and publishes it; id of the sheet."""
    answer = town.send("office", "assessment/scores/start", "assessment/scores", year="2026")
    assert answer.status_code == 303
    found = re.search(r"/scores/(\d+)/lines", answer.location)
    assert found is not None
    return int(found[1])


def edition(town: Town, sheet: int) -> str:
    found = re.search(
        r'name="edition" value="(\d+)"', town.page("office", f"assessment/scores/{sheet}/lines")
    )
    assert found is not None
    return found[1]


def set_up(town: Town, sheet: int, step: str, **data: str) -> Any:
    path = f"assessment/scores/{sheet}/lines"
    return town.send("office", f"{path}/step", path, step=step, **{"edition": edition(town, sheet), **data})


def act(town: Town, who: str, sheet: int, unit: int, step: str, **data: str) -> Any:
    path = f"assessment/scores/{sheet}/units/{unit}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', town.page(who, "assessment/ladder"))
    assert token is not None
    return town.client(who).post(
        town.county.url(f"{path}/step"), data={"csrf_token": token[1], "step": step, **data}
    )


LINE = {"kind": "deduction", "most": "5", "each": "0.25", "basis": "乡反诈〔2026〕1号第三条"}


def test_the_sheet_is_set_up_with_a_basis_for_each_line_and_no_traces(town: Town) -> None:
    sheet = start(town)
    for label in ("登录次数", "转发量", "活动照片", "公众号点击量"):
        refused = set_up(town, sheet, "save", label=label, **LINE)
        assert refused.status_code == 422
        assert "痕迹不作为考核内容" in refused.get_data(as_text=True)
    assert set_up(town, sheet, "save", label="迟报", **LINE | {"basis": ""}).status_code == 422
    assert set_up(town, sheet, "save", label="迟报", **LINE | {"each": "6"}).status_code == 422
    assert set_up(town, sheet, "save", label="迟报", **LINE | {"most": "0.255"}).status_code == 422
    assert set_up(town, sheet, "save", label="迟报", **LINE | {"obligation": "court_9"}).status_code == 422
    assert set_up(town, sheet, "save", label="迟报", **LINE).status_code == 303
    stale = set_up(town, sheet, "save", label="漏报", edition="1", **LINE)
    assert stale.status_code == 409
    assert "已由他人修改" in stale.get_data(as_text=True)
    short = set_up(
        town, sheet, "save", key="own_duties", label="分工任务", kind="base", most="29", basis="二（二）第1项"
    )
    assert short.status_code == 303
    refused = set_up(town, sheet, "publish")
    assert refused.status_code == 422
    assert "基本分合计 99 分" in refused.get_data(as_text=True)
    assert (
        town.ask("justice", f"assessment/scores/{sheet}/units/{town.unit_id(MISSING)}").status_code == 404
    )  # not yet
    set_up(
        town, sheet, "save", key="own_duties", label="分工任务", kind="base", most="30", basis="二（二）第1项"
    )
    assert set_up(town, sheet, "publish").status_code == 303
    assert "2026年评分表已发布" in town.notices(MISSING)
    assert set_up(town, sheet, "save", label="漏报", **LINE).status_code == 303
    assert set_up(town, sheet, "publish").status_code == 422  # a change is explained
    assert set_up(town, sheet, "publish", why="增加漏报一项").status_code == 303
    shown = town.page("justice", f"assessment/scores/{sheet}/units/{town.unit_id(MISSING)}")
    assert "增加漏报一项" in shown
    assert "新增“漏报”" in shown


def test_events_objections_and_whose_they_are(town: Town) -> None:
    town.activities(JUNE, {MISSING})
    town.clock.at("2026-07-01T09:00:00")
    sheet = start(town)
    set_up(town, sheet, "publish")
    justice, bank = town.unit_id(MISSING), town.unit_id("农业银行")
    page = town.page("justice", f"assessment/scores/{sheet}/units/{justice}")
    assert "2026年6月 “每月至少一场公开反诈宣教活动”" in page
    assert "22 +20 +30 +16 +10 +0 +0 = 98" in page  # the addition, as one does it by hand
    assert "预览" in page
    entry = {
        "line": "internal_cases",
        "happened_on": "2026-07-01",
        "evidence": "1 名员工被骗，已立案",
        "points": "4.25",
    }
    assert act(town, "bank", sheet, bank, "enter", request_key="k1", **entry).status_code == 404
    assert (
        act(town, "office", sheet, bank, "enter", request_key="k1", **entry | {"evidence": ""}).status_code
        == 422
    )
    assert (
        act(town, "office", sheet, bank, "enter", request_key="k1", **entry | {"points": "21"}).status_code
        == 422
    )
    assert (
        act(
            town, "office", sheet, bank, "enter", request_key="k1", **entry | {"line": "monthly_activity"}
        ).status_code
        == 422
    )
    for _click in range(2):
        assert act(town, "office", sheet, bank, "enter", request_key="k1", **entry).status_code == 303
    shown = town.page("bank", f"assessment/scores/{sheet}/units/{bank}")
    assert "= 95.75" in shown
    event = re.search(r'name="event" value="(event:\d+)"', shown)
    assert event is not None

    # F9 point 3: the bank's case is known to the bank, the office and 政法委; other units see their own only.
    assert "被骗" in town.page("commission", f"assessment/scores/{sheet}/units/{bank}")
    assert act(town, "commission", sheet, bank, "object", event=event[1], text="x").status_code == 404
    for who in ("justice", "other_bank"):
        assert town.ask(who, f"assessment/scores/{sheet}/units/{bank}").status_code == 404
        assert town.ask(who, f"assessment/scores/{sheet}/units/{bank}.xlsx").status_code == 404
        assert town.ask(who, f"assessment/scores/{sheet}.xlsx").status_code == 403
        assert act(town, who, sheet, bank, "object", event=event[1], text="x").status_code == 404
    other = town.page("other_bank", f"assessment/scores/{sheet}/units/{town.unit_id('工商银行')}")
    assert "被骗" not in other.split("<main")[1]
    assert "= 100" in other

    assert act(town, "bank", sheet, bank, "object", event="event:1", text="x").status_code == 404
    assert act(town, "bank", sheet, bank, "object", event=event[1], text="").status_code == 422
    assert (
        act(town, "bank", sheet, bank, "object", event=event[1], text="该员工上月已离职").status_code == 303
    )
    assert act(town, "bank", sheet, bank, "object", event=event[1], text="再次").status_code in (404, 409)
    objection = re.search(
        r'name="objection" value="(\d+)"', town.page("director", f"assessment/scores/{sheet}/units/{bank}")
    )
    assert objection is not None
    reply = {"objection": objection[1], "upheld": "yes", "answer": "属实"}
    assert act(town, "bank", sheet, bank, "answer", **reply).status_code == 404
    assert act(town, "office", sheet, bank, "answer", **reply).status_code == 403  # entered it
    assert act(town, "director", sheet, bank, "answer", **reply).status_code == 303
    assert "= 100" in town.page("bank", f"assessment/scores/{sheet}/units/{bank}")
    table = town.page("convenor", "assessment/scores?year=2026").split("<main")[1]
    assert "中位数 100 分" in table
    assert "排名" not in table.replace("不排名", "")
    book = load_workbook(BytesIO(town.ask("bank", f"assessment/scores/{sheet}/units/{bank}.xlsx").data))
    cells = [str(c.value) for row in book.worksheets[0].iter_rows() for c in row if c.value is not None]
    assert any("（不计）" in c for c in cells)
    assert "100" in cells

    # The derived one: 30 days from the publication; after that it stands. Closing waits for the last window.
    town.clock.at("2026-08-01T09:00:00")
    late = act(town, "justice", sheet, justice, "object", event=f"monthly_activity:{JUNE}", text="x")
    assert late.status_code == 409
    close = f"assessment/scores/{sheet}/close"
    assert town.send("convenor", close, number="乡政法〔2026〕8号").status_code == 409  # the year runs
    town.clock.at("2027-01-20T09:00:00")
    assert (
        town.send("convenor", close, number="乡政法〔2027〕1号").status_code == 409
    )  # December may still be objected to
    town.clock.at("2027-02-10T09:00:00")
    assert town.send("director", close, number="乡政法〔2027〕1号").status_code == 403
    assert town.send("convenor", close, number="").status_code == 422
    assert town.send("convenor", close, number="乡政法〔2027〕1号").status_code == 303
    assert act(town, "office", sheet, bank, "enter", request_key="k2", **entry).status_code == 409
    assert "乡政法〔2027〕1号" in town.page("justice", f"assessment/scores/{sheet}/units/{justice}")


def test_a_sheet_of_another_county_is_not_there(town: Town, make: Any) -> None:
    sheet = start(town)
    set_up(town, sheet, "publish")
    other = found_county(make, {"县公安局": "police"}, key="antifraud", city=town.county.city)
    client = make.login(other.account(PostKind.OFFICE_DIRECTOR))
    unit = town.unit_id(MISSING)
    for path in (f"scores/{sheet}/lines", f"scores/{sheet}/units/{unit}", f"scores/{sheet}.xlsx"):
        assert client.get(other.url(f"assessment/{path}")).status_code == 404
    city = make.mechanism(town.county.city, "antifraud", {})
    make.post(town.county.city, "above_office", PostKind.OFFICE_DIRECTOR, city)
    above = make.login("above_office")
    for path in (f"scores/{sheet}/units/{unit}", f"scores/{sheet}.xlsx"):
        assert above.get(f"/{town.county.city.code}/antifraud/assessment/{path}").status_code == 404
