"""What a campaign declares of how units are held to their duties: the ladder and the score. People decide, never the portal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal.campaigns.sources import Clause
from portal.core.text import Text


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A step of the ladder (通报、约谈、挂牌督办、重点管理、一票否决), from mild to severe."""

    key: str
    label: Text
    clause: Clause
    misses: int = 0
    """Periods in a row with a missed obligation after which the portal proposes this step; 0 = never by itself."""
    decided_by: str = ""
    """Member whose leader decides (政法委); '' = the convenor or the head of the office."""
    template: str = ""
    """Document template that carries the decision (通报, 约谈通知书)."""


class PointKind(StrEnum):
    BASE = "base"
    """Part of the hundred; what is not earned is taken off."""
    BONUS = "bonus"
    DEDUCTION = "deduction"


@dataclass(frozen=True, kw_only=True)
class ScoreItem:
    """One line of the score (百分制). Points are hundredths of a point, so 0.25 is 25.

    ``each``: what one event adds or takes; 0 = a person says how much. ``obligation``: key of the obligation whose missed
    periods are the events; '' = a person enters them with their evidence.
    """

    key: str
    label: Text
    kind: PointKind
    most: int
    """All that this line can add or take."""
    clause: Clause
    each: int = 0
    obligation: str = ""


@dataclass(frozen=True, kw_only=True)
class Oversight:
    ladder: tuple[Rung, ...] = ()
    watched: tuple[str, ...] = ()
    """Obligations whose misses the ladder counts."""
    score: tuple[ScoreItem, ...] = ()
    """A default that a tenant changes and publishes for a year; empty = this campaign keeps no score."""


NO_OVERSIGHT = Oversight()
