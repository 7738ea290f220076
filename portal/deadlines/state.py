"""What a clock says at one moment: running, near, late, met. Derived, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from portal.core.text import Message, _


class DeadlineKind(StrEnum):
    RUNNING = "running"
    NEAR = "near"
    LATE = "late"
    MET = "met"
    MET_LATE = "met_late"


_LIGHTS = {
    DeadlineKind.RUNNING: "ok",
    DeadlineKind.NEAR: "near",
    DeadlineKind.LATE: "late",
    DeadlineKind.MET: "done",
    DeadlineKind.MET_LATE: "slow",
}


@dataclass(frozen=True)
class DeadlineState:
    """What a clock says at one moment. ``minutes_late`` is rounded up: one second late is one minute."""

    kind: DeadlineKind
    minutes_late: int
    remaining: timedelta

    @property
    def light(self) -> str:
        return _LIGHTS[self.kind]

    @property
    def late(self) -> bool:
        return self.minutes_late > 0

    @property
    def word(self) -> Message:
        """Beside a running count-down, which already shows the time that is left."""
        match self.kind:
            case DeadlineKind.RUNNING:
                return Message(_("计时中"))
            case DeadlineKind.NEAR:
                return Message(_("临期"))
            case _:
                return self.text

    @property
    def outcome(self) -> Message:
        """For what is done rather than reported."""
        match self.kind:
            case DeadlineKind.MET:
                return Message(_("按时办结"))
            case DeadlineKind.MET_LATE:
                return Message(_("逾期 %(t)s办结"), t=show_minutes(self.minutes_late))
            case _:
                return self.text

    @property
    def text(self) -> Message:
        match self.kind:
            case DeadlineKind.LATE:
                return Message(_("逾期 %(t)s"), t=show_minutes(self.minutes_late))
            case DeadlineKind.MET:
                return Message(_("按时报送"))
            case DeadlineKind.MET_LATE:
                return Message(_("迟报 %(t)s"), t=show_minutes(self.minutes_late))
            case _:
                return Message(_("还有 %(t)s"), t=show_minutes(int(self.remaining.total_seconds()) // 60))


def show_minutes(minutes: int) -> Message:
    """``25 分钟``, ``5 小时 20 分钟``; whole hours above two days, where minutes say nothing, days above five."""
    hours, rest = divmod(minutes, 60)
    if hours >= 120:
        return Message(_("%(d)s 天"), d=hours // 24)
    if not hours:
        return Message(_("%(m)s 分钟"), m=rest)
    if not rest or hours >= 48:
        return Message(_("%(h)s 小时"), h=hours)
    return Message(_("%(h)s 小时 %(m)s 分钟"), h=hours, m=rest)


def state_of(started: datetime, due: datetime, met: datetime | None, now: datetime) -> DeadlineState:
    """To the second: on time at ``due``, late one second after. Near once a quarter of the time is left."""
    at = met or now
    left = due.replace(microsecond=0) - at.replace(microsecond=0)
    minutes_late = max(0, ceil(-left.total_seconds() / 60))
    if met is not None:
        kind = DeadlineKind.MET_LATE if minutes_late else DeadlineKind.MET
    elif minutes_late:
        kind = DeadlineKind.LATE
    else:
        kind = DeadlineKind.NEAR if left * 4 <= due - started else DeadlineKind.RUNNING
    return DeadlineState(kind, minutes_late, max(left, timedelta(0)))


def ask_reason(state: DeadlineState, *, reported: bool = True) -> Message:
    """``reported``: an urgent report, else something that is done."""
    text = (
        _("已超过时限 %(t)s，仍可报送，请写明迟报原因。")
        if reported
        else _("已超过时限 %(t)s，仍可办结，请写明逾期原因。")
    )
    return Message(text, t=show_minutes(state.minutes_late))
