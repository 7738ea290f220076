"""Who told: read by who handles the tip, each time with a reason; emptied when nobody needs it any more.

条例 第十六条: kept secret for who tells. Once a tip is passed on not even the office reads it; auditors, leaders of the
body and superiors never do. It stands in no list, export, notice, entry of a ledger or line of the trail.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.reader import Desk
from portal.core.scope import SYSTEM, Actor, Scope, set_scope
from portal.core.text import Message, _
from portal.tenants.models import Tenant
from portal.tips.access import handles
from portal.tips.brakes import purge
from portal.tips.models import Tip, TipAward, TipIdentity
from portal.tips.services import subject_of

KEPT = timedelta(days=180)
"""After the answer: half a year, in which whoever is dissatisfied may go to court (行政诉讼法 第四十六条); longer only
while a reward is not paid."""
SHORTEST = 4
_OPEN = ("proposed", "approved")


def read_identity(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, tip: Tip, reason: str
) -> Mapping[str, str]:
    """Name and phone; into the trail with the reason, never with the values."""
    if not handles(desk, tip):
        raise NotAllowed(_("只有承办这件举报的单位可以查看举报人信息。"))
    if len(reason.strip()) < SHORTEST:
        raise Invalid({"reason": Message(_("请写明查看事由，至少 %(n)s 个字。"), n=SHORTEST)})
    found = find_identity(session, tip)
    if found is None:
        raise Conflict(_("举报人选择匿名，没有留下信息。"))
    if found.emptied_at is not None:
        raise Conflict(_("举报人信息已按期清除。"))
    record(session, Act.TIP_IDENTITY, subject_of(tip), actor, now, {"reason": reason.strip()})
    return {key: str(value) for key, value in found.person.items()}


def find_identity(session: Session, tip: Tip) -> TipIdentity | None:
    return session.scalars(
        sa.select(TipIdentity).where(TipIdentity.tenant_id == tip.tenant_id, TipIdentity.tip_id == tip.id)
    ).one_or_none()


def forget_all(session: Session, now: datetime) -> int:
    """In every tenant: identities whose time is over, and sources of tries. Answers how many were emptied."""
    session.info.pop("scope", None)
    count = 0
    for tenant_id in list(session.scalars(sa.select(Tenant.id))):
        set_scope(session, Scope(own=(tenant_id,), home=tenant_id))
        purge(session, now)
        count += _forget(session, now)
        session.flush()
    session.info.pop("scope", None)
    return count


def _forget(session: Session, now: datetime) -> int:
    waiting = sa.exists().where(
        TipAward.tenant_id == Tip.tenant_id, TipAward.tip_id == Tip.id, TipAward.state.in_(_OPEN)
    )
    rows = session.execute(
        sa.select(TipIdentity, Tip)
        .join(Tip, sa.and_(Tip.tenant_id == TipIdentity.tenant_id, Tip.id == TipIdentity.tip_id))
        .where(TipIdentity.emptied_at.is_(None), Tip.closed_at < now - KEPT, sa.not_(waiting))
        .limit(500)
    ).all()
    for identity, tip in rows:
        identity.person, identity.emptied_at = {}, now
        record(session, Act.TIP_FORGET, subject_of(tip), SYSTEM, now, {"number": tip.number})
    return len(rows)
