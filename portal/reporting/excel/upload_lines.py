"""What an uploaded form would change: one line per cell, old and new, and what a person still decides.

What was read is kept as JSON with the upload (``keep``) and held against the form as it is when the page is
opened (``compare``), so that nobody confirms a difference that is no longer so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, FieldKind, Form, Table
from portal.core.text import Message, Text, _, pack_text, unpack_text
from portal.documents.sheet_cells import shown
from portal.reporting.cells import blank
from portal.reporting.excel.sheet_file import table_columns
from portal.reporting.excel.sheet_reading import Found, Read
from portal.reporting.opening import asked_fields, asked_tables


class Mode(StrEnum):
    CHANGE = "change"
    """Enters with the confirmation."""
    TICK = "tick"
    """Enters when it is ticked."""
    ASK = "ask"
    """Stays as it was unless somebody says 0."""
    REFUSED = "refused"


@dataclass(frozen=True)
class Line:
    """One cell. ``key``: field key, ``table.row.column`` (rows from 0), or ``table.rows`` for rows that are gone."""

    key: str
    label: Message | Text
    row: int
    cell: str
    old: str
    new: str
    mode: Mode
    sentence: Message | Text | None
    taken: bool
    typed: Any

    @property
    def said(self) -> Message | Text | None:
        """The sentence with its place: 第 12 行“案损” E12：…"""
        if self.sentence is None or not self.cell:
            return self.sentence
        text = _("第 %(row)s 行“%(label)s” %(cell)s：%(what)s")
        return Message(text, row=self.row, label=self.label, cell=self.cell, what=self.sentence)


@dataclass(frozen=True)
class Difference:
    lines: tuple[Line, ...]
    values: dict[str, Any]
    """The form as it would be, with what is taken."""

    def count(self, *modes: Mode) -> int:
        return sum(line.mode in modes for line in self.lines)

    @property
    def open(self) -> int:
        """Cells that wait for a decision."""
        return sum(line.mode in (Mode.TICK, Mode.ASK) and not line.taken for line in self.lines)

    @property
    def left(self) -> tuple[Line, ...]:
        """What would not enter: refused, not ticked, not decided."""
        return tuple(x for x in self.lines if x.mode is not Mode.CHANGE and not x.taken)


# ------------------------------------------------------------------------------------------------- storage
def keep(found: Found) -> dict[str, Any]:
    """JSON of what was read; cells that say nothing but themselves take little room."""
    return {
        "sheet": found.sheet,
        "cells": {key: _pack(read) for key, read in found.cells.items()},
        "tables": {
            key: [{c: _pack(read) for c, read in row.items()} for row in rows] for key, rows in found.tables.items()
        },
        "problems": [pack_text(p) for p in found.problems],
        "remarks": [pack_text(r) for r in found.remarks],
    }  # fmt: skip


def _pack(read: Read) -> list[Any]:
    r = read.reading
    plain = [read.row, read.cell, r.value]
    return plain if r.sure else [*plain, r.asks, pack_text(r.sentence or ""), read.typed]


# ---------------------------------------------------------------------------------------------- comparison
def compare(
    entry: Mapping[str, Any], form: Form, member: str, base: Mapping[str, Any], campaign: Campaign
) -> Difference:
    """``entry``: as ``keep`` made it, with ``ticks`` and ``zeros`` (lists of keys) once somebody decided.

    ``base``: the form's values as they are now, offers included.
    """
    taken = _Taken(entry)
    values, lines = dict(base), []
    for f in asked_fields(form, member):
        if f.key in entry["cells"]:
            line, value = _compare_cell(
                f, f.key, f.label, entry["cells"][f.key], base.get(f.key), campaign, taken
            )
            values[f.key] = value
            lines += [line] if line else []
    for table in asked_tables(form, member):
        if table.key in entry["tables"]:
            before = list(base.get(table.key) or ())
            rows, found = _compare_table(table, entry["tables"][table.key], before, campaign, taken)
            lines += found
            if found:
                values[table.key] = rows
    return Difference(tuple(lines), values)


class _Taken:
    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.ticks, self.zeros = frozenset(entry.get("ticks", ())), frozenset(entry.get("zeros", ()))


def _compare_cell(
    f: Field,
    key: str,
    label: Message | Text,
    packed: Sequence[Any],
    before: Any,
    campaign: Campaign,
    taken: _Taken,
) -> tuple[Line | None, Any]:
    """The line, None where nothing changes, and the value as it would be."""
    row, cell, value = packed[:3]
    sure, asks = len(packed) == 3, len(packed) > 3 and packed[3]
    sentence = None if sure else unpack_text(packed[4])
    typed = value if sure else packed[5]
    if asks:
        mode, after, new = Mode.ASK, 0 if key in taken.zeros else before, _("待定")
        is_taken = key in taken.zeros
        line = Line(
            key, label, row, cell, shown(f, before, campaign), str(new), mode, sentence, is_taken, typed
        )
        return line, after
    if value is None and not sure:
        line = Line(
            key, label, row, cell, shown(f, before, campaign), "", Mode.REFUSED, sentence, False, typed
        )
        return line, before
    if same(f, before, value):
        return None, before
    mode = Mode.CHANGE if sure else Mode.TICK
    if value is None:
        mode = Mode.TICK
        sentence = Message(_("表中为空，现为 %(old)s；勾选则清空。"), old=shown(f, before, campaign))
    is_taken = mode is Mode.CHANGE or key in taken.ticks
    line = Line(
        key,
        label,
        row,
        cell,
        shown(f, before, campaign),
        shown(f, value, campaign),
        mode,
        sentence,
        is_taken,
        typed,
    )
    return line, value if is_taken else before


def same(f: Field, a: Any, b: Any) -> bool:
    if blank(a) and blank(b):
        return a is None or b is None or a == b or f.kind is FieldKind.FLAG
    if f.kind is FieldKind.MOMENT and a and b:
        return datetime.fromisoformat(a) == datetime.fromisoformat(b)
    if f.kind is FieldKind.CHOICES and a and b:
        return set(a) == set(b)
    return bool(a == b)


def _compare_table(
    table: Table, packed: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]], campaign: Campaign,
    taken: _Taken,
) -> tuple[list[dict[str, Any]], list[Line]]:  # fmt: skip
    rows, lines = [], []
    columns = table_columns(table)
    for n, given in enumerate(packed):
        old = before[n] if n < len(before) else {}
        new = dict(old)
        for c in columns:
            label = Message(_("%(table)s第 %(n)s 行%(column)s"), table=table.label, n=n + 1, column=c.label)
            key = f"{table.key}.{n}.{c.key}"
            line, new[c.key] = _compare_cell(c, key, label, given[c.key], old.get(c.key), campaign, taken)
            lines += [line] if line else []
        rows.append(new)
    gone = list(before[len(packed) :])
    if gone:
        key = f"{table.key}.rows"
        text = Message(_("表中少了后 %(n)s 行；勾选则删去。"), n=len(gone))
        count, left = Message(_("%(n)s 行"), n=len(before)), Message(_("%(n)s 行"), n=len(packed))
        dropped = key in taken.ticks
        lines.append(Line(key, table.label, 0, "", str(count), str(left), Mode.TICK, text, dropped, None))
        rows += [] if dropped else [dict(row) for row in gone]
    return [r for r in rows if not all(blank(v) for v in r.values())], lines


def left_cells(difference: Difference) -> Iterator[tuple[str, Any, str]]:
    """(key, what was typed, why it did not enter) of the cells that go back."""
    for line in difference.left:
        if line.cell:
            yield line.key, line.typed, str(line.said)
