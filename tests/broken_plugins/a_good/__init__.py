"""Sound; sorted first and must serve on."""

from portal.campaigns import Campaign, hookimpl
from tests.broken_plugins.sample import campaign


@hookimpl
def portal_campaign() -> Campaign:
    return campaign("a_good")
