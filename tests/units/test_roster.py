"""The list of units as a file: out, in, differences, mistakes by row and cell, nothing half-saved."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from portal.core.errors import Conflict, Invalid
from portal.units import roster
from portal.units.models import Unit
from portal.units.roster import Line, apply_roster, compare_roster
from portal.units.services import UnitData, list_units, local_day
from portal.units.sheet import Faulty, read_roster, write_roster
from tests.units.conftest import County

HEADER = ["排序号", "全称", "简称", "别名", "类别"]


def sheet(*rows: list[Any], header: list[str] | None = None) -> bytes:
    made, stream = openpyxl.Workbook(), BytesIO()
    page = made.active
    assert page is not None
    for row in [header or HEADER, *rows]:
        page.append(row)
    for cells in page.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    made.save(stream)
    return stream.getvalue()


@pytest.fixture
def known(app: Flask) -> dict[str, str]:
    return roster.kinds_by_name(app.extensions["portal"].registry.campaigns, [])


@pytest.fixture
def kinds(app: Flask) -> dict[str, Any]:
    return roster.list_kinds(app.extensions["portal"].registry.campaigns)


def test_export_read_again_makes_no_difference(
    county: County, known: dict[str, str], kinds: dict[str, Any]
) -> None:
    hostile = ("=1+1", "+市公安", "-1+1公安", "@公安", "＝公安", "<r>公安</r>")
    with county.enter() as session:
        session.merge(county.units["police"]).aliases = list(hostile)
        session.merge(county.units["bank"]).short_name = "=cmd|' /C calc'!A0"
    with county.enter() as session:
        units = roster.export_roster(session, county.actor, county.now)
        content = write_roster(units, "阳泉市平定县", local_day(county.now), kinds)
        lines = read_roster(content, known)
        found = compare_roster(session, lines)
        assert found.problems == ()
        assert found.differences == ()
        assert found.untouched == len(units)
        assert [line.data.aliases for line in lines if line.data.full_name == "平定县公安局"] == [hostile]
    assert openpyxl.load_workbook(BytesIO(content)).worksheets[0]["A3"].value == "排序号"


def test_import_creates_changes_and_renames_by_any_name(county: County, known: dict[str, str]) -> None:
    content = sheet(
        [10, "平定县公安局", None, "县局、公安局", None],
        ["２０", "平定县商务和投资促进局", "县商务局", None, None],  # recognised by its short name
        [None, "建设银行平定支行", "建行平定", "建行", "银行业金融机构"],
        [],
        [None, "平定县财政局", None, None, None],
    )
    with county.enter() as session:
        lines = read_roster(content, known)
        found = compare_roster(session, lines)
        assert found.problems == ()
        assert [(d.row, d.unit_id is None, sorted(d.fields)) for d in found.differences] == [
            (2, False, ["aliases", "sort_no"]),
            (3, False, ["aliases", "full_name", "sort_no"]),
            (4, True, ["aliases", "full_name", "kind", "short_name"]),
        ]
        assert found.untouched == 1
        assert {u.full_name for u in found.missing} == {"中国工商银行平定支行", "中国人民银行平定营业管理部"}
        apply_roster(
            session, county.actor, county.now, lines=lines, expected=found.differences, reason="名录调整"
        )
    with county.enter() as session:
        assert compare_roster(session, lines).differences == ()
        stored = {u.full_name: u for u in list_units(session)}
        assert stored["平定县商务和投资促进局"].aliases == ("平定县商务局",)
        assert stored["平定县商务和投资促进局"].sort_no == 20
        assert stored["建设银行平定支行"].kind == "bank"
        assert stored["平定县公安局"].short_name == "县公安局"


MISTAKES: dict[str, tuple[list[Any], str]] = {
    "no name": ([1, None, "县某局"], "第 2 行 全称：请填写单位全称。"),
    "sort": (["一", "某局"], "第 2 行 排序号：不能用中文数字"),
    "negative": ([-1, "某局"], "第 2 行 排序号：不能填负数"),
    "zero": ([0, "某局"], "第 2 行 排序号：排序号为 1 至"),
    "kind": ([1, "某局", None, None, "外星机构"], "第 2 行 类别：没有“外星机构”这一类别"),
    "long": ([1, "长" * 81], "第 2 行 全称：共 81 字，最多 80 字"),
    "control": ([1, "某\u202e局"], "第 2 行 全称：第 2 个字符是看不见的控制字符"),
    "taken": ([1, "某局", "县公安局", "平定县财政局"], "第 2 行 别名：“平定县财政局”已是平定县财政局的名称"),
    "many": ([1, "某局", None, "、".join(f"名{n}" for n in range(30))], "第 2 行 别名：别名最多 20 个"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_name_row_and_cell(county: County, known: dict[str, str], name: str) -> None:
    row, sentence = MISTAKES[name]
    assert any(sentence in told for told in _problems(county, known, sheet(row)))


def _problems(county: County, known: dict[str, str], content: bytes) -> list[str]:
    with county.enter() as session:
        try:
            return [str(p) for p in compare_roster(session, read_roster(content, known)).problems]
        except Faulty as faulty:
            return [str(p) for p in faulty.cells]


def test_lines_that_collide(county: County, known: dict[str, str]) -> None:
    content = sheet(
        [1, "甲局", "甲"], [2, "乙局", "乙", "甲 局"], [3, "平定县公安局"], [4, "县公安局", "公安"]
    )
    told = _problems(county, known, content)
    assert "第 3 行 别名：“甲 局”与第 2 行的名称重复。" in told
    assert "第 5 行 全称：与第 4 行是同一单位（平定县公安局），请合并为一行。" in told


def test_one_mistake_and_nothing_is_saved(county: County, known: dict[str, str]) -> None:
    lines = [
        Line(2, UnitData(full_name="好局")),
        Line(3, UnitData(full_name="县公安局", short_name="县财政局")),
    ]
    with county.enter() as session:
        before = len(list_units(session))
        with pytest.raises(Invalid, match="第 3 行"):
            apply_roster(session, county.actor, county.now, lines=lines, reason="导入")
        assert len(list_units(session)) == before


def test_a_preview_that_is_no_longer_true(county: County) -> None:
    lines = [Line(2, UnitData(full_name="平定县公安局", aliases=("公安",)))]
    with county.enter() as session:
        shown = compare_roster(session, lines).differences
        session.execute(sa.update(Unit).where(Unit.id == county.units["police"].id).values(sort_no=77))
        session.expire_all()
        with pytest.raises(Conflict, match="预览之后"):
            apply_roster(session, county.actor, county.now, lines=lines, expected=shown, reason="导入")


def test_files_that_are_no_roster(known: dict[str, str]) -> None:
    for content, sentence in (
        (sheet(["a", "b"], header=["姓名", "电话"]), "没有找到表头"),
        (sheet(), "没有任何单位"),
        (b"<html></html>", "不是 Excel"),
        (sheet(*[[n, f"单位{n}"] for n in range(1, 1001)]), "最多读取"),
    ):
        with pytest.raises(Invalid, match=sentence):
            read_roster(content, known)


def test_columns_may_stand_in_any_order_below_a_title(known: dict[str, str]) -> None:
    content = sheet(["", "类别", "全称 "], ["", "bank", "甲银行"], header=["单位名录", "", ""])
    assert read_roster(content, known) == [Line(3, UnitData(full_name="甲银行", kind="bank"))]
