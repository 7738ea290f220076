"""Hostile and broken uploads are refused in the child process, with a sentence, and the portal lives on."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from portal.core.errors import Invalid
from portal.documents.reading import Formula, Limits, read_book, read_rows

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATION = f'<Relationship Id="rId%s" Type="{OFFICE}/%s" Target="%s"/>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def book(
    cells: str = "", strings: str = "", extra: dict[str, bytes] | None = None, types: str = TYPES
) -> bytes:
    """The smallest .xlsx, with raw XML for rows and shared strings."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", types)
        z.writestr("_rels/.rels", RELATIONS % (RELATION % (1, "officeDocument", "xl/workbook.xml")))
        z.writestr("xl/workbook.xml", BOOK)
        both = RELATION % (1, "worksheet", "worksheets/sheet1.xml") + RELATION % (
            2,
            "sharedStrings",
            "sharedStrings.xml",
        )
        z.writestr("xl/_rels/workbook.xml.rels", RELATIONS % both)
        z.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>',
        )
        z.writestr("xl/sharedStrings.xml", strings or f'<sst xmlns="{MAIN}"><si><t>a</t></si></sst>')
        for name, content in (extra or {}).items():
            z.writestr(name, content)
    return stream.getvalue()


def ordinary() -> bytes:
    stream = BytesIO()
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    page.append(["一", 1])
    page.append([])
    page.append(["三", 2.5, None, None])
    made.save(stream)
    return stream.getvalue()


def bomb() -> bytes:
    return book(extra={"xl/media/a.bin": b" " * 60_000_000})


def blanks() -> bytes:
    return book(strings=f'<sst xmlns="{MAIN}"><si><t xml:space="preserve">{" " * 40_000_000}</t></si></sst>')


def laughs(entity: str = "") -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    kind = entity or f'<!ENTITY l0 "haha">{levels}'
    return book(
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>',
        f'<?xml version="1.0"?><!DOCTYPE a [{kind}]>'
        f'<sst xmlns="{MAIN}"><si><t>&l{"0" if entity else "9"};</t></si></sst>',
    )


def many_cells() -> bytes:
    row = "<row>" + "<c><v>1</v></c>" * 90 + "</row>"
    return book(row * 30_000)


def renamed(content: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    return content.replace(old, new)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "far cell": (
        lambda: book('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "第 1048576 行仍有内容",
    ),
    "wide row": (lambda: book('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "第 1 行的内容超出第 100 列"),
    "many rows": (lambda: book("<row><c><v>1</v></c></row>" * 5001), "第 5001 行仍有内容，最多读取 5000 行"),
    "many cells": (many_cells, "展开后过大"),
    "zip bomb": (bomb, "展开后过大"),
    "blanks": (blanks, "展开后过大"),
    "many members": (lambda: book(extra={f"a{n}": b"" for n in range(300)}), "展开后过大"),
    "laughs": (laughs, "已损坏"),
    "external entity": (lambda: laughs('<!ENTITY l0 SYSTEM "file:///etc/passwd">'), "已损坏"),
    "outside name": (lambda: book(extra={"../../evil": b"x"}), "已损坏"),
    "macros": (lambda: book(extra={"xl/vbaProject.bin": b"x"}), "含有宏"),
    "renamed xlsm": (
        lambda: book(types=TYPES.replace("spreadsheetml.sheet.main", "sheet.macroEnabled.main")),
        "含有宏",
    ),
    "truncated": (lambda: ordinary()[:-400], "已损坏"),
    "cut in two": (lambda: ordinary()[:600], "已损坏"),
    "sheet missing": (
        lambda: renamed(ordinary(), b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheetX.xml"),
        "没有要读取",
    ),
    "html": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "不是 Excel 工作簿"),
    "text": (lambda: "一,二\n".encode(), "不是 Excel 工作簿"),
    "empty": (lambda: b"", "不是 Excel 工作簿"),
    "old format": (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "旧格式"),
    "encrypted": (lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "密码"),
    "other zip": (lambda: renamed(book(), b"xl/workbook.xml", b"wd/document.xml"), "不是 Excel 工作簿"),
    "too large": (lambda: b"PK\x03\x04" + b"x" * 5_300_000, "超过 5 MB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refused_with_a_sentence(name: str) -> None:
    make, sentence = HOSTILE[name]
    content = make()
    begun = time.monotonic()
    with pytest.raises(Invalid) as caught:
        read_rows(content)
    assert sentence in str(caught.value.problems["file"])
    assert time.monotonic() - begun < 20


def test_limits_of_time_and_memory_hold() -> None:
    slow = book("<row><c/></row>" * 900_000)
    with pytest.raises(Invalid, match="展开后过大"):
        read_rows(slow, Limits(seconds=1))
    with pytest.raises(Invalid, match="展开后过大"):
        read_rows(ordinary(), Limits(memory=24 * 1024 * 1024))


def test_ordinary_rows_keep_their_numbers(tmp_path: Path) -> None:
    assert read_rows(ordinary()) == [(1, ("一", 1)), (3, ("三", 2.5))]
    path = tmp_path / "a.xlsx"
    path.write_bytes(ordinary())
    assert len(read_rows(path)) == 2
    with pytest.raises(Invalid, match="无法读取文件"):
        read_rows(tmp_path / "none.xlsx")


def test_blank_formatted_rows_do_no_harm() -> None:
    """Spreadsheets of real offices have formats down to the last row."""
    assert read_rows(
        book('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"/></row>')
    ) == [(1, (1,))]


def test_hidden_sheets_are_passed_over_and_a_sheet_can_be_named() -> None:
    made, stream = openpyxl.Workbook(), BytesIO()
    first = made.active
    assert first is not None
    first.sheet_state = "hidden"
    made.create_sheet("甲").append(["甲"])
    made.create_sheet("乙").append(["乙", "=1+1"])
    made.save(stream)
    assert read_rows(stream.getvalue())[0].cells == ("甲",)
    assert read_rows(stream.getvalue(), sheet="乙")[0].cells == ("乙",)
    with pytest.raises(Invalid, match="没有要读取的工作表"):
        read_rows(stream.getvalue(), sheet="丙")


# ------------------------------------------------------------------------------------------- a book, whole
def with_formulas() -> bytes:
    made, stream = openpyxl.Workbook(), BytesIO()
    first = made.active
    assert first is not None
    first.append(["一", "=1+1", 3])
    hidden = made.create_sheet("标识")
    hidden.append(["甲", "1403"])
    hidden.sheet_state = "veryHidden"
    made.save(stream)
    return stream.getvalue()


def test_a_book_is_read_whole_with_its_hidden_sheets_and_formulas() -> None:
    first, hidden = read_book(with_formulas())
    assert (first.hidden, hidden.name, hidden.hidden) == (False, "标识", True)
    assert first.rows == ((1, ("一", Formula(None, "1+1"), 3)),)
    assert hidden.rows == ((1, ("甲", "1403")),)
    stored = read_book(
        book('<row r="1"><c r="A1"><f>SUM(B1:B2)</f><v>14</v></c><c r="B1" t="e"><v>#DIV/0!</v></c></row>')
    )
    assert stored[0].rows[0].cells == (Formula(14, "SUM(B1:B2)"), "#DIV/0!")


def test_dates_of_1904_are_the_days_they_show() -> None:
    made, stream = openpyxl.Workbook(), BytesIO()
    made.epoch = CALENDAR_MAC_1904
    page = made.active
    assert page is not None
    page.append([date(2026, 9, 30), datetime(2026, 9, 30, 17, 40)])  # noqa: DTZ001
    made.save(stream)
    assert b'date1904="1"' in zipfile.ZipFile(BytesIO(stream.getvalue())).read("xl/workbook.xml")
    assert read_book(stream.getvalue())[0].rows[0].cells == (date(2026, 9, 30), datetime(2026, 9, 30, 17, 40))  # noqa: DTZ001


def many_sheets(count: int) -> bytes:
    made, stream = openpyxl.Workbook(), BytesIO()
    for n in range(count):
        made.create_sheet(f"第{n}张").append([n])
    made.save(stream)
    return stream.getvalue()


def test_the_limits_of_a_book_name_the_sheet() -> None:
    with pytest.raises(Invalid, match="文件有 26 张工作表，最多读取 20 张"):
        read_book(many_sheets(25))
    assert len(read_book(many_sheets(300), Limits(sheets=400))) == 301
    with pytest.raises(Invalid, match="工作表“a”第 3 行仍有内容，最多读取 2 行"):
        read_book(book("<row><c><v>1</v></c></row>" * 3), Limits(rows=2))
    with pytest.raises(Invalid, match="工作表“a”第 1 行的内容超出第 100 列"):
        read_book(book('<row r="1"><c r="XFD1"><v>1</v></c></row>'))


@pytest.mark.parametrize("row", ['<row r="%d" spans="1:5"/>', '<row r="%d"><c r="A%d" s="1"/></row>'])
def test_a_million_blank_rows_are_refused_in_time(row: str) -> None:
    """F15. Formats down to the last row, each row written out: nobody waits for it, nothing breaks."""
    rows = "".join(row % ((n,) * row.count("%d")) for n in range(1, 1_000_001))
    with pytest.raises(Invalid, match="展开后过大，无法读取。请只保留需要填报的表格，删去多余的行"):
        read_book(book(rows))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_books_are_refused_alike(name: str) -> None:
    make, sentence = HOSTILE[name]
    with pytest.raises(Invalid) as caught:
        read_book(make())
    assert sentence in str(caught.value.problems["file"])
