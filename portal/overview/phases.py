"""The stages of a campaign on a line of time: they overlap, and today runs through them. Needs no script."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.campaigns.declarations import Campaign, Phase
from portal.core.text import Message, Text, _

WIDTH, LABELS, ROW, TOP = 720, 104, 26, 26
_ROOM = WIDTH - LABELS - 8
PAST, NOW, COMING = _("已结束"), _("进行中"), _("未开始")


@dataclass(frozen=True)
class Stage:
    phase: Phase
    x: float
    y: int
    width: float
    state: Text

    @property
    def active(self) -> bool:
        return self.state is NOW


@dataclass(frozen=True)
class Timeline:
    stages: tuple[Stage, ...]
    ticks: tuple[tuple[float, Message], ...]
    """Place and name of the first day of each quarter."""
    today: float | None
    """None before the first and after the last day."""

    @property
    def height(self) -> int:
        return TOP + ROW * len(self.stages) + 4

    @property
    def active(self) -> list[Text]:
        return [s.phase.label for s in self.stages if s.active]


def draw(campaign: Campaign, today: date) -> Timeline | None:
    """None for a campaign without stages."""
    if not campaign.phases:
        return None
    first, last = min(p.start for p in campaign.phases), max(p.end for p in campaign.phases)
    days = (last - first).days + 1

    def place(day: date) -> float:
        return round(LABELS + (day - first).days * _ROOM / days, 1)

    stages = tuple(
        Stage(p, place(p.start), TOP + n * ROW, round(((p.end - p.start).days + 1) * _ROOM / days, 1), _state(p, today))
        for n, p in enumerate(campaign.phases)
    )  # fmt: skip
    quarters = [date(y, m, 1) for y in range(first.year, last.year + 1) for m in (1, 4, 7, 10)]
    ticks = tuple((place(q), _tick(q)) for q in quarters if first <= q <= last)
    return Timeline(stages, ticks, place(today) if first <= today <= last else None)


def _state(phase: Phase, today: date) -> Text:
    if today < phase.start:
        return COMING
    return NOW if today <= phase.end else PAST


def _tick(day: date) -> Message:
    return Message(_("%(y)s年%(m)s月"), y=day.year, m=day.month)
