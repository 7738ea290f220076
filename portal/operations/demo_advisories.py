"""Advisories and requests upward of the demo: signed for in part, one overdue, two pushed from the city, a request in
each state. Counties come before their city, which answers what they ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from portal.campaigns.declarations import Campaign
from portal.core.reader import Desk
from portal.core.scope import crossing, get_scope, set_scope
from portal.information.advisories import Entry, distribute, send_advisory
from portal.information.models import Item, ItemReceipt, UpwardRequest
from portal.information.pushing import Way, push
from portal.information.receipts import sign_for
from portal.information.requests import Entry as Asked
from portal.information.requests import State, file_request, step_request
from portal.operations.demo_world import World, liaison, rows
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Level, Tenant
from portal.units.bodies import list_members
from portal.units.models import Mechanism, Unit
from portal.units.reader import subtree_scope

HANDED_ON = "pd"
"""The county whose office has handed on what the city sent it."""
_PATH = (State.PASSED, State.TAKEN, State.DONE)


def play(world: World, tenant: Tenant) -> None:
    """Inside ``tenant``."""
    for body in world.session.scalars(sa.select(Mechanism).where(Mechanism.tenant_id == tenant.id)).all():
        campaign = world.registry.find(body.campaign)
        if campaign is None:
            continue
        desk = Desk(
            tenant_id=tenant.id, tenant_code=tenant.code, tenant_name=tenant.full_name, tenant_path=tenant.path,
            tenant_level=tenant.level, campaign=body.campaign, mechanism_id=body.id, mechanism_name=body.name,
            office_name=body.office, sign_off=body.sign_off, posts=(),
        )  # fmt: skip
        for row, key in _rows("requests.tsv", world, tenant, body):
            _ask(world, desk, campaign, row, key)
        inside = get_scope(world.session)
        if tenant.level == Level.CITY:
            set_scope(world.session, subtree_scope(world.session, desk))
            _answer(world, tenant, desk)
        for row, key in _rows("advisories.tsv", world, tenant, body):
            _warn(world, tenant, desk, campaign, row, key)
        set_scope(world.session, inside)


def _rows(name: str, world: World, tenant: Tenant, body: Mechanism) -> Iterator[tuple[dict[str, str], str]]:
    for number, row in enumerate(rows(name)):
        if (row["prefix"], row["campaign"]) == (world.prefix(tenant), body.campaign):
            yield row, f"demo-{name[:3]}-{number}"


def _link(page: str, campaign: str) -> str:
    return f"/%s/{campaign}/{page}/%s"


def _warn(
    world: World, tenant: Tenant, desk: Desk, campaign: Campaign, row: dict[str, str], key: str
) -> None:
    members = list_members(world.session, desk.mechanism_id, world.today)
    unit = world.units_by_slug[tenant.id].get(row["unit"])
    sent = world.at(world.today - timedelta(days=int(row["days"])), 9)
    until = (sent + timedelta(days=int(row["open"]))).replace(hour=18, minute=0, second=0, microsecond=0)
    texts = {name: row[name] for name in ("situation", "risk", "advice", "feedback")}
    name = next((m.full_name for m in members if m.unit_id == unit), "")
    actor, calendar = (liaison(name) if unit else world.office(tenant)), load_calendar(world.session)
    address = _link("advisories", campaign.key)
    item = send_advisory(
        world.session, actor, sent, desk=desk, campaign=campaign, members=members, unit_id=unit,
        entry=Entry(row["category"], row["title"], texts, True, (), until), request_key=key, calendar=calendar,
        link=lambda code, item_id: address % (code, item_id),
    )  # fmt: skip
    _sign(world, item, float(row["signed"]))
    if not row["push"]:
        return
    at = sent + timedelta(hours=1)
    below = world.session.scalars(sa.select(Tenant.id).where(Tenant.parent_id == tenant.id)).all()
    push(
        world.session, world.office(tenant), at, desk=desk, campaign=campaign, item=item, tenant_ids=below, way=Way(row["push"]),
        read_by_at=until, folder=Path(), calendar=calendar, link=lambda code, item_id: address % (code, item_id),
    )  # fmt: skip
    for county in (t for t in world.tenants.values() if t.id in below):
        with crossing(world.session, county.id):
            copy = world.session.scalars(sa.select(Item).where(Item.origin_id == item.id)).one()
            if row["push"] == Way.OFFICE and world.prefix(county) == HANDED_ON:
                _hand_on(world, county, campaign, copy, at + timedelta(hours=2), until)
            if row["push"] == Way.MEMBERS or world.prefix(county) == HANDED_ON:
                _sign(world, copy, float(row["signed"]))


def _hand_on(
    world: World, county: Tenant, campaign: Campaign, copy: Item, at: datetime, until: datetime
) -> None:
    body = world.session.get_one(Mechanism, (county.id, copy.mechanism_id))
    desk = Desk(
        tenant_id=county.id, tenant_code=county.code, tenant_name=county.full_name, tenant_path=county.path,
        tenant_level=county.level, campaign=body.campaign, mechanism_id=body.id, mechanism_name=body.name,
        office_name=body.office, sign_off=body.sign_off, posts=(),
    )  # fmt: skip
    address = _link("advisories", campaign.key)
    distribute(
        world.session, world.office(county), at, desk=desk, campaign=campaign,
        members=list_members(world.session, body.id, world.today), item=copy, everyone=True, units=(), read_by_at=until,
        link=lambda code, item_id: address % (code, item_id),
    )  # fmt: skip


def _sign(world: World, item: Item, share: float) -> None:
    """Some have signed, hours after it came; units that the demo keeps open have not."""
    wanted = (
        sa.select(ItemReceipt.unit_id, Unit.full_name)
        .join(Unit, sa.and_(Unit.tenant_id == ItemReceipt.tenant_id, Unit.id == ItemReceipt.unit_id))
        .where(ItemReceipt.tenant_id == item.tenant_id, ItemReceipt.item_id == item.id)
        .order_by(Unit.sort_no)
    )
    for number, (unit_id, name) in enumerate(world.session.execute(wanted).all(), 1):
        at = item.filed_at + timedelta(hours=number)
        if unit_id not in world.kept_open and at < world.now and world.happens(share):
            sign_for(world.session, liaison(name), at, item=item, unit_id=unit_id)


def _ask(world: World, desk: Desk, campaign: Campaign, row: dict[str, str], key: str) -> None:
    members = list_members(world.session, desk.mechanism_id, world.today)
    unit = world.units_by_slug[desk.tenant_id].get(row["unit"])
    name = next((m.full_name for m in members if m.unit_id == unit), "")
    asked = world.at(world.today - timedelta(days=int(row["days"])), 10)
    entry = Asked(row["category"], row["title"], row["reason"], tuple(row["targets"].split("|")))
    address = _link("requests", campaign.key)
    found = file_request(
        world.session, liaison(name), asked, desk=desk, campaign=campaign, members=members, unit_id=unit, entry=entry,
        request_key=key, link=lambda code, request_id: address % (code, request_id),
    )  # fmt: skip
    state = State(row["state"])
    office = world.office(world.tenants[desk.tenant_code])
    steps: list[tuple[State, str]] = []
    if state is State.DECLINED:
        steps = [(state, row["note"])]
    elif state is not State.FILED:
        steps = [(State.PASSED, "")]
        if desk.tenant_level == Level.CITY:
            steps.append((state, row["note"]))
    for number, (step, note) in enumerate(steps, 1):
        at = min(asked + timedelta(hours=4 * number), world.now)
        step_request(
            world.session, office, at, desk=desk, request=found, state=step, note=note,
            link=lambda code, request_id: address % (code, request_id),
        )  # fmt: skip


def _answer(world: World, city: Tenant, desk: Desk) -> None:
    """The city takes up and ends what its counties passed on, as far as the rows say."""
    told = {row["title"]: row for row in rows("requests.tsv")}
    waiting = sa.select(UpwardRequest).where(
        UpwardRequest.campaign == desk.campaign, UpwardRequest.tenant_id != city.id, UpwardRequest.state == State.PASSED
    )  # fmt: skip
    address = _link("requests", desk.campaign)
    for found in world.session.scalars(waiting.order_by(UpwardRequest.filed_at)).all():
        row = told[found.title]
        for number, step in enumerate(_PATH[1 : 1 + max(_PATH.index(State(row["state"])), 0)], 1):
            at = min(found.filed_at + timedelta(days=number, hours=6), world.now)
            step_request(
                world.session, world.office(city), at, desk=desk, request=found, state=step,
                note=row["note"] if step is State.DONE else "", link=lambda code, request_id: address % (code, request_id),
            )  # fmt: skip
