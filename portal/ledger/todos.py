"""What waits in the ledgers: a unit's entries with their clocks, steps and closures that need a second person, look-backs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.workflow import Who
from portal.core.clock import SHANGHAI, end_of
from portal.core.posts import Right
from portal.core.reader import Desk, Held, Reader
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


class _Kind(StrEnum):
    WORK = "work"
    """A clock of the work runs."""
    HANDED = "handed"
    """The office handed it to the unit."""
    WAITING = "waiting"
    LOOK = "look"


class _Row(NamedTuple):
    tenant_id: int
    mechanism_id: int
    id: int
    number: str
    title: str
    closing: str
    pending: str
    look_back_on: date | None
    unit: str
    kind: str
    started_at: datetime | None
    due_at: datetime | None


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """One statement, however many posts and entries."""
    desks = {(d.tenant_id, d.mechanism_id): d for d in reader.desks if d.campaign}
    units = [p for p in reader.places(Right.RECORD_WRITE) if p[:2] in desks]
    offices = [place for place, d in desks.items() if Right.RECORD_MANAGE in d.rights]
    heads = [place for place, d in desks.items() if any(_leads(p) for p in d.posts)]
    leaders = [p for p in reader.places(Right.RECORD_APPROVE) if p[:2] in desks]
    if not (units or offices or heads or leaders):
        return ()
    arms = _arms(units, offices, heads, leaders, now.astimezone(SHANGHAI).date())
    found = sa.union_all(*arms).subquery()
    rows = session.execute(
        sa.select(
            Record.tenant_id, Record.mechanism_id, Record.id, Record.number, Record.title, Record.closing,
            Record.pending, Record.look_back_on, Unit.short_name, found.c.kind, found.c.started_at, found.c.due_at,
        )
        .join(found, sa.and_(found.c.tenant_id == Record.tenant_id, found.c.id == Record.id))
        .join(Unit, sa.and_(Unit.tenant_id == Record.tenant_id, Unit.id == HANDLER))
        .where(COUNTS, sa.or_(found.c.kind.in_((_Kind.WAITING, _Kind.LOOK)), Record.closing == ""))
        .order_by(found.c.due_at.is_(None), found.c.due_at, Record.look_back_on, Record.id)
        .limit(MOST)
    )  # fmt: skip
    once: dict[tuple[int, bool], _Row] = {}  # the earliest clock of a unit's entry stands for it
    for row in map(_Row._make, rows):
        once.setdefault((row.id, row.kind in (_Kind.WORK, _Kind.HANDED)), row)
    return [
        _ROWS[_Kind(row.kind)](row, desks, now)
        for row in once.values()
        if (row.tenant_id, row.mechanism_id) in desks
    ]


def _leads(post: Held) -> bool:
    return Right.RECORD_APPROVE in post.rights and post.unit_id is None


def _arms(
    units: Sequence[tuple[int, int, int]], offices: Sequence[Place], heads: Sequence[Place],
    leaders: Sequence[tuple[int, int, int]], today: date,
) -> list[sa.Select[*tuple[Any, ...]]]:  # fmt: skip
    """Each along an index of its own."""
    place = sa.tuple_(Record.tenant_id, Record.mechanism_id)
    proposed = Record.closing.in_((Closing.PROPOSED.value, Closing.CHECKED.value))
    pending = Record.pending != ""
    return [
        sa.select(
            Deadline.tenant_id, sa.cast(sa.func.substr(Deadline.subject, len("handling:") + 1), sa.BigInteger).label("id"),
            sa.literal(_Kind.WORK.value).label("kind"), Deadline.started_at, Deadline.due_at,
        ).where(
            sa.tuple_(Deadline.tenant_id, Deadline.mechanism_id, Deadline.unit_id).in_(units),
            Deadline.met_at.is_(None), Deadline.subject.startswith("handling:"),
        ),
        _entries(
            _Kind.HANDED, sa.tuple_(Record.tenant_id, Record.mechanism_id, Record.lead_unit_id).in_(units),
            Record.stage != "", Record.closing == "",
        ),
        _entries(
            _Kind.WAITING,
            sa.or_(
                sa.and_(place.in_(offices), sa.or_(proposed, Record.pending_by == Who.OFFICE.value)),
                sa.and_(place.in_(heads), Record.pending_by == Who.OFFICE_HEAD.value),
                sa.tuple_(Record.tenant_id, Record.mechanism_id, Record.pending_unit_id).in_(leaders),
            ),
            sa.or_(proposed, pending),
        ),
        _entries(_Kind.LOOK, place.in_(offices), Record.look_back_on.is_not(None), Record.look_back_on <= today),
    ]  # fmt: skip


def _entries(kind: _Kind, *where: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    none = sa.cast(sa.null(), Deadline.due_at.type)
    return sa.select(Record.tenant_id, Record.id, sa.literal(kind.value), none, none).where(*where)


def _todo(row: _Row, desks: dict[Place, Desk], **more: Any) -> Todo:
    desk = desks[row.tenant_id, row.mechanism_id]
    return Todo(
        tenant_id=row.tenant_id, campaign=desk.campaign, what=Message(_("台账：%(title)s"), title=row.title),
        note=row.number, endpoint="ledger.detail", args={"record_id": row.id}, **more,
    )  # fmt: skip


def _work_row(row: _Row, desks: dict[Place, Desk], now: datetime) -> Todo:
    office = desks[row.tenant_id, row.mechanism_id].office_name
    if row.started_at is None or row.due_at is None:
        return _todo(row, desks, light="ok", state=_("待办理"), source=office, step=_("办理"))
    state = state_of(row.started_at, row.due_at, None, now)
    text = state.text if state.late else state.word
    return _todo(row, desks, light=state.light, state=text, source=office, step=_("办理"), due=row.due_at)


def _waiting_row(row: _Row, desks: dict[Place, Desk], _now: datetime) -> Todo:
    step: Text = _("批准")
    state: Text = _("待批准")
    if not row.pending:
        checked = row.closing == Closing.CHECKED
        step, state = (_("销号"), _("已审核，待销号")) if checked else (_("审核"), _("申请销号，待审核"))
    return _todo(row, desks, light="near", state=state, source=row.unit, step=step)


def _look_back_row(row: _Row, desks: dict[Place, Desk], now: datetime) -> Todo:
    due = end_of(row.look_back_on) if row.look_back_on else None
    light = "late" if due and now > due else "near"
    return _todo(row, desks, light=light, state=_("待回头看"), source=row.unit, step=_("回头看"), due=due)


_ROWS = {
    _Kind.WORK: _work_row,
    _Kind.HANDED: _work_row,
    _Kind.WAITING: _waiting_row,
    _Kind.LOOK: _look_back_row,
}
