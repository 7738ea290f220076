"""What a campaign declares of tips from the public (举报); no Flask, no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from portal.campaigns.exchange import Limit
from portal.campaigns.forms import Field
from portal.campaigns.sources import Clause, Values
from portal.core.text import Text


@dataclass(frozen=True, kw_only=True)
class Tips:
    """The public page of a campaign. A tenant turns it on; without that its address does not exist.

    The portal itself asks what happened, where, when, attachments, and, if one wants, name and phone.
    """

    title: Text
    """Heading of the page, e.g. 举报假币违法犯罪."""
    intro: tuple[Text, ...]
    """What may be told here, one paragraph each."""
    protection: tuple[Text, ...]
    """How who tells protects himself, and what is kept of him (自我保护提示), one paragraph each."""
    fields: tuple[Field, ...]
    """Asked besides; none is required, none is an attachment. Those with ``match`` (telephone, account, company, URL)
    find tips that tell the same. Whatever is typed is stored sealed, so ``sensitive`` only masks it on the page."""
    ledger: str
    """Where a tip that holds becomes an entry; its fields of the same key take the values over, so they are of the same
    kind and code list."""
    begins: Callable[[date], Values] | None = None
    """What the entry holds besides, by the day the tip came in: its source, the day of knowing."""
    receivers: tuple[str, ...] = ()
    """Members that a tip may be passed to; empty = every unit."""
    first_check: Limit | None = None
    """Of the office, from the moment it came in until 成立, 不成立 or 不属本单位 is said. None where no document names a
    number: then the working days count that the tenant publishes for itself (``tips.TipChannel``, 5 at first)."""
    answer: Limit | None = None
    """From the moment it came in until the answer stands under the receipt code. None as above (30 at first)."""
    rewards: tuple[TipReward, ...] = ()
    """What a tenant's first own rule is proposed to hold (草案); empty = no rewards in this campaign."""
    clause: Clause


@dataclass(frozen=True, kw_only=True)
class TipReward:
    """A band of the reward that the campaign proposes; each tenant keeps its own versions (money in fen)."""

    key: str
    label: Text
    """What a tip of this band has led to."""
    lowest: int
    highest: int
    clause: Clause
