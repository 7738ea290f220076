"""What of transfers a leaving liaison hands over, and where their clocks lead."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.text import _
from portal.deadlines.matters import Place, register_place
from portal.transfers.models import Side, Transfer
from portal.transfers.states import OPEN, due_of
from portal.units.handover import OpenItem

register_place("transfer", Place("transfers.detail", "transfer_id", _("办理"), "transfers"))


def open_items(session: Session, mechanism_id: int, unit_id: int) -> list[OpenItem]:
    """What the unit has to accept or to answer; one statement."""
    rows = session.scalars(
        sa.select(Transfer)
        .where(
            Transfer.mechanism_id == mechanism_id, Transfer.unit_id == unit_id, Transfer.side == Side.IN.value,
            Transfer.state.in_([s.value for s in OPEN]),
        )
        .order_by(Transfer.sent_at, Transfer.id)
    )  # fmt: skip
    return [
        OpenItem(
            kind=_("移送"), title=f"{row.number} {row.title}", due=due_of(row), subject=f"transfer:{row.id}"
        )
        for row in rows
    ]
