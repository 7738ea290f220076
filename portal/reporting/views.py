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
from portal.notices.services import notify
from portal.reporting import queries, services, upward
from portal.reporting.due import counted_days
from portal.reporting.models import COUNTED, OPEN, FormSnapshot, Report, ReportState, State, Submission
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


def _form(campaign: Campaign, key: str) -> Form:
    form = campaign.form(key)
    if form is None:
        raise PluginError(_("插件中已没有这张表，已报内容仍可查看。"))
    return form


def _answer(template: str, status: int = 200, **context: Any) -> Any:
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
    form = _form(campaign, submission.form)
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
    for check, sentence in services.findings(sheet.form, values) if values else ():
        for key in check.fields:
            hints.setdefault(key, sentence)
        if check.grade is Grade.EXPLAIN:
            explain.append((check.key, sentence))
    problems = dict(problems or {})
    explain += [(k.removeprefix("explain."), problems[k]) for k in problems if k.startswith("explain.")]
    return _answer(
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
    return _answer(
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
        check.key: _sentence(f"explain-{check.key}", problems, f"explain.{check.key}")
        for check in opened.form.checks
        if check.grade is Grade.EXPLAIN
    }
    late_reason = _sentence("late-reason", problems, "late_reason")
    session, actor, moment = the_session(), the_actor(), now()
    step = {"submission": opened.submission, "version": _version(), "explanations": explanations}
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


def _version() -> int:
    return request.form.get("version", 0, int)


def _sentence(name: str, problems: dict[str, Any], key: str) -> str:
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
    reason = _sentence("reason", problems, "reason")
    try:
        if problems:
            raise Invalid(problems)
        if request.form.get("action") == "decline":
            services.decline_signature(
                session, actor, moment, submission=opened.submission, version=_version(), reason=reason
            )
            flash(gettext("已退回联络员修改。"), "done")
        else:
            services.sign_submission(
                session, actor, moment, campaign=the_campaign(), form=opened.form, submission=opened.submission,
                version=_version(),
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
    step = {"submission": opened.submission, "version": _version()}
    problems: dict[str, Any] = {}
    reasons = {"": _sentence("reason", problems, "reason")}
    reasons |= {f.key: _sentence(f"reason-{f.key}", problems, "reason") for f in opened.fields}
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


@blueprint.get("/<tenant>/<campaign>/board")
@require(Right.REPORT_READ_ALL)
def board() -> Any:
    """The office's matrix of one report: every unit with its light; filters in the address."""
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    reports = queries.list_reports(session, desk.tenant_id, desk.campaign)
    wanted = request.args.get("report", 0, int) or next(iter(_current(reports)), 0)
    report = _own_report(wanted) if wanted else None
    rows = queries.list_board(session, report) if report else []
    state = request.args.get("state", "")
    shown = [r for r in rows if not state or _matches(r, state)]
    return _answer(
        "reporting/board.html", campaign=campaign, reports=reports, report=report, rows=shown, total=len(rows),
        state=state, filters=_FILTERS, counts={k: sum(_matches(r, k) for r in rows) for k in _FILTERS},
        form=campaign.form(report.form) if report else None, may_review=Right.REPORT_REVIEW in desk.rights,
        story=services.story(session, f"report:{report.id}") if report else (), superior=desk.tenant_level,
        open_report=report is not None and report.state in (ReportState.COLLECTING, ReportState.RETURNED),
    )  # fmt: skip


_FILTERS = {
    "missing": _("未报"),
    "draft": _("草稿"),
    "signing": _("待签"),
    "filed": _("待受理"),
    "accepted": _("已受理"),
    "returned": _("退回"),
    "late": _("迟报"),
}


def _own_report(report_id: int) -> Report:
    """A report of the desk's tenant and campaign; any other is not found."""
    if not 0 < report_id < 2**63:
        raise NotFound
    report = services.get_report(the_session(), report_id)
    if report.campaign != the_desk().campaign:
        raise NotFound
    return report


def _matches(row: Any, wanted: str) -> bool:
    if wanted == "missing":
        return bool(row.state == State.EXPECTED)
    if wanted == "late":
        return queries.minutes_late(row.due_at, row.first_filed_at) > 0
    return bool(row.state == wanted)


def _current(reports: list[Any]) -> list[int]:
    """The report to show first: the oldest that is still open, else the newest."""
    open_ids = [r.id for r in reports if r.state in (ReportState.COLLECTING, ReportState.RETURNED)]
    return [open_ids[-1]] if open_ids else [r.id for r in reports[:1]]


@blueprint.post("/<tenant>/<campaign>/board/<int:report_id>/remind")
@require(Right.REPORT_REVIEW)
def remind(report_id: int) -> Any:
    """One notice to each unit that has not filed."""
    session, desk, actor, moment = the_session(), the_desk(), the_actor(), now()
    report = _own_report(report_id)
    form = _form(the_campaign(), report.form)
    missing = upward.list_missing(session, report)
    for unit in missing:
        notify(
            session, moment, mechanism_id=report.mechanism_id, unit_id=unit.unit_id, sender=actor.name,
            link=url_for("reporting.mine", tenant=desk.tenant_code, campaign=desk.campaign),
            text=Message(_("请尽快报送%(form)s %(period)s"), form=form.label, period=report.period),
        )  # fmt: skip
    services.note_reminder(session, actor, moment, report=report, count=len(missing))
    flash(gettext("已向 %(n)s 个单位发出催报通知。", n=len(missing)), "done")
    return redirect(
        url_for("reporting.board", tenant=desk.tenant_code, campaign=desk.campaign, report=report_id), 303
    )


@blueprint.route("/<tenant>/<campaign>/board/<int:report_id>/submit", methods=["GET", "POST"])
@require(Right.REPORT_REVIEW)
def submit(report_id: int) -> Any:
    """Gap list, sums, and the report upward."""
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    report = _own_report(report_id)
    form = _form(campaign, report.form)
    problems: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        gaps = {
            u.unit_id: _sentence(f"gap-{u.unit_id}", problems, f"gap.{u.unit_id}")
            for u in upward.list_missing(session, report)
        }
        late_reason = _sentence("late-reason", problems, "late_reason")
        try:
            if problems:
                raise Invalid(problems)
            upward.submit_report(
                session, the_actor(), now(), report=report, version=_version(), gap_reasons=gaps,
                late_reason=late_reason,
            )  # fmt: skip
        except Invalid as error:
            session.rollback()
            report = _own_report(report_id)
            problems, status = dict(error.problems), 422
        else:
            flash(gettext("已上报。"), "done")
            address: dict[str, Any] = {"tenant": desk.tenant_code, "campaign": desk.campaign}
            return redirect(url_for("reporting.board", report=report_id, **address), 303)
    return _answer(
        "reporting/submit.html", status, report=report, form=form, campaign=campaign, problems=problems,
        missing=upward.list_missing(session, report), typed=request.form,
        sums=services.current_sums(session, report), late=now() > report.due_at and report.submitted_at is None,
        reported_before={g["unit_id"]: g["reason"] for g in report.gaps},
    )  # fmt: skip


@blueprint.get("/<tenant>/<campaign>/reports/<int:submission_id>/editions/<int:number>")
@require(Right.DUTY_READ)
def edition(submission_id: int, number: int) -> Any:
    """What was filed then, under the labels of then."""
    opened = _open_sheet(submission_id)
    session = the_session()
    found = services.get_edition(session, opened.submission, number)
    snapshot = session.get(
        FormSnapshot, (opened.submission.campaign, opened.submission.form, found.form_version)
    )
    if snapshot is None:
        raise NotFound
    return _answer(
        "reporting/edition.html", sheet=opened, edition=found, definition=snapshot.definition, asked={f.key for f in opened.fields},
        title=translate(opened.form.label),
    )  # fmt: skip
