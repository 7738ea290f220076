"""A duty that is no Duty."""

from portal.campaigns import Campaign, hookimpl
from tests.broken_plugins.sample import campaign


@hookimpl
def portal_campaign() -> Campaign:
    return campaign("wrong_type", duties=("a line of text",))
