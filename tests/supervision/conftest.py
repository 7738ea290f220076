"""A city's body: two units that work, one that stands by, two persons of the office, a convenor; another city beside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
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
from portal.supervision.models import Order
from portal.supervision.services import assign_order
from portal.tenants.models import Tenant
from portal.units.models import Mechanism, Unit
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import Factory, csrf

CAMPAIGN = "anticounterfeit"
UNITS = {"police": "市公安局", "finance": "市财政局", "court": "市中级人民法院"}


@dataclass
class City:
    """``act(name)`` is the actor of an account; accounts are named after their unit or post."""

    make: Factory
    clock: TestClock
    tenant: Tenant
    body: Mechanism
    other: Tenant
    units: dict[str, Unit] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    keys: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**6)))

    @contextmanager
    def enter(self) -> Iterator[Session]:
        with self.make.enter(self.tenant) as session:
            yield session

    def act(self, name: str) -> Actor:
        account = self.make.session.scalars(sa.select(Account).where(Account.username == name)).one()
        return Actor(account.id, name)

    def unit(self, name: str) -> int:
        return self.ids[name]

    def assign(self, **more: Any) -> Order:
        values: dict[str, Any] = {
            "mechanism_id": self.body.id, "office": "办公室", "title": "开展网点排查", "lead_id": self.unit("police"),
            "due": date(2026, 5, 29), "request_key": f"order-{next(self.keys)}",
        } | more  # fmt: skip
        return assign_order(self.make.session, self.act("office"), self.clock.now, **values)

    # ------------------------------------------------------------------------------------ over the wire
    def client(self, name: str) -> FlaskClient:
        """Logged in anew when the clock has moved: an idle session ends."""
        key = f"{name} {self.clock.now}"
        if key not in self.clients:
            self.clients[key] = self.make.login(name)
        return self.clients[key]

    def url(self, path: str = "") -> str:
        return f"/{self.tenant.code}/{CAMPAIGN}/supervision{path}"

    def get(self, name: str, path: str = "") -> TestResponse:
        return self.client(name).get(self.url(path))

    def post(self, name: str, path: str, page: str = "", **data: Any) -> TestResponse:
        client = self.client(name)
        token = csrf(client, self.url(page or path))
        return client.post(self.url(path), data={"csrf_token": token, **data})


@pytest.fixture
def city(app: Flask, session: Session, make: Factory, clock: TestClock) -> City:
    app.test_client_class = Visitor
    clock.at("2026-05-14T10:00:00")
    tenant, other = make.tenant("阳泉市"), make.tenant("朔州市")
    units = {key: make.unit(tenant, f"阳泉{name}", short_name=name) for key, name in UNITS.items()}
    body = make.mechanism(tenant, CAMPAIGN, units)
    with make.enter(tenant):
        ids = {key: unit.id for key, unit in units.items()}
    foreign = make.mechanism(other, CAMPAIGN)
    for key, unit in units.items():
        make.post(tenant, key, PostKind.LIAISON, body, unit)
    make.post(tenant, "office", PostKind.OFFICE_STAFF, body)
    make.post(tenant, "director", PostKind.OFFICE_DIRECTOR, body)
    make.post(tenant, "convenor", PostKind.CONVENOR, body)
    make.post(other, "stranger", PostKind.OFFICE_DIRECTOR, foreign)
    return City(make, clock, tenant, body, other, units, ids)
