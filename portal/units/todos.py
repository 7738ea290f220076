"""What waits of the units' room: hand-overs that want a signature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.i18n import show_moment
from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.scope import Scope, set_scope
from portal.core.text import Message, _
from portal.core.todo import Todo
from portal.tenants.models import Level
from portal.units.handover_list import list_own_handovers


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """Hand-overs that want this reader's signature. A city's office finds them under its name in the bar instead."""
    if any(p.tenant_level != Level.COUNTY for p in reader.offices(Right.REPORT_REVIEW)):
        return []
    set_scope(session, Scope(own=reader.seats))
    rows = [h for h in list_own_handovers(session, reader.account_id) if h.may_sign(reader.account_id)]
    set_scope(session, reader.scope)
    return [
        Todo(
            tenant_id=h.tenant_id,
            campaign="",
            light="near",
            state=_("待签字"),
            what=_("交接单"),
            note=f"{h.unit_name} · {h.mechanism_name}",
            source=h.office,
            due_text=Message(_("%(at)s 离任"), at=show_moment(h.left_at)),
            step=_("签字"),
            endpoint="units.signing",
            args={"handover_id": h.id},
        )
        for h in rows
    ]
