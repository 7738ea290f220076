"""Pages of the overview: completeness and totals, the way down to a single form, the workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.i18n import translate
from portal.core.periods import Period, PeriodKind, parse_period, period_of
from portal.core.posts import Right
from portal.core.scope import set_scope
from portal.core.text import Text
from portal.documents.workbook import XLSX
from portal.matching.totals import count_joined
from portal.overview import chart, drilldown, export, lines, phases, services, tables
from portal.overview.standing import STATE_WORDS
from portal.reporting.archive import list_files
from portal.reporting.catalogue import find_form, list_forms
from portal.reporting.differences import say
from portal.reporting.models import ReportState
from portal.reporting.opening import asked_fields, asked_tables
from portal.reporting.standing import lateness
from portal.reporting.upward import MAX_REASON, accept_report, return_report
from portal.units.reader import subtree_scope
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.declared import show_stored, show_value
from portal.web.inputs import Unusable, clean_text
from portal.web.shell import show_number, show_wan, show_yuan
from portal.web.tables import HELPERS

blueprint = Blueprint("overview", __name__, template_folder="templates")
VIEWS = ("totals", "all")


def show_figure(figure: tables.Figure, value: Any) -> str:
    if figure.money:
        return show_wan(value) if figure.wan else show_yuan(value)
    return show_number(value)


@blueprint.context_processor
def _helpers() -> dict[str, Any]:
    return {
        "show_figure": show_figure,
        "show_stored": show_stored,
        "source_text": Text,
        "show_value": show_value,
        "lateness": lateness,
        "short_period": lambda key: chart.short_label(parse_period(key), roomy=True),
        "period_label": lambda key: parse_period(key).label,
        "accepted": STATE_WORDS[ReportState.ACCEPTED],
        "state_words": {s.value: w for s, w in STATE_WORDS.items()},
        **HELPERS,
    }


def here() -> dict[str, Any]:
    desk = the_desk()
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


def look_down() -> None:
    """From here on the request also reads what the tenants below have released."""
    set_scope(the_session(), subtree_scope(the_session(), the_desk()))


def the_forms(campaign: Campaign) -> list[Form]:
    """As the reader's own tenant has them: with its own columns, and its own forms."""
    return list_forms(the_session(), the_desk().tenant_id, campaign)


def choose_form(forms: Sequence[Form], given: Mapping[str, str]) -> Form:
    """The one the address names, else the first. ``NotFound`` where there is none."""
    key = given.get("form", "")
    form = next((f for f in forms if f.key == key), None) if key else next(iter(forms), None)
    if form is None:
        raise NotFound
    return form


def choose_span(form: Form, given: Mapping[str, str]) -> services.Span:
    count = given.get("n", "")
    return services.choose_span(
        the_session(), now(), campaign=the_desk().campaign, form=form, to=given.get("to", ""),
        count=int(count) if count.isdecimal() and len(count) < 6 else 0,
    )  # fmt: skip


def spans_offered() -> tuple[Period, ...]:
    """For a summary on paper: this year and last, their halves and quarters."""
    day = now().date()
    kinds = ((PeriodKind.YEAR, 2), (PeriodKind.HALF_YEAR, 3), (PeriodKind.QUARTER, 5))
    return tuple(period_of(day, kind).shifted(-n) for kind, count in kinds for n in range(count))


def _read(form: Form) -> services.Overview:
    span = choose_span(form, request.args)
    return services.read_overview(the_session(), now(), campaign=the_desk().campaign, form=form, span=span)


@blueprint.get("/<tenant>/<campaign>/overview")
@require(Right.OVERVIEW_READ)
def index() -> Any:
    """One form over several periods; every filter stands in the address."""
    campaign = the_campaign()
    look_down()
    forms = the_forms(campaign)
    if not forms:
        return render_template("overview/empty.html", stages=phases.draw(campaign, now().date()), here=here())
    view = _read(choose_form(forms, request.args))
    figures = tables.headline(view.form)
    drawable = [f for f in figures if not f.cumulative]
    drawn = next((f for f in drawable if f.key == request.args.get("figure")), next(iter(drawable), None))
    shown = request.args.get("view", "")
    compare = request.args.get("compare") or ("year" if tables.has(view, view.span.year_ago) else "month")
    style, of = request.args.get("chart", ""), request.args.get("of", "")
    args = {
        "form": view.form.key,
        "to": view.span.chosen.key,
        "n": len(view.span.periods),
        "compare": compare,
    }
    return render_template(
        "overview/index.html",
        campaign=campaign,
        forms=forms,
        view=view,
        shown=shown if shown in VIEWS else VIEWS[0],
        figures=figures,
        drawable=drawable,
        compare=compare,
        goals=tables.goals(view),
        chart=chart.draw(view, drawn) if drawn and style != "line" else None,
        lines=lines.draw(view, drawn, of) if drawn and style == "line" else None,
        stages=phases.draw(campaign, now().date()),
        joined=count_joined(the_session(), the_desk(), campaign, view.span.chosen),
        spans=spans_offered() if Right.REPORT_REVIEW in the_desk().rights else (),
        tables=tables,
        export=export,
        args=args
        | ({"figure": drawn.key} if drawn else {})
        | ({"chart": style, "of": of} if style == "line" else {}),
        here=here(),
        at=now(),
    )


@blueprint.get("/<tenant>/<campaign>/overview.xlsx")
@require(Right.OVERVIEW_READ, writes=True)
def workbook() -> Any:
    """The page as filtered, as a spreadsheet."""
    desk = the_desk()
    look_down()
    view = _read(choose_form(the_forms(the_campaign()), request.args))
    stream = BytesIO()
    export.write_overview(stream, view, office=desk.office_name, now=now())
    periods = [p.key for p in view.span.periods]
    record(the_session(), Act.EXPORT, f"overview:{view.form.key}", the_actor(), now(), {"periods": periods})
    stream.seek(0)
    name = f"{desk.tenant_name}{translate(view.form.label)} {periods[-1]}.xlsx"
    return send_file(stream, XLSX, as_attachment=True, download_name=name)


@blueprint.get("/<tenant>/<campaign>/overview/<place>/<int:report_id>")
@require(Right.OVERVIEW_READ)
def report(place: str, report_id: int) -> Any:
    look_down()
    return _show_report(place, report_id)


def _show_report(code: str, report_id: int, problem: Any = None, status: int = 200) -> Any:
    session, campaign = the_session(), the_campaign()
    place = drilldown.get_place(session, code)
    found = drilldown.get_report(session, place, campaign.key, report_id)
    form = find_form(session, place.id, campaign, found.form, found.local)
    figures = tables.headline(form) if form and found.state in services.SUBMITTED else ()
    own = services.figures_of(found)
    return render_template(
        "overview/report.html",
        place=place,
        report=found,
        form=form,
        filed=drilldown.list_filed(session, found),
        files=list_files(session, place.id, found.id),
        say=say,
        figures=[(f, tables.measure(f, own)) for f in figures if not f.cumulative],
        may_review=Right.REPORT_REVIEW in the_desk().rights
        and place.parent_id == the_desk().tenant_id
        and found.state == ReportState.SUBMITTED,
        problem=problem,
        typed=request.form.get("reason", ""),
        here=here(),
    ), status  # fmt: skip


@blueprint.post("/<tenant>/<campaign>/overview/<place>/<int:report_id>/review")
@require(Right.REPORT_REVIEW)
def review(place: str, report_id: int) -> Any:
    """Accept the county's report, or return it with a reason."""
    look_down()
    session, campaign = the_session(), the_campaign()
    county = drilldown.get_place(session, place)
    found = drilldown.get_report(session, county, campaign.key, report_id)
    form = find_form(session, county.id, campaign, found.form, found.local)
    step = {"county_id": county.id, "report_id": report_id, "version": request.form.get("version", 0, int)}
    try:
        if request.form.get("action") == "accept":
            accept_report(session, the_actor(), now(), **step)
            flash(gettext("已受理。"), "done")
        else:
            return_report(session, the_actor(), now(), reason=_reason(), form=form, **step)
            flash(gettext("已退回，并已通知该地区办公室。"), "done")
    except (Invalid, Conflict) as error:
        session.rollback()
        problem = error.problems["reason"] if isinstance(error, Invalid) else error.message
        return _show_report(place, report_id, problem, 422 if isinstance(error, Invalid) else 409)
    return redirect(url_for("overview.report", place=place, report_id=report_id, **here()), 303)


def _reason() -> str:
    try:
        return clean_text(request.form.get("reason", ""), MAX_REASON)
    except Unusable as error:
        raise Invalid({"reason": error.message}) from error


@blueprint.get("/<tenant>/<campaign>/overview/<place>/forms/<int:submission_id>")
@require(Right.OVERVIEW_READ)
def sheet(place: str, submission_id: int) -> Any:
    """One unit's form as released, under the labels it was filed with."""
    look_down()
    session, campaign = the_session(), the_campaign()
    county = drilldown.get_place(session, place)
    number = request.args.get("edition", 0, int)
    found = drilldown.get_sheet(session, county, campaign.key, submission_id, number)
    form = find_form(session, county.id, campaign, found.form, found.edition.local)
    current = form is not None and form.version == found.edition.form_version
    asked = {f.key for f in asked_fields(form, found.member)} if form and current else set()
    sections = [(s, [f for f in s.fields if f.key in asked]) for s in form.sections] if form and asked else []
    return render_template(
        "overview/sheet.html", campaign=campaign, place=county, sheet=found, here=here(),
        sections=[(s, fields) for s, fields in sections if fields],
        repeating_tables=asked_tables(form, found.member) if form and current else (),
    )  # fmt: skip


from portal.overview import export_pages, paper_pages, summary_pages  # noqa: E402, F401
