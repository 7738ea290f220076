"""When a limit ends, and why then: pure functions over a calendar, the same for every clock of the portal.

Hours run on through nights and days off from the moment of knowing (Q-11, Q-12). Days are counted in
Asia/Shanghai; the day something starts is day 0 (民法典 第201条) and what is due on a day is on time until its
24:00. A day that the notice of its year has not settled makes the result provisional (暂估).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal.campaigns.exchange import MOST, Limit, LimitKind
from portal.campaigns.sources import Source
from portal.core.clock import SHANGHAI, end_of
from portal.core.i18n import show_date, show_moment
from portal.core.text import Message, Text, _
from portal.core.workdays import Day, WorkCalendar, describe_skipped

PROVISIONAL = _("该年度放假安排尚未公布，日期为暂估，公布后自动重算。")


@dataclass(frozen=True)
class FixedDay:
    """A date that somebody named: it stays where it is, day off or not, and is on time until its 24:00."""

    day: date


Rule = Limit | FixedDay


@dataclass(frozen=True)
class Reached:
    """``due``: Asia/Shanghai, the last instant on time (for days what ``core.clock.end_of`` gives).

    ``why``: sentences in order: start and rule, days skipped and why, the end, the clause. ``span`` is the rule
    with its result, JSON-ready, as a deadline keeps it.
    """

    due: datetime
    provisional: bool
    skipped: tuple[Day, ...]
    why: tuple[Message | Text, ...]
    span: Mapping[str, Any]

    @property
    def due_date(self) -> date:
        return self.due.date()


def reach(rule: Rule, start: datetime, calendar: WorkCalendar, source: Source | None = None) -> Reached:
    """Where the rule ends that began at ``start`` (aware). ``source``: the document of the limit's clause, for its
    number and title. ``ValueError`` for a limit that is not positive or out of all measure.
    """
    due, skipped, provisional = _end(rule, start.astimezone(SHANGHAI), calendar)
    span = _span(rule, due, skipped)
    why = explain_span(span, start, due, provisional)
    clause = rule.clause if isinstance(rule, Limit) else None
    if clause is not None:
        name = Text(f"{source.number}《{source.title}》") if source else Text(f"{clause.source} ")
        why = (*why, Message(_("依据：%(name)s%(article)s。"), name=name, article=clause.article))
    return Reached(due, provisional, skipped, why, span)


def _end(rule: Rule, start: datetime, calendar: WorkCalendar) -> tuple[datetime, tuple[Day, ...], bool]:
    if isinstance(rule, FixedDay):
        return end_of(rule.day), (), False
    if not 1 <= rule.n <= MOST[rule.kind]:
        raise ValueError(f"a limit of {rule.n} {rule.kind} is not between 1 and {MOST[rule.kind]}")
    match rule.kind:
        case LimitKind.HOURS:
            return start + timedelta(hours=rule.n), (), False
        case LimitKind.WORKING_DAYS:
            landed = calendar.add_working_days(start.date(), rule.n)
        case LimitKind.DAYS:
            landed = calendar.shifted(start.date() + timedelta(days=rule.n), 1)
    return end_of(landed.date), landed.skipped, landed.provisional


def _span(rule: Rule, due: datetime, skipped: tuple[Day, ...]) -> dict[str, Any]:
    kept: dict[str, Any] = {"due": due.isoformat()}
    if isinstance(rule, FixedDay):
        return kept | {"rule": "date", "date": rule.day.isoformat()}
    kept |= {"rule": rule.kind.value, "n": rule.n}
    if skipped:
        kept["skipped"] = [[d.date.isoformat(), str(d.reason)] for d in skipped]
    return kept


def rule_of(span: Mapping[str, Any]) -> Rule:
    """The rule of a kept span, without its clause; to compute it again."""
    if span["rule"] == "date":
        return FixedDay(date.fromisoformat(span["date"]))
    return Limit(kind=LimitKind(span["rule"]), n=span["n"])


def explain_span(
    span: Mapping[str, Any], start: datetime, due: datetime, provisional: bool
) -> tuple[Message | Text, ...]:
    """The computation in sentences, from what was kept: a calendar that has changed since does not change it."""
    begun = start.astimezone(SHANGHAI)
    end = show_end(begun, due)
    if span["rule"] == "date":
        return (Message(_("指定日期，至 %(due)s 止。"), due=end),)
    if span["rule"] == LimitKind.HOURS:
        text = _("自 %(start)s 起连续计算 %(n)s 小时，节假日不停，至 %(due)s 止。")
        return (Message(text, start=show_moment(begun), n=span["n"], due=end),)
    skipped = tuple(Day(date.fromisoformat(d), False, Text(name)) for d, name in span.get("skipped", ()))
    day, n = show_date(begun.date()), span["n"]
    lines: list[Message | Text | None] = []
    if span["rule"] == LimitKind.WORKING_DAYS:
        text = _("起算日 %(start)s 不计入，自次日起数 %(n)s 个工作日，调休上班日计入（民法典第二百零一条）。")
        lines += [Message(text, start=day, n=n), describe_skipped(skipped)]
    else:
        text = _("起算日 %(start)s 不计入，自次日起数 %(n)s 日（民法典第二百零一条）。")
        lines.append(Message(text, start=day, n=n))
        if skipped:
            lines += [
                _("最后一日是休息日，顺延至下一个工作日（民法典第二百零三条）。"),
                describe_skipped(skipped),
            ]
    lines.append(Message(_("至 %(due)s 止。"), due=end))
    if provisional:
        lines.append(PROVISIONAL)
    return tuple(line for line in lines if line is not None)


def show_end(start: datetime, due: datetime) -> Any:
    """The end as read beside its start: with its year when that is another one."""
    local = due.astimezone(SHANGHAI)
    if local.year == start.astimezone(SHANGHAI).year:
        return show_moment(local)
    return Message(_("%(y)s年%(moment)s"), y=local.year, moment=show_moment(local))


def name_rule(span: Mapping[str, Any]) -> Message | Text:
    """``15 个工作日``; for lists and pages."""
    match span.get("rule"):
        case LimitKind.HOURS:
            return Message(_("%(n)s 小时"), n=span["n"])
        case LimitKind.WORKING_DAYS:
            return Message(_("%(n)s 个工作日"), n=span["n"])
        case LimitKind.DAYS:
            return Message(_("%(n)s 日"), n=span["n"])
        case _:
            return _("指定日期")
