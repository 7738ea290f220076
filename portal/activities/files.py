"""What is kept of an activity (plan, slides, photographs): for the units that took part and the office."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities.credits import serves
from portal.activities.models import Activity, ActivityUnit
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Scope, get_scope
from portal.documents import attachments
from portal.documents.models import Attachment

KIND = "activity"
FIELD = "files"


def list_files(session: Session, found: Activity) -> list[Attachment]:
    """What stands there now, oldest first."""
    return attachments.list_attached(session, f"{KIND}:{found.id}")


def _can_read(session: Session, desk: Desk, attachment: Attachment) -> bool:
    number = attachment.subject.partition(":")[2]
    if not number.isdigit() or attachment.removed_at is not None or attachment.tenant_id != desk.tenant_id:
        return False
    wanted = sa.select(Activity.id).where(
        Activity.tenant_id == desk.tenant_id, Activity.id == int(number), serves(desk.campaign)
    )
    if Right.RECORD_READ_ALL not in desk.rights:
        own = list(desk.units_with(Right.RECORD_WRITE))
        wanted = wanted.join(
            ActivityUnit,
            sa.and_(ActivityUnit.tenant_id == Activity.tenant_id, ActivityUnit.activity_id == Activity.id),
        ).where(ActivityUnit.unit_id.in_(own))
    return session.scalars(wanted.limit(1)).one_or_none() is not None


def _below(session: Session, _desk: Desk) -> Scope:
    """Nobody above reads them."""
    return get_scope(session)


attachments.register_subject(KIND, _can_read, _below)
