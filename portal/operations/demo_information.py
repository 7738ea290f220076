"""Information of the demo: items at every level, answered and not, one of them overdue at its office; signatures."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from portal.core.scope import Actor
from portal.information.answers import answer_item
from portal.information.items import file_item
from portal.information.models import Answer, ItemKind, Level
from portal.information.services import tell_readers
from portal.operations.demo_world import World, liaison, rows
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Tenant
from portal.units.agreements import digest_of, sign_agreement
from portal.units.bodies import list_members
from portal.units.models import Mechanism, Post

UNSIGNED = 5
"""Every so manieth person has not signed yet."""


def play(world: World, tenant: Tenant) -> None:
    """Inside ``tenant``."""
    bodies = world.session.scalars(sa.select(Mechanism).where(Mechanism.tenant_id == tenant.id)).all()
    for body in sorted(bodies, key=lambda b: b.campaign):
        _sign(world, tenant, body)
        for number, row in enumerate(rows("items.tsv")):
            if (row["prefix"], row["campaign"]) == (world.prefix(tenant), body.campaign):
                _report(world, tenant, body, row, f"demo-item-{number}")


def _report(world: World, tenant: Tenant, body: Mechanism, row: dict[str, str], key: str) -> None:
    campaign = world.registry.find(body.campaign)
    slugs = world.units_by_slug[tenant.id]
    members = {m.unit_id: m for m in list_members(world.session, body.id, world.today)}
    unit = members.get(slugs.get(row["unit"], 0))
    if campaign is None or unit is None:
        return
    filed = world.at(world.today - timedelta(days=int(row["days"])))
    readers = [slugs[s] for s in row["readers"].split(",") if slugs.get(s) in members]
    level = Level(row["level"])
    if level is Level.CHOSEN and not readers:
        level = Level.OFFICE
    item = file_item(
        world.session, liaison(unit.full_name), filed, mechanism_id=body.id, campaign=campaign, unit_id=unit.unit_id,
        kind=ItemKind.INFORMATION, category=row["category"], title=row["title"],
        sections={name: row[name] for name in ("situation", "analysis", "suggestion")}, level=level, readers=readers,
        request_key=key, calendar=load_calendar(world.session),
    )  # fmt: skip
    link = f"/{tenant.code}/{campaign.key}/information/items/{item.id}"
    tell_readers(world.session, liaison(unit.full_name), filed, item=item, readers=readers, link=link)
    if row["answer"]:
        target = slugs.get(row["to"])
        answer = Answer(row["answer"])
        if answer is Answer.FORWARDED and target not in members:
            answer, target = Answer.ADOPTED, None
        answered = world.at(filed.date() + timedelta(days=1), 15)
        answer_item(
            world.session, world.office(tenant), answered, item=item, answer=answer, why=row["why"], to_unit=target,
            link=link,
        )  # fmt: skip


def _sign(world: World, tenant: Tenant, body: Mechanism) -> None:
    campaign = world.registry.find(body.campaign)
    agreement = campaign.exchange.agreement if campaign else None
    if agreement is None:
        return
    wanted = (
        sa.select(Post.account_id).where(Post.mechanism_id == body.id).distinct().order_by(Post.account_id)
    )
    for number, account_id in enumerate(world.session.scalars(wanted).all(), 1):
        if number % UNSIGNED:
            sign_agreement(
                world.session, Actor(account_id, tenant.full_name), world.now - timedelta(days=20),
                mechanism_id=body.id, account_id=account_id, agreement=agreement, digest=digest_of(agreement),
            )  # fmt: skip
