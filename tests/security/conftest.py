from __future__ import annotations

import pytest

from tests.conftest import SharedApps
from tests.contract.world import World, build


@pytest.fixture(scope="session")
def attacked() -> dict[str, World]:
    return {}


@pytest.fixture
def world(engine: str, attacked: dict[str, World], shared_apps: SharedApps) -> World:
    """The world of the contract's walks once more, for requests that leave traces."""
    if engine not in attacked:
        attacked[engine] = build(shared_apps(engine, "attack"))
    return attacked[engine]
