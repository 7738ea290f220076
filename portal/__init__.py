"""Lianxi (联席): an open portal for cross-department campaigns of a city and its counties."""

from portal.app import create_app

__all__ = ["create_app"]
