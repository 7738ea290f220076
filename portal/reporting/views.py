"""Pages of periodic reporting: the liaison's list and form, the office's board, the way upward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext

from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import join_words, translate
from portal.core.periods import parse_period
from portal.core.posts import Right
from portal.core.text import _
from portal.documents.file_pages import files_folder
from portal.reporting import parts, queries, services, standing
from portal.reporting.catalogue import stored_definition
from portal.reporting.checks import explained_rules
from portal.reporting.models import OPEN, State, Submission
from portal.reporting.opened import (
    Sheet,
    answer,
    differing,
    form_of,
    offers_of,
    open_sheet,
    read_sheet,
    show_sheet,
)
from portal.reporting.prefill import Offer, as_origins
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.declared import in_force, show_stored, show_value
from portal.web.inputs import Unusable, clean_text
from portal.web.tables import typed_at

blueprint = Blueprint("reporting", __name__, template_folder="templates")
PAGE = 50
MAX_EXPLANATION = 300


@blueprint.context_processor
def _helpers() -> dict[str, Any]:
    return {
        "show_value": show_value,
        "in_force": in_force,
        "show_stored": show_stored,
        "period_label": lambda key: parse_period(key).label,
        "light_of": lambda due, state: standing.light_of(due, now(), State(state)),
        "lateness": standing.lateness,
        "state_labels": standing.STATE_LABELS,
        "report_labels": standing.REPORT_LABELS,
    }


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
    opened = open_sheet(submission_id)
    editing = opened.submission.state in OPEN or request.args.get("edit") == "1"
    return show_sheet(opened, editing=editing)


@blueprint.post("/<tenant>/<campaign>/reports/<int:submission_id>")
@require(Right.REPORT_FILL)
def fill(submission_id: int) -> Any:
    """Save a draft, file, or file a zero report: the button pressed says which."""
    opened = open_sheet(submission_id)
    if opened.submission.unit_id not in the_desk().units_with(Right.REPORT_FILL):
        raise NotAllowed
    action = request.form.get("action", "save")
    if action not in ("save", "file", "zero") and not action.startswith("row-"):
        raise NotFound
    refused = _take_in(opened) if opened.may_fill else {}
    posted, offers = read_sheet(opened), offers_of(opened)
    problems = posted.problems
    if action == "save":  # a draft may have gaps, but nothing unreadable
        problems = {key: problem for key, problem in problems.items() if typed_at(posted.typed, key)}
    elif action == "zero":
        problems = {}
    said = read_sentences(opened, offers, problems)
    late_reason = sentence("late-reason", problems, "late_reason")
    problems |= refused
    session, actor, moment = the_session(), the_actor(), now()
    step: dict[str, Any] = {
        "submission": opened.submission, "version": the_version(), "origins": as_origins(offers),
    } | said  # fmt: skip
    back: dict[str, Any] = {"posted": posted, "offers": offers, "late_reason": late_reason} | said
    if action.startswith("row-"):  # a row more or less: nothing is saved, nothing is lost
        posted.typed |= parts.change_tables(opened.tables, request.form, action)
        return show_sheet(opened, problems=refused, **back)
    try:
        if not opened.may_fill:
            raise Conflict(_("这张表现在不能修改；如需更正请联系办公室退回。"))
        if problems:
            raise Invalid(problems)
        parts.drop_files(session, actor, moment, posted.files, posted.typed)
        if action == "save":
            services.save_draft(session, actor, moment, values=posted.values, **step)
            flash(gettext("草稿已保存，尚未提交。"), "done")
            return to_sheet(submission_id)
        needs_signature = the_desk().sign_off and opened.submission.unit_id not in the_desk().units_with(
            Right.REPORT_SIGN
        )
        services.file_submission(
            session, actor, moment, campaign=the_campaign(), form=opened.form, values=posted.values,
            late_reason=late_reason, needs_signature=needs_signature, zero=action == "zero", **step,
        )  # fmt: skip
    except Invalid as error:
        session.rollback()
        return show_sheet(open_sheet(submission_id), problems=error.problems, status=422, **back)
    except Conflict as error:
        session.rollback()
        opened = open_sheet(submission_id)
        stored = differing(opened, posted.typed)
        return show_sheet(opened, problems={"": error.message}, status=409, stored=stored, **back)
    if needs_signature:
        flash(gettext("已送分管领导签批，签批后即报出。"), "done")
    else:
        flash(gettext("零报告已提交。") if action == "zero" else gettext("已提交。"), "done")
    return to_sheet(submission_id)


@blueprint.post("/<tenant>/<campaign>/reports/<int:submission_id>/autosave")
@require(Right.REPORT_FILL)
def autosave(submission_id: int) -> Any:
    """The page saves itself. Cells that cannot be read keep what is stored and do not stop the others."""
    opened = open_sheet(submission_id)
    submission = opened.submission
    if not opened.own:
        raise NotAllowed
    posted, offers = read_sheet(opened), offers_of(opened)
    unread = {key for key in posted.problems if typed_at(posted.typed, key)}
    wrong: dict[str, Any] = {}
    said = read_sentences(opened, offers, wrong)
    for key in wrong:
        part, _dot, name = key.partition(".")
        kept = submission.explanations if part == "explain" else submission.corrections
        said["explanations" if part == "explain" else "corrections"][name] = kept.get(name, "")
    values = {k: v for k, v in posted.values.items() if k not in unread}
    for key in {key.partition(".")[0] for key in unread}:  # a table is kept or left as a whole
        values.pop(key, None)
        if key in submission.values:
            values[key] = submission.values[key]
    actor, moment = the_actor(), now()
    try:
        if not opened.may_fill:
            raise Conflict(_("这张表现在不能修改；如需更正请联系办公室退回。"))
        if not _saved_already(submission, actor.name, values, said):
            services.save_draft(
                the_session(), actor, moment, submission=submission, version=the_version(), values=values,
                origins=as_origins(offers), auto=True, **said,
            )  # fmt: skip
            the_session().flush()
    except Conflict as error:
        return {"problem": str(translate(error.message))}, 409
    time = moment.astimezone(SHANGHAI).strftime("%H:%M")
    text = gettext("已自动保存 %(time)s", time=time)
    if unread or wrong:
        unreadable = [part.label for part in opened.parts if _touches(part.key, unread, wrong)]
        text = gettext(
            "已自动保存 %(time)s，有 %(n)s 处看不懂，该处未存：%(list)s",
            time=time, n=len(unread) + len(wrong), list=join_words(unreadable[:5]),
        )  # fmt: skip
    return {"version": submission.version, "saved_at": text}


def _touches(key: str, unread: Iterable[str], wrong: Iterable[str]) -> bool:
    """Whether one of the problems lies in that field or table."""
    return any(p.partition(".")[0] == key for p in unread) or f"correct.{key}" in wrong


def _saved_already(submission: Submission, who: str, values: Any, said: Mapping[str, Any]) -> bool:
    """The same was kept a moment ago and its answer got lost: to save it again would look like a conflict."""
    given = {name: {k: v for k, v in texts.items() if v.strip()} for name, texts in said.items()}
    standing = {
        "explanations": {k: v for k, v in submission.explanations.items() if v.strip()},
        "corrections": dict(submission.corrections),
    }
    same = values == submission.values and given == standing
    return same and submission.saved_by == who and submission.state in OPEN


def _take_in(opened: Sheet) -> parts.Problems:
    """Attachments that came with the form."""
    uploads = {
        key: [(file.filename or "", file.stream) for file in request.files.getlist(key) if file.filename]
        for key in request.files
    }
    return parts.take_in(
        the_session(), the_actor(), now(), folder=files_folder(), fields=opened.fields,
        submission=opened.submission, uploads=uploads,
    )  # fmt: skip


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


def read_sentences(opened: Sheet, offers: Mapping[str, Offer], problems: dict[str, Any]) -> dict[str, Any]:
    """Explanations by rule and reasons of corrections by cell, as typed; what cannot be taken is a problem."""
    return {
        "explanations": {
            key: sentence(f"explain-{key}", problems, f"explain.{key}")
            for key in explained_rules(opened.form)
        },
        "corrections": {key: sentence(f"correct-{key}", problems, f"correct.{key}") for key in offers},
    }


def to_sheet(submission_id: int) -> Any:
    desk = the_desk()
    url = url_for(
        "reporting.sheet", tenant=desk.tenant_code, campaign=desk.campaign, submission_id=submission_id
    )
    return redirect(url, 303)


@blueprint.get("/<tenant>/<campaign>/reports/<int:submission_id>/editions/<int:number>")
@require(Right.DUTY_READ)
def edition(submission_id: int, number: int) -> Any:
    """What was filed then, under the labels of then."""
    opened = open_sheet(submission_id)
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
from portal.reporting import (  # noqa: E402
    burden_pages,
    evidence,
    office_pages,
    ordering,
    question_pages,
    review_pages,
)
from portal.reporting.design import local_pages  # noqa: E402
from portal.reporting.excel import upload_pages  # noqa: E402

__all__ = [
    "answer",
    "blueprint",
    "burden_pages",
    "evidence",
    "form_of",
    "local_pages",
    "office_pages",
    "ordering",
    "question_pages",
    "review_pages",
    "upload_pages",
]
