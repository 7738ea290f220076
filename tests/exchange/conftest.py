from __future__ import annotations

import pytest
from flask import Flask

from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import Factory
from tests.ledger.cast import Cast, make_cast


@pytest.fixture
def cast(app: Flask, make: Factory, clock: TestClock) -> Cast:
    app.test_client_class = Visitor
    return make_cast(make, clock)
