"""Requests run in a context of their own, as in a server."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.accounts.people import Visitor


@pytest.fixture
def app(app: Flask) -> Flask:
    app.test_client_class = Visitor
    return app
