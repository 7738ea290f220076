"""Running clocks as things that fall due, for reminders and for the calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.exchange import LimitKind
from portal.core.scope import get_scope
from portal.deadlines.matters import find_place, is_clock
from portal.deadlines.models import Deadline
from portal.notices.due import Due
from portal.tenants.models import Tenant
from portal.units.models import Mechanism, Unit

SHORT = 24
"""A limit of so many natural hours is reminded of in hours, at night too; an extended one still is."""


def list_due(session: Session, since: datetime, until: datetime) -> Iterable[Due]:
    """Clocks that run, of the scope's own tenants; one statement."""
    rows = session.execute(
        sa.select(
            Deadline.tenant_id, Deadline.id, Deadline.mechanism_id, Deadline.unit_id, Unit.short_name,
            Deadline.subject, Deadline.title, Deadline.reason, Deadline.due_at, Deadline.span, Tenant.code,
            Mechanism.campaign,
        )
        .join(Tenant, Tenant.id == Deadline.tenant_id)
        .join(Mechanism, sa.and_(Mechanism.tenant_id == Deadline.tenant_id, Mechanism.id == Deadline.mechanism_id))
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Deadline.tenant_id, Unit.id == Deadline.unit_id))
        .where(
            Deadline.tenant_id.in_(get_scope(session).own), Deadline.met_at.is_(None),
            Deadline.due_at > since, Deadline.due_at <= until,
        )
    )  # fmt: skip
    for row in rows:
        span = row.span or {"rule": LimitKind.HOURS, "n": row.reason.get("hours", 0)}
        page = "urgent" if is_clock(row.subject) else f"deadlines/{row.id}"
        placed = find_place(row.subject)
        if placed is not None:
            page = f"{placed[0].path}/{placed[1]}"
        yield Due(
            tenant_id=row.tenant_id,
            mechanism_id=row.mechanism_id,
            unit_id=row.unit_id,
            unit=row.short_name or "",
            subject=f"deadline:{row.id}",
            title=row.title,
            due=row.due_at,
            link=f"/{row.code}/{row.campaign}/{page}",
            urgent=span["rule"] == LimitKind.HOURS and span["n"] <= SHORT,
        )
