"""Forms not filed as things that fall due: each unit's own, and for the office one line for all of a report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.scope import get_scope
from portal.notices.due import Due
from portal.reporting.models import OPEN, Report, Submission
from portal.tenants.models import Tenant
from portal.units.models import Unit


def list_due(session: Session, since: datetime, until: datetime) -> Iterable[Due]:
    """Forms on which the unit has to act, of the scope's own tenants, of reports that are not closed; one statement."""
    rows = session.execute(
        sa.select(
            Submission.tenant_id, Submission.id, Submission.report_id, Submission.unit_id, Submission.campaign,
            Submission.form, Submission.period, Submission.due_at, Report.mechanism_id, Report.title,
            Unit.short_name, Tenant.code,
        )
        .join(Report, sa.and_(Report.tenant_id == Submission.tenant_id, Report.id == Submission.report_id))
        .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
        .join(Tenant, Tenant.id == Submission.tenant_id)
        .where(
            Submission.tenant_id.in_(get_scope(session).own), Submission.state.in_([s.value for s in OPEN]),
            Submission.due_at > since, Submission.due_at <= until, Report.closed_at.is_(None),
        )
        .order_by(Submission.due_at, Unit.sort_no, Submission.id)
    )  # fmt: skip
    for row in rows:
        yield Due(
            tenant_id=row.tenant_id,
            mechanism_id=row.mechanism_id,
            unit_id=row.unit_id,
            unit=row.short_name,
            subject=f"form:{row.id}",
            title=row.title or row.form,
            period=row.period,
            due=row.due_at,
            link=f"/{row.code}/{row.campaign}/reports/{row.id}",
            group=f"report:{row.report_id}",
        )
