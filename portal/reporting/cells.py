"""How the filed cells relate to what was offered: what departs from an offer, and the four counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.campaigns.forms import Form
from portal.campaigns.sources import Values
from portal.reporting.opening import asked_fields, asked_tables

LATE = "late"
"""Mark of an origin that came when the cell had already been typed: it saved nobody any work."""


@dataclass(frozen=True)
class Cells:
    """``prefilled`` of the asked were offered, ``corrected`` of these were changed; ``repeated`` were typed although
    another form of the unit and period held the figure already."""

    asked: int = 0
    prefilled: int = 0
    corrected: int = 0
    repeated: int = 0


def blank(value: Any) -> bool:
    """Nothing was said; 0 is something."""
    return value is None or value is False or value in ("", [])


def departs(offered: Any, filed: Any) -> bool:
    """Whether the cell says something else than the offer. Of a table: an offered row is gone or was changed;
    rows that were added and cells that the register left open are no departure."""
    if _is_table(offered):
        return any(row is None or _differing(given, row) for given, row in _pairs(offered, filed or ()))
    if blank(offered) or blank(filed):
        return blank(offered) != blank(filed) and offered != []
    return bool(offered != filed)


def count_cells(
    form: Form, member: str, values: Values, origins: Mapping[str, Any], corrections: Mapping[str, Any]
) -> Cells:
    """``origins`` as an edition keeps them. A row of a table counts as many cells as the table has columns."""
    asked = prefilled = corrected = repeated = 0
    for f in asked_fields(form, member):
        asked += 1
        origin = origins.get(f.key)
        if origin is None:
            continue
        if origin.get(LATE) and origin["kind"] == "element":
            repeated += 1
            continue
        prefilled += 1
        corrected += f.key in corrections or departs(origin["value"], values.get(f.key))
    for table in asked_tables(form, member):
        rows = values.get(table.key) or []
        asked += len(rows) * len(table.columns)
        offered = (origins.get(table.key) or {}).get("value") or []
        for given, row in _pairs(offered, rows):
            if row is not None:
                prefilled += sum(not blank(v) for v in given.values())
                corrected += _differing(given, row)
    return Cells(asked, prefilled, corrected, repeated)


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


Row = Mapping[str, Any]


def _pairs(offered: Sequence[Row], filed: Sequence[Row]) -> list[tuple[Row, Row | None]]:
    """Each offered row with the filed row that agrees with it most, None where none agrees at all."""
    left = list(filed)
    found: list[tuple[Row, Row | None]] = []
    for given in offered:
        best = max(left, key=lambda row: _agreeing(given, row), default=None)
        if best is not None and _agreeing(given, best):
            left.remove(best)
            found.append((given, best))
        else:
            found.append((given, None))
    return found


def _agreeing(given: Row, row: Row) -> int:
    return sum(not blank(v) and row.get(k) == v for k, v in given.items())


def _differing(given: Row, row: Row) -> int:
    return sum(not blank(v) and row.get(k) != v for k, v in given.items())
