"""The inbox of a person: one over all campaigns and tenants, however many items lie in it.

Each place (a unit, or an office, of one body) is asked by itself for no more rows than are shown, along an
index; the answers are put together. So an office with 50,000 open items costs what one with fifty does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core.errors import NotFound
from portal.core.posts import PostKind, Right
from portal.core.reader import Held
from portal.core.ready import Ready
from portal.core.text import Text, _
from portal.notices.models import Notice
from portal.units.models import Post

MOST = 100
"""Unread notices are counted up to here: more is "99+"."""
STANDS_IN = {
    PostKind.LIAISON: PostKind.LEADER_IN_CHARGE,
    PostKind.LEADER_IN_CHARGE: PostKind.LIAISON,
    PostKind.OFFICE_DIRECTOR: PostKind.OFFICE_STAFF,
    PostKind.OFFICE_STAFF: PostKind.OFFICE_DIRECTOR,
}
"""Who gets what is meant for a post that nobody holds."""


class Kind(StrEnum):
    """Sorts of notices as the inbox tells them apart."""

    URGENT = "urgent"
    REMINDER = "reminder"
    OTHER = "other"


KIND_LABELS = {Kind.URGENT: _("急报"), Kind.REMINDER: _("到期提醒"), Kind.OTHER: _("其他通知")}
_KINDS = {
    Kind.URGENT: Notice.urgent.is_(True),
    Kind.REMINDER: sa.and_(Notice.urgent.is_(False), Notice.mark.like("remind:%")),
    Kind.OTHER: sa.and_(
        Notice.urgent.is_(False), sa.or_(Notice.mark.is_(None), Notice.mark.not_like("remind:%"))
    ),
}


class Place(NamedTuple):
    """A unit of a body (``unit_id`` None: its office) for which somebody acts, and as what."""

    tenant_id: int
    mechanism_id: int
    unit_id: int | None
    kinds: tuple[str, ...]
    """Posts held there."""
    stands_in: tuple[str, ...]
    """Posts whose notices come here while nobody holds them."""


def places_of(posts: Iterable[Held]) -> tuple[Place, ...]:
    """Where a person with these posts acts, each place once."""
    kinds: dict[tuple[int, int, int | None], list[str]] = {}
    for post in posts:
        if post.mechanism_id is None:
            continue
        if post.unit_id is not None and Right.REPORT_FILL in post.rights:
            kinds.setdefault((post.tenant_id, post.mechanism_id, post.unit_id), []).append(post.kind)
        if Right.REPORT_REVIEW in post.rights:
            kinds.setdefault((post.tenant_id, post.mechanism_id, None), []).append(post.kind)
    return tuple(
        Place(*where, tuple(held), tuple(k for k, by in STANDS_IN.items() if by in held and k not in held))
        for where, held in sorted(kinds.items(), key=lambda item: tuple(v or 0 for v in item[0]))
    )


@dataclass(frozen=True)
class Filter:
    """What of the inbox is shown. ``mechanisms`` None = of every body."""

    unread: bool = False
    kind: Kind | None = None
    mechanisms: frozenset[int] | None = None

    def of(self, places: Iterable[Place]) -> tuple[Place, ...]:
        return tuple(p for p in places if self.mechanisms is None or p.mechanism_id in self.mechanisms)


class Recent(NamedTuple):
    """A notice in a list."""

    tenant_id: int
    id: int
    text: str
    params: dict[str, Any]
    sender: str
    at: datetime
    read_at: datetime | None
    detail: str
    link: str
    urgent: bool
    mechanism_id: int


_COLUMNS = tuple(getattr(Notice, name) for name in Recent._fields)


def _meant_for(place: tuple[bool, tuple[str, ...]], n: int) -> sa.ColumnElement[bool]:
    """Addressed to the place and to a post held there; parameters end in ``n``."""
    office, stands_in = place
    names = ("tenant", "mechanism", "unit")
    tenant, mechanism, unit = (sa.bindparam(f"{name}{n}", type_=Notice.id.type) for name in names)
    posts = [Notice.post == "", Notice.post.in_(sa.bindparam(f"kinds{n}", expanding=True))]
    for kind in stands_in:
        held = sa.exists().where(
            Post.tenant_id == tenant, Post.mechanism_id == mechanism, Post.kind == kind,
            sa.true() if office else Post.unit_id == unit,
            Post.since <= sa.bindparam("now", type_=Post.since.type),
            sa.or_(Post.until.is_(None), Post.until > sa.bindparam("now", type_=Post.since.type)),
        )  # fmt: skip
        posts.append(sa.and_(Notice.post == kind, ~held))
    return sa.and_(
        Notice.tenant_id == tenant, Notice.mechanism_id == mechanism, sa.or_(*posts),
        Notice.unit_id.is_(None) if office else Notice.unit_id == unit,
    )  # fmt: skip


def given(places: Sequence[Place], now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"now": now}
    for n, place in enumerate(places):
        values |= {f"tenant{n}": place.tenant_id, f"mechanism{n}": place.mechanism_id}
        values |= {f"unit{n}": place.unit_id, f"kinds{n}": list(place.kinds)}
    return values


Shape = tuple[tuple[bool, tuple[str, ...]], ...]
"""Of each place whether it is an office, and for which posts it stands in: what a statement depends on."""


def addressed(places: Shape) -> sa.ColumnElement[bool]:
    """Meant for one of the places, with ``given``; for a few rows that are found by their ids."""
    return sa.or_(sa.false(), *(_meant_for(p, n) for n, p in enumerate(places)))


def shape(places: Iterable[Place]) -> Shape:
    return tuple((p.unit_id is None, p.stands_in) for p in places)


def _branches(places: Shape, unread: bool, kind: Kind | None, columns: Sequence[Any], newest: bool) -> Any:
    found = []
    for n, place in enumerate(places):
        for state in (True,) if unread else (True, False):
            wanted = [
                _meant_for(place, n),
                Notice.read_at.is_(None) if state else Notice.read_at.is_not(None),
            ]
            if kind is not None:
                wanted.append(_KINDS[kind])
            one = sa.select(*columns).where(*wanted).limit(sa.bindparam("most"))
            if newest:  # the unit is the same in all rows: named, it lets PostgreSQL walk the index
                one = one.order_by(Notice.unit_id.desc(), Notice.at.desc(), Notice.id.desc())
            found.append(sa.select(*one.subquery().c))
    return sa.union_all(*found).subquery()


@lru_cache(256)
def _listing(places: Shape, unread: bool, kind: Kind | None) -> Ready:
    each = aliased(Notice, _branches(places, unread, kind, _COLUMNS, newest=True))
    return Ready(
        sa.select(*(getattr(each, name) for name in Recent._fields))
        .order_by(each.read_at.is_not(None), each.at.desc(), each.id.desc())
        .limit(sa.bindparam("shown"))
        .offset(sa.bindparam("offset"))
    )


@lru_cache(256)
def _counting(places: Shape) -> Ready:
    each = aliased(Notice, _branches(places, True, None, (Notice.tenant_id, Notice.id), newest=False))
    return Ready(sa.select(sa.func.count(each.id)))


def list_inbox(
    session: Session, posts: Iterable[Held], now: datetime, chosen: Filter | None = None, *,
    limit: int = 50, offset: int = 0,
) -> list[Recent]:  # fmt: skip
    """Unread before read, newest first; one statement. The scope must cover the tenants of the posts."""
    chosen = chosen or Filter()
    places = chosen.of(places_of(posts))
    if not places:
        return []
    asked = _listing(shape(places), chosen.unread, chosen.kind)
    rows = asked.rows(session, **given(places, now), most=limit + offset, shown=limit, offset=offset)
    return [Recent(*row) for row in rows]


def count_unread(session: Session, posts: Iterable[Held], now: datetime) -> int:
    """Up to ``MOST``; one statement."""
    places = places_of(posts)
    if not places:
        return 0
    found = _counting(shape(places)).rows(session, **given(places, now), most=MOST)
    return min(int(found[0][0]), MOST)


def find_notice(
    session: Session, posts: Iterable[Held], now: datetime, tenant_id: int, notice_id: int
) -> Notice:
    """``NotFound`` unless it is meant for one of these posts."""
    places = [p for p in places_of(posts) if p.tenant_id == tenant_id]
    found = sa.select(Notice).where(
        Notice.tenant_id == tenant_id, Notice.id == notice_id, addressed(shape(places))
    )
    notice = session.scalars(found, given(places, now)).one_or_none()
    if notice is None:
        raise NotFound
    return notice


def read_notice(notice: Notice, reader: str, now: datetime) -> None:
    """The first reading counts; the sender sees it."""
    if notice.read_at is None:
        notice.read_at, notice.read_by = now, reader


def read_all(
    session: Session, posts: Iterable[Held], now: datetime, chosen: Filter, *,
    reader: str, tenant_id: int, until: datetime, ids: Collection[int] | None = None,
) -> int:  # fmt: skip
    """Mark read, in the scope's home tenant, what of the filter had come by ``until`` (nothing that the reader has
    not been shown the chance to see), or only ``ids`` of it. Returns how many."""
    places = [p for p in chosen.of(places_of(posts)) if p.tenant_id == tenant_id]
    if not places:
        return 0
    wanted = [
        Notice.tenant_id == tenant_id, Notice.read_at.is_(None), Notice.at <= until,
        addressed(shape(places)),
    ]  # fmt: skip
    if chosen.kind is not None:
        wanted.append(_KINDS[chosen.kind])
    if ids is not None:
        wanted.append(Notice.id.in_(ids))
    marked = session.execute(
        sa.update(Notice).where(*wanted).values(read_at=now, read_by=reader),
        given(places, now),
        execution_options={"synchronize_session": False},
    )
    return int(getattr(marked, "rowcount", 0))


def show_unread(session: Session, posts: Iterable[Held], now: datetime) -> str:
    """For the bar of every page: ``7``, ``99+``, or '' when nothing is unread."""
    unread = count_unread(session, posts, now)
    return f"{MOST - 1}+" if unread >= MOST else str(unread or "")


def label_of(kind: Kind) -> Text:
    return KIND_LABELS[kind]
