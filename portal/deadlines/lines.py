"""The engine asked from outside: one JSON-ready object in, one out. Refuses nonsense with ``ValueError`` or ``Invalid``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from portal.campaigns.exchange import MOST, Limit, LimitKind
from portal.campaigns.forms import Due, DueKind, Shift
from portal.core.clock import SHANGHAI, end_of
from portal.core.periods import Period, PeriodKind, parse_period
from portal.core.text import Message, Text, _
from portal.core.workdays import Day, WorkCalendar
from portal.deadlines.limits import reach
from portal.deadlines.periods import counted_days, reach_end
from portal.deadlines.since import days_since

Given = Mapping[str, Any]
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}\Z")
_MOMENT = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}")
_LAW = {
    LimitKind.HOURS: _("民法典 第201条"),
    LimitKind.WORKING_DAYS: _("民法典 第201条"),
    LimitKind.DAYS: _("民法典 第201条、第203条"),
}
_ENDS = {
    "month_end": PeriodKind.MONTH,
    "quarter_end": PeriodKind.QUARTER,
    "half_year_end": PeriodKind.HALF_YEAR,
    "year_end": PeriodKind.YEAR,
}


def compute(given: object, calendar: WorkCalendar) -> dict[str, Any]:
    """``due_date``, ``due`` (Asia/Shanghai, to the second: what comes after it is late), ``provisional``, ``skipped``,
    ``clause`` where one applies, ``why``. ``since`` answers ``days`` and no due date: soft words are never overdue.
    """
    if not isinstance(given, dict):
        raise _wrong(_("每行应为一个 JSON 对象。"))
    rule = given.get("rule")
    if not isinstance(rule, str) or rule not in RULES:
        known = "、".join(RULES)
        raise _wrong(Message(_("rule 应为下列之一：%(known)s。"), known=known))
    return RULES[rule](given, calendar)


def _limit(given: Given, calendar: WorkCalendar) -> dict[str, Any]:
    kind = LimitKind(given["rule"])
    n = _whole(given, "n", MOST[kind])
    day_counts = kind is not LimitKind.HOURS
    start = _moment(given, "from", date_too=day_counts)
    reached = reach(Limit(kind=kind, n=n), start, calendar)
    return _answer(
        reached.due, reached.provisional, reached.skipped, reached.why, _clause(given) or _LAW[kind]
    )


def _date(given: Given, calendar: WorkCalendar) -> dict[str, Any]:
    day, shift = _day(given, "date"), _one_of(given, "shift", Shift, Shift.NONE)
    if shift is Shift.NONE:
        return _answer(end_of(day), False, (), (), _clause(given))
    landed = calendar.shifted(day, 1 if shift is Shift.LATER else -1)
    return _answer(end_of(landed.date), landed.provisional, landed.skipped, (), _clause(given))


def _end(given: Given, calendar: WorkCalendar) -> dict[str, Any]:
    period = _period(given, _ENDS[given["rule"]])
    kind = _one_of(given, "due", DueKind)
    due = Due(
        kind=kind,
        day=_whole(given, "day", 31) if kind is DueKind.FIXED_DAY else 0,
        months_after=_whole(given, "months_after", 24, 0) if "months_after" in given else 0,
        shift=_one_of(given, "shift", Shift, Shift.EARLIER),
    )
    end = reach_end(due, period, calendar)
    answer = _answer(end.due, end.provisional, end.skipped, end.why, _clause(given))
    if "cut_off_day" in given:
        first, last = counted_days(period, f"day_{_whole(given, 'cut_off_day', 28)}")
        answer |= {"counted_from": first.isoformat(), "counted_to": last.isoformat()}
    return answer


def _since(given: Given, calendar: WorkCalendar) -> dict[str, Any]:
    at = _moment(given, "at", date_too=True).date()
    last = _moment(given, "from", date_too=True).date() if given.get("from", "") is not None else None
    if last is not None and last > at:
        raise _wrong(_("from 不能晚于 at。"))
    since = days_since(last, at)
    return {"days": since.days, "words": str(since.words), "due_date": None, "due": None, "provisional": False,
            "skipped": []}  # fmt: skip


RULES: dict[str, Callable[[Given, WorkCalendar], dict[str, Any]]] = {
    "hours": _limit,
    "working_days": _limit,
    "days": _limit,
    "date": _date,
    **dict.fromkeys(_ENDS, _end),
    "since": _since,
}


def _answer(
    due: datetime,
    provisional: bool,
    skipped: tuple[Day, ...],
    why: tuple[Message | Text, ...],
    clause: str,
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "due_date": due.date().isoformat(),
        "due": due.isoformat(timespec="seconds"),
        "provisional": provisional,
        "skipped": [{"date": d.date.isoformat(), "reason": str(d.reason)} for d in skipped],
    }
    if clause:
        answer["clause"] = str(clause)
    if why:
        answer["why"] = [str(line) for line in why]
    return answer


# ---------------------------------------------------------------------------------------- reading one key
def _wrong(message: Message | Text) -> ValueError:
    return ValueError(str(message))


def _need(given: Given, key: str) -> Any:
    if key not in given:
        raise _wrong(Message(_("缺少 %(key)s。"), key=key))
    return given[key]


def _whole(given: Given, key: str, most: int, least: int = 1) -> int:
    value = _need(given, key)
    if type(value) is not int or not least <= value <= most:  # True is an int to Python, not to a reader
        raise _wrong(Message(_("%(key)s 应为 %(a)s 至 %(b)s 的整数。"), key=key, a=least, b=most))
    return value


def _day(given: Given, key: str) -> date:
    value = _need(given, key)
    try:
        if isinstance(value, str) and _DATE.match(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _wrong(Message(_("%(key)s 应为 2000 至 2099 年的日期，如 2026-04-24。"), key=key))


def _moment(given: Given, key: str, *, date_too: bool) -> datetime:
    """An instant with its offset, in Shanghai's time; a bare date only where days are counted: its 00:00."""
    value = _need(given, key)
    if date_too and isinstance(value, str) and _DATE.match(value):
        return datetime.combine(_day(given, key), datetime.min.time(), SHANGHAI)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and _MOMENT.match(value) else None
        if moment is not None and moment.utcoffset() is not None:
            return moment.astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        pass
    example = "2026-09-30T17:40:00+08:00"
    raise _wrong(
        Message(
            _("%(key)s 应为带时区的时间，如 %(example)s，年份在 2000 至 2099 之间。"),
            key=key,
            example=example,
        )
        if not date_too
        else Message(
            _("%(key)s 应为日期或带时区的时间，如 %(example)s，年份在 2000 至 2099 之间。"),
            key=key,
            example=example,
        )
    )


def _period(given: Given, kind: PeriodKind) -> Period:
    value = _need(given, "period")
    period = parse_period(value if isinstance(value, str) else "")
    if period.kind is not kind:
        raise _wrong(
            Message(
                _("period 与 rule 不符：%(rule)s 不用 %(period)s。"), rule=given["rule"], period=period.key
            )
        )
    return period


def _one_of(given: Given, key: str, kinds: Any, default: Any = None) -> Any:
    if key not in given and default is not None:
        return default
    value = _need(given, key)
    if not isinstance(value, str) or value not in [k.value for k in kinds]:
        raise _wrong(
            Message(_("%(key)s 应为下列之一：%(known)s。"), key=key, known="、".join(k.value for k in kinds))
        )
    return kinds(value)


def _clause(given: Given) -> str:
    """The clause that the asker names, given back."""
    value = given.get("clause", "")
    if not isinstance(value, str) or len(value) > 200:
        raise _wrong(_("clause 应为 200 字以内的文字。"))
    return value
