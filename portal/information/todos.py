"""What waits in the information room: the office's answers, due by the hour. Never a line of the unit that wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.text import Message, _
from portal.core.todo import Todo
from portal.information.models import Item
from portal.information.services import OPEN, OVERDUE, STATES
from portal.units.models import Unit

MOST = 50
"""Of all bodies of the reader, the most urgent ones; the page of items lists the others."""


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """Items that the reader's offices owe an answer, by due instant; one statement, none for other readers."""
    bodies = [
        (d.tenant_id, d.mechanism_id) for d in reader.desks if d.campaign and Right.INFO_ANSWER in d.rights
    ]
    if not bodies:
        return ()
    rows = session.execute(
        sa.select(Item.tenant_id, Item.id, Item.campaign, Item.title, Item.answer_due_at, Unit.short_name)
        .join(Unit, sa.and_(Unit.tenant_id == Item.tenant_id, Unit.id == Item.unit_id))
        .where(
            sa.or_(*(sa.and_(Item.tenant_id == t, Item.mechanism_id == m) for t, m in bodies)),
            Item.answered_at.is_(None),
            Item.answer_due_at.is_not(None),
            Item.withdrawn_at.is_(None),
        )
        .order_by(Item.answer_due_at, Item.id)
        .limit(MOST)
    ).all()
    return [_todo(*row, now) for row in rows]


def _todo(
    tenant_id: int, item_id: int, campaign: str, title: str, due: datetime | None, unit: str, now: datetime
) -> Todo:
    late = due is not None and now > due
    return Todo(
        tenant_id=tenant_id,
        campaign=campaign,
        light="late" if late else "near",
        state=STATES[OVERDUE if late else OPEN],
        what=Message(_("答复信息：%(title)s"), title=title),
        source=unit,
        due=due,
        step=_("答复"),
        endpoint="information.item",
        args={"item_id": item_id},
    )
