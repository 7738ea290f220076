"""What waits in the ledgers: a unit's entries with their clocks, steps and closures that need a second person, look-backs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.workflow import Who
from portal.core.clock import SHANGHAI, end_of
from portal.core.posts import Right
from portal.core.reader import Desk, Reader
from portal.core.text import Message, Text, _
from portal.core.todo import Todo
from portal.deadlines.models import Deadline
from portal.deadlines.state import state_of
from portal.ledger.access import COUNTS, HANDLER
from portal.ledger.models import Closing, Record
from portal.units.models import Unit

MOST = 200
"""Of all bodies of the reader; the page of the ledgers lists the others."""
Place = tuple[int, int]
"""Tenant and body."""


class _Row(NamedTuple):
    tenant_id: int
    mechanism_id: int
    id: int
    number: str
    title: str
    closing: str
    look_back_on: date | None
    unit: str


def _columns(*more: Any) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Record.tenant_id, Record.mechanism_id, Record.id, Record.number, Record.title, Record.closing,
            Record.look_back_on, Unit.short_name, *more,
        )
        .join(Unit, sa.and_(Unit.tenant_id == Record.tenant_id, Unit.id == HANDLER))
        .where(COUNTS)
        .limit(MOST)
    )  # fmt: skip


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """At most three statements, however many posts and entries."""
    desks = {(d.tenant_id, d.mechanism_id): d for d in reader.desks if d.campaign}
    todos = [_work_row(row, due, desks, now) for row, due in _of_units(session, reader, desks)]
    offices = [place for place, d in desks.items() if Right.RECORD_MANAGE in d.rights]
    heads = [place for place, d in desks.items() if any(_leads(p) for p in d.posts)]
    leaders = [
        (p[:2], p[2]) for p in reader.places(Right.RECORD_APPROVE) if p[:2] in desks
    ]  # of one unit: what it proposes, and what the unit that leads the body agrees to
    if offices or heads or leaders:
        todos += [_waiting_row(row, desks) for row in _waiting(session, offices, heads, leaders)]
    if offices:
        todos += [_look_back_row(row, desks, now) for row in _look_backs(session, offices, now)]
    return todos


def _leads(post: Any) -> bool:
    return Right.RECORD_APPROVE in post.rights and post.unit_id is None


def _of_units(
    session: Session, reader: Reader, desks: dict[Place, Desk]
) -> list[tuple[_Row, tuple[datetime, datetime] | None]]:
    """Entries with a running clock of the work, and those that the office handed to the unit; each once."""
    places = [p for p in reader.places(Right.RECORD_WRITE) if p[:2] in desks]
    if not places:
        return []
    clocks = (
        sa.select(Deadline.subject, Deadline.started_at, Deadline.due_at)
        .where(
            sa.tuple_(Deadline.tenant_id, Deadline.mechanism_id, Deadline.unit_id).in_(places),
            Deadline.met_at.is_(None), Deadline.subject.startswith("handling:"),
        )
        .order_by(Deadline.due_at.desc())
    )  # fmt: skip
    found = {int(s.partition(":")[2]): (start, due) for s, start, due in session.execute(clocks)}
    handed = sa.and_(
        sa.tuple_(Record.tenant_id, Record.mechanism_id, Record.lead_unit_id).in_(places), Record.stage != ""
    )
    mine = (
        sa.and_(Record.tenant_id.in_({p[0] for p in places}), Record.id.in_(found)) if found else sa.false()
    )
    rows = session.execute(_columns().where(sa.or_(handed, mine), Record.closing == "").order_by(Record.id))
    return [(row, found.get(row.id)) for row in (_Row(*r) for r in rows)]


def _waiting(
    session: Session, offices: Sequence[Place], heads: Sequence[Place], leaders: Sequence[tuple[Place, int]]
) -> list[tuple[_Row, str]]:
    place = sa.tuple_(Record.tenant_id, Record.mechanism_id)
    pending = Record.pending != ""
    arms = [
        sa.and_(place.in_(offices), Record.closing.in_((Closing.PROPOSED.value, Closing.CHECKED.value))),
        sa.and_(place.in_(offices), pending, Record.pending_by == Who.OFFICE.value),
        sa.and_(place.in_(heads), pending, Record.pending_by == Who.OFFICE_HEAD.value),
        sa.and_(
            sa.tuple_(Record.tenant_id, Record.mechanism_id, Record.pending_unit_id).in_(
                [(*p, u) for p, u in leaders]
            ),
            pending,
        ),
    ]
    query = _columns(Record.pending).where(
        sa.or_(*arms),
        sa.or_(Record.closing.in_((Closing.PROPOSED.value, Closing.CHECKED.value)), pending),
    )
    return [
        (_Row(*row[:-1]), row[-1]) for row in session.execute(query.order_by(Record.changed_at, Record.id))
    ]


def _look_backs(session: Session, offices: Sequence[Place], now: datetime) -> list[_Row]:
    query = _columns().where(
        sa.tuple_(Record.tenant_id, Record.mechanism_id).in_(offices),
        Record.look_back_on.is_not(None), Record.look_back_on <= now.astimezone(SHANGHAI).date(),
    )  # fmt: skip
    return [_Row(*row) for row in session.execute(query.order_by(Record.look_back_on, Record.id))]


def _todo(row: _Row, desks: dict[Place, Desk], **more: Any) -> Todo:
    desk = desks[row.tenant_id, row.mechanism_id]
    return Todo(
        tenant_id=row.tenant_id, campaign=desk.campaign, what=Message(_("台账：%(title)s"), title=row.title),
        note=row.number, endpoint="ledger.detail", args={"record_id": row.id}, **more,
    )  # fmt: skip


def _work_row(
    row: _Row, clock: tuple[datetime, datetime] | None, desks: dict[Place, Desk], now: datetime
) -> Todo:
    office = desks[row.tenant_id, row.mechanism_id].office_name
    if clock is None:
        return _todo(row, desks, light="ok", state=_("待办理"), source=office, step=_("办理"))
    state = state_of(*clock, None, now)
    text = state.text if state.late else state.word
    return _todo(row, desks, light=state.light, state=text, source=office, step=_("办理"), due=clock[1])


def _waiting_row(given: tuple[_Row, str], desks: dict[Place, Desk]) -> Todo:
    row, pending = given
    step: Text = _("批准")
    state: Text = _("待批准")
    if not pending:
        checked = row.closing == Closing.CHECKED
        step, state = (_("销号"), _("已审核，待销号")) if checked else (_("审核"), _("申请销号，待审核"))
    return _todo(row, desks, light="near", state=state, source=row.unit, step=step)


def _look_back_row(row: _Row, desks: dict[Place, Desk], now: datetime) -> Todo:
    due = end_of(row.look_back_on) if row.look_back_on else None
    light = "late" if due and now > due else "near"
    return _todo(row, desks, light=light, state=_("待回头看"), source=row.unit, step=_("回头看"), due=due)
