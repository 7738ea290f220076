"""What a campaign declares of handing a matter on (移送、移交、提请认定); no Flask, no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from portal.campaigns.exchange import Limit
from portal.campaigns.sources import Clause, Values
from portal.core.text import Message, Text


class Reach(StrEnum):
    UNIT = "unit"
    """To another unit of the same tenant."""
    COUNTY = "county"
    """To another tenant under the same superior."""
    SUPERIOR = "superior"
    """To the tenant above (提请上级认定)."""


@dataclass(frozen=True, kw_only=True)
class Handing:
    """A way in which an entry of ``ledgers`` is handed on: accepted or refused with a reason, receipt, result.

    ``senders`` and ``receivers`` are keys of members, empty = any. To another tenant it goes to the unit that is
    ``receivers[0]`` there, to its office when there is none.
    """

    key: str
    label: Text
    reach: tuple[Reach, ...]
    ledgers: tuple[str, ...]
    senders: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    both: tuple[str, ...] = ()
    """Members that all receive it at once (牵头部门和监管部门)."""
    carries: tuple[str, ...] = ()
    """Fields whose values go along; empty = all that are not sensitive. Sensitive ones go only if named."""
    accept: Limit | None = None
    """How soon the receiver accepts or refuses."""
    result: Limit | None = None
    """How soon after acceptance the result comes back."""
    outcomes: tuple[tuple[str, Text], ...] = ()
    """What the result may be (立案、不予立案、退回补充); empty = words alone."""
    agrees: tuple[str, ...] = ()
    """Outcomes with which the step that asked upward takes effect (``Step.upward``); empty = the first declared."""
    clause: Clause


@dataclass(frozen=True, kw_only=True)
class Jurisdiction:
    """Whose matter it is: the six digits of the place that decides, and the sentence that says why. '' = not known yet."""

    region: str
    reason: Message
    clause: Clause


JurisdictionOf = Callable[[Values], Jurisdiction]
