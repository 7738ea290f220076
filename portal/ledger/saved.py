"""Lists as one person wants them again: the filters of an address under a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, _
from portal.ledger.filters import tidy
from portal.ledger.models import SavedFilter
from portal.web.inputs import Unusable, clean_text

MOST = 20
LONGEST = 40


def list_filters(session: Session, account_id: int, campaign: str) -> Sequence[SavedFilter]:
    """The person's own of this tenant, by name."""
    return session.scalars(_own(session, account_id, campaign).order_by(SavedFilter.name)).all()


def save_filter(
    session: Session, actor: Actor, now: datetime, *, account_id: int, campaign: str, name: str, query: str
) -> SavedFilter:
    """The same name again stands for the new filters. ``Invalid`` on ``name`` beyond ``MOST``, or without filters."""
    try:
        name = clean_text(name, LONGEST)
    except Unusable as error:
        raise Invalid({"name": error.message}) from error
    query = tidy(query)
    if not name:
        raise Invalid({"name": _("请填写筛选的名称。")})
    if not query:
        raise Invalid({"name": _("没有筛选条件，无需保存。")})
    kept = {f.name: f for f in session.scalars(_own(session, account_id, campaign).with_for_update())}
    found = kept.get(name)
    if found is None:
        if len(kept) >= MOST:
            raise Invalid({"name": Message(_("最多保存 %(n)s 个筛选，请先删去不用的。"), n=MOST)})
        found = SavedFilter(account_id=account_id, campaign=campaign, name=name, query=query, saved_at=now)
        session.add(found)
    found.query, found.saved_at = query, now
    session.flush()
    record(session, Act.FILTER_SAVE, f"saved_filter:{found.id}", actor, now, {"name": name})
    return found


def drop_filter(
    session: Session, actor: Actor, now: datetime, *, account_id: int, campaign: str, filter_id: int
) -> None:
    """``NotFound`` for anybody else's, and for what is gone."""
    found = session.scalars(
        _own(session, account_id, campaign).where(SavedFilter.id == filter_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    record(session, Act.FILTER_DROP, f"saved_filter:{found.id}", actor, now, {"name": found.name})
    session.delete(found)


def _own(session: Session, account_id: int, campaign: str) -> sa.Select[SavedFilter]:
    return sa.select(SavedFilter).where(
        SavedFilter.tenant_id == get_scope(session).home,
        SavedFilter.account_id == account_id,
        SavedFilter.campaign == campaign,
    )
