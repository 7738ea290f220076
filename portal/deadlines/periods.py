"""When the end of a reporting period is due, and why on that day: the part of the engine for month, quarter,
half-year and year ends. Pure functions over a calendar.
"""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.campaigns.forms import Due, DueKind, Shift
from portal.core.clock import end_of
from portal.core.periods import Period, PeriodKind
from portal.core.text import Message, Text, _
from portal.core.workdays import Day, WorkCalendar, describe_skipped
from portal.deadlines.limits import PROVISIONAL

_SHIFTS: dict[Shift, Text] = {
    Shift.EARLIER: _("遇休息日提前"),
    Shift.LATER: _("遇休息日顺延"),
    Shift.NONE: _("遇休息日不变"),
}


@dataclass(frozen=True)
class PeriodEnd:
    """``due``: the last instant on time, Asia/Shanghai. ``why``: sentences in order, rule first."""

    due: datetime
    provisional: bool
    skipped: tuple[Day, ...]
    why: tuple[Message | Text, ...]

    @property
    def due_date(self) -> date:
        return self.due.date()


def reach_end(due: Due, period: Period, calendar: WorkCalendar, earlier: int = 0) -> PeriodEnd:
    """Month and quarter ends move earlier by default: who reports upward may not wait for the next month. The day
    of a one-off form is named by its document and stays where it is.

    ``earlier``: days by which the tenant has set an earlier date than the form's own (本地提前). Should that hit
    a day off, the next working day counts: nobody has less time than the office has said.
    """
    shift = shift_of(due, period.kind)
    final, why, provisional = _rule_day(due, period), [rule_words(due, period.kind)], False
    skipped: tuple[Day, ...] = ()
    steps = [(0, 1 if shift is Shift.LATER else -1)] + ([(earlier, 1)] if earlier else [])
    for back, step in steps:
        final -= timedelta(days=back)
        if back:
            why.append(Message(_("本地办公室定为提前 %(n)s 天。"), n=back))
        if shift is Shift.NONE:
            continue
        landed = calendar.shifted(final, step)
        final, provisional = landed.date, provisional or landed.provisional
        skipped += landed.skipped
        said = describe_skipped(landed.skipped)
        if said:
            why.append(said)
    if provisional:
        why.append(PROVISIONAL)
    return PeriodEnd(end_of(final), provisional, skipped, tuple(why))


def shift_of(due: Due, kind: PeriodKind) -> Shift:
    """Where a day off sends the date: a last working day is looked for backwards, a named day stays."""
    if kind is PeriodKind.ONCE:
        return Shift.NONE
    return Shift.EARLIER if due.kind is DueKind.LAST_WORKING_DAY else due.shift


def _rule_day(due: Due, period: Period) -> date:
    if period.kind is PeriodKind.ONCE:
        return period.end
    first = period.end.replace(day=1)
    for _month in range(due.months_after):
        first = (first + timedelta(days=32)).replace(day=1)
    last = months.monthrange(first.year, first.month)[1]
    return first.replace(day=min(due.day, last) if due.kind is DueKind.FIXED_DAY else last)


def rule_words(due: Due, kind: PeriodKind) -> Message | Text:
    """The rule as a sentence, before any day off moves it."""
    if kind is PeriodKind.ONCE:
        return _("规定日期 24:00 前报送")
    if due.kind is DueKind.LAST_WORKING_DAY:
        return _("报告期最后一个工作日 24:00 前报送")
    if due.kind is DueKind.LAST_CALENDAR_DAY:
        return _("报告期最后一日 24:00 前报送")
    if not due.months_after:
        return Message(_("报告期末月 %(day)s 日 24:00 前报送"), day=due.day)
    if due.months_after == 1:
        return Message(_("报告期次月 %(day)s 日 24:00 前报送"), day=due.day)
    return Message(_("报告期后第 %(n)s 个月 %(day)s 日 24:00 前报送"), n=due.months_after, day=due.day)


def shift_words(due: Due, kind: PeriodKind) -> Text | None:
    """What a day off does to the date; None where the rule says so itself."""
    if due.kind is DueKind.LAST_WORKING_DAY or kind is PeriodKind.ONCE:
        return None
    return _SHIFTS[due.shift]


def counted_days(period: Period, cut_off: str) -> tuple[date, date]:
    """First and last day whose figures belong to the period, by the tenant's reading (``day_25`` or the period's end)."""
    if not cut_off.startswith("day_"):
        return period.start, period.end
    day = int(cut_off.removeprefix("day_"))
    before = period.start - timedelta(days=1)
    return before.replace(day=day) + timedelta(days=1), period.end.replace(day=day)
