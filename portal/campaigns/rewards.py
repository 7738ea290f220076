"""What a campaign declares of rewards for cases: materials, conditions, calculation, tiers; no Flask, no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
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
class DatedRule:
    """The version of the rule for cases of ``since`` and later, until the next one begins."""

    since: date
    label: Text
    clause: Clause
    rule: str = ""
    """'' = the sources say too little to calculate by it: ``refusal`` says so."""
    refusal: Text | None = None


@dataclass(frozen=True, kw_only=True)
class RewardScheme:
    """One application per case of ``ledger``; the rule of the case's day calculates it and may refuse it.

    ``inputs`` turns the values of the entry and the readings (policy key -> choice key) of the tenant that decides into
    what the rule takes. The rule's value holds ``reward``, ``base``, ``addition`` (decimal strings, yuan) and ``tier``.
    """

    key: str
    label: Text
    ledger: str
    rules: tuple[DatedRule, ...]
    """The oldest first."""
    inputs: Callable[[Values, Mapping[str, str]], Mapping[str, Any]]
    case_number: str
    """Key of the field that holds the number of the decision to file (立案决定书文号): one case, one application."""
    delivered_on: str
    """Key of the date field without which nothing may be applied for (实物解缴)."""
    case_day: str
    """Key of the date field of the solved case; without it nothing may be applied for, and it chooses the rule."""
    shown: tuple[str, ...]
    """Keys of the fields that a calculation sheet shows as its inputs."""
    applicants: tuple[str, ...]
    """Roster keys of the members that may apply."""
    applicants_clause: Clause
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
    """Whether a second person of the unit must count again before it is sent up (Q-01)."""
    confirm_field: str = ""
    """Key of the whole-number field that this person enters anew, without seeing it."""
    booked_under: Text | None = None
    documents: Mapping[str, str] | None = None
    """``application``, ``approval``, ``notice`` -> key of the document template."""
    clause: Clause

    def rule_on(self, day: date) -> DatedRule | None:
        """The version that a case of ``day`` falls under; None before the oldest one."""
        return next((r for r in reversed(self.rules) if r.since <= day), None)
