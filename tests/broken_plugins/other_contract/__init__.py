"""Written for another version of the contract."""

from portal.campaigns import Campaign, hookimpl
from tests.broken_plugins.sample import campaign


@hookimpl
def portal_campaign() -> Campaign:
    return campaign("other_contract", contract=99)
