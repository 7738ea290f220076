"""What of supervision a leaving liaison hands over, and where the clocks of orders lead."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.text import _
from portal.deadlines.matters import Place, register_place
from portal.deadlines.models import Deadline
from portal.supervision.access import of_units
from portal.supervision.listing import CLOCK
from portal.supervision.models import Order
from portal.supervision.services import OPEN
from portal.units.handover import OpenItem

register_place("order", Place("supervision.detail", "order_id", _("办理"), "supervision/orders"))


def open_items(session: Session, mechanism_id: int, unit_id: int) -> list[OpenItem]:
    """Orders that the unit leads or supports and that are not ended."""
    rows = session.execute(
        sa.select(Order.id, Order.number, Order.title, Deadline.due_at)
        .join(Deadline, CLOCK)
        .where(Order.mechanism_id == mechanism_id, Order.stage.in_(OPEN), of_units([unit_id]))
        .order_by(Deadline.due_at, Order.id)
    )
    return [
        OpenItem(kind=_("督办"), title=f"{number} {title}", due=due, subject=f"order:{order_id}")
        for order_id, number, title, due in rows
    ]
