"""The leader signs a form or hands it back; the office accepts it or returns it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from portal.core.errors import Invalid, NotAllowed
from portal.core.posts import Right
from portal.reporting import reviewing, services
from portal.reporting.opened import open_sheet, show_sheet
from portal.reporting.views import blueprint, sentence, the_version, to_sheet
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session


@blueprint.post("/<tenant>/<campaign>/reports/<int:submission_id>/sign")
@require(Right.REPORT_SIGN)
def sign(submission_id: int) -> Any:
    opened = open_sheet(submission_id)
    if opened.submission.unit_id not in the_desk().units_with(Right.REPORT_SIGN):
        raise NotAllowed
    session, actor, moment = the_session(), the_actor(), now()
    problems: dict[str, Any] = {}
    reason = sentence("reason", problems, "reason")
    try:
        if problems:
            raise Invalid(problems)
        if request.form.get("action") == "decline":
            reviewing.decline_signature(
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
        return show_sheet(open_sheet(submission_id), problems=error.problems, status=422)
    return to_sheet(submission_id)


@blueprint.post("/<tenant>/<campaign>/reports/<int:submission_id>/review")
@require(Right.REPORT_REVIEW)
def review(submission_id: int) -> Any:
    """The office accepts the form, or returns it with reasons."""
    opened = open_sheet(submission_id)
    session, actor, moment, desk = the_session(), the_actor(), now(), the_desk()
    step: dict[str, Any] = {"submission": opened.submission, "version": the_version()}
    problems: dict[str, Any] = {}
    reasons = {"": sentence("reason", problems, "reason")}
    reasons |= {part.key: sentence(f"reason-{part.key}", problems, "reason") for part in opened.parts}
    try:
        if problems:
            raise Invalid(problems)
        if request.form.get("action") == "accept":
            reviewing.accept_submission(session, actor, moment, **step)
            flash(gettext("已受理。"), "done")
        else:
            link = url_for(
                "reporting.sheet",
                tenant=desk.tenant_code,
                campaign=desk.campaign,
                submission_id=submission_id,
            )
            reviewing.return_submission(
                session, actor, moment, campaign=the_campaign(), form=opened.form, reasons=reasons, link=link,
                **step,
            )  # fmt: skip
            flash(gettext("已退回，并已通知报送单位。"), "done")
    except Invalid as error:
        session.rollback()
        return show_sheet(open_sheet(submission_id), problems=error.problems, status=422)
    address: dict[str, Any] = {"tenant": desk.tenant_code, "campaign": desk.campaign}
    return redirect(url_for("reporting.board", report=opened.report.id, **address), 303)
