"""销号: proposed with evidence, checked, closed by a second person, looked back at, reopened under the same number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI, end_of
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.deadlines.extensions import add_change
from portal.deadlines.limits import FixedDay, show_end
from portal.deadlines.models import Deadline
from portal.deadlines.services import meet_deadline
from portal.deadlines.withdrawing import WITHDRAWN
from portal.supervision import files
from portal.supervision.models import Order, OrderStep, OrderUnit, Stage, StepKind
from portal.supervision.services import (
    OPEN,
    begin_step,
    clock_of,
    list_steps,
    standing_of,
    start_clock,
    tell,
    write_step,
)
from portal.supervision.steps import ENDED, units_of, working
from portal.tenants.calendar import load_calendar
from portal.units.bodies import list_members


def lock_clock(session: Session, order: Order) -> Deadline:
    clock = clock_of(session, order)
    session.refresh(clock, with_for_update=True)
    return clock


def has_evidence(session: Session, order: Order) -> bool:
    """Something stands behind what the units said in this round: a file, or a record of the portal."""
    said: list[OrderStep] = []
    for step in list_steps(session, order):
        if step.kind == StepKind.REOPEN:
            said = []
        elif step.kind in (StepKind.FEED, StepKind.PROPOSE):
            said.append(step)
    return any(s.data.get("link") for s in said) or bool(files.files_of(session, said))


def propose_closure(
    session: Session, actor: Actor, now: datetime, *, order: Order, unit_id: int, text: str, version: int,
    request_key: str, folder: Path | None = None, uploads: Sequence[files.Upload] = (),
    evidence: tuple[str, str] | None = None, late_reason: str = "", link: str = "",
) -> OrderStep:  # fmt: skip
    """申请销号 of the lead unit: it stops the clock. Never without evidence (F5): a file with this or an earlier feedback
    of the round, or ``evidence``, subject and label of a record of the portal. ``Invalid`` at ``text``, ``files``,
    ``late_reason``."""
    made = begin_step(session, order, request_key, version)
    if made is not None:
        return made
    own = working(session, order, unit_id)
    if not own.lead:
        raise NotAllowed(_("销号由牵头单位申请，配合单位请反馈进展。"))
    if order.stage != Stage.OPEN:
        raise Conflict(_("已经申请销号，或已经销号、撤销，请刷新页面查看。"))
    problems: dict[str, Message | Text] = {}
    if not text.strip():
        problems["text"] = _("请写明办理结果。")
    if not uploads and evidence is None and not has_evidence(session, order):
        problems["files"] = _("没有佐证不能申请销号：请上传至少一个附件，或关联一条台账、急报或报表。")
    if problems:
        raise Invalid(problems)
    meet_deadline(session, actor, now, lock_clock(session, order), late_reason=late_reason.strip()[:300])
    if own.signed_at is None:
        own.signed_at, own.signed_by = now, actor.name
    data: dict[str, Any] = {"lead": True}
    if evidence is not None:
        data |= {"link": evidence[0], "label": evidence[1]}
    if late_reason.strip():
        data["late_reason"] = late_reason.strip()[:300]
    step = write_step(
        session,
        actor,
        now,
        order,
        StepKind.PROPOSE,
        unit_id=unit_id,
        text=text,
        data=data,
        request_key=request_key,
    )
    if uploads and folder is not None:
        files.attach(session, actor, now, folder=folder, step=step, uploads=uploads)
    record(session, Act.ORDER_PROPOSE, f"order:{order.id}", actor, now, {"files": len(uploads)})
    said = Message(_("申请销号：%(number)s “%(title)s”，请审核。"), number=order.number, title=order.title)
    tell(session, actor, now, order, [None], said, link, detail=text)
    return step


def check_closure(
    session: Session, actor: Actor, now: datetime, *, order: Order, text: str, version: int, request_key: str
) -> OrderStep:
    """审核: agreed by one person of the office; a second one closes."""
    made = begin_step(session, order, request_key, version)
    if made is not None:
        return made
    if order.stage != Stage.PROPOSED:
        raise Conflict(_("没有等待审核的销号申请，可能已由他人办理。"))
    _second(
        actor,
        standing_of(session, order).proposed_by,
        _("申请销号的人不能自己审核，请由办公室其他人员办理。"),
    )
    step = write_step(session, actor, now, order, StepKind.CHECK, text=text, request_key=request_key)
    record(session, Act.ORDER_CHECK, f"order:{order.id}", actor, now, {})
    return step


def return_order(
    session: Session, actor: Actor, now: datetime, *, order: Order, text: str, version: int, request_key: str,
    link: str = "",
) -> OrderStep:  # fmt: skip
    """退回 with the reason, before or after the check: the unit's clock runs on as if it had never stopped."""
    made = begin_step(session, order, request_key, version)
    if made is not None:
        return made
    if order.stage not in (Stage.PROPOSED, Stage.CHECKED):
        raise Conflict(_("没有等待审核的销号申请，可能已由他人办理。"))
    if not text.strip():
        raise Invalid({"text": _("退回须写明原因和还要做什么。")})
    _run_on(lock_clock(session, order))
    step = write_step(session, actor, now, order, StepKind.RETURN, text=text, request_key=request_key)
    record(session, Act.ORDER_RETURN, f"order:{order.id}", actor, now, {})
    said = Message(_("销号申请已退回：%(number)s “%(title)s”。"), number=order.number, title=order.title)
    tell(session, actor, now, order, [order.lead_id], said, link, detail=text)
    return step


def _run_on(clock: Deadline) -> None:
    """What was met is not; the order's story says who did it."""
    clock.met_at, clock.met_by, clock.late_reason = None, "", ""


def _second(actor: Actor, first: int | None, refusal: Text) -> None:
    if actor.account_id is not None and actor.account_id == first:
        raise NotAllowed(refusal)


def close_order(
    session: Session, actor: Actor, now: datetime, *, order: Order, text: str, version: int, request_key: str,
    look_back_on: date | None = None, link: str = "",
) -> OrderStep:  # fmt: skip
    """销号 by a second person of the office; ``look_back_on``: 回头看 falls due to the office on that day."""
    made = begin_step(session, order, request_key, version)
    if made is not None:
        return made
    if order.stage != Stage.CHECKED:
        raise Conflict(_("销号申请尚未审核，或已由他人办理。"))
    standing = standing_of(session, order)
    _second(actor, standing.checked_by, _("审核的人不能自己销号，请由办公室另一名人员办理。"))
    _second(actor, standing.proposed_by, _("申请销号的人不能自己销号，请由办公室其他人员办理。"))
    data = _look_back(now, look_back_on)
    step = write_step(
        session, actor, now, order, StepKind.CLOSE, text=text, data=data, request_key=request_key
    )
    record(session, Act.ORDER_CLOSE, f"order:{order.id}", actor, now, data)
    said = Message(_("已销号：%(number)s “%(title)s”。"), number=order.number, title=order.title)
    tell(session, actor, now, order, units_of(session, order), said, link)
    return step


def _look_back(now: datetime, day: date | None) -> dict[str, Any]:
    if day is None:
        return {}
    if day <= now.astimezone(SHANGHAI).date():
        raise Invalid({"look_back_on": _("回头看的日期应在今天以后。")})
    return {"look_back_on": day.isoformat()}


def keep_closed(
    session: Session, actor: Actor, now: datetime, *, order: Order, text: str, version: int, request_key: str,
    look_back_on: date | None = None,
) -> OrderStep:  # fmt: skip
    """回头看: looked back at and found in order; perhaps again on a later day."""
    made = begin_step(session, order, request_key, version)
    if made is not None:
        return made
    if order.stage != Stage.CLOSED:
        raise Conflict(_("这件督办没有销号，或已重新督办，请刷新页面查看。"))
    if not text.strip():
        raise Invalid({"text": _("请写明回头看看了什么、结果如何。")})
    data = _look_back(now, look_back_on)
    step = write_step(
        session, actor, now, order, StepKind.KEEP, text=text, data=data, request_key=request_key
    )
    record(session, Act.ORDER_KEEP, f"order:{order.id}", actor, now, data)
    return step


def reopen_order(
    session: Session, actor: Actor, now: datetime, *, order: Order, text: str, due: date | None, version: int,
    request_key: str, office: str, link: str = "",
) -> OrderStep:  # fmt: skip
    """Found wanting: the same number, a new round with a clock of its own; the units sign for it again."""
    made = begin_step(session, order, request_key, version)
    if made is not None:
        return made
    if order.stage != Stage.CLOSED:
        raise Conflict(_("这件督办没有销号，或已重新督办，请刷新页面查看。"))
    problems: dict[str, Message | Text] = {}
    if not text.strip():
        problems["text"] = _("重新督办须写明原因。")
    if due is None or end_of(due) <= now:
        problems["due"] = _("请填新的办结时限，今天或以后的日期。")
    if problems or due is None:
        raise Invalid(problems)
    for row in session.scalars(
        sa.select(OrderUnit).where(OrderUnit.tenant_id == order.tenant_id, OrderUnit.order_id == order.id)
    ):
        row.signed_at, row.signed_by = None, ""
    step = write_step(
        session, actor, now, order, StepKind.REOPEN, text=text, data={"due": end_of(due).isoformat()},
        request_key=request_key,
    )  # fmt: skip
    clock = start_clock(
        session, actor, now, order, FixedDay(due), office=office, calendar=load_calendar(session)
    )
    record(session, Act.ORDER_REOPEN, f"order:{order.id}", actor, now, {"round": order.round})
    said = Message(
        _("回头看发现问题，重新督办：%(number)s “%(title)s”，%(due)s 前办结，请签收。"),
        number=order.number, title=order.title, due=str(show_end(now, clock.due_at)),
    )  # fmt: skip
    tell(session, actor, now, order, units_of(session, order), said, link, detail=text)
    return step


def withdraw_order(
    session: Session, actor: Actor, now: datetime, *, order: Order, text: str, version: int, request_key: str,
    link: str = "",
) -> OrderStep:  # fmt: skip
    """撤销 with the reason; the number stays taken."""
    made = begin_step(session, order, request_key, version)
    if made is not None:
        return made
    if order.stage not in OPEN:
        raise Conflict(ENDED)
    if not text.strip():
        raise Invalid({"text": _("请写明撤销原因。")})
    clock = lock_clock(session, order)
    add_change(session, actor, now, clock, WITHDRAWN, clock.due_at, text)
    clock.met_at, clock.met_by = now, actor.name
    step = write_step(session, actor, now, order, StepKind.WITHDRAW, text=text, request_key=request_key)
    record(session, Act.ORDER_WITHDRAW, f"order:{order.id}", actor, now, {})
    said = Message(
        _("督办已撤销：%(number)s “%(title)s”，不必再办理。"), number=order.number, title=order.title
    )
    tell(session, actor, now, order, units_of(session, order), said, link, detail=text)
    return step


def reassign_order(
    session: Session, actor: Actor, now: datetime, *, order: Order, lead_id: int, text: str, version: int,
    request_key: str, due: date | None = None, link: str = "",
) -> OrderStep:  # fmt: skip
    """改派: another lead unit, with the reason; the former one is relieved. Obligatory once the lead unit has left the
    body. ``due``: a later day for the new one, decided by the office here and now."""
    made = begin_step(session, order, request_key, version)
    if made is not None:
        return made
    if order.stage not in OPEN:
        raise Conflict(ENDED)
    members = {
        m.unit_id: m.short_name
        for m in list_members(session, order.mechanism_id, now.astimezone(SHANGHAI).date())
    }
    clock = lock_clock(session, order)
    problems: dict[str, Message | Text] = {}
    if lead_id not in members or lead_id == order.lead_id:
        problems["lead"] = _("请选择另一家现在的成员单位。")
    if not text.strip():
        problems["text"] = _("请写明改派原因。")
    if due is not None and (end_of(due) <= now or end_of(due) < clock.due_at):
        problems["due"] = _("新的办结时限不能早于原来的时限。")
    if problems:
        raise Invalid(problems)
    old = order.lead_id
    rows = {
        row.unit_id: row
        for row in session.scalars(
            sa.select(OrderUnit).where(OrderUnit.tenant_id == order.tenant_id, OrderUnit.order_id == order.id)
        )
    }
    rows[old].lead, rows[old].left_at = False, now
    new = rows.get(lead_id) or OrderUnit(order_id=order.id, unit_id=lead_id, lead=True)
    if new.left_at is not None or not new.signed_at:
        new.signed_at, new.signed_by = None, ""
    new.lead, new.left_at = True, None
    session.add(new)
    order.lead_id, order.person, clock.unit_id = lead_id, "", lead_id
    _run_on(clock)
    if due is not None and end_of(due) > clock.due_at:
        add_change(session, actor, now, clock, "granted", end_of(due), text)
        clock.due_at, clock.provisional = end_of(due), False
    step = write_step(
        session, actor, now, order, StepKind.REASSIGN, text=text, data={"old": old, "new": lead_id},
        request_key=request_key,
    )  # fmt: skip
    record(session, Act.ORDER_REASSIGN, f"order:{order.id}", actor, now, {"old": old, "new": lead_id})
    said = Message(
        _("改由你单位牵头：%(number)s “%(title)s”，请签收。"), number=order.number, title=order.title
    )
    tell(session, actor, now, order, [lead_id], said, link, detail=text)
    return step
