"""Replies that units owe, as things that fall due, and the meetings themselves for the calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.scope import get_scope
from portal.core.text import _
from portal.meetings.models import Invitation, Meeting
from portal.notices.due import Due
from portal.tenants.models import Tenant
from portal.units.models import Unit

TITLE = _("会议回执")


def list_due(session: Session, since: datetime, until: datetime) -> Iterable[Due]:
    """Replies owed and meetings to go to, of the scope's own tenants; one statement. A unit that excused itself has
    no meeting in its calendar; the office has every one of its body."""
    reply_open = sa.and_(Invitation.replied_at.is_(None), Meeting.reply_by > since, Meeting.reply_by <= until)
    comes = sa.and_(Invitation.reply != "leave", Meeting.starts_at > since, Meeting.starts_at <= until)
    rows = session.execute(
        sa.select(Meeting, Invitation.id, Invitation.unit_id, Invitation.replied_at, Invitation.reply, Unit.short_name,
                  Tenant.code)
        .join(Invitation, sa.and_(Invitation.tenant_id == Meeting.tenant_id, Invitation.meeting_id == Meeting.id))
        .join(Unit, sa.and_(Unit.tenant_id == Invitation.tenant_id, Unit.id == Invitation.unit_id))
        .join(Tenant, Tenant.id == Meeting.tenant_id)
        .where(
            Meeting.tenant_id.in_(get_scope(session).own), Meeting.cancelled_at.is_(None),
            sa.or_(reply_open, comes),
        )
        .order_by(Meeting.reply_by, Invitation.id)
    )  # fmt: skip
    offices: set[int] = set()
    for m, invitation_id, unit_id, replied_at, reply, unit, code in rows:
        link = f"/{code}/{m.campaign}/meetings/{m.id}"
        if replied_at is None and m.held_at is None and since < m.reply_by <= until:
            yield Due(
                tenant_id=m.tenant_id, mechanism_id=m.mechanism_id, unit_id=unit_id, unit=unit,
                subject=f"reply:{invitation_id}", title=TITLE, due=m.reply_by, link=f"{link}/replies",
                group=f"replies:{m.id}",
            )  # fmt: skip
        if since < m.starts_at <= until:
            if reply != "leave":
                yield _appointment(m, unit_id, f"meeting:{invitation_id}", link)
            if m.id not in offices:
                offices.add(m.id)
                yield _appointment(m, None, f"meeting:{m.id}", link)


def _appointment(meeting: Meeting, unit_id: int | None, subject: str, link: str) -> Due:
    return Due(
        tenant_id=meeting.tenant_id, mechanism_id=meeting.mechanism_id, unit_id=unit_id, subject=subject,
        title=meeting.title, due=meeting.starts_at + timedelta(minutes=meeting.minutes), begins=meeting.starts_at,
        place=meeting.place, link=link,
    )  # fmt: skip
