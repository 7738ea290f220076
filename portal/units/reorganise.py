"""Units that merge, split, end or return. Memberships follow; posts and open matters wait for a hand-over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid
from portal.core.scope import Actor
from portal.core.text import Message, _
from portal.units.models import Membership, Post, Unit, UnitChange
from portal.units.services import (
    UnitData,
    add_change,
    create_unit,
    get_unit,
    local_day,
    refuse,
    unless_reason,
)


def merge_units(
    session: Session, actor: Actor, now: datetime, *, unit_ids: Sequence[int], into_id: int, reason: str
) -> Unit:
    """End ``unit_ids``; their names lead to ``into_id`` from now on, which takes over their memberships.

    Their liaisons keep their posts until the office ends them, so that what is open can be finished.
    """
    refuse(unless_reason(reason))
    if not unit_ids or into_id in unit_ids:
        raise Invalid({"units": _("请选择一个或多个被并入的单位，不含接收单位本身。")})
    target = _living(session, into_id)
    sources = [_living(session, unit_id) for unit_id in dict.fromkeys(unit_ids)]
    today = local_day(now)
    for unit in sources:
        _hand_memberships(session, unit, [target], today)
        unit.active, unit.successor_id = False, target.id
        add_change(session, actor, now, unit, "merged", unit.full_name, target.full_name, reason)
        add_change(session, actor, now, target, "absorbed", unit.full_name, target.full_name, reason)
        data = {"into": target.id, "name": unit.full_name, "reason": reason}
        record(session, Act.UNIT_MERGE, f"unit:{unit.id}", actor, now, data)
    return target


def split_unit(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    unit_id: int,
    parts: Sequence[UnitData],
    keep: bool,
    reason: str,
) -> list[Unit]:
    """Make new units of one, each with its memberships. Without ``keep`` the old unit ends."""
    refuse(unless_reason(reason))
    unit = _living(session, unit_id)
    if len(parts) < (1 if keep else 2):
        raise Invalid({"parts": _("请填写分设后的新单位。原单位不保留的，至少填写两个。")})
    made = [create_unit(session, actor, now, data=part, reason=reason) for part in parts]
    names = "、".join(u.full_name for u in made)
    _hand_memberships(session, unit, made, local_day(now), keep=keep)
    for new in made:
        add_change(session, actor, now, new, "split_from", unit.full_name, new.full_name, reason)
    add_change(session, actor, now, unit, "split", unit.full_name, names, reason)
    if not keep:
        unit.active = False
        session.flush()
    data = {"into": [u.id for u in made], "name": unit.full_name, "kept": keep, "reason": reason}
    record(session, Act.UNIT_SPLIT, f"unit:{unit.id}", actor, now, data)
    return made


def deactivate_unit(session: Session, actor: Actor, now: datetime, *, unit_id: int, reason: str) -> Unit:
    """The unit leaves every body; its past stays. Refused while somebody holds a post for it."""
    refuse(unless_reason(reason))
    unit = _living(session, unit_id)
    held = session.scalar(
        sa.select(sa.func.count())
        .select_from(Post)
        .where(Post.unit_id == unit_id, sa.or_(Post.until.is_(None), Post.until > now))
    )
    if held:
        raise Conflict(
            Message(_("%(unit)s还有 %(n)s 个在任岗位，请先逐一办理离任。"), unit=unit.full_name, n=held)
        )
    _hand_memberships(session, unit, [], local_day(now))
    unit.active = False
    add_change(session, actor, now, unit, "ended", unit.full_name, "", reason)
    record(session, Act.UNIT_CHANGE, f"unit:{unit_id}", actor, now, {"active": False, "reason": reason})
    return unit


def resume_unit(session: Session, actor: Actor, now: datetime, *, unit_id: int, reason: str) -> Unit:
    """An ended unit works again. Its memberships are for the office to enter anew."""
    refuse(unless_reason(reason))
    unit = get_unit(session, unit_id)
    if unit.active:
        raise Conflict(Message(_("%(unit)s正在使用，无需恢复。"), unit=unit.full_name))
    unit.active, unit.successor_id = True, None
    add_change(session, actor, now, unit, "resumed", "", unit.full_name, reason)
    record(session, Act.UNIT_CHANGE, f"unit:{unit_id}", actor, now, {"active": True, "reason": reason})
    return unit


def delete_unit(session: Session, actor: Actor, now: datetime, *, unit_id: int) -> None:
    """Only a unit entered by mistake, to which nothing refers yet; ``Conflict`` for any other."""
    unit = get_unit(session, unit_id)
    name = unit.full_name
    changes = list(session.scalars(sa.select(UnitChange).where(UnitChange.unit_id == unit_id)))
    leads_here = session.scalar(sa.select(Unit.id).where(Unit.successor_id == unit_id).limit(1))
    refused = Conflict(Message(_("%(unit)s已有往来记录，不能删除，只能停用。"), unit=name))
    if leads_here or any(c.kind not in ("created", "changed") for c in changes):
        raise refused
    try:
        with session.begin_nested():
            for change in changes:
                session.delete(change)
            session.flush()
            session.delete(unit)
    except IntegrityError as error:  # whatever room holds the reference, the database knows
        raise refused from error
    record(session, Act.UNIT_CHANGE, f"unit:{unit_id}", actor, now, {"deleted": name})


def _living(session: Session, unit_id: int) -> Unit:
    unit = get_unit(session, unit_id)
    if not unit.active:
        raise Conflict(Message(_("%(unit)s已停用，不能再变更。"), unit=unit.full_name))
    return unit


def _hand_memberships(
    session: Session, unit: Unit, heirs: Sequence[Unit], today: date, *, keep: bool = False
) -> None:
    """Each heir enters what ``unit`` leaves; a line that an heir already holds is not entered twice."""
    in_force = sa.or_(Membership.until.is_(None), Membership.until >= today)
    involved = [unit.id, *(h.id for h in heirs)]
    seats = session.scalars(sa.select(Membership).where(Membership.unit_id.in_(involved), in_force)).all()
    held = {(s.unit_id, s.mechanism_id, s.member) for s in seats}
    for seat in [s for s in seats if s.unit_id == unit.id]:
        for heir in heirs:
            if (heir.id, seat.mechanism_id, seat.member) not in held:
                line = {
                    "mechanism_id": seat.mechanism_id,
                    "member": seat.member,
                    "since": max(seat.since, today),
                }
                session.add(Membership(**line, unit_id=heir.id, until=seat.until))
        if not keep:
            seat.until = today - timedelta(days=1)
    session.flush()
