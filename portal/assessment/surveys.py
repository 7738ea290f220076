"""Questionnaires: made and opened by the office, answered once by each unit that is asked, read by the office.

Of a nameless one the portal keeps who has answered and, apart from it and in no order, what was answered.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer

from portal.assessment.survey_models import Survey, SurveyAsked, SurveyKind
from portal.assessment.survey_questions import FEWEST, Question, Tally, load, read_answers, tally
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.i18n import show_moment
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.notices.services import notify
from portal.units.bodies import list_members
from portal.units.models import Unit
from portal.units.services import local_day

KIND_LABELS: dict[SurveyKind, Text] = {
    SurveyKind.OPINION: _("征求意见"),
    SurveyKind.EVALUATION: _("评估问卷"),
    SurveyKind.SELF_CHECK: _("自查"),
    SurveyKind.MUTUAL_CHECK: _("互查"),
}
_DICE = random.SystemRandom()


@dataclass(frozen=True, kw_only=True)
class Draft:
    kind: SurveyKind
    title: str
    purpose: str
    questions: Sequence[Question]
    due: datetime
    basis: str = ""
    nameless: bool = False
    round_id: int | None = None


@dataclass(frozen=True)
class Asked:
    """One unit that is asked, as listed. ``about``: name of the unit it is about, of a mutual check."""

    unit_id: int
    unit: str
    about_id: int | None
    about: str
    done: bool
    answers: Mapping[str, Any]
    answered_at: datetime | None
    answered_by: str
    reply: str


def light_of(survey: Survey, now: datetime) -> tuple[str, Text]:
    """How it stands, derived."""
    if survey.opened_at is None:
        return "", _("没有发出")
    if survey.closed_at is not None or now > survey.due_at:
        return "done", _("已截止")
    return "ok", _("答复中")


def is_open(survey: Survey, now: datetime) -> bool:
    return survey.opened_at is not None and survey.closed_at is None and now <= survey.due_at


def make_survey(
    session: Session, actor: Actor, now: datetime, *, mechanism_id: int, campaign: str, draft: Draft,
    units: Sequence[int], request_key: str,
) -> Survey:  # fmt: skip
    """Kept without anybody being asked yet. ``units`` empty = every member. ``Invalid`` on ``due``, ``units`` or
    ``nameless``; the same ``request_key`` again gives the first one."""
    wanted = sa.select(Survey).where(
        Survey.tenant_id == get_scope(session).home, Survey.request_key == request_key
    )
    if first := session.scalars(wanted).one_or_none():
        if first.mechanism_id != mechanism_id:
            raise Conflict
        return first
    asked = _units(session, now, mechanism_id, draft, units)
    survey = Survey(
        mechanism_id=mechanism_id, campaign=campaign, round_id=draft.round_id, kind=draft.kind.value, title=draft.title,
        purpose=draft.purpose, basis=draft.basis, questions=[q.stored() for q in draft.questions],
        nameless=draft.nameless, due_at=draft.due, made_at=now, made_by=actor.name, request_key=request_key,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(survey)
    except IntegrityError:  # a second click, at the same moment
        return session.scalars(wanted).one()
    session.add_all(
        SurveyAsked(survey_id=survey.id, unit_id=unit, about_id=about) for unit, about in asked.items()
    )
    session.flush()
    record(session, Act.SURVEY_MAKE, f"survey:{survey.id}", actor, now, {"title": survey.title})
    return survey


def _units(
    session: Session, now: datetime, mechanism_id: int, draft: Draft, units: Sequence[int]
) -> dict[int, int | None]:
    """Unit -> the one it is about. In a mutual check each checks the next in official order, the last the first."""
    members = [m.unit_id for m in list_members(session, mechanism_id, local_day(now))]
    problems: dict[str, Message | Text] = {}
    chosen = [m for m in members if m in units] if units else members
    if set(units) - set(members):
        problems["units"] = _("所选单位中有的已不是成员单位，没有保存，请重新勾选。")
    elif not chosen:
        problems["units"] = _("没有可以发给的单位。")
    if draft.due <= now:
        problems["due"] = _("截止时间须晚于现在。")
    mutual = draft.kind is SurveyKind.MUTUAL_CHECK
    if draft.nameless and draft.kind in (SurveyKind.SELF_CHECK, SurveyKind.MUTUAL_CHECK):
        problems["nameless"] = _("自查、互查须记名，问题要由单位整改。")
    if draft.nameless and len(chosen) < FEWEST:
        problems["nameless"] = Message(
            _("不记名的至少发给 %(n)s 个单位，否则看得出是谁答的，结果也不分项显示。"), n=FEWEST
        )
    if mutual and len(chosen) < 2:
        problems["units"] = _("互查至少要两个单位。")
    if problems:
        raise Invalid(problems)
    if not mutual:
        return dict.fromkeys(chosen)
    return dict(zip(chosen, [*chosen[1:], chosen[0]], strict=True))


def open_survey(session: Session, actor: Actor, now: datetime, survey: Survey, link: str) -> None:
    """From here on units are asked, and nothing of it changes any more."""
    _lock(session, survey)
    if survey.opened_at is not None:
        raise Conflict(_("这份问卷已经发出。"))
    if survey.due_at <= now:
        raise Conflict(_("截止时间已过，请先修改截止时间再发出。"))
    survey.opened_at = now
    for unit_id in session.scalars(_asked_of(survey, SurveyAsked.unit_id)):
        text = Message(
            _("请答复问卷“%(title)s”，截止 %(due)s。"), title=survey.title, due=show_moment(survey.due_at)
        )
        notify(
            session, now, mechanism_id=survey.mechanism_id, unit_id=unit_id, text=text, sender=actor.name, link=link,
            mark=f"survey:{survey.id}:{unit_id}",
        )  # fmt: skip
    record(session, Act.SURVEY_OPEN, f"survey:{survey.id}", actor, now, {"title": survey.title})


def drop_survey(session: Session, actor: Actor, now: datetime, survey: Survey) -> None:
    """One that nobody was asked yet is thrown away."""
    _lock(session, survey)
    if survey.opened_at is not None:
        raise Conflict(_("已经发出的问卷不能删除，可以提前截止。"))
    session.execute(
        sa.delete(SurveyAsked).where(
            SurveyAsked.tenant_id == survey.tenant_id, SurveyAsked.survey_id == survey.id
        )
    )
    session.delete(survey)
    record(session, Act.SURVEY_DROP, f"survey:{survey.id}", actor, now, {"title": survey.title})


def close_survey(session: Session, actor: Actor, now: datetime, survey: Survey) -> None:
    _lock(session, survey)
    if not is_open(survey, now):
        raise Conflict(_("这份问卷没有在答复中。"))
    survey.closed_at = now
    record(session, Act.SURVEY_CLOSE, f"survey:{survey.id}", actor, now, {"title": survey.title})


def show_survey(session: Session, actor: Actor, now: datetime, survey: Survey) -> None:
    """Units see the results from now on; of a mutual check each sees what was found of it."""
    _lock(session, survey)
    if is_open(survey, now) or survey.opened_at is None:
        raise Conflict(_("截止以后才能公开结果。"))
    survey.shown_at = survey.shown_at or now
    record(session, Act.SURVEY_SHOW, f"survey:{survey.id}", actor, now, {"title": survey.title})


def answer_survey(
    session: Session, actor: Actor, now: datetime, *, survey: Survey, unit_id: int, given: Mapping[str, Sequence[str]]
) -> None:  # fmt: skip
    """Named answers may be changed until the end; a nameless one cannot be found again, so it stands.

    ``NotFound`` for a unit that is not asked, ``Conflict`` when it has closed, ``Invalid`` by question.
    """
    _lock(session, survey)
    asked = session.scalars(
        sa.select(SurveyAsked).where(
            SurveyAsked.tenant_id == survey.tenant_id, SurveyAsked.survey_id == survey.id, SurveyAsked.unit_id == unit_id
        )
    ).one_or_none()  # fmt: skip
    if asked is None or survey.opened_at is None:
        raise NotFound
    if not is_open(survey, now):
        raise Conflict(_("问卷已经截止，答复没有保存。确需补充的，请联系办公室。"))
    answers = read_answers(load(survey.questions), given)
    if survey.nameless:
        if asked.done:
            raise Conflict(_("本单位已经答复。不记名的答复不能查找，也就不能修改。"))
        pool = [*survey.pool, answers]
        _DICE.shuffle(pool)
        survey.pool = pool
    else:
        asked.answers, asked.answered_at, asked.answered_by = answers, now, actor.name
    asked.done = True
    session.flush()
    record(session, Act.SURVEY_ANSWER, f"survey:{survey.id}", actor, now, {"title": survey.title})


def reply_to_findings(
    session: Session, actor: Actor, now: datetime, *, survey: Survey, unit_id: int, by_unit: int, text: str
) -> None:
    """What the unit ``unit_id`` says to the findings that ``by_unit`` wrote about it; once they are shown."""
    row = session.scalars(
        sa.select(SurveyAsked).where(
            SurveyAsked.tenant_id == survey.tenant_id, SurveyAsked.survey_id == survey.id,
            SurveyAsked.unit_id == by_unit, SurveyAsked.about_id == unit_id,
        )
    ).one_or_none()  # fmt: skip
    if row is None or survey.shown_at is None or not row.done:
        raise NotFound
    row.reply = text
    record(session, Act.SURVEY_REPLY, f"survey:{survey.id}", actor, now, {"unit": unit_id})


# -------------------------------------------------------------------------------------------------- reading
def get_survey(session: Session, mechanism_id: int, survey_id: int) -> Survey:
    found = session.scalars(
        sa.select(Survey).where(
            Survey.tenant_id == get_scope(session).home, Survey.mechanism_id == mechanism_id, Survey.id == survey_id
        )
    ).one_or_none()  # fmt: skip
    if found is None:
        raise NotFound
    return found


def list_surveys(
    session: Session, mechanism_id: int, *, unit_ids: Sequence[int] | None = None, round_id: int | None = None,
    most: int = 200,
) -> list[tuple[Survey, int, int]]:  # fmt: skip
    """Newest first, with how many have answered and are asked; ``unit_ids``: those sent to one of these units. One
    statement."""
    done = sa.func.count(sa.case((SurveyAsked.done, 1)))
    query = (
        sa.select(Survey, done, sa.func.count())
        .join(SurveyAsked, sa.and_(SurveyAsked.tenant_id == Survey.tenant_id, SurveyAsked.survey_id == Survey.id))
        .where(Survey.tenant_id == get_scope(session).home, Survey.mechanism_id == mechanism_id)
        .group_by(Survey.tenant_id, Survey.id)
        .order_by(Survey.made_at.desc(), Survey.id.desc())
        .limit(most)
        .options(defer(Survey.pool), defer(Survey.questions))
    )  # fmt: skip
    if round_id is not None:
        query = query.where(Survey.round_id == round_id)
    if unit_ids is not None:
        mine = sa.select(SurveyAsked.survey_id).where(
            SurveyAsked.tenant_id == get_scope(session).home, SurveyAsked.unit_id.in_(list(unit_ids))
        )
        query = query.where(Survey.opened_at.is_not(None), Survey.id.in_(mine))
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def list_asked(session: Session, survey: Survey, unit_ids: Sequence[int] | None = None) -> list[Asked]:
    """In official order; ``unit_ids``: these, and those about them. One statement."""
    about = sa.orm.aliased(Unit)
    query = (
        sa.select(SurveyAsked, Unit.short_name, about.short_name)
        .join(Unit, sa.and_(Unit.tenant_id == SurveyAsked.tenant_id, Unit.id == SurveyAsked.unit_id))
        .outerjoin(about, sa.and_(about.tenant_id == SurveyAsked.tenant_id, about.id == SurveyAsked.about_id))
        .where(SurveyAsked.tenant_id == survey.tenant_id, SurveyAsked.survey_id == survey.id)
        .order_by(Unit.sort_no, Unit.id)
    )
    if unit_ids is not None:
        ids = list(unit_ids)
        query = query.where(sa.or_(SurveyAsked.unit_id.in_(ids), SurveyAsked.about_id.in_(ids)))
    return [
        Asked(
            r.unit_id, name, r.about_id, other or "", r.done, r.answers, r.answered_at, r.answered_by, r.reply
        )
        for r, name, other in session.execute(query)
    ]


@dataclass(frozen=True)
class Results:
    """``few``: nameless, and fewer than ``FEWEST`` have answered, so nothing is broken down."""

    tallies: Sequence[Tally]
    few: bool


def read_results(survey: Survey, asked: Sequence[Asked]) -> Results:
    answers = survey.pool if survey.nameless else [a.answers for a in asked if a.done]
    few = survey.nameless and len(answers) < FEWEST
    return Results([] if few else tally(load(survey.questions), answers), few)


def _lock(session: Session, survey: Survey) -> None:
    session.refresh(survey, with_for_update=True)


def _asked_of(survey: Survey, column: Any) -> sa.Select[Any]:
    return sa.select(column).where(
        SurveyAsked.tenant_id == survey.tenant_id, SurveyAsked.survey_id == survey.id
    )
