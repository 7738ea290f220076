"""Ledger entries as proof of what is owed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI, end_of, midnight
from portal.figures.evidence import Evidence, Room, Wanted, register_evidence
from portal.figures.sources import LEDGERS
from portal.ledger.access import COUNTS
from portal.ledger.models import Record


def read_evidence(
    session: Session, wanted: Wanted, unit_ids: Sequence[int], first: date, last: date
) -> Sequence[Evidence]:
    """Entries by the day on which the unit knew of the matter; one statement."""
    rows = session.execute(
        sa.select(Record.campaign, Record.ledger, Record.unit_id, Record.known_at, Record.id, Record.title)
        .where(
            sa.tuple_(Record.campaign, Record.ledger).in_(list(wanted)),
            Record.unit_id.in_(list(unit_ids)),
            COUNTS,
            Record.known_at.between(midnight(first), end_of(last)),
        )
        .order_by(Record.known_at, Record.id)
    )
    return [
        Evidence(campaign, ledger, unit_id, known.astimezone(SHANGHAI).date(), f"record:{record_id}", title)
        for campaign, ledger, unit_id, known, record_id, title in rows
    ]


register_evidence(
    LEDGERS, Room(read_evidence, detail=("ledger.detail", "record_id"), entry=("ledger.new", "ledger"))
)
