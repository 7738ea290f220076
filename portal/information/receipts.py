"""Receipts of advisories: who was asked to sign, who has, who still owes it. Overdue is derived, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core.audit import Act, record
from portal.core.errors import Conflict, NotFound
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.information.models import Item, ItemReceipt
from portal.tenants.models import Tenant
from portal.units.models import Mechanism, Membership, Unit

OFFICE = "office"
REPLY_LENGTH = 500
R = ItemReceipt


def reader_of(unit_id: int | None) -> str:
    return OFFICE if unit_id is None else f"unit:{unit_id}"


def ask_receipts(session: Session, now: datetime, item: Item, units: Iterable[int | None]) -> None:
    """Of ``units`` (None = the office) of the item's tenant; what came from above is seen there from the start."""
    for unit_id in units:
        asked = ItemReceipt(
            item_id=item.id, origin_id=item.origin_id, unit_id=unit_id, reader=reader_of(unit_id)
        )
        asked.released_at = now if item.origin_id else None
        session.add(asked)
    session.flush()


def sign_for(
    session: Session, actor: Actor, now: datetime, *, item: Item, unit_id: int | None, reply: str = ""
) -> bool:
    """签收: the first counts, with its reply; False when it was signed for already. ``NotFound``: it was not asked."""
    wanted = (R.tenant_id == item.tenant_id, R.item_id == item.id, R.reader == reader_of(unit_id))
    asked = session.scalars(
        sa.select(ItemReceipt).where(*wanted).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if asked is None:
        raise NotFound
    if asked.read_at is not None:
        return False
    # the sender's withdrawal waits for this, or has happened
    withdrawn = sa.select(Item.withdrawn_at).where(Item.tenant_id == item.tenant_id, Item.id == item.id)
    if session.scalar(withdrawn.with_for_update(read=True)) is not None:
        raise Conflict(_("发文单位已撤回，不用签收。"))
    asked.read_at, asked.read_by, asked.reply = now, actor.name, reply
    record(session, Act.ADVISORY_SIGN, f"item:{item.id}", actor, now, {"reader": asked.reader})
    session.flush()
    return True


@dataclass(frozen=True)
class Asked:
    """One who was asked. ``name`` None = the office. ``member``: still belongs to the body; who left owes nothing."""

    tenant_id: int
    place: str
    unit_id: int | None
    name: str | None
    read_at: datetime | None
    read_by: str
    reply: str
    member: bool

    @property
    def owes(self) -> bool:
        return self.read_at is None and self.member


def _belongs(on: date) -> sa.ColumnElement[bool]:
    """The unit of the receipt (``Unit`` joined) is in the body ``Mechanism`` on the day; the office always is."""
    seat = sa.exists().where(
        Membership.tenant_id == R.tenant_id,
        Membership.mechanism_id == Mechanism.id,
        Membership.since <= on,
        sa.or_(Membership.until.is_(None), Membership.until >= on),
        sa.or_(
            Membership.unit_id == Unit.id,
            sa.and_(Membership.unit_id.is_(None), Membership.unit_kind == Unit.kind),
        ),
    )
    return sa.or_(R.unit_id.is_(None), sa.and_(Unit.active, seat))


def list_asked(session: Session, item: Item, on: date, *, below: bool = False) -> list[Asked]:
    """In official order; one statement. ``below``: of the tenants that it was pushed to, which the scope must show."""
    if below:
        # an index leads to them by tenant, so the children are named
        children = sa.select(Tenant.id).where(Tenant.parent_id == item.tenant_id)
        wanted = sa.and_(R.tenant_id.in_(children), R.origin_id == item.id)
    else:
        wanted = sa.and_(R.tenant_id == item.tenant_id, R.item_id == item.id)
    rows = session.execute(
        sa.select(
            R.tenant_id, Tenant.name, R.unit_id, Unit.full_name, R.read_at, R.read_by, R.reply, _belongs(on)
        )
        .join(Tenant, Tenant.id == R.tenant_id)
        .join(Mechanism, sa.and_(Mechanism.tenant_id == R.tenant_id, Mechanism.campaign == item.campaign))
        .outerjoin(Unit, sa.and_(Unit.tenant_id == R.tenant_id, Unit.id == R.unit_id))
        .where(wanted)
        .order_by(Tenant.code, R.unit_id.is_not(None), Unit.sort_no, R.id)
    )
    return [Asked(r[0], r[1], r[2], r[3], r[4], r[5], r[6], bool(r[7])) for r in rows]


@dataclass(frozen=True)
class Light:
    state: str
    text: Message | Text


def light_of(row: Asked, due: datetime | None, now: datetime) -> Light:
    late = due is not None and (row.read_at or now) > due
    if row.read_at is not None:
        return Light("slow", _("逾期签收")) if late else Light("ok", _("已签收"))
    if not row.member:
        return Light("done", _("已不是成员单位"))
    return Light("late", _("逾期未签")) if late else Light("near", _("待签收"))


@dataclass(frozen=True)
class Waiting:
    """What a unit or office has not signed for."""

    tenant_id: int
    campaign: str
    item_id: int
    title: str
    category: str
    origin_office: str
    sender: str | None
    due: datetime | None
    filed_at: datetime
    unit_name: str | None


def list_waiting(
    session: Session, units: Sequence[tuple[int, int, int]], offices: Sequence[tuple[int, int]], on: date,
    limit: int = 200,
) -> list[Waiting]:  # fmt: skip
    """``units``: (tenant, mechanism, unit), ``offices``: (tenant, mechanism) of the reader; one statement."""
    author: Any = aliased(Unit)
    exactly = sa.or_(
        sa.tuple_(Item.tenant_id, Item.mechanism_id, R.unit_id).in_(units),
        sa.and_(sa.tuple_(Item.tenant_id, Item.mechanism_id).in_(offices), R.unit_id.is_(None)),
    )
    led = sa.or_(  # says no more than that, in the columns of the index
        sa.tuple_(R.tenant_id, R.unit_id).in_([(t, u) for t, _m, u in units]),
        sa.and_(R.tenant_id.in_([t for t, _m in offices]), R.unit_id.is_(None)),
    )
    rows = session.execute(
        sa.select(
            R.tenant_id, Item.campaign, Item.id, Item.title, Item.category, Item.origin_office, author.short_name,
            Item.read_by_at, Item.filed_at, Unit.short_name,
        )
        .join(Item, sa.and_(Item.tenant_id == R.tenant_id, Item.id == R.item_id))
        .join(Mechanism, sa.and_(Mechanism.tenant_id == Item.tenant_id, Mechanism.id == Item.mechanism_id))
        .outerjoin(Unit, sa.and_(Unit.tenant_id == R.tenant_id, Unit.id == R.unit_id))
        .outerjoin(author, sa.and_(author.tenant_id == Item.tenant_id, author.id == Item.unit_id))
        .where(R.read_at.is_(None), Item.withdrawn_at.is_(None), _belongs(on), led, exactly)
        .order_by(Item.read_by_at, Item.id)
        .limit(limit)
    )  # fmt: skip
    return [Waiting(*tuple(r)) for r in rows]
