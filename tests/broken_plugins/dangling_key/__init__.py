"""A duty of a member that is not in the roster."""

from portal.campaigns import Campaign, hookimpl
from tests.broken_plugins.sample import campaign, duty


@hookimpl
def portal_campaign() -> Campaign:
    return campaign("dangling_key", duties=(duty(member="nobody"),))
