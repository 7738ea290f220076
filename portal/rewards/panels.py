"""Which steps the reader may take now: verb, what it asks for, what it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.core.text import Message, Text, _
from portal.deadlines.models import Deadline
from portal.rewards.access import Hand, Opened
from portal.rewards.conditions import Judged
from portal.rewards.models import RewardStep
from portal.rewards.states import State

OPINION = _("意见")


@dataclass(frozen=True)
class Panel:
    """``fields`` in the order shown; ``note`` is required where ``must`` says so."""

    key: str
    verb: Text
    help: Message | Text
    fields: tuple[str, ...] = ()
    must: bool = False
    note: Text = OPINION


_BACK = Panel(
    "back", _("退回"), _("写明退回理由和要改什么；已有内容全部保留。"), ("note",), True, _("退回理由")
)


def panels_of(
    opened: Opened, judged: Judged | None, sheet: dict[str, Any] | None, confirmed: RewardStep | None, own_tier: bool,
    clock: Deadline | None, now: datetime, account_id: int | None,
) -> list[Panel]:  # fmt: skip
    state = State(opened.found.state)
    if opened.scheme is None:
        return []
    found: list[Panel] = []
    if opened.mine:
        found += _of_unit(opened, state, judged, sheet, confirmed, account_id)
    for hand in (Hand.PREPARE, Hand.REVIEW, Hand.APPROVE):
        if hand in opened.hands:
            found += [
                p for p in _of_hand(hand, state, own_tier, clock, now) if p.key not in {f.key for f in found}
            ]
    return found


def _of_unit(
    opened: Opened, state: State, judged: Judged | None, sheet: dict[str, Any] | None, confirmed: RewardStep | None,
    account_id: int | None,
) -> list[Panel]:  # fmt: skip
    if state in (State.DRAFT, State.RETURNED):
        found = []
        if sheet and sheet["confirm"] and confirmed is None:
            text = _("本案接近跳档处。请由报送人以外的一人重新清点，填写清点数；与台账一致才能报送。")
            found.append(Panel("confirm", _("确认清点"), text, ("counted",)))
        if judged is not None and not judged.problems:
            text = _("报送后由审批单位办理，材料和台账数值以报送时为准。")
            found.append(Panel("send", _("报送申请"), text, ("stamped",)))
        if state is State.DRAFT and opened.found.sent_at is None:
            found.append(Panel("discard", _("删除草稿"), _("文号随之释放；已上传的材料留在台账，仍可再用。")))
        return found
    if state is State.NOTIFIED:
        text = _("在通知单回单联上填写、盖章，扫描上传；登记后才能拨付。")
        return [Panel("slip", _("登记回单联"), text, ("day", "files"))]
    if state is State.REFUSED:
        return [Panel("reopen", _("重新准备"), _("仍是这一项申请，原有材料全部保留，补正后再报送。"))]
    return []


def _of_hand(hand: Hand, state: State, own_tier: bool, clock: Deadline | None, now: datetime) -> list[Panel]:
    match hand, state:
        case Hand.PREPARE, State.SENT:
            text = _("按今天的口径重新测算，填入审批表，交会计审查。")
            return [Panel("prepare", _("填写审批表"), text, ("note",), True, _("部门意见")), _BACK]
        case Hand.PREPARE, State.SENT_UP:
            text = _("登记上级的审批结果，须有文号、日期和扫描件。")
            fields = ("agreed", "authority", "number", "day", "files", "note")
            return [Panel("decide", _("登记上级审批"), text, fields)]
        case Hand.PREPARE, State.APPROVED:
            late = clock is not None and clock.met_at is None and now > clock.due_at
            text = _("通知单发给申请单位后登记编号，时限随之停止。")
            return [
                Panel("notify", _("登记通知单"), text, ("number", "late_reason") if late else ("number",))
            ]
        case Hand.PREPARE, State.NOTIFIED:
            text = _("申请单位交来纸质回单联的，由办公室代为登记。")
            return [Panel("slip", _("登记回单联"), text, ("day", "files"))]
        case ((Hand.PREPARE | Hand.REVIEW), State.SLIP):
            return [
                Panel("pay", _("登记拨付"), _("须足额拨付，金额与奖励一致。"), ("voucher", "day", "amount"))
            ]
        case Hand.REVIEW, State.PREPARED:
            text = _("核对材料、测算和金额。审查人不能是填表人。")
            return [Panel("review", _("审查通过"), text, ("note",)), _BACK]
        case Hand.APPROVE, State.REVIEWED:
            refuse = Panel("refuse", _("不予批准"), _("申请和材料全部保留。"), ("note",), True, _("理由"))
            if own_tier:
                text = _("审批人不能是填表人、审查人。同意后发通知单的时限开始计算。")
                return [Panel("approve", _("同意"), text, ("note",)), _BACK, refuse]
            text = _("金额或区域超出本级权限，本级不得审批；以本单位名义报上级。")
            return [Panel("send_up", _("报上级审批"), text, ("note",)), _BACK]
        case _:
            return []
