"""A joint matter stands in two ledgers and is one: totals raw and net, and which entries make the difference.

A city counts what it may know: entries that were reported upward, and those that a joint matter opened to it. A joint
matter counts where its host counts it, in the period of the host's entry, so that it counts once in every cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.clock import end_of, midnight
from portal.core.periods import Period
from portal.core.reader import Desk
from portal.core.scope import get_scope
from portal.ledger.access import COUNTS
from portal.ledger.models import Record
from portal.matching.models import OPEN_PARTS, JointMatter, JointPart, JointState, MatchSide, Role
from portal.tenants.models import CampaignSwitch, Level, Tenant


class Part(NamedTuple):
    """An entry of a joint matter that is known in the period."""

    joint_id: int
    joint: str
    role: str
    place_id: int
    record_id: int
    ledger: str
    number: str
    title: str
    unit: str
    known_on: date
    stage: str

    @property
    def counts(self) -> bool:
        return self.role == Role.HOST


@dataclass
class Line:
    place_id: int
    code: str
    name: str
    raw: Counter[str] = field(default_factory=Counter)
    """By ledger."""
    doubled: Counter[str] = field(default_factory=Counter)
    """Of them those that another county counts as host."""

    def net(self, ledger: str) -> int:
        return self.raw[ledger] - self.doubled[ledger]

    @property
    def total(self) -> tuple[int, int]:
        raw = self.raw.total()
        return raw, raw - self.doubled.total()


@dataclass(frozen=True)
class Totals:
    lines: tuple[Line, ...]
    parts: tuple[Part, ...]
    """All entries of the joint matters of which one is known in the period, by matter, the host first."""
    inside: frozenset[int]
    """Of ``parts`` the entries known in the period."""

    def sum(self, ledger: str = "") -> tuple[int, int]:
        """Raw and net."""
        if not ledger:
            pairs = [line.total for line in self.lines]
        else:
            pairs = [(line.raw[ledger], line.net(ledger)) for line in self.lines]
        return sum(p[0] for p in pairs), sum(p[1] for p in pairs)

    def matters(self) -> list[list[Part]]:
        found: dict[int, list[Part]] = {}
        for part in self.parts:
            found.setdefault(part.joint_id, []).append(part)
        return list(found.values())


def read_totals(session: Session, campaign: Campaign, period: Period) -> Totals:
    """The scope must show what the tenants below have released; four statements."""
    home = get_scope(session).home
    known = Record.known_at.between(midnight(period.start), end_of(period.end))
    rows = session.execute(
        sa.select(Record.tenant_id, Record.ledger, sa.func.count(Record.id))
        .where(Record.campaign == campaign.key, known, COUNTS)
        .group_by(Record.tenant_id, Record.ledger)
    )
    lines = _places(session, campaign.key, home or 0)
    for tenant_id, ledger, n in rows:
        if tenant_id in lines:
            lines[tenant_id].raw[ledger] += n
    parts = _parts(session, campaign.key, period)
    inside = frozenset(p.record_id for p in parts if period.start <= p.known_on <= period.end)
    counted = set(
        session.scalars(sa.select(Record.id).where(Record.id.in_(inside), Record.campaign == campaign.key))
    )
    for part in parts:
        line = lines.get(part.place_id)
        if part.record_id in inside and line is not None:
            if part.record_id not in counted:
                line.raw[part.ledger] += 1
            if not part.counts:
                line.doubled[part.ledger] += 1
    return Totals(tuple(lines.values()), tuple(parts), inside)


def _places(session: Session, campaign: str, home: int) -> dict[int, Line]:
    rows = session.execute(
        sa.select(Tenant.id, Tenant.code, Tenant.name)
        .join(CampaignSwitch, CampaignSwitch.tenant_id == Tenant.id)
        .where(CampaignSwitch.campaign == campaign, sa.or_(Tenant.parent_id == home, Tenant.id == home))
        .order_by(Tenant.code)
    )
    return {r[0]: Line(r[0], r[1], r[2]) for r in rows}


def _parts(session: Session, campaign: str, period: Period) -> list[Part]:
    opened = [s.value for s in OPEN_PARTS]
    touched = (
        sa.select(JointPart.joint_id)
        .join(
            MatchSide,
            sa.and_(MatchSide.tenant_id == JointPart.tenant_id, MatchSide.record_id == JointPart.record_id),
        )
        .where(JointPart.state.in_(opened), MatchSide.known_on.between(period.start, period.end))
    )
    rows = session.execute(
        sa.select(
            JointMatter.id, JointMatter.number, JointPart.role, JointPart.place_id, JointPart.record_id, MatchSide.ledger,
            MatchSide.number, MatchSide.title, MatchSide.unit, MatchSide.known_on, MatchSide.stage,
        )
        .join(JointPart, sa.and_(JointPart.tenant_id == JointMatter.tenant_id, JointPart.joint_id == JointMatter.id))
        .join(
            MatchSide,
            sa.and_(MatchSide.tenant_id == JointPart.tenant_id, MatchSide.record_id == JointPart.record_id),
        )
        .where(
            JointMatter.campaign == campaign, JointPart.state.in_(opened), JointMatter.id.in_(touched),
            JointMatter.state.in_([JointState.JOINED.value, JointState.ASKED.value, JointState.DISPUTED.value]),
            JointMatter.joined_at.is_not(None),
        )
        .order_by(JointMatter.made_at, JointMatter.id, JointPart.role, JointPart.id)
    )  # fmt: skip
    return _with_host([Part(*row) for row in rows])


def _with_host(parts: Sequence[Part]) -> list[Part]:
    """Where the host's entry is gone, the first that is left counts; a matter of one entry is none."""
    by_joint: dict[int, list[Part]] = {}
    for part in parts:
        by_joint.setdefault(part.joint_id, []).append(part)
    found: list[Part] = []
    for each in by_joint.values():
        if len(each) > 1:
            found += each if each[0].counts else [each[0]._replace(role=Role.HOST.value), *each[1:]]
    return found


def count_matters(parts: Iterable[Part]) -> int:
    return len({p.joint_id for p in parts})


def count_joined(session: Session, desk: Desk, campaign: Campaign, period: Period) -> int:
    """Joint matters that stand in the reports of several counties of the period; one statement at a city, none
    elsewhere."""
    if desk.tenant_level != Level.CITY or not any(ledger.matched for ledger in campaign.ledgers):
        return 0
    return count_matters(_parts(session, campaign.key, period))
