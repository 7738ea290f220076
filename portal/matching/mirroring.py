"""A joint matter is one row at the city and a twin in each county; here the twins follow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.errors import NotFound
from portal.core.scope import SYSTEM, Actor
from portal.ledger.models import Record
from portal.matching.digests import Pool, inside
from portal.matching.models import (
    OPEN_PARTS,
    JointMatter,
    JointPart,
    JointState,
    JointTwin,
    MatchEvent,
    MatchPair,
    MatchSide,
    PairState,
    PartState,
    Role,
)
from portal.matching.sides import is_gone, keep_side, snapshot
from portal.tenants.models import Tenant
from portal.units.models import Mechanism

RUNNING = (*OPEN_PARTS, PartState.ASKED, PartState.OBJECTED)


def refresh(
    session: Session, now: datetime, pool: Pool, campaign: Campaign, found: Record, into: Record | None = None
) -> None:
    """What the city and the other counties are shown of this entry, after it changed. ``into``: the entry that it was
    merged into, which takes its place in a joint matter."""
    with inside(session, pool.city_id):
        rows = session.execute(
            sa.select(MatchSide.id, JointPart.joint_id, JointPart.state)
            .outerjoin(
                JointPart,
                sa.and_(
                    JointPart.tenant_id == MatchSide.tenant_id, JointPart.record_id == MatchSide.record_id,
                    JointPart.state.in_([s.value for s in RUNNING]),
                ),
            )
            .where(MatchSide.record_id == found.id)
        ).all()  # fmt: skip
    if not rows:
        return
    opened = any(row.state in OPEN_PARTS for row in rows)
    joints = [row.joint_id for row in rows if row.joint_id is not None]
    columns = [snapshot(session, campaign, found, notes=opened)]
    if joints and into is not None:
        columns.append(snapshot(session, campaign, into, notes=opened))
    with inside(session, pool.city_id):
        for each in columns:
            keep_side(session, now, each)
        left = joints if is_gone(found) else ()
        moved = [j for j in left if _leave(session, now, j, found.id, into, pool)]
    for joint_id in moved:
        assert into is not None
        for twin in session.scalars(
            sa.select(JointTwin).where(JointTwin.joint_id == joint_id, JointTwin.record_id == found.id)
        ):
            twin.record_id = into.id
    for joint_id in joints:
        publish(session, pool.city_id, joint_id)


def _leave(
    session: Session, now: datetime, joint_id: int, record_id: int, into: Record | None, pool: Pool
) -> bool:
    """In the city: the entry leaves the joint matter. True where the one it was merged into takes its place."""
    joint, parts = load(session, joint_id)
    part = next(p for p in parts if p.record_id == record_id)
    if into is not None and into.id not in {p.record_id for p in parts}:
        part.record_id = into.id
        tell(session, now, joint, "moved", SYSTEM, place=pool.place, words=into.number)
        mark_pairs(session, joint, parts)
        return True
    part.state = PartState.WITHDRAWN.value
    tell(session, now, joint, "withdrawn", SYSTEM, place=pool.place)
    settle(session, now, joint, parts)
    for pair in session.scalars(
        sa.select(MatchPair).where(
            MatchPair.joint_id == joint_id,
            sa.or_(MatchPair.left_record_id == record_id, MatchPair.right_record_id == record_id),
        )
    ):
        pair.state = PairState.GONE.value
    return False


def load(session: Session, joint_id: int) -> tuple[JointMatter, list[JointPart]]:
    """In the city, locked: the matter and its parts, the host first. ``NotFound`` when the city has none of that id."""
    joint = session.scalars(
        sa.select(JointMatter)
        .where(JointMatter.id == joint_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if joint is None:
        raise NotFound
    parts = session.scalars(
        sa.select(JointPart)
        .where(JointPart.joint_id == joint_id)
        .order_by(JointPart.role, JointPart.id)
        .execution_options(populate_existing=True)
    ).all()
    return joint, list(parts)


def tell(
    session: Session, now: datetime, joint: JointMatter, kind: str, actor: Actor, *, place: str = "", words: str = ""
) -> None:  # fmt: skip
    session.add(
        MatchEvent(subject=f"joint:{joint.id}", kind=kind, place=place, words=words, by=actor.name, at=now)
    )


def settle(session: Session, now: datetime, joint: JointMatter, parts: Sequence[JointPart]) -> None:
    """The state of the matter, from its parts: while one is asked it waits; then an objection goes to the city."""
    states = [part.state for part in parts]
    opened = sum(state in OPEN_PARTS for state in states)
    before = joint.state
    if (
        PartState.ASKED in states
        and opened + states.count(PartState.ASKED) + states.count(PartState.OBJECTED) > 1
    ):
        joint.state = JointState.ASKED.value
    elif PartState.OBJECTED in states and opened + states.count(PartState.OBJECTED) > 1:
        joint.state = JointState.DISPUTED.value
    elif opened > 1:
        joint.state = JointState.JOINED.value
        if joint.joined_at is None:
            joint.joined_at = now
        if before != joint.state:
            tell(session, now, joint, "joined", SYSTEM)
    elif joint.state != JointState.DROPPED:
        joint.state = JointState.ENDED.value
        tell(session, now, joint, "ended", SYSTEM)
    mark_pairs(session, joint, parts)


def mark_pairs(session: Session, joint: JointMatter, parts: Sequence[JointPart]) -> None:
    """Pairs within the matter, also those found later, belong to it."""
    states = {part.record_id: part.state for part in parts if part.state in RUNNING}
    standing = [PairState.NEW.value, PairState.PROPOSED.value, PairState.JOINED.value]
    for pair in session.scalars(
        sa.select(MatchPair).where(
            MatchPair.left_record_id.in_(states),
            MatchPair.right_record_id.in_(states),
            MatchPair.state.in_(standing),
        )
    ):
        opened = all(states[record_id] in OPEN_PARTS for record_id in pair.records)
        pair.state, pair.joint_id = (PairState.JOINED if opened else PairState.PROPOSED).value, joint.id
    session.flush()


def publish(session: Session, city_id: int, joint_id: int) -> None:
    """Bring every twin up to date. The others' entries go along once two parts are open, to the open ones alone."""
    with inside(session, city_id):
        joint, parts = load(session, joint_id)
        sides = {
            side.record_id: side
            for side in session.scalars(
                sa.select(MatchSide).where(MatchSide.record_id.in_([p.record_id for p in parts]))
            )
        }
        names = place_names(session, [p.place_id for p in parts])
        office = session.scalar(sa.select(Mechanism.office).where(Mechanism.campaign == joint.campaign)) or ""
        city = session.get_one(Tenant, city_id).full_name
        opened = [p for p in parts if p.state in OPEN_PARTS]
        shown = {p.record_id: _shown(p, sides[p.record_id], names) for p in opened} if len(opened) > 1 else {}
        common = {
            "campaign": joint.campaign, "number": joint.number, "joint_state": joint.state, "reason": joint.reason,
            "clause": joint.clause, "decision": joint.decision, "decision_number": joint.decision_number,
            "host": next((names[p.place_id] for p in parts if p.role == Role.HOST), ""),
            "places": [names[p.place_id] for p in parts], "office": f"{city}{office}",
        }  # fmt: skip
        mine = [
            (p.place_id, p.record_id, {
                "role": p.role, "state": p.state, "answer": p.answer, "words": p.words, "answered_at": p.answered_at,
                "answered_by": p.answered_by,
                "others": [s for r, s in shown.items() if r != p.record_id] if p.record_id in shown else [],
            })
            for p in sorted(parts, key=lambda part: part.place_id)
        ]  # fmt: skip
        asked_at = joint.made_at
    for place_id, record_id, own in mine:
        with inside(session, place_id):
            twin = session.scalars(
                sa.select(JointTwin).where(JointTwin.joint_id == joint_id, JointTwin.record_id == record_id)
            ).one_or_none()
            if twin is None:
                session.add(
                    JointTwin(joint_id=joint_id, record_id=record_id, asked_at=asked_at, **common, **own)
                )
                continue
            for key, value in (common | own).items():
                if getattr(twin, key) != value:
                    setattr(twin, key, value)


def _shown(part: JointPart, side: MatchSide, names: dict[int, str]) -> dict[str, Any]:
    return {
        "place": names[part.place_id], "unit": side.unit, "number": side.number, "title": side.title, "stage": side.stage,
        "role": part.role, "notes": side.notes,
    }  # fmt: skip


def place_names(session: Session, tenant_ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(sa.select(Tenant.id, Tenant.name).where(Tenant.id.in_(list(tenant_ids))))
    return {row[0]: row[1] for row in rows}
