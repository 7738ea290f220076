"""A duty without its clause."""

from portal.campaigns import Campaign, hookimpl
from tests.broken_plugins.sample import campaign, duty


@hookimpl
def portal_campaign() -> Campaign:
    return campaign("missing_clause", duties=(duty(clause=None),))
