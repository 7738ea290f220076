"""Rows of tips, for every place of the walks: one that a unit handles with a reward that waits, and a rule.

The canary stands in what was told, in the identity and in the words of the work, none of which anybody else may see;
what the tenant publishes of its channel is public and bears none.
"""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from portal.core.scope import Actor
from portal.core.workdays import WorkCalendar
from portal.tenants.models import Tenant
from portal.tips import awards, intake, steps
from portal.tips.channel import Place as Open
from portal.tips.channel import Published, set_channel
from portal.tips.codes import Keyring
from portal.tips.models import Outcome
from portal.tips.rules import Band, add_rule
from portal.units.models import Mechanism
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place


def furnish_tips(
    session: Session, make: Factory, place: Place, body: Mechanism, actor: Actor, unit_id: int
) -> None:
    """The unit handles it."""
    now, campaign = make.clock(), make.app.extensions["portal"].registry.find(place.ids["campaign"])
    assert campaign is not None
    assert campaign.tips is not None
    published = Published(receiver="本级办公室", phone="0353-0000000")
    channel = set_channel(
        session,
        actor,
        now,
        mechanism_id=body.id,
        campaign=campaign.key,
        enabled=True,
        published=published,
        version=0,
    )
    add_rule(
        session, actor, now, mechanism_id=body.id, campaign=campaign.key, number=f"{place.canary}1号",
        title=f"{place.canary}办法", valid_from=date(2026, 1, 1), bands=[Band(f"{place.canary}查实", 50_000, 100_000)],
        conditions=place.canary, pay_days=15,
    )  # fmt: skip
    tenant = session.get_one(Tenant, place.tenant_id)
    keyring = Keyring(make.app.extensions["portal"].keys.derive("tips"), f"{tenant.id}/{campaign.key}")
    told = intake.Told(
        what=f"{place.canary}有人兑换可疑币",
        where=f"{place.canary}集市",
        anonymous=False,
        name=f"{place.canary}某",
    )
    code = intake.file_tip(
        session, now, place=Open(tenant, campaign, campaign.tips, channel), keyring=keyring, told=told, nonce=place.slug,
        uploads=[(f"{place.canary}.txt", BytesIO(place.canary.encode()))], folder=Path(make.app.instance_path) / "files",
        calendar=WorkCalendar(), link=lambda _id: "",
    )  # fmt: skip
    tip = intake.find_by_code(session, keyring, code, campaign.key)
    assert tip is not None
    steps.check(
        session,
        actor,
        now,
        tip=tip,
        outcome=Outcome.HOLDS,
        title=f"{place.canary}兑换可疑币",
        words=place.canary,
    )
    steps.pass_on(
        session, actor, now, tip=tip, tips=campaign.tips, unit_id=unit_id, words=place.canary, link=""
    )
    awards.propose(session, actor, now, tip=tip, band=0, amount=80_000, reason=place.canary, link="")
    place.ids |= {"tip_id": tip.id, "region": place.code, "topic": campaign.key}
