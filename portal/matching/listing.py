"""Lists of the city: pairs, joint matters, values, what waits. Row tuples, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.matching.models import (
    JointMatter,
    JointPart,
    JointState,
    MatchEntry,
    MatchEvent,
    MatchPair,
    MatchSide,
    MatchStop,
    MatchWithheld,
    PairState,
)
from portal.tenants.models import Tenant

PAGE = 50


@dataclass(frozen=True)
class Filters:
    kind: str = ""
    state: str = ""
    page: int = 1


class Pair(NamedTuple):
    id: int
    kinds: str
    state: str
    found_at: datetime
    joint_id: int | None
    left_place: str
    left_number: str | None
    left_title: str | None
    left_unit: str | None
    left_known: date | None
    right_place: str
    right_number: str | None
    right_title: str | None
    right_unit: str | None
    right_known: date | None


def list_pairs(session: Session, campaign: str, filters: Filters) -> tuple[list[Pair], bool]:
    """Newest first; what is gone stays unless a state is chosen."""
    p, left, right = MatchPair, aliased(MatchSide), aliased(MatchSide)
    here, there = aliased(Tenant), aliased(Tenant)
    query = (
        sa.select(
            p.id, p.kinds, p.state, p.found_at, p.joint_id, here.name, left.number, left.title, left.unit, left.known_on,
            there.name, right.number, right.title, right.unit, right.known_on,
        )
        .join(here, here.id == p.left_place_id)
        .join(there, there.id == p.right_place_id)
        .outerjoin(left, sa.and_(left.tenant_id == p.tenant_id, left.record_id == p.left_record_id))
        .outerjoin(right, sa.and_(right.tenant_id == p.tenant_id, right.record_id == p.right_record_id))
        .where(p.campaign == campaign)
    )  # fmt: skip
    if filters.kind:
        query = query.where(p.kinds.like(f"%,{filters.kind},%"))
    if filters.state:
        query = query.where(p.state == filters.state)
    query = query.order_by(p.found_at.desc(), p.id.desc()).limit(PAGE + 1).offset((filters.page - 1) * PAGE)
    rows = [Pair._make(row) for row in session.execute(query)]
    return rows[:PAGE], len(rows) > PAGE


class Joint(NamedTuple):
    id: int
    number: str
    state: str
    made_at: datetime
    parts: list[Any]


def list_joints(session: Session, campaign: str, page: int) -> tuple[list[Joint], bool]:
    """What waits for the city first; two statements."""
    waits = sa.case(
        (JointMatter.state == JointState.DISPUTED, 0), (JointMatter.state == JointState.ASKED, 1), else_=2
    )
    rows = session.execute(
        sa.select(JointMatter.id, JointMatter.number, JointMatter.state, JointMatter.made_at)
        .where(JointMatter.campaign == campaign)
        .order_by(waits, JointMatter.made_at.desc(), JointMatter.id.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    ).all()
    parts = list_parts(session, [row.id for row in rows[:PAGE]])
    return [Joint(*row, parts.get(row.id, [])) for row in rows[:PAGE]], len(rows) > PAGE


def list_parts(session: Session, joint_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Parts of joint matters with place and what the city was shown, the host first."""
    found: dict[int, list[Any]] = {}
    for row in session.execute(
        sa.select(
            JointPart.joint_id, JointPart.id, JointPart.record_id, JointPart.role, JointPart.state, JointPart.answer,
            JointPart.words, JointPart.answered_at, Tenant.name.label("place"), MatchSide.number, MatchSide.title,
            MatchSide.unit, MatchSide.known_on, MatchSide.stage, MatchSide.notes,
        )
        .join(Tenant, Tenant.id == JointPart.place_id)
        .join(
            MatchSide,
            sa.and_(MatchSide.tenant_id == JointPart.tenant_id, MatchSide.record_id == JointPart.record_id),
        )
        .where(JointPart.joint_id.in_(joint_ids))
        .order_by(JointPart.role, JointPart.id)
    ):  # fmt: skip
        found.setdefault(row.joint_id, []).append(row)
    return found


def list_events(session: Session, subject: str) -> list[MatchEvent]:
    return list(
        session.scalars(
            sa.select(MatchEvent).where(MatchEvent.subject == subject).order_by(MatchEvent.at, MatchEvent.id)
        )
    )


def list_stops(session: Session, campaign: str) -> Sequence[MatchStop]:
    """Proposals first; at most 200."""
    first = sa.case((MatchStop.state == "proposed", 0), else_=1)
    query = sa.select(MatchStop).where(MatchStop.campaign == campaign)
    return session.scalars(query.order_by(first, MatchStop.at.desc(), MatchStop.id).limit(200)).all()


class Waiting(NamedTuple):
    place_id: int
    place: str
    by: str
    entries: int
    values: int
    first: datetime
    last: datetime


def list_withheld(session: Session, campaign: str) -> list[Waiting]:
    """What waits, by county and who entered it."""
    w = MatchWithheld
    rows = session.execute(
        sa.select(
            w.place_id, Tenant.name, w.by, sa.func.count(w.id), sa.func.sum(w.n), sa.func.min(w.at), sa.func.max(w.at)
        )
        .join(Tenant, Tenant.id == w.place_id)
        .where(w.campaign == campaign, w.released_at.is_(None))
        .group_by(w.place_id, Tenant.name, w.by)
        .order_by(sa.func.max(w.at).desc())
        .limit(200)
    )  # fmt: skip
    return [Waiting(*row) for row in rows]


def count_waiting(session: Session, campaign: str) -> dict[str, int]:
    """Numbers on the tabs; one statement."""
    counts = {
        "pairs": sa.select(sa.func.count(MatchPair.id)).where(
            MatchPair.campaign == campaign, MatchPair.state == PairState.NEW
        ),
        "joints": sa.select(sa.func.count(JointMatter.id)).where(
            JointMatter.campaign == campaign, JointMatter.state == JointState.DISPUTED
        ),
        "withheld": sa.select(sa.func.count(MatchWithheld.id)).where(
            MatchWithheld.campaign == campaign, MatchWithheld.released_at.is_(None)
        ),
        "stops": sa.select(sa.func.count(MatchStop.id)).where(
            MatchStop.campaign == campaign, MatchStop.state == "proposed"
        ),
    }
    row = session.execute(sa.select(*(q.scalar_subquery().label(k) for k, q in counts.items()))).one()
    return dict(row._mapping)


def shared_values(session: Session, records: Sequence[int]) -> list[tuple[str, str]]:
    """(kind, end) of the live values that two entries share."""
    rows = session.execute(
        sa.select(MatchEntry.kind, MatchEntry.mark)
        .where(MatchEntry.record_id.in_(records), MatchEntry.state == "live")
        .group_by(MatchEntry.digest, MatchEntry.kind, MatchEntry.mark)
        .having(sa.func.count(MatchEntry.id) > 1)
        .order_by(MatchEntry.kind, MatchEntry.mark)
    )
    return [(kind, mark) for kind, mark in rows]
