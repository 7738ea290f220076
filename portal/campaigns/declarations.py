"""What a campaign declares. Frozen, keyword-only data and small pure functions; no Flask, no database.

Every text is Chinese inside ``_()``; every rule carries its ``Clause``. Payloads hold integer fen and ISO dates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from portal.campaigns.basis import Basis
from portal.campaigns.exchange import NO_EXCHANGE, Exchange
from portal.campaigns.forms import Check, Choice, CodeList, Field, Form
from portal.campaigns.handing import Handing, JurisdictionOf
from portal.campaigns.meetings import NO_MEETINGS, Meetings, MeetingType
from portal.campaigns.oversight import NO_OVERSIGHT, Oversight
from portal.campaigns.papers import DocumentTemplate
from portal.campaigns.rewards import RewardScheme
from portal.campaigns.sources import Clause, Source, Values
from portal.campaigns.tips import Tips
from portal.campaigns.workflow import Closing, KeyReasons, State, Step
from portal.core.text import Message, Text

CONTRACT = 1
"""The version of this contract. A plugin that names another one is refused with both numbers."""

EVERY_MEMBER = "*"
"""As ``Duty.member``: every unit of the body."""


class BodyKind(StrEnum):
    JOINT_CONFERENCE = "joint_conference"
    LEADING_GROUP = "leading_group"
    TASK_FORCE = "task_force"


@dataclass(frozen=True, kw_only=True)
class Body:
    """Default words of the body; a tenant's ``Mechanism`` may change each of them.

    ``titles`` maps post kinds (``convenor``, ``deputy_convenor``, ``office_director``) to the body's own words.
    """

    kind: BodyKind
    name: Text
    office: Text
    lead: str
    """Key of the member that leads (牵头单位) and hosts the office."""
    titles: Mapping[str, Text]
    clause: Clause


class MemberKind(StrEnum):
    UNIT = "unit"
    CLASS = "class"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One line of the body's roster: a unit, or a class that expands to today's units of ``unit_kind``."""

    key: str
    label: Text
    aliases: tuple[Text, ...] = ()
    kind: MemberKind = MemberKind.UNIT
    unit_kind: str = ""
    clause: Clause | None = None


class Cadence(StrEnum):
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One duty in our own words. ``cadence`` only where the text names one; ``soft`` is a word like 及时.

    A soft duty is never overdue: only the days since it was last met are shown.
    """

    key: str
    member: str
    text: Text
    clause: Clause
    cadence: Cadence | None = None
    soft: Text | None = None
    also: tuple[str, ...] = ()
    """Further members that bear the same duty (市政府办、各县（区）政府办)."""

    def binds(self, member: str) -> bool:
        return self.member in (member, EVERY_MEMBER) or member in self.also


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """A register of matters. The portal itself keeps unit, number, title, moment of knowing and place."""

    key: str
    label: Text
    numbering: Text
    """Prefix of the number, e.g. 案; the portal adds year and a running number per tenant."""
    fields: tuple[Field, ...]
    clause: Clause
    writers: tuple[str, ...] = ()
    """Members that keep this ledger; empty = every unit."""
    examples: tuple[Values, ...] = ()
    """Fictional entries (payloads) for tests and the demo; the key ``title`` names the entry."""
    states: tuple[State, ...] = ()
    """Stages of the work; empty = a plain register."""
    steps: tuple[Step, ...] = ()
    closing: Closing | None = None
    key_reasons: KeyReasons | None = None
    """What makes an entry a key one (重点); asked at every saving, judged by the day of reading."""
    views: tuple[str, ...] = ()
    """Up to three choice fields by which the list is counted and filtered (领域、等级)."""
    later: tuple[str, ...] = ()
    """Fields that come on the way: folded away in the form, and on the page as long as they are empty."""
    checks: tuple[Check, ...] = ()
    """Rules over the whole entry: errors stop it at the field, hints are shown beside it."""
    jurisdiction: JurisdictionOf | None = None

    @property
    def matched(self) -> tuple[Field, ...]:
        """Fields whose values are compared across counties."""
        return tuple(f for f in self.fields if f.match is not None)

    def state(self, key: str) -> State | None:
        return next((s for s in self.states if s.key == key), None)

    def step(self, key: str) -> Step | None:
        return next((s for s in self.steps if s.key == key), None)

    @property
    def guarded(self) -> frozenset[str]:
        """Fields that nobody types into the entry: the day of closure, and those of ``later`` that only a step asks
        for to which a second person must agree."""
        agreed = {k for s in self.steps if s.approval for k in s.fields}
        free = {k for s in self.steps if not s.approval for k in s.fields}
        closed = {self.closing.closed_on} if self.closing and self.closing.closed_on else set()
        return frozenset((agreed - free) & set(self.later) | closed)


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """When a ledger entry obliges the unit to report upward within ``hours`` of knowing."""

    key: str
    ledger: str
    label: Text
    when: Callable[[Values], bool]
    reason: Callable[[Values], Message]
    """The sentence that says why, with the numbers."""
    hours: int
    clause: Clause


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A computed value that can answer 为什么."""

    value: Mapping[str, Any]
    """JSON-ready result."""
    steps: tuple[Message, ...]
    warnings: tuple[Message, ...]
    clauses: tuple[Clause, ...]
    version: str


class Refused(Exception):
    """Raised by a rule that does not cover the case; carries the reason and the clause that says so."""

    def __init__(self, reason: Message | Text, clause: Clause) -> None:
        super().__init__(str(reason))
        self.reason, self.clause = reason, clause


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Explainable calculation (``portal rules eval``): JSON in; ``Explained`` out, ``Refused`` or ``ValueError``."""

    key: str
    label: Text
    evaluate: Callable[[Mapping[str, Any]], Explained]
    inputs: tuple[Field, ...]
    clause: Clause


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A stage of the campaign, both days inclusive; stages may overlap (压茬推进)."""

    key: str
    label: Text
    start: date
    end: date
    clause: Clause
    aliases: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """What members owe by a date or once in every period: either one ``due`` date or a ``cadence``.

    The records that exist already meet it (``pool``, ``form``); no unit reports it a second time. Where the portal
    keeps no such record, the unit says in one line what was done.
    """

    key: str
    label: Text
    clause: Clause
    due: date | None = None
    cadence: Cadence | None = None
    pool: str = ""
    """``ACTIVITIES``, ``MEETINGS``, ``VISITS``, a ledger or another pool whose records meet it (``Draw.pool``)."""
    meetings: tuple[MeetingType, ...] = ()
    """Kinds of meetings that meet it, with ``pool`` ``MEETINGS``."""
    form: str = ""
    """Key of the form whose filing meets it."""
    members: tuple[str, ...] = ()
    """Who owes it; empty = every unit."""
    by_office: bool = False
    """True: the office owes it, no unit does."""
    soft: Text | None = None
    """A word like 原则上: a hint in the last month of the period, never overdue (Q-29)."""
    first: date | None = None
    """First day it is owed; no period that ended before it is asked for (Q-15)."""
    last: date | None = None


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A reading of an ambiguous clause that a tenant may choose (本县口径).

    One choice only = the reading is fixed and merely shown. ``choices[0]`` need not be the default.
    """

    key: str
    label: Text
    choices: tuple[Choice, ...]
    default: str
    clause: Clause
    note: Text
    """What is ambiguous and what the choice changes, in our own words; names the Q-number."""


@dataclass(frozen=True, kw_only=True)
class Campaign:
    key: str
    label: Text
    """Short name in the navigation (反诈)."""
    title: Text
    """Full name."""
    position: int
    sources: tuple[Source, ...]
    body: Body
    roster: tuple[Member, ...]
    duties: tuple[Duty, ...]
    forms: tuple[Form, ...]
    contract: int = CONTRACT
    code_lists: tuple[CodeList, ...] = ()
    ledgers: tuple[Ledger, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    rules: tuple[Rule, ...] = ()
    policies: tuple[Policy, ...] = ()
    phases: tuple[Phase, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    exchange: Exchange = NO_EXCHANGE
    meetings: Meetings = NO_MEETINGS
    oversight: Oversight = NO_OVERSIGHT
    documents: tuple[DocumentTemplate, ...] = ()
    handings: tuple[Handing, ...] = ()
    tips: Tips | None = None
    rewards: tuple[RewardScheme, ...] = ()
    basis: tuple[Basis, ...] = ()

    def source(self, key: str) -> Source:
        return next(s for s in self.sources if s.key == key)

    def member(self, key: str) -> Member:
        return next(m for m in self.roster if m.key == key)

    def form(self, key: str) -> Form | None:
        return next((f for f in self.forms if f.key == key), None)

    def ledger(self, key: str) -> Ledger | None:
        return next((x for x in self.ledgers if x.key == key), None)

    def code_list(self, key: str) -> CodeList:
        return next(c for c in self.code_lists if c.key == key)

    def duties_of(self, member: str) -> tuple[Duty, ...]:
        """The member's own duties after the common ones."""
        return tuple(d for d in self.duties if d.binds(member))
