"""What a campaign declares of its forms: fields and where they draw from, tables, checks, due rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from portal.campaigns.matching import MatchKind
from portal.campaigns.sources import Clause, Values
from portal.core.periods import PeriodKind
from portal.core.text import Message, Text


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
REWARDS = "rewards"
"""As ``Draw.pool``: the rewards that were paid, credited to the paying unit. Their values are ``known_on`` (the day of
payment), ``amount`` (fen) and ``tier``."""
MEETINGS = "meetings"
"""As ``Obligation.pool``: the meetings that the body has held."""
VISITS = "visits"
"""As ``Obligation.pool``: the inspections whose result the office has recorded."""
OF_OFFICE = (MEETINGS, VISITS)
"""Pools of an office's records: no unit owes them."""


@dataclass(frozen=True, kw_only=True)
class Draw:
    """Reads a figure off records that the portal already keeps, so that nobody types it again.

    ``amount`` answers what one record adds to the figure (fen for money). It gets the record's values with
    ``known_on`` (ISO date), ``number``, ``title``, ``place`` and ``stage`` (the state it is in now) besides, and the
    first and last day that the period counts. It is asked for every record of the unit known by that last day,
    earlier ones included, so that a stock can be drawn as well. Of an activity the values are ``known_on`` (its
    day), ``kind``, ``audience``, ``organiser`` (bool: the unit was the host), ``reach``, ``materials``.
    """

    pool: str
    """Key of a ledger of the same campaign, ``ACTIVITIES`` or ``REWARDS``."""
    amount: Callable[[Values, date, date], int]
    handled: bool = False
    """Counted for the unit that handles the entry now (主办: 立案数 of a lead that a bank handed on), not for the one that
    registered it."""


def counted(
    pool: str, when: Callable[[Values], bool] | None = None, *, dated: str = "known_on", handled: bool = False
) -> Draw:
    """How many records of the period there are. ``dated``: the field whose day decides."""
    return Draw(
        pool=pool,
        handled=handled,
        amount=lambda v, first, last: int(_falls(v, dated, first, last) and (when is None or when(v))),
    )


def added_up(
    pool: str,
    key: str,
    when: Callable[[Values], bool] | None = None,
    *,
    dated: str = "known_on",
    handled: bool = False,
) -> Draw:
    """The sum of ``key`` over the records of the period."""
    return Draw(
        pool=pool,
        handled=handled,
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
    """A text that is stored sealed, shown masked, and read in full only with a reason that stays in the trail."""
    mask: str = "text"
    """How a sensitive text is masked: name, phone, id, account, text (``core.masking``)."""
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
    match: MatchKind | None = None
    """Of a ledger: its values are compared with those of other counties, as keyed hashes (串并)."""
    warn: Callable[[Any], Message | None] | None = None
    """A doubt about one value, shown beside it and never in the way (冠字号格式)."""


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
