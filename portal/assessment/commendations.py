"""表彰: proposed by the office with its grounds and basis, decided by another person with a document number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.assessment.survey_models import Commendation
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, _
from portal.notices.services import notify
from portal.units.bodies import list_members
from portal.units.models import Unit
from portal.units.services import local_day


def propose_commendation(
    session: Session, actor: Actor, now: datetime, *, mechanism_id: int, unit_id: int, title: str, grounds: str, basis: str,
    request_key: str,
) -> Commendation:  # fmt: skip
    """``Invalid`` on ``unit``. The same ``request_key`` again gives the first one."""
    home = get_scope(session).home
    wanted = sa.select(Commendation).where(
        Commendation.tenant_id == home, Commendation.request_key == request_key
    )
    if first := session.scalars(wanted).one_or_none():
        if first.mechanism_id != mechanism_id:
            raise Conflict
        return first
    if unit_id not in {m.unit_id for m in list_members(session, mechanism_id, local_day(now))}:
        raise Invalid({"unit": _("请选择成员单位。")})
    row = Commendation(
        mechanism_id=mechanism_id, unit_id=unit_id, title=title, grounds=grounds, basis=basis, proposed_at=now,
        proposed_by=actor.name, proposed_by_id=actor.account_id, request_key=request_key,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # a second click, at the same moment
        return session.scalars(wanted).one()
    record(session, Act.COMMENDATION_PROPOSE, f"commendation:{row.id}", actor, now, {"title": title})
    return row


def decide_commendation(
    session: Session, actor: Actor, now: datetime, *, row: Commendation, approved: bool, number: str, why: str, link: str
) -> None:  # fmt: skip
    """``Invalid`` on ``number`` (approved) or ``why`` (declined); never by who proposed it."""
    session.refresh(row, with_for_update=True)
    if row.approved is not None:
        raise Conflict(_("已经决定，不能再改。"))
    if actor.account_id is None or row.proposed_by_id == actor.account_id:
        raise NotAllowed(_("提出的人不能自己决定，请由召集人或办公室主任决定。"))
    if approved and not number:
        raise Invalid({"number": _("同意表彰的，请填写文号。")})
    if not approved and not why:
        raise Invalid({"why": _("不同意的，请写明理由。")})
    row.approved, row.number, row.why = approved, number if approved else "", why
    row.decided_at, row.decided_by = now, actor.name
    session.flush()
    record(session, Act.COMMENDATION_DECIDE, f"commendation:{row.id}", actor, now, {"approved": approved, "number": number})  # fmt: skip
    if approved:
        notify(
            session, now, mechanism_id=row.mechanism_id, unit_id=row.unit_id, sender=actor.name, link=link,
            text=Message(_("本单位受到表彰：%(title)s（%(number)s）"), title=row.title, number=number),
            mark=f"commendation:{row.id}",
        )  # fmt: skip


def list_commendations(
    session: Session, mechanism_id: int, *, everything: bool
) -> Sequence[tuple[Commendation, str]]:
    """Newest first, with the unit's name; ``everything`` False: those that were decided for, which all members see."""
    query = (
        sa.select(Commendation, Unit.short_name)
        .join(Unit, sa.and_(Unit.tenant_id == Commendation.tenant_id, Unit.id == Commendation.unit_id))
        .where(Commendation.tenant_id == get_scope(session).home, Commendation.mechanism_id == mechanism_id)
        .order_by(Commendation.proposed_at.desc(), Commendation.id.desc())
        .limit(200)
    )
    if not everything:
        query = query.where(Commendation.approved.is_(True))
    return [(row[0], row[1]) for row in session.execute(query)]


def get_commendation(session: Session, mechanism_id: int, commendation_id: int) -> Commendation:
    row = session.scalars(
        sa.select(Commendation).where(
            Commendation.tenant_id == get_scope(session).home, Commendation.mechanism_id == mechanism_id,
            Commendation.id == commendation_id,
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return row
