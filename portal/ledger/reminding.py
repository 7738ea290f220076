"""Look-backs of the office, as things that fall due. The clocks of the work are reminded of with the other deadlines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI, end_of
from portal.core.scope import get_scope
from portal.core.text import Message, _
from portal.ledger.access import COUNTS
from portal.ledger.models import Record
from portal.notices.due import Due
from portal.tenants.models import Tenant

LOOK_BACK = _("回头看：%(number)s %(title)s")


def list_due(session: Session, since: datetime, until: datetime) -> Iterable[Due]:
    """Of the scope's own tenants; one statement."""
    first = since.astimezone(SHANGHAI).date() - timedelta(days=1)
    rows = session.execute(
        sa.select(
            Record.tenant_id, Record.id, Record.mechanism_id, Record.campaign, Record.look_back_on, Record.number,
            Record.title, Tenant.code,
        )
        .join(Tenant, Tenant.id == Record.tenant_id)
        .where(
            Record.tenant_id.in_(get_scope(session).own), Record.look_back_on.is_not(None),
            Record.look_back_on.between(first, until.astimezone(SHANGHAI).date()), COUNTS,
        )
    )  # fmt: skip
    for row in rows:
        due = end_of(row.look_back_on)
        if since < due <= until:
            yield Due(
                tenant_id=row.tenant_id, mechanism_id=row.mechanism_id, unit_id=None,
                subject=f"again:{row.id}:{row.look_back_on:%y%m%d}", due=due,
                title=str(Message(LOOK_BACK, number=row.number, title=row.title)),
                link=f"/{row.code}/{row.campaign}/ledger/{row.id}",
            )  # fmt: skip
