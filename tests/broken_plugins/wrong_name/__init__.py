"""The key is not the folder's name."""

from portal.campaigns import Campaign, hookimpl
from tests.broken_plugins.sample import campaign


@hookimpl
def portal_campaign() -> Campaign:
    return campaign("another_name")
