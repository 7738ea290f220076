"""五进 places: which there are, which an activity went to, which were reached (D2 二（七）9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities.credits import serves
from portal.activities.models import Activity, ActivityUnit, ActivityVisit, Place
from portal.activities.words import FIVE
from portal.core.audit import Act, record
from portal.core.errors import Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _

MOST_LINES = 500
"""Places entered at once; a county has some three hundred villages."""
MOST = 5000
_LONGEST_AREA, _LONGEST_NAME = 40, 80


class Reached(NamedTuple):
    """A place with how often it was visited in the year, and when last."""

    id: int
    kind: str
    area: str
    name: str
    closed_at: datetime | None
    times: int
    last: date | None


@dataclass(frozen=True)
class Tally:
    """Of one kind. Places that are closed count only if they were visited."""

    kind: str
    rows: Sequence[Reached]

    @property
    def known(self) -> int:
        return len(self.rows)

    @property
    def reached(self) -> int:
        return sum(bool(r.times) for r in self.rows)


def list_open(session: Session, tenant_id: int) -> list[Place]:
    """What an activity may name, by kind, township and name."""
    rows = session.scalars(
        sa.select(Place)
        .where(Place.tenant_id == tenant_id, Place.closed_at.is_(None))
        .order_by(Place.kind, Place.area, Place.name)
        .limit(MOST)
    )
    return sorted(rows, key=lambda p: FIVE.index(p.kind))


def read_tallies(
    session: Session, tenant_id: int, campaign: str, year: int, unit_ids: Sequence[int] | None = None
) -> list[Tally]:
    """Places by kind with the visits of the year for this campaign; ``unit_ids``: those of these units alone. One
    statement."""
    visited = (
        sa.select(ActivityVisit.place_id, sa.func.count().label("times"), sa.func.max(Activity.held_on).label("last"))
        .join(Activity, sa.and_(Activity.tenant_id == ActivityVisit.tenant_id, Activity.id == ActivityVisit.activity_id))
        .where(
            ActivityVisit.tenant_id == tenant_id, Activity.withdrawn_at.is_(None), serves(campaign),
            Activity.held_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .group_by(ActivityVisit.place_id)
    )  # fmt: skip
    if unit_ids is not None:
        took_part = sa.select(ActivityUnit.activity_id).where(
            ActivityUnit.tenant_id == tenant_id, ActivityUnit.unit_id.in_(list(unit_ids))
        )
        visited = visited.where(Activity.id.in_(took_part))
    found = visited.subquery()
    times = sa.func.coalesce(found.c.times, 0)
    rows = session.execute(
        sa.select(Place.id, Place.kind, Place.area, Place.name, Place.closed_at, times, found.c.last)
        .outerjoin(found, found.c.place_id == Place.id)
        .where(Place.tenant_id == tenant_id, sa.or_(Place.closed_at.is_(None), found.c.times.is_not(None)))
        .order_by(Place.area, Place.name)
        .limit(MOST)
    )
    reached = [Reached(*row) for row in rows]
    return [Tally(kind, [r for r in reached if r.kind == kind]) for kind in FIVE]


def add_places(session: Session, actor: Actor, now: datetime, *, kind: str, lines: Iterable[str]) -> int:
    """One place a line, ``township name`` or ``name``; those that are known already are left. Answers how many are new.

    ``Invalid`` on ``lines`` names the first line that cannot be taken; then nothing is stored.
    """
    if kind not in FIVE:
        raise Invalid({"kind": _("请选择场所类别。")})
    home = get_scope(session).home
    given = [tuple(line.split(None, 1)) for line in lines if line.strip()]
    pairs = list(dict.fromkeys((x[0], x[1]) if len(x) == 2 else ("", x[0]) for x in given))
    problem: Message | Text | None = None
    if not pairs:
        problem = _("请填写场所，一行一处。")
    elif len(pairs) > MOST_LINES:
        problem = Message(
            _("一次最多 %(most)s 处，现有 %(n)s 处，请分次录入。"), most=MOST_LINES, n=len(pairs)
        )
    else:
        for number, (area, name) in enumerate(pairs, 1):
            if len(area) > _LONGEST_AREA or len(name) > _LONGEST_NAME:
                problem = Message(
                    _("第 %(n)s 行过长：乡镇街道最多 %(area)s 字，名称最多 %(name)s 字。"),
                    n=number, area=_LONGEST_AREA, name=_LONGEST_NAME,
                )  # fmt: skip
                break
    if problem is not None:
        raise Invalid({"lines": problem})
    standing = session.scalars(sa.select(Place).where(Place.tenant_id == home, Place.kind == kind)).all()
    known = {(p.area, p.name): p for p in standing}
    fresh = [pair for pair in pairs if pair not in known]
    for pair in pairs:
        if pair in known:
            known[pair].closed_at = None
    session.add_all(
        Place(kind=kind, area=area, name=name, added_at=now, added_by=actor.name) for area, name in fresh
    )
    session.flush()
    record(session, Act.PLACE_ADD, f"places:{kind}", actor, now, {"new": len(fresh), "given": len(pairs)})
    return len(fresh)


def close_place(session: Session, actor: Actor, now: datetime, place_id: int) -> Place:
    """It is no longer offered; what was held there stays."""
    wanted = sa.select(Place).where(Place.tenant_id == get_scope(session).home, Place.id == place_id)
    place = session.scalars(wanted).one_or_none()
    if place is None:
        raise NotFound
    if place.closed_at is None:
        place.closed_at = now
        record(session, Act.PLACE_CLOSE, f"place:{place.id}", actor, now, {"name": place.name})
    return place


def place_of(session: Session, found: Activity) -> Place | None:
    return session.scalars(
        sa.select(Place)
        .join(ActivityVisit, sa.and_(ActivityVisit.tenant_id == Place.tenant_id, ActivityVisit.place_id == Place.id))
        .where(ActivityVisit.tenant_id == found.tenant_id, ActivityVisit.activity_id == found.id)
    ).one_or_none()  # fmt: skip


def set_place(session: Session, found: Activity, place_id: int) -> list[Any] | None:
    """Say at which place an activity was held (0 = none of them); before and after, or None where nothing changed.

    ``Invalid`` on ``place_id`` for a place that is not offered (one that stands already may stay).
    """
    before = place_of(session, found)
    if (before.id if before else 0) == place_id:
        return None
    place = None
    if place_id:
        wanted = (Place.tenant_id == found.tenant_id, Place.id == place_id, Place.closed_at.is_(None))
        place = session.scalars(sa.select(Place).where(*wanted)).one_or_none()
        if place is None:
            raise Invalid({"place_id": _("请从列表中选择场所。")})
    session.execute(
        sa.delete(ActivityVisit).where(
            ActivityVisit.tenant_id == found.tenant_id, ActivityVisit.activity_id == found.id
        )
    )
    if place is not None:
        session.add(ActivityVisit(activity_id=found.id, place_id=place.id))
        found.audience = found.audience or place.kind
    return [before.name if before else "", place.name if place else ""]
