"""How far an application is, in the words of the page; who has the next step is said by ``WAITS``."""

from __future__ import annotations

from enum import StrEnum

from portal.core.text import Text, _


class State(StrEnum):
    DRAFT = "draft"
    RETURNED = "returned"
    """Back with the unit, to be completed and sent again."""
    SENT = "sent"
    PREPARED = "prepared"
    REVIEWED = "reviewed"
    SENT_UP = "sent_up"
    """With the superior bank; its decision is recorded when it comes."""
    APPROVED = "approved"
    NOTIFIED = "notified"
    SLIP = "slip"
    """The return slip is there: it may be paid."""
    PAID = "paid"
    DONE = "done"
    """Paid and distributed."""
    REFUSED = "refused"


class Kind(StrEnum):
    """Of a step."""

    OPENED = "opened"
    CONFIRMED = "confirmed"
    SENT = "sent"
    RETURNED = "returned"
    PREPARED = "prepared"
    BACK = "back"
    """From accounting or the leader to the office."""
    REVIEWED = "reviewed"
    SENT_UP = "sent_up"
    APPROVED = "approved"
    DECIDED = "decided"
    """The superior's approval, recorded."""
    REFUSED = "refused"
    REOPENED = "reopened"
    NOTIFIED = "notified"
    SLIP = "slip"
    PAID = "paid"
    SHARED = "shared"


STATES: dict[State, Text] = {
    State.DRAFT: _("准备材料"),
    State.RETURNED: _("退回补正"),
    State.SENT: _("待填审批表"),
    State.PREPARED: _("待会计审查"),
    State.REVIEWED: _("待负责人审批"),
    State.SENT_UP: _("待上级审批"),
    State.APPROVED: _("待发通知单"),
    State.NOTIFIED: _("待退回单联"),
    State.SLIP: _("待拨付"),
    State.PAID: _("已拨付，待报分配"),
    State.DONE: _("已办结"),
    State.REFUSED: _("未批准"),
}
LIGHTS: dict[State, str] = {
    State.DRAFT: "slow",
    State.RETURNED: "near",
    State.SENT: "slow",
    State.PREPARED: "slow",
    State.REVIEWED: "slow",
    State.SENT_UP: "slow",
    State.APPROVED: "slow",
    State.NOTIFIED: "slow",
    State.SLIP: "slow",
    State.PAID: "ok",
    State.DONE: "done",
    State.REFUSED: "done",
}
"""Of an application itself; where a clock runs (the notice), the clock's light goes before it."""
KINDS: dict[Kind, Text] = {
    Kind.OPENED: _("建立申请"),
    Kind.CONFIRMED: _("第二人清点确认"),
    Kind.SENT: _("报送申请"),
    Kind.RETURNED: _("退回补正"),
    Kind.PREPARED: _("填写审批表"),
    Kind.BACK: _("退回办公室"),
    Kind.REVIEWED: _("会计审查"),
    Kind.SENT_UP: _("报上级审批"),
    Kind.APPROVED: _("审批同意"),
    Kind.DECIDED: _("登记上级审批"),
    Kind.REFUSED: _("不予批准"),
    Kind.REOPENED: _("重新准备"),
    Kind.NOTIFIED: _("发放通知单"),
    Kind.SLIP: _("登记回单联"),
    Kind.PAID: _("拨付"),
    Kind.SHARED: _("报分配清单"),
}
WITH_UNIT = (State.DRAFT, State.RETURNED)
DECIDED = (State.APPROVED, State.NOTIFIED, State.SLIP, State.PAID, State.DONE)
"""The amount stands; nothing computes it again."""
OPEN = tuple(s for s in State if s not in (State.DONE, State.REFUSED))
