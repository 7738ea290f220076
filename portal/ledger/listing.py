"""The list page of the ledgers: filters from the address, one page of row tuples, clocks in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, FieldKind
from portal.core.clock import SHANGHAI, midnight
from portal.core.text import Text, _
from portal.deadlines.models import Deadline
from portal.deadlines.state import DeadlineState, state_of
from portal.ledger.models import Record
from portal.tenants.models import Tenant
from portal.units.models import Unit

PAGE = 50
MAX_PAGE = 1000
_SHORT = (FieldKind.CHOICE, FieldKind.MONEY, FieldKind.INTEGER)


class Sort(StrEnum):
    """Order of the list; a leading minus is newest first."""

    KNOWN = "-known"
    KNOWN_UP = "known"
    CREATED = "-created"
    CREATED_UP = "created"
    CHANGED = "-changed"
    CHANGED_UP = "changed"

    @property
    def reverse(self) -> Sort:
        return Sort(self.removeprefix("-") if self.startswith("-") else f"-{self}")


SORT_LABELS: dict[Sort, Text] = {
    Sort.KNOWN: _("得知时间"),
    Sort.CREATED: _("登记先后"),
    Sort.CHANGED: _("最近修改"),
}


@dataclass(frozen=True)
class Filters:
    """What the address asks for. ``unit_ids`` None = every unit; ``below``: released rows from below."""

    campaign: str
    ledger: str = ""
    unit_ids: tuple[int, ...] | None = None
    text: str = ""
    below: bool = False
    sort: Sort = Sort.KNOWN
    page: int = 1


@dataclass(frozen=True)
class Row:
    id: int
    tenant_id: int
    tenant_name: str
    unit_name: str
    ledger: str
    number: str
    title: str
    place: str
    known_at: datetime
    values: Mapping[str, Any]
    released_at: datetime | None


def replace_units(filters: Filters, unit_ids: Sequence[int]) -> Filters:
    """The same, of these units alone and of the reader's own tenant."""
    return replace(filters, unit_ids=tuple(unit_ids), below=False)


def list_records(
    session: Session, tenant_id: int, filters: Filters, size: int = PAGE
) -> tuple[list[Row], bool]:
    """One page of ``size`` and whether more follow; ``tenant_id`` is the reader's own."""
    r = Record
    query = (
        sa.select(
            r.id, r.tenant_id, Tenant.city + Tenant.name, Unit.short_name, r.ledger, r.number, r.title,
            r.place, r.known_at, r.values, r.released_at,
        )
        .join(Unit, sa.and_(Unit.tenant_id == r.tenant_id, Unit.id == r.unit_id))
        .join(Tenant, Tenant.id == r.tenant_id)
        .where(r.campaign == filters.campaign)
        .where(r.tenant_id != tenant_id if filters.below else r.tenant_id == tenant_id)
    )  # fmt: skip
    if filters.ledger:
        query = query.where(r.ledger == filters.ledger)
    if filters.unit_ids is not None:
        query = query.where(r.unit_id.in_(filters.unit_ids))
    if filters.text:
        columns = (r.number, r.title, r.place)
        query = query.where(sa.or_(*(c.icontains(filters.text, autoescape=True) for c in columns)))
    query = query.order_by(*_order(filters.sort)).limit(size + 1).offset((filters.page - 1) * size)
    rows = [Row(*row) for row in session.execute(query)]
    return rows[:size], len(rows) > size


def _order(sort: Sort) -> tuple[Any, ...]:
    columns: dict[str, Any] = {
        "known": Record.known_at,
        "created": Record.created_at,
        "changed": Record.changed_at,
    }
    column = columns[sort.removeprefix("-")]
    return (column.desc(), Record.id.desc()) if sort.startswith("-") else (column, Record.id)


def states_of(session: Session, rows: Sequence[Row], now: datetime) -> dict[int, DeadlineState]:
    """The clock of each entry that has one, the earliest due; one statement."""
    if not rows:
        return {}
    found: dict[int, DeadlineState] = {}
    for subject, started, due, met in session.execute(
        sa.select(Deadline.subject, Deadline.started_at, Deadline.due_at, Deadline.met_at)
        .where(
            Deadline.tenant_id.in_({row.tenant_id for row in rows}),
            Deadline.subject.in_([f"record:{row.id}" for row in rows]),
        )
        .order_by(Deadline.due_at.desc())
    ):
        found[int(subject.partition(":")[2])] = state_of(started, due, met, now)
    return found


def related(session: Session, record: Record, unit_ids: Sequence[int] | None) -> list[Row]:
    """Entries of the same ledger and day: perhaps one matter, never added up by the machine (Q-13)."""
    day = midnight(record.known_at.astimezone(SHANGHAI).date())
    query = (
        sa.select(Record.id, Record.tenant_id, sa.literal(""), Unit.short_name, Record.ledger, Record.number,
                  Record.title, Record.place, Record.known_at, Record.values, Record.released_at)
        .join(Unit, sa.and_(Unit.tenant_id == Record.tenant_id, Unit.id == Record.unit_id))
        .where(
            Record.tenant_id == record.tenant_id,
            Record.campaign == record.campaign,
            Record.ledger == record.ledger,
            Record.id != record.id,
            Record.known_at >= day,
            Record.known_at < day + timedelta(days=1),
        )
        .order_by(Record.known_at, Record.id)
        .limit(5)
    )  # fmt: skip
    if unit_ids is not None:
        query = query.where(Record.unit_id.in_(unit_ids))
    return [Row(*row) for row in session.execute(query)]


def gist(campaign: Campaign, row: Row) -> list[tuple[Field, Any]]:
    """Up to three short values of an entry, in the order they were declared; nothing sensitive."""
    ledger = campaign.ledger(row.ledger)
    fields = ledger.fields if ledger else ()
    filled = ((f, row.values.get(f.key)) for f in fields if f.kind in _SHORT and not f.sensitive)
    return [(f, value) for f, value in filled if value not in (None, "")][:3]


def read_page(text: str) -> int:
    return min(max(int(text), 1), MAX_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def read_sort(text: str) -> Sort:
    return Sort(text) if text in list(Sort) else Sort.KNOWN


def today(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()
