"""The State Council's calendar: what is known of each year, and the import of a newly announced one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import chinese_calendar
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import jobs
from portal.core.audit import Act, record
from portal.core.errors import Invalid, NotAllowed
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.core.workdays import Day, WorkCalendar
from portal.tenants.models import CalendarDay, Tenant

MAX_LINES = 120
CHANGED = "tenants.calendar_changed"
"""The job that an import leaves: the worker computes again what leaned on the year."""
_DATE = re.compile(r"([0-9]{4})[-/.\u5e74]([0-9]{1,2})[-/.\u6708]([0-9]{1,2})\u65e5?")
_SPLIT = re.compile(r"[,\uff0c;\uff1b\t]")
_WORDS = {
    _("休"): False,
    _("放假"): False,
    _("班"): True,
    _("上班"): True,
    _("补班"): True,
}


@dataclass(frozen=True)
class GivenDay:
    day: date
    works: bool
    name: str


@dataclass(frozen=True)
class Span:
    """Days off in a row for one reason."""

    first: date
    last: date
    reason: Text | None


@dataclass(frozen=True)
class Year:
    """``source`` '' = packaged with the portal; None = not announced: its dates are provisional (暂估)."""

    year: int
    source: str | None
    working_days: int
    off: tuple[Span, ...]
    """Holidays, plain weekends left out."""
    made_up: tuple[Day, ...]
    """Weekend days that work."""


def load_calendar(session: Session) -> WorkCalendar:
    """The packaged calendar with the imported days before it; one statement."""
    rows = session.execute(sa.select(CalendarDay.day, CalendarDay.works, CalendarDay.name))
    return WorkCalendar({r[0]: (r[1], r[2]) for r in rows})


def list_years(session: Session, today: date) -> list[Year]:
    """Last year to the year after next, and any other imported year."""
    rows = session.execute(
        sa.select(CalendarDay.day, CalendarDay.works, CalendarDay.name, CalendarDay.source)
    ).all()
    calendar = WorkCalendar({r[0]: (r[1], r[2]) for r in rows})
    sources = {r[0].year: r[3] for r in rows}
    years = sorted({today.year + n for n in (-1, 0, 1, 2)} | set(sources))
    return [_describe(year, sources.get(year), calendar) for year in years]


def _describe(year: int, source: str | None, calendar: WorkCalendar) -> Year:
    first = date(year, 1, 1)
    days = [calendar.day(first + timedelta(n)) for n in range((date(year + 1, 1, 1) - first).days)]
    if source is None and not any(d.provisional for d in days):
        source = ""
    return Year(
        year,
        source,
        sum(d.works for d in days),
        _spans(d for d in days if not d.works and not _plain_weekend(d)),
        tuple(d for d in days if d.works and d.date.weekday() >= 5),
    )


def _spans(days: Iterable[Day]) -> tuple[Span, ...]:
    found: list[Span] = []
    for d in days:
        before = found[-1] if found else None
        if before and before.reason == d.reason and d.date - before.last == timedelta(1):
            found[-1] = Span(before.first, d.date, d.reason)
        else:
            found.append(Span(d.date, d.date, d.reason))
    return tuple(found)


def _plain_weekend(day: Day) -> bool:
    """A Saturday or Sunday that no holiday covers."""
    return day.date.weekday() >= 5 and day.reason == _("周末")


def packaged_until() -> int:
    """Last year of the packaged calendar."""
    return max(day.year for day in chinese_calendar.holidays)


def parse_rows(text: str) -> list[list[str]]:
    """Pasted lines or the text of a .csv: one day a line, empty lines dropped."""
    return [
        [cell.strip() for cell in _SPLIT.split(line)]
        for line in text.lstrip("\ufeff").splitlines()
        if line.strip()
    ]


def parse_days(rows: Sequence[Sequence[str]]) -> list[GivenDay]:
    """Rows of date, 休 or 班, name; a first row without a date is a heading. Tells all mistakes at once."""
    if len(rows) > MAX_LINES:
        raise Invalid({"lines": Message(_("最多 %(n)s 行，一次只导入一年。"), n=MAX_LINES)})
    found: dict[date, GivenDay] = {}
    problems: list[Message] = []
    for number, row in enumerate(rows, 1):
        cells = [*map(str, row), "", "", ""]
        day = _read_date(cells[0])
        if day is None:
            if number > 1 or _DATE.match(cells[0]):
                problems.append(
                    Message(
                        _("第 %(n)s 行：“%(text)s”不是日期，应如 2027-01-01。"), n=number, text=cells[0][:20]
                    )
                )
        elif cells[1] not in _WORDS:
            problems.append(
                Message(
                    _("第 %(n)s 行：第二栏应为“休”或“班”，现为“%(text)s”。"), n=number, text=cells[1][:10]
                )
            )
        elif len(cells[2]) > 40 or not cells[2].isprintable():
            problems.append(Message(_("第 %(n)s 行：名称应在 40 字以内，不含特殊字符。"), n=number))
        elif day in found:
            problems.append(Message(_("第 %(n)s 行：%(day)s重复。"), n=number, day=day.isoformat()))
        else:
            found[day] = GivenDay(day, _WORDS[Text(cells[1])], cells[2])
    if problems:
        raise Invalid({str(n): p for n, p in enumerate(problems[:10])})
    return list(found.values())


def _read_date(text: str) -> date | None:
    match = _DATE.match(text.strip())  # a time of day after it, as spreadsheets give, is ignored
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def import_year(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    year: int,
    days: Iterable[GivenDay],
    source: str,
) -> None:
    """Put the announced days of ``year`` before the packaged calendar, in place of an earlier import of it.

    The calendar is shared by all tenants, so only an administrator of the top of the tree may.
    """
    home = session.get(Tenant, get_scope(session).home)
    if home is None or home.parent_id is not None:
        raise NotAllowed(_("工作日历全系统共用，由最上级的系统管理员导入。"))
    given = list(days)
    problems = dict(_year_problems(year, given, source.strip()))
    if problems:
        raise Invalid(problems)
    session.execute(
        sa.delete(CalendarDay).where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
    )
    for d in given:
        session.merge(CalendarDay(day=d.day, works=d.works, name=d.name, source=source.strip()))
    data = {"year": year, "days": len(given), "source": source.strip()}
    record(session, Act.CALENDAR_IMPORT, f"calendar:{year}", actor, now, data)
    jobs.enqueue(session, CHANGED, now, year=year)


def _year_problems(year: int, days: Sequence[GivenDay], source: str) -> Iterable[tuple[str, Message | Text]]:
    if not 2 <= len(source) <= 100:
        yield "source", _("请填写放假通知的文号，100 字以内。")
    foreign = [d.day for d in days if d.day.year != year and d.day != date(year - 1, 12, d.day.day)]
    if foreign:
        yield (
            "lines",
            Message(_("%(day)s不在%(year)s年，一次只导入一年。"), day=foreign[0].isoformat(), year=year),
        )
    if not any(not d.works for d in days if d.day.year == year):
        yield "lines", _("没有一天休息日，请核对内容。")
    weekends = [d.day for d in days if d.works and d.day.weekday() < 5]
    if weekends:
        yield "lines", Message(_("%(day)s不是周末，补班日应在周末。"), day=weekends[0].isoformat())
