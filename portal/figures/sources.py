"""Where drawn figures come from, so that a form's prefill need not know the rooms that keep the records.

A room registers its pool (the ledger: every ``ledger``; activities: ``activities``). A pool answers with the
records of some units that a period's forms may draw on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.campaigns.forms import Draw
from portal.core.text import Message, Text


@dataclass(frozen=True)
class Fact:
    """One record as forms may draw on it; ``values`` as ``campaigns.Draw`` describes them."""

    unit_id: int
    subject: str
    """type:id of the record."""
    values: Mapping[str, Any]
    kept: bool = True
    """The unit registered it."""
    handled: bool = True
    """The unit handles it now."""

    def counts_for(self, draw: Draw) -> bool:
        return self.handled if draw.handled else self.kept


@dataclass(frozen=True)
class Shared:
    """A matter credited to several units: it counts once in a net total."""

    subject: str
    title: str
    units: tuple[str, ...]
    day: date


Read = Callable[[Session, str, str, Sequence[int], date], Sequence[Fact]]
"""(session, campaign, pool, unit ids, last day) -> the units' records known by the end of that day."""
Sharing = Callable[[Session, str, date, date], Sequence[Shared]]
"""(session, campaign, first, last) -> matters of these days that more than one unit is credited with."""


@dataclass(frozen=True)
class Pool:
    name: Text
    """For the origin shown beside a figure: 台账, 活动记录."""
    read: Read
    sharing: Sharing | None = None


_POOLS: dict[str, Pool] = {}
LEDGERS = "ledgers"
"""Name under which the ledger room registers: it answers for every ledger of a campaign."""


def register_pool(name: str, pool: Pool) -> None:
    """``name``: ``LEDGERS`` or ``campaigns.ACTIVITIES``."""
    _POOLS[name] = pool


def find_pool(name: str) -> Pool | None:
    """The pool that a ``Draw`` names: activities by their name, anything else is a ledger."""
    return _POOLS.get(name) or _POOLS.get(LEDGERS)


def shared_matters(session: Session, pool: str, campaign: str, first: date, last: date) -> Sequence[Shared]:
    found = _POOLS.get(pool)
    return found.sharing(session, campaign, first, last) if found and found.sharing else ()


__all__ = ["LEDGERS", "Fact", "Message", "Pool", "Shared", "find_pool", "register_pool", "shared_matters"]
