"""The list of units as a spreadsheet: what ``forms`` is to a page, this is to a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from portal.core.errors import Invalid
from portal.core.text import Message, Text, _
from portal.documents.reading import Cell, Limits, Row, read_rows
from portal.documents.workbook import Column, Kind, Sheet, write_workbook
from portal.units.roster import LABELS, Line, Problem
from portal.units.services import FULL_LENGTH, SHORT_LENGTH, UnitData, UnitRow, name_key
from portal.web.inputs import Unusable, clean_text, parse_integer

LIMITS = Limits(rows=1_000, columns=30, bytes=2 * 1024 * 1024)
_SEPARATORS = str.maketrans(dict.fromkeys("，,；;\n", "、"))
_HEADER_WITHIN = 10
_WIDTHS = {"sort_no": 8, "full_name": 42, "short_name": 22, "aliases": 48, "kind": 24}


def split_names(text: str) -> tuple[str, ...]:
    """Names separated by 、 or any other comma, each once."""
    parts = (part.strip() for part in text.translate(_SEPARATORS).split("、"))
    return tuple(dict.fromkeys(part for part in parts if part))


class Faulty(Invalid):
    """A table with problems in its cells: all of them, so that they can be mended in one go."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.cells = tuple(problems)
        text = _("表中有 %(n)s 处需要改正，没有导入任何内容。")
        super().__init__({"file": Message(text, n=len(problems))})


def read_roster(content: bytes, kinds: Mapping[str, str]) -> list[Line]:
    """Lines of an uploaded table; ``kinds`` as from ``kinds_by_name``. ``Faulty`` names row and column."""
    rows = read_rows(content, LIMITS)
    start, columns = _find_header(rows)
    lines, problems = [], []
    for row in rows[start:]:
        cells = {key: row.cells[n] for key, n in columns.items() if n < len(row.cells)}
        if not any(v not in (None, "") for v in cells.values()):
            continue
        line, found = _read_line(row.number, cells, kinds)
        lines.append(line)
        problems += found
    if problems:
        raise Faulty(problems)
    if not lines:
        raise Invalid({"file": _("表头下面没有任何单位。请从第一个空行起逐行填写后再导入。")})
    return lines


def _find_header(rows: Sequence[Row]) -> tuple[int, dict[str, int]]:
    """Index behind the header row, and the place of each column. The order of columns is free."""
    wanted = {name_key(label): key for key, label in LABELS.items()}
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        found = {wanted.get(name_key(str(cell))): n for n, cell in enumerate(row.cells) if cell is not None}
        if "full_name" in found:
            return index + 1, {key: n for key, n in found.items() if key is not None}
    names = "、".join(LABELS.values())
    raise Invalid({"file": Message(_("没有找到表头。第一行应有这些栏目：%(names)s。"), names=names)})


def _read_line(
    number: int, cells: Mapping[str, Cell], kinds: Mapping[str, str]
) -> tuple[Line, list[Problem]]:
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    longest = {"full_name": FULL_LENGTH, "short_name": SHORT_LENGTH, "aliases": 1000}
    for key in LABELS:
        try:
            texts[key] = clean_text(_plain(cells.get(key)), longest.get(key, 40), lines=key == "aliases")
        except Unusable as error:
            problems.append(Problem(number, key, error.message))
    sort_no = None
    if texts.get("sort_no"):
        try:
            sort_no = parse_integer(texts["sort_no"])
        except Unusable as error:
            problems.append(Problem(number, "sort_no", error.message))
    kind = ""
    if texts.get("kind"):
        kind = kinds.get(name_key(texts["kind"]), "")
        if not kind:
            text = _("没有“%(kind)s”这一类别，请从下拉列表中选择，或留空。")
            problems.append(Problem(number, "kind", Message(text, kind=texts["kind"])))
    full_name = texts.get("full_name", "")
    if "full_name" in texts and not full_name:
        problems.append(Problem(number, "full_name", _("请填写单位全称。")))
    data = UnitData(
        full_name=full_name,
        short_name=texts.get("short_name", ""),
        aliases=split_names(texts.get("aliases", "")),
        kind=kind,
        sort_no=sort_no,
    )
    return Line(number, data), problems


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell)


def write_roster(units: Sequence[UnitRow], place: Any, day: date, kinds: Mapping[str, Text]) -> bytes:
    """The table of ``units``; read again unchanged, it makes no difference. No units = the form to fill in.

    Always in Chinese, whoever draws it up: ``read_roster`` knows its head row by these words.
    """
    columns = [
        Column(
            label=str(label),
            width=_WIDTHS[key],
            kind=Kind.NUMBER if key == "sort_no" else Kind.TEXT,
            choices=tuple(map(str, kinds.values())) if key == "kind" else (),
        )
        for key, label in LABELS.items()
    ]
    rows = (
        (u.sort_no, u.full_name, u.short_name, "、".join(u.aliases), str(kinds.get(u.kind, u.kind)))
        for u in units
    )
    stream = BytesIO()
    sheet = Sheet(
        title=str(_("单位名录")),
        left=str(Message(_("填报地区：%(place)s"), place=place)),
        right=str(Message(_("%(day)s 导出"), day=day.isoformat())),
        columns=columns,
        rows=rows,
        foot=(),
        spare=200,
    )
    write_workbook(stream, [sheet])
    return stream.getvalue()
