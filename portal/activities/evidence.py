"""Activities as proof of what is owed: each credited unit's own, entered once (R-26, Q-28)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from portal.activities.credits import HOST, credited_by, joint_reading
from portal.activities.models import Activity, ActivityUnit
from portal.campaigns.forms import ACTIVITIES
from portal.figures.evidence import Evidence, Room, Wanted, register_evidence


def read_evidence(
    session: Session, wanted: Wanted, unit_ids: Sequence[int], first: date, last: date
) -> Sequence[Evidence]:
    """One statement for all campaigns: how each reads Q-28 stands in a column of its own."""
    campaigns = sorted({campaign for campaign, _pool in wanted})
    rows = session.execute(
        credited_by(
            ActivityUnit.unit_id, Activity.unit_id, Activity.id, Activity.held_on, Activity.title, Activity.campaigns,
            *(joint_reading(campaign) for campaign in campaigns),
        )
        .where(ActivityUnit.unit_id.in_(list(unit_ids)), Activity.held_on.between(first, last))
        .order_by(Activity.held_on, Activity.id)
    )  # fmt: skip
    return [
        Evidence(campaign, ACTIVITIES, unit_id, day, f"activity:{activity_id}", title)
        for unit_id, host, activity_id, day, title, served, *readings in rows
        for campaign, reading in zip(campaigns, readings, strict=True)
        if campaign in served and (unit_id == host or reading != HOST)
    ]


register_evidence(
    ACTIVITIES, Room(read_evidence, detail=("activities.detail", "activity_id"), entry=("activities.new", ""))
)
