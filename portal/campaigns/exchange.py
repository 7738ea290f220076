"""What a campaign declares of limits and of its exchange of information; no Flask, no database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal.campaigns.sources import Clause
from portal.core.text import Text


class LimitKind(StrEnum):
    HOURS = "hours"
    """Natural hours from the moment of knowing; days off do not stop them (Q-11, Q-12)."""
    WORKING_DAYS = "working_days"
    """The starting day is day 0 (民法典 第201条); on time until 24:00 of day ``n``."""
    DAYS = "days"
    """Calendar days; a last day off moves to the next working day (民法典 第203条)."""


MOST = {LimitKind.HOURS: 87_600, LimitKind.WORKING_DAYS: 2_500, LimitKind.DAYS: 3_660}
"""The longest limits that can be meant: some ten years."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How long something may take: ``n`` hours or days of its kind, 1 to ``MOST``. ``clause`` None = the portal's own
    default.
    """

    kind: LimitKind
    n: int
    clause: Clause | None = None


@dataclass(frozen=True, kw_only=True)
class Category:
    """A kind of information (动态, 新型造假手段), of an advisory (风险提示, 公安提示函) or of a request upward."""

    key: str
    label: Text
    clause: Clause
    urgent: bool = False
    """An item of this kind is to be reported at once: the page offers the urgent report instead."""
    target: Text | None = None
    """Of a request: what each line of it names (网址或应用, 失信主体)."""
    writers: tuple[str, ...] = ()
    """Members that write it; empty = every unit (of an advisory: the office alone)."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """What everybody signs before papers open (保密协议). A new ``version`` is signed anew."""

    title: Text
    version: int
    paragraphs: tuple[Text, ...]
    clause: Clause


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """The information side of a campaign. Every part may be empty: then its pages are not shown."""

    categories: tuple[Category, ...] = ()
    advisories: tuple[Category, ...] = ()
    materials: tuple[Category, ...] = ()
    """Kinds of documents that the library (资料库) keeps beside information and bulletins."""
    requests: tuple[Category, ...] = ()
    """What units ask of superiors (封堵网址, 列入失信名单)."""
    answer: Limit | None = None
    """How soon the office answers an item of information; None: 5 working days, the portal's default."""
    handling: Limit | None = None
    """The office's own duty after an urgent report (分析研判、召集会商、反馈); None: 1 working day, the portal's."""
    agreement: Agreement | None = None


NO_EXCHANGE = Exchange()
DEFAULT_ANSWER = Limit(kind=LimitKind.WORKING_DAYS, n=5)
DEFAULT_HANDLING = Limit(kind=LimitKind.WORKING_DAYS, n=1)
