"""Entries that may belong together: offered to a person, never added up by the machine (Q-13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI, midnight
from portal.deadlines.matters import Matter, Near
from portal.ledger.access import COUNTS, readable_by
from portal.ledger.models import Record
from portal.units.models import Unit

DAYS = 7
"""How far apart two finds at one place may lie."""
MOST = 10


def same_day(known_at: datetime) -> Any:
    """Known on that day of Asia/Shanghai."""
    day = midnight(known_at.astimezone(SHANGHAI).date())
    return sa.and_(Record.known_at >= day, Record.known_at < day + timedelta(days=1))


def find_near(session: Session, matter: Matter, unit_ids: Sequence[int] | None) -> list[Near]:
    """Of the same tenant, campaign and ledger: known on the same day, or within a week at the same place. Of these
    units, None = of all; one statement."""
    near = same_day(matter.known_at)
    if matter.place:
        span = timedelta(days=DAYS)
        here = (
            Record.place == matter.place,
            Record.known_at.between(matter.known_at - span, matter.known_at + span),
        )
        near = sa.or_(near, sa.and_(*here))
    query = (
        sa.select(Record.id, Record.number, Record.title, Record.place, Record.known_at, Record.values, Unit.short_name)
        .join(Unit, sa.and_(Unit.tenant_id == Record.tenant_id, Unit.id == Record.unit_id))
        .where(
            Record.tenant_id == matter.tenant_id,
            Record.campaign == matter.campaign,
            Record.ledger == matter.ledger,
            Record.id != matter.id,
            COUNTS,
            near,
        )
        .order_by(Record.known_at, Record.id)
        .limit(MOST)
    )  # fmt: skip
    if unit_ids is not None:
        query = query.where(readable_by(unit_ids))
    return [Near(f"record:{row[0]}", *row[1:]) for row in session.execute(query)]
