"""What a campaign declares of tips from the public (举报); no Flask, no database."""

from __future__ import annotations

from dataclasses import dataclass

from portal.campaigns.exchange import Limit
from portal.campaigns.forms import Field
from portal.campaigns.sources import Clause
from portal.core.text import Text


@dataclass(frozen=True, kw_only=True)
class Tips:
    """The public page of a campaign. A tenant turns it on; without that its address does not exist."""

    title: Text
    intro: tuple[Text, ...]
    """What may be told here, one paragraph each."""
    protection: tuple[Text, ...]
    """How who tells protects himself, and what is kept of him (自我保护提示)."""
    fields: tuple[Field, ...]
    """Asked besides what happened, where, when and the attachments; none is required."""
    ledger: str
    """Where a tip that holds becomes an entry; its fields of the same key take the values over."""
    receivers: tuple[str, ...] = ()
    """Members that a tip may be passed to; empty = every unit."""
    first_check: Limit | None = None
    answer: Limit | None = None
    """From the moment it came in until the answer stands under the receipt code."""
    rewards: tuple[TipReward, ...] = ()
    clause: Clause


@dataclass(frozen=True, kw_only=True)
class TipReward:
    """A band of the reward that the campaign proposes; each tenant keeps its own versions (money in fen)."""

    key: str
    label: Text
    lowest: int
    highest: int
    clause: Clause


NO_TIPS: Tips | None = None
