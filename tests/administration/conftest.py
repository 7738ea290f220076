from __future__ import annotations

import pytest
from flask import Flask

from portal.campaigns.registry import Registry


@pytest.fixture
def registry(app: Flask) -> Registry:
    found: Registry = app.extensions["portal"].registry
    return found
