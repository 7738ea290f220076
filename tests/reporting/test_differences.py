"""Differences read the way they were made: what was said to differ turns the old into the new."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st

from portal.core.posts import PostKind
from portal.reporting.differences import Difference, apply, compare, compare_facts, known, say
from portal.reporting.models import SubmissionEdition
from tests.conftest import TestClock
from tests.reporting.county import County
from tests.reporting.test_pages import page

NAMING = {"leads": ["name", "place", "amount"], "cases": ["name"]}
WORDS = st.sampled_from(["", "甲公司", "乙公司", "丙公司", "村口"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {"name": WORDS}, optional={"place": WORDS, "amount": st.none() | st.integers(0, 3), "note": WORDS}
    ),
    max_size=6,
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "a": st.none() | st.integers(),
        "b": st.none() | st.text(max_size=3),
        "c": st.lists(st.sampled_from("xyz"), max_size=2),
        "leads": st.none() | ROWS,
        "cases": ROWS,
    },
)


@given(old=VALUES, new=VALUES)
@example(
    old={"leads": [{"name": "甲公司"}, {"name": "乙公司"}]},
    new={"leads": [{"name": "乙公司"}, {"name": "甲公司"}]},
)
@example(old={"leads": [{"name": ""}, {"name": ""}]}, new={"leads": [{"name": ""}]})
def test_the_difference_leads_from_the_old_to_the_new(old: dict[str, Any], new: dict[str, Any]) -> None:
    found = compare(old, new, NAMING)
    assert apply(found, old, NAMING) == known(new)
    assert (found == Difference((), ())) == (known(old) == known(new))
    assert compare(new, new, NAMING).count == 0


def test_an_empty_cell_and_a_missing_one_are_the_same() -> None:
    assert compare({"a": None, "leads": []}, {"b": ""}, NAMING).count == 0
    assert compare({"a": 0}, {"a": None}, NAMING).count == 1


def test_a_row_put_in_between_leaves_the_others_alone() -> None:
    old = [{"name": "甲公司", "amount": 1}, {"name": "乙公司", "amount": 2}]
    new = [{"name": "甲公司", "amount": 1}, {"name": "丙公司", "amount": 9}, {"name": "乙公司", "amount": 5}]
    found = compare({"leads": old}, {"leads": new}, NAMING)
    assert found.count == 2
    added, changed = found.rows
    assert (added.name, added.before_place, added.after_place) == ("丙公司", None, 1)
    assert (changed.name, [(c.key, c.before, c.after) for c in changed.cells]) == (
        "乙公司",
        [("amount", 2, 5)],
    )


def test_a_row_that_only_moved_is_no_change() -> None:
    rows = [{"name": n} for n in ("甲公司", "乙公司", "丙公司")]
    assert compare({"leads": rows}, {"leads": [rows[2], *rows[:2]]}, NAMING).count == 0


# ------------------------------------------------------------------------------------------ stored files
FIELD = {"key": "money", "label": "清退金额", "unit": "万元", "kind": "money"}


def facts(**more: Any) -> dict[str, Any]:
    return {"fields": [FIELD], "sums": {}, "amended": {}, "net": {}, "gaps": [], "units": []} | more


def unit(number: int, **more: Any) -> dict[str, Any]:
    return {"unit_id": number, "unit": f"单位{number}", "edition": 1, "minutes": 0, "late_reason": ""} | more


def test_differences_of_files_are_sentences() -> None:
    old = facts(
        units=[unit(1), unit(2)], sums={"money": 64_000_000}, gaps=[{"unit": "丙乡", "reason": "空缺"}]
    )
    new = facts(
        units=[unit(1, edition=2), unit(3, minutes=14_000, late_reason="数据未核准")], sums={"money": 65_500_000},
        amended={"money": {"value": 66_000_000, "reason": "另有 1 户"}}, net={"money": 65_000_000},
    )  # fmt: skip
    assert [str(say(d)) for d in compare_facts(old, new)] == [
        "单位1更正：第 1 版改为第 2 版",
        "单位3补报，迟报 10 天：数据未核准",
        "单位2已报的表不再计入",
        "丙乡不再缺报",
        "清退金额合计 64 万元 → 65.5 万元（+1.5）",
        "清退金额县核定数 — → 66 万元：另有 1 户",
        "清退金额去重后 — → 65 万元（+65）",
    ]
    assert compare_facts(new, new) == []
    back = [str(say(d)) for d in compare_facts(new, old)]
    assert "清退金额撤销县核定数 66 万元" in back
    assert "丙乡列入缺报：空缺" in back


# ------------------------------------------------------------------------------------------------- pages
def test_the_page_says_cell_by_cell_who_changed_what_and_when(
    county: County, login: Any, clock: TestClock
) -> None:
    county.plain("甲镇", 3, meetings=2)
    clock.at("2025-09-21T10:00:00")
    county.plain("甲镇", 3, meetings=5)
    clock.at("2025-09-22T10:00:00")
    county.plain("甲镇", 4, meetings=5)
    office: FlaskClient = login(county.account(PostKind.OFFICE_STAFF))
    at = county.url(f"reports/{county.sheet('甲镇').id}")
    assert "与上一版相比改了 2 处" in page(office.get(at))
    last = page(office.get(f"{at}/differences"))
    assert re.search(r"发现风险线索.*?3.*?4.*?\+1", last, re.DOTALL)
    assert "专题会议" not in last.split("<main")[1]
    whole = page(office.get(f"{at}/differences?from=1&to=3"))
    line = whole[whole.index("专题会议") :][:900]
    assert "+3" in line
    assert "9月21日" in line, "the edition that changed this cell, not the last one"
    for wrong in ("from=0&to=1", "from=2&to=2", "from=1&to=9", "from=3&to=1"):
        assert office.get(f"{at}/differences?{wrong}").status_code == 404
    liaison = login(county.account(PostKind.LIAISON, "甲镇"))
    assert liaison.get(f"{at}/differences").status_code == 200
    assert login(county.account(PostKind.LIAISON, "乙镇")).get(f"{at}/differences").status_code == 404


def test_tables_are_compared_row_by_row_by_their_words(county: County, login: Any) -> None:
    table = county.form.tables[0]
    words = next(c for c in table.columns if c.kind in ("text", "long_text"))
    numbers = next((c for c in table.columns if c.kind in ("integer", "money")), None)
    county.plain("甲镇")
    county.plain("甲镇")
    county.enter()
    editions = county.session.scalars(sa.select(SubmissionEdition).order_by(SubmissionEdition.number)).all()
    more = {numbers.key: 700} if numbers else {}
    with county.inside():
        for edition, rows in zip(
            editions,
            ([{words.key: "甲公司"}], [{words.key: "乙公司"}, {words.key: "甲公司"} | more]),
            strict=True,
        ):
            edition.values = dict(edition.values) | {table.key: rows}
    office: FlaskClient = login(county.account(PostKind.OFFICE_STAFF))
    shown = page(office.get(county.url(f"reports/{county.sheet('甲镇').id}/differences"))).split("<main")[1]
    assert f"{table.label} · 乙公司" in shown
    assert (f"{table.label} · 甲公司" in shown) == bool(more)
