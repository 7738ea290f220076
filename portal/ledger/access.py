"""Who reads an entry: the office every one; a unit those it keeps, leads or helps with. One condition for list, page,
export and to-do."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from portal.core.errors import NotAllowed
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.ledger.models import Record, RecordUnit
from portal.tenants.models import Level

COUNTS = sa.and_(Record.withdrawn_at.is_(None), Record.merged_into_id.is_(None))
"""Neither entered in error nor part of another entry."""
HANDLER = sa.func.coalesce(Record.lead_unit_id, Record.unit_id)
"""The unit that handles it now."""


def readable_by(unit_ids: Sequence[int]) -> sa.ColumnElement[bool]:
    """Entries that one of these units keeps, leads or helps with."""
    helps = sa.select(RecordUnit.record_id).where(
        RecordUnit.unit_id.in_(unit_ids)
    )  # asked once, not for each entry
    return sa.or_(Record.unit_id.in_(unit_ids), Record.lead_unit_id.in_(unit_ids), Record.id.in_(helps))


def own_units(desk: Desk) -> tuple[int, ...] | None:
    """Units whose entries the desk may read; None = every unit. ``NotAllowed`` for posts that read none."""
    if Right.RECORD_READ_ALL in desk.rights:
        return None
    if Right.RECORD_WRITE not in desk.rights:
        raise NotAllowed
    return desk.units_with(Right.RECORD_WRITE)


def sees_below(desk: Desk) -> bool:
    """Whether released entries of the tenants below may be looked at."""
    return Right.RECORD_READ_ALL in desk.rights and desk.tenant_level != Level.COUNTY


def is_office(desk: Desk) -> bool:
    return Right.RECORD_MANAGE in desk.rights
