"""Advisories that wait to be signed for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.text import Message, _
from portal.core.todo import Todo
from portal.deadlines.state import state_of
from portal.information.access import writing_units
from portal.information.receipts import list_waiting


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """By due instant; one statement."""
    units = [(d.tenant_id, d.mechanism_id, u) for d in reader.desks if d.campaign for u in writing_units(d)]
    offices = {(p.tenant_id, p.mechanism_id or 0): p.office_name for p in reader.offices(Right.INFO_ANSWER)}
    if not units and not offices:
        return ()
    own = {(d.tenant_id, d.campaign): d.office_name for d in reader.desks}
    found = []
    for row in list_waiting(session, units, list(offices), now.astimezone(SHANGHAI).date()):
        state = state_of(row.filed_at, row.due, None, now) if row.due else None
        office = own.get((row.tenant_id, row.campaign), "")
        found.append(
            Todo(
                tenant_id=row.tenant_id,
                campaign=row.campaign,
                light=state.light if state else "near",
                # what is left stands with the due instant
                state=state.text if state and state.late else _("待签收"),
                what=Message(_("签收：%(title)s"), title=row.title),
                note=row.unit_name or office,
                source=row.origin_office or row.sender or office,
                due=row.due,
                step=_("签收"),
                endpoint="information.advisory",
                args={"item_id": row.item_id},
            )
        )
    return found
