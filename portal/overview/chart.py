"""Bars of one figure over the periods, a small panel for each line, all on one scale. Needs no script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.core.periods import Period, PeriodKind
from portal.core.text import Message, Text, _
from portal.overview.services import Overview
from portal.overview.tables import Figure, measure, sums_of

PANEL, GAP, ROW, COLUMNS = 264, 16, 118, 2
_TOP, _BASE = 38, 94
"""Where in a panel the highest bar ends and the bars stand."""
_ROOM_FOR_LABELS = 6


@dataclass(frozen=True)
class Bar:
    x: float
    width: float
    top: float
    height: float
    label: Message | Text
    value: Any
    labelled: bool
    """Whether there is room to print the value."""
    chosen: bool


@dataclass(frozen=True)
class Panel:
    x: int
    y: int
    name: str | Text
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Chart:
    figure: Figure
    rows: tuple[tuple[Any, list[Any]], ...]
    """Name and value by period of each row of the table beside the bars."""
    panels: tuple[Panel, ...]
    base: int = _BASE
    panel: int = PANEL

    @property
    def width(self) -> int:
        return COLUMNS * PANEL + (COLUMNS - 1) * GAP

    @property
    def height(self) -> int:
        return -(-len(self.panels) // COLUMNS) * ROW


def draw(view: Overview, figure: Figure) -> Chart:
    """A panel for each tenant that reported in any period; of units, of which there are many, one for their sum."""
    periods = view.span.periods
    rows: list[tuple[Any, list[Any]]]
    if view.of_units:
        rows = [(_("合计"), [measure(figure, sums_of(view, p)) for p in periods])]
    else:
        rows = [(x.name, [measure(figure, x.values.get(p.key)) for p in periods]) for x in view.lines]
    drawn = [(name, values) for name, values in rows if any(v is not None for v in values)]
    highest = max((v for _name, values in drawn for v in values if v is not None), default=0)
    panels = []
    for place, (name, values) in enumerate(drawn):
        x, y = place % COLUMNS * (PANEL + GAP), place // COLUMNS * ROW
        panels.append(Panel(x, y, name, _bars(periods, values, highest)))
    return Chart(figure, tuple(rows), tuple(panels))


def _bars(periods: tuple[Period, ...], values: list[Any], highest: Any) -> tuple[Bar, ...]:
    slot = PANEL / len(periods)
    width = round(min(slot * 0.6, 36), 1)
    peak = max((v for v in values if v is not None), default=None)
    roomy = len(periods) <= _ROOM_FOR_LABELS
    bars = []
    for n, (period, value) in enumerate(zip(periods, values, strict=True)):
        height = round((_BASE - _TOP) * max(float(value or 0), 0) / float(highest), 1) if highest > 0 else 0
        last = n == len(periods) - 1
        bars.append(
            Bar(
                round(n * slot + slot / 2, 1), width, round(_BASE - height, 1), height, short_label(period, roomy), value,
                roomy or last or value == peak, last,
            )
        )  # fmt: skip
    return tuple(bars)


def short_label(period: Period, roomy: bool) -> Message | Text:
    """Under a bar; the page says which year."""
    match period.kind:
        case PeriodKind.MONTH if not roomy:
            return Text(period.start.month)
        case PeriodKind.MONTH:
            return Message(_("%(m)s月"), m=period.start.month)
        case PeriodKind.QUARTER:
            return Message(_("%(q)s季度"), q=(period.start.month + 2) // 3)
    return Text(period.key)
