"""A long table to be filled in: locked head, open cells, drop-downs down each column, notes in refused cells. Written
row by row, so that its length takes no memory. Never a formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from xlsxwriter import Workbook

from portal.core.text import _
from portal.documents.paper import HIDDEN, LISTS, Box, Lists, Look, Rule, Styles, validation, write_box
from portal.documents.workbook import LINE, Kind, prepare_print, sheet_name, units

HEAD = 3
"""Row of the head, counted from 0: title, line and instruction stand above."""


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    head: str
    width: float = 14
    kind: Kind = Kind.TEXT
    rule: Rule | None = None
    locked: bool = False
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class TableLine:
    """``wrong``: place of a column -> why its cell was refused."""

    cells: Sequence[Any]
    wrong: Mapping[int, str] = field(default_factory=dict)


def write_table(
    stream: BinaryIO, *, title: str, line: str, note: str, columns: Sequence[TableColumn], lines: Iterable[TableLine],
    spare: int, mark: Sequence[Sequence[str]],
) -> None:  # fmt: skip
    """Write an .xlsx of one sheet with ``spare`` empty lines at its end, and a hidden one that begins with ``mark``; the
    sheet's name stands before each row of it but the first."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(stream, options) as book:
        styles, lists = Styles(book), Lists()
        name = sheet_name(title, {HIDDEN})
        page = book.add_worksheet(name)
        for place, c in enumerate(columns):
            page.set_column(place, place, c.width, None, {"hidden": c.hidden})
        page.set_row(0, 30)
        for row, (text, look) in enumerate(((title, Look.TITLE), (line, Look.LINE), (note, Look.LINE))):
            write_box(page, Box(row=row, column=0, value=text, look=look), styles)
        page.set_row(HEAD, max(LINE * -(-units(c.head) // max(int(c.width) - 1, 1)) + 4 for c in columns))
        for place, c in enumerate(columns):
            write_box(page, Box(row=HEAD, column=place, value=c.head, look=Look.HEAD), styles)
        last = HEAD
        empty = TableLine(cells=[None] * len(columns))
        for last, given in enumerate((*lines, *([empty] * spare)), HEAD + 1):
            for place, (c, value) in enumerate(zip(columns, given.cells, strict=True)):
                look = Look.LABEL if c.locked else Look.INPUT
                wrong = given.wrong.get(place, "")
                write_box(
                    page,
                    Box(row=last, column=place, value=value, kind=c.kind, look=look, wrong=wrong),
                    styles,
                )
                if wrong:
                    page.write_comment(last, place, wrong, {"x_scale": 2, "author": str(_("联席"))})
        for place, c in enumerate(columns):
            if c.rule is not None:
                page.data_validation(HEAD + 1, place, max(last, HEAD + 1), place, validation(c.rule, lists))
        page.freeze_panes(HEAD + 1, 3)
        page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "objects": True})
        prepare_print(page, HEAD, HEAD)
        page.print_area(0, 0, max(last, HEAD + 1), len(columns) - 1)
        _write_hidden(book, name, mark, lists)


def _write_hidden(book: Workbook, name: str, mark: Sequence[Sequence[str]], lists: Lists) -> None:
    page = book.add_worksheet(HIDDEN)
    rows = [list(mark[0]), *([name, *row] for row in mark[1:])]
    height = max([len(rows), *(len(choices) for choices in lists.kept)])
    for row in range(height):  # row by row: it cannot go back
        for column, text in enumerate(rows[row] if row < len(rows) else ()):
            page.write_string(row, column, text)
        for column, choices in enumerate(lists.kept, LISTS):
            if row < len(choices):
                page.write_string(row, column, choices[row])
    page.protect()
    page.hide()
