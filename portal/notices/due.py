"""What falls due: each room says what of its own does, for reminders and for the calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something a unit, or an office (``unit_id`` None), still owes."""

    tenant_id: int
    mechanism_id: int
    unit_id: int | None
    unit: str = ""
    subject: str
    """Names it for ever, e.g. ``deadline:12``; at most 40 characters."""
    title: str
    """Source text, or what a person wrote."""
    period: str = ""
    """Key of the period, put into words behind the title."""
    due: datetime
    """Last instant on time."""
    link: str = ""
    """Path inside the portal."""
    urgent: bool = False
    """A 24-hour clock: its reminders go out at night too."""
    begins: datetime | None = None
    """An appointment that ends with ``due``: nobody owes it, it is in the calendar and nobody is reminded of it."""
    place: str = ""
    """Of an appointment."""
    group: str = ""
    """What several units owe alike, e.g. ``report:7``: their office hears of the late ones in one notice."""


Source = Callable[[Session, datetime, datetime], Iterable[Due]]
"""What is owed still and falls due between two instants, in the tenants of the session's scope (many at once); a
constant number of statements."""

_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Once for each process, however many applications it makes."""
    if source not in _sources:
        _sources.append(source)


def list_due(session: Session, since: datetime, until: datetime) -> list[Due]:
    return [due for source in _sources for due in source(session, since, until)]
