"""The library: what was written of any kind, found by its words, counted and offered only within what one may read.

Counts, choices of the filters and the page itself come from the same condition (``access.readable``), so that none of
them says more than the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import search
from portal.core.clock import SHANGHAI, midnight
from portal.core.reader import Desk
from portal.core.scope import get_scope
from portal.information.access import readable
from portal.information.models import Item, ItemKind
from portal.tenants.models import Tenant
from portal.units.models import Unit

PAGE, MOST_PAGES = 20, 1000
YEARS = 12
"""Years that the filter tells apart; what is older counts as the oldest of them."""
OFFICE = "office"
_SHOWN_TEXT, _BEFORE, _SNIPPET = 20_000, 24, 110
_FOLD = (
    {0xFF01 + n: chr(0x21 + n) for n in range(94)}
    | {0x3000: " "}
    | {ord(c): c.lower() for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
)
_FOLD |= {0xFF21 + n: chr(0x61 + n) for n in range(26)}


@dataclass(frozen=True)
class Asked:
    """What the address asks for. ``source``: 'office', the id of an own unit, or 't' and the id of a tenant below."""

    question: str = ""
    kind: str = ""
    category: str = ""
    source: str = ""
    year: int = 0
    page: int = 1

    @property
    def narrowed(self) -> bool:
        return bool(self.kind or self.category or self.source or self.year)


class Row(NamedTuple):
    """``text`` begins with the title; only its first part is read."""

    id: int
    tenant_id: int
    kind: str
    category: str
    title: str
    number: str
    unit_id: int | None
    level: str
    filed_at: datetime
    withdrawn_at: datetime | None
    text: str
    unit_name: str | None
    tenant_name: str


class Option(NamedTuple):
    """A choice of a filter with the ``number`` of rows behind it under the other filters. ``name`` '' = worded by the page."""

    value: str
    number: int
    name: str = ""


@dataclass(frozen=True)
class Found:
    """``total`` None: the question holds no word to look for."""

    rows: Sequence[Row] = ()
    total: int | None = None
    page: int = 1
    options: dict[str, list[Option]] = field(default_factory=dict)

    @property
    def more(self) -> bool:
        return self.page * PAGE < (self.total or 0)


class _Cell(NamedTuple):
    """One count: the rows of a kind, category, source and year."""

    kind: str
    category: str
    source: str
    year: str
    number: int


def look_up(session: Session, desk: Desk, asked: Asked, now: datetime) -> Found:
    """One page, newest first, the number of all, and what the filters offer. Call ``access.look_below`` before.

    Two statements: what was found, and names of the units.
    """
    base: Any = sa.select(Item)
    limit = readable(desk, now.astimezone(SHANGHAI).date())
    if asked.question:
        hits = search.matching(session, asked.question, Item.tenant_id, Item.id)
        if hits is None:
            return Found()
        base = base.join(*hits)
        limit = sa.and_(limit, search.exactly(asked.question, Item.text))
    hit = _hits(base.where(limit), _years(now))
    chosen = _Cell(asked.kind, asked.category, asked.source, str(asked.year or ""), 0)
    wanted = min(asked.page, MOST_PAGES)
    cells, rows = _read(session, desk, hit, asked, wanted)
    total = sum(c.number for c in _under(cells, chosen, ""))
    page = max(1, min(wanted, -(-total // PAGE)))
    if page != wanted and total:
        rows = _read(session, desk, hit, asked, page)[1]
    return Found(rows, total, page, _offer(session, cells, chosen))


def _hits(base: Any, years: list[int]) -> Any:
    """Everything that was found, before any filter."""
    year = sa.case(*((Item.filed_at >= _begins(y), y) for y in years), else_=years[-1])
    return base.with_only_columns(
        Item.tenant_id, Item.id, Item.kind, Item.category, Item.unit_id, year.label("year"), Item.filed_at
    ).cte("hit")


def _read(session: Session, desk: Desk, hit: Any, asked: Asked, page: int) -> tuple[list[_Cell], list[Row]]:
    """All counts and the rows of one page in one statement, so that what was asked is looked up once."""
    keys = (hit.c.kind, hit.c.category, hit.c.tenant_id, hit.c.unit_id, hit.c.year)
    no_id = sa.cast(sa.null(), sa.BigInteger)
    counts = sa.select(no_id.label("id"), *keys, sa.func.count().label("number")).group_by(*keys)
    newest = _filtered(sa.select(hit.c.id, *keys, sa.literal(0).label("number")), hit, desk, asked)
    newest = newest.order_by(hit.c.filed_at.desc(), hit.c.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    both = sa.union_all(counts, sa.select(newest.subquery())).subquery()
    query = (
        sa.select(
            both, Item.title, Item.number, Item.level, Item.filed_at, Item.withdrawn_at,
            sa.func.substr(Item.text, 1, _SHOWN_TEXT), Unit.short_name, Tenant.city + Tenant.name,
        )
        .select_from(both)
        .outerjoin(Item, sa.and_(Item.tenant_id == both.c.tenant_id, Item.id == both.c.id))
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Item.tenant_id, Unit.id == Item.unit_id))
        .outerjoin(Tenant, Tenant.id == Item.tenant_id)
        .order_by(Item.filed_at.desc(), Item.id.desc())
    )  # fmt: skip
    cells, rows = [], []
    for i, kind, category, tenant, unit, year, found, title, number, *rest in session.execute(query):
        if i is None:
            cells.append(_Cell(kind, category, _source(desk, tenant, unit), str(year), found))
        else:
            rows.append(Row(i, tenant, kind, category, title, number, unit, *rest))
    return cells, rows


def _filtered(query: Any, hit: Any, desk: Desk, asked: Asked) -> Any:
    for column, value in (
        (hit.c.kind, asked.kind), (hit.c.category, asked.category), (hit.c.year, asked.year),
    ):  # fmt: skip
        if value:
            query = query.where(column == value)
    if asked.source.startswith("t"):
        return query.where(hit.c.tenant_id == int(asked.source[1:]), hit.c.tenant_id != desk.tenant_id)
    if asked.source:
        unit = hit.c.unit_id.is_(None) if asked.source == OFFICE else hit.c.unit_id == int(asked.source)
        return query.where(hit.c.tenant_id == desk.tenant_id, unit)
    return query


def _years(now: datetime) -> list[int]:
    """Newest first; next year, too, for a clock that was wrong."""
    this = now.astimezone(SHANGHAI).year
    return list(range(this + 1, this + 1 - YEARS, -1))


def _begins(year: int) -> datetime:
    return midnight(date(year, 1, 1))


def _source(desk: Desk, tenant_id: int, unit_id: int | None) -> str:
    if tenant_id != desk.tenant_id:
        return f"t{tenant_id}"
    return OFFICE if unit_id is None else str(unit_id)


def _under(cells: Iterable[_Cell], chosen: _Cell, but: str) -> Iterable[_Cell]:
    """Cells within the filters, leaving out the filter called ``but``."""
    filters = {k: v for k, v in chosen._asdict().items() if v and k != but}
    return (c for c in cells if all(getattr(c, k) == v for k, v in filters.items()))


def _offer(session: Session, cells: list[_Cell], chosen: _Cell) -> dict[str, list[Option]]:
    """What each filter offers: values that occur in the reader's rows, and nothing else."""
    offered: dict[str, list[Option]] = {}
    for name in ("kind", "category", "source", "year"):
        counts = (
            {getattr(chosen, name): 0}
            if any(getattr(c, name) == getattr(chosen, name) for c in cells)
            else {}
        )
        for cell in _under(cells, chosen, name):
            value = getattr(cell, name)
            counts[value] = counts.get(value, 0) + cell.number
        offered[name] = [Option(v, n) for v, n in counts.items() if v]
    order = {kind.value: n for n, kind in enumerate(ItemKind)}
    offered["kind"].sort(key=lambda o: order.get(o.value, len(order)))
    offered["category"].sort()
    offered["year"].sort(reverse=True)
    offered["source"] = _name(session, offered["source"])
    return offered


def _name(session: Session, options: list[Option]) -> list[Option]:
    """The office first, then units and tenants in their order; one statement."""
    office = [o for o in options if o.value == OFFICE]
    counts = {o.value: o.number for o in options if o.value != OFFICE}
    if not counts:
        return office
    units = [int(v) for v in counts if not v.startswith("t")]
    places = [int(v[1:]) for v in counts if v.startswith("t")]
    query = sa.union_all(
        sa.select(sa.literal(0).label("group"), Unit.sort_no.label("place"), Unit.id.label("id"), Unit.short_name.label("name"))
        .where(Unit.tenant_id.in_(get_scope(session).own), Unit.id.in_(units)),
        sa.select(sa.literal(1), sa.cast(Tenant.code, sa.BigInteger), Tenant.id, Tenant.city + Tenant.name)
        .where(Tenant.id.in_(places)),
    ).order_by("group", "place", "id")  # fmt: skip
    named = [(f"t{i}" if group else str(i), name) for group, _place, i, name in session.execute(query)]
    return office + [Option(value, counts[value], name) for value, name in named]


def reindex(session: Session) -> int:
    """Put the home tenant's items in anew; answers how many are found by their words."""
    standing = sa.select(Item.id, Item.text).where(
        Item.tenant_id == get_scope(session).home, Item.withdrawn_at.is_(None)
    )
    count = 0
    for item_id, text in session.execute(standing).yield_per(500):
        search.put(session, item_id, text)
        count += 1
    return count


search.register_refill(reindex)


# ------------------------------------------------------------------------------------------------- found words
Parts = list[tuple[str, bool]]
"""Text in pieces, and whether a piece is a word that was looked for."""


def marked(text: str, question: str) -> Parts:
    """All of ``text``."""
    return _split(text, _spots(text, question))


def snippet(row: Row, question: str) -> Parts:
    """Some words around the first place that was found, or the beginning."""
    body = row.text.removeprefix(row.title).replace("\n", " ").strip()
    spots = _spots(body, question)
    start = max(0, spots[0][0] - _BEFORE) if spots else 0
    if start + _SNIPPET > len(body):
        start = max(0, len(body) - _SNIPPET)
    end = start + _SNIPPET
    shown = [(a - start, min(b, end) - start) for a, b in spots if a >= start and a < end]
    parts = _split(body[start:end], shown)
    return [("…", False)] * (start > 0) + parts + [("…", False)] * (end < len(body))


def _spots(text: str, question: str) -> list[tuple[int, int]]:
    runs = search.asked_words(question)
    if not runs:
        return []
    words = (f"(?<![0-9a-z]){re.escape(r)}" if r[0].isascii() else re.escape(r) for r in runs)
    return [m.span() for m in re.finditer("|".join(words), text.translate(_FOLD))]


def _split(text: str, spots: Iterable[tuple[int, int]]) -> Parts:
    parts, at = [], 0
    for begin, end in spots:
        parts += [(text[at:begin], False), (text[begin:end], True)]
        at = end
    return [(piece, hit) for piece, hit in (*parts, (text[at:], False)) if piece]
