"""Runs as a process of its own, on one uploaded spreadsheet, and may die of it: started by ``reading`` alone.

Reads the .xlsx from standard input, writes ``{"rows": …}``, ``{"sheets": …}`` or ``{"refused": reason}`` as JSON.
It imports nothing of the portal, so that it starts fast and fits into little memory.
"""

from __future__ import annotations

import errno
import json
import math
import os
import re
import resource
import sys
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

MEMBERS, INFLATED, RATIO = 200, 50 * 1024 * 1024, 100
SMALL = 4 * 1024 * 1024
"""A sheet of like rows is compressed well without being a bomb: up to this size no ratio is asked."""
BLANKS = 200_000
"""Rows that may be there without content: formats down to the last row, one by one, are waited for no longer."""
LONGEST_FORMULA = 80

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_PROGRAMS = ("vbaproject.bin", "macrosheets/", "activex/")


class Refused(Exception):
    """``args[0]`` is the reason, a key of ``reading.REASONS``; row and sheet may follow."""


def check_archive(stream: BytesIO, sheets: int = 0) -> None:
    """Judge the zip by its directory, before anything is unpacked. Each sheet may bring three parts of its own."""
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Refused("damaged") from error
    members = archive.infolist()
    if len(members) > MEMBERS + 3 * sheets:
        raise Refused("bomb")
    for member in members:
        name = member.filename.replace("\\", "/")
        link = member.external_attr >> 28 == 0xA
        if link or name.startswith("/") or ".." in name.split("/") or ":" in name:
            raise Refused("damaged")
        if member.flag_bits & 1:
            raise Refused("encrypted")
        if any(mark in name.lower() for mark in _PROGRAMS):
            raise Refused("macros")
        if member.file_size > max(RATIO * member.compress_size, SMALL):
            raise Refused("bomb")
    if sum(m.file_size for m in members) > INFLATED:
        raise Refused("bomb")
    names = {m.filename for m in members}
    if "[Content_Types].xml" not in names or not any(n.startswith("xl/workbook") for n in names):
        raise Refused("other")
    if b"macroEnabled" in archive.read("[Content_Types].xml"):
        raise Refused("macros")


def load(stream: BytesIO) -> Any:
    import openpyxl  # after the limits were set

    return openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)


def read_one(book: Any, rows: int, columns: int, sheet: str, text: int) -> list[tuple[int, list[Any]]]:
    """Rows of the first visible sheet, or of the visible one called ``sheet``; of formulas the results."""
    pages = [p for p in book.worksheets if p.sheet_state == "visible"]
    page = next((p for p in pages if p.title == sheet), None) if sheet else next(iter(pages), None)
    if page is None:
        raise Refused("no_sheet")
    return list(Room(rows, columns, text).read(book, page, formulas=False))


def read_all(book: Any, rows: int, columns: int, sheets: int, text: int) -> list[dict[str, Any]]:
    """Every sheet, hidden ones too, with its formulas; ``rows`` and ``columns`` are the limits of each."""
    if len(book.worksheets) > sheets:
        raise Refused("sheets", len(book.worksheets))
    if not any(page.sheet_state == "visible" for page in book.worksheets):
        raise Refused("no_sheet")
    room = Room(rows, columns, text)
    return [
        {
            "name": page.title,
            "hidden": page.sheet_state != "visible",
            "rows": list(room.read(book, page, formulas=True)),
        }
        for page in book.worksheets
    ]


class Room:
    """What the cells of a book may take up, counted over its sheets."""

    def __init__(self, rows: int, columns: int, text: int) -> None:
        self.rows, self.columns, self.left = rows, columns, text

    def read(self, book: Any, page: Any, *, formulas: bool) -> Iterator[tuple[int, list[Any]]]:
        """Rows with content, cut behind their last filled cell."""
        for count, (number, found) in enumerate(parse(book, page, formulas=formulas)):
            if count > BLANKS:
                raise Refused("bomb")
            if not found:
                continue
            if number > self.rows:
                raise Refused("rows", number, page.title)
            if max(found) > self.columns:
                raise Refused("columns", number, page.title)
            cells = [found.get(place) for place in range(1, max(found) + 1)]
            self.left -= sum(len(c) for c in cells if isinstance(c, str))
            if self.left < 0:
                raise Refused("bomb")
            yield number, cells


def parse(book: Any, page: Any, *, formulas: bool) -> Iterator[tuple[int, dict[int, Any]]]:
    """(row, column -> cell) in one pass. openpyxl's own iterator gives either the formula or its result."""
    from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

    class Parser(WorkSheetParser):
        def parse_cell(self, element: Any) -> Any:
            found = super().parse_cell(element)
            if formulas and (formula := element.find(FORMULA_TAG)) is not None:
                found["value"] = ["f", plain(found["value"]), (formula.text or "")[:LONGEST_FORMULA]]
            return found

    with book._archive.open(page._worksheet_path) as source:
        parser = Parser(
            source,
            page._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, row in parser.parse():
            yield number, {c["column"]: plain(c["value"]) for c in row if c["value"] not in (None, "")}


def plain(value: Any) -> Any:
    """As JSON can carry it: dates and moments become ``["d", iso]`` and ``["t", iso]``."""
    match value:
        case list():
            return value
        case str():
            return unescaped(value)
        case datetime() if value.time() == time.min:
            return ["d", value.date().isoformat()]
        case datetime():
            return ["t", value.isoformat()]
        case date():
            return ["d", value.isoformat()]
        case time() | timedelta():
            return str(value)
        case float() if not math.isfinite(value):  # no JSON, and no database, has them
            return str(value)
        case bool() | int() | float() | None:
            return value
    return str(value)


def unescaped(text: str) -> str:
    """Excel writes as ``_x0009_`` what XML cannot hold. NUL and halves of pairs, which no database holds, become
    the mark of something unreadable."""
    if not _ESCAPED.search(text):
        return text
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).replace("\0", "\ufffd")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def main(
    memory: int, seconds: int, rows: int, columns: int, sheets: int, text: int, sheet: str
) -> dict[str, Any]:
    """``sheets`` 0: one sheet, as rows; else up to so many sheets."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.environ["OPENPYXL_LXML"] = "False"  # the other parser is the one that defusedxml guards
    warnings.simplefilter("ignore")
    stream = BytesIO(sys.stdin.buffer.read())
    try:
        check_archive(stream, sheets)
        if sheets:
            return {"sheets": read_all(load(stream), rows, columns, sheets, text)}
        return {"rows": read_one(load(stream), rows, columns, sheet, text)}
    except Refused as refused:
        return dict(zip(("refused", "row", "sheet"), refused.args, strict=False))
    except (MemoryError, RecursionError, ImportError):  # no room, be it for the reader itself
        return {"refused": "bomb"}
    except Exception as error:  # the reader raises all kinds of things on broken files
        if getattr(error, "errno", None) == errno.ENOMEM:
            return {"refused": "bomb"}
        return {"refused": "damaged", "detail": f"{type(error).__name__}: {error}"[:200]}


if __name__ == "__main__":
    memory, seconds, rows, columns, sheets, text = map(int, sys.argv[1:7])
    answer = main(memory, seconds, rows, columns, sheets, text, sys.argv[7])
    sys.stdout.write(json.dumps(answer, separators=(",", ":")))
