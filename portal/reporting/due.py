"""When a period's form opens and is due, and why on that day."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.campaigns.declarations import Due, DueKind, Shift
from portal.core.clock import end_of
from portal.core.periods import Period
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar, describe_skipped

OPEN_DAYS = 15
"""A form appears in the to-do list this many days before it is due."""

_RULES: dict[DueKind, Text] = {
    DueKind.LAST_WORKING_DAY: _("报告期最后一个工作日 24:00 前报送"),
    DueKind.LAST_CALENDAR_DAY: _("报告期最后一日 24:00 前报送"),
    DueKind.FIXED_DAY: _("规定日期 24:00 前报送"),
}


@dataclass(frozen=True)
class DueDate:
    """``due_at`` is the last instant on time. ``why``: sentences in order, rule first."""

    opens_on: date
    due_at: datetime
    provisional: bool
    why: tuple[Message | Text, ...]


def compute_due(due: Due, period: Period, calendar: WorkCalendar, earlier: int = 0) -> DueDate:
    """Month and quarter ends move earlier by default: who reports upward may not wait for the next month.

    ``earlier``: days by which the tenant has set an earlier date than the form's own (本地提前).
    """
    first = period.end.replace(day=1)
    for _month in range(due.months_after):
        first = (first + timedelta(days=32)).replace(day=1)
    last = months.monthrange(first.year, first.month)[1]
    day = first.replace(day=min(due.day, last) if due.kind is DueKind.FIXED_DAY else last)
    shift = Shift.EARLIER if due.kind is DueKind.LAST_WORKING_DAY else due.shift
    reached = calendar.shifted(day, 1 if shift is Shift.LATER else -1) if shift is not Shift.NONE else None
    final = reached.date if reached else day
    why: list[Message | Text] = [_RULES[due.kind]]
    skipped = describe_skipped(reached.skipped) if reached else None
    if skipped:
        why.append(skipped)
    if earlier:
        final -= timedelta(days=earlier)
        why.append(Message(_("本地办公室定为提前 %(n)s 天。"), n=earlier))
    provisional = bool(reached and reached.provisional)
    if provisional:
        why.append(_("该年度放假安排尚未公布，日期为暂估，公布后自动重算。"))
    return DueDate(final - timedelta(days=OPEN_DAYS), end_of(final), provisional, tuple(why))


def counted_days(period: Period, cut_off: str) -> tuple[date, date]:
    """First and last day whose figures belong to the period, by the tenant's reading (``day_25`` or the period's end)."""
    if not cut_off.startswith("day_"):
        return period.start, period.end
    day = int(cut_off.removeprefix("day_"))
    before = period.start - timedelta(days=1)
    return before.replace(day=day) + timedelta(days=1), period.end.replace(day=day)
