"""A body as the campaign declares it: default words after the place's name, the roster's lines seated."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, MemberKind
from portal.core.text import _
from portal.tenants.models import Level, Tenant
from portal.units.matching import Known, match_members, places_of
from portal.units.models import Mechanism, Membership, Unit

_DISTRICT = _("区")


def default_body(tenant: Tenant, campaign: Campaign) -> Mechanism:
    body = campaign.body
    district = tenant.level == Level.COUNTY and tenant.name.endswith(_DISTRICT)
    place = tenant.full_name if district else tenant.name  # 郊区 exists in many cities
    return Mechanism(
        campaign=campaign.key,
        kind=body.kind.value,
        name=place + body.name,
        office=place + body.office if body.office.startswith(body.name) else str(body.office),
        titles={key: str(word) for key, word in body.titles.items()},
    )


def seat_roster(
    session: Session, tenant: Tenant, campaign: Campaign, mechanism: Mechanism, since: date
) -> None:
    """Add a membership for every line that never had one: classes as classes, units where one fits."""
    seats = session.execute(
        sa.select(Membership.member, Membership.unit_id).where(Membership.mechanism_id == mechanism.id)
    ).all()
    seen, taken = {s.member for s in seats}, {s.unit_id for s in seats}
    new = [m for m in campaign.roster if m.key not in seen]
    classes = {m.key: m.unit_kind for m in campaign.roster if m.kind is MemberKind.CLASS}
    rows = session.execute(
        sa.select(Unit.id, Unit.full_name, Unit.short_name, Unit.aliases)
        .where(Unit.active, Unit.kind.not_in(list(classes.values())))
        .order_by(Unit.sort_no, Unit.id)
    )
    units = [Known(r[0], r[1], (r[1], r[2], *r[3])) for r in rows if r[0] not in taken]
    places = places_of(session.scalars(sa.select(Tenant.name)))
    found = match_members([m for m in new if m.key not in classes], units, places)
    for m in new:
        unit_id, unit_kind = found.get(m.key), classes.get(m.key)
        if unit_id or unit_kind:
            seat = {"mechanism_id": mechanism.id, "member": m.key, "since": since}
            session.add(Membership(**seat, unit_id=unit_id, unit_kind=unit_kind))
    if not mechanism.host_name and campaign.body.lead in found:
        mechanism.host_name = next(u.full_name for u in units if u.id == found[campaign.body.lead])
    session.flush()
