"""What a campaign declares of its meetings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal.campaigns.exchange import Agreement, Limit
from portal.campaigns.sources import Clause
from portal.core.text import Text


class MeetingType(StrEnum):
    PLENARY = "plenary"
    PARTIAL = "partial"
    """部分成员单位会议: its decisions go to all members."""
    LIAISON = "liaison"
    THEMATIC = "thematic"
    TEMPORARY = "temporary"
    CONSULTATION = "consultation"
    """会商."""


@dataclass(frozen=True, kw_only=True)
class MeetingKind:
    """A kind of meeting this body holds. How often it is owed, if at all, is an ``Obligation`` with ``pool`` ``MEETINGS``
    and ``meetings``; nothing else ever says that a meeting is overdue (Q-26)."""

    type: MeetingType
    label: Text
    clause: Clause
    same_rank: bool = False
    """An absent member sends a leader of the same rank from the same unit (本单位同级别)."""


@dataclass(frozen=True, kw_only=True)
class Meetings:
    kinds: tuple[MeetingKind, ...] = ()
    report_back: Limit | None = None
    """How soon units feed back on a decision that names no day; None: 5 working days, the portal's default."""
    signed_papers: bool = True
    """Papers open after the agreement below, or the body's (``Exchange.agreement``), was signed, where there is one."""
    agreement: Agreement | None = None
    """For the papers of meetings alone; a signature under ``Exchange.agreement`` does not stand for it."""


NO_MEETINGS = Meetings()
