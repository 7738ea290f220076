"""One office for a test."""

from __future__ import annotations

import pytest

from tests.conftest import TestClock
from tests.factories import Factory
from tests.papers.offices import Office, build_office


@pytest.fixture
def office(make: Factory, clock: TestClock) -> Office:
    return build_office(make, clock)
