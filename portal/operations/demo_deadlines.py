"""Deadlines of the demo that an office set by hand: one for several units, one whose unit has asked for more time."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from portal.campaigns.exchange import Limit, LimitKind
from portal.core.clock import SHANGHAI, end_of
from portal.deadlines.extensions import ask_extension
from portal.deadlines.hand import Order, start_by_hand
from portal.operations.demo_world import World, liaison, rows
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Tenant
from portal.units.bodies import list_members
from portal.units.models import Mechanism


def play(world: World, tenant: Tenant) -> None:
    """Inside ``tenant``."""
    bodies = world.session.scalars(sa.select(Mechanism).where(Mechanism.tenant_id == tenant.id)).all()
    by_campaign = {body.campaign: body for body in bodies}
    for number, row in enumerate(rows("deadlines.tsv")):
        body = by_campaign.get(row["campaign"])
        if row["prefix"] == world.prefix(tenant) and body is not None:
            _set(world, tenant, body, row, f"demo-deadline-{number}")


def _set(world: World, tenant: Tenant, body: Mechanism, row: dict[str, str], key: str) -> None:
    """Set ``ago`` days ago; ``more``: by how many days the unit wants it later."""
    slugs = world.units_by_slug[tenant.id]
    members = {m.unit_id: m for m in list_members(world.session, body.id, world.today)}
    units = [slugs[s] for s in row["units"].split(",") if slugs.get(s) in members]
    started, calendar = world.at(world.today - timedelta(days=int(row["ago"]))), load_calendar(world.session)
    order = Order(
        title=row["title"], what=row["what"], basis=row["basis"], started_at=started,
        rule=Limit(kind=LimitKind.WORKING_DAYS, n=int(row["working_days"])),
    )  # fmt: skip

    def link(deadline_id: int) -> str:
        return f"/{tenant.code}/{body.campaign}/deadlines/{deadline_id}"

    made = start_by_hand(
        world.session, world.office(tenant), started, mechanism_id=body.id, office=body.office, unit_ids=list(units),
        order=order, calendar=calendar, request_key=key, link=link,
    )  # fmt: skip
    for deadline in made if row["more"] else ():
        day = deadline.due_at.astimezone(SHANGHAI).date() + timedelta(days=int(row["more"]))
        ask_extension(
            world.session, liaison(members[deadline.unit_id or 0].full_name), world.at(world.today - timedelta(days=1), 16),
            deadline=deadline, wanted=end_of(calendar.shifted(day, 1).date), reason=row["reason"], link=link(deadline.id),
        )  # fmt: skip
