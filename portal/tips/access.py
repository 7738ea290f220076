"""Who sees a tip: the office every one of its body, a unit those passed to it. Nobody else, whatever his post."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Scope
from portal.documents.attachments import register_subject
from portal.documents.models import Attachment
from portal.tips.intake import KIND
from portal.tips.models import Tip


def is_office(desk: Desk) -> bool:
    """One post carries both: handling tips, and passing on what comes from elsewhere."""
    return any({Right.TIP_HANDLE, Right.RECORD_MANAGE} <= p.rights for p in desk.posts)


def own_units(desk: Desk) -> tuple[int, ...]:
    return desk.units_with(Right.TIP_HANDLE)


def readable(desk: Desk) -> sa.ColumnElement[bool]:
    here = sa.and_(
        Tip.tenant_id == desk.tenant_id, Tip.mechanism_id == desk.mechanism_id, Tip.campaign == desk.campaign
    )
    return here if is_office(desk) else sa.and_(here, Tip.unit_id.in_(own_units(desk)))


def find_tip(session: Session, desk: Desk, tip_id: int) -> Tip:
    found = session.scalars(sa.select(Tip).where(Tip.id == tip_id, readable(desk))).one_or_none()
    if found is None:
        raise NotFound
    return found


def sees_every_reward(desk: Desk) -> bool:
    """The office, and the leaders of the body: amount, band and reason, never the tip itself."""
    return is_office(desk) or any(
        {Right.REWARD_APPROVE, Right.RECORD_READ_ALL} <= p.rights for p in desk.posts
    )


def may_approve(desk: Desk, tip: Tip) -> bool:
    """A leader of the body, or of the unit that has the tip: rights of two posts are not added up."""
    return any(
        Right.REWARD_APPROVE in p.rights
        and (Right.RECORD_READ_ALL in p.rights or (p.unit_id is not None and p.unit_id == tip.unit_id))
        for p in desk.posts
    )


def rewarded(desk: Desk) -> sa.ColumnElement[bool]:
    """Tips whose rewards the desk may see."""
    here = sa.and_(
        Tip.tenant_id == desk.tenant_id, Tip.mechanism_id == desk.mechanism_id, Tip.campaign == desk.campaign
    )
    return here if sees_every_reward(desk) else sa.and_(here, Tip.unit_id.in_(own_units(desk)))


def find_rewarded(session: Session, desk: Desk, tip_id: int) -> Tip:
    found = session.scalars(sa.select(Tip).where(Tip.id == tip_id, rewarded(desk))).one_or_none()
    if found is None:
        raise NotFound
    return found


def handles(desk: Desk, tip: Tip) -> bool:
    """Whether the desk is the one that has it in hand: the unit it was passed to, else the office."""
    return tip.unit_id in own_units(desk) if tip.unit_id is not None else is_office(desk)


def _can_read(session: Session, desk: Desk, attachment: Attachment) -> bool:
    number = attachment.subject.partition(":")[2]
    if attachment.tenant_id != desk.tenant_id or attachment.removed_at is not None or not number.isdigit():
        return False
    if Right.TIP_HANDLE not in desk.rights:
        return False
    return session.scalar(sa.select(Tip.id).where(Tip.id == int(number), readable(desk))) is not None


def _nothing_below(_session: Session, desk: Desk) -> Scope:
    """Tips never leave their tenant; what goes to another county is the ledger's entry."""
    return Scope(own=(desk.tenant_id,))


register_subject(KIND, _can_read, _nothing_below)
