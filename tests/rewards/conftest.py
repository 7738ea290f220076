"""A city whose lead unit pays, two counties below it, and a case to apply for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.posts import PostKind
from portal.core.reader import Desk, Reader
from portal.core.scope import Actor, Scope, set_scope
from portal.ledger.models import Record
from portal.ledger.services import Entry, create_record
from portal.rewards import handling, materials, receiving, services
from portal.rewards.access import Opened, open_application
from portal.rewards.handling import Scan
from portal.rewards.models import RewardApplication
from portal.tenants.models import Tenant
from portal.units.models import Mechanism
from portal.units.reader import load_posts
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import Factory

CAMPAIGN = "anticounterfeit"
MATERIALS = ("voucher", "filing_decision", "arrest_approval", "prosecution_opinion", "application_form")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DEN = {
    "found_channel": "police", "case_kind": "den", "currency": "cny", "face_value": 550_000_000,
    "semi_finished_face": 130_000_000, "span": "city", "suspects_caught": True, "filed_on": "2026-03-20",
    "solved_on": "2026-04-02", "delivered_on": "2026-04-10", "filing_number": "盂公（经）立字〔2026〕12号",
}  # fmt: skip
"""Scenario F1: 4.2 million finished, 1.3 million semi-finished, in fen."""


@dataclass
class Seat:
    slug: str
    tenant: Tenant
    tenant_id: int
    code: str
    body_id: int
    units: dict[str, int] = field(default_factory=dict)


@dataclass
class Bench:
    """Who is who: ``x_police`` and ``x_police_ld`` apply in county x; ``c_office``, ``c_kj`` and ``c_head`` decide."""

    make: Factory
    clock: TestClock
    seats: dict[str, Seat]
    clients: dict[str, tuple[FlaskClient, datetime]] = field(default_factory=dict)
    keys: int = 0

    def __getitem__(self, slug: str) -> Seat:
        return self.seats[slug]

    @property
    def campaign(self) -> Any:
        return self.make.app.extensions["portal"].registry.find(CAMPAIGN)

    def enter(self, slug: str) -> Session:
        session = self.make.session
        session.rollback()
        session.expire_all()
        home = self[slug].tenant_id
        set_scope(session, Scope(own=(home,), home=home))
        return session

    def actor(self, who: str) -> Actor:
        account = self.make.session.scalars(sa.select(Account).where(Account.username == who)).one()
        return Actor(account.id, who)

    def desk(self, who: str) -> Desk:
        session = self.enter(who.split("_")[0])
        account = session.scalars(sa.select(Account).where(Account.username == who)).one()
        posts = load_posts(session, account.id, self.clock())
        return Reader(account.id, who, who, posts).desks[0]

    def reader(self, who: str) -> Reader:
        session = self.enter(who.split("_")[0])
        account = session.scalars(sa.select(Account).where(Account.username == who)).one()
        return Reader(account.id, who, who, load_posts(session, account.id, self.clock()))

    # ------------------------------------------------------------------------------------- by services
    def case(self, who: str = "x_police", values: Mapping[str, Any] | None = None, **more: Any) -> int:
        """An entry of the ledger of cases; its id."""
        desk, session = self.desk(who), self.make.session
        self.keys += 1
        unit = desk.posts[0].unit_id
        assert unit is not None
        found = create_record(
            session, self.actor(who), self.clock(), mechanism_id=desk.mechanism_id, unit_id=unit,
            campaign=self.campaign, ledger=self.campaign.ledger("case"), request_key=f"case-{self.keys}",
            entry=Entry("捣毁假币窝点案（测试）", "某处", self.clock(), dict(DEN if values is None else values) | more),
        )  # fmt: skip
        session.commit()
        return found.id

    def change(self, slug: str, record_id: int, **values: Any) -> None:
        session = self.enter(slug)
        found = session.get_one(Record, (self[slug].tenant_id, record_id))
        found.values = {**found.values, **values}
        session.commit()

    def start(self, record_id: int, who: str = "x_police") -> int:
        desk, session = self.desk(who), self.make.session
        case = services.find_case(session, desk, self.campaign, record_id, self.clock())
        found = services.start(session, self.actor(who), self.clock(), desk=desk, case=case)
        session.commit()
        return found.id

    def opened(self, who: str, application_id: int) -> tuple[Session, Opened]:
        desk = self.desk(who)
        return self.make.session, open_application(self.make.session, desk, self.campaign, application_id)

    def put(self, application_id: int, who: str = "x_police", keys: tuple[str, ...] = MATERIALS) -> None:
        session, opened = self.opened(who, application_id)
        assert opened.scheme is not None
        materials.put(
            session, self.actor(who), self.clock(), folder=self.folder, found=opened.found, scheme=opened.scheme,
            uploads=[(k, f"{k}.pdf", BytesIO(PDF + k.encode())) for k in keys],
        )  # fmt: skip
        session.commit()

    def send(self, application_id: int, who: str = "x_police", *, stamped: bool = True) -> None:
        session, opened = self.opened(who, application_id)
        services.send(
            session, self.actor(who), self.clock(), opened=opened, campaign=self.campaign, stamped=stamped,
            desk=self.desk_again(who),
        )  # fmt: skip
        session.commit()

    def desk_again(self, who: str) -> Desk:
        account = self.make.session.scalars(sa.select(Account).where(Account.username == who)).one()
        return Reader(account.id, who, who, load_posts(self.make.session, account.id, self.clock())).desks[0]

    def sent(self, who: str = "x_police", **values: Any) -> int:
        """An application that has been sent."""
        number = self.start(self.case(who, **values), who)
        self.put(number, who)
        self.send(number, who)
        return number

    def step(self, who: str, application_id: int, name: str, **more: Any) -> Any:
        """A service of the paying side, or of the awarded unit, by its name."""
        session, opened = self.opened(who, application_id)
        service = getattr(handling, name, None) or getattr(receiving, name, None) or getattr(services, name)
        found = service(session, self.actor(who), self.clock(), opened=opened, **more)
        session.commit()
        return found

    def reviewed(self, application_id: int) -> int:
        self.step("c_office", application_id, "prepare", campaign=self.campaign, opinion="材料齐全，拟同意。")
        self.step("c_kj", application_id, "review", note="金额无误。")
        return application_id

    def scan(self) -> Scan:
        return Scan(self.folder, (("扫描件.pdf", BytesIO(PDF)),))

    @property
    def folder(self) -> Any:
        return self.make.app.extensions["portal"].settings.instance / "files"

    def row(self, application_id: int, slug: str = "x") -> RewardApplication:
        return self.enter(slug).get_one(RewardApplication, (self[slug].tenant_id, application_id))

    # ------------------------------------------------------------------------------------- over the wire
    def as_(self, who: str) -> FlaskClient:
        client, at = self.clients.get(who) or (None, None)
        if client is None or at != self.clock.now:
            self.make.session.rollback()
            client = self.make.login(who)
            self.clients[who] = client, self.clock.now
        return client

    def url(self, who: str, path: str) -> str:
        return f"/{self[who.split('_')[0]].code}/{CAMPAIGN}/{path}"

    def get(self, who: str, path: str) -> Any:
        return self.as_(who).get(self.url(who, path))

    def text(self, who: str, path: str) -> str:
        page = self.get(who, path)
        assert page.status_code == 200, page.status_code
        return plain(page)

    def post(self, who: str, path: str, /, **data: Any) -> Any:
        client = self.as_(who)
        token = (
            client.get("/").get_data(as_text=True).split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        )
        return client.post(
            self.url(who, path), data=data | {"csrf_token": token}, content_type="multipart/form-data"
        )


def plain(page: Any) -> str:
    html = page.get_data(as_text=True)
    main = html[html.index("<main") :] if "<main" in html else html
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


@pytest.fixture
def bench(make: Factory, clock: TestClock) -> Bench:
    make.app.test_client_class = Visitor
    clock.at("2026-04-13T09:00:00")
    city = make.tenant("c市")
    seats = {"c": _seat(make, "c", city)}
    for slug in "xy":
        seats[slug] = _seat(make, slug, make.tenant(f"{slug}县", city))
    return Bench(make, clock, seats)


def _seat(make: Factory, slug: str, tenant: Tenant) -> Seat:
    names = {"police": "公安局", "market_regulation": "市场监督管理局", "finance": "财政局"}
    if slug == "c":
        names["pboc"] = "人民银行分行"
    units = {key: make.unit(tenant, f"{slug}{name}") for key, name in names.items()}
    body: Mechanism = make.mechanism(tenant, CAMPAIGN, units, name=f"{slug}联席会议", office=f"{slug}办公室")
    for key in ("police", "finance"):
        make.post(tenant, f"{slug}_{key}", PostKind.LIAISON, body, units[key])
        make.post(tenant, f"{slug}_{key}_ld", PostKind.LEADER_IN_CHARGE, body, units[key])
    host = units.get("pboc", units["finance"])
    make.post(tenant, f"{slug}_office", PostKind.OFFICE_STAFF, body, host)
    make.post(tenant, f"{slug}_head", PostKind.OFFICE_DIRECTOR, body, host)
    if slug == "c":
        make.post(tenant, "c_kj", PostKind.ACCOUNTANT, body, host)
        make.post(tenant, "c_kj2", PostKind.ACCOUNTANT, body, units["police"])
        make.post(tenant, "c_bank_ld", PostKind.LEADER_IN_CHARGE, body, host)
    return Seat(slug, tenant, tenant.id, tenant.code, body.id, {k: u.id for k, u in units.items()})
