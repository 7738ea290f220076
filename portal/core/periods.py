"""Reporting periods: month, quarter, half-year, year; their keys, first and last days and names."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.core.errors import Invalid
from portal.core.text import Message, _


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    ONCE = "once"
    """One date only: the period is that day."""


_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF_YEAR: 6, PeriodKind.YEAR: 12}
_KEY = re.compile(
    r"(?P<year>20\d\d)(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?|Q(?P<quarter>[1-4])|H(?P<half>[12]))?\Z"
)
_QUARTERS = (_("%(year)s年一季度"), _("%(year)s年二季度"), _("%(year)s年三季度"), _("%(year)s年四季度"))
_CUMULATIVE = {
    3: _("%(year)s年一季度"),
    6: _("%(year)s年上半年"),
    9: _("%(year)s年前三季度"),
    12: _("%(year)s年全年"),
}


@dataclass(frozen=True, order=True)
class Period:
    """One reporting period. Ordered by its first day within a kind."""

    start: date
    kind: PeriodKind

    @property
    def end(self) -> date:
        """Last day, inclusive."""
        if self.kind is PeriodKind.ONCE:
            return self.start
        month = self.start.month + _MONTHS[self.kind] - 1
        return date(self.start.year, month, calendar.monthrange(self.start.year, month)[1])

    @property
    def key(self) -> str:
        """``2026-09``, ``2026Q3``, ``2026H1``, ``2026`` or ``2025-11-01``; sorts by time within a kind."""
        year, month = self.start.year, self.start.month
        match self.kind:
            case PeriodKind.MONTH:
                return f"{year}-{month:02}"
            case PeriodKind.QUARTER:
                return f"{year}Q{(month + 2) // 3}"
            case PeriodKind.HALF_YEAR:
                return f"{year}H{1 if month == 1 else 2}"
            case PeriodKind.YEAR:
                return str(year)
            case PeriodKind.ONCE:
                return self.start.isoformat()

    @property
    def label(self) -> Message:
        year, month = self.start.year, self.start.month
        match self.kind:
            case PeriodKind.MONTH:
                return Message(_("%(year)s年%(month)s月"), year=year, month=month)
            case PeriodKind.QUARTER:
                return Message(_QUARTERS[(month - 1) // 3], year=year)
            case PeriodKind.HALF_YEAR:
                return Message(_("%(year)s年上半年") if month == 1 else _("%(year)s年下半年"), year=year)
            case PeriodKind.YEAR:
                return Message(_("%(year)s年"), year=year)
            case PeriodKind.ONCE:
                return Message(
                    _("%(year)s年%(month)s月%(day)s日"), year=year, month=month, day=self.start.day
                )

    @property
    def cumulative_label(self) -> Message:
        """Name of the span from 1 January to the end of this period (一季度, 上半年, 前三季度, 全年).

        A single date stands for itself.
        """
        if self.kind is PeriodKind.ONCE:
            return self.label
        year, month = self.start.year, self.end.month
        if month in _CUMULATIVE:
            return Message(_CUMULATIVE[month], year=year)
        return Message(_("%(year)s年1—%(month)s月"), year=year, month=month)

    def shifted(self, steps: int) -> Period:
        """The period ``steps`` later (negative: earlier); a single date has no neighbours and stays."""
        if self.kind is PeriodKind.ONCE:
            return self
        size = _MONTHS[self.kind]
        months = self.start.year * 12 + self.start.month - 1 + steps * size
        return Period(start=date(months // 12, months % 12 + 1, 1), kind=self.kind)

    def year_to_date(self) -> tuple[Period, ...]:
        """This period and the earlier ones of its year, oldest first."""
        if self.kind is PeriodKind.ONCE:
            return (self,)
        first = Period(start=date(self.start.year, 1, 1), kind=self.kind)
        found = [first]
        while found[-1].start < self.start:
            found.append(found[-1].shifted(1))
        return tuple(found)


def period_of(day: date, kind: PeriodKind) -> Period:
    """The period of that kind in which the day falls."""
    if kind is PeriodKind.ONCE:
        return Period(start=day, kind=kind)
    size = _MONTHS[kind]
    return Period(start=date(day.year, (day.month - 1) // size * size + 1, 1), kind=kind)


def parse_period(key: str) -> Period:
    """Read ``2026-09``, ``2026Q3``, ``2026H1``, ``2026`` or ``2025-11-01``; ``Invalid`` for anything else."""
    found = _KEY.match(key)
    if found:
        year = int(found["year"])
        if found["quarter"]:
            return Period(start=date(year, int(found["quarter"]) * 3 - 2, 1), kind=PeriodKind.QUARTER)
        if found["half"]:
            return Period(start=date(year, int(found["half"]) * 6 - 5, 1), kind=PeriodKind.HALF_YEAR)
        if not found["month"]:
            return Period(start=date(year, 1, 1), kind=PeriodKind.YEAR)
        if found["day"]:
            try:
                return Period(start=date.fromisoformat(key), kind=PeriodKind.ONCE)
            except ValueError:
                pass
        elif 1 <= int(found["month"]) <= 12:
            return Period(start=date(year, int(found["month"]), 1), kind=PeriodKind.MONTH)
    raise Invalid({"period": Message(_("“%(key)s”不是有效的报告期，例如 2026-09 或 2026Q3。"), key=key[:20])})
