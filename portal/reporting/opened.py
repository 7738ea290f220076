"""One opened form: whose it is, what is asked, offered, typed and wrong; and the page that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, get_template_attribute, render_template, request, url_for
from markupsafe import Markup

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, Form, Grade, Table
from portal.core.errors import NotFound, PluginError
from portal.core.periods import parse_period
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.reporting import questions, services
from portal.reporting.asides import list_asides
from portal.reporting.catalogue import find_form
from portal.reporting.cells import blank, departs
from portal.reporting.checks import findings
from portal.reporting.due import counted_days
from portal.reporting.filed import previous_values
from portal.reporting.filing import asks_below
from portal.reporting.follow import list_elsewhere
from portal.reporting.models import COUNTED, OPEN, Report, ReportState, State, Submission
from portal.reporting.opening import asked_fields, asked_tables
from portal.reporting.parts import Standing, list_files, read_parts, type_parts
from portal.reporting.prefill import Offer, as_origins, current_offers
from portal.reporting.remarks import story
from portal.tenants.policies import value_of
from portal.web.access import now, the_campaign, the_desk, the_reader, the_session
from portal.web.declared import input_text, show_value
from portal.web.tables import table_texts


def form_of(campaign: Campaign, key: str, local: int) -> Form:
    form = find_form(the_session(), the_desk().tenant_id, campaign, key, local)
    if form is None:
        raise PluginError(_("插件中已没有这张表，已报内容仍可查看。"))
    return form


def answer(template: str, status: int = 200, **context: Any) -> Any:
    return render_template(template, **context), status


@dataclass
class Sheet:
    submission: Submission
    report: Report
    form: Form
    fields: tuple[Field, ...]
    tables: tuple[Table, ...]
    unit: str
    own: bool
    may_fill: bool
    may_sign: bool
    may_review: bool

    @property
    def parts(self) -> list[Field | Table]:
        return [*self.fields, *self.tables]

    @property
    def starting(self) -> bool:
        """Nothing was filed yet: empty cells take what the portal offers."""
        return self.submission.state in (State.EXPECTED, State.DRAFT)


@dataclass
class Posted:
    """What came with a form: ``values`` for storage, ``typed`` for showing it again, ``problems`` by cell."""

    values: dict[str, Any]
    typed: dict[str, Any]
    problems: dict[str, Any]
    files: Standing


def open_sheet(submission_id: int) -> Sheet:
    """The form for a reader of its unit or of the office; anybody else finds nothing."""
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    submission = services.get_submission(session, submission_id)
    own = submission.unit_id in desk.units_with(Right.REPORT_FILL)
    report = services.get_report(session, submission.report_id)
    if submission.campaign != desk.campaign or not (own or Right.REPORT_READ_ALL in desk.rights):
        raise NotFound
    g.nav = "reporting.mine" if Right.REPORT_FILL in desk.rights else "reporting.board"
    form = form_of(campaign, submission.form, submission.local)
    kept = report.closed_at is not None or report.state in (ReportState.SUBMITTED, ReportState.ACCEPTED)
    closed = kept and submission.state in COUNTED
    return Sheet(
        submission,
        report,
        form,
        asked_fields(form, submission.member),
        asked_tables(form, submission.member),
        services.unit_name(session, submission.unit_id),
        own=own,
        may_fill=own and submission.state in (*OPEN, State.FILED) and not closed,
        may_sign=submission.state == State.SIGNING
        and submission.unit_id in desk.units_with(Right.REPORT_SIGN),
        may_review=submission.state in COUNTED and Right.REPORT_REVIEW in desk.rights,
    )


def read_sheet(sheet: Sheet) -> Posted:
    files = list_files(the_session(), sheet.fields, sheet.submission)
    found = read_parts(
        sheet.fields, sheet.tables, request.form, the_campaign(), files, on=days_of(sheet.submission)[1]
    )
    return Posted(*found, files)


def days_of(submission: Submission) -> tuple[date, date]:
    """The days whose figures the form counts; the last of them says which choices are in force."""
    cut_off = value_of(the_session(), submission.tenant_id, the_campaign(), "cut_off_day")
    return counted_days(parse_period(submission.period), cut_off)


def offers_of(sheet: Sheet) -> dict[str, Offer]:
    return current_offers(
        the_session(), campaign=the_campaign(), form=sheet.form, submission=sheet.submission
    )


def filled_in(sheet: Sheet, offers: Mapping[str, Offer]) -> dict[str, Any]:
    """The stored values; a cell that was never touched takes the offer."""
    values = dict(sheet.submission.values)
    if sheet.starting:
        seen = sheet.submission.origins
        for key, offer in offers.items():
            if key not in values or (blank(values[key]) and key not in seen):
                values[key] = offer.value
    return values


def show_sheet(
    sheet: Sheet, *, posted: Posted | None = None, problems: Any = None, explanations: Any = None,
    corrections: Mapping[str, str] | None = None, offers: Mapping[str, Offer] | None = None, status: int = 200,
    editing: bool = True, late_reason: str = "", stored: Mapping[str, Any] | None = None,
) -> Any:  # fmt: skip
    """``posted``: what was typed, when it comes back. ``stored``: what somebody else saved meanwhile, to be read
    beside it."""
    session, campaign, submission = the_session(), the_campaign(), sheet.submission
    editing = editing and (sheet.may_fill or status == 409)  # what was typed stays on the page
    if offers is None:
        offers = offers_of(sheet) if editing else {}
    values = filled_in(sheet, offers)
    if posted is not None:
        values = posted.values
    previous, origins = previous_values(session, submission), as_origins(offers)
    hints: dict[str, Any] = dict(stored or {})
    explain: dict[str, Any] = {}
    for check, said in findings(sheet.form, values, previous) if submission.values or posted else ():
        for key in check.fields:
            hints.setdefault(key, said)
        if check.grade is Grade.EXPLAIN and not asks_below(check.key, origins):
            explain[check.key] = said
    problems = dict(problems or {})
    explain |= {k.removeprefix("explain."): problems[k] for k in problems if k.startswith("explain.")}
    asides = list_asides(
        sheet.fields, sheet.tables, campaign, values=values, previous=previous, offers=offers,
        origins={} if editing else submission.origins,
        corrections=submission.corrections if corrections is None else corrections, problems=problems,
    )  # fmt: skip
    reasons = submission.reasons if submission.state == State.RETURNED else {}
    for key, reason in reasons.items() if editing else ():
        if key:
            hints[key] = Message(_("退回原因：%(reason)s"), reason=reason)
    counted = days_of(submission)
    return answer(
        "reporting/sheet.html",
        status,
        sheet=sheet,
        **_beside(sheet, editing),
        campaign=campaign,
        sections=_sections(sheet),
        typed=posted.typed if posted else type_parts(sheet.fields, sheet.tables, values),
        values=submission.values,
        problems=problems,
        hints={k: v for k, v in hints.items() if k not in problems},
        prefilled={k: o.message for k, o in offers.items() if not departs(o.value, values.get(k))},
        offered_rows={t.key: table_texts(t, offers[t.key].value) for t in sheet.tables if t.key in offers},
        below=_below(asides, pointing=sheet.may_review and not editing),
        compared=previous is not None,
        comparing=previous is not None and request.args.get("compare") == "1",
        elsewhere=_elsewhere(sheet) if sheet.own and not editing else [],
        explain=explain,
        explanations=explanations if explanations is not None else submission.explanations,
        late_reason=late_reason,
        late=submission.first_filed_at is None and now() > submission.due_at,
        editing=editing,
        # What came back because somebody else saved is for the reader to settle, not for the page.
        autosaving=editing and status != 409 and submission.state in OPEN,
        reason=request.form.get("reason", ""),
        story=story(session, submission),
        counted=counted,
        choices_on=counted[1],
        due_why=[Message(s["text"], **s["params"]) for s in sheet.report.due_why.get("sentences", ())],
        reasons=reasons,
        labels={f.key: f.label for f in sheet.form.fields} | {t.key: t.label for t in sheet.form.tables},
    )


def differing(sheet: Sheet, typed: Mapping[str, Any]) -> dict[str, Message]:
    """Field key -> the stored value, for each field that reads otherwise in what was typed."""
    stored, campaign = sheet.submission.values, the_campaign()
    return {
        f.key: Message(_("现已保存的是：%(value)s"), value=show_value(f, stored.get(f.key), campaign))
        for f in sheet.fields
        if input_text(f, stored.get(f.key)) != typed[f.key]
    }


def _beside(sheet: Sheet, editing: bool) -> dict[str, Any]:
    """What stands beside the cells: attachments, the office's public notes, and where to ask."""
    session, submission = the_session(), sheet.submission
    here: dict[str, Any] = {"tenant": the_desk().tenant_code, "campaign": submission.campaign}
    asking = editing and sheet.may_fill
    return {
        "files": list_files(session, sheet.fields, submission) if editing else {},
        "field_notes": questions.notes_of(
            session, submission.tenant_id, submission.campaign, submission.form
        ),
        "ask_url": (lambda key: url_for("reporting.ask", submission_id=submission.id, key=key, **here)) if asking else None,
    }  # fmt: skip


def _sections(sheet: Sheet) -> list[tuple[Any, list[Field]]]:
    asked = {f.key for f in sheet.fields}
    split = [(s, [f for f in s.fields if f.key in asked]) for s in sheet.form.sections]
    return [(s, fields) for s, fields in split if fields]


def _below(asides: Mapping[str, Any], *, pointing: bool) -> Any:
    """What the page shows under a cell, by its key; the renderer of cells asks for it. ``pointing``: with a place
    for the reason why this cell is returned."""
    show = get_template_attribute("reporting/aside.html", "aside")
    point = get_template_attribute("reporting/aside.html", "point")

    def below(key: str) -> Markup:
        shown = show(key, asides[key]) if key in asides else Markup("")
        return shown + point(key, request.form.get(f"reason-{key}", "")) if pointing else shown

    return below


def _elsewhere(sheet: Sheet) -> list[Any]:
    """Other forms that hold another figure for what this one has filed; a link where the reader may go."""
    if sheet.submission.state not in (*COUNTED, State.SIGNING):
        return []
    reader, code = the_reader(), the_desk().tenant_code
    found = []
    for form in list_elsewhere(the_session(), sheet.submission, sheet.fields, the_campaign()):
        desk = reader.desk(code, form.campaign)
        may = desk is not None and sheet.submission.unit_id in desk.units_with(Right.REPORT_FILL)
        found.append((form, may))
    return found
