"""Who has held an activity in a month, where the campaign asks for one of every unit each month (R-26).

Met by the records of the room alone. Units stand in official order: this is no ranking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities.credits import belongs, counted_for
from portal.activities.models import Activity, ActivityUnit
from portal.campaigns.declarations import Cadence, Campaign, Obligation
from portal.campaigns.forms import ACTIVITIES
from portal.core.periods import Period, PeriodKind, period_of
from portal.units.models import Membership, Unit

MONTHS = 12


def monthly_duty(campaign: Campaign) -> Obligation | None:
    """The obligation by which every unit holds an activity each month; None where no text says so."""
    return _find(campaign, Cadence.MONTHLY)


def publicity_duty(campaign: Campaign) -> Obligation | None:
    """The monthly one, else the yearly month in which every unit takes part (宣传月, P-15); None where there is neither.

    The texts do not say which month that is, so the page shows the one that is chosen, and nobody is ever late.
    """
    return monthly_duty(campaign) or _find(campaign, Cadence.YEARLY)


def _find(campaign: Campaign, cadence: Cadence) -> Obligation | None:
    return next((o for o in campaign.obligations if o.pool == ACTIVITIES and o.cadence is cadence), None)


@dataclass(frozen=True)
class Cell:
    """One unit in one month. ``light``: ok, late (the month is over), near (it is not, or nobody is ever late), '' (not
    asked)."""

    count: int
    light: str


@dataclass(frozen=True)
class Line:
    unit_id: int
    name: str
    cells: tuple[Cell, ...]
    """Oldest month first; the last is the chosen one."""
    kinds: tuple[tuple[str, int], ...]
    """Kinds of the chosen month with their number."""

    @property
    def cell(self) -> Cell:
        return self.cells[-1]


@dataclass(frozen=True)
class Coverage:
    months: tuple[Period, ...]
    lines: tuple[Line, ...]
    running: bool
    """The chosen month is not over yet."""

    @property
    def month(self) -> Period:
        return self.months[-1]

    @property
    def expected(self) -> int:
        return sum(bool(line.cell.light) for line in self.lines)

    @property
    def done(self) -> int:
        return sum(line.cell.light == "ok" for line in self.lines)

    @property
    def missing(self) -> list[str]:
        return [line.name for line in self.lines if line.cell.light in ("late", "near")]

    @property
    def percent(self) -> str:
        return percent(self.done, self.expected)


def percent(done: int, expected: int) -> str:
    """Two decimals; 100.00 only when nobody is missing, '' where nobody is asked."""
    if not expected:
        return ""
    if done >= expected:
        return "100.00"
    share = (Decimal(done * 100) / expected).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return str(min(share, Decimal("99.99")))


def read_coverage(
    session: Session,
    *,
    campaign: str,
    mechanism_id: int,
    month: Period,
    today: date,
    unit_ids: Sequence[int] | None = None,
    monthly: bool = True,
) -> Coverage:
    """``unit_ids`` None = the whole body without its guests; ``monthly`` False: a month without is not late. Two
    statements."""
    months = tuple(month.shifted(n) for n in range(1 - MONTHS, 1))
    units, spans = _list_spans(session, mechanism_id, unit_ids)
    counts: dict[tuple[int, Period], Counter[str]] = {}
    rows = session.execute(
        counted_for(campaign, ActivityUnit.unit_id, Activity.held_on, Activity.kind)
        .where(ActivityUnit.unit_id.in_(units), Activity.held_on.between(months[0].start, month.end))
        .order_by(Activity.held_on, Activity.id)
    )
    for unit_id, held_on, kind in rows:
        counts.setdefault((unit_id, period_of(held_on, PeriodKind.MONTH)), Counter())[kind] += 1

    def cell(unit_id: int, at: Period) -> Cell:
        count = counts.get((unit_id, at), Counter()).total()
        last = min(at.end, today)
        asked = any(
            since <= at.start <= last and (until is None or until >= last) for since, until in spans[unit_id]
        )
        if count and asked:
            return Cell(count, "ok")
        return Cell(count, ("late" if monthly and at.end < today else "near") if asked else "")

    lines = [
        Line(u, name, tuple(cell(u, m) for m in months), tuple(counts.get((u, month), Counter()).items()))
        for u, name in units.items()
    ]
    shown = tuple(x for x in lines if any(c.light or c.count for c in x.cells))
    return Coverage(months, shown, running=month.end >= today)


Span = tuple[date, date | None]


def _list_spans(
    session: Session, mechanism_id: int, unit_ids: Sequence[int] | None
) -> tuple[dict[int, str], dict[int, list[Span]]]:
    """Members in official order with the spans of their membership, former ones included; guests are not asked."""
    query = (
        sa.select(Unit.id, Unit.short_name, Membership.since, Membership.until)
        .select_from(Membership)
        .join(Unit, belongs())
        .where(
            Membership.mechanism_id == mechanism_id,
            Membership.member != "",
            sa.or_(Unit.active, Membership.until.is_not(None)),
        )
        .order_by(Unit.sort_no, Unit.id, Membership.since)
    )
    if unit_ids is not None:
        query = query.where(Unit.id.in_(unit_ids))
    units: dict[int, str] = {}
    spans: dict[int, list[Span]] = {}
    for unit_id, name, since, until in session.execute(query):
        units[unit_id] = name
        spans.setdefault(unit_id, []).append((since, until))
    return units, spans
