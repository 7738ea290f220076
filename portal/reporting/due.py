"""When a period's form opens and is due, and why on that day."""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Due, DueKind, Shift
from portal.core.clock import SHANGHAI, end_of
from portal.core.periods import Period, PeriodKind, period_of
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar, describe_skipped
from portal.tenants.policies import apply_to_due, register_effect

OPEN_DAYS = 15
"""A form appears in the to-do list this many days before it is due."""

_SHIFTS: dict[Shift, Text] = {
    Shift.EARLIER: _("遇休息日提前"),
    Shift.LATER: _("遇休息日顺延"),
    Shift.NONE: _("遇休息日不变"),
}


@dataclass(frozen=True)
class DueDate:
    """``due_at`` is the last instant on time. ``why``: sentences in order, rule first."""

    opens_on: date
    due_at: datetime
    provisional: bool
    why: tuple[Message | Text, ...]


def compute_due(due: Due, period: Period, calendar: WorkCalendar, earlier: int = 0) -> DueDate:
    """Month and quarter ends move earlier by default: who reports upward may not wait for the next month. The day
    of a one-off form is named by its document and stays where it is.

    ``earlier``: days by which the tenant has set an earlier date than the form's own (本地提前). Should that hit
    a day off, the next working day counts: nobody has less time than the office has said.
    """
    shift = _shift(due, period.kind)
    final, why, provisional = _rule_day(due, period), [rule_words(due, period.kind)], False
    steps = [(0, 1 if shift is Shift.LATER else -1)] + ([(earlier, 1)] if earlier else [])
    for back, step in steps:
        final -= timedelta(days=back)
        if back:
            why.append(Message(_("本地办公室定为提前 %(n)s 天。"), n=back))
        if shift is Shift.NONE:
            continue
        reached = calendar.shifted(final, step)
        final, provisional = reached.date, provisional or reached.provisional
        skipped = describe_skipped(reached.skipped)
        if skipped:
            why.append(skipped)
    if provisional:
        why.append(_("该年度放假安排尚未公布，日期为暂估，公布后自动重算。"))
    return DueDate(final - timedelta(days=OPEN_DAYS), end_of(final), provisional, tuple(why))


def _shift(due: Due, kind: PeriodKind) -> Shift:
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


def _dates(
    campaign: Campaign, values: Mapping[str, str], today: date, calendar: WorkCalendar
) -> list[Message]:
    """The due date of each declared form for the period of today."""
    said = []
    for form in campaign.forms:
        period = period_of(form.once or today, form.period)
        due = compute_due(apply_to_due(form.due, values), period, calendar)
        day = due.due_at.astimezone(SHANGHAI).date().isoformat()
        said.append(Message(_("%(form)s%(period)s：%(day)s"), form=form.label, period=period.label, day=day))
    return said


def _days(
    campaign: Campaign, values: Mapping[str, str], today: date, calendar: WorkCalendar
) -> list[Message]:
    """The days that this month's figures are of."""
    period = period_of(today, PeriodKind.MONTH)
    first, last = counted_days(period, values["cut_off_day"])
    text = _("%(period)s统计 %(a)s 至 %(b)s 的数")
    return [Message(text, period=period.label, a=first.isoformat(), b=last.isoformat())]


register_effect("due_rule", _dates)
register_effect("due_shift", _dates)
register_effect("cut_off_day", _days)
