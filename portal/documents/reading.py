"""Takes in uploaded spreadsheets. Each is opened in a process of its own, with limits on memory and time."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from portal.core.errors import Invalid
from portal.core.text import Message, Text, _

log = logging.getLogger(__name__)

Cell = str | int | float | bool | date | datetime | None


class Row(NamedTuple):
    """A row with content; ``number`` as the spreadsheet shows it. Cells end with the last filled one."""

    number: int
    cells: tuple[Cell, ...]


class Formula(NamedTuple):
    """A cell whose value a spreadsheet computes: the result that was stored with it (None: none was), and the text."""

    result: Cell
    text: str


class FormRow(NamedTuple):
    """As ``Row``, with formulas told apart."""

    number: int
    cells: tuple[Cell | Formula, ...]


class Page(NamedTuple):
    """One sheet of a book."""

    name: str
    hidden: bool
    rows: tuple[FormRow, ...]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """``rows`` and ``columns`` hold for each sheet."""

    sheets: int = 20
    rows: int = 5_000
    columns: int = 100
    bytes: int = 5 * 1024 * 1024
    seconds: int = 15
    memory: int = 512 * 1024 * 1024
    text: int = 4 * 1024 * 1024
    """Characters of all cells together."""


REASONS: dict[str, Text] = {
    "other": _("这不是 Excel 工作簿（.xlsx）。请用 WPS 或 Excel 打开，另存为 .xlsx 后再上传。"),
    "old": _("这是旧格式（.xls）文件。请用 WPS 或 Excel 另存为 .xlsx 后再上传。"),
    "encrypted": _("文件加了打开密码，无法读取。请取消密码后再上传。"),
    "macros": _("文件含有宏，不予接收。请把表格内容复制到新的 .xlsx 文件后再上传。"),
    "damaged": _("文件已损坏或不完整，无法读取。请重新另存一份后再上传。"),
    "bomb": _("文件展开后过大，无法读取。请只保留需要填报的表格，删去多余的行、列和图片后再上传。"),
    "no_sheet": _("文件中没有要读取的工作表。请核对工作表名称，并取消隐藏。"),
}
_PLACES: dict[str, Text] = {
    "rows": _("第 %(row)s 行仍有内容，最多读取 %(rows)s 行。请删去多余的行，或分几次导入。"),
    "columns": _("第 %(row)s 行的内容超出第 %(columns)s 列。请删去表格右侧多余的内容。"),
    "sheets": _("文件有 %(row)s 张工作表，最多读取 %(sheets)s 张。请只保留需要填报的工作表。"),
}
_ON_SHEET = _("工作表“%(sheet)s”%(what)s")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SLOTS = threading.BoundedSemaphore(2)  # so that a rush of uploads cannot use up the machine


ORDINARY = Limits()


def read_rows(
    source: Path | bytes, limits: Limits = ORDINARY, *, sheet: str = "", field: str = "file"
) -> list[Row]:
    """Rows of the first visible sheet, or of the one called ``sheet``.

    Of formulas the stored results are read; a text that begins with ``=`` stays a text. ``Invalid`` on
    ``field`` says what is wrong with the file.
    """
    content = source if isinstance(source, bytes) else _load(source, limits, field)
    answer = _read(content, limits, 0, sheet, field)
    return [Row(number, tuple(_cell(c) for c in cells)) for number, cells in answer["rows"]]


def read_book(content: bytes, limits: Limits = ORDINARY, *, field: str = "file") -> list[Page]:
    """Every sheet of the book, hidden ones too. ``Invalid`` on ``field`` names sheet and row."""
    answer = _read(content, limits, limits.sheets, "", field)
    return [
        Page(
            sheet["name"],
            sheet["hidden"],
            tuple(FormRow(number, tuple(map(_form_cell, cells))) for number, cells in sheet["rows"]),
        )
        for sheet in answer["sheets"]
    ]


def _read(content: bytes, limits: Limits, sheets: int, sheet: str, field: str) -> dict[str, Any]:
    """The child's answer; ``Invalid`` when the file is refused."""
    if len(content) > limits.bytes:
        raise _too_large(limits, field)
    if content.startswith(_OLE):
        raise Invalid({field: REASONS["encrypted" if _ENCRYPTED in content else "old"]})
    if not content.startswith(_ZIP):
        raise Invalid({field: REASONS["other"]})
    answer = _ask_child(content, limits, sheets, sheet)
    reason = answer.get("refused")
    if reason is None:
        return answer
    if reason not in _PLACES:
        raise Invalid({field: REASONS[reason]})
    limit = {"rows": limits.rows, "columns": limits.columns, "sheets": limits.sheets}
    what = Message(_PLACES[reason], row=answer["row"], **limit)
    if sheets and "sheet" in answer:
        what = Message(_ON_SHEET, sheet=answer["sheet"], what=what)
    raise Invalid({field: what})


def _load(path: Path, limits: Limits, field: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limits.bytes + 1)
    except OSError as error:
        raise Invalid({field: Message(_("无法读取文件 %(path)s。"), path=path)}) from error


def _too_large(limits: Limits, field: str) -> Invalid:
    text = _("文件超过 %(n)s MB。请只保留需要填报的表格，删去图片后再上传。")
    return Invalid({field: Message(text, n=limits.bytes // 1024 // 1024)})


def _ask_child(content: bytes, limits: Limits, sheets: int, sheet: str) -> dict[str, Any]:
    numbers = (limits.memory, limits.seconds, limits.rows, limits.columns, sheets, limits.text)
    command = [sys.executable, "-I", str(Path(__file__).with_name("extract.py")), *map(str, numbers), sheet]
    with _SLOTS:
        try:
            # A fixed program, no shell, and an empty environment: nothing of the parent's to leak.
            done = subprocess.run(
                command, input=content, capture_output=True, timeout=limits.seconds, env={}, check=False
            )
        except subprocess.TimeoutExpired:
            return {"refused": "bomb"}
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        log.warning("spreadsheet reader ended with %s: %s", done.returncode, done.stderr[-300:])
        return {"refused": "bomb"}
    if "detail" in answer:
        log.info("spreadsheet refused: %s", answer["detail"])
    return answer


def _form_cell(value: Any) -> Cell | Formula:
    if not isinstance(value, list):
        plain: Cell = value
        return plain
    return Formula(_cell(value[1]), value[2]) if value[0] == "f" else _cell(value)


def _cell(value: Any) -> Cell:
    match value:
        case ["d", iso]:
            return date.fromisoformat(iso)
        case ["t", iso]:
            return datetime.fromisoformat(iso)
    plain: Cell = value
    return plain
