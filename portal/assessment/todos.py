"""What waits: a unit's time to object, decisions for those who may decide, documents and answers for the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.assessment.ladder_derived import list_everywhere
from portal.assessment.ladder_lists import Waiting, list_waiting
from portal.assessment.models import MeasureState, ScoreObjection, ScoreSheet
from portal.core.clock import SHANGHAI
from portal.core.posts import PostKind, Right
from portal.core.reader import Desk, Reader
from portal.core.scope import get_scope, set_scope
from portal.core.text import Message, Text, _
from portal.core.todo import Todo
from portal.units.models import Membership, Unit
from portal.web.access import the_registry

_HEADS = (PostKind.CONVENOR, PostKind.DEPUTY_CONVENOR, PostKind.OFFICE_DIRECTOR)
MOST = 100


@dataclass(frozen=True)
class _Seat:
    desk: Desk
    own: frozenset[int]
    leads: frozenset[int]
    office: bool
    heads: bool


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """For every post at once, in a constant number of statements. Who decides on what the ladder gives to a member (政法委) is
    found by the member's line in the body: ``Todo`` rows are checked again on the page itself."""
    seats = {
        (d.tenant_id, d.mechanism_id): _seat(d)
        for d in reader.desks
        if d.campaign and Right.ASSESS_READ in d.rights
    }
    if not seats:
        return ()
    before = get_scope(session)
    set_scope(session, reader.scope)
    try:
        rows = list_waiting(session, list(seats))
        lines = _lines(session, rows, now.astimezone(SHANGHAI).date())
        derived = _derived(session, [s.desk for s in seats.values() if s.office], now)
        objections = _objections(session, [key for key, seat in seats.items() if seat.office])
    finally:
        set_scope(session, before)
    found = [
        todo
        for row in rows
        if (todo := _measure(row, seats[row.tenant_id, row.mechanism_id], lines, reader, now))
    ]
    return [*found, *derived, *objections]


def _seat(desk: Desk) -> _Seat:
    leads = (p.unit_id for p in desk.posts if p.kind is PostKind.LEADER_IN_CHARGE and p.unit_id is not None)
    return _Seat(
        desk, frozenset(desk.units_with(Right.ASSESS_FILL)), frozenset(leads), Right.ASSESS_SET in desk.rights,
        any(p.kind in _HEADS for p in desk.posts),
    )  # fmt: skip


_Lines = dict[tuple[int, str], frozenset[int]]
"""(body, roster line) -> units."""


def _lines(session: Session, rows: Sequence[Waiting], today: date) -> _Lines:
    """Only where something waits that a member may have to decide; one statement."""
    bodies = {r.mechanism_id for r in rows if r.decider}
    if not bodies:
        return {}
    query = (
        sa.select(Membership.mechanism_id, Membership.member, Unit.id)
        .join(Unit, sa.and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(
            Membership.mechanism_id.in_(bodies),
            Membership.member.in_({r.decider for r in rows}),
            Membership.since <= today,
            sa.or_(Membership.until.is_(None), Membership.until >= today),
        )
    )
    found: dict[tuple[int, str], set[int]] = {}
    for body, member, unit in session.execute(query):
        found.setdefault((body, member), set()).add(unit)
    return {key: frozenset(units) for key, units in found.items()}


def _measure(row: Waiting, seat: _Seat, lines: _Lines, reader: Reader, now: datetime) -> Todo | None:
    ready = bool(row.answer) or now > row.object_by
    if row.state == MeasureState.CONFIRMED:
        return _todo(row, seat, "slow", _("待发文"), _("登记文号")) if seat.office else None
    if row.unit_id in seat.own and not ready:
        return _todo(row, seat, "near", _("可以申辩"), _("申辩"), row.object_by)
    may = seat.heads
    if row.decider:
        named = lines.get((row.mechanism_id, row.decider))
        rest = named - {row.unit_id} if named else None
        may = bool(rest & seat.leads) if rest else seat.heads and named is not None
    if ready and may and row.unit_id not in seat.leads and reader.account_id != row.proposed_by_id:
        return _todo(row, seat, "slow", _("待决定"), _("决定"))
    return None


def _derived(session: Session, desks: Sequence[Desk], now: datetime) -> list[Todo]:
    """One line for each body in which the portal proposes something."""
    campaigns = {d.mechanism_id: c for d in desks if (c := the_registry().find(d.campaign)) is not None}
    found = list_everywhere(session, list(campaigns.items()), now)
    return [
        Todo(
            tenant_id=d.tenant_id, campaign=d.campaign, light="near", state=_("待提出"),
            what=Message(_("系统建议的督促措施 %(n)s 条"), n=len(found[d.mechanism_id])), source=_("本办公室"),
            step=_("核对"), endpoint="assessment.ladder",
        )
        for d in desks
        if found.get(d.mechanism_id)
    ]  # fmt: skip


def _todo(
    row: Waiting, seat: _Seat, light: str, state: Text, step: Text, due: datetime | None = None
) -> Todo:
    own = row.unit_id in seat.own
    return Todo(
        tenant_id=row.tenant_id, campaign=row.campaign, light=light, state=state,
        what=Message(_("拟采取的措施：%(label)s"), label=row.label),
        note="" if own else row.unit, source=seat.desk.office_name, due=due, step=step, endpoint="assessment.measure",
        args={"measure_id": row.id},
    )  # fmt: skip


def _objections(session: Session, offices: Sequence[tuple[int, int]]) -> list[Todo]:
    """Objections against scores that wait for an answer; one statement."""
    if not offices:
        return []
    rows = session.execute(
        sa.select(
            ScoreSheet.tenant_id, ScoreSheet.campaign, ScoreSheet.id, ScoreObjection.unit_id, Unit.short_name, ScoreSheet.year
        )
        .join(ScoreSheet, sa.and_(ScoreSheet.tenant_id == ScoreObjection.tenant_id, ScoreSheet.id == ScoreObjection.sheet_id))
        .join(Unit, sa.and_(Unit.tenant_id == ScoreObjection.tenant_id, Unit.id == ScoreObjection.unit_id))
        .where(sa.tuple_(ScoreSheet.tenant_id, ScoreSheet.mechanism_id).in_(offices), ScoreObjection.answered_at.is_(None))
        .order_by(ScoreObjection.at, ScoreObjection.id)
        .limit(MOST)
    )  # fmt: skip
    return [
        Todo(
            tenant_id=tenant, campaign=campaign, light="near", state=_("待答复"),
            what=Message(_("%(year)s年考核的申诉"), year=year), note=name, step=_("答复"), endpoint="assessment.score_unit",
            args={"sheet_id": sheet, "unit_id": unit},
        )
        for tenant, campaign, sheet, unit, name, year in rows
    ]  # fmt: skip
