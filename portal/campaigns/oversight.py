"""What a campaign declares of how units are held to their duties: the ladder and the score. People decide, never the portal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal.campaigns.sources import Clause
from portal.core.text import Text, written


class RungKind(StrEnum):
    """What a step brings with it."""

    CIRCULAR = "circular"
    """通报: a document, nothing more."""
    INTERVIEW = "interview"
    """约谈: a talk of which a record is kept."""
    LISTED = "listed"
    """挂牌督办: an order to put right, lifted when it is."""
    MANAGED = "managed"
    """重点管理: from a day to a day."""
    VETO = "veto"
    """一票否决: from a day to a day, never proposed by the portal itself."""
    ADVICE = "advice"
    """问责建议: handed to whoever may call to account."""


LASTING = (RungKind.LISTED, RungKind.MANAGED, RungKind.VETO)
"""Steps that stand until they are lifted."""
DATED = (RungKind.MANAGED, RungKind.VETO)
"""Steps with a first and a last day."""


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A step of the ladder (通报、约谈、挂牌督办、重点管理、一票否决), from mild to severe."""

    key: str
    label: Text
    clause: Clause
    kind: RungKind = RungKind.CIRCULAR
    misses: int = 0
    """Periods in a row with a missed obligation after which the portal proposes this step; 0 = never by itself."""
    decided_by: str = ""
    """Member whose leader decides (政法委); '' = the convenor or the head of the office."""
    template: str = ""
    """Document template that carries the decision (通报, 约谈通知书)."""


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """A reason that the document gives for a step (履职不到位); found by people, never by the portal."""

    key: str
    label: Text
    clause: Clause
    rungs: tuple[str, ...] = ()
    """Steps it may lead to; empty = any."""


class PointKind(StrEnum):
    BASE = "base"
    """Part of the hundred; what is not earned is taken off."""
    BONUS = "bonus"
    DEDUCTION = "deduction"


@dataclass(frozen=True, kw_only=True)
class ScoreItem:
    """One line of the score (百分制). Points are hundredths of a point, so 0.25 is 25.

    ``each``: what one event adds or takes; 0 = a person says how much. ``obligation``: key of the obligation whose missed
    periods are the events; '' = a person enters them with their evidence. ``late``: instead of the missed periods those
    that were met late.
    """

    key: str
    label: Text
    kind: PointKind
    most: int
    """All that this line can add or take."""
    clause: Clause
    each: int = 0
    obligation: str = ""
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class Oversight:
    ladder: tuple[Rung, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    watched: tuple[str, ...] = ()
    """Obligations whose misses the ladder counts."""
    score: tuple[ScoreItem, ...] = ()
    """A default that a tenant changes and publishes for a year; empty = this campaign keeps no score."""


NO_OVERSIGHT = Oversight()

HUNDRED = 10_000
"""百分制 in hundredths of a point: what the base lines of a sheet come to."""
_TRACES = written(
    "登录 登陆 点击 点赞 转发 打卡 签到 照片 截图 阅读量 关注量 下载量 排名 信息条数 活动场次"
).split()


def trace_in(text: str) -> str:
    """The word by which a line of the score would count traces (痕迹) instead of work; '' = none of them."""
    return next((word for word in _TRACES if word in text), "")
