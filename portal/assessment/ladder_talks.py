"""约谈记录: who was there (by post), what was pointed out, what the unit undertakes, until when it is put right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.assessment.ladder import subject_of
from portal.assessment.ladder_access import Seat
from portal.assessment.models import Measure, MeasureState, MeasureTalk
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.scope import Actor
from portal.core.text import Message, Text, _

ATTENDEE, ATTENDEES, WORDS = 60, 30, 2000


@dataclass(frozen=True, kw_only=True)
class Talk:
    held_on: date | None
    attendees: Sequence[str]
    problems: str
    statement: str
    rectify_by: date | None


def find_talk(session: Session, measure: Measure) -> MeasureTalk | None:
    wanted = (MeasureTalk.tenant_id == measure.tenant_id, MeasureTalk.measure_id == measure.id)
    return session.scalars(sa.select(MeasureTalk).where(*wanted)).one_or_none()


def keep_talk(
    session: Session, actor: Actor, now: datetime, *, seat: Seat, measure: Measure, talk: Talk
) -> MeasureTalk:
    """The office writes it once the talk was decided on and held; written again it replaces the former words."""
    if not seat.office:
        raise NotAllowed
    session.refresh(measure, with_for_update=True)
    if measure.state != MeasureState.CONFIRMED:
        raise Conflict(_("决定约谈后才登记约谈记录。"))
    _check(measure, talk, now.astimezone(SHANGHAI).date())
    assert talk.held_on is not None
    assert talk.rectify_by is not None
    found = find_talk(session, measure)
    if found is None:
        found = MeasureTalk(measure_id=measure.id)
        session.add(found)
    found.held_on, found.rectify_by, found.attendees = talk.held_on, talk.rectify_by, list(talk.attendees)
    found.problems, found.statement = talk.problems, talk.statement
    found.by, found.at = actor.name, now
    session.flush()
    data = {"held_on": talk.held_on.isoformat(), "rectify_by": talk.rectify_by.isoformat()}
    record(session, Act.MEASURE_TALK, subject_of(measure), actor, now, data)
    return found


def _check(measure: Measure, talk: Talk, today: date) -> None:
    problems: dict[str, Message | Text] = {}
    decided = measure.decided_at.astimezone(SHANGHAI).date() if measure.decided_at else today
    if talk.held_on is None or not decided <= talk.held_on <= today:
        problems["held_on"] = _("请填约谈日期，不早于决定之日，不晚于今天。")
    if not talk.attendees:
        problems["attendees"] = _("请填参加人的单位和职务，每行一位，不写姓名。")
    elif len(talk.attendees) > ATTENDEES:
        problems["attendees"] = Message(_("最多 %(n)s 行。"), n=ATTENDEES)
    if not talk.problems:
        problems["problems"] = _("请写明指出的问题。")
    if not talk.statement:
        problems["statement"] = _("请写明单位的表态。")
    if talk.rectify_by is None or (talk.held_on and talk.rectify_by < talk.held_on):
        problems["rectify_by"] = _("请填整改时限，不早于约谈日期。")
    if problems:
        raise Invalid(problems)
