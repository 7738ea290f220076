"""Which tenants lie below others: asked by several rooms for one page, so a session answers it once."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core.ready import Ready
from portal.tenants.models import Tenant

_top = aliased(Tenant)
_BELOW = Ready(
    sa.select(Tenant.id)
    .join(_top, Tenant.path.startswith(_top.path))
    .where(_top.id.in_(sa.bindparam("tops", expanding=True)))
)


def list_below(session: Session, tops: Collection[int]) -> frozenset[int]:
    """``tops`` and every tenant below them. The tree does not change while a page is made."""
    known: dict[tuple[int, ...], frozenset[int]] = session.info.setdefault("below", {})
    asked = tuple(sorted(set(tops)))
    if asked not in known:
        known[asked] = frozenset(row[0] for row in _BELOW.rows(session, tops=list(asked)))
    return known[asked]
