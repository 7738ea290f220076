"""Items that an office owes an answer, as things that fall due. Never by their title: it is for the item's readers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.scope import get_scope
from portal.core.text import _
from portal.information.models import Item
from portal.notices.due import Due
from portal.tenants.models import Tenant

TITLE = _("情况信息答复")


def list_due(session: Session, since: datetime, until: datetime) -> Iterable[Due]:
    """Of the scope's own tenants; one statement."""
    rows = session.execute(
        sa.select(Item.tenant_id, Item.id, Item.mechanism_id, Item.campaign, Item.answer_due_at, Tenant.code)
        .join(Tenant, Tenant.id == Item.tenant_id)
        .where(
            Item.tenant_id.in_(get_scope(session).own), Item.answered_at.is_(None), Item.withdrawn_at.is_(None),
            Item.answer_due_at > since, Item.answer_due_at <= until,
        )
        .order_by(Item.answer_due_at, Item.id)
    )  # fmt: skip
    for row in rows:
        if row.answer_due_at is not None:
            yield Due(
                tenant_id=row.tenant_id,
                mechanism_id=row.mechanism_id,
                unit_id=None,
                subject=f"info:{row.id}",
                title=TITLE,
                due=row.answer_due_at,
                link=f"/{row.code}/{row.campaign}/information/items/{row.id}",
            )
