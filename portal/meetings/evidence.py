"""Meetings that were held, as proof of what an office owes (M-10, Q-26); nothing else ever says that one is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.forms import MEETINGS
from portal.core.clock import SHANGHAI, end_of, midnight
from portal.core.scope import get_scope
from portal.figures.evidence import Evidence, Room, Wanted, register_evidence
from portal.meetings.models import Meeting


def read_evidence(
    session: Session, wanted: Wanted, _unit_ids: Sequence[int], first: date, last: date
) -> Sequence[Evidence]:
    """Of the offices in the scope, by the day of the meeting; one statement."""
    kinds = {(campaign, type_): key for campaign, key in wanted for type_ in key.split(":")[1:]}
    m = Meeting
    rows = session.execute(
        sa.select(m.campaign, m.type, m.mechanism_id, m.starts_at, m.id, m.title)
        .where(
            m.tenant_id.in_(get_scope(session).own), sa.tuple_(m.campaign, m.type).in_(list(kinds)),
            m.starts_at.between(midnight(first), end_of(last)), m.held_at.is_not(None), m.cancelled_at.is_(None),
        )
        .order_by(m.starts_at, m.id)
    )  # fmt: skip
    return [
        Evidence(
            campaign, key, None, starts.astimezone(SHANGHAI).date(), f"meeting:{meeting_id}", title,
            mechanism_id=mechanism_id,
        )
        for campaign, type_, mechanism_id, starts, meeting_id, title in rows
        for c, key in wanted
        if c == campaign and type_ in key.split(":")[1:]
    ]  # fmt: skip


register_evidence(
    MEETINGS, Room(read_evidence, detail=("meetings.meeting", "meeting_id"), entry=("meetings.convene", ""))
)
