"""How a form stands: its state in words, its light, how late it came. Derived, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.core.text import Message, Text, _
from portal.deadlines.state import show_minutes
from portal.reporting.models import COUNTED, ReportState, State

NEAR = timedelta(days=3)
_DAY = 24 * 60

STATE_LABELS: dict[State, Text] = {
    State.EXPECTED: _("未报"),
    State.DRAFT: _("草稿"),
    State.SIGNING: _("待签"),
    State.FILED: _("已报"),
    State.ACCEPTED: _("已受理"),
    State.RETURNED: _("退回"),
}
REPORT_LABELS: dict[ReportState, Text] = {
    ReportState.COLLECTING: _("汇总中"),
    ReportState.SUBMITTED: _("已上报"),
    ReportState.ACCEPTED: _("上级已受理"),
    ReportState.RETURNED: _("上级退回"),
}


@dataclass(frozen=True)
class Light:
    """``state``: ok, near, slow, late or done; shape and colour follow from it."""

    state: str
    text: Message | Text


def light_of(due_at: datetime, now: datetime, state: State) -> Light:
    """The one function that says how a form stands; nothing of it is stored."""
    if state in COUNTED:
        return Light("done", STATE_LABELS[state])
    if now > due_at:
        days = (now - due_at).days
        return Light("late", Message(_("逾期 %(n)s 天"), n=days) if days else _("今日逾期"))
    if state is State.RETURNED:
        return Light("slow", STATE_LABELS[state])
    if due_at - now <= NEAR:
        days = (due_at.date() - now.date()).days
        return Light("near", Message(_("临期 %(n)s 天"), n=days) if days else _("今日到期"))
    return Light("ok", _("正常"))


def minutes_late(due_at: datetime, filed_at: datetime | None) -> int:
    """Whole minutes after the last instant on time, at least 1 when late; 0 when on time or not filed."""
    if filed_at is None or filed_at <= due_at:
        return 0
    return max(1, int((filed_at - due_at).total_seconds() // 60))


def lateness(due_at: datetime, filed_at: datetime | None) -> Message | None:
    """``迟报 30 分钟``, ``迟报 2 天``: minutes below a day, begun days above (due on the 30th, filed on the 2nd: two).

    Forms and reports say it alike.
    """
    return late_words(minutes_late(due_at, filed_at))


def late_words(minutes: int) -> Message | None:
    if not minutes:
        return None
    days = -(-minutes // _DAY)
    return (
        Message(_("迟报 %(n)s 天"), n=days)
        if minutes >= _DAY
        else Message(_("迟报 %(t)s"), t=show_minutes(minutes))
    )
