"""Runs as a process of its own, on one uploaded spreadsheet, and may die of it: started by ``reading`` alone.

Reads the .xlsx from standard input, writes ``{"rows": …}`` or ``{"refused": reason}`` as JSON. It imports
nothing of the portal, so that it starts fast and fits into little memory.
"""

from __future__ import annotations

import json
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
TEXT = 4 * 1024 * 1024
"""Characters of all cells together."""

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_PROGRAMS = ("vbaproject.bin", "macrosheets/", "activex/")


class Refused(Exception):
    """``args[0]`` is the reason, a key of ``reading.REASONS``; the rest says where."""


def check_archive(stream: BytesIO) -> None:
    """Judge the zip by its directory, before anything is unpacked."""
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Refused("damaged") from error
    members = archive.infolist()
    if len(members) > MEMBERS:
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


def read(stream: BytesIO, rows: int, columns: int, sheet: str) -> Iterator[tuple[int, list[Any]]]:
    """Rows with content, cut behind their last filled cell."""
    import openpyxl  # after the limits were set

    book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    pages = [p for p in book.worksheets if p.sheet_state == "visible"]
    page = next((p for p in pages if p.title == sheet), None) if sheet else next(iter(pages), None)
    if page is None:
        raise Refused("no_sheet")
    page.reset_dimensions()
    left = TEXT
    for number, values in enumerate(page.iter_rows(values_only=True), 1):
        cells = [plain(v) for v in values]
        while cells and cells[-1] in (None, ""):
            cells.pop()
        if not cells:
            continue
        if number > rows:
            raise Refused("rows", number)
        if len(cells) > columns:
            raise Refused("columns", number)
        left -= sum(len(c) for c in cells if isinstance(c, str))
        if left < 0:
            raise Refused("bomb")
        yield number, cells


def plain(value: Any) -> Any:
    """As JSON can carry it: dates and moments become ``["d", iso]`` and ``["t", iso]``."""
    match value:
        case str():
            return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        case datetime() if value.time() == time.min:
            return ["d", value.date().isoformat()]
        case datetime():
            return ["t", value.isoformat()]
        case date():
            return ["d", value.isoformat()]
        case time() | timedelta():
            return str(value)
        case bool() | int() | float() | None:
            return value
    return str(value)


def main(memory: int, seconds: int, rows: int, columns: int, sheet: str) -> dict[str, Any]:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.environ["OPENPYXL_LXML"] = "False"  # the other parser is the one that defusedxml guards
    warnings.simplefilter("ignore")
    stream = BytesIO(sys.stdin.buffer.read())
    try:
        check_archive(stream)
        return {"rows": list(read(stream, rows, columns, sheet))}
    except Refused as refused:
        return {"refused": refused.args[0], "row": refused.args[1] if len(refused.args) > 1 else 0}
    except (MemoryError, RecursionError):
        return {"refused": "bomb"}
    except Exception as error:  # the reader raises all kinds of things on broken files
        return {"refused": "damaged", "detail": f"{type(error).__name__}: {error}"[:200]}


if __name__ == "__main__":
    memory, seconds, rows, columns = map(int, sys.argv[1:5])
    json.dump(main(memory, seconds, rows, columns, sys.argv[5]), sys.stdout)
