"""One unit's form as a sheet that goes out: the paper form with its values in it.

Always in Chinese, whoever draws it up: what comes back (``sheet_reading``) is known by these words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import date
from typing import Any, BinaryIO

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, FieldKind, Form, Table
from portal.core.periods import parse_period
from portal.core.text import Message, Text, _
from portal.documents.paper import Box, Look, Paper, write_papers
from portal.documents.sheet_cells import as_typed, cell_value, rule_of
from portal.documents.workbook import SIGNATURES, Kind
from portal.reporting.excel.sheet_marks import MARK_HEAD, Mark
from portal.reporting.opening import asked_fields, asked_tables

SECTION, NUMBER, LABEL, UNIT, NOW, BEFORE, DEFINITION = range(7)
"""Columns of the sheet, counted from 0."""
HEADS: dict[int, Text] = {
    SECTION: _("类别"),
    NUMBER: _("序号"),
    LABEL: _("指标"),
    UNIT: _("计量单位"),
    NOW: _("本期数"),
    BEFORE: _("上期数"),
    DEFINITION: _("口径说明"),
}
FIGURES = _("填报数")
UNIT_LINE, PERIOD_LINE, DAY_LINE, MONEY_LINE = (
    _("填报单位："),
    _("报告期："),
    _("填报日期："),
    _("金额单位："),
)
SPARE = 10
"""Empty rows behind those of a table."""
_WIDTHS = (14, 6, 30, 10, 18, 16, 46)
_HEAD_ROW = 2
_NARROW = (FieldKind.INTEGER, FieldKind.MONEY)
_LONG = 90.0


@dataclass(frozen=True, kw_only=True)
class UnitSheet:
    """What goes out for one unit. ``typed`` and ``wrong``: cell (field key, or ``table.row.column`` with rows
    from 0) -> what stands there instead of the value, and why it was refused."""

    mark: Mark
    form: Form
    member: str
    unit: str
    values: Mapping[str, Any]
    previous: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    """Field key -> what the office answered to 口径不清."""
    name: str = ""
    """Of the tab; the form's label when empty."""
    typed: Mapping[str, Any] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)


def write_sheets(
    stream: BinaryIO, sheets: Sequence[UnitSheet], campaign: Campaign, key: bytes, day: date
) -> None:
    """All sheets of all units in one workbook, with the marks on its hidden sheet."""
    papers, marks = [], []
    for sheet in sheets:
        name = sheet.name or str(sheet.form.label)
        papers.append(_form_paper(sheet, campaign, day, name))
        marks.append(sheet.mark)
        for table in asked_tables(sheet.form, sheet.member):
            label = str(table.label)
            papers.append(
                _table_paper(sheet, table, campaign, f"{sheet.name} {label}" if sheet.name else label)
            )
            marks.append(replace(sheet.mark, table=table.key))

    def hidden(names: Sequence[str]) -> list[Sequence[str]]:
        signed = [(name, *astuple(m), m.digest(key)) for name, m in zip(names, marks, strict=True)]
        return [MARK_HEAD, *signed]

    write_papers(stream, papers, hidden)


def _top(sheet: UnitSheet, title: str, last: int, right: str) -> list[Box]:
    """Title and the line of the unit, over columns 0 … ``last``."""
    period = parse_period(sheet.mark.period).label
    left = max(1, last // 2)
    return [
        Box(row=0, column=0, across=last + 1, value=title, look=Look.TITLE),
        Box(row=1, column=0, across=left, value=UNIT_LINE + sheet.unit, look=Look.LINE),
        Box(row=1, column=left, across=max(1, last - left), value=f"{PERIOD_LINE}{period}", look=Look.LINE),
        Box(row=1, column=last, value=right, look=Look.RIGHT),
    ]


def _form_paper(sheet: UnitSheet, campaign: Campaign, day: date, name: str) -> Paper:
    asked = [f for f in asked_fields(sheet.form, sheet.member) if f.kind is not FieldKind.FILES]
    shown = {f.key for f in asked}
    right = f"{DAY_LINE}{Message(_('%(y)s年%(m)s月%(d)s日'), y=day.year, m=day.month, d=day.day)}"
    units = {str(f.unit) for f in asked if f.kind is FieldKind.MONEY}
    if len(units) == 1:
        right += f"　{MONEY_LINE}{units.pop()}"
    boxes = _top(sheet, str(sheet.form.label), DEFINITION, right)
    for column, label in HEADS.items():
        if column in (NOW, BEFORE):
            boxes.append(Box(row=_HEAD_ROW + 1, column=column, value=str(label), look=Look.HEAD))
        else:
            boxes.append(Box(row=_HEAD_ROW, column=column, down=2, value=str(label), look=Look.HEAD))
    boxes.append(Box(row=_HEAD_ROW, column=NOW, across=2, value=str(FIGURES), look=Look.HEAD))
    row, number, heights = _HEAD_ROW + 2, 1, {0: 30.0}
    for section in sheet.form.sections:
        inside = [f for f in section.fields if f.key in shown]
        if inside:
            boxes.append(
                Box(row=row, column=SECTION, down=len(inside), value=str(section.label), look=Look.MIDDLE)
            )
        for f in inside:
            boxes += _row(sheet, f, campaign, row, number)
            if f.kind is FieldKind.LONG_TEXT:
                heights[row] = _LONG
            row, number = row + 1, number + 1
    boxes += _foot(sheet, row, DEFINITION, _remarks(sheet, asked_files(sheet)))
    return Paper(
        name=name,
        widths=_WIDTHS,
        boxes=boxes,
        head=(_HEAD_ROW, _HEAD_ROW + 1),
        frozen=LABEL + 1,
        heights=heights,
    )


def asked_files(sheet: UnitSheet) -> list[Field]:
    return [f for f in asked_fields(sheet.form, sheet.member) if f.kind is FieldKind.FILES]


def _remarks(sheet: UnitSheet, files: Sequence[Field]) -> list[str]:
    lines = [str(_("说明：只填白色格；没有发生的填 0，暂缺的留空；不要增删行、列，不要改动灰色格。"))]
    if files:
        labels = "、".join(f.label for f in files)
        lines.append(str(Message(_("附件（%(labels)s）不在本表中，请在网页上传。"), labels=labels)))
    tables = asked_tables(sheet.form, sheet.member)
    if tables:
        labels = "、".join(t.label for t in tables)
        lines.append(str(Message(_("明细表（%(labels)s）在后面的工作表中填写。"), labels=labels)))
    return lines


def _foot(sheet: UnitSheet, row: int, last: int, lines: Sequence[str]) -> list[Box]:
    boxes = [
        Box(row=row + n, column=0, across=last + 1, value=line, look=Look.LINE)
        for n, line in enumerate(lines)
    ]
    places = [n * (last + 1) // len(SIGNATURES) for n in range(len(SIGNATURES))]
    signed = row + len(lines) + 1
    return boxes + [
        Box(row=signed, column=place, value=str(text), look=Look.OPEN)
        for place, text in zip(places, SIGNATURES, strict=True)
    ]


def _row(sheet: UnitSheet, f: Field, campaign: Campaign, row: int, number: int) -> list[Box]:
    narrow = f.kind in _NARROW
    words = [str(f.definition or "")]
    if note := sheet.notes.get(f.key):
        words.append(str(Message(_("口径答复：%(text)s"), text=note)))
    boxes = [
        Box(row=row, column=NUMBER, value=number, look=Look.MIDDLE, kind=Kind.NUMBER),
        Box(row=row, column=LABEL, value=str(f.label)),
        Box(row=row, column=UNIT, value=str(f.unit or ""), look=Look.MIDDLE),
        Box(row=row, column=DEFINITION, value="\n".join(w for w in words if w), look=Look.NOTE),
        _input(sheet, f, f.key, sheet.values.get(f.key), campaign, row, NOW, across=1 if narrow else 2),
    ]
    if narrow:
        value, kind = cell_value(f, sheet.previous.get(f.key), campaign)
        boxes.append(Box(row=row, column=BEFORE, value=value, kind=kind, look=Look.PAST))
    return boxes


def _input(
    sheet: UnitSheet, f: Field, key: str, stored: Any, campaign: Campaign, row: int, column: int, across: int = 1
) -> Box:  # fmt: skip
    value, kind = cell_value(f, stored, campaign)
    if key in sheet.typed:
        value = as_typed(sheet.typed[key], kind)
    return Box(
        row=row, column=column, across=across, value=value, kind=kind, look=Look.INPUT, rule=rule_of(f, campaign),
        wrong=sheet.wrong.get(key, ""),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- tables
def table_columns(table: Table) -> list[Field]:
    return [c for c in table.columns if c.kind is not FieldKind.FILES]


def column_head(column: Field) -> str:
    """With the unit of its figures: 案损（万元）."""
    return f"{column.label}{_('（')}{column.unit}{_('）')}" if column.unit else str(column.label)


def _table_paper(sheet: UnitSheet, table: Table, campaign: Campaign, name: str) -> Paper:
    columns = table_columns(table)
    last, levels = len(columns), 2 if table.heads else 1
    boxes = _top(sheet, f"{sheet.form.label}{_('：')}{table.label}", last, "")
    boxes.append(Box(row=_HEAD_ROW, column=0, down=levels, value=str(HEADS[NUMBER]), look=Look.HEAD))
    boxes += _heads(table, columns, levels)
    rows = list(sheet.values.get(table.key) or ())
    typed = 1 + max((int(k.split(".")[1]) for k in sheet.typed if k.startswith(f"{table.key}.")), default=-1)
    count = max(len(rows), typed)
    count = max(count, min(table.max_rows, count + SPARE))
    for n in range(count):
        row, values = _HEAD_ROW + levels + n, rows[n] if n < len(rows) else {}
        boxes.append(Box(row=row, column=0, value=n + 1, look=Look.MIDDLE, kind=Kind.NUMBER))
        boxes += [
            _input(sheet, c, f"{table.key}.{n}.{c.key}", values.get(c.key), campaign, row, place)
            for place, c in enumerate(columns, 1)
        ]
    lines = [str(table.definition)] if table.definition else []
    text = Message(_("说明：一行填一项，最多 %(n)s 行；不够时请在网页上续填。"), n=table.max_rows)
    boxes += _foot(sheet, _HEAD_ROW + levels + count, last, [*lines, str(text)])
    widths = [6.0, *(_width(c) for c in columns)]
    head = (_HEAD_ROW, _HEAD_ROW + levels - 1)
    return Paper(name=name, widths=widths, boxes=boxes, head=head, frozen=1, heights={0: 30.0})


def _heads(table: Table, columns: Sequence[Field], levels: int) -> list[Box]:
    """Two levels where the table groups its columns; a column without a group is merged over both."""
    groups = [label for label, span in table.heads for _n in range(span)] if table.heads else []
    of = {c.key: groups[n] if n < len(groups) else "" for n, c in enumerate(table.columns)}
    boxes, place = [], 1
    while place <= len(columns):
        label, span = of[columns[place - 1].key], 1
        while label and place + span <= len(columns) and of[columns[place + span - 1].key] == label:
            span += 1
        if label:
            boxes.append(Box(row=_HEAD_ROW, column=place, across=span, value=str(label), look=Look.HEAD))
        for n in range(place, place + span):
            row, down = (_HEAD_ROW + 1, 1) if label else (_HEAD_ROW, levels)
            boxes.append(Box(row=row, column=n, down=down, value=column_head(columns[n - 1]), look=Look.HEAD))
        place += span
    return boxes


def _width(column: Field) -> float:
    if column.kind is FieldKind.LONG_TEXT:
        return 40.0
    return max(12.0, min(28.0, 2.0 * len(column_head(column)) + 2))
