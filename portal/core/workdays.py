"""Working days of the State Council's calendar, with make-up days, and what an unannounced year means.

民法典 第201条: the starting day is not counted. A year whose notice has not come out is answered from
weekends and the statutory days, and every date that leans on it is provisional (暂估).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

from portal.core.text import Message, Text, _

_FIXED_HOLIDAYS = {(1, 1): _("元旦"), (5, 1): _("劳动节"), (5, 2): _("劳动节"), (10, 1): _("国庆节"),
                   (10, 2): _("国庆节"), (10, 3): _("国庆节")}  # fmt: skip
_NAMES = {
    "New Year's Day": _("元旦"),
    "Spring Festival": _("春节"),
    "Tomb-sweeping Day": _("清明节"),
    "Labour Day": _("劳动节"),
    "Dragon Boat Festival": _("端午节"),
    "Mid-autumn Festival": _("中秋节"),
    "National Day": _("国庆节"),
    "Anti-Fascist 70th Day": _("抗战胜利纪念日"),
}
_WEEKEND = _("周末")


@dataclass(frozen=True)
class Day:
    """What the calendar says of one day; ``reason`` only for a day off."""

    date: date
    works: bool
    reason: Text | None = None
    provisional: bool = False


@dataclass(frozen=True)
class Landed:
    """A computed date with what was skipped on the way and whether an unannounced year was touched."""

    date: date
    skipped: tuple[Day, ...]
    provisional: bool


class WorkCalendar:
    """``overrides``: imported days (date -> (works, name)) that go before the packaged calendar."""

    def __init__(self, overrides: Mapping[date, tuple[bool, str]] | None = None) -> None:
        self._overrides = dict(overrides or {})
        self._imported_years = {day.year for day in self._overrides}

    def day(self, day: date) -> Day:
        if day in self._overrides:
            works, name = self._overrides[day]
            return Day(day, works, None if works else Text(name))
        try:
            holiday, name = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:
            provisional = day.year not in self._imported_years
            if (day.month, day.day) in _FIXED_HOLIDAYS:
                return Day(day, False, _FIXED_HOLIDAYS[day.month, day.day], provisional)
            weekend = day.weekday() >= 5
            return Day(day, not weekend, _WEEKEND if weekend else None, provisional)
        return Day(day, not holiday, _NAMES.get(name or "", _WEEKEND) if holiday else None)

    def add_working_days(self, start: date, count: int) -> Landed:
        """Day ``count`` after ``start``; ``start`` itself is day 0 whatever it is."""
        if count < 1:
            raise ValueError("count must be at least 1")
        day, left, skipped, provisional = start, count, [], False
        while left:
            day += timedelta(days=1)
            found = self.day(day)
            provisional = provisional or found.provisional
            if found.works:
                left -= 1
            else:
                skipped.append(found)
        return Landed(day, tuple(skipped), provisional)

    def shifted(self, day: date, step: int) -> Landed:
        """``day`` itself when it works, else the nearest working day before (-1) or after (+1) it."""
        found, provisional = self.day(day), False
        skipped: list[Day] = []
        while True:
            provisional = provisional or found.provisional
            if found.works:
                return Landed(found.date, tuple(skipped), provisional)
            skipped.append(found)
            found = self.day(found.date + timedelta(days=step))


def describe_skipped(skipped: tuple[Day, ...]) -> Message | None:
    """One sentence naming the days off, or None."""
    if not skipped:
        return None
    days = "、".join(f"{d.date.month}-{d.date.day} {d.reason}" for d in skipped)
    return Message(_("跳过休息日：%(days)s。"), days=days)
