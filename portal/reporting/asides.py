"""What stands under a cell: the origin of its figure, the reason of a correction, the last period's figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, Table
from portal.campaigns.sources import Values
from portal.core.text import Message
from portal.figures.services import change_percent
from portal.reporting.cells import departs
from portal.reporting.checks import FIGURES
from portal.reporting.prefill import KEPT, Offer, read_offer
from portal.web.declared import input_text, show_value


@dataclass(frozen=True)
class Aside:
    origin: Message | None = None
    """Of a cell for reading: where the figure came from."""
    was: str = ""
    """Of a corrected one: what was offered."""
    now: Message | None = None
    """Beside a cell that says otherwise: what the source says now."""
    asks: bool = False
    """The cell has an input for the reason; it is shown once the value departs from the offered one."""
    offered: str | None = None
    """The offer as it would be typed; None where a page cannot compare it by itself (tables, several choices)."""
    departs: bool = False
    reason: str = ""
    problem: Any = None
    before: str = ""
    """Last period's value as shown."""
    base: str = ""
    """Last period's figure as typed, for a change that is computed while one types."""
    change: str = ""


def list_asides(
    fields: Sequence[Field], tables: Sequence[Table], campaign: Campaign, *, values: Values,
    previous: Values | None, offers: Mapping[str, Offer], origins: Mapping[str, Any], corrections: Mapping[str, str],
    problems: Mapping[str, Any],
) -> dict[str, Aside]:  # fmt: skip
    """``offers``: of a form that is being filled; ``origins``: of one that is being read."""
    found: dict[str, Aside] = {}
    cells: list[Field | Table] = [*fields, *tables]
    for cell in cells:
        key, given = cell.key, values.get(cell.key)
        parts: dict[str, Any] = {}
        if key in offers:
            offer, away = offers[key], departs(offers[key].value, given)
            parts = {
                "now": offer.now if away else None,
                "asks": offer.kind != KEPT,
                "offered": (
                    None
                    if isinstance(cell, Table) or isinstance(offer.value, list)
                    else input_text(cell, offer.value)
                ),
                "departs": away,
                "reason": corrections.get(key, ""),
                "problem": problems.get(f"correct.{key}"),
            }
        elif key in origins:
            origin = read_offer(origins[key])
            parts = {
                "origin": origin.message,
                "departs": departs(origin.value, given),
                "was": show_value(cell, origin.value, campaign) if isinstance(cell, Field) else "",
                "reason": corrections.get(key, ""),
            }
        if isinstance(cell, Field) and previous is not None:
            parts |= _against(cell, given, previous.get(key), campaign)
        if parts:
            found[key] = Aside(**parts)
    return found


def _against(cell: Field, given: Any, last: Any, campaign: Campaign) -> dict[str, Any]:
    shown: dict[str, Any] = {"before": show_value(cell, last, campaign)}
    if cell.kind in FIGURES and last is not None:
        shown["base"] = input_text(cell, last)
        if isinstance(given, int):
            shown["change"] = show_change(cell, given, last)
    return shown


def show_change(cell: Field, given: int, last: int) -> str:
    """``+3 (+25%)``; without a percentage where there is no base. ``portal.js`` writes the same."""
    sign = "+" if given > last else ""
    percent = change_percent(given, last)
    share = "" if percent is None else f" ({sign}{percent.normalize():f}%)"
    return f"{sign}{input_text(cell, given - last)}{share}"
