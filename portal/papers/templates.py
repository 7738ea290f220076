"""The house's own document templates; a campaign adds some by declaration."""

from __future__ import annotations

from portal.campaigns.declarations import Campaign
from portal.campaigns.papers import DocumentTemplate
from portal.core.errors import NotFound
from portal.papers.templates_letters import LETTERS
from portal.papers.templates_orders import ORDERS
from portal.papers.templates_summaries import SUMMARIES

HOUSE: tuple[DocumentTemplate, ...] = (*LETTERS, *SUMMARIES, *ORDERS)


def list_templates(campaign: Campaign) -> tuple[DocumentTemplate, ...]:
    """The house's own, then the campaign's."""
    return (*HOUSE, *campaign.documents)


def find_template(campaign: Campaign, key: str) -> DocumentTemplate:
    """``NotFound`` where neither the house nor the campaign has it."""
    found = next((t for t in list_templates(campaign) if t.key == key), None)
    if found is None:
        raise NotFound
    return found
