"""Two duties with one key."""

from portal.campaigns import Campaign, hookimpl
from tests.broken_plugins.sample import campaign, duty


@hookimpl
def portal_campaign() -> Campaign:
    return campaign("duplicate_key", duties=(duty("twice"), duty("twice")))
