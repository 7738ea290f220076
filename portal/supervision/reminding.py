"""Feedback dates of the units and look-backs of the office, as things that fall due. The order's own due date is its
clock's (``deadlines/reminding.py``)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI, end_of
from portal.core.scope import get_scope
from portal.core.text import _
from portal.deadlines.models import Deadline
from portal.notices.due import Due
from portal.supervision.listing import CLOCK
from portal.supervision.models import Order, Stage
from portal.tenants.models import Tenant
from portal.units.models import Mechanism, Unit

FEEDBACK, LOOK_BACK = _("反馈督办进展"), _("督办回头看")


def list_due(session: Session, since: datetime, until: datetime) -> Iterable[Due]:
    """Of the scope's own tenants; one statement."""
    first = since.astimezone(SHANGHAI).date() - timedelta(days=1)
    last = until.astimezone(SHANGHAI).date()
    rows = session.execute(
        sa.select(
            Order.tenant_id, Order.id, Order.mechanism_id, Order.lead_id, Unit.short_name, Order.stage,
            Order.feedback_due, Order.look_back_on, Deadline.due_at, Tenant.code, Mechanism.campaign,
        )
        .join(Deadline, CLOCK)
        .join(Tenant, Tenant.id == Order.tenant_id)
        .join(Mechanism, sa.and_(Mechanism.tenant_id == Order.tenant_id, Mechanism.id == Order.mechanism_id))
        .join(Unit, sa.and_(Unit.tenant_id == Order.tenant_id, Unit.id == Order.lead_id))
        .where(
            Order.tenant_id.in_(get_scope(session).own),
            sa.or_(
                sa.and_(Order.stage == Stage.OPEN.value, Order.feedback_due.between(first, last)),
                sa.and_(Order.stage == Stage.CLOSED.value, Order.look_back_on.between(first, last)),
            ),
        )
    )  # fmt: skip
    for row in rows:
        feeds = row.stage == Stage.OPEN
        due = end_of(row.feedback_due if feeds else row.look_back_on)
        if not since < due <= until or (feeds and due >= row.due_at):
            continue
        name = f"feed:{row.id}:{row.feedback_due}" if feeds else f"lookback:{row.id}"
        yield Due(
            tenant_id=row.tenant_id, mechanism_id=row.mechanism_id, unit_id=row.lead_id if feeds else None,
            unit=row.short_name if feeds else "", subject=name, title=FEEDBACK if feeds else LOOK_BACK, due=due,
            link=f"/{row.code}/{row.campaign}/supervision/orders/{row.id}",
        )  # fmt: skip
