"""What the worker does here: a round each five minutes, digests at their hours, mail in batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.core import jobs
from portal.core.clock import SHANGHAI
from portal.notices import digests, outbox
from portal.notices.mail import server_of
from portal.notices.reminders import remind_everywhere
from portal.tenants.calendar import load_calendar

ROUND, DIGEST, SEND = "notices.round", "notices.digest", "notices.send"
EVERY = 5
"""Minutes between two rounds."""


def slot(now: datetime) -> str:
    """The round that ``now`` belongs to."""
    local = now.astimezone(SHANGHAI)
    return f"{local:%Y-%m-%dT%H}:{local.minute // EVERY * EVERY:02}"


def go_round(session: Session, now: datetime, settings: Mapping[str, str]) -> None:
    """Reminders; what is urgent goes out at once; the day's digests when their hour has come."""
    remind_everywhere(session, now)
    mail = server_of(settings) is not None
    digests.collect(session, now, urgent_only=True, mail=mail)
    session.info.pop("scope", None)
    due = digests.slot_of(now, load_calendar(session))
    if due is not None:
        jobs.enqueue(session, DIGEST, now, slot=due)
    if mail:
        jobs.enqueue(session, SEND, now, slot=slot(now))


def make_digests(session: Session, now: datetime, settings: Mapping[str, str]) -> None:
    """The one run of an hour of the day."""
    mail = server_of(settings) is not None
    digests.collect(session, now, urgent_only=False, mail=mail)
    digests.purge_digests(session, now)
    if mail:
        jobs.enqueue(session, SEND, now)


def send(
    session: Session, settings: Mapping[str, str], clock: Callable[[], datetime], lease: jobs.Lease
) -> None:
    """One batch; another job for the rest, so that other work comes in between."""
    server = server_of(settings)
    if server is None:
        return
    room = outbox.Mailroom(server, clock, base=settings["URL"], stopping=lease.told)
    if outbox.deliver(session, room).more:
        jobs.enqueue(session, SEND, clock())
