from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import TestClock
from tests.factories import Factory
from tests.transfers.cast import Cast, build


@pytest.fixture
def cast(make: Factory, clock: TestClock) -> Cast:
    return build(make, clock, Path(make.app.extensions["portal"].settings.instance) / "files")
