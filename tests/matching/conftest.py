from __future__ import annotations

import pytest
from flask import Flask

from tests.conftest import TestClock
from tests.factories import Factory
from tests.matching.counties import Counties, build_counties


@pytest.fixture
def counties(app: Flask, make: Factory, clock: TestClock) -> Counties:
    return build_counties(make, clock)
