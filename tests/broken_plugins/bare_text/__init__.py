"""Returns something else altogether."""

from portal.campaigns import Campaign, hookimpl


@hookimpl
def portal_campaign() -> Campaign:
    return "campaign"  # type: ignore[return-value]
