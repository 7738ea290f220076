"""Which records show that what was owed has been done, so that no unit says it a second time.

A room registers what it keeps: activities, the ledgers, the forms. It is asked once for all campaigns and units.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Obligation
from portal.campaigns.forms import ACTIVITIES, MEETINGS, OF_OFFICE
from portal.figures.sources import LEDGERS

FORMS = "forms"
"""Name under which the room of forms registers."""
LINES = "lines"
"""Records of the duty register itself: one line where no other room keeps a record."""


@dataclass(frozen=True)
class Evidence:
    """One record of a unit. ``day`` None: known to be expected, not there yet (a form that is not filed)."""

    campaign: str
    key: str
    """Pool or form."""
    unit_id: int | None
    day: date | None
    subject: str
    """type:id of the record."""
    title: str = ""
    period: str = ""
    """Of a form: the period it reports on, and below when it is due there."""
    due: datetime | None = None
    late_days: int = 0
    """Of a form: begun days between the last instant on time and its first filing."""
    mechanism_id: int | None = None
    """Of an office's record (``unit_id`` None): whose."""


Wanted = Collection[tuple[str, str]]
"""(campaign, pool or form) each."""
Read = Callable[[Session, Wanted, Sequence[int], date, date], Sequence[Evidence]]
"""(session, wanted, unit ids, first day, last day) -> the units' records of these days; one statement."""


@dataclass(frozen=True)
class Room:
    """``detail``, ``entry``: endpoint and the argument that takes the record's id, or the pool ('' = none)."""

    read: Read
    detail: tuple[str, str]
    entry: tuple[str, str]


_ROOMS: dict[str, Room] = {}


def register_evidence(name: str, room: Room) -> None:
    """``name``: ``ACTIVITIES``, ``MEETINGS``, ``VISITS``, ``LEDGERS`` or ``FORMS``."""
    _ROOMS[name] = room


def room_of(obligation: Obligation) -> str:
    """Where the records are kept that meet the obligation."""
    if obligation.form:
        return FORMS
    if obligation.pool:
        return obligation.pool if obligation.pool in (ACTIVITIES, *OF_OFFICE) else LEDGERS
    return LINES


def key_of(obligation: Obligation) -> str:
    """Under which the records are asked for that meet the obligation; of meetings, ``meetings:`` and the kinds."""
    if obligation.pool == MEETINGS:
        return ":".join((MEETINGS, *obligation.meetings))
    return obligation.form or obligation.pool or obligation.key


def find_room(name: str) -> Room | None:
    """None for ``LINES``, and for a room that this application does not have."""
    return _ROOMS.get(name)
