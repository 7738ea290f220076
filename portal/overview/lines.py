"""One figure over the periods as lines: the sum, one line of the table, or each. Told apart without colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from portal.core.text import Message, Text, _
from portal.overview.chart import short_label
from portal.overview.services import Overview
from portal.overview.tables import Figure, measure, sums_of

WIDTH, HEIGHT = 760, 260
LEFT, RIGHT, TOP, BASE = 64, 130, 16, 226
_MOST = 8
"""More lines than these are no longer told apart; then only the sum is drawn."""
_DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 4", "10 4", "4 2 1 2", "3 6")
_GAP = 13
"""Between two names at the right end."""
_SAMPLE = 653
EACH = "each"


@dataclass(frozen=True)
class Series:
    name: str | Text
    values: tuple[Any, ...]
    points: tuple[tuple[float, float, Any] | None, ...]
    """None where nothing was reported: the line is broken there."""
    dash: str
    label_y: float

    @property
    def marks(self) -> list[tuple[float, float, Any]]:
        """Where the line's mark stands: on every value, and beside its name."""
        known = [p for p in self.points if p is not None]
        return [*known, (_SAMPLE, self.label_y, known[-1][2])]

    @property
    def paths(self) -> Iterator[str]:
        """Coordinates of each unbroken stretch of two points or more."""
        run: list[str] = []
        for point in (*self.points, None):
            if point is not None:
                run.append(f"{point[0]},{point[1]}")
                continue
            if len(run) > 1:
                yield " ".join(run)
            run = []


@dataclass(frozen=True)
class Lines:
    figure: Figure
    series: tuple[Series, ...]
    ticks: tuple[tuple[float, Any], ...]
    """Height and value of each line of the grid; money in fen."""
    labels: tuple[tuple[float, Message | Text], ...]
    options: tuple[tuple[str, str | Text], ...]
    """What may be drawn: key and name."""
    of: str
    crowded: bool
    """Each was asked for, but there are too many."""


def draw(view: Overview, figure: Figure, of: str) -> Lines:
    periods = view.span.periods
    step = (WIDTH - LEFT - RIGHT) / max(len(periods) - 1, 1)
    xs = [round(LEFT + n * step, 1) for n in range(len(periods))]
    total = (_("合计"), tuple(measure(figure, sums_of(view, p)) for p in periods))
    each = [
        (line.code or str(line.id), (line.name, tuple(measure(figure, line.values.get(p.key)) for p in periods)))
        for line in view.lines
    ]  # fmt: skip
    known = dict(each)
    crowded = of == EACH and len(each) > _MOST
    chosen = (
        [known[of]] if of in known else [row for _key, row in each] if of == EACH and not crowded else [total]
    )
    chosen = [(name, values) for name, values in chosen if any(v is not None for v in values)]
    ticks = _ticks([v for _name, values in chosen for v in values if v is not None])
    low, high = ticks[0], ticks[-1]

    def y(value: Any) -> float:
        return round(BASE - float(value - low) / float(high - low) * (BASE - TOP), 1)

    drawn = [
        (name, values, tuple(None if v is None else (x, y(Decimal(str(v))), v) for x, v in zip(xs, values, strict=True)))
        for name, values in chosen
    ]  # fmt: skip
    ends = _spread([next(p[1] for p in reversed(points) if p) for _n, _v, points in drawn])
    roomy = len(periods) <= 6
    return Lines(
        figure,
        tuple(
            Series(name, values, points, _DASHES[n % len(_DASHES)], ends[n])
            for n, (name, values, points) in enumerate(drawn)
        ),
        tuple((y(t), int(t) if t == int(t) else float(t)) for t in ticks),
        tuple((x, short_label(p, roomy)) for x, p in zip(xs, periods, strict=True)),
        (
            ("", _("合计")),
            (EACH, _("各单位") if view.of_units else _("各县（区）")),
            *((k, row[0]) for k, row in each),
        ),
        of if of in known or of == EACH else "",
        crowded,
    )


def _ticks(values: Sequence[Any]) -> list[Decimal]:
    """Round numbers from below the lowest (0 unless it is negative) to above the highest, about five steps."""
    low = min([Decimal(str(v)) for v in values] + [Decimal(0)])
    high = max([Decimal(str(v)) for v in values] + [Decimal(0)])
    span = high - low or Decimal(1)
    power = Decimal(10) ** ((span / 5).adjusted())
    step = next(power * m for m in (1, 2, 5, 10) if power * m * 5 >= span)
    first = int((low / step).to_integral_value("ROUND_FLOOR"))
    last = int((high / step).to_integral_value("ROUND_CEILING"))
    return [step * n for n in range(first, max(last, first + 1) + 1)]


def _spread(heights: Sequence[float]) -> list[float]:
    """Heights of the names at the right end, moved apart where they would cover each other."""
    found = list(heights)
    order = sorted(range(len(found)), key=lambda n: found[n])
    for before, after in pairwise(order):
        found[after] = max(found[after], found[before] + _GAP)
    return found
