"""A form on paper as a sheet to be filled in: merged heads, locked words, open cells, drop-downs, notes.

Few rows and much layout, so it is held in memory; long lists are written by ``workbook``. Never a formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from portal.core.text import _
from portal.documents.workbook import (
    DIVISOR,
    FORMATS,
    LINE,
    LONGEST_LIST,
    LONGEST_TEXT,
    Kind,
    exact_number,
    needs_quote,
    prepare_print,
    sheet_name,
    units,
)

HIDDEN = "lianxi"
"""Name of the hidden sheet: what the file is, and the choices too long for a cell's own list."""
LISTS = 20
"""Column of that sheet at which the choices begin."""
_WRONG = "#FFFFCC"
_PAGE = 170.0
"""Width of an A4 sheet across, in the units of columns, at the smallest print that is still read."""
_LONGEST_PROMPT, _LONGEST_HEADING = 255, 32
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"font_size": 16, "bold": True, "align": "center"},
    "line": {},
    "right": {"align": "right"},
    "head": {"border": 1, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#F2F2F2"},
    "label": {"border": 1, "text_wrap": True, "bg_color": "#FAFAFA"},
    "middle": {"border": 1, "text_wrap": True, "bg_color": "#FAFAFA", "align": "center"},
    "note": {"border": 1, "text_wrap": True, "bg_color": "#FAFAFA", "font_size": 9, "font_color": "#404040"},
    "past": {"border": 1, "text_wrap": True, "bg_color": "#FAFAFA", "font_color": "#606060"},
    "input": {"border": 1, "text_wrap": True, "locked": False},
    "open": {"locked": False},
}


class Look(StrEnum):
    TITLE = "title"
    LINE = "line"
    RIGHT = "right"
    HEAD = "head"
    LABEL = "label"
    MIDDLE = "middle"
    NOTE = "note"
    PAST = "past"
    INPUT = "input"
    """White and open; everything else is locked."""
    OPEN = "open"
    """Open, without a frame."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a cell takes. Choices are enforced; of numbers the spreadsheet only warns, for the portal asks itself."""

    kind: str
    """``whole``, ``decimal``, ``date``, ``list`` or ``any`` (a prompt alone)."""
    heading: str = ""
    prompt: str = ""
    choices: Sequence[str] = ()
    low: int | None = 0


@dataclass(frozen=True, kw_only=True)
class Box:
    """One cell, or several merged; rows and columns are counted from 0."""

    row: int
    column: int
    value: Any = None
    look: Look = Look.LABEL
    kind: Kind = Kind.TEXT
    down: int = 1
    across: int = 1
    rule: Rule | None = None
    wrong: str = ""
    """Why the cell was refused: it is filled light yellow and carries this as its note."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One sheet. Rows ``head`` (first, last) stay on the screen and on top of each printed page."""

    name: str
    widths: Sequence[float]
    boxes: Sequence[Box]
    head: tuple[int, int]
    frozen: int = 0
    """Columns that stay."""
    heights: Mapping[int, float] = field(default_factory=dict)


def write_papers(
    stream: BinaryIO, papers: Iterable[Paper], hidden: Callable[[Sequence[str]], Sequence[Sequence[str]]]
) -> None:
    """Write an .xlsx of these sheets and a hidden one, whose rows ``hidden`` answers for the sheets' names.

    The sheets are protected without a password: against slips, not against people.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(stream, options) as book:
        styles, lists = Styles(book), Lists()
        names: list[str] = []
        taken = {HIDDEN}
        for paper in papers:
            names.append(sheet_name(paper.name, taken))
            _write(book.add_worksheet(names[-1]), paper, styles, lists)
        page = book.add_worksheet(HIDDEN)
        for row, texts in enumerate(hidden(names)):
            for column, text in enumerate(texts):
                page.write_string(row, column, text)
        for column, choices in enumerate(lists.kept, LISTS):
            for row, choice in enumerate(choices):
                page.write_string(row, column, choice)
        page.protect()
        page.hide()


class Lists:
    """Choices that are too long to stand in the cell."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, ...]] = []

    def source(self, choices: Sequence[str]) -> Any:
        if len(",".join(choices)) <= LONGEST_LIST and not any("," in c for c in choices):
            return list(choices)
        if tuple(choices) not in self.kept:
            self.kept.append(tuple(choices))
        column = xl_col_to_name(LISTS + self.kept.index(tuple(choices)))
        return f"={HIDDEN}!${column}$1:${column}${len(choices)}"


class Styles:
    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[Any, ...], Format] = {}

    def of(self, box: Box, number: str, *, quote: bool = False) -> Format:
        key = (box.look, number, quote, bool(box.wrong))
        if key not in self._made:
            look = {"font_name": "SimSun", "font_size": 10.5, "valign": "vcenter"} | _LOOKS[box.look]
            look |= {"num_format": number, "quote_prefix": quote}
            if box.wrong:
                look["bg_color"] = _WRONG
            self._made[key] = self._book.add_format(look)
        return self._made[key]


def _write(page: Worksheet, paper: Paper, styles: Styles, lists: Lists) -> None:
    for column, width in enumerate(paper.widths):
        page.set_column(column, column, width)
    for row, height in _heights(paper).items():
        page.set_row(row, height)
    for box in paper.boxes:
        write_box(page, box, styles)
        if box.rule is not None:
            page.data_validation(box.row, box.column, box.row, box.column, validation(box.rule, lists))
        if box.wrong:
            page.write_comment(box.row, box.column, box.wrong, {"x_scale": 2, "author": str(_("联席"))})
    page.freeze_panes(paper.head[1] + 1, paper.frozen)
    page.protect("", {"format_columns": True, "format_rows": True, "objects": True})
    prepare_print(page, *paper.head)
    across = math.ceil(sum(paper.widths) / _PAGE)
    if across > 1:  # legible on several pages rather than tiny on one
        page.fit_to_pages(across, 0)
        page.repeat_columns(0, max(0, paper.frozen - 1))


def write_box(page: Worksheet, box: Box, styles: Styles) -> None:
    value, kind = box.value, box.kind
    number = "@" if kind is Kind.TEXT else FORMATS[kind]
    if kind is Kind.WAN:
        number = "#,##0.00####"
    text = value if isinstance(value, str) else None
    style = styles.of(box, "@" if text is not None else number, quote=text is not None and needs_quote(text))
    if box.down > 1 or box.across > 1:
        last = box.row + box.down - 1, box.column + box.across - 1
        page.merge_range(box.row, box.column, *last, "", style)
    if isinstance(value, datetime):
        page.write_datetime(box.row, box.column, value.replace(tzinfo=None), style)
    elif isinstance(value, date):
        page.write_datetime(box.row, box.column, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001 - a spreadsheet knows no zone
    elif (exact := exact_number(value)) is not None:
        page.write_number(box.row, box.column, exact / DIVISOR[kind] if kind in DIVISOR else exact, style)
    elif text:
        text = text[:LONGEST_TEXT]
        if text.startswith("<r>") and text.endswith("</r>"):  # XlsxWriter would take it for markup
            page.write_rich_string(box.row, box.column, *text[:2], text[2:], style)
        else:
            page.write_string(box.row, box.column, text, style)
    elif box.down == box.across == 1:
        page.write_blank(box.row, box.column, None, style)


def validation(rule: Rule, lists: Lists) -> dict[str, Any]:
    given: dict[str, Any] = {"validate": "any"}
    match rule.kind:
        case "list":
            given = {"validate": "list", "source": lists.source(rule.choices)}
            given |= {
                "error_title": str(_("请从列表中选择")),
                "error_message": str(_("本格只能选列表中的内容。")),
            }
        case "date":
            first, last = datetime(1900, 1, 1), datetime(2100, 12, 31)  # noqa: DTZ001 - a spreadsheet knows no zone
            given = {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}
            given |= {"error_type": "warning", "error_title": str(_("请核对日期")),
                      "error_message": str(_("本格应填日期，例如 2026-09-30。仍按所填保留吗？"))}  # fmt: skip
        case "whole" | "decimal":
            low = -(10**12) if rule.low is None else rule.low
            given = {"validate": "integer" if rule.kind == "whole" else "decimal", "criteria": "between"}
            given |= {"minimum": low, "maximum": 10**12, "error_type": "warning"}
            what = _("本格应填整数。") if rule.kind == "whole" else _("本格应填数字。")
            given |= {"error_title": str(_("请核对数字")), "error_message": what + _("仍按所填保留吗？上传时系统会逐格请您确认。")}  # fmt: skip
    heading, prompt = rule.heading[:_LONGEST_HEADING], rule.prompt[:_LONGEST_PROMPT]
    return given | ({"input_title": heading, "input_message": prompt} if prompt else {})


def _heights(paper: Paper) -> dict[int, float]:
    """High enough for the longest text of each row: spreadsheets do not measure merged or locked cells."""
    lines: dict[int, int] = {}
    for box in paper.boxes:
        if (
            box.down == 1
            and isinstance(box.value, str)
            and box.look not in (Look.TITLE, Look.LINE, Look.RIGHT)
        ):
            width = sum(paper.widths[box.column : box.column + box.across]) - 1
            count = sum(max(1, math.ceil(units(part) / width)) for part in box.value.split("\n"))
            lines[box.row] = max(lines.get(box.row, 1), count)
    found = {row: max(20.0, LINE * count + 4) for row, count in lines.items()}
    return {row: min(height, 400.0) for row, height in (found | dict(paper.heights)).items()}
