"""A measure that the unit objected to, and a published score sheet with an event and an objection, for every place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.assessment import ladder
from portal.assessment.ladder_access import take_seat
from portal.assessment.models import (
    Answer,
    MeasureTalk,
    ScoreEvent,
    ScoreObjection,
    ScoreResult,
    ScoreSheet,
    ScoreVersion,
)
from portal.assessment.scores_events import objection_limit
from portal.core.posts import PostKind
from portal.core.reader import Reader
from portal.core.scope import Actor
from portal.core.workdays import WorkCalendar
from portal.units.reader import load_posts
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place


def furnish_assessment(
    session: Session, make: Factory, place: Place, body: int, actor: Actor, units: tuple[int, int]
) -> None:
    """The first of the units is the liaison's of the place."""
    now, campaign = make.clock(), make.app.extensions["portal"].registry.find(place.ids["campaign"])
    seats = {}
    for kind in (PostKind.OFFICE_STAFF, PostKind.LIAISON):
        account = session.scalars(sa.select(Account).where(Account.username == place.account(kind))).one()
        desk = Reader(account.id, "", "", load_posts(session, account.id, now)).desk(place.code, campaign.key)
        assert desk is not None
        seats[kind] = take_seat(session, desk, campaign, now.date())
    draft = ladder.Draft(
        unit_id=units[0], rung=campaign.oversight.ladder[0].key, reason=f"{place.canary}事由",
        evidence=((f"{place.canary}依据", ""),),
    )  # fmt: skip
    measure = ladder.propose(
        session, actor, now, seat=seats[PostKind.OFFICE_STAFF], campaign=campaign, draft=draft, calendar=WorkCalendar(),
        request_key=f"{place.slug}-measure",
    )  # fmt: skip
    ladder.answer(
        session, actor, now, seat=seats[PostKind.LIAISON], campaign=campaign, measure=measure, said=Answer.OBJECTED,
        objection=f"{place.canary}申辩",
    )  # fmt: skip
    line = {"key": "base", "label": f"{place.canary}评分项", "kind": "base", "most": 10_000, "each": 0, "obligation": "",
            "late": False, "basis": place.canary}  # fmt: skip
    sheet = ScoreSheet(
        mechanism_id=body, campaign=campaign.key, year=now.year, draft=[line], version=1, published_at=now
    )
    session.add(sheet)
    session.flush()
    event = ScoreEvent(
        sheet_id=sheet.id, unit_id=units[0], line="base", points=25, happened_on=now.date(), evidence=f"{place.canary}事实",
        by=actor.name, by_id=actor.account_id, at=now, object_by=objection_limit(now, WorkCalendar()).due,
        request_key=f"{place.slug}-score",
    )  # fmt: skip
    talk = MeasureTalk(
        measure_id=measure.id, held_on=now.date(), attendees=["分管领导"], problems=f"{place.canary}问题",
        statement=f"{place.canary}表态", rectify_by=now.date(), by=actor.name, at=now,
    )  # fmt: skip
    session.add_all((talk, ScoreResult(sheet_id=sheet.id, unit_id=units[0], total=10_000, lines=[])))
    session.add_all((ScoreVersion(sheet_id=sheet.id, number=1, lines=[line], by=actor.name, at=now), event))
    session.flush()
    session.add(
        ScoreObjection(
            sheet_id=sheet.id, unit_id=units[0], line="base", event=f"event:{event.id}", text=f"{place.canary}申诉",
            by=actor.name, by_id=actor.account_id, at=now,
        )
    )  # fmt: skip
    session.flush()
    place.ids |= {"measure_id": measure.id, "scores/sheet_id": sheet.id}
