"""Whoever opens what only some may read stands in the trail, by whatever page."""

from __future__ import annotations

from portal.core.audit import Act, record
from portal.information.compiling import Source
from portal.information.models import Item, Level
from portal.web.access import now, the_actor, the_session

NARROW = frozenset({Level.OWN, Level.OFFICE, Level.CHOSEN})


def note_reading(item: Item | Source) -> None:
    """To be called when the words of ``item`` are shown; nothing for what every member reads."""
    if item.level in NARROW:
        subject, data = f"item:{item.id}", {"level": str(item.level)}
        record(the_session(), Act.SENSITIVE_READ, subject, the_actor(), now(), data)
