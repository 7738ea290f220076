"""Pages of the half-year evaluation and of commendations."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from portal.assessment import commendations, evaluation
from portal.assessment.survey_models import EvaluationRound, SurveyKind
from portal.assessment.survey_pages import (
    SurveyForm,
    make,
    my_units,
    offer_units,
    office,
    oversees,
    survey_form,
)
from portal.assessment.surveys import list_surveys
from portal.assessment.views import at, blueprint
from portal.core.clock import end_of
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.periods import PeriodKind, parse_period, period_of
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Message, Text, _
from portal.papers.origins import Origin, Prepared, register_origin
from portal.supervision.sources import OrderSource, SourceKind, register_source
from portal.units.bodies import list_members
from portal.units.services import local_day
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, Unusable, _l, clean_text, moment_text, row_id

ROUND = "<int(max=9223372036854775807):round_id>"


@blueprint.get("/<tenant>/<campaign>/assessment/rounds", endpoint="rounds")
@require(Right.ASSESS_READ)
def round_list() -> Any:
    return _rounds()


def _rounds(problem: Message | Text | None = None) -> Any:
    half = period_of(local_day(now()), PeriodKind.HALF_YEAR)
    rows = evaluation.list_rounds(the_session(), the_desk().mechanism_id)
    page = render_template(
        "assessment/rounds.html", at=at(the_desk()), office=office(), problem=problem,
        rows=[(r, parse_period(r.period).label) for r in rows], halves=[half, half.shifted(-1)],
    )  # fmt: skip
    return page, 422 if problem else 200


@blueprint.post("/<tenant>/<campaign>/assessment/rounds")
@require(Right.ASSESS_SET)
def round_open() -> Any:
    try:
        found = evaluation.open_round(
            the_session(), the_actor(), now(), mechanism_id=the_desk().mechanism_id, campaign=the_campaign().key,
            period=request.form.get("period", ""),
        )  # fmt: skip
    except Invalid as error:
        return _rounds(error.problems["period"])
    return _to_round(found.id, _("已开展评估，请发出自查、互查和问卷。"))


@blueprint.get(f"/<tenant>/<campaign>/assessment/rounds/{ROUND}", endpoint="round")
@require(Right.ASSESS_READ)
def round_detail(round_id: int) -> Any:
    return _round_page(_get(round_id))


def _get(round_id: int) -> EvaluationRound:
    return evaluation.get_round(the_session(), the_desk().mechanism_id, round_id)


def _round_page(
    found: EvaluationRound, problem: Message | Text | None = None, asked: str = "", status: int = 200
) -> Any:
    session, campaign = the_session(), the_campaign()
    sees_all = oversees()
    lines = evaluation.read_round(session, campaign, found, now(), None if sees_all else my_units())
    page = render_template(
        "assessment/round.html", at=at(the_desk()), found=found, label=parse_period(found.period).label, lines=lines,
        surveys=list_surveys(session, found.mechanism_id, round_id=found.id) if sees_all else [],
        kinds=evaluation.KIND_WORDS, office=office(), oversees=sees_all, problem=problem, asked=asked, typed=request.form,
        moment=now(),
    )  # fmt: skip
    return page, status


@blueprint.route(f"/<tenant>/<campaign>/assessment/rounds/{ROUND}/survey", methods=["GET", "POST"])
@require(Right.ASSESS_SET)
def round_survey(round_id: int) -> Any:
    """A questionnaire of the round, begun with the usual questions."""
    found, form = _get(round_id), SurveyForm()
    offer_units(form)
    if request.method == "GET":
        kind = request.args.get("kind", "")
        begun = SurveyKind(kind) if kind in set(SurveyKind) else SurveyKind.SELF_CHECK
        label = parse_period(found.period).label
        form.kind.data = begun.value
        form.title.data = f"{label}{translate(evaluation.KIND_WORDS.get(begun, _('问卷')))}"
        form.purpose.data = str(
            translate(_("用于本次评估；办公室和召集人能看到，自查、互查的结果只给有关单位。"))
        )
        form.basis.data = str(translate(Message(_("%(period)s评估"), period=label)))
        form.questions.data = str(translate(USUAL[begun]))
        form.due.data = moment_text(end_of(max(parse_period(found.period).end, local_day(now()))))
        form.request_key.data = secrets.token_urlsafe(18)
        return survey_form(form)
    if found.closed_at is not None:
        raise Conflict(_("这次评估已经结束，不能再修改。"))
    made = make(form, found.id)
    if made is None:
        return survey_form(form), 422
    return redirect(url_for("assessment.survey", survey_id=made.id, **at(the_desk())), 303)


USUAL: dict[SurveyKind, Text] = {
    SurveyKind.SELF_CHECK: _("文字 职责任务完成情况\n文字 存在的问题和原因\n文字 整改打算和需要协调的事项"),
    SurveyKind.MUTUAL_CHECK: _(
        "打分 职责落实\n打分 信息报送的及时和准确\n打分 协作配合\n文字 发现的问题\n文字 可供借鉴的做法"
    ),
    SurveyKind.EVALUATION: _(
        "单选 对联席会议协调作用的看法 | 好 | 较好 | 一般 | 较差\n单选 对办公室服务的看法 | 好 | 较好 | 一般 | 较差\n多选 最需要改进的方面 | 会议 | 信息共享 | 报表 | 督办 | 培训\n文字 意见建议"
    ),
    SurveyKind.OPINION: _("单选 对征求意见稿的意见 | 同意 | 修改后同意 | 不同意\n文字 修改意见和理由"),
}
"""A beginning that the office changes as it likes (D3 七: questionnaire, interview, case and data analysis)."""


@blueprint.post(f"/<tenant>/<campaign>/assessment/rounds/{ROUND}/step")
@require(Right.ASSESS_SET)
def round_step(round_id: int) -> Any:
    """``step``: conclude, finding or close."""
    found, step = _get(round_id), request.form.get("step", "")
    session, actor, moment = the_session(), the_actor(), now()
    unit_id = request.form.get("unit", 0, row_id)
    try:
        match step:
            case "conclude":
                evaluation.conclude(
                    session, actor, moment, found=found, unit_id=unit_id, interview=_typed("interview", 1000),
                    text=_typed("text", 1000),
                )  # fmt: skip
                return _to_round(found.id, _("已保存结论。"))
            case "finding":
                evaluation.add_finding(
                    session, actor, moment, found=found, unit_id=unit_id, text=_typed("text", 300)
                )
                return _to_round(found.id, _("已登记问题，可以转督办。"))
            case "close":
                link = url_for("assessment.round", round_id=found.id, **at(the_desk()))
                evaluation.close_round(
                    session, actor, moment, found=found, summary=_typed("summary", 4000), link=link
                )
                return _to_round(found.id, _("评估已结束，各单位可看到本单位的结论。"))
    except (Unusable, Conflict) as error:
        return _round_page(
            found, error.message, f"{step}:{unit_id}", 409 if isinstance(error, Conflict) else 422
        )
    except Invalid as error:
        return _round_page(found, next(iter(error.problems.values())), f"{step}:{unit_id}", 422)
    raise NotFound


def _typed(name: str, most: int) -> str:
    return clean_text(request.form.get(name, ""), most, lines=True)


def _to_round(round_id: int, message: Text) -> Any:
    flash(str(translate(message)), "done")
    return redirect(url_for("assessment.round", round_id=round_id, **at(the_desk())), 303)


def _source(session: Session, desk: Desk, finding_id: int) -> OrderSource:
    """``NotFound`` unless the desk oversees the body: findings become orders by its office."""
    found = evaluation.get_finding(session, desk, finding_id)
    if Right.ORDER_ASSIGN not in desk.rights:
        raise NotFound
    row, of = found
    label = Message(_("%(period)s评估"), period=parse_period(of.period).label)
    return OrderSource(
        subject=f"{evaluation.SUBJECT}:{row.id}", label=label, title=row.text[:60], requirements=row.text,
        lead_unit_id=row.unit_id,
    )  # fmt: skip


def _prepare(session: Session, desk: Desk, round_id: int, template: str, _moment: datetime) -> Prepared:
    """The report of a round. It stays inside: publishing needs the names taken out first (Q-25)."""
    if Right.ASSESS_SET not in desk.rights:
        raise NotFound
    found = evaluation.get_round(session, desk.mechanism_id, round_id)
    label = str(Message(_("%(period)s评估"), period=parse_period(found.period).label))
    known = {"matter": label, "done": found.summary, "situation": found.summary}
    return Prepared(template=template, values={k: v for k, v in known.items() if v})


register_source(evaluation.SUBJECT, SourceKind(_source, ("assessment.finding", "finding_id"), _("评估")))
register_origin(
    "evaluation", Origin(_prepare, page=("assessment.round", "round_id"), templates=("summary", "circular"))
)


@blueprint.get("/<tenant>/<campaign>/assessment/findings/<int(max=9223372036854775807):finding_id>")
@require(Right.ASSESS_READ)
def finding(finding_id: int) -> Any:
    """The page of a finding is its round."""
    row, _of = evaluation.get_finding(the_session(), the_desk(), finding_id)
    return redirect(url_for("assessment.round", round_id=row.round_id, **at(the_desk())), 303)


# -------------------------------------------------------------------------------------------- commendations
class CommendationForm(PlainForm):
    """Choices are checked by the service."""

    unit = SelectField(_l("单位"), coerce=row_id, validate_choice=False)
    title = StringField(_l("表彰事项"), [CleanString(120), DataRequired(_l("请填写表彰事项。"))])
    grounds = TextAreaField(
        _l("事迹"), [CleanString(1000, lines=True), DataRequired(_l("请写明事迹。"))], render_kw={"rows": 4}
    )
    basis = StringField(_l("依据"), [CleanString(200), DataRequired(_l("请写明依据的文件和条款。"))])
    request_key = key_field()

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        members = list_members(the_session(), the_desk().mechanism_id, local_day(now()))
        self.unit.choices = [(0, str(translate(_("请选择")))), *((m.unit_id, m.short_name) for m in members)]


@blueprint.route(
    "/<tenant>/<campaign>/assessment/commendations", methods=["GET", "POST"], endpoint="commendations"
)
@require(Right.ASSESS_READ)
def commendation_list() -> Any:
    """The list; what the office posts is a proposal."""
    desk, session = the_desk(), the_session()
    form = CommendationForm()
    status = 200
    if request.method == "POST":
        if not office():
            raise NotAllowed
        status = 422
        if form.validate():
            try:
                commendations.propose_commendation(
                    session, the_actor(), now(), mechanism_id=desk.mechanism_id, unit_id=form.unit.data or 0,
                    title=form.title.data or "", grounds=form.grounds.data or "", basis=form.basis.data or "",
                    request_key=form.request_key.data or "",
                )  # fmt: skip
                return _to_commendations(_("已提出，请召集人或办公室主任决定。"))
            except Invalid as error:
                form.unit.errors = [str(translate(error.problems["unit"]))]
    else:
        form.request_key.data = secrets.token_urlsafe(18)
    return _commendation_page(form), status


def _commendation_page(form: CommendationForm, asked: int = 0, problem: Message | Text | None = None) -> str:
    return render_template(
        "assessment/commendations.html", at=at(the_desk()), form=form, office=office(), asked=asked, problem=problem,
        rows=commendations.list_commendations(the_session(), the_desk().mechanism_id, everything=oversees()),
        decides=decides(), me=the_actor().account_id, typed=request.form,
    )  # fmt: skip


def decides() -> bool:
    """By one post: leaders of units hold the right for steps of the ladder alone, and a place in the office adds none."""
    wanted = {Right.ASSESS_DECIDE, Right.REPORT_READ_ALL}
    return any(wanted <= p.rights for p in the_desk().posts)


@blueprint.post(
    "/<tenant>/<campaign>/assessment/commendations/<int(max=9223372036854775807):commendation_id>/decide"
)
@require(Right.ASSESS_DECIDE)
def commendation_decide(commendation_id: int) -> Any:
    session = the_session()
    row = commendations.get_commendation(session, the_desk().mechanism_id, commendation_id)
    if not decides():
        raise NotAllowed
    link = url_for("assessment.commendations", **at(the_desk()))
    try:
        commendations.decide_commendation(
            session, the_actor(), now(), row=row, approved=request.form.get("decision") == "yes",
            number=clean_text(request.form.get("number", ""), 60), why=clean_text(request.form.get("why", ""), 300),
            link=link,
        )  # fmt: skip
    except (Unusable, Invalid, Conflict) as error:
        message = next(iter(error.problems.values())) if isinstance(error, Invalid) else error.message
        form = CommendationForm(formdata=None)
        status = 409 if isinstance(error, Conflict) else 422
        return _commendation_page(form, row.id, message), status
    return _to_commendations(_("已决定。"))


def _to_commendations(message: Text) -> Any:
    flash(str(translate(message)), "done")
    return redirect(url_for("assessment.commendations", **at(the_desk())), 303)
