"""What of the ledgers a leaving liaison hands over: the open entries that the unit handles. One whose clock runs is named
as a running clock, and not a second time (F10)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.text import _
from portal.deadlines.models import Deadline
from portal.ledger.access import COUNTS, HANDLER
from portal.ledger.models import Closing, Record
from portal.units.handover import OpenItem

MOST = 200


def _running(unit_id: int) -> sa.Select[tuple[str]]:
    """Ids of the entries whose clocks the unit owes (``record:7``, ``handling:7``)."""
    subject = Deadline.subject
    return sa.select(sa.func.replace(sa.func.replace(subject, "record:", ""), "handling:", "")).where(
        Deadline.unit_id == unit_id, Deadline.met_at.is_(None)
    )


def open_items(session: Session, mechanism_id: int, unit_id: int) -> list[OpenItem]:
    """Of ledgers with stages: what is neither closed nor ended. The latest first."""
    rows = session.execute(
        sa.select(Record.id, Record.number, Record.title)
        .where(
            Record.mechanism_id == mechanism_id, HANDLER.in_([unit_id]), Record.stage != "", COUNTS,
            Record.closing.not_in((Closing.CLOSED.value, Closing.ENDED.value)),
            sa.cast(Record.id, sa.String).not_in(_running(unit_id)),
        )
        .order_by(Record.known_at.desc(), Record.id)
        .limit(MOST)
    )  # fmt: skip
    return [
        OpenItem(kind=_("台账"), title=f"{number} {title}", due=None, subject=f"record:{record_id}")
        for record_id, number, title in rows
    ]
