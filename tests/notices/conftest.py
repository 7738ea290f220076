"""One application per engine for all tests of this room; each test founds a county of its own."""

from __future__ import annotations

from tests.reporting.conftest import app, clock, county

__all__ = ["app", "clock", "county"]
