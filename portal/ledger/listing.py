"""The list of the ledgers: one page of row tuples along an index, clocks in one statement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, FieldKind
from portal.core.clock import SHANGHAI, midnight
from portal.core.ready import Ready
from portal.core.text import written
from portal.deadlines.models import Deadline
from portal.deadlines.state import DeadlineState, state_of
from portal.ledger.access import COUNTS, readable_by
from portal.ledger.filters import Filters, Sort, Stand
from portal.ledger.models import Closing, Record
from portal.ledger.near import same_day
from portal.ledger.words import find_ids
from portal.tenants.models import Tenant
from portal.units.models import Unit

PAGE = 50
OPEN = (Closing.NONE.value, Closing.PROPOSED.value, Closing.CHECKED.value)
OVER = (Closing.CLOSED.value, Closing.ENDED.value)
_SHORT = (FieldKind.CHOICE, FieldKind.MONEY, FieldKind.INTEGER)
_AT_ONCE = 1_000
_NUMBER = re.compile(written(r"[^〔〕]{1,10}〔[0-9]{4}〕[0-9]{1,9}号"))
"""A whole one means that entry and no other."""


class Row(NamedTuple):
    id: int
    tenant_id: int
    tenant_name: str
    unit_name: str
    lead_name: str | None
    """Of the unit that handles it, where that is another one."""
    ledger: str
    number: str
    title: str
    place: str
    known_at: datetime
    values: Mapping[str, Any]
    released_at: datetime | None
    stage: str
    closing: str
    closed_on: date | None
    look_back_on: date | None
    key_from: date | None
    merged_into_id: int | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class _Shape:
    """What decides the words of the statement; lists with the same one share it, compiled."""

    asked: frozenset[str]
    sort: Sort
    below: bool


def keeper_only(filters: Filters, unit_ids: Sequence[int]) -> Filters:
    """The same, of what these units keep themselves in the reader's own tenant."""
    return replace(filters, unit_ids=tuple(unit_ids), below=False, keeper=True)


def list_records(
    session: Session, tenant_id: int, filters: Filters, today: date, size: int = PAGE
) -> tuple[list[Row], bool]:
    """One page of ``size`` and whether more follow; ``tenant_id`` is the reader's own. One statement, with a text
    that is looked for two."""
    shape, given = _asked(session, tenant_id, filters, today)
    found = _page(shape).rows(session, **given, size=size + 1, start=(filters.page - 1) * size)
    rows = [Row(*row) for row in found]
    return rows[:size], len(rows) > size


def stream_records(session: Session, tenant_id: int, filters: Filters, today: date) -> Iterator[Row]:
    """All of them, some at a time."""
    shape, given = _asked(session, tenant_id, filters, today)
    query = _select(shape).execution_options(yield_per=_AT_ONCE)
    for row in session.execute(query, given):
        yield Row(*row)


def count_records(session: Session, tenant_id: int, filters: Filters, today: date, most: int) -> int:
    """How many there are, counted up to ``most``."""
    shape, given = _asked(session, tenant_id, filters, today)
    found = sa.select(Record.id).where(*_conditions(shape)).limit(most).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(found), given) or 0


def versions_of(session: Session, tenant_id: int, filters: Filters, today: date) -> dict[int, int]:
    """Id -> how often it was written, of all of them."""
    shape, given = _asked(session, tenant_id, filters, today)
    query = sa.select(Record.id, Record.version).where(*_conditions(shape))
    return dict(session.execute(query, given).all())


@lru_cache(maxsize=500)
def _page(shape: _Shape) -> Ready:
    return Ready(_select(shape).limit(sa.bindparam("size")).offset(sa.bindparam("start")))


def _select(shape: _Shape) -> sa.Select[Any]:
    return _rows().where(*_conditions(shape)).order_by(*_order(shape))


def _asked(session: Session, tenant_id: int, filters: Filters, today: date) -> tuple[_Shape, dict[str, Any]]:
    """The shape of the statement, and what it is asked with."""
    f = filters
    given: dict[str, Any] = {"home": tenant_id, "campaign": f.campaign}
    wanted: dict[str, Any] = {
        "ledger": f.ledger, "stage": f.stage, "view_1": f.views[0], "view_2": f.views[1], "view_3": f.views[2],
        "place": _pattern(f.place), "text": _pattern(f.text),
        "stands": {Stand.OPEN: OPEN, Stand.CLOSED: OVER}.get(f.stand),
        "key": today if f.key else None, "look": today if f.look else None,
        "since": midnight(f.since) if f.since else None,
        "until": midnight(f.until + timedelta(days=1)) if f.until and f.until < date.max else None,
    }  # fmt: skip
    given |= {name: value for name, value in wanted.items() if value}
    if f.unit_ids is not None:
        given["kept" if f.keeper else "units"] = list(f.unit_ids)
    if _NUMBER.fullmatch(f.text):
        given["number"] = f.text
        del given["text"]
    elif f.text and (ids := find_ids(session, f.text)) is not None:
        given["ids"] = ids
    asked = frozenset(given) - {"home", "campaign"} | ({"hidden"} if f.hidden else set())
    return _Shape(asked, f.sort, f.below), given


def _conditions(shape: _Shape) -> list[Any]:
    r, bind = Record, sa.bindparam
    home = bind("home", type_=r.tenant_id.type)
    found = [r.campaign == bind("campaign"), r.tenant_id != home if shape.below else r.tenant_id == home]
    if "hidden" not in shape.asked:
        found.append(COUNTS)
    names = ("ledger", "stage", "view_1", "view_2", "view_3", "number")
    equal = (name for name in names if name in shape.asked)
    found += [getattr(r, name) == bind(name) for name in equal]
    text = [
        sa.func.lower(c).like(sa.func.lower(bind("text")), escape="/") for c in (r.number, r.title, r.place)
    ]
    others: dict[str, Any] = {
        "stands": r.closing.in_(bind("stands", expanding=True)),
        "key": r.key_from <= bind("key"),
        "look": r.look_back_on <= bind("look"),
        "since": r.known_at >= bind("since"),
        "until": r.known_at < bind("until"),
        "units": readable_by(bind("units", expanding=True)),  # type: ignore[arg-type]  # a list at run time
        "kept": r.unit_id.in_(bind("kept", expanding=True)),
        "ids": r.id.in_(bind("ids", expanding=True)),
        "place": sa.func.lower(r.place).like(sa.func.lower(bind("place")), escape="/"),
        "text": sa.or_(*text),
    }
    return found + [condition for name, condition in others.items() if name in shape.asked]


def _pattern(text: str) -> str:
    """For LIKE: ``text`` anywhere, its own signs taken literally."""
    return f"%{text.replace('/', '//').replace('%', '/%').replace('_', '/_')}%" if text else ""


_LEAD = aliased(Unit)
_COLUMNS = (
    Record.id, Record.tenant_id, (Tenant.city + Tenant.name).label("place_name"), Unit.short_name,
    _LEAD.short_name.label("lead_name"), Record.ledger, Record.number, Record.title, Record.place, Record.known_at,
    Record.values, Record.released_at, Record.stage, Record.closing, Record.closed_on, Record.look_back_on,
    Record.key_from, Record.merged_into_id, Record.withdrawn_at,
)  # fmt: skip


def _rows() -> sa.Select[Any]:
    """Joined step by step: the guard's criteria stand in the ON of an outer join only then."""
    lead = sa.and_(
        _LEAD.tenant_id == Record.tenant_id,
        _LEAD.id == Record.lead_unit_id,
        Record.lead_unit_id != Record.unit_id,
    )
    return (
        sa.select(*_COLUMNS)
        .select_from(Record)
        .join(Unit, sa.and_(Unit.tenant_id == Record.tenant_id, Unit.id == Record.unit_id))
        .join(Tenant, Tenant.id == Record.tenant_id)
        .outerjoin(_LEAD, lead)
    )


def _order(shape: _Shape) -> tuple[Any, ...]:
    """Ids grow with time, so that what was entered first stands first; under one tenant along its own index."""
    name = shape.sort.removeprefix("-")
    columns = {
        "known": (Record.known_at, Record.id),
        "created": (Record.id,),
        "changed": (Record.changed_at, Record.id),
    }
    order = columns[name] if shape.below else (Record.tenant_id, *columns[name])
    return tuple(c.desc() for c in order) if shape.sort.startswith("-") else order


def states_of(session: Session, rows: Sequence[Row], now: datetime) -> dict[int, DeadlineState]:
    """The clock of each entry that has one, the earliest due; one statement."""
    if not rows:
        return {}
    found: dict[int, DeadlineState] = {}
    given = {
        "tenants": list({row.tenant_id for row in rows}),
        "subjects": [f"record:{row.id}" for row in rows],
    }
    for subject, started, due, met in _CLOCKS.rows(session, **given):
        found[int(subject.partition(":")[2])] = state_of(started, due, met, now)
    return found


_CLOCKS = Ready(
    sa.select(Deadline.subject, Deadline.started_at, Deadline.due_at, Deadline.met_at)
    .where(
        Deadline.tenant_id.in_(sa.bindparam("tenants", expanding=True)),
        Deadline.subject.in_(sa.bindparam("subjects", expanding=True)),
    )
    .order_by(Deadline.due_at.desc())
)


def related(session: Session, record: Record, unit_ids: Sequence[int] | None) -> list[Row]:
    """Entries of the same ledger and day: perhaps one matter, never added up by the machine (Q-13)."""
    query = (
        _rows()
        .where(
            Record.tenant_id == record.tenant_id,
            Record.campaign == record.campaign,
            Record.ledger == record.ledger,
            Record.id != record.id,
            same_day(record.known_at),
            COUNTS,
        )
        .order_by(Record.known_at, Record.id)
        .limit(5)
    )
    if unit_ids is not None:
        query = query.where(readable_by(unit_ids))
    return [Row(*row) for row in session.execute(query)]


def gist(campaign: Campaign, row: Row) -> list[tuple[Field, Any]]:
    """Up to three short values of an entry, in the order they were declared; nothing sensitive."""
    ledger = campaign.ledger(row.ledger)
    fields = ledger.fields if ledger else ()
    filled = ((f, row.values.get(f.key)) for f in fields if f.kind in _SHORT and not f.sensitive)
    return [(f, value) for f, value in filled if value not in (None, "")][:3]


def today(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()
