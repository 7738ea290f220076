"""Hand-overs as rows with the names that stand on them: of a body, of a unit, of an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Account
from portal.core.ready import Ready
from portal.units.models import Handover, Mechanism, Post, Unit


@dataclass(frozen=True)
class HandoverRow:
    """A hand-over with the names that stand on it."""

    id: int
    tenant_id: int
    mechanism_id: int
    mechanism_name: str
    office: str
    unit_id: int
    unit_name: str
    post_id: int
    account_id: int
    holder: str
    left_at: datetime
    end_reason: str
    number: str
    noticed_on: date
    acknowledged_by: str
    acknowledged_at: datetime | None
    successor_account_id: int | None
    successor: str
    successor_rank: str
    successor_rank_reason: str
    items: Sequence[dict[str, Any]]
    signed_from_at: datetime | None
    signed_to_at: datetime | None
    completed_at: datetime | None

    def may_sign(self, account_id: int) -> bool:
        """Whether this account's signature is wanted now."""
        if self.acknowledged_at is None or self.successor_account_id is None:
            return False
        leaving = account_id == self.account_id and self.signed_from_at is None
        return leaving or (account_id == self.successor_account_id and self.signed_to_at is None)


_leaving, _coming = aliased(Post), aliased(Post)
_holder, _successor = aliased(Account), aliased(Account)
_LIST = (
    sa.select(
        Handover.id, Handover.tenant_id, Handover.mechanism_id, Mechanism.name, Mechanism.office,
        Handover.unit_id, Unit.full_name, _leaving.id, _holder.id, _holder.display_name, _leaving.until,
        _leaving.end_reason, Handover.number, Handover.noticed_on, Handover.acknowledged_by,
        Handover.acknowledged_at, _successor.id, _successor.display_name, _coming.rank, _coming.rank_reason,
        Handover.items, Handover.signed_from_at, Handover.signed_to_at, Handover.completed_at,
    )
    .join(_leaving, sa.and_(_leaving.tenant_id == Handover.tenant_id, _leaving.id == Handover.post_id))
    .join(_holder, _holder.id == _leaving.account_id)
    .join(
        Mechanism,
        sa.and_(Mechanism.tenant_id == Handover.tenant_id, Mechanism.id == Handover.mechanism_id),
    )
    .join(Unit, sa.and_(Unit.tenant_id == Handover.tenant_id, Unit.id == Handover.unit_id))
    .outerjoin(
        _coming,
        sa.and_(
            _coming.tenant_id == Handover.tenant_id, _coming.id == Handover.successor_post_id,
            sa.or_(_coming.until.is_(None), Handover.completed_at.is_not(None)),
        ),
    )
    .outerjoin(_successor, _successor.id == _coming.account_id)
    .order_by(Handover.id.desc())
)  # fmt: skip
_MINE = Ready(
    _LIST.where(
        sa.or_(_leaving.account_id == sa.bindparam("account"), _coming.account_id == sa.bindparam("account"))
    )
)


def list_handovers(
    session: Session,
    *,
    mechanism_id: int | None = None,
    unit_id: int | None = None,
    handover_id: int | None = None,
) -> list[HandoverRow]:
    """Newest first; of a body or a unit. One statement."""
    query = _LIST
    for column, value in (
        (Handover.mechanism_id, mechanism_id),
        (Handover.unit_id, unit_id),
        (Handover.id, handover_id),
    ):
        query = query.where(column == value) if value is not None else query
    return [_row(r) for r in session.execute(query)]


def list_own_handovers(
    session: Session, account_id: int, handover_id: int | None = None
) -> list[HandoverRow]:
    """Those that concern one account, newest first. One statement."""
    rows = [_row(r) for r in _MINE.rows(session, account=account_id)]
    return [row for row in rows if handover_id in (None, row.id)]


def _row(found: Sequence[Any]) -> HandoverRow:
    successor = slice(17, 20)
    values: list[Any] = list(found)
    values[successor] = [v or "" for v in values[successor]]
    return HandoverRow(*values)
