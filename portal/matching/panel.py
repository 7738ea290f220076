"""The block on an entry's page: the hint, the county's own related entries, and the joint matter it belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.core.reader import Desk
from portal.core.text import Message
from portal.ledger.access import own_units, readable_by
from portal.ledger.following import Panel
from portal.ledger.models import Record
from portal.matching.models import JointState, JointTwin, MatchHint
from portal.matching.words import JOINT_LABELS, JOINT_LIGHTS, ROLE_LABELS, say_hint


@dataclass(frozen=True)
class Hint:
    """``lines``: one sentence for each number of counties, kinds of the same number together."""

    lines: tuple[Message, ...]
    kinds: tuple[str, ...]
    own: tuple[int, ...]


def read_hints(session: Session, record_ids: Sequence[int]) -> dict[int, Hint]:
    """Of own entries; one statement."""
    rows = session.execute(
        sa.select(MatchHint.record_id, MatchHint.kind, MatchHint.others, MatchHint.own).where(
            MatchHint.record_id.in_(record_ids)
        )
    ).all()
    found: dict[int, Hint] = {}
    for record_id in {row.record_id for row in rows}:
        mine = [row for row in rows if row.record_id == record_id]
        by_number: dict[int, list[str]] = {}
        for row in mine:
            if row.others:
                by_number.setdefault(row.others, []).append(row.kind)
        found[record_id] = Hint(
            lines=tuple(say_hint(n, kinds) for n, kinds in sorted(by_number.items(), reverse=True)),
            kinds=tuple(row.kind for row in mine if row.others),
            own=tuple(dict.fromkeys(other for row in mine for other in row.own)),
        )
    return found


def _load(
    session: Session, desk: Desk, campaign: Campaign, ledger: Ledger, found: Record, now: datetime
) -> Mapping[str, Any] | None:
    if found.tenant_id != desk.tenant_id:
        return None
    hint = read_hints(session, [found.id]).get(found.id)
    twin = session.scalars(
        sa.select(JointTwin)
        .where(JointTwin.record_id == found.id, JointTwin.joint_state != JointState.DROPPED.value)
        .order_by(JointTwin.asked_at.desc())
        .limit(1)
    ).one_or_none()
    if hint is None and twin is None:
        return None
    own = _own(session, desk, hint) if hint and hint.own else []
    return {
        "hint": hint,
        "twin": twin,
        "own": own,
        "roles": ROLE_LABELS,
        "states": JOINT_LABELS,
        "lights": JOINT_LIGHTS,
    }


def _own(session: Session, desk: Desk, hint: Hint) -> Sequence[Any]:
    query = (
        sa.select(Record.id, Record.number, Record.title).where(Record.id.in_(hint.own)).order_by(Record.id)
    )
    units = own_units(desk)
    if units is not None:
        query = query.where(readable_by(units))
    return session.execute(query).all()


PANEL = Panel("matching/_panel.html", _load)
