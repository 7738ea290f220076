"""One application per engine for all tests of this room; each test founds a county of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.core.db import db
from tests.accounts.people import Visitor
from tests.conftest import NOON, SharedApps, TestClock
from tests.factories import Factory
from tests.reporting.county import F6, County, found_county


@pytest.fixture
def app(engine: str, shared_apps: SharedApps, request: pytest.FixtureRequest) -> Iterator[Flask]:
    app = shared_apps(engine, request.path.parent.name)  # rounds go over every tenant: each room has its own
    app.test_client_class = Visitor
    with app.app_context():
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
    """Scenario F6 on 2025-09-20: ten reporters, the third quarter open, due on 2025-09-30."""
    clock.at("2025-09-20T10:00:00")
    county = found_county(make, F6)
    county.open()
    return county
