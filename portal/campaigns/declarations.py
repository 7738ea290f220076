"""What a campaign declares. Frozen, keyword-only data and small pure functions; no Flask, no database.

Every text is Chinese inside ``_()``; every rule carries its ``Clause``. Payloads hold integer fen and ISO dates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from portal.core.periods import PeriodKind
from portal.core.text import Message, Text

CONTRACT = 1
"""The version of this contract. A plugin that names another one is refused with both numbers."""

EVERY_MEMBER = "*"
"""As ``Duty.member``: every unit of the body."""

Values = Mapping[str, Any]
"""A form's or ledger entry's payload: field key -> int, fen, str, ISO date, bool, list of str, or None."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A document that clauses cite. ``effective_to`` None = in force."""

    key: str
    number: Text
    title: Text
    issuer: Text
    issued: date | None = None
    """None where the text itself bears no date."""
    effective_from: date | None = None
    effective_to: date | None = None
    note: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A place in a source: ``Clause(source="D0", article=_("第十七条（一）"))``. ``note`` in our own words."""

    source: str
    article: Text
    note: Text | None = None


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
class Choice:
    key: str
    label: Text
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class CodeList:
    key: str
    label: Text
    choices: tuple[Choice, ...]
    note: Text | None = None


class FieldKind(StrEnum):
    INTEGER = "integer"
    MONEY = "money"
    """Entered in the field's ``unit`` (元 or 万元), stored as integer fen."""
    TEXT = "text"
    LONG_TEXT = "long_text"
    DATE = "date"
    MOMENT = "moment"
    """Date and time, Asia/Shanghai, stored as ISO 8601 with offset."""
    CHOICE = "choice"
    CHOICES = "choices"
    FLAG = "flag"
    FILES = "files"
    """Attachments; the payload holds ``{"id", "name", "size", "sha256"}`` of each."""


ACTIVITIES = "activities"
"""As ``Draw.pool``: the tenant's public activities, each credited to every unit that took part. Their ``kind`` is
rally, visit, lecture, media, live or other; their ``audience`` rural, community, family, school, enterprise,
office, other or ''."""


@dataclass(frozen=True, kw_only=True)
class Draw:
    """Reads a figure off records that the portal already keeps, so that nobody types it again.

    ``amount`` answers what one record adds to the figure (fen for money). It gets the record's values with
    ``known_on`` (ISO date), ``number``, ``title`` and ``place`` besides, and the first and last day that the
    period counts. It is asked for every record of the unit known by that last day, earlier ones included, so
    that a stock can be drawn as well. Of an activity the values are ``known_on`` (its day), ``kind``,
    ``audience``, ``organiser`` (bool: the unit was the host), ``reach``, ``materials``.
    """

    pool: str
    """Key of a ledger of the same campaign, or ``ACTIVITIES``."""
    amount: Callable[[Values, date, date], int]


def counted(pool: str, when: Callable[[Values], bool] | None = None, *, dated: str = "known_on") -> Draw:
    """How many records of the period there are. ``dated``: the field whose day decides."""
    return Draw(
        pool=pool,
        amount=lambda v, first, last: int(_falls(v, dated, first, last) and (when is None or when(v))),
    )


def added_up(
    pool: str, key: str, when: Callable[[Values], bool] | None = None, *, dated: str = "known_on"
) -> Draw:
    """The sum of ``key`` over the records of the period."""
    return Draw(
        pool=pool,
        amount=lambda v, first, last: (
            int(v.get(key) or 0) if _falls(v, dated, first, last) and (when is None or when(v)) else 0
        ),
    )


def _falls(values: Values, dated: str, first: date, last: date) -> bool:
    day = str(values.get(dated) or "")[:10]
    return first.isoformat() <= day <= last.isoformat()


@dataclass(frozen=True, kw_only=True)
class Field:
    """One cell of a form or ledger entry."""

    key: str
    label: Text
    kind: FieldKind
    unit: Text | None = None
    required: bool = False
    choices: str = ""
    """Key of the campaign's ``CodeList`` for ``CHOICE`` and ``CHOICES``."""
    owners: tuple[str, ...] = ()
    """Keys of the members whose figure this is; only they are asked. Empty = every unit."""
    element: str = ""
    """Key of the city-wide data element it means; equal elements are the same figure in every campaign."""
    definition: Text | None = None
    """口径: what exactly is counted."""
    clause: Clause | None = None
    minimum: int | None = 0
    maximum: int | None = None
    max_length: int = 200
    sensitive: bool = False
    typical: tuple[int, int] | None = None
    """Usual range for one unit and period (in ``unit``, not fen); feeds the demo data."""
    summed: bool = True
    """False for a stock (期末存量) that must not be added up over periods; it still adds up over units."""
    draws: tuple[Draw, ...] = ()
    """Where the portal reads the figure itself; what several draw is added up."""
    carries: str = ""
    """Key of the field of the period before whose value this one opens with (期初 = 上期期末)."""
    profile: str = ""
    """A fact of the unit that fills this text: ``unit_name``, ``short_name``, ``leader_rank``, ``liaison_rank``."""
    kept: bool = False
    """What the unit said last time stands until it changes (office phone, number of outlets)."""


@dataclass(frozen=True, kw_only=True)
class Section:
    key: str
    label: Text
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A repeating table of a form: one row per matter. Its payload is a list of rows (column key -> value)."""

    key: str
    label: Text
    columns: tuple[Field, ...]
    clause: Clause
    owners: tuple[str, ...] = ()
    """Members that fill it; empty = every unit."""
    definition: Text | None = None
    max_rows: int = 200
    ledger: str = ""
    """Key of the ledger whose entries make the rows; the unit confirms them."""
    row: Callable[[Values, date, date], Values | None] | None = None
    """One ledger entry (values as in ``Draw``) as a row of the period, None when it does not belong there."""
    heads: tuple[tuple[Text, int], ...] = ()
    """A second header above the columns: (label, number of columns it spans), '' where there is none."""


class Grade(StrEnum):
    ERROR = "error"
    EXPLAIN = "explain"
    HINT = "hint"


@dataclass(frozen=True, kw_only=True)
class Check:
    """A rule over a whole form. ``find`` gets the values and answers None or the sentence with the numbers."""

    key: str
    grade: Grade
    fields: tuple[str, ...]
    """The cells the sentence is shown at."""
    find: Callable[[Values], Message | None]
    clause: Clause | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A rule between this period's values and those the same unit filed for the period before."""

    key: str
    grade: Grade
    fields: tuple[str, ...]
    find: Callable[[Values, Values], Message | None]
    """Gets (values, values of the period before)."""
    clause: Clause | None = None


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A figure derived from summed values (a rate); never clamped, None where it has no meaning."""

    key: str
    label: Text
    unit: Text
    evaluate: Callable[[Values], Any]
    definition: Text
    better: str = ""
    """``up`` or ``down`` where a direction is good (两升两降)."""


class DueKind(StrEnum):
    LAST_WORKING_DAY = "last_working_day"
    LAST_CALENDAR_DAY = "last_calendar_day"
    """Of the period; for a form of ``PeriodKind.ONCE`` that is its one day."""
    FIXED_DAY = "fixed_day"


class Shift(StrEnum):
    """Where a due date goes that falls on a day off."""

    EARLIER = "earlier"
    LATER = "later"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Due:
    """On time until 24:00 of the day; ``day`` counts in the month ``months_after`` the period's last one."""

    kind: DueKind
    day: int = 0
    months_after: int = 0
    shift: Shift = Shift.EARLIER


@dataclass(frozen=True, kw_only=True)
class Form:
    key: str
    label: Text
    version: int
    period: PeriodKind
    due: Due
    sections: tuple[Section, ...]
    clause: Clause
    once: date | None = None
    """The day on which a form of ``PeriodKind.ONCE`` is due."""
    first: date | None = None
    """First day the document asks for; no period that ended before it is opened."""
    tables: tuple[Table, ...] = ()
    checks: tuple[Check, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    metrics: tuple[Metric, ...] = ()
    goals: tuple[str, ...] = ()
    """Keys of the metrics that the campaign is judged by (两升两降); each says in ``better`` which way is good."""
    headline: tuple[str, ...] = ()
    """Keys of the fields or metrics (at most eight) that head the overview table."""
    draft: bool = False
    """True: the columns are our proposal (草案), the source names the table but does not print it."""
    example: Values = field(default_factory=dict)
    """A payload that must be accepted; the contract tests file it."""

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(f for section in self.sections for f in section.fields)


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
    """A dated obligation of every member: either one ``due`` date or a ``cadence``."""

    key: str
    label: Text
    clause: Clause
    due: date | None = None
    cadence: Cadence | None = None
    pool: str = ""
    """``ACTIVITIES`` or a ledger whose records meet it (``Draw.pool``): no unit reports it a second time."""


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
