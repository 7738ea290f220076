"""How a score is added up: pure, in integer hundredths of a point, line by line as a unit can do it by hand.

    base lines   most - min(most, sum of their events)      (减完为止)
    bonus lines  + min(most, sum)      deduction lines  - min(most, sum)
    total        the sum of the lines, never below 0

So a total lies between 0 and 100 plus what the bonus lines can give. What an objection undid counts nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from portal.campaigns.oversight import PointKind, ScoreItem

_POINTS = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?")


@dataclass(frozen=True)
class Line:
    """One line of a published sheet. ``basis``: document and article, never empty."""

    key: str
    label: str
    kind: PointKind
    most: int
    each: int
    obligation: str
    late: bool
    basis: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"kind": self.kind.value}


def read_lines(stored: Iterable[Mapping[str, Any]]) -> tuple[Line, ...]:
    return tuple(
        Line(
            row["key"], row["label"], PointKind(row["kind"]), row["most"], row["each"], row["obligation"], row["late"],
            row["basis"],
        )
        for row in stored
    )  # fmt: skip


def from_declared(item: ScoreItem, basis: str) -> Line:
    return Line(item.key, str(item.label), item.kind, item.most, item.each, item.obligation, item.late, basis)


@dataclass(frozen=True)
class Event:
    """One event of a unit. ``key``: ``event:<id>`` or ``obligation:period``. ``points``: unsigned."""

    key: str
    line: str
    points: int
    day: date
    text: str
    by: str = ""
    """'' = derived by the portal."""
    excused: bool = False
    """An objection was upheld, or it was taken back: shown, not counted."""
    page: str = ""


@dataclass(frozen=True)
class LineSum:
    """``raw``: sum of what counts; ``taken``: at most what the line allows; ``value``: what goes into the total."""

    line: Line
    events: tuple[Event, ...]
    raw: int
    taken: int
    value: int

    @property
    def capped(self) -> bool:
        return self.raw > self.taken


@dataclass(frozen=True)
class Addition:
    lines: tuple[LineSum, ...]
    raw: int
    """Sum of the lines, before the floor."""
    total: int


def add_up(lines: Sequence[Line], events: Iterable[Event]) -> Addition:
    """Events of a line that the sheet does not have count nothing."""
    by_line: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_line[event.line].append(event)
    sums = tuple(_sum(line, by_line[line.key]) for line in lines)
    raw = sum(s.value for s in sums)
    return Addition(sums, raw, max(0, raw))


def _sum(line: Line, events: Sequence[Event]) -> LineSum:
    ordered = tuple(sorted(events, key=lambda e: (e.day, e.key)))
    raw = sum(e.points for e in ordered if not e.excused)
    taken = min(line.most, raw)
    value = {PointKind.BASE: line.most - taken, PointKind.BONUS: taken, PointKind.DEDUCTION: -taken}[
        line.kind
    ]
    return LineSum(line, ordered, raw, taken, value)


def as_kept(addition: Addition) -> list[dict[str, Any]]:
    """The addition as it is kept when the year is closed, and as it is exported; JSON-ready."""
    return [
        {
            "label": s.line.label, "kind": s.line.kind.value, "most": s.line.most, "basis": s.line.basis, "raw": s.raw,
            "value": s.value, "events": [[e.day.isoformat(), e.text, e.points, e.excused, e.by] for e in s.events],
        }
        for s in addition.lines
    ]  # fmt: skip


def median(totals: Sequence[int]) -> int | None:
    """Of an even number the lower half of the sum of the middle two; None of none."""
    ordered = sorted(totals)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2


def show_points(points: int) -> str:
    """98.25, 100, -0.5."""
    whole, rest = divmod(abs(points), 100)
    fraction = f".{rest:02}".rstrip("0") if rest else ""
    return f"{'-' if points < 0 else ''}{whole}{fraction}"


def parse_points(text: str) -> int | None:
    """Hundredths; None for what is no number of points with up to two decimals."""
    found = _POINTS.fullmatch(text.strip())
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def changes(before: Sequence[Line], after: Sequence[Line]) -> list[tuple[Line | None, Line | None]]:
    """(old, new) of every line that is not the same in both versions, in the order of the new one."""
    old = {line.key: line for line in before}
    found: list[tuple[Line | None, Line | None]] = [
        (old.get(line.key), line) for line in after if old.get(line.key) != line
    ]
    kept = {line.key for line in after}
    return found + [(line, None) for line in before if line.key not in kept]
