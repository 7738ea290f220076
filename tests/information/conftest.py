"""A county below its city: two bodies (with an agreement and without), a sibling county, every kind of reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.campaigns.declarations import Campaign
from portal.core.posts import PostKind
from portal.core.reader import Desk, Reader
from portal.core.scope import Actor, Scope, set_scope
from portal.information.items import file_item
from portal.information.models import Item, ItemKind, Level
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Tenant
from portal.units.models import Mechanism, Membership, Unit
from portal.units.reader import load_posts
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import Factory

CAMPAIGN = "anticounterfeit"
POLICE = Actor(None, "公安局 联络员")
WORDS = {"situation": "发现一批假币。", "analysis": "手法较新。", "suggestion": "加强排查。"}


@dataclass
class Town:
    """County, its city and a sibling county, in one campaign; ``enter`` acts inside the county."""

    make: Factory
    clock: TestClock
    campaign: Campaign
    city: Tenant
    county: Tenant
    sibling: Tenant
    body: Mechanism
    units: dict[str, Unit] = field(default_factory=dict)

    @contextmanager
    def enter(self) -> Iterator[Session]:
        with self.make.enter(self.county) as session:
            yield session

    def file(
        self,
        level: Level = Level.MEMBERS,
        unit: str | None = "police",
        readers: Sequence[str] = (),
        **more: Any,
    ) -> Item:
        """An item of the county, filed now."""
        values: dict[str, Any] = {
            "kind": ItemKind.INFORMATION, "category": "work_news", "title": "假币动态", "sections": WORDS,
            "request_key": f"k{next(_KEYS)}",
        } | more  # fmt: skip
        with self.enter() as session:
            return file_item(
                session, POLICE, self.clock.now, mechanism_id=self.body.id, campaign=self.campaign,
                unit_id=self.units[unit].id if unit else None, level=level,
                readers=[self.units[u].id for u in readers], calendar=load_calendar(session), **values,
            )  # fmt: skip

    def desk(self, username: str, campaign: str = CAMPAIGN) -> Desk:
        """The one desk of an account, with the session's scope set as a request would."""
        session = self.make.session
        account = session.scalars(sa.select(Account).where(Account.username == username)).one()
        seats = (self.city.id, self.county.id, self.sibling.id)
        set_scope(session, Scope(own=seats))
        reader = Reader(account.id, username, username, load_posts(session, account.id, self.clock.now))
        desk = next(d for d in reader.desks if d.campaign == campaign)
        set_scope(session, Scope(own=(desk.tenant_id,), home=desk.tenant_id))
        return desk

    def base(self, tenant: Tenant | None = None, campaign: str = CAMPAIGN) -> str:
        return f"/{(tenant or self.county).code}/{campaign}/information"


_KEYS = iter(range(10**6))
READERS = (
    "own",
    "leader",
    "other",
    "chosen",
    "group",
    "left",
    "office",
    "convenor",
    "city",
    "sibling",
    "stranger",
)
"""Accounts of the town: see ``town``."""


@pytest.fixture
def town(make: Factory, clock: TestClock) -> Town:
    return build_town(make, clock)


def build_town(make: Factory, clock: TestClock, campaign: str = CAMPAIGN) -> Town:
    """``own``/``leader`` police, ``other`` finance, ``chosen`` court, ``group`` without unit, ``left`` a former member,
    ``office``, ``convenor``; ``city`` the office above, ``sibling`` the office beside, ``stranger`` in another body."""
    make.app.test_client_class = Visitor
    declared = make.app.extensions["portal"].registry.find(campaign)
    city = make.tenant("阳泉市")
    county, sibling = make.tenant("平定县", city), make.tenant("盂县", city)
    units = {
        key: make.unit(county, name)
        for key, name in (
            ("police", "县公安局"),
            ("finance", "县财政局"),
            ("court", "县法院"),
            ("guest", "县旧单位"),
        )
    }
    body = make.mechanism(county, campaign, units, name="平定县联席会议", office="平定县联席办")
    above = make.mechanism(city, campaign, {}, name="阳泉市联席会议", office="阳泉市联席办")
    beside = make.mechanism(sibling, campaign, {}, name="盂县联席会议", office="盂县联席办")
    town = Town(make, clock, declared, city, county, sibling, body, units)
    make.post(county, "own", PostKind.LIAISON, body, units["police"])
    make.post(county, "leader", PostKind.LEADER_IN_CHARGE, body, units["police"])
    make.post(county, "other", PostKind.LIAISON, body, units["finance"])
    make.post(county, "chosen", PostKind.LIAISON, body, units["court"])
    make.post(county, "group", PostKind.GROUP_MEMBER, body)
    make.post(county, "left", PostKind.LIAISON, body, units["guest"])
    make.post(county, "office", PostKind.OFFICE_STAFF, body, units["police"])  # which hosts the office
    make.post(county, "convenor", PostKind.CONVENOR, body)
    make.post(city, "city", PostKind.OFFICE_DIRECTOR, above)
    make.post(sibling, "sibling", PostKind.OFFICE_DIRECTOR, beside)
    other = make.mechanism(county, "antifraud", {"police": units["police"]})
    make.post(county, "stranger", PostKind.OFFICE_DIRECTOR, other)
    end_membership_of(town, "guest")
    return town


def end_membership_of(town: Town, unit: str) -> None:
    """The unit belonged to the body until the day before the test clock's."""
    with town.enter() as session:
        line = session.scalars(
            sa.select(Membership).where(
                Membership.unit_id == town.units[unit].id, Membership.mechanism_id == town.body.id
            )
        ).one()
        line.until = town.clock.now.date() - timedelta(days=1)


Login = Callable[[str], FlaskClient]
