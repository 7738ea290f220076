"""What changed between two editions of a unit's form, cell by cell and row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import request

from portal.campaigns.forms import FieldKind
from portal.core.errors import NotFound
from portal.core.i18n import join_words
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.reporting.catalogue import stored_definition
from portal.reporting.differences import Cell, Row, compare, gap_of, known, naming_of
from portal.reporting.models import Submission, SubmissionEdition
from portal.reporting.opened import answer, open_sheet
from portal.reporting.views import blueprint
from portal.web.access import require, the_session
from portal.web.declared import show_stored


@dataclass(frozen=True)
class Line:
    """One line of the list. ``gap``: after − before of a figure, '' for anything else."""

    label: Any
    unit: str
    before: str
    after: str
    gap: str
    edition: SubmissionEdition
    reason: str


@blueprint.get("/<tenant>/<campaign>/reports/<int:submission_id>/differences")
@require(Right.DUTY_READ)
def differences(submission_id: int) -> Any:
    """From one edition to another (``from``, ``to`` in the address; the last two when they are not named)."""
    opened = open_sheet(submission_id)
    newest = opened.submission.edition
    to = request.args.get("to", newest, int)
    since = request.args.get("from", to - 1, int)
    if not 1 <= since < to <= newest:
        raise NotFound
    editions = _editions(opened.submission, since, to)
    definitions = [_definition(opened.submission, editions[0]), _definition(opened.submission, editions[-1])]
    return answer(
        "reporting/differences.html", sheet=opened, lines=list(_lines(editions, definitions)), since=editions[0],
        to=editions[-1], newest=newest, definition=definitions[-1],
    )  # fmt: skip


def _editions(submission: Submission, since: int, to: int) -> Sequence[SubmissionEdition]:
    """Oldest first; at least two."""
    found = the_session().scalars(
        sa.select(SubmissionEdition)
        .where(
            SubmissionEdition.tenant_id == submission.tenant_id, SubmissionEdition.submission_id == submission.id,
            SubmissionEdition.number.between(since, to),
        )
        .order_by(SubmissionEdition.number)
    ).all()  # fmt: skip
    if len(found) < 2:
        raise NotFound
    return found


def _definition(submission: Submission, edition: SubmissionEdition) -> dict[str, Any]:
    found = stored_definition(
        the_session(),
        submission.tenant_id,
        submission.campaign,
        submission.form,
        edition.form_version,
        edition.local,
    )
    if found is None:
        raise NotFound
    return found


def _lines(editions: Sequence[SubmissionEdition], definitions: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    """In the order of the form. Words of the newer definition; what it no longer has, of the older one."""
    fields: dict[str, Mapping[str, Any]] = {}
    tables: dict[str, Mapping[str, Any]] = {}
    for definition in reversed(definitions):
        for section in definition["sections"]:
            for f in section["fields"]:
                fields.setdefault(f["key"], f)
        for table in definition.get("tables", ()):
            tables.setdefault(table["key"], table)
    found = compare(editions[0].values, editions[-1].values, naming_of({"tables": list(tables.values())}))
    cells = {c.key: c for c in found.cells}
    for key in [*(k for k in fields if k in cells), *(k for k in cells if k not in fields)]:
        field = fields.get(key, {"label": key, "kind": FieldKind.TEXT, "unit": "", "choices": {}})
        yield _line(Text(field["label"]), field, cells[key], _last_change(editions, key), key)
    for row in found.rows:
        yield from _row_lines(row, tables[row.table], _last_change(editions, row.table))


def _row_lines(row: Row, table: Mapping[str, Any], edition: SubmissionEdition) -> Iterator[Line]:
    place = row.before_place if row.after_place is None else row.after_place
    name = row.name or Message(_("第 %(n)s 行"), n=(place or 0) + 1)
    label = Message(_("%(table)s · %(row)s"), table=Text(table["label"]), row=name)
    reason = edition.corrections.get(row.table, "")
    fields = {f["key"]: f for f in table["fields"]}
    if row.before_place is None or row.after_place is None:
        words = join_words(_shown(fields[k], v) for k, v in (row.after or row.before).items() if k in fields)
        before, after = ("", words) if row.before_place is None else (words, "")
        yield Line(label, "", before or str(_("（无）")), after or str(_("（删去）")), "", edition, reason)
        return
    for cell in row.cells:
        if cell.key in fields:
            field = fields[cell.key]
            named = Message(_("%(row)s · %(label)s"), row=label, label=Text(field["label"]))
            yield _line(named, field, cell, edition, row.table)


def _line(label: Any, field: Mapping[str, Any], cell: Cell, edition: SubmissionEdition, key: str) -> Line:
    numbers = field["kind"] in (FieldKind.INTEGER, FieldKind.MONEY)
    gap = gap_of(field, cell.before or 0, cell.after or 0) if numbers else ""
    unit = str(field.get("unit", ""))
    reason = edition.corrections.get(key, "")
    return Line(label, unit, _shown(field, cell.before), _shown(field, cell.after), gap, edition, reason)


def _shown(field: Mapping[str, Any], value: Any) -> str:
    if field["kind"] == FieldKind.FILES:
        return join_words(f["name"] for f in value or ()) or "—"
    return show_stored(field, value)


def _last_change(editions: Sequence[SubmissionEdition], key: str) -> SubmissionEdition:
    """The edition that gave the cell its present value: its author and moment are the change's."""
    for before, after in zip(reversed(editions[:-1]), reversed(editions[1:]), strict=True):
        if known(before.values).get(key) != known(after.values).get(key):
            return after
    return editions[-1]


def places_changed(submission: Submission) -> int:
    """For the sheet: in how many places the last two editions differ; 0 before the second."""
    if submission.edition < 2:
        return 0
    before, after = _editions(submission, submission.edition - 1, submission.edition)
    return compare(before.values, after.values, naming_of(_definition(submission, after))).count


@blueprint.context_processor
def _helpers() -> dict[str, Any]:
    return {"places_changed": places_changed}
