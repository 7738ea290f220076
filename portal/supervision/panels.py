"""What the reader can do about an order now: one panel a step, each says what it requires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Message, Text, _
from portal.supervision.access import LEADS, Working, is_office
from portal.supervision.models import Order, Stage
from portal.supervision.services import OPEN
from portal.supervision.states import Standing

NOTE = _("说明")


@dataclass(frozen=True, kw_only=True)
class Panel:
    """``fields``: of ``StepForm``, in order; no fields and no ``may`` = a sentence alone."""

    key: str
    verb: Text
    requires: Message | Text
    fields: tuple[str, ...] = ()
    text: Text = NOTE
    """Label of the field ``text``."""
    must: bool = True
    """``text`` may not be empty."""
    unit_id: int = 0
    unit: str = ""
    first: bool = False
    """The next step: open, and its button leads."""
    may: bool = True


def list_panels(
    desk: Desk, order: Order, working: Sequence[Working], standing: Standing, *, account_id: int, late: bool, left: bool
) -> list[Panel]:  # fmt: skip
    """``late``: the due instant is over; ``left``: the lead unit belongs to the body no more."""
    found: list[Panel] = []
    mine = [w for w in working if w.left_at is None and w.unit_id in desk.units_with(Right.ORDER_WORK)]
    for own in mine:
        found += _of_unit(order, own, late=late, named=len(mine) > 1)
    if LEADS in desk.rights and order.stage in OPEN and account_id != standing.handed_up_by:
        waits = order.handed_up_at is not None
        if waits or not is_office(desk):
            found.append(
                Panel(
                    key="instruct", verb=_("批示"), requires=_("批示送办公室和各承办单位。"), fields=("text",),
                    text=_("批示意见"), first=waits,
                )
            )  # fmt: skip
    if is_office(desk):
        found += _of_office(order, standing, account_id, left)
    return found


def _of_unit(order: Order, own: Working, *, late: bool, named: bool) -> list[Panel]:
    if order.stage not in OPEN:
        return []
    who: dict[str, Any] = {"unit_id": own.unit_id, "unit": own.short_name if named else ""}
    found: list[Panel] = []
    if own.signed_at is None:
        found.append(
            Panel(
                key="sign", verb=_("签收"), requires=_("签收后开始办理；直接反馈的视为已签收。"),
                fields=("person",) if own.lead else (), first=True, **who,
            )
        )  # fmt: skip
    if order.stage == Stage.OPEN or not own.lead:
        found.append(
            Panel(
                key="feed", verb=_("反馈进展"), requires=_("写清做了什么；有佐证的一并上传。"),
                fields=("text", "problems", "plan", "files"), text=_("进展"), first=own.signed_at is not None,
                **who,
            )
        )  # fmt: skip
    if order.stage == Stage.OPEN and own.lead:
        fields = ("text", "files", "evidence", *(("late_reason",) if late else ()))
        found.append(
            Panel(
                key="propose", verb=_("申请销号"),
                requires=_("须有佐证：本次或此前反馈的附件，或关联台账、急报、报表中的一条。"), fields=fields,
                text=_("办理结果"), **who,
            )
        )  # fmt: skip
    elif own.lead:
        found.append(
            Panel(
                key="wait",
                verb=_("等待审核"),
                requires=_("已申请销号，时限停止计算，等待办公室审核。"),
                may=False,
            )
        )
    return found


def _of_office(order: Order, standing: Standing, account_id: int, left: bool) -> list[Panel]:
    found: list[Panel] = []
    back = Panel(
        key="send_back", verb=_("退回"), requires=_("写明原因和还要做什么；单位的时限接着计算。"), fields=("text",),
        text=_("退回原因"),
    )  # fmt: skip
    match order.stage:
        case Stage.PROPOSED:
            if account_id == standing.proposed_by:
                return [
                    Panel(
                        key="wait",
                        verb=_("审核"),
                        requires=_("由您申请销号，须由办公室其他人员审核。"),
                        may=False,
                    )
                ]
            found = [
                Panel(
                    key="check", verb=_("审核同意"), requires=_("核对佐证；同意后由办公室另一名人员销号。"),
                    fields=("text",), text=_("审核意见"), must=False, first=True,
                ),
                back,
            ]  # fmt: skip
        case Stage.CHECKED:
            if account_id in (standing.checked_by, standing.proposed_by):
                found = [
                    Panel(
                        key="wait",
                        verb=_("销号"),
                        requires=_("由您审核，须由办公室另一名人员销号。"),
                        may=False,
                    )
                ]
            else:
                found = [
                    Panel(
                        key="close", verb=_("销号"), requires=_("审核人以外的第二人办理；到期回头看的，填写日期。"),
                        fields=("text", "look_back_on"), text=_("销号意见"), must=False, first=True,
                    )
                ]  # fmt: skip
            found.append(back)
        case Stage.CLOSED:
            return [
                Panel(
                    key="keep", verb=_("回头看，维持销号"), requires=_("写明看了什么；还要再看的，填写下次日期。"),
                    fields=("text", "look_back_on"), text=_("回头看情况"), first=order.look_back_on is not None,
                ),
                Panel(
                    key="reopen", verb=_("重新督办"), requires=_("编号不变，重新定时限，单位重新签收。"),
                    fields=("text", "due"), text=_("原因"),
                ),
            ]  # fmt: skip
    if order.stage not in OPEN:
        return []
    if order.stage == Stage.OPEN:
        found.append(
            Panel(
                key="urge", verb=_("催办"), requires=_("蓝、黄、红逐级升级；已滞后或逾期的可以直接发相应颜色。"),
                fields=("colour", "to", "text"), text=_("催办内容"), must=False, first=not left,
            )
        )  # fmt: skip
    if order.handed_up_at is None:
        found.append(
            Panel(
                key="hand_up", verb=_("提请领导"), requires=_("连同办理经过列入召集人和办公室主任的待办。"),
                fields=("text",), text=_("提请事项"),
            )
        )  # fmt: skip
    found += [
        Panel(
            key="reassign", verb=_("改派牵头单位"), requires=_("写明原因；新的牵头单位重新签收，需要时放宽时限。"),
            fields=("lead", "text", "due"), text=_("改派原因"), first=left,
        ),
        Panel(
            key="withdraw", verb=_("撤销督办"), requires=_("写明原因；编号保留，不再催办。"), fields=("text",),
            text=_("撤销原因"),
        ),
    ]  # fmt: skip
    return found
