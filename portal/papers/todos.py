"""Papers that wait: to be checked, signed, numbered and issued by the office, to be signed for by units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.papers import DocumentType
from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.text import Message, Text, _
from portal.core.todo import Todo
from portal.papers.access import receiving_units
from portal.papers.labels import STATE_LABELS, TYPE_LABELS
from portal.papers.models import Paper, PaperReceipt, State
from portal.units.models import Unit

MOST = 100
_STEPS: dict[State, tuple[Text, Text]] = {
    State.DRAFT: (_("修改公文：%(title)s"), _("修改")),
    State.CHECKING: (_("核稿：%(title)s"), _("核稿")),
    State.SIGNING: (_("签发：%(title)s"), _("签发")),
    State.SIGNED: (_("编号：%(title)s"), _("编号")),
    State.NUMBERED: (_("印发：%(title)s"), _("印发")),
}


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """Two statements at most, whatever the reader's posts."""
    return [*_to_do(session, reader), *_to_receive(session, reader)]


def _to_do(session: Session, reader: Reader) -> list[Todo]:
    """Nobody is asked to check or sign what they sent themselves. A draft waits only if it was returned."""
    writes = [
        (d.tenant_id, d.mechanism_id) for d in reader.desks if d.campaign and Right.PAPER_WRITE in d.rights
    ]
    signs = [
        (d.tenant_id, d.mechanism_id) for d in reader.desks if d.campaign and Right.PAPER_SIGN in d.rights
    ]
    place = sa.tuple_(Paper.tenant_id, Paper.mechanism_id)
    others = sa.or_(Paper.sent_by.is_(None), Paper.sent_by != reader.account_id)
    wanted: list[Any] = []
    if writes:
        returned = sa.and_(Paper.state == State.DRAFT.value, Paper.edition > 0)
        waits = Paper.state.in_([State.SIGNED.value, State.NUMBERED.value])
        check = sa.and_(Paper.state == State.CHECKING.value, others)
        wanted.append(sa.and_(place.in_(writes), sa.or_(returned, waits, check)))
    if signs:
        wanted.append(sa.and_(place.in_(signs), Paper.state == State.SIGNING.value, others))
    if not wanted:
        return []
    rows = session.execute(
        sa.select(
            Paper.tenant_id, Paper.campaign, Paper.id, Paper.title, Paper.state, Paper.type, Paper.changed_by
        )
        .where(sa.or_(*wanted))
        .order_by(Paper.changed_at, Paper.id)
        .limit(MOST)
    )
    return [_office_todo(*row) for row in rows]


def _office_todo(
    tenant_id: int, campaign: str, paper_id: int, title: str, state: str, kind: str, by: str
) -> Todo:
    what, step = _STEPS[State(state)]
    returned = state == State.DRAFT
    return Todo(
        tenant_id=tenant_id,
        campaign=campaign,
        light="slow" if returned else "near",
        state=_("已退回") if returned else STATE_LABELS[State(state)],
        what=Message(what, title=title),
        note=TYPE_LABELS[DocumentType(kind)],
        source=by,
        step=step,
        endpoint="papers.show",
        args={"paper_id": paper_id},
    )


def _to_receive(session: Session, reader: Reader) -> list[Todo]:
    units = [(d.tenant_id, d.mechanism_id, u) for d in reader.desks if d.campaign for u in receiving_units(d)]
    if not units:
        return []

    rows = session.execute(
        sa.select(
            Paper.tenant_id, Paper.campaign, Paper.id, Paper.title, Paper.number, Paper.type, Unit.short_name
        )
        .join(
            PaperReceipt,
            sa.and_(PaperReceipt.tenant_id == Paper.tenant_id, PaperReceipt.paper_id == Paper.id),
        )
        .join(Unit, sa.and_(Unit.tenant_id == PaperReceipt.tenant_id, Unit.id == PaperReceipt.unit_id))
        .where(
            PaperReceipt.read_at.is_(None),
            sa.tuple_(PaperReceipt.tenant_id, PaperReceipt.unit_id).in_([(t, u) for t, _m, u in units]),
            sa.tuple_(Paper.tenant_id, Paper.mechanism_id, PaperReceipt.unit_id).in_(units),
            Paper.state == State.ISSUED.value,
        )
        .order_by(Paper.issued_at, Paper.id)
        .limit(MOST)
    )
    offices = {(d.tenant_id, d.campaign): d.office_name for d in reader.desks}
    return [
        Todo(
            tenant_id=r[0],
            campaign=r[1],
            light="near",
            state=_("待签收"),
            what=Message(_("签收%(kind)s：%(title)s"), kind=TYPE_LABELS[DocumentType(r[5])], title=r[3]),
            note=Message(_("%(unit)s · %(number)s"), unit=r[6], number=r[4]) if r[4] else r[6],
            source=offices.get((r[0], r[1]), ""),
            step=_("签收"),
            endpoint="papers.show",
            args={"paper_id": r[2]},
        )
        for r in rows
    ]
