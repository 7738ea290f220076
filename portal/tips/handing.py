"""What of tips a leaving liaison hands over: their numbers, never what they say."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.text import _
from portal.deadlines.models import Deadline
from portal.tips.models import Tip
from portal.tips.services import ANSWER, OPEN
from portal.units.handover import OpenItem


def open_items(session: Session, mechanism_id: int, unit_id: int) -> list[OpenItem]:
    """Tips that the unit has in hand."""
    clock = sa.and_(
        Deadline.tenant_id == Tip.tenant_id,
        Deadline.subject == sa.literal("tip:") + sa.cast(Tip.id, sa.String),
        Deadline.rule == ANSWER,
    )
    rows = session.execute(
        sa.select(Tip.id, Tip.number, Deadline.due_at)
        .outerjoin(Deadline, clock)
        .where(Tip.mechanism_id == mechanism_id, Tip.unit_id == unit_id, Tip.stage.in_(OPEN))
        .order_by(Tip.filed_at, Tip.id)
    )
    return [
        OpenItem(kind=_("公众举报"), title=number, due=due, subject=f"tip:{tip_id}")
        for tip_id, number, due in rows
    ]
