"""The one clock. Everything the portal shows or counts is Asia/Shanghai; everything it stores is UTC."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as day_time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, aware, Asia/Shanghai."""
    return datetime.now(SHANGHAI)


def clock_from(start: str) -> Clock:
    """A clock that reads ``start`` (ISO 8601; Shanghai unless it says otherwise) now and then runs on. For tests."""
    first = datetime.fromisoformat(start)
    first = first.replace(tzinfo=SHANGHAI) if first.tzinfo is None else first.astimezone(SHANGHAI)
    begun = time.monotonic()
    return lambda: first + timedelta(seconds=time.monotonic() - begun)


def midnight(day: date) -> datetime:
    """00:00 of ``day`` in Shanghai."""
    return datetime.combine(day, day_time.min, SHANGHAI)


def end_of(day: date) -> datetime:
    """The last instant of ``day`` in Shanghai (24:00 is on time, what follows is late)."""
    return datetime.combine(day, day_time.max, SHANGHAI)
