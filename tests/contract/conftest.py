from __future__ import annotations

import pytest

from portal.documents import pdf
from tests.conftest import SharedApps
from tests.contract.world import World, build


@pytest.fixture(scope="session")
def worlds() -> dict[str, World]:
    return {}


@pytest.fixture
def world(
    engine: str, worlds: dict[str, World], shared_apps: SharedApps, monkeypatch: pytest.MonkeyPatch
) -> World:
    """Two cities with two counties each, every post, and a row of every kind. Shared by the whole run.

    Tests may post to it as long as what they change is not what another test looks at. It is a machine without
    LibreOffice: thousands of answers are asked for, and a preview, which has tests of its own, takes seconds.
    """
    monkeypatch.setattr(pdf, "find_converter", lambda: None)
    if engine not in worlds:
        worlds[engine] = build(shared_apps(engine, "contract"))
    return worlds[engine]
