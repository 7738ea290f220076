"""An entry of a ledger as what an order grows out of, or as evidence that one is done."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Message, _
from portal.ledger.models import Record
from portal.supervision.sources import OrderSource, SourceKind, register_source


def find_source(session: Session, desk: Desk, record_id: int) -> OrderSource:
    """Of the desk's own tenant and campaign; a unit names its own entries. Nothing sensitive is taken over."""
    found = session.get(Record, (desk.tenant_id, record_id))
    own = desk.units_with(Right.RECORD_WRITE)
    if found is None or found.campaign != desk.campaign:
        raise NotFound
    if Right.RECORD_READ_ALL not in desk.rights and found.unit_id not in own:
        raise NotFound
    return OrderSource(
        subject=f"record:{found.id}",
        label=Message(_("台账 %(number)s %(title)s"), number=found.number, title=found.title),
        title=found.title,
        lead_unit_id=found.unit_id,
    )


register_source("record", SourceKind(find_source, ("ledger.detail", "record_id"), _("台账")))
