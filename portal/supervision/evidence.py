"""Inspections whose result was recorded, as proof of what an office owes (S-19); a plan alone proves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.forms import VISITS
from portal.core.scope import get_scope
from portal.figures.evidence import Evidence, Room, Wanted, register_evidence
from portal.supervision.models import Visit, VisitUnit
from portal.units.models import Mechanism


def read_evidence(
    session: Session, wanted: Wanted, _unit_ids: Sequence[int], first: date, last: date
) -> Sequence[Evidence]:
    """Of the offices in the scope, by the first day on which a unit of the visit was seen; one statement."""
    day = sa.func.min(VisitUnit.done_on)
    rows = session.execute(
        sa.select(Mechanism.campaign, Mechanism.id, Visit.id, Visit.title, day)
        .join(Visit, sa.and_(Visit.tenant_id == Mechanism.tenant_id, Visit.mechanism_id == Mechanism.id))
        .join(VisitUnit, sa.and_(VisitUnit.tenant_id == Visit.tenant_id, VisitUnit.visit_id == Visit.id))
        .where(
            Mechanism.tenant_id.in_(get_scope(session).own), Mechanism.campaign.in_({c for c, _key in wanted}),
            VisitUnit.done_on.between(first, last), Visit.cancelled_at.is_(None),
        )
        .group_by(Mechanism.campaign, Mechanism.id, Visit.id, Visit.title)
        .order_by(day, Visit.id)
    )  # fmt: skip
    return [
        Evidence(campaign, VISITS, None, done_on, f"visit:{visit_id}", title, mechanism_id=mechanism_id)
        for campaign, mechanism_id, visit_id, title, done_on in rows
    ]


register_evidence(
    VISITS, Room(read_evidence, detail=("supervision.visit", "visit_id"), entry=("supervision.visits", ""))
)
