"""Activities as a pool that forms draw on. Imported by ``views``, so that every application knows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities.credits import belongs, counted_for, in_force, of_mechanism
from portal.activities.models import Activity, ActivityUnit
from portal.campaigns.forms import ACTIVITIES
from portal.core.text import _
from portal.figures.sources import Fact, Pool, Shared, register_pool
from portal.units.models import Mechanism, Membership, Unit


def read_facts(
    session: Session, campaign: str, _pool: str, unit_ids: Sequence[int], last: date
) -> Sequence[Fact]:
    """One fact for each unit credited. People and copies stand at the organiser only: they are not counted twice."""
    a, unit = Activity, ActivityUnit.unit_id
    rows = session.execute(
        counted_for(campaign, a.id, a.unit_id, unit, a.held_on, a.title, a.place, a.kind, a.audience, a.reach, a.materials)
        .where(unit.in_(list(unit_ids)), a.held_on <= last)
        .order_by(a.held_on, a.id, unit)
    )  # fmt: skip
    return [
        Fact(
            unit_id=r[2],
            subject=f"activity:{r[0]}",
            values={
                "known_on": r[3].isoformat(),
                "number": "",
                "title": r[4],
                "place": r[5],
                "kind": r[6],
                "audience": r[7],
                "organiser": r[1] == r[2],
                "reach": r[8] if r[1] == r[2] else 0,
                "materials": r[9] if r[1] == r[2] else 0,
            },
        )
        for r in rows
    ]


def list_shared(session: Session, campaign: str, first: date, last: date) -> Sequence[Shared]:
    """Activities of these days credited to several units of the campaign's body; one statement."""
    members = (
        sa.select(Unit.id)
        .select_from(Mechanism)
        .join(Membership, of_mechanism())
        .join(Unit, belongs())
        .where(Mechanism.campaign == campaign, in_force(last))
    )
    rows = session.execute(
        counted_for(campaign, Activity.id, Activity.title, Activity.held_on, Unit.short_name)
        .join(Unit, sa.and_(Unit.tenant_id == ActivityUnit.tenant_id, Unit.id == ActivityUnit.unit_id))
        .where(Activity.held_on.between(first, last), Unit.id.in_(members))
        .order_by(Activity.held_on, Activity.id, Unit.sort_no, Unit.id)
    )
    found = []
    for (activity_id, title, day), group in groupby(rows, key=lambda r: (r[0], r[1], r[2])):
        units = tuple(r[3] for r in group)
        if len(units) > 1:
            found.append(Shared(f"activity:{activity_id}", title, units, day))
    return found


register_pool(ACTIVITIES, Pool(_("活动记录"), read_facts, list_shared))
