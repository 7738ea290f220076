"""The calendar of a person behind a secret address (.ics): what falls due for the posts of that moment."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import icalendar
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.login import hash_token
from portal.accounts.models import Account, Seat
from portal.core.clock import SHANGHAI
from portal.core.i18n import translate
from portal.core.reader import Held
from portal.core.scope import Scope, set_scope
from portal.core.text import _
from portal.notices.due import Due, list_due
from portal.notices.inbox import places_of
from portal.notices.models import CalendarFeed
from portal.notices.wording import one_line, say

PAST, AHEAD = timedelta(days=60), timedelta(days=400)
"""What is overdue for longer, or lies further ahead, is not in the calendar."""
MOST = 1000


class Owner(NamedTuple):
    account_id: int
    name: str


def make_feed(session: Session, account_id: int, now: datetime) -> str:
    """A new secret; the address before it stops at once. It is kept as a hash, so it is shown this once."""
    revoke_feed(session, account_id, now)
    token = secrets.token_urlsafe(32)
    session.add(CalendarFeed(token_hash=hash_token(token), account_id=account_id, made_at=now))
    return token


def revoke_feed(session: Session, account_id: int, now: datetime) -> bool:
    """False when there was none."""
    ended = session.execute(
        sa.update(CalendarFeed)
        .where(CalendarFeed.account_id == account_id, CalendarFeed.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return bool(getattr(ended, "rowcount", 0))


def find_feed(session: Session, account_id: int) -> datetime | None:
    """Since when the account has a secret address; None = it has none."""
    found = sa.select(CalendarFeed.made_at).where(
        CalendarFeed.account_id == account_id, CalendarFeed.revoked_at.is_(None)
    )
    return session.scalars(found).first()


def open_feed(session: Session, token: str) -> Owner | None:
    """Whose address it is, and the session in the scope of that person's tenants; None for a token that opens nothing."""
    found = session.execute(
        sa.select(Account.id, Account.display_name)
        .join(CalendarFeed, CalendarFeed.account_id == Account.id)
        .where(
            CalendarFeed.token_hash == hash_token(token), CalendarFeed.revoked_at.is_(None),
            Account.disabled_at.is_(None),
        )
    ).one_or_none()  # fmt: skip
    if found is None:
        return None
    seats = session.scalars(sa.select(Seat.tenant_id).where(Seat.account_id == found.id)).all()
    set_scope(session, Scope(own=tuple(sorted(seats))))
    return Owner(*found)


def calendar_of(session: Session, posts: Iterable[Held], now: datetime, base: str = "") -> bytes:
    """VCALENDAR of what the units and offices of these posts owe, in Chinese. ``base``: the portal's own address."""
    live = [p for p in posts if p.enabled]
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Lianxi//CN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", str(translate(_("联席：到期事项"))))
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    for due in _owed(live, list_due(session, now - PAST, now + AHEAD)):
        calendar.add_component(_event(due, now, base))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _owed(posts: list[Held], found: Iterable[Due]) -> list[Due]:
    """Each unit's own; of what several units owe alike, an office has the one date."""
    places = {p[:3] for p in places_of(posts)}
    kept: dict[str, Due] = {}
    for due in found:
        if (due.tenant_id, due.mechanism_id, due.unit_id) in places:
            kept[f"{due.tenant_id}-{due.subject}"] = due
        elif due.group and (due.tenant_id, due.mechanism_id, None) in places:
            shared = replace(due, subject=due.group, unit="", link="")
            kept.setdefault(f"{due.tenant_id}-{due.group}", shared)
    return sorted(kept.values(), key=lambda due: due.due)[:MOST]


def _event(due: Due, now: datetime, base: str) -> icalendar.Event:
    """Half an hour that ends with the due instant; a due day is a day; an appointment has its own hours."""
    event = icalendar.Event()
    ends = due.due.astimezone(SHANGHAI)
    event.add("uid", f"{due.tenant_id}-{due.subject.replace(':', '-')}@lianxi")
    event.add("dtstamp", now.astimezone(UTC))
    title = str(translate(say("%(title)s%(period)s", {"title": due.title, "period": due.period})))
    event.add("summary", one_line(title if due.begins else str(translate(_("到期："))) + title))
    if due.begins is not None:
        event.add("dtstart", due.begins.astimezone(SHANGHAI))
        event.add("dtend", ends)
        event.add("location", one_line(due.place))
    elif (ends.hour, ends.minute, ends.second) == (23, 59, 59):
        event.add("dtstart", ends.date())
        event.add("dtend", ends.date() + timedelta(days=1))
    else:
        event.add("dtstart", ends - timedelta(minutes=30))
        event.add("dtend", ends)
    if due.unit:
        event.add("description", one_line(due.unit))
    if base and due.link:
        event.add("url", base.rstrip("/") + due.link)
    return event
