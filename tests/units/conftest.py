"""A county with one body and its office."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.core.posts import PostKind
from portal.core.scope import SYSTEM, Actor
from portal.tenants.models import Tenant
from portal.units.models import Mechanism, Unit
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import Factory


@dataclass
class County:
    make: Factory
    clock: TestClock
    tenant: Tenant
    other: Tenant
    body: Mechanism
    units: dict[str, Unit]

    actor: Actor = SYSTEM

    @property
    def now(self) -> datetime:
        return self.clock()

    @contextmanager
    def enter(self) -> Iterator[Session]:
        with self.make.enter(self.tenant) as session:
            yield session


@pytest.fixture
def county(app: Flask, make: Factory, clock: TestClock) -> County:
    """平定县 of 阳泉市 with four units in 反假货币 and an office (account ``office``)."""
    app.test_client_class = Visitor
    city = make.tenant("阳泉市")
    tenant, other = make.tenant("平定县", city), make.tenant("盂县", city)
    names = {"commerce": "平定县商务局", "police": "平定县公安局", "finance": "平定县财政局"}
    units = {
        key: make.unit(tenant, name, short_name=name.removeprefix("平定")) for key, name in names.items()
    }
    units["bank"] = make.unit(tenant, "中国工商银行平定支行", kind="bank", short_name="工行平定支行")
    host = make.unit(tenant, "中国人民银行平定营业管理部", short_name="人行平定")
    members = {key: units[key] for key in ("commerce", "police", "finance")}
    body = make.mechanism(tenant, "anticounterfeit", members | {"pboc": host})
    units["host"] = host
    make.post(tenant, "office", PostKind.OFFICE_STAFF, body, host)
    return County(make, clock, tenant, other, body, units)
