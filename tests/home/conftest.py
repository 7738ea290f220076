from __future__ import annotations

from tests.reporting.conftest import app, clock, county

__all__ = ["app", "clock", "county"]
