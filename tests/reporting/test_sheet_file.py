"""Our sheet as a spreadsheet reads it back: layout, locks, lists, and what a changed sheet is taken for."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from portal.campaigns.forms import Choice, CodeList, Due, DueKind, Field, FieldKind, Form, Section, Table
from portal.campaigns.sources import Clause
from portal.core.periods import PeriodKind
from portal.core.text import Text
from portal.documents.reading import Page, read_book
from portal.reporting.excel.sheet_file import UnitSheet, write_sheets
from portal.reporting.excel.sheet_marks import Mark, split_book
from portal.reporting.excel.sheet_reading import Found, named_period, named_unit, read_parts

KEY = b"k" * 32


def field(key: str, label: str, kind: FieldKind = FieldKind.INTEGER, unit: str = "", **more: Any) -> Field:
    return Field(key=key, label=Text(label), kind=kind, unit=Text(unit) if unit else None, **more)


class Codes:
    """As much of a campaign as cells look into."""

    def code_list(self, key: str) -> CodeList:
        count = 3 if key == "few" else 60
        return CodeList(
            key=key, label=Text(key), choices=tuple(Choice(key=f"c{n}", label=Text(f"很长的第{n}种渠道")) for n in range(count))
        )  # fmt: skip


CAMPAIGN: Any = Codes()
COLUMNS = (
    field("name", "主体名称", FieldKind.TEXT),
    field("sum", "涉案金额", FieldKind.MONEY, "万元"),
    field("at", "日期", FieldKind.DATE),
    field("repaid", "金额", FieldKind.MONEY, "元"),
    field("fined", "金额", FieldKind.MONEY, "元"),
)
FORM = Form(
    key="table",
    label=Text("工作情况统计表"),
    version=2,
    period=PeriodKind.QUARTER,
    due=Due(kind=DueKind.LAST_WORKING_DAY),
    clause=Clause(source="D", article=Text("一")),
    sections=(
        Section(key="a", label=Text("线索"), fields=(
            field("leads", "发现线索", unit="条", definition=Text("本期新登记。")),
            field("leads_total", "合计", unit="条"),
            field("channel", "渠道", FieldKind.CHOICE, choices="few"),
            field("channels", "多种渠道", FieldKind.CHOICES, choices="many"),
            field("source", "来源", FieldKind.CHOICE, choices="many"),
        )),
        Section(key="b", label=Text("案件"), fields=(
            field("loss", "案损", FieldKind.MONEY, "万元"),
            field("cases_total", "合计", unit="件"),
            field("day", "日期", FieldKind.DATE),
            field("at", "时间", FieldKind.MOMENT),
            field("flag", "是否通报", FieldKind.FLAG),
            field("note", "说明事项", FieldKind.LONG_TEXT),
            field("files", "佐证", FieldKind.FILES),
        )),
    ),
    tables=(Table(key="rows", label=Text("明细表"), columns=COLUMNS, clause=Clause(source="D", article=Text("二")),
                  heads=((Text("主体"), 2), (Text(""), 1), (Text("清退"), 1), (Text("罚没"), 1))),),
)  # fmt: skip
MARK = Mark("140321", "c", "table", "2", "0", "2025Q3", "7", "9")
VALUES = {
    "leads": 12, "leads_total": 12, "channel": "c1", "channels": ["c0", "c59"], "source": "c58", "loss": 123_456_789,
    "cases_total": 3, "day": "2025-09-30", "at": "2025-09-30T17:40:00+08:00", "flag": True, "note": "=两行\n文字",
    "rows": [{"name": "某公司", "sum": 5_000_000, "at": "2025-08-01", "repaid": 100, "fined": 200}],
}  # fmt: skip
SHEET = UnitSheet(mark=MARK, form=FORM, member="m", unit="平定县公安局", values=VALUES, previous={"leads": 7},
                  notes={"leads": "不含退回的。"})  # fmt: skip


def written(*sheets: UnitSheet) -> bytes:
    stream = BytesIO()
    write_sheets(stream, sheets or (SHEET,), CAMPAIGN, KEY, date(2025, 9, 20))
    return stream.getvalue()


def changed(change: Callable[[openpyxl.Workbook], object], content: bytes = b"") -> bytes:
    book = openpyxl.load_workbook(BytesIO(content or written()))
    change(book)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(content: bytes, form: Form = FORM) -> Found:
    parts = split_book(read_book(content), KEY)
    main = next(p for p in parts if p.mark and not p.mark.table)
    tables = {p.mark.table: p.page for p in parts if p.mark and p.mark.table}
    return read_parts(main.page, tables, form, "m", CAMPAIGN)


def values(found: Found) -> dict[str, Any]:
    cells = {key: r.reading.value for key, r in found.cells.items()}
    return cells | {
        k: [{c: r.reading.value for c, r in row.items()} for row in rows] for k, rows in found.tables.items()
    }


# ---------------------------------------------------------------------------------------------------- out
def test_layout_locks_lists_and_print() -> None:
    content = written()
    book = openpyxl.load_workbook(BytesIO(content))
    page = book.worksheets[0]
    assert book.sheetnames == ["工作情况统计表", "明细表", "lianxi"]
    assert [page.cell(1, 1).value, page.cell(2, 1).value, page.cell(2, 4).value] == [
        "工作情况统计表", "填报单位：平定县公安局", "报告期：2025年三季度"
    ]  # fmt: skip
    assert page.cell(2, 7).value == "填报日期：2025年9月20日　金额单位：万元"
    assert [page.cell(3, n).value for n in range(1, 8)] == [
        "类别",
        "序号",
        "指标",
        "计量单位",
        "填报数",
        None,
        "口径说明",
    ]
    assert [page.cell(4, n).value for n in (5, 6)] == ["本期数", "上期数"]
    merged = {str(r) for r in page.merged_cells.ranges}
    assert {"A1:G1", "A3:A4", "C3:C4", "E3:F3", "A5:A9", "A10:A15"} <= merged
    assert (page["E5"].value, page["F5"].value, page["G5"].value) == (
        12,
        7,
        "本期新登记。\n口径答复：不含退回的。",
    )
    assert (page["E10"].value, page["E10"].number_format) == (123.456789, "#,##0.00####")
    assert page.freeze_panes == "D5"
    assert page.print_title_rows == "$3:$4"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.oddFooter is not None
    assert page.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert page.protection.sheet
    assert not page.protection.password
    unlocked = {c.coordinate for row in page.iter_rows() for c in row if not c.protection.locked}
    assert {"E5", "E10", "E15"} <= unlocked
    assert not {"A5", "C5", "D5", "F5", "G5", "E4"} & unlocked
    texts = [str(c.value) for row in page.iter_rows() for c in row if c.value]
    assert "附件（佐证）不在本表中，请在网页上传。" in texts
    assert [t for t in texts if t.endswith("：") or t == "（盖章）"][-4:] == [
        "填报人：",
        "审核人：",
        "单位负责人（签字）：",
        "（盖章）",
    ]
    assert {c.font.name for row in page.iter_rows(max_row=15) for c in row if c.value} == {"SimSun"}
    assert (book["lianxi"].sheet_state, book["lianxi"].protection.sheet) == ("hidden", True)


def test_validations_say_what_to_fill_in() -> None:
    page = openpyxl.load_workbook(BytesIO(written())).worksheets[0]
    rules = {str(v.sqref): v for v in page.data_validations.dataValidation}
    assert (rules["E5"].type, rules["E5"].errorStyle, rules["E5"].prompt) == (
        "whole",
        "warning",
        "填整数，单位：条。没有发生的填 0。",
    )
    assert (rules["E10"].type, rules["E10"].prompt) == ("decimal", "填数字，单位：万元。没有发生的填 0。")
    assert rules["E7"].formula1 == '"很长的第0种渠道,很长的第1种渠道,很长的第2种渠道"'
    assert rules["E9"].formula1 == "lianxi!$U$1:$U$60"
    assert rules["E12"].type == "date"
    assert rules["E14"].formula1 == '"是,否"'


def test_a_table_has_two_heads_and_spare_rows() -> None:
    page = openpyxl.load_workbook(BytesIO(written())).worksheets[1]
    assert page["A1"].value == "工作情况统计表：明细表"
    assert [page.cell(3, n).value for n in range(1, 7)] == ["序号", "主体", None, "日期", "清退", "罚没"]
    assert [page.cell(4, n).value for n in range(2, 7)] == [
        "主体名称",
        "涉案金额（万元）",
        None,
        "金额（元）",
        "金额（元）",
    ]
    assert {"A3:A4", "B3:C3", "D3:D4"} <= {str(r) for r in page.merged_cells.ranges}
    assert [page.cell(5, n).value for n in (1, 2, 3)] == [1, "某公司", 5]
    assert page["B15"].protection.locked is False
    assert page["B16"].protection.locked is True


def test_nothing_is_a_live_formula() -> None:
    content = written(
        replace(SHEET, unit="=cmd|' /C calc'!A0", typed={"leads": "=1+1"}, wrong={"leads": "是公式"})
    )
    with zipfile.ZipFile(BytesIO(content)) as archive:
        sheets = [archive.read(n) for n in archive.namelist() if "worksheets/sheet" in n]
        assert not any(b"<f>" in xml for xml in sheets)
        assert not [n for n in archive.namelist() if "external" in n.lower() or "vba" in n.lower()]
    page = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    assert (page["E5"].data_type, page["E5"].value, page["E5"].quotePrefix) == ("s", "=1+1", True)
    assert page["E5"].fill.fgColor.rgb == "FFFFFFCC"
    assert page["E5"].comment is not None
    assert page["E5"].comment.text == "是公式"
    assert page["E6"].comment is None


# --------------------------------------------------------------------------------------------------- back
def test_unchanged_it_reads_as_what_was_written() -> None:
    found = read(written())
    assert values(found) == {k: v for k, v in VALUES.items() if k != "files"}
    assert all(r.reading.sure for r in found.cells.values())
    assert (found.problems, found.remarks) == ([], [])
    assert (found.cells["leads"].cell, found.cells["leads"].row) == ("E5", 5)


def test_the_mark_survives_renamed_tabs_and_shows_forgery() -> None:
    def rename(book: openpyxl.Workbook) -> None:
        book.worksheets[0].title = "甲"

    parts = split_book(read_book(changed(rename)), KEY)
    assert [(p.mark, p.genuine) for p in parts] == [(MARK, True), (replace(MARK, table="rows"), True)]
    assert not split_book(read_book(written()), b"x" * 32)[0].genuine

    def forge(book: openpyxl.Workbook) -> None:
        book["lianxi"]["I2"] = "8"

    assert not split_book(read_book(changed(forge)), KEY)[0].genuine

    def strip(book: openpyxl.Workbook) -> None:
        del book["lianxi"]

    assert split_book(read_book(changed(strip)), KEY)[0].mark is None


def test_the_line_of_the_unit() -> None:
    page = read_book(written())[0]
    assert (named_unit(page), named_period(page)) == ("平定县公安局", "2025年三季度")
    other = Page("a", False, (type(page.rows[0])(1, ("报送单位：", None, "县局", "电话")),))
    assert named_unit(other) == "县局"


def swap(page: Any, a: int, b: int) -> None:
    for column in range(2, 8):
        first, second = page.cell(a, column), page.cell(b, column)
        first.value, second.value = second.value, first.value


def test_moved_rows_and_columns_are_found_by_their_words() -> None:
    def move(book: openpyxl.Workbook) -> None:
        page = book.worksheets[0]
        for merged in [str(r) for r in page.merged_cells.ranges]:
            page.unmerge_cells(merged)
        swap(page, 5, 10)  # 发现线索 and 案损: both names stand once
        page.insert_rows(6)
        page.insert_cols(2)
        page.cell(16, 2).value = "不相干"

    found = read(changed(move))
    assert values(found) == {k: v for k, v in VALUES.items() if k != "files"}
    assert found.cells["leads"].cell == "F11"


def test_rows_of_one_name_are_told_apart_by_section_and_number_or_refused() -> None:
    assert {k: values(read(written()))[k] for k in ("leads_total", "cases_total")} == {
        "leads_total": 12,
        "cases_total": 3,
    }

    def move(book: openpyxl.Workbook) -> None:
        page = book.worksheets[0]
        page.merged_cells.ranges.clear()
        swap(page, 6, 11)  # the two 合计: section says one, number the other

    found = read(changed(move))
    assert not {"leads_total", "cases_total"} & set(found.cells)
    said = " ".join(map(str, found.remarks))
    assert "第 6 行“合计”在本表不止一栏，类别和序号对不上，没有读取。" in said
    assert "表中没有这些栏目，保持原值：合计、合计。" in said


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"C5": "别的指标"}, "第 5 行“别的指标”不是本表栏目"),
        ({"C5": None}, "表中没有这些栏目，保持原值：发现线索"),
        ({"D5": "件"}, ""),
    ],
)
def test_rows_that_are_not_ours_are_named(cells: dict[str, Any], sentence: str) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for place, value in cells.items():
            book.worksheets[0][place] = value

    found = read(changed(change))
    assert sentence in " ".join(map(str, found.remarks))
    assert found.problems == []
    if "D5" in cells:
        assert "表中计量单位写的是“件”，本栏以条为单位" in str(found.cells["leads"].reading.sentence)


def test_a_row_that_stands_twice_is_refused() -> None:
    def double(book: openpyxl.Workbook) -> None:
        page = book.worksheets[0]
        page["C22"], page["E22"] = "发现线索", 99

    found = read(changed(double))
    assert found.cells["leads"].reading.refused
    assert "与第 5 行是同一栏" in str(found.cells["leads"].reading.sentence)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"E4": "本月"}, "表头中没有“本期数”列"),
        ({"F4": "本期数"}, "第 4 行有 2 个“本期数”列"),
        ({"C3": "名目"}, "没有找到表头"),
        (dict.fromkeys([f"C{n}" for n in range(5, 13)], "x"), "指标与本表对不上：11 栏只找到 3 栏"),
    ],
)
def test_what_is_not_this_form_is_refused_whole(cells: dict[str, Any], sentence: str) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for place, value in cells.items():
            book.worksheets[0][place] = value

    assert sentence in str(read(changed(change)).problems[0])


def test_tables_move_with_their_columns_and_say_what_is_missing() -> None:
    def insert(book: openpyxl.Workbook) -> None:
        page = book.worksheets[1]
        page.merged_cells.ranges.clear()
        page.insert_cols(2)
        page["C6"], page["D6"] = "乙公司", "3万"

    found = read(changed(insert))
    rows = values(found)["rows"]
    assert [r["name"] for r in rows] == ["某公司", "乙公司"]
    assert (rows[1]["sum"], found.tables["rows"][1]["sum"].reading.sure) == (3_000_000, False)
    assert (rows[0]["repaid"], rows[0]["fined"]) == (100, 200)

    def drop(book: openpyxl.Workbook) -> None:
        book.worksheets[1]["B4"] = "x"

    assert "工作表“明细表”的表头中没有这些列：主体名称" in str(read(changed(drop)).problems[0])


def test_a_workbook_of_many_units() -> None:
    other = replace(
        SHEET, mark=replace(MARK, unit_id="8", submission_id="10"), unit="平定县教育局", name="教育局"
    )
    parts = split_book(read_book(written(replace(SHEET, name="公安局"), other)), KEY)
    assert [(p.page.name, p.mark.unit_id, p.mark.table) for p in parts if p.mark] == [
        ("公安局", "7", ""), ("公安局 明细表", "7", "rows"), ("教育局", "8", ""), ("教育局 明细表", "8", "rows"),
    ]  # fmt: skip
    assert all(p.genuine for p in parts)


def names(content: bytes) -> Sequence[str]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return re.findall(r'<sheet name="([^"]*)"', archive.read("xl/workbook.xml").decode())


def test_tabs_of_one_name_keep_their_marks() -> None:
    same = replace(SHEET, mark=replace(MARK, unit_id="8", submission_id="10"))
    content = written(SHEET, same)
    assert names(content) == ["工作情况统计表", "明细表", "工作情况统计表 2", "明细表 2", "lianxi"]
    assert [p.mark.unit_id for p in split_book(read_book(content), KEY) if p.mark] == ["7", "7", "8", "8"]
