"""Reports as listed, and how punctual they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import midnight
from portal.deadlines.state import DeadlineState, state_of
from portal.exchange.models import UrgentPart, UrgentReceipt, UrgentReport
from portal.exchange.reasons import LATE_GROUPS, OTHER
from portal.exchange.services import FEEDBACK
from portal.tenants.models import Tenant
from portal.units.models import Unit

PAGE = 50


@dataclass(frozen=True)
class Row:
    """One filed report as listed; ``read_at`` of the own office, ``above_at`` of the reader's, if that is a superior's."""

    id: int
    tenant_id: int
    tenant_name: str
    unit_name: str
    what: str
    place: str
    amount: int | None
    known_at: datetime
    due_at: datetime
    filed_at: datetime
    read_at: datetime | None
    above_at: datetime | None
    closed_at: datetime | None
    parts: int
    """续报 and 终报 so far."""
    unread: int
    """Of those without the receipt of the reader's office."""

    def state(self, now: datetime) -> DeadlineState:
        return state_of(self.known_at, self.due_at, self.filed_at, now)


def list_reports(
    session: Session,
    campaign: str,
    *,
    unit_ids: Sequence[int] | None = None,
    text: str = "",
    reader_id: int = 0,
    below: bool = False,
    page: int = 1,
) -> tuple[list[Row], bool]:
    """Newest first, one page and whether more follow; ``unit_ids`` None = all that the scope shows. ``reader_id``: the
    tenant whose receipts count; ``below``: it looks down on the reporters' tenants."""
    u, p, r = UrgentReport, UrgentPart, UrgentReceipt
    receipts = sa.select(r.tenant_id, r.urgent_id, sa.func.min(r.read_at).label("at")).where(r.part == 1)
    receipts = receipts.where(r.reader_id == reader_id) if below else receipts
    above = receipts.group_by(r.tenant_id, r.urgent_id).subquery()
    read = sa.exists().where(
        r.tenant_id == p.tenant_id, r.urgent_id == p.urgent_id, r.part == p.number, r.reader_id == reader_id
    )
    own = (p.tenant_id == u.tenant_id, p.urgent_id == u.id, p.kind != FEEDBACK)
    parts = sa.select(sa.func.count()).select_from(p).where(*own)
    query = (
        sa.select(
            u.id, u.tenant_id, Tenant.city + Tenant.name, Unit.short_name, u.what, u.place, u.amount,
            u.known_at, u.due_at, u.filed_at, u.read_at, above.c.at, u.closed_at,
            parts.correlate(u).scalar_subquery(), parts.where(~read).correlate(u).scalar_subquery(),
        )
        .join(Unit, sa.and_(Unit.tenant_id == u.tenant_id, Unit.id == u.unit_id))
        .join(Tenant, Tenant.id == u.tenant_id)
        .outerjoin(above, sa.and_(above.c.tenant_id == u.tenant_id, above.c.urgent_id == u.id))
        .where(u.campaign == campaign)
        .order_by(u.filed_at.desc(), u.id.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )  # fmt: skip
    if unit_ids is not None:
        query = query.where(u.unit_id.in_(unit_ids))
    if text:
        query = query.where(sa.or_(*(c.icontains(text, autoescape=True) for c in (u.what, u.place))))
    rows = [Row(*tuple(row)) for row in session.execute(query)]
    return rows[:PAGE], len(rows) > PAGE


@dataclass
class Punctuality:
    """Reports of one tenant in one year: on time and late are kept apart, late ones by kind of reason."""

    tenant_name: str
    on_time: int = 0
    late: int = 0
    groups: dict[str, int] = field(default_factory=dict)
    """In the order of ``reasons.LATE_GROUPS``."""


def count_punctuality(session: Session, campaign: str, year: int) -> list[Punctuality]:
    """Of the tenants that the scope shows, in official order; one statement."""
    u = UrgentReport
    late = sa.or_(u.late_group != "", u.late_reason != "")
    kind = sa.case((u.late_group != "", u.late_group), (late, OTHER), else_="")
    first, last = midnight(date(year, 1, 1)), midnight(date(year + 1, 1, 1))
    rows = session.execute(
        sa.select(Tenant.code, Tenant.city + Tenant.name, kind, sa.func.count())
        .join(Tenant, Tenant.id == u.tenant_id)
        .where(u.campaign == campaign, u.filed_at >= first, u.filed_at < last)
        .group_by(Tenant.code, Tenant.city + Tenant.name, kind)
        .order_by(Tenant.code)
    )
    found: dict[str, Punctuality] = {}
    for code, name, kind, count in rows:
        line = found.setdefault(code, Punctuality(name))
        if kind:
            line.late += count
            line.groups[kind] = count
        else:
            line.on_time += count
    for line in found.values():
        line.groups = {key: line.groups[key] for key in LATE_GROUPS if key in line.groups}
    return list(found.values())
