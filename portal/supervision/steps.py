"""Steps on the way: signed for, fed back, urged, handed up to a leader and instructed upon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.posts import PostKind
from portal.core.scope import Actor
from portal.core.text import Message, _
from portal.notices.services import notify
from portal.supervision import files
from portal.supervision.models import Colour, Order, OrderStep, OrderUnit, Stage, StepKind
from portal.supervision.services import (
    OPEN,
    PERSON,
    begin_step,
    clock_of,
    facts_of,
    lock_order,
    standing_of,
    tell,
    write_step,
)
from portal.supervision.states import COLOURS, near_end, slip_bar, state_of
from portal.tenants.calendar import load_calendar

ENDED = _("这件督办已经销号或撤销，请刷新页面查看。")


def working(session: Session, order: Order, unit_id: int) -> OrderUnit:
    """``NotFound`` for a unit that does not work on the order."""
    found = session.scalars(
        sa.select(OrderUnit).where(
            OrderUnit.tenant_id == order.tenant_id, OrderUnit.order_id == order.id, OrderUnit.unit_id == unit_id,
            OrderUnit.left_at.is_(None),
        )
    ).one_or_none()  # fmt: skip
    if found is None:
        raise NotFound
    return found


def units_of(session: Session, order: Order) -> list[int]:
    """Units that work on it now."""
    rows = sa.select(OrderUnit.unit_id).where(
        OrderUnit.tenant_id == order.tenant_id, OrderUnit.order_id == order.id, OrderUnit.left_at.is_(None)
    )
    return list(session.scalars(rows))


def sign_for(
    session: Session, actor: Actor, now: datetime, *, order: Order, unit_id: int, person: str = ""
) -> OrderUnit:
    """签收; a second time changes nothing. The lead unit may name the post of who is responsible."""
    lock_order(session, order)
    own = working(session, order, unit_id)
    if own.signed_at is not None:
        return own
    if order.stage not in OPEN:
        raise Conflict(ENDED)
    own.signed_at, own.signed_by = now, actor.name
    if own.lead and person.strip():
        order.person = person.strip()[:PERSON]
    write_step(session, actor, now, order, StepKind.SIGN, unit_id=unit_id)
    record(session, Act.ORDER_SIGN, f"order:{order.id}", actor, now, {"unit": unit_id})
    return own


def feed_back(
    session: Session, actor: Actor, now: datetime, *, order: Order, unit_id: int, progress: str, problems: str = "",
    plan: str = "", request_key: str, folder: Path | None = None, uploads: Sequence[files.Upload] = (), link: str = "",
) -> OrderStep:  # fmt: skip
    """反馈: 进展, 问题, 下一步, with evidence. Who feeds back without having signed has signed by it."""
    made = begin_step(session, order, request_key)
    if made is not None:
        return made
    own = working(session, order, unit_id)
    if order.stage not in OPEN:
        raise Conflict(ENDED)
    if own.lead and order.stage != Stage.OPEN:
        raise Conflict(_("已申请销号，等待办公室审核；如需补充，请联系办公室退回。"))
    if not progress.strip():
        raise Invalid({"text": _("请写进展：做了什么、到什么程度。")})
    if own.signed_at is None:
        sign_for(session, actor, now, order=order, unit_id=unit_id)
    step = write_step(
        session, actor, now, order, StepKind.FEED, unit_id=unit_id, text=progress, problems=problems, plan=plan,
        data={"lead": own.lead}, request_key=request_key,
    )  # fmt: skip
    if uploads and folder is not None:
        files.attach(session, actor, now, folder=folder, step=step, uploads=uploads)
    record(session, Act.ORDER_FEED, f"order:{order.id}", actor, now, {"unit": unit_id, "files": len(uploads)})
    text = Message(_("反馈进展：%(number)s “%(title)s”。"), number=order.number, title=order.title)
    tell(session, actor, now, order, [None], text, link, detail=progress)
    return step


def urge(
    session: Session, actor: Actor, now: datetime, *, order: Order, colour: Colour, text: str, request_key: str,
    unit_id: int | None = None, link: str = "",
) -> OrderStep:  # fmt: skip
    """催办: a slip to the lead unit (or another of the order), in one of three colours that climb; ``slip_bar`` says
    what comes first. A red one reaches the leader in charge by name of post."""
    made = begin_step(session, order, request_key)
    if made is not None:
        return made
    if order.stage != Stage.OPEN:
        raise Conflict(ENDED if order.stage not in OPEN else _("牵头单位已申请销号，请先审核，无需催办。"))
    to = working(session, order, unit_id or order.lead_id).unit_id
    near = near_end(now, load_calendar(session))
    light = state_of(facts_of(order, clock_of(session, order)), now, near).light
    barred = slip_bar(colour, light, standing_of(session, order).slips)
    if barred is not None:
        raise Conflict(barred)
    step = write_step(
        session, actor, now, order, StepKind.URGE, unit_id=to, text=text, colour=colour.value,
        request_key=request_key,
    )  # fmt: skip
    record(session, Act.ORDER_URGE, f"order:{order.id}", actor, now, {"colour": colour.value, "unit": to})
    said = Message(
        _("%(slip)s：%(number)s “%(title)s”，请办理并反馈。"),
        slip=COLOURS[colour], number=order.number, title=order.title,
    )  # fmt: skip
    tell(session, actor, now, order, [to], said, link, detail=text)
    if colour is Colour.RED:
        notify(
            session, now, mechanism_id=order.mechanism_id, unit_id=to, text=said, sender=actor.name, link=link,
            detail=text[:500], post=PostKind.LEADER_IN_CHARGE, mark=f"slip:{step.id}",
        )  # fmt: skip
    return step


def hand_up(
    session: Session, actor: Actor, now: datetime, *, order: Order, text: str, request_key: str
) -> OrderStep:
    """提请领导: the convenors and the head of the office find it in their to-do lists until one of them instructs."""
    made = begin_step(session, order, request_key)
    if made is not None:
        return made
    if order.stage not in OPEN:
        raise Conflict(ENDED)
    if order.handed_up_at is not None:
        raise Conflict(_("已经提请领导，等待批示。"))
    if not text.strip():
        raise Invalid({"text": _("请写明提请什么、为什么。")})
    step = write_step(session, actor, now, order, StepKind.HAND_UP, text=text, request_key=request_key)
    record(session, Act.ORDER_HAND_UP, f"order:{order.id}", actor, now, {})
    return step


def instruct(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    order: Order,
    text: str,
    request_key: str,
    link: str = "",
) -> OrderStep:
    """批示 of a leader, to the office and every unit of the order. Not by the very account that handed it up."""
    made = begin_step(session, order, request_key)
    if made is not None:
        return made
    if order.stage not in OPEN:
        raise Conflict(ENDED)
    standing = standing_of(session, order)
    if actor.account_id is not None and actor.account_id == standing.handed_up_by:
        raise NotAllowed(_("提请的人不能自己批示，请由领导办理。"))
    if not text.strip():
        raise Invalid({"text": _("请写批示意见。")})
    step = write_step(session, actor, now, order, StepKind.INSTRUCT, text=text, request_key=request_key)
    record(session, Act.ORDER_INSTRUCT, f"order:{order.id}", actor, now, {})
    said = Message(_("领导批示：%(number)s “%(title)s”。"), number=order.number, title=order.title)
    tell(session, actor, now, order, [None, *units_of(session, order)], said, link, detail=text)
    return step


def note_paper(session: Session, actor: Actor, now: datetime, order: Order, number: str) -> None:
    """An official document was issued for the order; the story keeps its number."""
    lock_order(session, order)
    write_step(session, actor, now, order, StepKind.PAPER, data={"number": number})
