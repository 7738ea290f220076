"""What a person enters about an activity, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from portal.activities.credits import Body
from portal.activities.models import Activity
from portal.activities.words import AUDIENCES, KINDS
from portal.core.clock import SHANGHAI
from portal.core.errors import Invalid
from portal.core.periods import PeriodKind, period_of
from portal.core.text import Message, Text, _

MONTHS_BACK = 13
MOST_PEOPLE = 1_000_000
MOST_COPIES = 10_000_000
MOST_HOURS = 400
REASON_LENGTH = 300

Problems = dict[str, Message | Text]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a person enters; ``kind`` and ``audience`` are keys of ``words``."""

    title: str
    kind: str
    held_on: date
    audience: str = ""
    place: str = ""
    reach: int = 0
    """People present."""
    materials: int = 0
    """Printed copies given out."""
    hours: int = 0
    """Of a training (学时)."""
    note: str = ""


def earliest_day(today: date) -> date:
    """First day that may still be entered: the same day ``MONTHS_BACK`` months ago, or the last one of that month."""
    month = period_of(today, PeriodKind.MONTH).shifted(-MONTHS_BACK)
    return month.start.replace(day=min(today.day, month.end.day))


def check_entry(entry: Entry, now: datetime, found: Activity | None = None) -> Problems:
    problems: Problems = {}
    today = today_of(now)
    if not entry.title:
        problems["title"] = _("请填写活动名称。")
    if entry.kind not in KINDS:
        problems["kind"] = _("请选择活动形式。")
    if entry.audience and entry.audience not in AUDIENCES:
        problems["audience"] = _("请从列表中选择。")
    if entry.held_on > today:
        problems["held_on"] = Message(
            _("活动日期晚于今天（%(day)s），开展以后再登记。"), day=today.isoformat()
        )
    elif entry.held_on < earliest_day(today) and (found is None or found.held_on != entry.held_on):
        problems["held_on"] = Message(
            _("只能登记 %(day)s 以后的活动，更早的不再计入。"), day=earliest_day(today).isoformat()
        )
    for key, number, most in (
        ("reach", entry.reach, MOST_PEOPLE),
        ("materials", entry.materials, MOST_COPIES),
        ("hours", entry.hours, MOST_HOURS),
    ):
        if not 0 <= number <= most:
            problems[key] = Message(_("应为 0 至 %(most)s，请核对位数。"), most=f"{most:,}")
    return problems


def check_places(
    bodies: Mapping[str, Body],
    unit_id: int,
    credited: Collection[int],
    campaigns: Collection[str],
    kept: Collection[int] = (),
    served: Collection[str] = (),
) -> Problems:
    """``kept`` and ``served``: units and campaigns that stand already, whatever the bodies look like today."""
    problems: Problems = {}
    asked = [c for c in campaigns if c not in served]
    if not campaigns or any(c not in bodies or unit_id not in bodies[c].units for c in asked):
        problems["campaigns"] = _("请选择主办单位所属的专项，至少一个。")
    members = {u for c in campaigns if c in bodies for u in bodies[c].units} | set(kept)
    if unit_id not in members:
        problems["unit"] = _("主办单位不是成员单位，请重新选择。")
    elif any(u not in members for u in credited):
        problems["units"] = _("所选单位中有的不是成员单位，没有保存。请刷新页面后重新勾选。")
    return problems


def refuse(problems: Problems) -> None:
    if problems:
        raise Invalid(problems)


def clean_reason(text: str) -> str:
    if not 2 <= len(text) <= REASON_LENGTH:
        raise Invalid({"reason": Message(_("请填写理由，2 至 %(n)s 字。"), n=REASON_LENGTH)})
    return text


def today_of(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()
