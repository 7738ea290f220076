"""A county whose public page is on: an office of two, two units, a leader, a convenor, an auditor; a county beside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import Account
from portal.core.posts import PostKind
from portal.core.scope import Actor
from portal.tenants.models import Tenant
from portal.tips.channel import Published, find_channel, set_channel
from portal.tips.models import Tip
from portal.units.models import Mechanism, Unit
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import Factory, csrf

CAMPAIGN = "illegal_fundraising"
WHAT = "小区门口的养老公司拉老人听课，说存五万元一年返八千元"
NAME, PHONE = "甲乙丙", "0353-1234567"
FILE = "照片.txt"


@dataclass
class County:
    make: Factory
    app: Flask
    clock: TestClock
    tenant: Tenant
    body: Mechanism
    other: Tenant
    units: dict[str, Unit] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    @contextmanager
    def enter(self, tenant: Tenant | None = None) -> Iterator[Session]:
        with self.make.enter(tenant or self.tenant) as session:
            yield session

    def act(self, name: str) -> Actor:
        account = self.make.session.scalars(sa.select(Account).where(Account.username == name)).one()
        return Actor(account.id, name)

    def switch(self, enabled: bool = True, **more: Any) -> None:
        with self.enter() as session:
            found = find_channel(session, CAMPAIGN)
            set_channel(
                session, self.act("office"), self.clock.now, mechanism_id=self.ids["body"], campaign=CAMPAIGN,
                enabled=enabled, published=Published(**({"receiver": "处非办", "phone": "0353-1234000"} | more)),
                version=found.version if found else 0,
            )  # fmt: skip

    # ------------------------------------------------------------------------------------------- the public
    def url(self, path: str = "", tenant: str = "county") -> str:
        return f"/{self.codes[tenant]}/{CAMPAIGN}/tip{path}"

    def anybody(self) -> FlaskClient:
        return self.app.test_client(use_cookies=False)

    def token(self, tenant: str = "county") -> str:
        return token_in(self.anybody().get(self.url(tenant=tenant)))

    def send(self, path: str = "", address: str = "192.0.2.7", **data: Any) -> TestResponse:
        response = self.anybody().post(self.url(path), data=data, environ_base={"REMOTE_ADDR": address})
        response.request.environ["wsgi.input"].close()  # the test client leaves a large body in a file
        return response

    def tell(self, *, token: str = "", address: str = "192.0.2.7", **more: Any) -> TestResponse:
        """``tip-…`` inputs with underscores for hyphens."""
        given = {
            "tip-what": WHAT,
            "tip-identity": "anonymous",
            "tip-consent": "1",
            "token": token or self.token(),
        }
        given |= {k.replace("tip_", "tip-"): v for k, v in more.items()}
        return self.send(address=address, **given)

    def told(self, **more: Any) -> tuple[str, int]:
        """(receipt code, id of the tip)."""
        response = self.tell(**more)
        assert response.status_code == 200, response.get_data(as_text=True)
        return code_in(response), self.last()

    def last(self) -> int:
        with self.enter() as session:
            return session.scalars(sa.select(Tip.id).order_by(Tip.id.desc())).first() or 0

    def count(self) -> int:
        with self.enter() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(Tip)) or 0

    def follow(self, code: str, address: str = "192.0.2.7") -> TestResponse:
        return self.send("/follow", address, code=code)

    # --------------------------------------------------------------------------------------------- the work
    def client(self, name: str) -> FlaskClient:
        key = f"{name} {self.clock.now}"
        if key not in self.clients:
            self.clients[key] = self.make.login(name)
        return self.clients[key]

    def at(self, path: str = "") -> str:
        return f"/{self.codes['county']}/{CAMPAIGN}/tips{path}"

    def get(self, name: str, path: str = "") -> TestResponse:
        return self.client(name).get(self.at(path))

    def post(self, name: str, path: str, **data: Any) -> TestResponse:
        client = self.client(name)
        return client.post(self.at(path), data={"csrf_token": csrf(client, "/inbox"), **data})

    def check(self, tip_id: int, outcome: str = "holds", **more: Any) -> TestResponse:
        given = {"outcome": outcome, "title": "养老公司承诺高息", "words": "请核查"} | more
        return self.post("office", f"/{tip_id}/check", **given)

    def hand_on(self, tip_id: int, unit: str = "police") -> TestResponse:
        return self.post("office", f"/{tip_id}/pass", unit=str(self.ids[unit]))


def token_in(response: TestResponse) -> str:
    found = re.search(r'name="token" value="([^"]+)"', response.get_data(as_text=True))
    assert found, response.get_data(as_text=True)[-2000:]
    return found[1]


def code_in(response: TestResponse) -> str:
    found = re.search(r'class="code">([A-Z-]+)<', response.get_data(as_text=True))
    assert found, response.get_data(as_text=True)
    return found[1]


def upload(content: bytes = b"text", name: str = FILE) -> tuple[BytesIO, str]:
    return BytesIO(content), name


@pytest.fixture
def county(app: Flask, session: Session, make: Factory, clock: TestClock) -> County:
    app.test_client_class = Visitor
    clock.at("2026-05-14T10:00:00")
    city = make.tenant("阳泉市")
    tenant, other = make.tenant("平定县", city), make.tenant("盂县", city)
    units = {
        key: make.unit(tenant, name)
        for key, name in (("police", "平定县公安局"), ("market", "平定县市场监管局"))
    }
    body = make.mechanism(tenant, CAMPAIGN, {"police": units["police"], "market_regulation": units["market"]})
    foreign = make.mechanism(other, CAMPAIGN)
    above = make.mechanism(city, CAMPAIGN)
    for key, unit in units.items():
        make.post(tenant, key, PostKind.LIAISON, body, unit)
    make.post(tenant, "police_ld", PostKind.LEADER_IN_CHARGE, body, units["police"])
    make.post(tenant, "office", PostKind.OFFICE_STAFF, body)
    make.post(tenant, "director", PostKind.OFFICE_DIRECTOR, body)
    make.post(tenant, "convenor", PostKind.CONVENOR, body)
    make.post(tenant, "auditor", PostKind.AUDITOR)
    make.post(other, "stranger", PostKind.OFFICE_DIRECTOR, foreign)
    make.post(city, "superior", PostKind.OFFICE_DIRECTOR, above)
    with make.enter(tenant):
        ids = {key: unit.id for key, unit in units.items()} | {"body": body.id, "tenant": tenant.id}
        codes = {"county": tenant.code}
    with make.enter(other):
        codes["other"] = other.code
    found = County(make, app, clock, tenant, body, other, units, ids, codes)
    found.switch()
    return found
