"""Rows of supervision, for every place of the walks: an order with a story and a file, and a visit that found something."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from portal.core.scope import Actor
from portal.supervision.models import Colour
from portal.supervision.services import assign_order
from portal.supervision.steps import feed_back, hand_up, urge
from portal.supervision.visits import list_seen, plan_visit, record_result
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place


def furnish_supervision(
    session: Session, make: Factory, place: Place, body: int, actor: Actor, units: tuple[int, int]
) -> None:
    """The first unit leads, the second supports."""
    now, c = make.clock(), place.canary
    order = assign_order(
        session, actor, now, mechanism_id=body, office=f"{c}办公室", title=f"{c}督办", requirements=f"{c}要求",
        lead_id=units[0], supporting_ids=units[1:], due=(now + timedelta(days=20)).date(), label=f"{c}批示",
        source="leader", person=f"{c}科长", clause=f"{c}依据", request_key=f"{place.slug}-order",
    )  # fmt: skip
    feed_back(
        session, actor, now, order=order, unit_id=units[0], progress=f"{c}进展", problems=f"{c}问题", plan=f"{c}打算",
        request_key=f"{place.slug}-feed", folder=Path(make.app.instance_path) / "files",
        uploads=[(f"{c}.txt", BytesIO(c.encode()))],
    )  # fmt: skip
    urge(
        session,
        actor,
        now,
        order=order,
        colour=Colour.BLUE,
        text=f"{c}催办",
        request_key=f"{place.slug}-urge",
    )
    hand_up(session, actor, now, order=order, text=f"{c}提请", request_key=f"{place.slug}-up")
    visit = plan_visit(
        session, actor, now, mechanism_id=body, title=f"{c}检查", month="", on=now.date(), unit_ids=units,
        by_whom=f"{c}检查组", basis=f"{c}依据", request_key=f"{place.slug}-visit",
    )  # fmt: skip
    record_result(
        session,
        actor,
        now,
        visit=visit,
        unit_id=units[0],
        done_on=now.date(),
        result=f"{c}情况",
        problems=f"{c}问题",
    )
    place.ids |= {
        "order_id": order.id, "visit_id": visit.id, "seen_id": list_seen(session, [visit])[visit.id][0].id,
    }  # fmt: skip
