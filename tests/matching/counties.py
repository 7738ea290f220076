"""One city, three counties: 平定县, 盂县 and 郊区 (pd, yx, jq), each with an office and a unit that keeps the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import unescape
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.workflow import Who
from portal.core.audit import AuditEvent
from portal.core.posts import PostKind
from portal.core.reader import Desk, Reader
from portal.core.scope import Actor, Scope, set_scope
from portal.ledger import merging
from portal.ledger.hands import Hands
from portal.ledger.models import Record
from portal.ledger.services import Entry, change_record, create_record
from portal.matching.models import JointTwin, MatchHint
from portal.tenants.models import Tenant
from portal.units.reader import load_posts
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import Factory

CAMPAIGN, LEDGER = "illegal_fundraising", "lead"
CODES = {"yq": "140300", "pd": "140321", "yx": "140322", "jq": "140311"}
NAMES = {"yq": "阳泉市", "pd": "平定县", "yx": "盂县", "jq": "郊区"}
PHONE = "1" + "390000" + "4321"
"""No real one; composed, because no file of ours holds a number that could be."""


def phone(n: int) -> str:
    return "1" + f"39{n:08d}"


@dataclass
class Seat:
    slug: str
    tenant: Tenant
    tenant_id: int
    body_id: int
    unit_id: int
    other_unit_id: int
    accounts: dict[str, int] = field(default_factory=dict)


@dataclass
class Counties:
    make: Factory
    clock: TestClock
    seats: dict[str, Seat]
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    made: int = 0

    @property
    def session(self) -> Session:
        return self.make.session

    @property
    def campaign(self) -> Campaign:
        found = self.make.app.extensions["portal"].registry.find(CAMPAIGN)
        assert isinstance(found, Campaign)
        return found

    @property
    def ledger(self) -> Ledger:
        found = self.campaign.ledger(LEDGER)
        assert found is not None
        return found

    def enter(self, slug: str) -> Session:
        """Read and write the tenant's rows past its pages."""
        self.session.rollback()
        self.session.expire_all()
        home = self.seats[slug].tenant_id
        set_scope(self.session, Scope(own=(home,), home=home))
        return self.session

    def actor(self, slug: str, who: str = "unit") -> Actor:
        return Actor(self.seats[slug].accounts[who], f"{slug}_{who}")

    def desk(self, slug: str, who: str = "office") -> Desk:
        session = self.enter(slug)
        posts = load_posts(session, self.seats[slug].accounts[who], self.clock.now)
        desk = Reader(0, "", "", posts).desk(CODES[slug], CAMPAIGN)
        assert desk is not None
        return desk

    def entry(self, title: str, values: dict[str, Any], at: datetime | None = None) -> Entry:
        base = {
            "lead_source": "report", "found_on": "2026-09-01", "sector": "wealth", "subject_type": "company",
        }  # fmt: skip
        return Entry(title, "某街道", at or self.clock.now, base | values)

    def add(
        self, slug: str, title: str = "某财富咨询线索", *, who: str = "unit", at: datetime | None = None, commit: bool = True,
        **values: Any,
    ) -> int:  # fmt: skip
        """Enter a lead; its id."""
        session, seat = self.enter(slug), self.seats[slug]
        self.made += 1
        found = create_record(
            session, self.actor(slug, who) if who else Actor(None, "system"), self.clock.now, mechanism_id=seat.body_id,
            unit_id=seat.unit_id, campaign=self.campaign, ledger=self.ledger, entry=self.entry(title, values, at),
            request_key=f"r{self.made}",
        )  # fmt: skip
        record_id = found.id
        if commit:
            session.commit()
        return record_id

    def change(self, slug: str, record_id: int, title: str = "某财富咨询线索", **values: Any) -> None:
        session = self.enter(slug)
        found = session.get_one(Record, (self.seats[slug].tenant_id, record_id))
        change_record(
            session, self.actor(slug), self.clock.now, found=found, version=found.version, campaign=self.campaign,
            ledger=self.ledger, entry=self.entry(title, values),
        )  # fmt: skip
        session.commit()

    def record(self, slug: str, record_id: int) -> Record:
        return self.enter(slug).get_one(Record, (self.seats[slug].tenant_id, record_id))

    def step(self, slug: str, name: str, record_id: int, **more: Any) -> None:
        """``withdraw_record``, ``restore_record``, ``merge_record``, ``unmerge_record``, by the office."""
        found = self.record(slug, record_id)
        if "into" in more:
            more["into"] = self.session.get_one(Record, (self.seats[slug].tenant_id, more["into"]))
        getattr(merging, name)(
            self.session, self.actor(slug, "office"), self.clock.now, campaign=self.campaign, ledger=self.ledger,
            found=found, hands=Hands(roles=frozenset({Who.OFFICE})), note="登记有误", **more,
        )  # fmt: skip
        self.session.commit()

    def withdraw(self, slug: str, record_id: int) -> None:
        self.step(slug, "withdraw_record", record_id)

    def hints(self, slug: str, record_id: int) -> dict[str, int]:
        """Kind -> number of other counties."""
        rows = self.enter(slug).scalars(sa.select(MatchHint).where(MatchHint.record_id == record_id))
        return {row.kind: row.others for row in rows}

    def own(self, slug: str, record_id: int) -> set[int]:
        rows = self.enter(slug).scalars(sa.select(MatchHint).where(MatchHint.record_id == record_id))
        return {other for row in rows for other in row.own}

    def twin(self, slug: str) -> JointTwin:
        return self.enter(slug).scalars(sa.select(JointTwin).order_by(JointTwin.asked_at.desc())).first()  # type: ignore[return-value]

    def events(self, slug: str, *acts: str) -> list[AuditEvent]:
        query = sa.select(AuditEvent).where(AuditEvent.act.in_(acts)).order_by(AuditEvent.seq)
        return list(self.enter(slug).scalars(query))

    # ---------------------------------------------------------------------------------------------- pages
    def as_(self, who: str) -> FlaskClient:
        """``pd_office``, ``pd_unit``, ``yq_office`` …"""
        if who not in self.clients:
            self.session.rollback()
            self.clients[who] = self.make.login(who)
        return self.clients[who]

    def url(self, who: str, path: str) -> str:
        return f"/{CODES[who.split('_')[0]]}/{CAMPAIGN}/{path}"

    def get(self, who: str, path: str) -> Any:
        return self.as_(who).get(self.url(who, path))

    def text(self, who: str, path: str) -> str:
        page = self.get(who, path)
        assert page.status_code == 200, page.status_code
        return plain(page)

    def post(self, who: str, path: str, **data: Any) -> Any:
        client = self.as_(who)
        if who not in self.tokens:
            html = client.get("/").get_data(as_text=True)
            self.tokens[who] = html.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        return client.post(self.url(who, path), data=data | {"csrf_token": self.tokens[who]})

    @contextmanager
    def rule(self, **more: Any) -> Iterator[None]:
        """The campaign with its ledger changed."""
        plugin = self.make.app.extensions["portal"].registry.plugins[CAMPAIGN]
        before = plugin.campaign
        ledgers = tuple(replace(x, **more) if x.key == LEDGER else x for x in before.ledgers)
        plugin.campaign = replace(before, ledgers=ledgers)
        yield
        plugin.campaign = before


def plain(page: Any) -> str:
    html = page.get_data(as_text=True)
    main = html[html.index("<main") :] if "<main" in html else html
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def build_counties(make: Factory, clock: TestClock) -> Counties:
    make.app.test_client_class = Visitor
    seats: dict[str, Seat] = {}
    city = make.tenant(NAMES["yq"], code=CODES["yq"])
    for slug, name in NAMES.items():
        tenant = city if slug == "yq" else make.tenant(name, city, code=CODES[slug])
        unit, other = make.unit(tenant, f"{name}公安局"), make.unit(tenant, f"{name}财政局")
        ids = unit.id, other.id
        body = make.mechanism(tenant, CAMPAIGN, {"public_security": unit, "finance": other})
        body_id = body.id
        make.post(tenant, f"{slug}_office", PostKind.OFFICE_STAFF, body)
        make.post(tenant, f"{slug}_unit", PostKind.LIAISON, body, unit)
        make.post(tenant, f"{slug}_other", PostKind.LIAISON, body, other)
        seats[slug] = Seat(slug, tenant, tenant.id, body_id, *ids)
    for slug, seat in seats.items():
        for who in ("office", "unit", "other"):
            query = sa.select(Account.id).where(Account.username == f"{slug}_{who}")
            seat.accounts[who] = make.session.scalars(query).one()
    make.session.commit()
    return Counties(make, clock, seats)


__all__ = ["CAMPAIGN", "PHONE", "Counties", "build_counties", "phone", "plain"]
