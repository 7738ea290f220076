"""Matching of the demo: one match that waits for the city, one joint matter that runs, one whose lead is disputed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.matching import MatchKind
from portal.core.clock import SHANGHAI
from portal.core.posts import POST_LABELS, PostKind
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import _
from portal.ledger.services import Entry, create_record
from portal.matching.digests import inside
from portal.matching.joints import Answer, answer, propose
from portal.matching.models import JointTwin, MatchPair
from portal.operations.demo_world import World, liaison, rows
from portal.tenants.models import Tenant
from portal.units.bodies import find_body

Row = dict[str, str]


def play(world: World) -> None:
    """Across the counties, when every one of them has its ledgers; outside any tenant."""
    tenants = {world.prefix(t): t for t in world.tenants.values()}
    stories: dict[str, list[Row]] = {}
    for row in rows("matching.tsv"):
        if world.registry.find(row["campaign"]) is not None and row["prefix"] in tenants:
            stories.setdefault(row["story"], []).append(row)
    for pair in stories.values():
        _tell(world, tenants, pair)
        world.session.commit()


def _tell(world: World, tenants: dict[str, Tenant], pair: list[Row]) -> None:
    campaign = world.registry.find(pair[0]["campaign"])
    assert campaign is not None
    ids = [_enter(world, tenants[row["prefix"]], campaign, row) for row in pair]
    state, county = pair[0]["state"], tenants[pair[0]["prefix"]]
    if state == "new" or None in ids or county.parent_id is None:
        return
    office = Actor(None, f"{county.city} {POST_LABELS[PostKind.OFFICE_STAFF]}")
    day = _day(world, pair[-1], later=1)
    with inside(world.session, county.parent_id):
        query = sa.select(MatchPair.id).where(
            MatchPair.left_record_id.in_(ids), MatchPair.right_record_id.in_(ids)
        )
        found = world.session.scalar(query)
        if found is None:
            return
        propose(
            world.session, office, day, desk=_desk(world, county.parent_id, campaign), pair_id=found, host=ids[0] or 0,
            reason=str(_("两件要素相同，宣传和收款方式一致。")), request_key=f"demo-joint-{pair[0]['story']}",
        )  # fmt: skip
    for number, row in enumerate(pair):
        claim = number > 0 and state == "disputed"
        _answer(world, tenants[row["prefix"]], campaign, ids[number], day + timedelta(hours=2), claim=claim)


def _day(world: World, row: Row, later: int = 0) -> datetime:
    return world.at(world.today - timedelta(days=max(int(row["ago"]) - later, 0)))


def _enter(world: World, tenant: Tenant, campaign: Campaign, row: Row) -> int | None:
    ledger = campaign.ledger(row["ledger"])
    with inside(world.session, tenant.id):
        body = find_body(world.session, tenant.id, campaign.key)
        unit_id = world.units_by_slug[tenant.id].get(row["unit"])
        if ledger is None or body is None or unit_id is None:
            return None
        at = _day(world, row)
        found = create_record(
            world.session, liaison(tenant.full_name), at, mechanism_id=body.id, unit_id=unit_id, campaign=campaign,
            ledger=ledger, entry=Entry(row["title"], row["place"], at, _values(ledger, row, at)),
            request_key=f"demo-match-{row['story']}-{row['prefix']}",
        )  # fmt: skip
        return found.id


def _values(ledger: Ledger, row: Row, at: datetime) -> dict[str, Any]:
    """What the ledger requires, from its first example; numbers are composed here, so that no file holds one."""
    traces = {
        MatchKind.PHONE: "1" + f"39000043{int(row['phone']):02d}",
        MatchKind.ACCOUNT: "62220000" + f"{int(row['account']):08d}",
        MatchKind.NAME: row["name"],
    }
    matched = {f.key: traces.get(f.match) for f in ledger.matched if f.match is not None}
    dated = {f.key: at.astimezone(SHANGHAI).date().isoformat() for f in ledger.fields if f.key == "found_on"}
    required = {f.key for f in ledger.fields if f.required}
    first = {k: v for k, v in ledger.examples[0].items() if k in required}
    return first | matched | dated | dict(json.loads(row["extra"]))


def _desk(world: World, tenant_id: int, campaign: Campaign) -> Desk:
    tenant = world.session.get_one(Tenant, tenant_id)
    return Desk(
        tenant_id=tenant.id, tenant_code=tenant.code, tenant_name=tenant.full_name, tenant_path=tenant.path,
        tenant_level=tenant.level, campaign=campaign.key, mechanism_id=0, mechanism_name="", office_name="", sign_off=False,
        posts=(),
    )  # fmt: skip


def _answer(
    world: World, tenant: Tenant, campaign: Campaign, record_id: int | None, at: datetime, *, claim: bool
) -> None:
    with inside(world.session, tenant.id):
        twin = world.session.scalars(sa.select(JointTwin).where(JointTwin.record_id == record_id)).first()
        if twin is None:
            return
        words = str(_("主要参与人和收款人都在本县。")) if claim else ""
        answer(
            world.session, world.office(tenant), min(at, world.now), desk=_desk(world, tenant.id, campaign), campaign=campaign,
            twin_id=twin.id, version=twin.version, choice=(Answer.HOST if claim else Answer.ACCEPT).value, words=words,
        )  # fmt: skip
