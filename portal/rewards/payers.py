"""Who decides and pays: the office of the lead unit, in the city where the county's superior is on the portal.

The only module of the room that steps into another tenant; what is put there is listed by its callers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.reader import with_place
from portal.core.scope import crossing, get_scope
from portal.information.requests import find_superior
from portal.tenants.models import Level, Tenant
from portal.tenants.policies import values_of
from portal.units.bodies import list_members
from portal.units.models import Mechanism


@dataclass(frozen=True)
class Payer:
    tenant_id: int
    code: str
    mechanism_id: int
    office: str
    county: bool
    """A county pays itself, because nobody above it is on the portal: no bank of a county decides (``Tier.own``)."""


def find_payer(session: Session, tenant_id: int, campaign: str) -> Payer:
    """For an application of this tenant; three statements."""
    tenant = session.get_one(Tenant, tenant_id)
    if tenant.level == Level.COUNTY and (above := find_superior(session, tenant_id, campaign)) is not None:
        city = session.get_one(Tenant, above.tenant_id)
        return Payer(above.tenant_id, above.code, above.mechanism_id, with_place(city.full_name, above.office),
                     city.level == Level.COUNTY)  # fmt: skip
    body = session.execute(
        sa.select(Mechanism.id, Mechanism.office).where(
            Mechanism.tenant_id == tenant_id, Mechanism.campaign == campaign
        )
    ).one()
    return Payer(
        tenant_id, tenant.code, body[0], with_place(tenant.full_name, body[1]), tenant.level == Level.COUNTY
    )


@contextmanager
def inside(session: Session, tenant_id: int) -> Iterator[None]:
    """Write in this tenant for a moment; nothing special where it is one's own."""
    if get_scope(session).home == tenant_id:
        yield
        session.flush()
        return
    with crossing(session, tenant_id):
        yield


def readings_of(session: Session, payer_tenant_id: int, campaign: Campaign) -> Mapping[str, str]:
    """本县口径 of who decides, as of now."""
    with inside(session, payer_tenant_id):
        return values_of(session, payer_tenant_id, campaign)


def lead_unit(session: Session, mechanism_id: int, campaign: Campaign, on: date) -> int | None:
    """The paying unit, inside the payer's tenant."""
    members = list_members(session, mechanism_id, on)
    return next((m.unit_id for m in members if m.member == campaign.body.lead), None)
