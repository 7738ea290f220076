"""Entries found by words of number, title and place, however many there are."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.core import search
from portal.core.scope import Actor, get_scope
from portal.ledger.following import register_follower
from portal.ledger.models import Record

SHELF = "¤"
"""No word holds it, and neither database cuts there."""
MOST_HITS = 200
"""Beyond, the list is read in its order until a page is full, which is then the shorter way."""


def find_ids(session: Session, text: str) -> list[int] | None:
    """Entries that may hold ``text``; None: so many that the order of the list is the shorter way, or it has no words."""
    found = search.find(session, text, SHELF, MOST_HITS + 1)
    return None if found is None or len(found) > MOST_HITS else found


def put_words(
    session: Session, _actor: Actor, _now: datetime, _campaign: Campaign, _ledger: Ledger, found: Record
) -> None:
    """A first version was made just now."""
    text = f"{found.number} {found.title} {found.place}"
    search.put(session, found.id, text, SHELF, fresh=found.version == 1)


def refill(session: Session) -> int:
    rows = session.execute(
        sa.select(Record.id, Record.number, Record.title, Record.place)
        .where(Record.tenant_id == get_scope(session).home)
        .execution_options(yield_per=500)
    )
    count = 0
    for record_id, number, title, place in rows:
        search.put(session, record_id, f"{number} {title} {place}", SHELF)
        count += 1
    return count


register_follower(put_words)
search.register_refill(refill)
