"""An urgent report as what an order grows out of, or as evidence that one is done."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.i18n import show_moment
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Message, _
from portal.exchange.models import UrgentReport
from portal.supervision.sources import OrderSource, SourceKind, register_source


def find_source(session: Session, desk: Desk, report_id: int) -> OrderSource:
    """Of the desk's own tenant and campaign; a unit names its own reports."""
    found = session.get(UrgentReport, (desk.tenant_id, report_id))
    if found is None or found.campaign != desk.campaign:
        raise NotFound
    oversees = desk.rights & {Right.URGENT_RECEIVE, Right.RECORD_READ_ALL}
    if not oversees and found.unit_id not in desk.units_with(Right.URGENT_FILE):
        raise NotFound
    first = found.what.split("\n")[0][:60]
    return OrderSource(
        subject=f"urgent:{found.id}",
        label=Message(_("急报 %(at)s %(what)s"), at=show_moment(found.filed_at), what=first),
        title=first,
        requirements=found.what if found.what != first else "",
        lead_unit_id=found.unit_id,
    )


register_source("urgent", SourceKind(find_source, ("exchange.detail", "report_id"), _("急报")))
