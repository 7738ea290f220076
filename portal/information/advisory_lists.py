"""The list of advisories: what a unit received, what office and writers sent, how far it has been signed for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.posts import Right
from portal.core.reader import Desk
from portal.information.access import readable, writing_units
from portal.information.models import Item, ItemKind, ItemReceipt
from portal.information.receipts import OFFICE, reader_of
from portal.units.models import Unit

PAGE, MAX_PAGE = 50, 1000
UNSIGNED, OPEN = "unsigned", "open"


@dataclass(frozen=True)
class Filters:
    """``state``: UNSIGNED = the reader has not signed, OPEN = somebody has not."""

    category: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True)
class Row:
    """``asked`` and ``signed`` count receipts of the tenant; ``mine_asked`` and ``mine_open`` those of the reader."""

    id: int
    unit_id: int | None
    unit_name: str | None
    origin_office: str
    category: str
    title: str
    filed_at: datetime
    due: datetime | None
    withdrawn_at: datetime | None
    pushed_to: list[Any]
    asked: int
    signed: int
    mine_asked: int
    mine_open: int


def own_readers(desk: Desk) -> list[str]:
    """Under which names the reader signs here."""
    units = [reader_of(u) for u in writing_units(desk)]
    return units + ([OFFICE] if Right.INFO_ANSWER in desk.rights else [])


def list_advisories(session: Session, desk: Desk, filters: Filters, on: date) -> tuple[list[Row], bool]:
    """One page, newest first, and whether more follow; one statement."""
    r = ItemReceipt
    mine = r.reader.in_(own_readers(desk))

    def count(*where: Any) -> Any:
        query = sa.select(sa.func.count()).select_from(r)
        return (
            query.where(r.tenant_id == Item.tenant_id, r.item_id == Item.id, *where)
            .correlate(Item)
            .scalar_subquery()
        )

    unread = r.read_at.is_(None)
    columns = (
        Item.id, Item.unit_id, Unit.short_name, Item.origin_office, Item.category, Item.title, Item.filed_at, Item.read_by_at,
        Item.withdrawn_at, Item.pushed_to, count(), count(~unread), count(mine), count(mine, unread),
    )  # fmt: skip
    query = (
        sa.select(*columns)
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Item.tenant_id, Unit.id == Item.unit_id))
        .where(
            Item.tenant_id == desk.tenant_id, Item.kind == ItemKind.ADVISORY.value, readable(desk, on)
        )
        .order_by(Item.filed_at.desc(), Item.id.desc())
        .limit(PAGE + 1)
        .offset((filters.page - 1) * PAGE)
    )  # fmt: skip
    if filters.category:
        query = query.where(Item.category == filters.category)
    if filters.state:
        wanted = (mine, unread) if filters.state == UNSIGNED else (unread,)
        open_ = sa.exists().where(r.tenant_id == Item.tenant_id, r.item_id == Item.id, *wanted)
        query = query.where(Item.withdrawn_at.is_(None), open_)
    rows = [Row(*tuple(row)) for row in session.execute(query)]
    return rows[:PAGE], len(rows) > PAGE
