"""Rows of working groups, experts and places, for every place of the walks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from portal.activities.models import ActivityVisit
from portal.activities.models import Place as Spot
from portal.activities.places import add_places
from portal.core.scope import Actor
from portal.units.groups import GroupData, found_group, keep_expert, note_consultation
from portal.units.services import local_day
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place


def furnish_groups(
    session: Session, make: Factory, place: Place, body: int, actor: Actor, units: tuple[int, int]
) -> None:
    now = make.clock()
    data = GroupData(
        name=f"{place.canary}组", lead_unit_id=units[0], unit_ids=units, tasks=f"{place.canary}任务"
    )
    group = found_group(session, actor, now, mechanism_id=body, data=data, since=local_day(now))
    given = {
        "field": f"{place.canary}领域",
        "organisation": f"{place.canary}院",
        "title": "研究员",
        "name": "",
    }
    expert = keep_expert(session, actor, now, mechanism_id=body, given=given, expert=None)
    note_consultation(
        session, actor, now, expert=expert, on=local_day(now), matter=f"{place.canary}事项", opinion=f"{place.canary}意见"
    )  # fmt: skip
    add_places(session, actor, now, kind="rural", lines=[f"{place.canary}镇 {place.canary}村"])
    spot = session.query(Spot).filter_by(name=f"{place.canary}村").one()
    session.add(ActivityVisit(activity_id=place.ids["activity_id"], place_id=spot.id))
    session.flush()
    place.ids |= {"group_id": group.id, "expert_id": expert.id}
