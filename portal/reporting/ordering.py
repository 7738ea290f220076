"""A unit's form of a period as what an order grows out of (what it shows is to be put right), or as evidence."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.periods import parse_period
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Message, Text, _
from portal.reporting.catalogue import find_form
from portal.reporting.models import Submission
from portal.supervision.sources import OrderSource, SourceKind, register_source
from portal.units.models import Unit
from portal.web.access import the_registry


def find_source(session: Session, desk: Desk, submission_id: int) -> OrderSource:
    """Of the desk's own tenant and campaign, once filed; a unit names its own."""
    row = session.execute(
        sa.select(Submission, Unit.short_name)
        .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
        .where(
            Submission.tenant_id == desk.tenant_id, Submission.id == submission_id,
            Submission.campaign == desk.campaign, Submission.edition > 0,
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    found, unit = row
    if Right.REPORT_READ_ALL not in desk.rights and found.unit_id not in desk.units_with(Right.REPORT_FILL):
        raise NotFound
    campaign = the_registry().find(desk.campaign)
    form = find_form(session, desk.tenant_id, campaign, found.form, found.local) if campaign else None
    label = Message(
        _("%(unit)s《%(form)s》%(period)s"),
        unit=unit, form=form.label if form else Text(found.form), period=parse_period(found.period).label,
    )  # fmt: skip
    return OrderSource(
        subject=f"report:{found.id}",
        label=label,
        title=str(Message(_("%(unit)s核实整改报表反映的问题"), unit=unit)),
        lead_unit_id=found.unit_id,
    )


register_source("report", SourceKind(find_source, ("reporting.sheet", "submission_id"), _("报表")))
