"""口径不清: the unit's page to ask, the office's page to answer."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext

from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.posts import Right
from portal.reporting import questions, services, standing
from portal.reporting.catalogue import list_forms
from portal.reporting.models import State, Submission
from portal.reporting.opened import answer, form_of
from portal.reporting.views import blueprint
from portal.tenants.calendar import load_calendar
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import Unusable, clean_text

PAGE = 50


def _here() -> dict[str, Any]:
    return {"tenant": the_desk().tenant_code, "campaign": the_desk().campaign}


def _own(submission_id: int) -> Submission:
    """A form of one of the reader's own units."""
    submission = services.get_submission(the_session(), submission_id)
    own = submission.unit_id in the_desk().units_with(Right.REPORT_FILL)
    if not own or submission.campaign != the_desk().campaign:
        raise NotFound
    return submission


@blueprint.route("/<tenant>/<campaign>/reports/<int:submission_id>/ask/<key>", methods=["GET", "POST"])
@require(Right.REPORT_FILL)
def ask(submission_id: int, key: str) -> Any:
    """What does this field count? Shows what the office has answered before."""
    session, submission = the_session(), _own(submission_id)
    g.nav = "reporting.mine"
    form = form_of(the_campaign(), submission.form, submission.local)
    part = questions.asked_part(form, submission.member, key)
    problems: dict[str, Any] = {}
    if request.method == "POST":
        try:
            questions.ask(
                session, the_actor(), now(), mechanism_id=the_desk().mechanism_id, submission=submission, form=form,
                key=key, text=_clean("text", "text", questions.MAX_TEXT), calendar=load_calendar(session),
                link=url_for("reporting.question_list", **_here()),
            )  # fmt: skip
        except Invalid as error:
            session.rollback()
            problems, submission = dict(error.problems), _own(submission_id)
        else:
            flash(gettext("已送办公室。答复后会通知您，并写在这一栏下面。"), "done")
            return redirect(url_for("reporting.ask", submission_id=submission_id, key=key, **_here()), 303)
    notes = questions.notes_of(session, submission.tenant_id, submission.campaign, submission.form)
    return answer(
        "reporting/ask.html", 422 if problems else 200, campaign=the_campaign(), form=form, part=part,
        submission=submission, notes=notes.get(key, ()), waiting=questions.list_own(session, submission, key),
        problems=problems, typed=request.form.get("text", "") if problems else "", most=questions.MAX_TEXT,
        days=questions.ANSWER_DAYS,
    )  # fmt: skip


@blueprint.get("/<tenant>/<campaign>/board/questions")
@require(Right.REPORT_READ_ALL)
def question_list() -> Any:
    """口径答复: what waits for the office, the most urgent first, and what it has answered."""
    return _list()


@blueprint.post("/<tenant>/<campaign>/board/questions/<int:question_id>")
@require(Right.REPORT_REVIEW)
def answer_question(question_id: int) -> Any:
    session, campaign = the_session(), the_campaign()
    question = questions.get_question(session, campaign.key, question_id)
    form = next(
        (f for f in list_forms(session, question.tenant_id, campaign) if f.key == question.form), None
    )
    try:
        questions.answer(
            session, the_actor(), now(), campaign=campaign.key, question_id=question_id,
            version=request.form.get("version", 0, int), form=form,
            text=_clean("answer", f"answer.{question_id}", questions.MAX_ANSWER),
            link=url_for("reporting.mine", **_here()),
        )  # fmt: skip
    except Invalid as error:
        session.rollback()
        return _list(error.problems, 422, question_id)
    except Conflict as error:
        session.rollback()
        return _list({"": error.message, f"answer.{question_id}": error.message}, 409, question_id)
    flash(gettext("已答复，并写在各单位这一栏的下面。"), "done")
    return redirect(url_for("reporting.question_list", **_here()), 303)


def _list(problems: Any = None, status: int = 200, question_id: int = 0) -> Any:
    g.nav = "reporting.board"
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    answered = request.args.get("answered") == "1"
    page = max(1, min(request.args.get("page", 1, int), 1000))
    rows = questions.list_questions(
        session, campaign.key, answered=answered, limit=PAGE + 1, offset=(page - 1) * PAGE
    )
    forms = {f.key: f for f in list_forms(session, desk.tenant_id, campaign)}
    return answer(
        "reporting/questions.html", status, campaign=campaign, rows=rows[:PAGE], more=len(rows) > PAGE, page=page,
        answered=answered, forms=forms, labels={key: questions.labels_of(f) for key, f in forms.items()},
        light=lambda due: standing.light_of(due, now(), State.EXPECTED), may_answer=Right.REPORT_REVIEW in desk.rights,
        problems=dict(problems or {}), typed=request.form.get("answer", ""), wrong=question_id,
        most=questions.MAX_ANSWER, days=questions.ANSWER_DAYS,
    )  # fmt: skip


def _clean(name: str, key: str, most: int) -> str:
    try:
        return clean_text(request.form.get(name, ""), most)
    except Unusable as error:
        raise Invalid({key: error.message}) from error
