"""When a period's form opens; ``deadlines.periods`` says when it is due, and why on that day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Due
from portal.core.clock import SHANGHAI
from portal.core.periods import Period, PeriodKind, period_of
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.periods import counted_days, reach_end, rule_words, shift_words
from portal.tenants.policies import apply_to_due, register_effect

__all__ = ["OPEN_DAYS", "DueDate", "compute_due", "counted_days", "rule_words", "shift_words"]

OPEN_DAYS = 15
"""A form appears in the to-do list this many days before it is due."""


@dataclass(frozen=True)
class DueDate:
    """``due_at`` is the last instant on time. ``why``: sentences in order, rule first."""

    opens_on: date
    due_at: datetime
    provisional: bool
    why: tuple[Message | Text, ...]


def compute_due(due: Due, period: Period, calendar: WorkCalendar, earlier: int = 0) -> DueDate:
    """``earlier``: days by which the tenant has set an earlier date than the form's own (本地提前)."""
    end = reach_end(due, period, calendar, earlier)
    return DueDate(end.due_date - timedelta(days=OPEN_DAYS), end.due, end.provisional, end.why)


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
