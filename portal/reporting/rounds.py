"""Opening periods in every tenant: the worker's round, and the operator's."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.registry import Registry
from portal.core.clock import SHANGHAI
from portal.core.scope import Actor, crossing
from portal.reporting.opening import open_periods
from portal.tenants.calendar import load_calendar
from portal.tenants.models import CampaignSwitch, Tenant
from portal.units.bodies import list_members
from portal.units.models import Mechanism


def open_everywhere(session: Session, actor: Actor, now: datetime, *, registry: Registry) -> int:
    """Open what is due to open, tenant by tenant; commits after each. Returns the number of new periods."""
    session.info.pop("scope", None)
    calendar = load_calendar(session)
    tenants = list(session.scalars(sa.select(Tenant.id).order_by(Tenant.path)))
    opened = 0
    for tenant_id in tenants:
        with crossing(session, tenant_id):
            for campaign_key, mechanism_id, since in session.execute(
                sa.select(Mechanism.campaign, Mechanism.id, CampaignSwitch.since)
                .join(
                    CampaignSwitch,
                    sa.and_(
                        CampaignSwitch.tenant_id == Mechanism.tenant_id,
                        CampaignSwitch.campaign == Mechanism.campaign,
                    ),
                )
                .where(CampaignSwitch.enabled, Mechanism.tenant_id == tenant_id)
            ).all():
                campaign = registry.find(campaign_key)
                if campaign is not None:
                    opened += open_periods(
                        session,
                        actor,
                        now,
                        campaign=campaign,
                        mechanism_id=mechanism_id,
                        members=list_members(session, mechanism_id, now.astimezone(SHANGHAI).date()),
                        since=since,
                        calendar=calendar,
                    )
        session.commit()
    return opened
