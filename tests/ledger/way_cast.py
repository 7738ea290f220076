"""A county in which an entry goes its whole way: who is who, and one call for each act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from portal.campaigns.declarations import Campaign, Ledger
from portal.core.clock import SHANGHAI
from portal.core.posts import PostKind
from portal.core.reader import Desk, Reader
from portal.core.scope import Actor
from portal.ledger.assigning import supporting_units
from portal.ledger.files import Evidence
from portal.ledger.hands import hands_of
from portal.ledger.models import Record
from portal.ledger.services import Entry, create_record
from portal.tenants.models import Tenant
from portal.units.bodies import list_members
from portal.units.reader import load_posts
from tests.conftest import TestClock
from tests.factories import Factory
from tests.ledger.plugins.way import CAMPAIGN, LEDGER

PLUGINS = Path(__file__).parent / "plugins"
LINK = Evidence(link=("record:1", "线〔2026〕9号"))
LONG_AGO = datetime(2024, 1, 1, tzinfo=SHANGHAI)
WORDS = {"note": "已核实，情况属实。"}


@dataclass
class Way:
    make: Factory
    clock: TestClock
    county: Tenant
    mechanism_id: int
    police: int
    market: int
    court: int
    ids: dict[str, int]
    """Account ids by name: market and police (liaisons), market_ld and police_ld (leaders in charge), office, office_2,
    director."""

    @property
    def campaign(self) -> Campaign:
        return CAMPAIGN

    @property
    def ledger(self) -> Ledger:
        return LEDGER

    def actor(self, who: str) -> Actor:
        return Actor(self.ids[who], who)

    def desk(self, who: str) -> Desk:
        posts = load_posts(self.make.session, self.ids[who], self.clock())
        desk = Reader(self.ids[who], who, who, posts).desk(self.county.code, CAMPAIGN.key)
        assert desk is not None
        return desk

    def enter(self, **values: Any) -> int:
        """Registered by the market regulator."""
        with self.make.enter(self.county) as session:
            entry = Entry("某门店线索", "城关", self.clock(), values)
            found = create_record(
                session, self.actor("market"), self.clock(), mechanism_id=self.mechanism_id, unit_id=self.market,
                campaign=CAMPAIGN, ledger=LEDGER, entry=entry, request_key=f"k{session.query(Record).count()}",
            )  # fmt: skip
        return found.id

    def get(self, record_id: int) -> Record:
        with self.make.enter(self.county) as session:
            session.expire_all()
            return session.get_one(Record, (self.county.id, record_id))

    def act(self, who: str, service: Callable[..., Any], record_id: int, **more: Any) -> Any:
        """``who`` does it, with the hands of their posts."""
        desk = self.desk(who)
        try:
            with self.make.enter(self.county) as session:
                found = session.get_one(Record, (self.county.id, record_id))
                supporting = [row.unit_id for row in supporting_units(session, found)]
                members = list_members(session, self.mechanism_id, self.clock().date())
                hands = hands_of(desk, CAMPAIGN, found, supporting, members)
                return service(
                    session, self.actor(who), self.clock(), campaign=CAMPAIGN, ledger=LEDGER, found=found, hands=hands,
                    **more,
                )  # fmt: skip
        except BaseException:
            self.make.session.rollback()
            raise

    def at(self, path: str = "") -> str:
        return f"/{self.county.code}/{CAMPAIGN.key}/ledger{path}"


def make_way(make: Factory, clock: TestClock) -> Way:
    clock.at("2026-09-16T10:00:00")
    city = make.tenant("阳泉市")
    county = make.tenant("平定县", city)
    police, market, court = (make.unit(county, name) for name in ("公安局", "市场监管局", "法院"))
    ids = police.id, market.id, court.id
    mechanism = make.mechanism(county, CAMPAIGN.key, {"police": police, "market": market, "court": court})
    people: dict[str, tuple[PostKind, Any]] = {
        "market": (PostKind.LIAISON, market),
        "market_ld": (PostKind.LEADER_IN_CHARGE, market),
        "police": (PostKind.LIAISON, police),
        "police_ld": (PostKind.LEADER_IN_CHARGE, police),
        "court": (PostKind.LIAISON, court),
        "office": (PostKind.OFFICE_STAFF, None),
        "office_2": (PostKind.OFFICE_STAFF, None),
        "director": (PostKind.OFFICE_DIRECTOR, None),
    }
    accounts = {}
    for name, (kind, unit) in people.items():
        accounts[name] = make.account(county, name)
        make.post(county, accounts[name], kind, mechanism, unit, since=LONG_AGO)
    known = {name: account.id for name, account in accounts.items()}
    way = Way(make, clock, county, mechanism.id, *ids, known)
    sibling = make.tenant("盂县", city)
    make.post(sibling, "stranger", PostKind.OFFICE_STAFF, make.mechanism(sibling, CAMPAIGN.key))
    return way


def a_file(name: str = "决定书.txt") -> tuple[str, BytesIO]:
    return name, BytesIO("查封决定".encode())
