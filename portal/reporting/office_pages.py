"""Pages of the office: the board of a period, reminders, the way upward."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from portal.core.errors import Invalid, NotFound
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.notices.services import notify
from portal.reporting import queries, services, upward
from portal.reporting.catalogue import find_form
from portal.reporting.models import Report, ReportState, State
from portal.reporting.views import answer, blueprint, form_of, sentence, the_version
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session


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
    return answer(
        "reporting/board.html", campaign=campaign, reports=reports, report=report, rows=shown, total=len(rows),
        state=state, filters=_FILTERS, counts={k: sum(_matches(r, k) for r in rows) for k in _FILTERS},
        form=find_form(session, desk.tenant_id, campaign, report.form, report.local) if report else None, may_review=Right.REPORT_REVIEW in desk.rights,
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
    form = form_of(the_campaign(), report.form, report.local)
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
    form = form_of(campaign, report.form, report.local)
    problems: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        gaps = {
            u.unit_id: sentence(f"gap-{u.unit_id}", problems, f"gap.{u.unit_id}")
            for u in upward.list_missing(session, report)
        }
        late_reason = sentence("late-reason", problems, "late_reason")
        try:
            if problems:
                raise Invalid(problems)
            upward.submit_report(
                session, the_actor(), now(), report=report, version=the_version(), gap_reasons=gaps,
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
    return answer(
        "reporting/submit.html", status, report=report, form=form, campaign=campaign, problems=problems,
        missing=upward.list_missing(session, report), typed=request.form,
        sums=services.current_sums(session, report), late=now() > report.due_at and report.submitted_at is None,
        reported_before={g["unit_id"]: g["reason"] for g in report.gaps},
    )  # fmt: skip
