"""Pages of the questionnaires: the office makes and reads them, units answer."""

from __future__ import annotations

import secrets
from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired

from portal.assessment import surveys
from portal.assessment.survey_models import Survey, SurveyKind
from portal.assessment.survey_paper import write_results
from portal.assessment.survey_questions import KIND_LABELS as QUESTION_LABELS
from portal.assessment.survey_questions import load, read_lines
from portal.assessment.views import at, blueprint
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.workbook import XLSX
from portal.units.bodies import list_members
from portal.units.services import local_day
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, MomentField, Unusable, _l, clean_text, row_id

ID = "<int(max=9223372036854775807):survey_id>"


class SurveyForm(PlainForm):
    """Choices are checked by the service."""

    kind = SelectField(_l("种类"), validate_choice=False)
    title = StringField(_l("标题"), [CleanString(120), DataRequired(_l("请填写标题。"))])
    purpose = TextAreaField(
        _l("用途"), [CleanString(500, lines=True), DataRequired(_l("请写明做什么用、谁能看到。"))]
    )
    basis = StringField(_l("依据"), [CleanString(200), DataRequired(_l("请写明依据的文件或工作安排。"))])
    questions = TextAreaField(
        _l("题目"), [CleanString(12_000, lines=True), DataRequired(_l("请填写题目，一行一题。"))], render_kw={"rows": 8}
    )  # fmt: skip
    nameless = BooleanField(_l("不记名"))
    due = MomentField(_l("截止时间"), [DataRequired(_l("请填写截止时间。"))])
    units = SelectMultipleField(_l("发给"), coerce=row_id, validate_choice=False)
    request_key = key_field()

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.kind.choices = [(k.value, str(translate(label))) for k, label in surveys.KIND_LABELS.items()]

    def draft(self, round_id: int | None) -> surveys.Draft:
        """``Invalid`` on ``kind`` or ``questions``."""
        if self.kind.data not in set(SurveyKind):
            raise Invalid({"kind": _("请从列表中选择。")})
        assert self.due.moment is not None
        return surveys.Draft(
            kind=SurveyKind(self.kind.data), title=self.title.data or "", purpose=self.purpose.data or "",
            questions=read_lines(self.questions.data or ""), due=self.due.moment, basis=self.basis.data or "",
            nameless=bool(self.nameless.data), round_id=round_id,
        )  # fmt: skip


def office() -> bool:
    return Right.ASSESS_SET in the_desk().rights


def oversees() -> bool:
    """The office and the heads of the body see who has answered, and the results."""
    return Right.REPORT_READ_ALL in the_desk().rights


def my_units() -> tuple[int, ...]:
    return the_desk().units_with(Right.ASSESS_FILL)


@blueprint.get("/<tenant>/<campaign>/assessment/surveys", endpoint="surveys")
@require(Right.ASSESS_READ)
def survey_list() -> Any:
    desk = the_desk()
    rows = surveys.list_surveys(the_session(), desk.mechanism_id, unit_ids=None if oversees() else my_units())
    return render_template(
        "assessment/surveys.html", at=at(desk), rows=[(s, d, a, *surveys.light_of(s, now())) for s, d, a in rows],
        office=office(), oversees=oversees(), kinds=surveys.KIND_LABELS,
    )  # fmt: skip


def offer_units(form: SurveyForm) -> None:
    members = list_members(the_session(), the_desk().mechanism_id, local_day(now()))
    form.units.choices = [(m.unit_id, m.short_name) for m in members]


@blueprint.route("/<tenant>/<campaign>/assessment/surveys/new", methods=["GET", "POST"])
@require(Right.ASSESS_SET)
def survey_new() -> Any:
    form = SurveyForm()
    offer_units(form)
    if request.method == "GET":
        form.request_key.data = secrets.token_urlsafe(18)
        return survey_form(form)
    made = make(form, None)
    if made is None:
        return survey_form(form), 422
    return redirect(_url(made.id), 303)


def make(form: SurveyForm, round_id: int | None) -> Survey | None:
    """None when the form says what is wrong."""
    if not form.validate():
        return None
    try:
        return surveys.make_survey(
            the_session(), the_actor(), now(), mechanism_id=the_desk().mechanism_id, campaign=the_campaign().key,
            draft=form.draft(round_id), units=form.units.data or (), request_key=form.request_key.data or "",
        )  # fmt: skip
    except Invalid as error:
        for key, message in error.problems.items():
            form[key].errors = [str(translate(message))]
        return None


def survey_form(form: SurveyForm) -> str:
    return render_template(
        "assessment/survey_form.html", at=at(the_desk()), form=form, words=QUESTION_LABELS.values()
    )


def _url(survey_id: int) -> str:
    return url_for("assessment.survey", survey_id=survey_id, **at(the_desk()))


def _found(survey_id: int) -> Survey:
    """One that the desk may know of: the office and the heads all, a unit those it is asked in or about."""
    survey = surveys.get_survey(the_session(), the_desk().mechanism_id, survey_id)
    if oversees():
        return survey
    mine = [a for a in surveys.list_asked(the_session(), survey, my_units()) if a.unit_id in my_units()]
    if survey.opened_at is None or not mine:
        raise NotFound
    return survey


@blueprint.get(f"/<tenant>/<campaign>/assessment/surveys/{ID}", endpoint="survey")
@require(Right.ASSESS_READ)
def survey_detail(survey_id: int) -> Any:
    survey = _found(survey_id)
    if not oversees() and surveys.is_open(survey, now()) and not survey.shown_at:
        return _answer_page(survey)
    return _page(survey)


def _page(survey: Survey, conflict: Message | Text | None = None) -> Any:
    session, mine = the_session(), my_units()
    asked = surveys.list_asked(session, survey, None if oversees() or survey.shown_at else mine)
    shown = oversees() or survey.shown_at is not None
    open_ = surveys.is_open(survey, now())
    mutual = survey.kind == SurveyKind.MUTUAL_CHECK
    may_break_down = shown and not (survey.nameless and open_)
    results = (
        surveys.read_results(survey, asked) if may_break_down and not (mutual and not oversees()) else None
    )
    page = render_template(
        "assessment/survey.html", at=at(the_desk()), survey=survey, questions=load(survey.questions), results=results,
        asked=asked if oversees() else [a for a in asked if {a.unit_id, a.about_id} & set(mine)], mine=mine,
        oversees=oversees(), office=office(), open=open_, mutual=mutual, kinds=surveys.KIND_LABELS,
        light=surveys.light_of(survey, now()), done=sum(a.done for a in asked), total=len(asked), conflict=conflict,
    )  # fmt: skip
    return page, 409 if conflict else 200


def _answer_page(
    survey: Survey, unit_id: int = 0, problems: Any = None, conflict: Message | Text | None = None
) -> Any:
    asked = [a for a in surveys.list_asked(the_session(), survey, my_units()) if a.unit_id in my_units()]
    if not asked:
        raise NotFound
    wanted = unit_id or row_id(request.args.get("unit", ""))
    chosen = next((a for a in asked if a.unit_id == wanted), asked[0])
    typed: dict[str, list[str]] = {q["key"]: request.form.getlist(q["key"]) for q in survey.questions}
    if not request.form:
        typed = {k: v if isinstance(v, list) else [str(v)] for k, v in chosen.answers.items()}
    page = render_template(
        "assessment/survey_answer.html", at=at(the_desk()), survey=survey, questions=load(survey.questions), asked=asked,
        chosen=chosen, typed=typed, problems=problems or {}, conflict=conflict, kinds=surveys.KIND_LABELS,
    )  # fmt: skip
    return page, 409 if conflict else 422 if problems else 200


@blueprint.post(f"/<tenant>/<campaign>/assessment/surveys/{ID}/answer")
@require(Right.ASSESS_FILL)
def survey_answer(survey_id: int) -> Any:
    survey = _found(survey_id)
    unit_id = request.form.get("unit", 0, row_id)
    if unit_id not in my_units():
        raise NotFound
    given = {q["key"]: request.form.getlist(q["key"]) for q in survey.questions}
    try:
        surveys.answer_survey(the_session(), the_actor(), now(), survey=survey, unit_id=unit_id, given=given)
    except Invalid as error:
        return _answer_page(survey, unit_id, error.problems)
    except Conflict as error:
        return _answer_page(survey, unit_id, conflict=error.message)
    return _done(survey.id, _("已提交答复。"))


@blueprint.post(f"/<tenant>/<campaign>/assessment/surveys/{ID}/reply")
@require(Right.ASSESS_FILL)
def survey_reply(survey_id: int) -> Any:
    survey = _found(survey_id)
    unit_id, by_unit = request.form.get("unit", 0, row_id), request.form.get("by", 0, row_id)
    if unit_id not in my_units():
        raise NotFound
    try:
        text = clean_text(request.form.get("reply", ""), 1000, lines=True)
    except Unusable as error:
        return _page(survey, error.message)
    surveys.reply_to_findings(
        the_session(), the_actor(), now(), survey=survey, unit_id=unit_id, by_unit=by_unit, text=text
    )
    return _done(survey.id, _("已保存说明。"))


@blueprint.post(f"/<tenant>/<campaign>/assessment/surveys/{ID}/step")
@require(Right.ASSESS_SET)
def survey_step(survey_id: int) -> Any:
    """``step``: open, drop, close or show."""
    survey = _found(survey_id)
    session, actor, moment = the_session(), the_actor(), now()
    try:
        match request.form.get("step"):
            case "open":
                surveys.open_survey(session, actor, moment, survey, _url(survey.id))
                return _done(survey.id, _("已发出，各单位已收到提醒。"))
            case "drop":
                surveys.drop_survey(session, actor, moment, survey)
                flash(str(translate(_("已删除。"))), "done")
                return redirect(url_for("assessment.surveys", **at(the_desk())), 303)
            case "close":
                surveys.close_survey(session, actor, moment, survey)
                return _done(survey.id, _("已截止。"))
            case "show":
                surveys.show_survey(session, actor, moment, survey)
                return _done(survey.id, _("结果已向被征询的单位公开。"))
    except Conflict as error:
        return _page(survey, error.message)
    raise NotFound


@blueprint.get(f"/<tenant>/<campaign>/assessment/surveys/{ID}.xlsx")
@require(Right.ASSESS_SET, writes=True)
def survey_workbook(survey_id: int) -> Any:
    survey = _found(survey_id)
    asked = surveys.list_asked(the_session(), survey)
    stream = BytesIO()
    write_results(stream, survey, asked, office=the_desk().office_name, now=now())
    record(the_session(), Act.EXPORT, f"survey:{survey.id}", the_actor(), now(), {})
    stream.seek(0)
    return send_file(stream, XLSX, as_attachment=True, download_name=f"{survey.title}.xlsx")


def _done(survey_id: int, message: Text) -> Any:
    flash(str(translate(message)), "done")
    return redirect(_url(survey_id), 303)
