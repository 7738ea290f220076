"""What a unit began to write and has not sent, for the sheet of a hand-over."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.text import _
from portal.documents.drafts import owner_of
from portal.documents.models import Draft
from portal.units.handover import OpenItem


def open_items(session: Session, mechanism_id: int, unit_id: int) -> list[OpenItem]:
    """Drafts of anything but forms, whose own source names them; oldest first."""
    found = session.execute(
        sa.select(Draft.id, Draft.title)
        .where(Draft.mechanism_id == mechanism_id, Draft.owner == owner_of(unit_id))
        .order_by(Draft.saved_at, Draft.id)
    )
    return [
        OpenItem(kind=_("草稿"), title=title or str(_("（无标题）")), subject=f"draft:{n}")
        for n, title in found
    ]
