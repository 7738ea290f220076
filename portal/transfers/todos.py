"""What waits in transfers: the receiver's to accept and to answer, the sender's answers to take note of, the superior's
disputes to decide and the counties' words on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.handing import Reach
from portal.core.posts import Right
from portal.core.reader import Desk, Reader
from portal.core.text import Message, Text, _
from portal.core.todo import Todo
from portal.transfers.models import Side, State, Transfer, TransferDispute
from portal.transfers.states import OPEN, due_of, light_of

MOST = 200
T, D = Transfer, TransferDispute


class _Row(NamedTuple):
    tenant_id: int
    mechanism_id: int
    id: int
    side: str
    unit_id: int | None
    reach: str
    number: str
    title: str
    from_name: str
    to_name: str
    state: str
    sent_at: datetime
    decided_at: datetime | None
    accept_due: datetime | None
    result_due: datetime | None
    noted_at: datetime | None
    dispute: str


_COLUMNS: tuple[Any, ...] = tuple(getattr(T, name) for name in _Row._fields)
_WAITS = sa.or_(
    sa.and_(T.side == Side.IN.value, T.state.in_([s.value for s in OPEN]), T.dispute != "open"),
    sa.and_(T.side == Side.OUT.value, T.noted_at.is_(None)),
)


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """Two statements at most, however many posts and rows."""
    desks = {(d.tenant_id, d.mechanism_id): d for d in reader.desks if d.campaign}
    units = [p for p in reader.places(Right.RECORD_WRITE) if p[:2] in desks]
    offices = [k for k, d in desks.items() if Right.RECORD_MANAGE in d.rights]
    if not units and not offices:
        return ()
    here = [sa.and_(T.tenant_id == t, T.mechanism_id == m, T.unit_id == u) for t, m, u in units]
    here += [sa.and_(T.tenant_id == t, T.mechanism_id == m, T.unit_id.is_(None)) for t, m in offices]
    rows = session.execute(
        sa.select(*_COLUMNS).where(sa.or_(*here), _WAITS).order_by(T.sent_at, T.id).limit(MOST)
    )
    todos = [_line(_Row(*row), desks, now) for row in rows]
    return todos + (_disputes(session, offices, desks) if offices else [])


def _line(row: _Row, desks: dict[tuple[int, int], Desk], now: datetime) -> Todo:
    light, word = light_of(row, now)
    incoming = row.side == Side.IN
    what = Message(_("移送：%(title)s"), title=row.title)
    step: Text = _("知悉")
    if incoming and row.state == State.SENT:
        step = _("答复") if row.reach == Reach.SUPERIOR else _("转交") if row.unit_id is None else _("接收")
    elif incoming:
        step = _("反馈结果")
    return Todo(
        tenant_id=row.tenant_id, campaign=desks[row.tenant_id, row.mechanism_id].campaign,
        light=light if incoming else "near", state=word, what=what, note=row.number,
        source=row.from_name if incoming else row.to_name, due=due_of(row) if incoming else None, step=step,
        endpoint="transfers.detail", args={"transfer_id": row.id},
    )  # fmt: skip


def _disputes(
    session: Session, offices: Sequence[tuple[int, int]], desks: dict[tuple[int, int], Desk]
) -> list[Todo]:
    silent = sa.or_(
        D.side == Side.ABOVE.value, sa.and_(D.side == Side.OUT.value, D.out_words == ""),
        sa.and_(D.side == Side.IN.value, D.in_words == ""),
    )  # fmt: skip
    rows = session.execute(
        sa.select(D.tenant_id, D.mechanism_id, D.id, D.side, D.number, D.title, D.raised_by)
        .where(
            sa.or_(*(sa.and_(D.tenant_id == t, D.mechanism_id == m) for t, m in offices)), D.state == "open", silent
        )
        .order_by(D.raised_at, D.id)
        .limit(MOST)
    )  # fmt: skip
    return [
        Todo(
            tenant_id=tenant_id, campaign=desks[tenant_id, mechanism_id].campaign, light="near",
            state=_("待决定") if side == Side.ABOVE else _("待提意见"), what=Message(_("管辖争议：%(title)s"), title=title),
            note=number, source=by, step=_("决定") if side == Side.ABOVE else _("提意见"), endpoint="transfers.dispute",
            args={"dispute_id": dispute_id},
        )
        for tenant_id, mechanism_id, dispute_id, side, number, title, by in rows
    ]  # fmt: skip
