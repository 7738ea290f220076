"""Forms that come back as spreadsheets: taken in, looked at cell by cell, confirmed. One unit's, or the office's many."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext

from portal.campaigns.forms import Form
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.posts import Right
from portal.core.text import Message, _, unpack_text
from portal.documents.attachments import clean_name
from portal.reporting import services
from portal.reporting.cells import departs
from portal.reporting.checks import findings
from portal.reporting.excel import uploads
from portal.reporting.excel.sheet_content import list_expected, present, row_of
from portal.reporting.excel.sheet_pages import here, send, the_key
from portal.reporting.excel.upload_entry import Done, confirm, is_settled, left_sheets
from portal.reporting.excel.upload_lines import Mode, compare
from portal.reporting.filed import previous_values
from portal.reporting.models import OPEN, Report, State, Submission, Upload
from portal.reporting.office_pages import own_report
from portal.reporting.opened import answer, form_of, open_sheet
from portal.reporting.views import blueprint, sentence
from portal.units.services import get_unit
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_reader, the_session


# ------------------------------------------------------------------------------------------------ taken in
def _posted_files(most: int) -> list[tuple[str, bytes]]:
    """Name and content of each chosen file, at most so many bytes of each."""
    found = []
    for given in request.files.getlist("file"):
        if given.filename:
            found.append((clean_name(given.filename), given.stream.read(most)))
        given.close()
    return found


@blueprint.route("/<tenant>/<campaign>/reports/<int:submission_id>/upload", methods=["GET", "POST"])
@require(Right.REPORT_FILL)
def upload_one(submission_id: int) -> Any:
    opened = open_sheet(submission_id)
    if not opened.own:
        raise NotAllowed
    g.nav = "reporting.mine"
    session, desk = the_session(), the_desk()
    can, problems = uploads.is_open(opened.submission), {}
    if request.method == "POST":
        try:
            if not can:
                raise Conflict(_("这张表现在不能修改；如需更正请联系办公室退回。"))
            files = _posted_files(uploads.ONE.bytes + 1)
            if not files:
                raise Invalid({"file": _("请选择填好的 .xlsx 文件。")})
            made = uploads.stage_one(
                session, the_actor(), now(), campaign=the_campaign(), form=opened.form, report=opened.report,
                submission=opened.submission, unit=row_of(get_unit(session, opened.submission.unit_id)),
                tenant_code=desk.tenant_code, key=the_key(), name=files[0][0], content=files[0][1],
            )  # fmt: skip
            return redirect(url_for("reporting.upload", upload_id=made.id, **here()), 303)
        except (Invalid, Conflict) as error:
            session.rollback()
            opened, problems = open_sheet(submission_id), {"file": error.message}
    return answer(
        "reporting/upload.html", 422 if problems else 200, sheet=opened, form=opened.form, report=opened.report,
        can=can, problems=problems, bulk=False,
    )  # fmt: skip


@blueprint.route("/<tenant>/<campaign>/board/<int:report_id>/upload", methods=["GET", "POST"])
@require(Right.REPORT_REVIEW)
def upload_many(report_id: int) -> Any:
    """The office takes in what came by mail: many files, or one with a sheet per unit."""
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    report = own_report(report_id)
    form = form_of(campaign, report.form, report.local)
    problems: dict[str, Any] = {}
    if request.method == "POST":
        files = _posted_files(uploads.MANY.bytes + 1)
        try:
            made = uploads.stage_many(
                session, the_actor(), now(), campaign=campaign, form=form, report=report, tenant_code=desk.tenant_code,
                place=desk.tenant_name, key=the_key(), files=files,
            )  # fmt: skip
            return redirect(url_for("reporting.upload", upload_id=made.id, **here()), 303)
        except Invalid as error:
            session.rollback()
            report, problems = own_report(report_id), dict(error.problems)
    return answer(
        "reporting/upload.html", 422 if problems else 200, sheet=None, form=form, report=report, can=True,
        problems=problems, bulk=True, most=uploads.MAX_FILES,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- looking
def _open_upload(upload_id: int) -> tuple[Upload, Report, Form]:
    """The reader's own, while the post that allowed it lasts."""
    session, desk = the_session(), the_desk()
    found = uploads.get_upload(session, the_reader().account_id, desk.campaign, upload_id, now())
    report = services.get_report(session, found.report_id)
    if found.bulk:
        allowed = Right.REPORT_REVIEW in desk.rights
    else:
        submission = services.get_submission(session, int(found.findings[0]["submission"]))
        allowed = submission.unit_id in desk.units_with(Right.REPORT_FILL)
    if not allowed:
        raise NotFound
    g.nav = "reporting.board" if found.bulk else "reporting.mine"
    return found, report, form_of(the_campaign(), report.form, report.local)


def _show_lines(upload: Upload, report: Report, form: Form, number: int, status: int = 200) -> Any:
    session, campaign = the_session(), the_campaign()
    entry = uploads.get_entry(upload, number)
    if entry["problems"]:
        raise NotFound
    submission: Submission = services.get_submission(session, int(entry["submission"]))
    base, offers = present(session, campaign, form, submission)
    found = compare(entry, form, submission.member, base, campaign)
    departing = {
        line.key: offers[line.key].message
        for line in found.lines
        if line.key in offers and line.taken and departs(offers[line.key].value, found.values.get(line.key))
    }
    said = findings(form, found.values, previous_values(session, submission))
    return answer(
        "reporting/upload_lines.html", status, upload=upload, report=report, form=form, entry=entry, number=number,
        found=found, modes=Mode, submission=submission, said=said, can=uploads.is_open(submission),
        departing=departing, done=_done(entry), settled=is_settled(entry), remarks=[unpack_text(r) for r in entry["remarks"]],
        reasons=submission.corrections,
    )  # fmt: skip


def _done(entry: dict[str, Any]) -> tuple[str, Any] | None:
    return (entry["done"][0], unpack_text(entry["done"][1])) if "done" in entry else None


@blueprint.get("/<tenant>/<campaign>/uploads/<int:upload_id>")
@require(Right.DUTY_READ)
def upload(upload_id: int) -> Any:
    """What the files would change: one unit's cells, or a line for each unit."""
    found, report, form = _open_upload(upload_id)
    return _show_list(found, report, form) if found.bulk else _show_lines(found, report, form, 1)


def _show_list(found: Upload, report: Report, form: Form, status: int = 200) -> Any:
    states = {str(s.id): s.state for s, _unit in list_expected(the_session(), report)}
    rows = [
        {
            "number": n,
            "entry": e,
            "problems": [unpack_text(p) for p in e["problems"]],
            "state": states.get(e["submission"]),
            "done": _done(e),
        }
        for n, e in enumerate(found.findings, 1)
    ]
    return answer(
        "reporting/upload_list.html", status, upload=found, report=report, form=form, rows=rows,
        open_states=[s.value for s in OPEN], left=any(any(e.get("counts", [0, 0, 0])[1:]) for e in found.findings),
        waiting=sum(not e["problems"] and not is_settled(e, file=True) for e in found.findings),
        untouched=sum(
            not any(e["counts"]) and states.get(e["submission"]) == State.EXPECTED
            for e in found.findings
            if not e["problems"]
        ),
    )  # fmt: skip


@blueprint.get("/<tenant>/<campaign>/uploads/bulk/<int:upload_id>/<int:number>")
@require(Right.REPORT_REVIEW)
def upload_unit(upload_id: int, number: int) -> Any:
    """One unit's cells of a bulk upload."""
    found, report, form = _open_upload(upload_id)
    if not found.bulk:
        raise NotFound
    return _show_lines(found, report, form, number)


@blueprint.get("/<tenant>/<campaign>/uploads/<int:upload_id>/rest.xlsx")
@require(Right.DUTY_READ)
def upload_rest(upload_id: int) -> Any:
    """The same sheets with what did not enter: in yellow, each with its reason."""
    found, report, form = _open_upload(upload_id)
    sheets = left_sheets(
        the_session(), campaign=the_campaign(), form=form, report=report, upload=found,
        tenant_code=the_desk().tenant_code,
    )  # fmt: skip
    if not sheets:
        flash(gettext("没有需要退回的格。"), "done")
        return redirect(url_for("reporting.upload", upload_id=upload_id, **here()), 303)
    return send(sheets, str(Message(_("待改正 %(name)s"), name=found.name.removesuffix(".xlsx"))))


# ---------------------------------------------------------------------------------------------- confirming
def _decide(found: Upload, report: Report, form: Form, number: int) -> None:
    """Keep the ticks of the page, and which version of the form it showed."""
    session, campaign = the_session(), the_campaign()
    entry = uploads.decide(found, number, request.form.getlist("tick"), request.form.getlist("zero"))
    entry["version"] = request.form.get("seen", 0, int)
    submission = services.get_submission(session, int(entry["submission"]))
    base, _offers = present(session, campaign, form, submission)
    difference = compare(entry, form, submission.member, base, campaign)
    if request.form.get("action") == "all":
        entry["ticks"] = [line.key for line in difference.lines if line.mode is Mode.TICK]
        difference = compare(entry, form, submission.member, base, campaign)
    entry["counts"] = uploads.counts_of(difference)
    uploads.replace_entry(found, number, entry)


@blueprint.post("/<tenant>/<campaign>/uploads/bulk/<int:upload_id>/<int:number>")
@require(Right.REPORT_REVIEW)
def upload_decide(upload_id: int, number: int) -> Any:
    found, report, form = _open_upload(upload_id)
    if not found.bulk or uploads.get_entry(found, number)["problems"]:
        raise NotFound
    _decide(found, report, form, number)
    if request.form.get("action") == "all":
        return redirect(url_for("reporting.upload_unit", upload_id=upload_id, number=number, **here()), 303)
    flash(gettext("已记下，确认写入前不改动报表。"), "done")
    return redirect(url_for("reporting.upload", upload_id=upload_id, **here()), 303)


@blueprint.post("/<tenant>/<campaign>/uploads/<int:upload_id>")
@require(Right.DUTY_READ)
def upload_confirm(upload_id: int) -> Any:
    found, report, form = _open_upload(upload_id)
    session, campaign, action = the_session(), the_campaign(), request.form.get("action", "draft")
    back = redirect(url_for("reporting.upload", upload_id=upload_id, **here()), 303)
    problems: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    if not found.bulk:
        _decide(found, report, form, 1)
        if action == "all":
            return back
        reasons = {f.key: sentence(f"why-{f.key}", problems, f.key) for f in form.fields}
        reasons |= {t.key: sentence(f"why-{t.key}", problems, t.key) for t in form.tables}
    outcomes = confirm(
        session, the_actor(), now(), campaign=campaign, form=form, report=report, upload=found,
        file=found.bulk and action == "file",
        untouched="untouched" in request.form, reasons={k: v for k, v in reasons.items() if v and k not in problems},
    )  # fmt: skip
    if found.bulk:
        counts = {d: outcomes.count(d) for d in Done}
        flash(
            gettext("写入草稿 %(draft)s 家，代报 %(filed)s 家，未写入 %(rest)s 家。", draft=counts[Done.DRAFT], filed=counts[Done.FILED],
                    rest=len(outcomes) - counts[Done.DRAFT] - counts[Done.FILED]), "done",
        )  # fmt: skip
        return back
    entry = uploads.get_entry(found, 1)
    if outcomes == [Done.DRAFT] and not any(entry["counts"][1:]):
        flash(gettext("已写入草稿，尚未提交。请核对后提交。"), "done")
        return redirect(url_for("reporting.sheet", submission_id=int(entry["submission"]), **here()), 303)
    return back
