"""Reminders that climb: the liaison first, then the leader in charge, then the office.

Each step is one notice, made once by its mark. After a pause of the worker everybody gets the latest step that was
reached, not all that were missed; what was met meanwhile is not in the sources any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.posts import PostKind
from portal.core.scope import Scope, set_scope
from portal.core.text import Message, _
from portal.notices.due import Due, list_due
from portal.notices.models import Notice
from portal.notices.services import notify
from portal.tenants.models import CampaignSwitch, Tenant
from portal.units.models import Mechanism

MORNING = time(9)
PAST = timedelta(days=31)
"""Steps reached longer ago are not made up for."""
AHEAD = timedelta(days=4)
TENANTS = 500
SENDER = _("系统提醒")
_AND = _("、")


@dataclass(frozen=True)
class Step:
    name: str
    at: datetime
    to_office: bool
    post: PostKind | str


def steps_of(due: Due) -> tuple[Step, ...]:
    """When whom to tell. Of a 24-hour clock 6 and 2 hours before and one second after; of a date at nine in the
    morning three days and one day before, and of the day that follows."""
    if due.urgent:
        times = (due.due - timedelta(hours=6), due.due - timedelta(hours=2), due.due + timedelta(seconds=1))
    else:
        day = due.due.astimezone(SHANGHAI).date()
        times = (_morning(day, -3), _morning(day, -1), _morning(day, 1))
    own = due.unit_id is None  # the office's own: all three to it
    return (
        Step("first", times[0], own, "" if own else PostKind.LIAISON),
        Step("second", times[1], own, "" if own else PostKind.LEADER_IN_CHARGE),
        Step("late", times[2], True, ""),
    )


def _morning(day: date, days: int) -> datetime:
    return datetime.combine(day + timedelta(days=days), MORNING, SHANGHAI)


@dataclass(frozen=True)
class Reminder:
    """One notice to be left: of one thing, or of what several units owe alike."""

    mark: str
    step: Step
    items: tuple[Due, ...]


def reached(found: Iterable[Due], now: datetime) -> list[Reminder]:
    """What should have been said by ``now``: of each item and addressee the latest step only."""
    single: list[Reminder] = []
    shared: dict[tuple[int, str, datetime], list[Due]] = {}
    steps: dict[tuple[int, str, datetime], Step] = {}
    for due in found:
        if due.begins is not None:
            continue
        latest = {(s.to_office, s.post): s for s in steps_of(due) if now - PAST < s.at <= now}
        for step in latest.values():
            if step.to_office and due.group:
                key = (due.tenant_id, due.group, due.due)
                shared.setdefault(key, []).append(due)
                steps[key] = step
            else:
                single.append(Reminder(_mark(due.subject, due.due, step), step, (due,)))
    together = [
        Reminder(_mark(group, at, steps[tenant, group, at]), steps[tenant, group, at], tuple(items))
        for (tenant, group, at), items in shared.items()
    ]
    return single + together


def _mark(subject: str, due: datetime, step: Step) -> str:
    """A date that was moved is reminded of anew."""
    return f"remind:{subject}:{due.astimezone(UTC):%Y%m%dT%H%M%S}:{step.name}"


def remind_everywhere(session: Session, now: datetime) -> int:
    """Leave every reminder that is due in every tenant; commits after each tenant. Returns how many were new."""
    session.info.pop("scope", None)
    tenants = list(session.scalars(sa.select(Tenant.id).order_by(Tenant.path)))
    made = 0
    for at in range(0, len(tenants), TENANTS):
        part = tenants[at : at + TENANTS]
        set_scope(session, Scope(own=tuple(part)))
        for tenant_id, reminders in _missing(session, part, now).items():
            set_scope(session, Scope(own=(tenant_id,), home=tenant_id))
            made += sum(_leave(session, reminder, now) for reminder in reminders)
            session.commit()
        session.info.pop("scope", None)
        session.commit()
    return made


def _missing(session: Session, tenants: Sequence[int], now: datetime) -> dict[int, list[Reminder]]:
    """By tenant, what was not left yet; the scope covers the tenants."""
    wanted = reached(list_due(session, now - PAST - timedelta(days=1), now + AHEAD), now)
    if not wanted:
        return {}
    live = {
        tuple(row)
        for row in session.execute(
            sa.select(Mechanism.tenant_id, Mechanism.id)
            .join(
                CampaignSwitch,
                sa.and_(
                    CampaignSwitch.tenant_id == Mechanism.tenant_id,
                    CampaignSwitch.campaign == Mechanism.campaign,
                ),
            )
            .where(Mechanism.tenant_id.in_(tenants), CampaignSwitch.enabled)
        )
    }
    left = set(_left(session, tenants, [r.mark for r in wanted]))
    missing: dict[int, list[Reminder]] = {}
    for reminder in wanted:
        first = reminder.items[0]
        known = (first.tenant_id, reminder.mark) in left
        if not known and (first.tenant_id, first.mechanism_id) in live:
            missing.setdefault(first.tenant_id, []).append(reminder)
    return missing


def _left(session: Session, tenants: Sequence[int], marks: Sequence[str]) -> Iterator[tuple[int, str]]:
    for at in range(0, len(marks), 500):
        rows = session.execute(
            sa.select(Notice.tenant_id, Notice.mark).where(
                Notice.tenant_id.in_(tenants), Notice.mark.in_(marks[at : at + 500])
            )
        )
        yield from ((row[0], row[1] or "") for row in rows)


def _leave(session: Session, reminder: Reminder, now: datetime) -> bool:
    first, step = reminder.items[0], reminder.step
    return notify(
        session, now, mechanism_id=first.mechanism_id, unit_id=None if step.to_office else first.unit_id,
        text=_words(reminder, now), sender=str(SENDER), link=first.link, post=step.post,
        urgent=first.urgent, mark=reminder.mark,
    )  # fmt: skip


def _words(reminder: Reminder, now: datetime) -> Message:
    """By how it stands now: a step that comes late says that it is late."""
    first, units = reminder.items[0], [d.unit for d in reminder.items if d.unit]
    named = {"title": first.title, "period": first.period, "due": first.due.isoformat()}
    if now <= first.due:
        return Message(_("%(title)s%(period)s将于 %(due)s 到期，请及时办理"), **named)
    if not reminder.step.to_office or not units:
        return Message(_("%(title)s%(period)s已于 %(due)s 到期，尚未办理"), **named)
    if len(units) == 1:
        return Message(_("%(unit)s：%(title)s%(period)s已于 %(due)s 到期，尚未办理"), unit=units[0], **named)
    return Message(
        _("%(title)s%(period)s已于 %(due)s 到期，%(n)s 家单位未办：%(units)s"),
        n=len(units), units=_AND.join(units[:8]) + ("…" if len(units) > 8 else ""), **named,
    )  # fmt: skip
