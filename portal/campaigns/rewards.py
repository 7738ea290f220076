"""What a campaign declares of rewards for cases: materials, conditions, calculation, tiers; no Flask, no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.campaigns.exchange import Limit
from portal.campaigns.sources import Clause, Values
from portal.core.text import Text


@dataclass(frozen=True, kw_only=True)
class Material:
    """A paper that must lie with the application. ``any_of``: one of several suffices (收入凭证或没收凭证)."""

    key: str
    label: Text
    clause: Clause
    any_of: tuple[Text, ...] = ()
    made_here: str = ""
    """Key of the document template by which the portal writes it (申请表)."""


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A level of approval, the lowest first."""

    key: str
    label: Text
    own: bool
    """Decided in this tenant; otherwise its decision is only recorded with number, date and scan."""
    clause: Clause


@dataclass(frozen=True, kw_only=True)
class RewardScheme:
    """One application per case of ``ledger``; ``rule`` calculates it and may refuse it.

    ``inputs`` turns the values of the entry and the tenant's readings (policy key -> choice key) into what ``rule``
    takes. The rule's value holds ``reward``, ``base``, ``addition`` (decimal strings, yuan) and ``tier``.
    """

    key: str
    label: Text
    ledger: str
    rule: str
    inputs: Callable[[Values, Mapping[str, str]], Mapping[str, Any]]
    case_number: str
    """Key of the field that holds the number of the decision to file (立案决定书文号): one case, one application."""
    delivered_on: str
    """Key of the date field without which nothing may be applied for (实物解缴)."""
    case_day: str
    """Key of the date field that chooses the version of the rule."""
    applicants: tuple[str, ...]
    materials: tuple[Material, ...]
    tiers: tuple[Tier, ...]
    notice: Limit
    """From approval to the notice (发放通知单)."""
    delivered_clause: Clause
    single_clause: Clause
    """One case, one application: no merging, no splitting."""
    payment_clause: Clause
    share_clause: Clause
    confirm: Callable[[Values], bool] = lambda _values: False
    """Whether the result needs a second person's confirmation before it is sent up (Q-01)."""
    booked_under: Text | None = None
    documents: Mapping[str, str] | None = None
    """``application``, ``approval``, ``notice`` -> key of the document template."""
    clause: Clause
