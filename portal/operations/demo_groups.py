"""Working groups, experts and the places of 五进 in the demo: fictional, posts only."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from portal.activities.models import Activity, ActivityVisit, Place
from portal.activities.places import add_places
from portal.core.text import _
from portal.operations.demo_world import World, rows
from portal.tenants.models import Level, Tenant
from portal.units.bodies import list_members
from portal.units.groups import GroupData, found_group, keep_expert, note_consultation
from portal.units.models import Mechanism

EXPERTS = (
    (_("货币防伪"), _("省货币鉴定实验室"), _("高级工程师"), _("半成品假币的认定"), _("纸张、水印与真币不符，印制工序未完成，可按半成品计。")),
    (_("金融法律"), _("省法学会金融法研究会"), _("研究员"), _("预付费经营的性质"), _("承诺还本付息并面向不特定人的，具备非法集资特征，建议会同主管部门会商定性。")),
)  # fmt: skip


def play(world: World, tenant: Tenant) -> None:
    """Inside ``tenant``, after its activities were entered."""
    if tenant.level == Level.PROVINCE:
        return
    _reach(world, tenant)
    slugs = world.units_by_slug[tenant.id]
    office, since = world.office(tenant), world.today - timedelta(days=200)
    for body in world.session.scalars(sa.select(Mechanism).where(Mechanism.tenant_id == tenant.id)).all():
        members = {m.unit_id for m in list_members(world.session, body.id, world.today)}
        for row in rows("groups.tsv"):
            units = [slugs[s] for s in (row["lead"], *row["units"].split(",")) if slugs.get(s) in members]
            if row["campaign"] == body.campaign and units and units[0] == slugs.get(row["lead"]):
                data = GroupData(
                    name=row["name"],
                    lead_unit_id=units[0],
                    unit_ids=units,
                    tasks=row["tasks"],
                    basis=row["basis"],
                )
                found_group(world.session, office, world.now, mechanism_id=body.id, data=data, since=since)
        for field, organisation, title, matter, opinion in EXPERTS:
            given = {"field": str(field), "organisation": str(organisation), "title": str(title), "name": ""}
            expert = keep_expert(
                world.session, office, world.at(since), mechanism_id=body.id, given=given, expert=None
            )
            asked = world.today - timedelta(days=60)
            note_consultation(
                world.session, office, world.at(asked), expert=expert, on=asked, matter=str(matter), opinion=str(opinion)
            )  # fmt: skip
    world.session.flush()


def _reach(world: World, tenant: Tenant) -> None:
    """Each second activity of an audience went to one of its places, the last place of each kind waits."""
    for row in rows("places.tsv"):
        line = f"{row['area']} {row['name']}".format(T=tenant.name[:2]).strip()
        add_places(world.session, world.office(tenant), world.now, kind=row["kind"], lines=[line])
    offered: dict[str, list[int]] = {}
    for kind, place_id in world.session.execute(
        sa.select(Place.kind, Place.id).where(Place.tenant_id == tenant.id).order_by(Place.kind, Place.id)
    ):
        offered.setdefault(kind, []).append(place_id)
    held = world.session.execute(
        sa.select(Activity.id, Activity.audience).where(Activity.tenant_id == tenant.id).order_by(Activity.id)
    ).all()
    for number, (activity_id, audience) in enumerate(held):
        places = offered.get(audience, ())[:-1]
        if places and number % 2:
            world.session.add(ActivityVisit(activity_id=activity_id, place_id=places[number % len(places)]))
