"""A limit of no days, and one of fifty years."""

from portal.campaigns import Campaign, Exchange, Limit, LimitKind, hookimpl
from tests.broken_plugins.sample import campaign


@hookimpl
def portal_campaign() -> Campaign:
    exchange = Exchange(
        answer=Limit(kind=LimitKind.WORKING_DAYS, n=0), handling=Limit(kind=LimitKind.HOURS, n=438_300)
    )
    return campaign("limit_out_of_range", exchange=exchange)
