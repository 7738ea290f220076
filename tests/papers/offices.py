"""A county with an office of two clerks, a convenor and units of every kind; a sibling county; another body beside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.campaigns.declarations import Campaign
from portal.core.posts import PostKind
from portal.core.reader import Desk, Reader
from portal.core.scope import Actor, Scope, set_scope
from portal.papers import flow
from portal.papers.models import Paper, PaperNumber, PaperReceipt
from portal.papers.templates import find_template
from portal.papers.writing import Content, Terms, save_paper, send_paper
from portal.tenants.models import Tenant
from portal.units.models import Mechanism, Unit
from portal.units.reader import load_posts
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import Factory

CAMPAIGN, BESIDE = "antifraud", "anticounterfeit"
UNITS = {
    "police": ("平定县公安局", ""),
    "finance": ("平定县财政局", ""),
    "court": ("平定县人民法院", ""),
    "bank": ("中国银行平定县支行", "bank"),
}


@dataclass
class Office:
    make: Factory
    clock: TestClock
    campaign: Campaign
    county: Tenant
    sibling: Tenant
    body_id: int
    county_id: int
    code: str
    units: dict[str, int] = field(default_factory=dict)
    clients: dict[str, tuple[FlaskClient, datetime]] = field(default_factory=dict)
    keys: int = 0

    def enter(self) -> Session:
        session = self.make.session
        session.rollback()
        session.expire_all()
        set_scope(session, Scope(own=(self.county_id,), home=self.county_id))
        return session

    def body(self) -> Mechanism:
        return self.enter().get_one(Mechanism, (self.county_id, self.body_id))

    def actor(self, who: str) -> Actor:
        account = self.make.session.scalars(sa.select(Account).where(Account.username == who)).one()
        return Actor(account.id, f"平定县 {who}")

    def desk(self, who: str) -> Desk:
        session = self.enter()
        account = session.scalars(sa.select(Account).where(Account.username == who)).one()
        posts = load_posts(session, account.id, self.clock())
        return next(d for d in Reader(account.id, who, who, posts).desks if d.campaign == CAMPAIGN)

    # ------------------------------------------------------------------------------ by services
    def write(self, title: str = "关于开展排查的通知", template: str = "notice", **terms: Any) -> int:
        """A draft by ``clerk``; the id."""
        desk, session = self.desk("clerk"), self.make.session
        self.keys += 1
        found = find_template(self.campaign, template)
        given: dict[str, Any] = {
            "everyone": False,
            "main": (self.units["police"], self.units["finance"]),
        } | terms
        content = Content(
            template=found,
            title=title,
            body="请于月底前完成。",
            values=dict(found.example),
            terms=Terms(**given),
        )
        paper = save_paper(
            session,
            self.actor("clerk"),
            self.clock(),
            desk=desk,
            content=content,
            request_key=f"k{self.keys}",
        )
        session.commit()
        return paper.id

    def bring(self, paper_id: int, state: str) -> Paper:
        """Bring it as far as ``state`` by the services of each step."""
        session, body = self.enter(), self.body()
        paper, clerk, now = self.get(paper_id), self.actor("clerk"), self.clock()
        template = find_template(self.campaign, paper.template)
        steps = {
            "checking": lambda: send_paper(session, clerk, now, paper=paper, template=template),
            "signing": lambda: flow.check_paper(session, self.actor("colleague"), now, paper=paper),
            "signed": lambda: flow.sign_paper(session, self.actor("convenor"), now, paper=paper, body=body),
            "numbered": lambda: flow.number_paper(session, clerk, now, paper=paper, body=body, year=now.year),
            "issued": lambda: flow.issue_paper(
                session, clerk, now, paper=paper, body=body, link=lambda _p: ""
            ),
        }
        order = ["draft", *steps]
        for name in order[order.index(paper.state) + 1 : order.index(state) + 1]:
            steps[name]()
        session.commit()
        return self.get(paper_id)

    def made(self, state: str, **more: Any) -> int:
        paper_id = self.write(**more)
        self.bring(paper_id, state)
        return paper_id

    def get(self, paper_id: int) -> Paper:
        return self.make.session.scalars(sa.select(Paper).where(Paper.id == paper_id)).one()

    def state(self, paper_id: int) -> tuple[str, str]:
        self.enter()
        paper = self.get(paper_id)
        return paper.state, paper.number

    def numbers(self) -> list[tuple[str, str]]:
        rows = self.enter().scalars(sa.select(PaperNumber).order_by(PaperNumber.code, PaperNumber.n))
        return [(r.text, r.state) for r in rows]

    def receipts(self, paper_id: int) -> dict[str, bool]:
        names = {i: n for n, i in self.units.items()}
        rows = self.enter().scalars(sa.select(PaperReceipt).where(PaperReceipt.paper_id == paper_id))
        return {names[r.unit_id]: r.read_at is not None for r in rows}

    # ------------------------------------------------------------------------------ by pages
    def as_(self, who: str) -> FlaskClient:
        client, at = self.clients.get(who) or (None, None)
        if client is None or at != self.clock.now:
            self.make.session.rollback()
            client = self.make.login(who)
            self.clients[who] = client, self.clock.now
        return client

    def url(self, path: str = "") -> str:
        return f"/{self.code}/{CAMPAIGN}/papers{path}"

    def page(self, who: str, path: str = "") -> Any:
        return self.as_(who).get(self.url(path))

    def post(self, who: str, path: str, data: dict[str, Any] | None = None) -> Any:
        client = self.as_(who)
        html = client.get("/").get_data(as_text=True)
        token = html.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        return client.post(self.url(path), data=(data or {}) | {"csrf_token": token})


def build_office(make: Factory, clock: TestClock, code: str = "平定反诈") -> Office:
    """``clerk`` and ``colleague`` of the office, ``convenor``; a liaison for each unit; ``beside`` heads another body of
    the county, ``sibling`` the office of another county."""
    make.app.test_client_class = Visitor
    campaign = make.app.extensions["portal"].registry.find(CAMPAIGN)
    city = make.tenant("阳泉市")
    county, sibling = make.tenant("平定县", city), make.tenant("盂县", city)
    units: dict[str, Unit] = {key: make.unit(county, name, kind) for key, (name, kind) in UNITS.items()}
    body = make.mechanism(
        county, CAMPAIGN, units, name="平定县领导小组", office="平定县领导小组办公室", issuer_code=code,
        host_name="平定县公安局",
    )  # fmt: skip
    found = Office(
        make,
        clock,
        campaign,
        county,
        sibling,
        body.id,
        county.id,
        county.code,
        {k: u.id for k, u in units.items()},
    )
    make.post(county, "clerk", PostKind.OFFICE_STAFF, body, units["police"])  # the police host the office
    make.post(county, "colleague", PostKind.OFFICE_DIRECTOR, body, units["police"])
    make.post(county, "convenor", PostKind.CONVENOR, body)
    for key, unit in units.items():
        make.post(county, key, PostKind.LIAISON, body, unit)
    beside = make.mechanism(county, BESIDE, {"police": units["police"]}, issuer_code=code)
    make.post(county, "beside", PostKind.OFFICE_DIRECTOR, beside)
    theirs = make.mechanism(sibling, CAMPAIGN, {}, issuer_code=code)
    make.post(sibling, "sibling", PostKind.OFFICE_DIRECTOR, theirs)
    return found
