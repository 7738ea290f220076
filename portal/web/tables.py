"""Repeating tables on a page: rows read from what was posted, and back into inputs.

An input is called ``<table>-<row>-<column>``. Keys hold no hyphen, so these names meet neither fields nor a
page's own inputs. A row number only ties cells together: order is that of the page, and whatever stands in a
number does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, Table
from portal.core.text import Message, Text, _
from portal.web.declared import Typed, input_texts, read_values

_NAME = re.compile(r"([a-z][a-z0-9_]*)-([0-9]{1,6})-([a-z][a-z0-9_]*)")


def read_table(
    table: Table, posted: MultiDict[str, str], campaign: Campaign, *, on: date | None = None
) -> tuple[list[dict[str, Any]], list[Typed], dict[str, Message | Text]]:
    """Rows for storage (every column, None where empty or wrong), the rows as typed, and all problems.

    Wholly empty rows are dropped. Problems are keyed ``<table>.<row>.<column>``, rows counted from 1 as they
    are shown again, and ``<table>`` for the table itself.
    """
    rows: list[dict[str, Any]] = []
    typed_rows: list[Typed] = []
    problems: dict[str, Message | Text] = {}
    for given in _rows(table, posted):
        if not any(text.strip() for texts in given.values() for text in texts):
            continue
        row, typed, wrong = read_values(table.columns, MultiDict(given), campaign, on=on)
        rows.append(row)
        typed_rows.append(typed)
        problems |= {f"{table.key}.{len(rows)}.{key}": problem for key, problem in wrong.items()}
    if len(rows) > table.max_rows:
        text = _("“%(label)s”最多 %(max)s 行，现有 %(n)s 行，请删减。")
        problems[table.key] = Message(text, label=table.label, max=table.max_rows, n=len(rows))
    return rows, typed_rows, problems


def _rows(table: Table, posted: MultiDict[str, str]) -> Iterable[dict[str, list[str]]]:
    """The table's cells by row, in the order of the page."""
    columns = {c.key for c in table.columns}
    found: dict[str, dict[str, list[str]]] = {}
    for name in posted:
        match = _NAME.fullmatch(name) if name.startswith(table.key) else None
        if match and match[1] == table.key and match[3] in columns:
            found.setdefault(match[2], {})[match[3]] = posted.getlist(name)
    return found.values()


def change_rows(table: Table, posted: MultiDict[str, str], action: str) -> list[Typed]:
    """The rows as typed after one more, or one less, was asked for: ``row-add-<table>``, ``row-drop-<table>-<n>``.

    ``n`` counts from 1 in the order of the page. Nothing is checked.
    """
    rows = [
        {c.key: _as_typed(c, given.get(c.key, [])) for c in table.columns} for given in _rows(table, posted)
    ]
    if action == f"row-add-{table.key}" and len(rows) < table.max_rows:
        return [*rows, {}]
    head, _hyphen, number = action.rpartition("-")
    if head == f"row-drop-{table.key}" and number.isascii() and number.isdigit() and len(number) < 7:
        return [row for n, row in enumerate(rows, 1) if n != int(number)]
    return rows


def _as_typed(column: Field, given: list[str]) -> Any:
    return given if column.kind == "choices" else (given[-1] if given else "")


def table_texts(table: Table, rows: Iterable[Mapping[str, Any]] | None) -> list[Typed]:
    """Stored rows as the inputs of a table that is opened."""
    return [input_texts(table.columns, row) for row in rows or ()]


def header(heads: Sequence[Sequence[Any]], columns: int) -> list[tuple[Any, int, int]]:
    """Groups of the upper header: (label, first column, number of columns); no label, no upper cell."""
    groups, first = [], 0
    for label, span in heads:
        groups.append((label, first, int(span)))
        first += int(span)
    return groups or [("", 0, columns)]


def typed_at(typed: Mapping[str, Any], key: str) -> Any:
    """What was typed where the problem ``key`` is: a field's, or ``<table>.<row>.<column>``."""
    table, _dot, rest = key.partition(".")
    row, _dot, column = rest.partition(".")
    rows = typed.get(table)
    if column and isinstance(rows, list) and row.isdigit() and 0 < int(row) <= len(rows):
        return rows[int(row) - 1].get(column)
    return typed.get(key)


def table_columns(table: Table) -> list[dict[str, Any]]:
    """What the header of a declared table says of each column."""
    return [
        {
            "label": c.label,
            "unit": c.unit or "",
            "definition": c.definition,
            "required": c.required,
            "figure": c.kind in ("integer", "money"),
        }
        for c in table.columns
    ]


def stored_columns(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same of a table in a stored form."""
    return [
        {
            "label": Text(c["label"]),
            "unit": Text(c["unit"]),
            "definition": "",
            "required": False,
            "figure": c["kind"] in ("integer", "money"),
        }
        for c in table["fields"]
    ]


HELPERS = {"table_header": header, "table_columns": table_columns, "stored_columns": stored_columns}
"""What ``web/tables.html`` needs of the page."""
