"""A slip in the name of a hook, which pluggy alone would not mention."""

from portal.campaigns import Campaign, hookimpl
from tests.broken_plugins.sample import campaign


@hookimpl
def portal_campaign() -> Campaign:
    return campaign("unknown_hook")


@hookimpl
def portal_campagin() -> Campaign:
    return campaign("unknown_hook")
