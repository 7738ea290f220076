"""The way upward: consolidation with amendments, submitting, closing and opening again, the stored files."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

from flask import flash, redirect, request, send_file, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from portal.campaigns.forms import FieldKind, Form
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.documents.workbook import XLSX
from portal.figures.services import summed_fields
from portal.reporting import archive, upward
from portal.reporting.amending import amend_report, county_sentences
from portal.reporting.differences import gap_of, say
from portal.reporting.models import Report
from portal.reporting.office_pages import own_report, to_board
from portal.reporting.opened import answer, form_of
from portal.reporting.report_book import KINDS
from portal.reporting.views import blueprint, sentence, the_version
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.declared import input_text, read_values

SAME_REASON = "gap-all"


@blueprint.context_processor
def _helpers() -> dict[str, Any]:
    return {"say_difference": say, "file_kinds": KINDS}


@blueprint.route("/<tenant>/<campaign>/board/<int:report_id>/submit", methods=["GET", "POST"])
@require(Right.REPORT_REVIEW)
def submit(report_id: int) -> Any:
    """Gap list, sums with the county's own figures beside them, and the report upward."""
    session, campaign = the_session(), the_campaign()
    report = own_report(report_id)
    form = form_of(campaign, report.form, report.local)
    if request.method == "GET":
        return _show(report, form)
    problems: dict[str, Any] = {}
    amended = _read_amended(form, problems)
    same = sentence(SAME_REASON, problems, SAME_REASON)
    gaps = {
        u.unit_id: sentence(f"gap-{u.unit_id}", problems, f"gap.{u.unit_id}") or same
        for u in upward.list_missing(session, report)
    }
    late_reason = sentence("late-reason", problems, "late_reason")
    step: dict[str, Any] = {"report": report, "version": the_version()}
    try:
        if problems:
            raise Invalid(problems)
        amend_report(session, the_actor(), now(), form=form, amended=amended, **step)
        if request.form.get("action") == "save":
            flash(gettext("县核定数已保存，尚未上报。"), "done")
            desk = the_desk()
            address: dict[str, Any] = {"tenant": desk.tenant_code, "campaign": desk.campaign}
            return redirect(url_for("reporting.submit", report_id=report_id, **address), 303)
        session.flush()  # the amendment counts as a change of the report
        step["version"] = report.version
        upward.submit_report(
            session, the_actor(), now(), gap_reasons=gaps, late_reason=late_reason, campaign=campaign, **step
        )
    except Invalid as error:
        session.rollback()
        return _show(own_report(report_id), form, error.problems, 422)
    except Conflict as error:
        session.rollback()
        return _show(own_report(report_id), form, {"": error.message}, 409)
    flash(gettext("已上报。"), "done")
    return to_board(report_id)


def _read_amended(form: Form, problems: dict[str, Any]) -> dict[str, tuple[int | None, str]]:
    """What was typed beside the sums. What cannot be read leaves its problem at ``amend.<key>``."""
    fields = [replace(f, required=False) for f in summed_fields(form)]
    posted = MultiDict([(f.key, request.form.get(f"amend-{f.key}", "")) for f in fields])
    values, _typed, wrong = read_values(fields, posted, the_campaign())
    problems.update({f"amend.{key}": message for key, message in wrong.items()})
    return {
        f.key: (values[f.key], sentence(f"amend-reason-{f.key}", problems, f"amend.{f.key}")) for f in fields
    }


def _show(report: Report, form: Form, problems: Any = None, status: int = 200) -> Any:
    """The page; what was typed stands in the inputs again, else what is stored."""
    session, campaign = the_session(), the_campaign()
    rollup = archive.find_rollup(session, report)
    sums, amended = (dict(rollup.values), rollup.amended) if rollup else ({}, {})
    net, duplicates = archive.net_of(
        session, campaign, form, report, sums, archive.list_filed(session, report)
    )
    typed = dict(request.form) if request.method == "POST" else {
        f"amend-{f.key}": input_text(f, amended[f.key]["value"]) for f in summed_fields(form) if f.key in amended
    } | {f"amend-reason-{key}": own["reason"] for key, own in amended.items()}  # fmt: skip
    return answer(
        "reporting/submit.html", status, report=report, form=form, campaign=campaign, problems=problems or {},
        sections=[(s, [f for f in s.fields if f in summed_fields(form)]) for s in form.sections],
        missing=upward.list_missing(session, report), typed=typed, sums=sums, amended=amended, net=net,
        duplicates=duplicates, fields={f.key: f for f in form.fields}, said=county_sentences(session, report, form),
        late=now() > report.due_at and report.submitted_at is None, sent=report.state in upward.SENT,
        reported_before={g["unit_id"]: g["reason"] for g in report.gaps}, gap_of=_gap_of,
    )  # fmt: skip


def _gap_of(field: Any, before: int | None, after: int) -> str:
    shown = {"kind": FieldKind(field.kind), "unit": str(field.unit or "")}
    return gap_of(shown, before or 0, after)


@blueprint.post("/<tenant>/<campaign>/board/<int:report_id>/close")
@require(Right.REPORT_REVIEW)
def close(report_id: int) -> Any:
    """Close the period, or open it again with a reason: the button pressed says which."""
    session = the_session()
    step: dict[str, Any] = {"report": own_report(report_id), "version": the_version()}
    problems: dict[str, Any] = {}
    try:
        if request.form.get("action") == "reopen":
            reason = sentence("reason", problems, "reason")
            if problems:
                raise Invalid(problems)
            upward.reopen_report(session, the_actor(), now(), reason=reason, **step)
            flash(gettext("已重新开放，已报的表可以退回更正；已存档的文件不变。"), "done")
        else:
            upward.close_report(session, the_actor(), now(), campaign=the_campaign(), **step)
            flash(gettext("已关账，文件已存档。未报单位仍可补报，补报后自动存为下一版。"), "done")
    except (Invalid, Conflict) as error:
        session.rollback()
        flash(
            translate(next(iter(error.problems.values())) if isinstance(error, Invalid) else error.message),
            "warn",
        )
    return to_board(report_id)


@blueprint.get("/<tenant>/<campaign>/board/<int:report_id>/files")
@require(Right.REPORT_READ_ALL)
def report_files(report_id: int) -> Any:
    """Every stored file of the report with what it changed."""
    session, campaign = the_session(), the_campaign()
    report = own_report(report_id)
    return answer(
        "reporting/report_files.html", report=report, campaign=campaign, form=campaign.form(report.form),
        files=archive.list_files(session, report.tenant_id, report.id),
    )  # fmt: skip


@blueprint.get("/<tenant>/<campaign>/board/files/<int:file_id>")
@require(Right.REPORT_READ_ALL, writes=True)
def report_file(file_id: int) -> Any:
    """One stored file as it was stored."""
    session, desk = the_session(), the_desk()
    file = archive.read_file(session, desk.tenant_id, file_id)
    own_report(file.report_id)
    record(session, Act.EXPORT, f"report:{file.report_id}", the_actor(), now(), {"file": file.number})
    return send_file(BytesIO(file.content), XLSX, as_attachment=True, download_name=archive.file_name(file))
