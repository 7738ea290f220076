"""A unit's time to object, as something that falls due. Never by the measure's reason: the page shows that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.assessment.models import Measure, MeasureState
from portal.core.scope import get_scope
from portal.core.text import _
from portal.notices.due import Due
from portal.tenants.models import Tenant
from portal.units.models import Unit

TITLE = _("申辩期限")


def list_due(session: Session, since: datetime, until: datetime) -> Iterable[Due]:
    """Of the scope's own tenants; one statement."""
    rows = session.execute(
        sa.select(
            Measure.tenant_id, Measure.id, Measure.mechanism_id, Measure.campaign, Measure.unit_id, Unit.short_name,
            Measure.object_by, Tenant.code,
        )
        .join(Tenant, Tenant.id == Measure.tenant_id)
        .join(Unit, sa.and_(Unit.tenant_id == Measure.tenant_id, Unit.id == Measure.unit_id))
        .where(
            Measure.tenant_id.in_(get_scope(session).own), Measure.state == MeasureState.PROPOSED.value,
            Measure.answer == "", Measure.object_by > since, Measure.object_by <= until,
        )
        .order_by(Measure.object_by, Measure.id)
    )  # fmt: skip
    for row in rows:
        yield Due(
            tenant_id=row.tenant_id, mechanism_id=row.mechanism_id, unit_id=row.unit_id, unit=row.short_name,
            subject=f"measure:{row.id}", title=TITLE, due=row.object_by,
            link=f"/{row.code}/{row.campaign}/assessment/ladder/{row.id}",
        )  # fmt: skip
