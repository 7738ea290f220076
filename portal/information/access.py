"""Who reads an item: the one place where the five levels are turned into a condition."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import system_clock
from portal.core.errors import NotAllowed, NotFound
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import set_scope
from portal.information.models import Item, ItemReader, Level
from portal.tenants.models import Level as TenantLevel
from portal.units.models import Membership, Unit
from portal.units.reader import subtree_scope


def oversees(desk: Desk) -> bool:
    """Office and convenors read what units file, except what a unit keeps to itself."""
    return Right.RECORD_READ_ALL in desk.rights


def own_units(desk: Desk) -> tuple[int, ...]:
    """Units for which the reader sits in the body. The office sits in a host unit without being of it: what that
    unit keeps to itself is none of the office's."""
    return tuple(
        dict.fromkeys(
            p.unit_id
            for p in desk.posts
            if p.unit_id is not None and Right.INFO_READ in p.rights and Right.RECORD_READ_ALL not in p.rights
        )
    )


def writing_units(desk: Desk) -> tuple[int, ...]:
    """Units for which the reader writes and signs; not the one that hosts an office, which acts in its own name."""
    return tuple(u for u in own_units(desk) if u in desk.units_with(Right.INFO_WRITE))


def look_below(session: Session, desk: Desk) -> bool:
    """Widen the scope to released rows of the tenants below; False where there are none for this desk."""
    if not oversees(desk) or desk.tenant_level == TenantLevel.COUNTY:
        return False
    set_scope(session, subtree_scope(session, desk))
    return True


def readable(desk: Desk, on: date | None = None) -> Any:
    """The condition on ``Item``. Rows of tenants below come in only by ``look_below``, and only released ones.

    A unit that has left the body by ``on`` (None = today) reads what it wrote and nothing else, though its posts
    may still be in force.
    """
    if Right.INFO_READ not in desk.rights:  # an observer, who gets no file of an item either
        return sa.false()
    own = own_units(desk)
    mine = Item.unit_id.in_(own)
    wide = Item.level.in_([Level.MEMBERS.value, Level.UPWARD.value])
    here: list[Any] = [mine]
    if oversees(desk):
        here += [Item.unit_id.is_(None), Item.level != Level.OWN.value]
    elif own:
        named = sa.exists().where(
            ItemReader.tenant_id == Item.tenant_id, ItemReader.item_id == Item.id, ItemReader.unit_id.in_(own)
        )
        theirs = sa.or_(wide, sa.and_(Item.level == Level.CHOSEN.value, named))
        here.append(sa.and_(_belongs(desk, own, on or system_clock().date()), theirs))
    else:  # in the body by the post alone, as a member of a working group
        here.append(wide)
    standing = sa.or_(Item.withdrawn_at.is_(None), mine, sa.literal(oversees(desk)))
    in_house = sa.and_(
        Item.tenant_id == desk.tenant_id, Item.mechanism_id == desk.mechanism_id, sa.or_(*here), standing
    )
    from_below = sa.and_(
        Item.tenant_id != desk.tenant_id, Item.campaign == desk.campaign, Item.level == Level.UPWARD.value,
        Item.withdrawn_at.is_(None), sa.literal(oversees(desk)),
    )  # fmt: skip
    return sa.or_(in_house, from_below)


def _belongs(desk: Desk, own: tuple[int, ...], on: date) -> Any:
    """One of the units is a member today; says nothing of the item, so that the database asks it once."""
    by_class = sa.exists().where(
        Unit.tenant_id == desk.tenant_id, Unit.id.in_(own), Unit.kind == Membership.unit_kind
    )
    return sa.exists().where(
        Membership.tenant_id == desk.tenant_id,
        Membership.mechanism_id == desk.mechanism_id,
        Membership.since <= on,
        sa.or_(Membership.until.is_(None), Membership.until >= on),
        sa.or_(Membership.unit_id.in_(own), sa.and_(Membership.unit_id.is_(None), by_class)),
    )


def get_item(session: Session, desk: Desk, item_id: int, on: date | None = None) -> Item:
    """``NotFound`` for whatever the desk may not read, as for what does not exist. Call ``look_below`` before."""
    if Right.INFO_READ not in desk.rights:
        raise NotAllowed
    found = session.scalars(sa.select(Item).where(Item.id == item_id, readable(desk, on))).one_or_none()
    if found is None:
        raise NotFound
    return found
