"""Who reads an order: the office and the convenors every one, a unit those it works on. Nobody from other tenants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core.errors import NotFound
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.supervision.models import Order, OrderStep, OrderUnit, StepKind
from portal.units.models import Unit

LEADS = Right.MINUTES_SIGN
"""Of convenors and the head of the office: what is handed up to them, they instruct upon."""
_works = aliased(OrderUnit)
"""Apart from the lead unit's row, which lists join."""
_INTERNAL = frozenset({StepKind.HAND_UP, StepKind.CHECK})
"""Between the office and its leaders; units see what came of it."""


def is_office(desk: Desk) -> bool:
    return Right.ORDER_ASSIGN in desk.rights


def own_units(desk: Desk) -> tuple[int, ...] | None:
    """Units whose orders the desk reads; None = all of the body."""
    if is_office(desk) or Right.RECORD_READ_ALL in desk.rights:
        return None
    return desk.units_with(Right.ORDER_WORK)


def of_units(unit_ids: Sequence[int]) -> sa.ColumnElement[bool]:
    """Orders that one of these units works on."""
    return sa.exists().where(
        _works.tenant_id == Order.tenant_id, _works.order_id == Order.id, _works.unit_id.in_(unit_ids),
        _works.left_at.is_(None),
    )  # fmt: skip


def get_order(session: Session, desk: Desk, order_id: int) -> Order:
    """``NotFound`` for one of another body and, for a unit, for one it does not work on."""
    wanted = sa.select(Order).where(
        Order.tenant_id == desk.tenant_id, Order.mechanism_id == desk.mechanism_id, Order.id == order_id
    )
    own = own_units(desk)
    if own is not None:
        wanted = wanted.where(of_units(own))
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Working:
    """A unit of an order. ``member``: it belongs to the body today."""

    unit_id: int
    full_name: str
    short_name: str
    lead: bool
    signed_at: datetime | None
    signed_by: str
    left_at: datetime | None


def list_working(session: Session, order: Order) -> list[Working]:
    """The lead unit first, then in official order; those it was taken from stay listed."""
    rows = session.execute(
        sa.select(
            OrderUnit.unit_id, Unit.full_name, Unit.short_name, OrderUnit.lead, OrderUnit.signed_at, OrderUnit.signed_by,
            OrderUnit.left_at,
        )
        .join(Unit, sa.and_(Unit.tenant_id == OrderUnit.tenant_id, Unit.id == OrderUnit.unit_id))
        .where(OrderUnit.tenant_id == order.tenant_id, OrderUnit.order_id == order.id)
        .order_by(OrderUnit.lead.desc(), Unit.sort_no, Unit.id)
    )  # fmt: skip
    return [Working(*row) for row in rows]


def may_see(step: OrderStep, order: Order, own: Sequence[int] | None) -> bool:
    """The office and the lead unit follow the whole story; a supporting unit what is for all, and its own part."""
    if own is None:
        return True
    if step.kind in _INTERNAL:
        return False
    return (
        order.lead_id in own or step.unit_id is None or step.unit_id in own or step.unit_id == order.lead_id
    )
