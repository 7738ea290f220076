"""Spreadsheets as an office prints them: title, reporting unit, frozen header, page numbers, signatures.

Every cell is written with its type: a text is never a formula or a link, whatever it begins with. A text that
a spreadsheet could take for a formula also carries Excel's own quote mark, which does not change the value.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, BinaryIO

from flask import has_request_context
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from portal.core.clock import SHANGHAI
from portal.core.i18n import translate
from portal.core.text import Message, Text, _

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIGNATURES = (_("填报人："), _("审核人："), _("单位负责人（签字）："), _("（盖章）"))

LONGEST_TEXT = 32_767  # Excel's limit of one cell
LONGEST_LIST = 255  # and of the choices of one
_EXACT = 10**15  # beyond this a spreadsheet rounds: written as text
_MARKS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_BLANKS = " \u3000\u00a0\ufeff\u200b"
LINE = 15.0
"""Points of one line of a cell."""
HEADER = 2
"""Row of the header, counted from 0: title and line of the unit stand above."""
_FORBIDDEN_IN_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


class Kind(StrEnum):
    """How a column's numbers are shown. A text is a text in any of them."""

    TEXT = "text"
    NUMBER = "number"
    YUAN = "yuan"
    """Integer fen, shown in 元."""
    WAN = "wan"
    """Integer fen, shown in 万元 with two decimals."""
    PERCENT = "percent"
    """12.5 for 12.5%."""
    DATE = "date"
    MOMENT = "moment"


FORMATS = {
    Kind.NUMBER: "#,##0",
    Kind.YUAN: "#,##0.00",
    Kind.WAN: "#,##0.00",
    Kind.PERCENT: "0.0%",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
DIVISOR = {Kind.YUAN: 100, Kind.WAN: 1_000_000, Kind.PERCENT: 100}


@dataclass(frozen=True, kw_only=True)
class Column:
    label: Any
    """The unit of its figures belongs into the label: 面额（元）."""
    width: float = 12
    kind: Kind = Kind.TEXT
    choices: Sequence[Any] = ()
    """Offered as a drop-down list in ``Sheet.spare`` further rows as well."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """``rows`` may be a generator; it is consumed once and never held in memory."""

    title: Any
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    name: Any = ""
    """Of the tab; the title when empty."""
    left: Any = ""
    """Left end of the line under the title: 填报单位."""
    right: Any = ""
    """Its right end: date, unit of money."""
    foot: Sequence[Any] = SIGNATURES
    spare: int = 0


def write_workbook(stream: BinaryIO, sheets: Iterable[Sheet], *, made_at: datetime | None = None) -> None:
    """Write an .xlsx in constant memory. Inside a request texts come out in the reader's language.

    With ``made_at`` the same sheets make the same bytes, at the price of memory: for files that are kept.
    """
    size = {"constant_memory": True} if made_at is None else {"in_memory": True}
    with Workbook(stream, size | {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        if made_at is not None:
            book.set_properties({"created": made_at.astimezone(SHANGHAI).replace(tzinfo=None)})
        styles = _Styles(book)
        names: set[str] = set()
        for sheet in sheets:
            page = book.add_worksheet(sheet_name(shown(sheet.name or sheet.title), names))
            _write(page, sheet, styles)


def sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel takes, unlike those in ``taken``, to which it is added."""
    clean = "".join(c for c in name.translate(_FORBIDDEN_IN_NAME) if c.isprintable()).strip(" '") or "1"
    found, number = clean[:31], 1
    while found.casefold() in taken:
        number += 1
        found = f"{clean[:27]} {number}"
    taken.add(found.casefold())
    return found


def needs_quote(text: str) -> bool:
    """Whether a spreadsheet might take ``text`` for a formula, now or after somebody edits the cell."""
    return text.lstrip(_BLANKS)[:1] in _MARKS if text else False


class _Styles:
    """The few formats of a book, made once each."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[Kind, bool], Format] = {}
        font = {"font_name": "SimSun", "font_size": 10.5, "valign": "vcenter"}
        self._cell = font | {"border": 1}
        self.title = book.add_format(font | {"font_size": 16, "bold": True, "align": "center"})
        self.line = book.add_format(font)
        self.line_right = book.add_format(font | {"align": "right"})
        self.header = book.add_format(
            self._cell | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#F2F2F2"}
        )

    def cell(self, kind: Kind, *, special: bool = False) -> Format:
        """``special``: a text with the quote mark, a number with decimals."""
        if (kind, special) not in self._made:
            if kind is Kind.TEXT:
                look = {"text_wrap": True, "num_format": "@", "quote_prefix": special}
            else:
                look = {"num_format": "#,##0.00" if special else FORMATS[kind]}
            self._made[kind, special] = self._book.add_format(self._cell | look)
        return self._made[kind, special]


def _write(page: Worksheet, sheet: Sheet, styles: _Styles) -> None:
    last = len(sheet.columns) - 1
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
    page.set_row(0, 30)
    if last:
        page.merge_range(0, 0, 0, last, "", styles.title)
    page.write_string(0, 0, shown(sheet.title), styles.title)
    page.write_string(1, 0, shown(sheet.left), styles.line)
    if last and sheet.right:
        page.write_string(1, last, shown(sheet.right), styles.line_right)
    page.set_row(2, 30)
    for place, column in enumerate(sheet.columns):
        page.write_string(2, place, shown(column.label), styles.header)
    page.freeze_panes(3, 0)
    row = 2
    for row, values in enumerate(sheet.rows, 3):
        if (lines := _lines(sheet.columns, values)) > 1:
            page.set_row(row, min(LINE * lines + 4, 400))
        for place, (column, value) in enumerate(zip(sheet.columns, values, strict=True)):
            _write_cell(page, row, place, value, column.kind, styles)
    for place, column in enumerate(sheet.columns):
        listed = [shown(choice) for choice in column.choices]
        if listed and len(",".join(listed)) <= LONGEST_LIST:
            rule = {"validate": "list", "source": listed}
            page.data_validation(3, place, max(row, 3) + sheet.spare, place, rule)
    for place, text in zip(spread(len(sheet.foot), last + 1), sheet.foot, strict=True):
        page.write_string(row + 2, place, shown(text), styles.line)
    prepare_print(page)


def _lines(columns: Sequence[Column], values: Sequence[Any]) -> int:
    """How many the longest text of a row takes: LibreOffice and WPS do not measure rows that were written for them."""
    texts = ((c.width, v if isinstance(v, str) else str(shown(v))) for c, v in zip(columns, values, strict=True)
             if c.kind is Kind.TEXT and v)  # fmt: skip
    return max(
        (
            sum(max(1, math.ceil(units(part) / (width - 1))) for part in text.split("\n"))
            for width, text in texts
            if 2 * len(text) >= width or "\n" in text
        ),
        default=1,
    )


def units(text: str) -> int:
    """Width in a spreadsheet's units: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def spread(count: int, columns: int) -> list[int]:
    """Columns at which ``count`` signatures stand, evenly from the left."""
    return [min(n * columns // max(count, 1), columns - 1) for n in range(count)]


def prepare_print(page: Worksheet, first: int = HEADER, last: int = HEADER) -> None:
    """A4 across, as wide as the sheet, page numbers; rows ``first`` to ``last`` on top of each page."""
    page.set_landscape()
    page.set_paper(9)  # A4
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.fit_to_pages(1, 0)
    page.repeat_rows(first, last)
    page.center_horizontally()
    page.set_footer("&C" + shown(_("第 &P 页 共 &N 页")))


def _write_cell(page: Worksheet, row: int, place: int, value: Any, kind: Kind, styles: _Styles) -> None:
    if isinstance(value, datetime):
        moment = value.astimezone(SHANGHAI).replace(tzinfo=None) if value.tzinfo else value
        page.write_datetime(row, place, moment, styles.cell(Kind.DATE if kind is Kind.DATE else Kind.MOMENT))
    elif isinstance(value, date):
        page.write_datetime(row, place, datetime(value.year, value.month, value.day), styles.cell(Kind.DATE))  # noqa: DTZ001 - a spreadsheet knows no zone
    elif (number := exact_number(value)) is not None:
        number = number / DIVISOR[kind] if kind in DIVISOR else number
        plain = kind in (Kind.TEXT, Kind.NUMBER)
        style = styles.cell(Kind.NUMBER, special=number != int(number)) if plain else styles.cell(kind)
        page.write_number(row, place, number, style)
    elif value is None or value == "":
        page.write_blank(row, place, None, styles.cell(kind))
    else:
        text = shown(value)
        if len(text) > LONGEST_TEXT:
            text = text[: LONGEST_TEXT - 1] + "…"
        style = styles.cell(Kind.TEXT, special=needs_quote(text))
        if text.startswith("<r>") and text.endswith(
            "</r>"
        ):  # XlsxWriter takes it for markup and escapes nothing
            page.write_rich_string(row, place, *text[:2], text[2:], style)
        else:
            page.write_string(row, place, text, style)


def exact_number(value: Any) -> int | float | None:
    """A finite number that a spreadsheet keeps exactly, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = float(value) if isinstance(value, Decimal) else value
    return number if abs(number) < _EXACT else None  # so is NaN


def shown(value: Any) -> str:
    if isinstance(value, bool):
        value = _("是") if value else _("否")
    if has_request_context() and isinstance(value, Text | Message):
        value = translate(value)
    return str(value)
