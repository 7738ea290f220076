"""A county with its city: two units and an office, each with somebody who acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.core.posts import PostKind
from portal.core.scope import Actor
from portal.tenants.models import Tenant
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import Factory, csrf

CAMPAIGN = "anticounterfeit"


@dataclass
class County:
    make: Factory
    clock: TestClock
    city: Tenant
    tenant: Tenant
    code: str
    body: int
    police: int
    finance: int
    liaison: Actor
    office: Actor

    def url(self, path: str = "") -> str:
        return f"/{self.code}/{CAMPAIGN}/deadlines{path}"

    def post(self, client: FlaskClient, path: str, page: str = "", **data: Any) -> TestResponse:
        token = csrf(client, self.url(page or path))
        return client.post(self.url(path), data={"csrf_token": token, **data})


@pytest.fixture
def county(app: Flask, session: Session, make: Factory, clock: TestClock) -> County:
    app.test_client_class = Visitor
    clock.at("2026-04-24T10:00:00")
    city = make.tenant("阳泉市")
    tenant = make.tenant("平定县", city)
    police, finance = make.unit(tenant, "平定县公安局"), make.unit(tenant, "平定县财政局")
    body = make.mechanism(tenant, CAMPAIGN, {"police": police, "finance": finance})
    make.mechanism(city, CAMPAIGN)
    liaison = make.post(tenant, "police", PostKind.LIAISON, body, police)
    make.post(tenant, "finance", PostKind.LIAISON, body, finance)
    office = make.post(tenant, "office", PostKind.OFFICE_STAFF, body)
    make.post(tenant, "office2", PostKind.OFFICE_DIRECTOR, body)
    make.post(tenant, "convenor", PostKind.CONVENOR, body)
    make.post(tenant, "observer", PostKind.OBSERVER, body)
    found = County(
        make, clock, city, tenant, tenant.code, body.id, police.id, finance.id, Actor(liaison.account_id, "police"),
        Actor(office.account_id, "office"),
    )  # fmt: skip
    session.commit()
    return found
