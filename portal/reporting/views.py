"""Pages of periodic reporting: the liaison's list and form, the office's board, the way upward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from portal.campaigns.declarations import Campaign, Field, Form, Grade
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound, PluginError
from portal.core.i18n import translate
from portal.core.periods import parse_period
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.reporting import queries, services
from portal.reporting.catalogue import find_form, stored_definition
from portal.reporting.due import counted_days
from portal.reporting.models import COUNTED, OPEN, Report, ReportState, State, Submission
from portal.reporting.opening import asked_fields
from portal.tenants.policies import value_of
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.declared import input_text, input_texts, read_values, show_stored, show_value
from portal.web.inputs import Unusable, clean_text

blueprint = Blueprint("reporting", __name__, template_folder="templates")
PAGE = 50
MAX_EXPLANATION = 300


@blueprint.context_processor
def _helpers() -> dict[str, Any]:
    return {
        "show_value": show_value,
        "show_stored": show_stored,
        "period_label": lambda key: parse_period(key).label,
        "light_of": lambda due, state: queries.light_of(due, now(), State(state)),
        "lateness": queries.lateness,
        "state_labels": queries.STATE_LABELS,
        "report_labels": queries.REPORT_LABELS,
    }


def form_of(campaign: Campaign, key: str, local: int) -> Form:
    form = find_form(the_session(), the_desk().tenant_id, campaign, key, local)
    if form is None:
        raise PluginError(_("插件中已没有这张表，已报内容仍可查看。"))
    return form


def answer(template: str, status: int = 200, **context: Any) -> Any:
    return render_template(template, **context), status


@dataclass
class Sheet:
    """One opened form: whose, what is asked, what stands in it, what is wrong with it."""

    submission: Submission
    report: Report
    form: Form
    fields: tuple[Field, ...]
    unit: str
    may_fill: bool
    may_sign: bool
    may_review: bool


def _open_sheet(submission_id: int) -> Sheet:
    """The form for a reader of its unit or of the office; anybody else finds nothing."""
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    submission = services.get_submission(session, submission_id)
    own = submission.unit_id in desk.units_with(Right.REPORT_FILL)
    report = services.get_report(session, submission.report_id)
    if submission.campaign != desk.campaign or not (own or Right.REPORT_READ_ALL in desk.rights):
        raise NotFound
    form = form_of(campaign, submission.form, submission.local)
    closed = report.state in (ReportState.SUBMITTED, ReportState.ACCEPTED) and submission.state in COUNTED
    return Sheet(
        submission,
        report,
        form,
        asked_fields(form, submission.member),
        services.unit_name(session, submission.unit_id),
        may_fill=own and submission.state in (*OPEN, State.FILED) and not closed,
        may_sign=submission.state == State.SIGNING
        and submission.unit_id in desk.units_with(Right.REPORT_SIGN),
        may_review=submission.state in COUNTED and Right.REPORT_REVIEW in desk.rights,
    )


def _show_sheet(
    sheet: Sheet, *, typed: dict[str, Any] | None = None, problems: Any = None, explanations: Any = None,
    status: int = 200, editing: bool = True, late_reason: str = "", stored: Mapping[str, Any] | None = None,
) -> Any:  # fmt: skip
    """``stored``: what somebody else saved meanwhile, to be read beside what was typed."""
    session, campaign = the_session(), the_campaign()
    cut_off = value_of(session, sheet.submission.tenant_id, campaign, "cut_off_day")
    values = dict(sheet.submission.values)
    if typed is None:
        typed = input_texts(sheet.fields, values)
    hints: dict[str, Any] = dict(stored or {})
    explain: list[tuple[str, Any]] = []
    for check, said in services.findings(sheet.form, values) if values else ():
        for key in check.fields:
            hints.setdefault(key, said)
        if check.grade is Grade.EXPLAIN:
            explain.append((check.key, said))
    problems = dict(problems or {})
    explain += [(k.removeprefix("explain."), problems[k]) for k in problems if k.startswith("explain.")]
    return answer(
        "reporting/sheet.html",
        status,
        sheet=sheet,
        campaign=campaign,
        sections=_sections(sheet),
        typed=typed,
        values=values,
        problems=problems,
        hints={k: v for k, v in hints.items() if k not in problems},
        explain=dict(explain),
        explanations=explanations if explanations is not None else sheet.submission.explanations,
        late_reason=late_reason,
        late=sheet.submission.first_filed_at is None and now() > sheet.submission.due_at,
        editing=editing and (sheet.may_fill or status == 409),  # what was typed stays on the page
        reason=request.form.get("reason", ""),
        story=services.story(session, f"submission:{sheet.submission.id}"),
        counted=counted_days(parse_period(sheet.submission.period), cut_off),
        due_why=[Message(s["text"], **s["params"]) for s in sheet.report.due_why.get("sentences", ())],
        reasons=sheet.submission.reasons if sheet.submission.state == State.RETURNED else {},
        labels={f.key: f.label for f in sheet.form.fields},
    )


def _sections(sheet: Sheet) -> list[tuple[Any, list[Field]]]:
    asked = {f.key for f in sheet.fields}
    split = [(s, [f for f in s.fields if f.key in asked]) for s in sheet.form.sections]
    return [(s, fields) for s, fields in split if fields]


@blueprint.get("/<tenant>/<campaign>/reports")
@require(Right.REPORT_FILL)
def mine() -> Any:
    """The liaison's forms, newest period first."""
    desk, page = the_desk(), max(1, min(request.args.get("page", 1, int), 1000))
    units = desk.units_with(Right.REPORT_FILL)
    rows = queries.list_of_units(
        the_session(), desk.tenant_id, desk.campaign, units, PAGE + 1, (page - 1) * PAGE
    )
    return answer(
        "reporting/mine.html", campaign=the_campaign(), rows=rows[:PAGE], more=len(rows) > PAGE, page=page,
        several=len(units) > 1, State=State, open_states=OPEN,
    )  # fmt: skip


@blueprint.get("/<tenant>/<campaign>/reports/<int:submission_id>")
@require(Right.DUTY_READ)
def sheet(submission_id: int) -> Any:
    opened = _open_sheet(submission_id)
    editing = opened.submission.state in OPEN or request.args.get("edit") == "1"
    if Right.REPORT_FILL not in the_desk().rights:
        g.nav = "reporting.board"
    return _show_sheet(opened, editing=editing)


@blueprint.post("/<tenant>/<campaign>/reports/<int:submission_id>")
@require(Right.REPORT_FILL)
def fill(submission_id: int) -> Any:
    """Save a draft, file, or file a zero report: the button pressed says which."""
    opened = _open_sheet(submission_id)
    if opened.submission.unit_id not in the_desk().units_with(Right.REPORT_FILL):
        raise NotAllowed
    action = request.form.get("action", "save")
    values, typed, problems = read_values(opened.fields, request.form, the_campaign())
    if action == "save":  # a draft may have gaps, but nothing unreadable
        problems = {key: problem for key, problem in problems.items() if typed[key]}
    elif action == "zero":
        problems = {}
    explanations = {
        check.key: sentence(f"explain-{check.key}", problems, f"explain.{check.key}")
        for check in opened.form.checks
        if check.grade is Grade.EXPLAIN
    }
    late_reason = sentence("late-reason", problems, "late_reason")
    session, actor, moment = the_session(), the_actor(), now()
    step = {"submission": opened.submission, "version": the_version(), "explanations": explanations}
    if action not in ("save", "file", "zero"):
        raise NotFound
    try:
        if not opened.may_fill:
            raise Conflict(_("这张表现在不能修改；如需更正请联系办公室退回。"))
        if problems:
            raise Invalid(problems)
        if action == "save":
            services.save_draft(session, actor, moment, values=values, **step)  # type: ignore[arg-type]
            flash(gettext("草稿已保存，尚未提交。"), "done")
            return _back(submission_id)
        needs_signature = the_desk().sign_off and opened.submission.unit_id not in the_desk().units_with(
            Right.REPORT_SIGN
        )
        services.file_submission(
            session, actor, moment, campaign=the_campaign(), form=opened.form, values=values, late_reason=late_reason,
            needs_signature=needs_signature, zero=action == "zero", **step,  # type: ignore[arg-type]
        )  # fmt: skip
    except Invalid as error:
        session.rollback()
        return _show_sheet(
            _open_sheet(submission_id), typed=typed, problems=error.problems, explanations=explanations, status=422,
            late_reason=late_reason,
        )  # fmt: skip
    except Conflict as error:
        session.rollback()
        opened = _open_sheet(submission_id)
        return _show_sheet(
            opened, typed=typed, problems={"": error.message}, explanations=explanations, status=409,
            late_reason=late_reason, stored=_differing(opened, typed),
        )  # fmt: skip
    if needs_signature:
        flash(gettext("已送分管领导签批，签批后即报出。"), "done")
    else:
        flash(gettext("零报告已提交。") if action == "zero" else gettext("已提交。"), "done")
    return _back(submission_id)


def the_version() -> int:
    return request.form.get("version", 0, int)


def sentence(name: str, problems: dict[str, Any], key: str) -> str:
    """The clean text of an input. What cannot be taken is returned as typed, with its problem at ``key``."""
    typed = request.form.get(name, "")
    try:
        return clean_text(typed, MAX_EXPLANATION)
    except Unusable as error:
        problems[key] = error.message
        return typed


def _differing(sheet: Sheet, typed: dict[str, Any]) -> dict[str, Message]:
    """Field key -> the stored value, for each field that reads otherwise in what was typed."""
    stored, campaign = sheet.submission.values, the_campaign()
    return {
        f.key: Message(_("现已保存的是：%(value)s"), value=show_value(f, stored.get(f.key), campaign))
        for f in sheet.fields
        if input_text(f, stored.get(f.key)) != typed[f.key]
    }


def _back(submission_id: int) -> Response:
    desk = the_desk()
    url = url_for(
        "reporting.sheet", tenant=desk.tenant_code, campaign=desk.campaign, submission_id=submission_id
    )
    return redirect(url, 303)  # type: ignore[return-value]


@blueprint.post("/<tenant>/<campaign>/reports/<int:submission_id>/sign")
@require(Right.REPORT_SIGN)
def sign(submission_id: int) -> Any:
    opened = _open_sheet(submission_id)
    if opened.submission.unit_id not in the_desk().units_with(Right.REPORT_SIGN):
        raise NotAllowed
    session, actor, moment = the_session(), the_actor(), now()
    problems: dict[str, Any] = {}
    reason = sentence("reason", problems, "reason")
    try:
        if problems:
            raise Invalid(problems)
        if request.form.get("action") == "decline":
            services.decline_signature(
                session, actor, moment, submission=opened.submission, version=the_version(), reason=reason
            )
            flash(gettext("已退回联络员修改。"), "done")
        else:
            services.sign_submission(
                session, actor, moment, campaign=the_campaign(), form=opened.form, submission=opened.submission,
                version=the_version(),
            )  # fmt: skip
            flash(gettext("已签批并报出。"), "done")
    except Invalid as error:
        session.rollback()
        return _show_sheet(_open_sheet(submission_id), problems=error.problems, status=422)
    return _back(submission_id)


@blueprint.post("/<tenant>/<campaign>/reports/<int:submission_id>/review")
@require(Right.REPORT_REVIEW)
def review(submission_id: int) -> Any:
    """The office accepts the form, or returns it with reasons."""
    opened = _open_sheet(submission_id)
    session, actor, moment, desk = the_session(), the_actor(), now(), the_desk()
    step = {"submission": opened.submission, "version": the_version()}
    problems: dict[str, Any] = {}
    reasons = {"": sentence("reason", problems, "reason")}
    reasons |= {f.key: sentence(f"reason-{f.key}", problems, "reason") for f in opened.fields}
    try:
        if problems:
            raise Invalid(problems)
        if request.form.get("action") == "accept":
            services.accept_submission(session, actor, moment, **step)  # type: ignore[arg-type]
            flash(gettext("已受理。"), "done")
        else:
            link = url_for(
                "reporting.sheet",
                tenant=desk.tenant_code,
                campaign=desk.campaign,
                submission_id=submission_id,
            )
            services.return_submission(
                session, actor, moment, campaign=the_campaign(), form=opened.form, reasons=reasons, link=link,
                **step,  # type: ignore[arg-type]
            )  # fmt: skip
            flash(gettext("已退回，并已通知报送单位。"), "done")
    except Invalid as error:
        session.rollback()
        return _show_sheet(_open_sheet(submission_id), problems=error.problems, status=422)
    address: dict[str, Any] = {"tenant": desk.tenant_code, "campaign": desk.campaign}
    return redirect(url_for("reporting.board", report=opened.report.id, **address), 303)


@blueprint.get("/<tenant>/<campaign>/reports/<int:submission_id>/editions/<int:number>")
@require(Right.DUTY_READ)
def edition(submission_id: int, number: int) -> Any:
    """What was filed then, under the labels of then."""
    opened = _open_sheet(submission_id)
    session = the_session()
    found = services.get_edition(session, opened.submission, number)
    submission = opened.submission
    definition = stored_definition(
        session, submission.tenant_id, submission.campaign, submission.form, found.form_version, found.local
    )
    if definition is None:
        raise NotFound
    return answer(
        "reporting/edition.html", sheet=opened, edition=found, definition=definition, asked={f.key for f in opened.fields},
        title=translate(opened.form.label),
    )  # fmt: skip


# Further pages of this blueprint; they add their routes when imported.
from portal.reporting import office_pages  # noqa: E402

__all__ = ["blueprint", "office_pages"]
