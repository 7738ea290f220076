"""The house's own document templates; a campaign adds some by declaration."""

from __future__ import annotations

from portal.campaigns.declarations import Campaign
from portal.campaigns.papers import DocumentTemplate
from portal.core.errors import NotFound

HOUSE: tuple[DocumentTemplate, ...] = ()


def list_templates(campaign: Campaign) -> tuple[DocumentTemplate, ...]:
    """The house's own, then the campaign's."""
    return (*HOUSE, *campaign.documents)


def find_template(campaign: Campaign, key: str) -> DocumentTemplate:
    """``NotFound`` where neither the house nor the campaign has it."""
    found = next((t for t in list_templates(campaign) if t.key == key), None)
    if found is None:
        raise NotFound
    return found
