"""What differs between two editions of a form, and between two stored files of a period. Pure functions.

A cell without a value and a missing cell are the same. A row of a table is known by its words, so that a
row put in between does not make all the others look changed.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.campaigns.forms import FieldKind
from portal.campaigns.sources import Values
from portal.core.text import Message, Text, _
from portal.reporting.standing import late_words
from portal.web.inputs import show_money

Naming = Mapping[str, Sequence[str]]
"""Table key -> the columns whose words name a row, in the order of trying."""
_WORDS = (FieldKind.TEXT, FieldKind.LONG_TEXT)


@dataclass(frozen=True)
class Cell:
    key: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Row:
    """A row that was added (no place before), removed (none after), changed, or only moved (no cells)."""

    table: str
    name: str
    before_place: int | None
    after_place: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Difference:
    cells: tuple[Cell, ...]
    rows: tuple[Row, ...]

    @property
    def count(self) -> int:
        """Places changed: cells, added rows, removed rows. A moved row says nothing new."""
        return len(self.cells) + sum(
            1 if r.before_place is None or r.after_place is None else len(r.cells) for r in self.rows
        )


def naming_of(definition: Mapping[str, Any]) -> dict[str, list[str]]:
    """For each table of a stored definition: its columns of words, before all others."""
    return {
        t["key"]: sorted((f["key"] for f in t["fields"]), key=_first_words(t))
        for t in definition.get("tables", ())
    }


def _first_words(table: Mapping[str, Any]) -> Any:
    words = {f["key"] for f in table["fields"] if f["kind"] in _WORDS}
    return lambda key: key not in words


def compare(old: Values, new: Values, naming: Naming) -> Difference:
    """From ``old`` to ``new``; ``apply`` goes that way again."""
    old, new = known(old), known(new)
    keys = [k for k in (*new, *(k for k in old if k not in new)) if k not in naming]
    cells = (Cell(k, old.get(k), new.get(k)) for k in keys if old.get(k) != new.get(k))
    rows = (
        row
        for key, columns in naming.items()
        for row in _compare_rows(key, old.get(key, []), new.get(key, []), columns)
    )
    return Difference(tuple(cells), tuple(rows))


def apply(difference: Difference, old: Values, naming: Naming) -> dict[str, Any]:
    """What ``compare`` was given as new, without the empty cells."""
    values = known(old)
    for cell in difference.cells:
        values[cell.key] = cell.after
    for key in naming:
        changes = [r for r in difference.rows if r.table == key]
        gone = {r.before_place for r in changes}
        placed = {r.after_place: r.after for r in changes if r.after_place is not None}
        stay = iter([row for n, row in enumerate(values.get(key, [])) if n not in gone])
        size = len(values.get(key, [])) - len(gone - {None}) + len(placed)
        values[key] = [dict(placed[n]) if n in placed else next(stay) for n in range(size)]
    return known(values)


def known(values: Values) -> dict[str, Any]:
    """Without empty cells, also inside the rows of tables."""
    found = {}
    for key, value in values.items():
        if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
            value = [{k: v for k, v in row.items() if not _blank(v)} for row in value]
        if not _blank(value):
            found[key] = value
    return found


def _blank(value: Any) -> bool:
    return value is None or value in ("", [])


Rows = Sequence[Mapping[str, Any]]


def _compare_rows(table: str, old: Rows, new: Rows, columns: Sequence[str]) -> Iterator[Row]:
    pairs = _pair(old, new, columns)
    stay = _in_order(pairs)
    arrived = {after: before for before, after in pairs.items()}
    for n, row in enumerate(old):
        if n not in pairs:
            yield Row(table, _name(row, columns), n, None, row, {}, ())
    for n, row in enumerate(new):
        if n not in arrived:
            yield Row(table, _name(row, columns), None, n, {}, row, ())
            continue
        place = arrived[n]
        before = old[place]
        keys = sorted({*before, *row}, key=lambda k: columns.index(k) if k in columns else len(columns))
        cells = tuple(Cell(k, before.get(k), row.get(k)) for k in keys if before.get(k) != row.get(k))
        if cells or place not in stay:
            yield Row(table, _name(row, columns), place, n, before, row, cells)


def _pair(old: Rows, new: Rows, columns: Sequence[str]) -> dict[int, int]:
    """Place before -> place after: first rows that are alike, then rows of the same name, each in order."""
    pairs: dict[int, int] = {}
    for mark in (_content, lambda row: _name(row, columns)):
        free: dict[str, list[int]] = defaultdict(list)
        taken = set(pairs.values())
        for n in reversed(range(len(new))):
            if n not in taken:
                free[mark(new[n])].append(n)
        for n, row in enumerate(old):
            if n not in pairs and mark(row) and free[mark(row)]:
                pairs[n] = free[mark(row)].pop()
    return pairs


def _content(row: Mapping[str, Any]) -> str:
    return json.dumps(row, sort_keys=True, ensure_ascii=False)


def _name(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    return next((str(row[c]) for c in columns if not _blank(row.get(c))), "")


def _in_order(pairs: Mapping[int, int]) -> set[int]:
    """Places before of a longest run of pairs that kept their order (patience sorting)."""
    tops: list[int] = []
    piles: list[int] = []
    back: dict[int, int | None] = {}
    for before in sorted(pairs):
        at = bisect_left(tops, pairs[before])
        tops[at : at + 1], piles[at : at + 1] = [pairs[before]], [before]
        back[before] = piles[at - 1] if at else None
    found, last = set(), piles[-1] if piles else None
    while last is not None:
        found.add(last)
        last = back[last]
    return found


# --------------------------------------------------------------------------------------- stored files
def compare_facts(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """JSON-ready differences between what two stored files show (``archive.gather``), in the order of reading."""
    return [
        *_arrivals(old, new),
        *_by_key("gap", _keyed(old["gaps"], "unit", "reason"), _keyed(new["gaps"], "unit", "reason")),
        *_figures("sum", old, new, "sums"),
        *_figures("amended", old, new, "amended"),
        *_figures("net", old, new, "net"),
    ]


def _arrivals(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    before = {u["unit_id"]: u for u in old["units"]}
    for unit in new["units"]:
        was = before.pop(unit["unit_id"], None)
        if was is None:
            yield {
                "kind": "arrived",
                "unit": unit["unit"],
                "minutes": unit["minutes"],
                "reason": unit["late_reason"],
            }
        elif was["edition"] != unit["edition"]:
            yield {
                "kind": "corrected",
                "unit": unit["unit"],
                "before": was["edition"],
                "after": unit["edition"],
            }
    for unit in before.values():
        yield {"kind": "withdrawn", "unit": unit["unit"]}


def _keyed(rows: Sequence[Mapping[str, Any]], key: str, value: str) -> dict[str, Any]:
    return {r[key]: r[value] for r in rows}


def _by_key(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for key in (*new, *(k for k in old if k not in new)):
        if (key in old) != (key in new) or old.get(key) != new.get(key):
            yield {"kind": kind, "unit": key, "before": old.get(key), "after": new.get(key)}


def _figures(
    kind: str, old: Mapping[str, Any], new: Mapping[str, Any], part: str
) -> Iterator[dict[str, Any]]:
    fields = {f["key"]: f for f in (*old["fields"], *new["fields"])}
    for key, field in fields.items():
        before, after = old[part].get(key), new[part].get(key)
        said = {}
        if kind == "amended":
            said = {"reason": (after or {}).get("reason", "")}
            same = (before or {}).get("reason") == (after or {}).get("reason")
            before, after = ((v or {}).get("value") for v in (before, after))
            if same and before == after:
                continue
        elif before == after:
            continue
        shown = {k: field[k] for k in ("label", "unit", "kind")}
        yield {"kind": kind, "field": shown, "before": before, "after": after} | said


_SENTENCES: dict[str, Text] = {
    "withdrawn": _("%(unit)s已报的表不再计入"),
    "corrected": _("%(unit)s更正：第 %(before)s 版改为第 %(after)s 版"),
    "gap_closed": _("%(unit)s不再缺报"),
    "gap_opened": _("%(unit)s列入缺报：%(after)s"),
    "gap": _("%(unit)s的缺报原因由“%(before)s”改为“%(after)s”"),
    "sum": _("%(label)s合计 %(before)s → %(after)s（%(gap)s）"),
    "net": _("%(label)s去重后 %(before)s → %(after)s（%(gap)s）"),
    "amended": _("%(label)s县核定数 %(before)s → %(after)s：%(reason)s"),
    "amended_removed": _("%(label)s撤销县核定数 %(before)s"),
}


def say(difference: Mapping[str, Any]) -> Message:
    """One of ``compare_facts`` as a sentence."""
    kind, d = difference["kind"], difference
    if kind == "arrived":
        late = late_words(d["minutes"])
        if late is None:
            return Message(_("%(unit)s补报"), unit=d["unit"])
        return Message(_("%(unit)s补报，%(late)s：%(reason)s"), unit=d["unit"], late=late, reason=d["reason"])
    if kind == "gap":
        kind = "gap_closed" if d["after"] is None else "gap_opened" if d["before"] is None else "gap"
    if "field" not in d:
        return Message(_SENTENCES[kind], **{k: d[k] for k in ("unit", "before", "after") if k in d})
    field, before, after = d["field"], d["before"], d["after"]
    if kind == "amended" and after is None:
        return Message(_SENTENCES["amended_removed"], label=Text(field["label"]), before=show(field, before))
    return Message(
        _SENTENCES[kind], label=Text(field["label"]), before=show(field, before), after=show(field, after),
        gap=gap_of(field, before or 0, after or 0), reason=d.get("reason", ""),
    )  # fmt: skip


def show(field: Mapping[str, Any], value: int | None) -> str:
    """A figure with its unit; a dash for none."""
    if value is None:
        return "—"
    figure = show_money(value, field["unit"]) if field["kind"] == FieldKind.MONEY else f"{value:,}"
    return f"{figure} {field['unit']}".strip()


def gap_of(field: Mapping[str, Any], before: int, after: int) -> str:
    """+3, −1 (in the field's unit), ±0."""
    sign = "+" if after > before else "−" if after < before else "±"
    size = abs(after - before)
    return sign + (show_money(size, field["unit"]) if field["kind"] == FieldKind.MONEY else f"{size:,}")
