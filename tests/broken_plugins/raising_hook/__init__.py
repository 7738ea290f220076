"""Raises when it is asked."""

from portal.campaigns import Campaign, hookimpl


@hookimpl
def portal_campaign() -> Campaign:
    raise RuntimeError("hook")
