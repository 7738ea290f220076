"""What a campaign declares of the way of a ledger entry: states, steps, closure, key matters; no Flask, no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.campaigns.exchange import Limit
from portal.campaigns.sources import Clause, Values
from portal.core.text import Message, Text


class Who(StrEnum):
    """Who may take a step of an entry."""

    KEEPER = "keeper"
    """The unit that registered it."""
    LEAD = "lead"
    """The unit that handles it now (主办、牵头): by default the keeper."""
    SUPPORT = "support"
    """The units that help (协办、配合)."""
    OFFICE = "office"
    OFFICE_HEAD = "office_head"
    """The head of the office or the leader in charge of the unit that leads the body (牵头部门负责人)."""


@dataclass(frozen=True, kw_only=True)
class State:
    """A stage of the work. The first one declared is where an entry begins."""

    key: str
    label: Text
    final: bool = False
    """Nothing is left to do but to close (申请销号)."""
    until: str = ""
    """Key of the date field that says by which day this state must be left (要求回复日期, as the paper itself has it); no
    date, no clock. A day that lay behind when it was entered starts none."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A way from one state to another. ``start`` may name several; ``end`` may equal it (a measure that moves nothing).

    ``fields``: keys of ledger fields that the page of the step asks for; those in ``requires`` must be filled.
    """

    key: str
    label: Text
    start: tuple[str, ...]
    end: str
    by: tuple[Who, ...] = (Who.LEAD,)
    members: tuple[str, ...] = ()
    """Only these members may take it, whatever ``by`` says; empty = any."""
    fields: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    note: bool = False
    """Words are asked for."""
    evidence: bool = False
    """An attachment or another record of the portal is asked for."""
    approval: Who | None = None
    """A second person who must agree before the step takes effect (条例 第二十四条: 牵头部门负责人批准)."""
    starts: Limit | None = None
    """The clock that this step starts for the lead unit; the next step that leaves ``end`` meets it."""
    upward: str = ""
    """Key of the ``Handing`` by which the step asks the tenant above (提请上级认定); it takes effect with the answer."""
    clause: Clause


@dataclass(frozen=True, kw_only=True)
class Closing:
    """销号: proposed by the lead unit with evidence, checked by the office, closed by a second person.

    ``states``: from which it may be proposed; empty = all that are final. ``requires``: fields that must be filled.
    ``checklist``: what the page asks to be confirmed one by one.
    """

    clause: Clause
    states: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    checklist: tuple[Text, ...] = ()
    closed_on: str = ""
    """Key of the date field that receives the day; reopening empties it."""
    look_back: int = 90
    """Days until 回头看; 0 = none."""
    look_back_phase: str = ""
    """Key of the phase in which what was closed before it comes up again (D4 四(五))."""
    look_back_clause: Clause | None = None


@dataclass(frozen=True, kw_only=True)
class KeyReason:
    """Why an entry is a key one. ``since`` only where the mere passing of time makes it so; it may lie ahead."""

    key: str
    text: Message
    since: date | None = None


KeyReasons = Callable[[Values], tuple[KeyReason, ...]]
"""Every reason that the values give now or will give on a day to come (its ``since``)."""
