"""Rows of questionnaires, evaluations and commendations, for every place of the walks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from portal.assessment.commendations import propose_commendation
from portal.assessment.evaluation import add_finding, close_round, conclude, open_round
from portal.assessment.survey_models import SurveyKind
from portal.assessment.survey_questions import read_lines
from portal.assessment.surveys import Draft, make_survey, open_survey
from portal.core.periods import PeriodKind, period_of
from portal.core.scope import Actor
from portal.units.services import local_day
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place


def furnish_surveys(
    session: Session, make: Factory, place: Place, body: int, actor: Actor, units: tuple[int, int]
) -> None:
    """The first of the units is asked alone; the second finds nothing."""
    now, name = make.clock(), place.canary
    half = period_of(local_day(now), PeriodKind.HALF_YEAR)
    found = open_round(
        session, actor, now, mechanism_id=body, campaign=place.ids["campaign"], period=half.key
    )
    conclude(session, actor, now, found=found, unit_id=units[0], interview=f"{name}访谈", text=f"{name}结论")
    finding = add_finding(session, actor, now, found=found, unit_id=units[0], text=f"{name}问题")
    draft = Draft(
        kind=SurveyKind.SELF_CHECK, title=f"{name}问卷", purpose=f"{name}用途", questions=read_lines(f"文字 {name}题"),
        due=now + timedelta(days=400), round_id=found.id,
    )  # fmt: skip
    survey = make_survey(
        session, actor, now, mechanism_id=body, campaign=place.ids["campaign"], draft=draft, units=[units[0]],
        request_key=f"{place.slug}-survey",
    )  # fmt: skip
    open_survey(session, actor, now, survey, "")
    close_round(session, actor, now, found=found, summary=f"{name}小结", link="")
    given = {"title": f"{name}表彰", "grounds": f"{name}事迹", "basis": "D0"}
    row = propose_commendation(
        session, actor, now, mechanism_id=body, unit_id=units[0], request_key=f"{place.slug}-praise", **given
    )
    place.ids |= {
        "survey_id": survey.id, "round_id": found.id, "finding_id": finding.id, "commendation_id": row.id,
    }  # fmt: skip
