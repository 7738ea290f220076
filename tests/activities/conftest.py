"""A county of 反诈: police, schools, a bank, a mobile company, the justice bureau; one application for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.core.db import db
from tests.accounts.people import Visitor
from tests.conftest import NOON, SharedApps, TestClock
from tests.factories import Factory
from tests.reporting.county import County, found_county

KEY = "antifraud"
UNITS = {"公安局": "police", "教科局": "education", "司法局": "justice", "农业银行": "banks", "工商银行": "banks",
         "移动公司": "telecom", "联通公司": "telecom"}  # fmt: skip


@pytest.fixture
def app(engine: str, shared_apps: SharedApps) -> Iterator[Flask]:
    app = shared_apps(engine, "activities")
    app.test_client_class = Visitor
    with app.app_context():
        db.session().info["audit_key"] = app.extensions["portal"].audit_key
        yield app
        db.session.remove()


@pytest.fixture
def clock(app: Flask) -> TestClock:
    clock = app.extensions["portal"].clock
    assert isinstance(clock, TestClock)
    clock.now = NOON
    return clock


@pytest.fixture
def county(make: Factory, clock: TestClock) -> County:
    return found_county(make, UNITS, key=KEY)
