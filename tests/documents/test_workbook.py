"""What the portal writes opens right and is never a formula."""

from __future__ import annotations

import tracemalloc
import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from portal.core.clock import SHANGHAI
from portal.core.text import Message, Text
from portal.documents.reading import read_rows
from portal.documents.workbook import Column, Kind, Sheet, needs_quote, sheet_name, write_workbook

HOSTILE = [
    "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "＝1+1", "＋1", "－1", "＠a",
    " =1", "\u3000=1", "\ufeff=1",
    "http://example.gov.cn/", "mailto:a@example.gov.cn", "{=1+1}", "00012", "140321199001010011", "1e5",
    "_x0041_",     "<r><t>a</t></r>", "<r></t></is></c><c><f>1+1</f></c></r>", "<b>&amp;</b>", "{{7*7}}", "两行\n文字",
]  # fmt: skip


def written(*sheets: Sheet) -> bytes:
    stream = BytesIO()
    write_workbook(stream, sheets)
    return stream.getvalue()


def table(rows: Any, *columns: Column, **given: Any) -> Sheet:
    return Sheet(title="题目", columns=columns or (Column(label="文字", width=20),), rows=rows, **given)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_the_very_text_and_nothing_else(text: str) -> None:
    content = written(table([[text]], foot=()))
    cell = openpyxl.load_workbook(BytesIO(content)).worksheets[0]["A4"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert bool(cell.quotePrefix) is needs_quote(text)
    assert read_rows(content)[-1].cells == (text,)
    xml = zipfile.ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml


def test_formula_beginnings_carry_the_quote_mark() -> None:
    assert all(needs_quote(text) for text in HOSTILE[:12])
    assert not any(needs_quote(text) for text in ["", "1", "a=1", "公安局", "（=）"])


def test_types_and_looks() -> None:
    columns = (
        Column(label="单位", width=30),
        Column(label="张数", kind=Kind.NUMBER),
        Column(label="金额（元）", kind=Kind.YUAN),
        Column(label="金额（万元）", kind=Kind.WAN),
        Column(label="比例", kind=Kind.PERCENT),
        Column(label="日期", kind=Kind.DATE),
        Column(label="时间", kind=Kind.MOMENT),
    )
    moment = datetime(2026, 9, 30, 17, 40, tzinfo=SHANGHAI)
    row = ["甲", 12345, 1234567, 123456789, 12.5, date(2026, 9, 30), moment]
    missing = ["乙", None, "—", None, None, None, None]
    sheet = table([row, missing], *columns, left="填报单位：平定县", right="2026年9月30日")
    page = openpyxl.load_workbook(BytesIO(written(sheet))).worksheets[0]
    assert [str(c.value) for c in page[4]] == [
        "甲", "12345", "12345.67", "123.456789", "0.125", "2026-09-30 00:00:00", "2026-09-30 17:40:00"
    ]  # fmt: skip
    assert [c.number_format for c in page[4]][1:] == [
        "#,##0", "#,##0.00", "#,##0.00", "0.0%", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
    ]  # fmt: skip
    assert page["B5"].value is None
    assert page["C5"].value == "—"
    assert page["A1"].value == "题目"
    assert (page["A2"].value, page["G2"].value) == ("填报单位：平定县", "2026年9月30日")
    assert [c.value for c in page[7] if c.value] == [
        "填报人：",
        "审核人：",
        "单位负责人（签字）：",
        "（盖章）",
    ]
    assert page.freeze_panes == "A4"
    assert page.print_title_rows == "$3:$3"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.oddFooter is not None
    assert page.oddFooter.center is not None
    assert page.oddFooter.center.text == "第 &P 页 共 &N 页"


def test_long_numbers_are_not_rounded() -> None:
    assert read_rows(written(table([[140321199001010011], [10**15 - 1]], foot=())))[-2:] == [
        (4, ("140321199001010011",)),
        (5, (10**15 - 1,)),
    ]


def test_texts_and_messages_and_flags() -> None:
    values = [[Text("是的")], [Message("第 %(n)s 期", n=3)], [True], [False]]
    rows = read_rows(written(table(values, foot=())))
    assert [r.cells[0] for r in rows[-4:]] == ["是的", "第 3 期", "是", "否"]


def test_names_of_sheets() -> None:
    taken: set[str] = set()
    assert sheet_name("平定县[2026/09]:*?", taken) == "平定县 2026 09"
    assert sheet_name("平定县 2026 09", taken) == "平定县 2026 09 2"
    assert sheet_name("'=a'", taken) == "=a"
    assert sheet_name("", taken) == "1"
    assert len(sheet_name("长" * 50, taken)) == 31
    assert len(sheet_name("长" * 60, taken)) <= 31


def test_choices_become_a_list_unless_too_long() -> None:
    short, long = (
        Column(label="a", choices=["银行", "乡镇"]),
        Column(label="b", choices=["很长" * 100, "的" * 60]),
    )
    page = openpyxl.load_workbook(BytesIO(written(table([["", ""]], short, long, spare=10)))).worksheets[0]
    found = page.data_validations.dataValidation
    assert [(str(v.sqref), v.formula1) for v in found] == [("A4:A14", '"银行,乡镇"')]


def test_memory_does_not_grow_with_rows() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        written(
            table(
                ([f"第{n}行", n] for n in range(count)),
                Column(label="a"),
                Column(label="b", kind=Kind.NUMBER),
            )
        )
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    assert peak(20_000) < peak(1_000) + 2_000_000
