"""Library of the demo: materials of each kind, a bulletin that was issued and one in the making."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from portal.accounts.models import Account
from portal.campaigns.declarations import Campaign
from portal.core.posts import PostKind
from portal.core.reader import Reader
from portal.information.bulletins import issue_bulletin
from portal.information.compiling import Content, list_candidates, start_draft, take_up
from portal.information.items import file_item
from portal.information.models import ItemKind, Level
from portal.operations.demo_world import World, rows
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Tenant
from portal.units.models import Mechanism, Post
from portal.units.reader import load_posts

SHOWN = ("pd", "yq")
"""Prefixes of the tenants that compile bulletins."""


def play(world: World, tenant: Tenant) -> None:
    """Inside ``tenant``, after the items were filed and answered."""
    if world.prefix(tenant) not in SHOWN:
        return
    bodies = world.session.scalars(sa.select(Mechanism).where(Mechanism.tenant_id == tenant.id)).all()
    for body in sorted(bodies, key=lambda b: b.campaign):
        campaign = world.registry.find(body.campaign)
        if campaign is not None:
            _collect(world, tenant, body, campaign)
            _compile(world, tenant, body, campaign)


def _collect(world: World, tenant: Tenant, body: Mechanism, campaign: Campaign) -> None:
    kinds = {c.key for c in campaign.exchange.materials}
    for number, row in enumerate(rows("materials.tsv")):
        if row["campaign"] == campaign.key and row["category"] in kinds:
            file_item(
                world.session, world.office(tenant), world.at(world.today - timedelta(days=int(row["days"]))),
                mechanism_id=body.id, campaign=campaign, unit_id=None, kind=ItemKind.MATERIAL, category=row["category"],
                title=row["title"], sections={"text": row["text"], "day": ""}, level=Level.MEMBERS, number=row["number"],
                request_key=f"demo-material-{number}", calendar=load_calendar(world.session),
            )  # fmt: skip


def _compile(world: World, tenant: Tenant, body: Mechanism, campaign: Campaign) -> None:
    """The first two items that all units read, issued yesterday; the rest waits in a draft."""
    holder = world.session.scalars(
        sa.select(Account)
        .join(Post, Post.account_id == Account.id)
        .where(Post.mechanism_id == body.id, Post.kind == PostKind.OFFICE_STAFF.value)
        .order_by(Account.username)
    ).first()
    posts = load_posts(world.session, holder.id, world.now) if holder else ()
    desk = Reader(0, "", "", posts).desk(tenant.code, campaign.key)
    if desk is None:
        return
    wide = (Level.MEMBERS, Level.UPWARD)
    own = [s for s in list_candidates(world.session, desk, world.now) if s.level in wide]
    if not own:
        return
    office, filed = world.office(tenant), world.at(world.today - timedelta(days=1), 16)
    frame = Content(
        editor=desk.office_name, report=world.text("bulletin_report"), send=world.text("bulletin_send"),
        issue=world.text("bulletin_issue"), copies="30",
    )  # fmt: skip
    content = take_up(frame, own[:2])
    draft = start_draft(world.session, office, filed, desk=desk, content=content)
    issue_bulletin(
        world.session, office, filed, desk=desk, campaign=campaign, draft=draft, content=content, confirmed=False,
        link=lambda item: f"/{tenant.code}/{campaign.key}/{'bulletins' if item.kind == 'bulletin' else 'information/items'}/{item.id}",
    )  # fmt: skip
    if own[2:]:
        start_draft(world.session, office, world.now, desk=desk, content=take_up(frame, own[2:4]))
