"""A clause of a document that is not declared."""

from portal.campaigns import Campaign, hookimpl
from tests.broken_plugins.sample import campaign


@hookimpl
def portal_campaign() -> Campaign:
    return campaign("clause_of_no_source", sources=())
