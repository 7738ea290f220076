"""Words and lights of transfers; pure."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from portal.campaigns.handing import Reach
from portal.core.text import Message, Text, _
from portal.deadlines.state import DeadlineState, state_of
from portal.transfers.models import Role, Side, State

STATES: dict[State, Text] = {
    State.SENT: _("待接收"),
    State.ACCEPTED: _("办理中"),
    State.REFUSED: _("不予接收"),
    State.DONE: _("已反馈结果"),
    State.WITHDRAWN: _("已撤回"),
    State.KEPT: _("由移送方办理"),
}
OPEN = (State.SENT, State.ACCEPTED)
REACHES: dict[Reach, Text] = {
    Reach.UNIT: _("本级单位之间"),
    Reach.COUNTY: _("县（区）之间"),
    Reach.SUPERIOR: _("报上级"),
}
ROLES: dict[Role, Text] = {Role.LEAD: _("主办"), Role.SUPPORT: _("协办")}
STEPS: dict[str, Text] = {
    "send": _("移送"),
    "withdraw": _("撤回"),
    "pass": _("转交承办单位"),
    "accept": _("接收"),
    "refuse": _("不予接收"),
    "progress": _("反馈进展"),
    "stage": _("办理阶段"),
    "result": _("反馈结果"),
    "note": _("已知悉"),
    "paper": _("印发公文"),
    "refer": _("报请上级决定"),
    "drop": _("撤回报请"),
    "decide": _("上级决定"),
}
DISPUTES: dict[str, tuple[str, Text]] = {
    "open": ("near", _("待上级决定")),
    "decided": ("done", _("已决定")),
    "withdrawn": ("done", _("已撤回报请")),
}
"""Light and word."""
SIDES: dict[str, Text] = {Side.OUT: _("移送方"), Side.IN: _("接收方")}


class Facts(Protocol):
    @property
    def side(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def sent_at(self) -> datetime: ...
    @property
    def decided_at(self) -> datetime | None: ...
    @property
    def accept_due(self) -> datetime | None: ...
    @property
    def result_due(self) -> datetime | None: ...
    @property
    def noted_at(self) -> datetime | None: ...
    @property
    def dispute(self) -> str: ...


def due_of(row: Facts) -> datetime | None:
    """What the receiver owes next."""
    if row.state == State.SENT:
        return row.accept_due
    return row.result_due if row.state == State.ACCEPTED else None


def clock_of(row: Facts, now: datetime) -> DeadlineState | None:
    due = due_of(row)
    if due is None:
        return None
    begun = row.sent_at if row.state == State.SENT else row.decided_at or row.sent_at
    return state_of(begun, due, None, now)


def light_of(row: Facts, now: datetime) -> tuple[str, Message | Text]:
    """Light and word of one side at one moment."""
    word = STATES[State(row.state)]
    if row.dispute == "open":
        return "near", _("争议报请中")
    clock = clock_of(row, now)
    if clock is not None:
        late = clock.light == "late"
        return clock.light, Message(_("%(state)s，%(clock)s"), state=word, clock=clock.text) if late else word
    if row.state in (State.SENT, State.ACCEPTED):
        return "ok" if row.state == State.ACCEPTED else "near", word
    if row.state == State.REFUSED and row.side == Side.OUT and row.noted_at is None:
        return "slow", word
    return "done", word
