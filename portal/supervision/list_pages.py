"""The list of orders, its spreadsheet, and the figures."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.documents.exports import request_export
from portal.documents.letters import DOCX, Letter
from portal.documents.workbook import XLSX, write_workbook
from portal.supervision import export, listing, statistics
from portal.supervision.access import is_office, own_units
from portal.supervision.listing import Filters
from portal.supervision.sources import list_sources, name_source
from portal.supervision.states import near_end
from portal.supervision.views import at, blueprint
from portal.tenants.calendar import load_calendar
from portal.units.bodies import list_members
from portal.web.access import now, require, the_actor, the_desk, the_reader, the_registry, the_session
from portal.web.inputs import row_id


def asked() -> Filters:
    """What the address asks for, within what the desk may read."""
    desk, args = the_desk(), request.args
    state, source, year = args.get("state", ""), args.get("source", ""), args.get("year", "")
    return Filters(
        mechanism_id=desk.mechanism_id,
        own=own_units(desk),
        state=state if state in listing.FILTERS else "",
        unit=row_id(args.get("unit", "")),
        source=source if source in list_sources() else "",
        text=args.get("q", "").strip()[:60].replace("\0", ""),
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0,
        page=min(max(row_id(args.get("page", "")), 1), listing.MAX_PAGE),
    )


@blueprint.get("/<tenant>/<campaign>/supervision")
@require(Right.ORDER_READ)
def index() -> Any:
    desk, session, filters = the_desk(), the_session(), asked()
    near = near_end(now(), load_calendar(session))
    rows, more = listing.list_orders(session, desk.tenant_id, filters, now(), near)
    members = list_members(session, desk.mechanism_id, now().astimezone(SHANGHAI).date())
    known = {m.unit_id for m in members}
    return render_template(
        "supervision/index.html",
        at=at(desk),
        filters=filters,
        args={k: v for k, v in request.args.items() if v and k != "page"},
        rows=[(row, row.state(now(), near)) for row in rows],
        supporting=listing.supporting_of(session, desk.tenant_id, [row.id for row in rows]),
        left={row.id for row in rows if row.open and row.lead_id not in known},
        more=more,
        units=members if filters.own is None else [],
        sources=list_sources(),
        years=listing.list_years(session, desk.tenant_id, desk.mechanism_id),
        states=listing.FILTERS,
        office=is_office(desk),
        name_source=name_source,
        today=now().astimezone(SHANGHAI).date(),
    )


@blueprint.get("/<tenant>/<campaign>/supervision.xlsx")
@require(Right.ORDER_READ, writes=True)
def workbook() -> Any:
    """Every order that the list shows with these filters; a large list is handed to the worker."""
    desk, session, filters = the_desk(), the_session(), replace(asked(), page=1)
    near = near_end(now(), load_calendar(session))
    count = listing.count_orders(session, desk.tenant_id, filters, now(), near)
    if count > export.AT_ONCE:
        return _ask(filters)
    stream = BytesIO()
    write_workbook(stream, [export.make_sheet(session, desk, filters, now())])
    data = {"rows": count, "filters": {k: v for k, v in export.wanted_of(filters).items() if v}}
    record(session, Act.EXPORT, f"supervision:{desk.campaign}"[:60], the_actor(), now(), data)
    stream.seek(0)
    return send_file(stream, XLSX, as_attachment=True, download_name=f"{translate(_title())}.xlsx")


def _title() -> Message:
    day = now().astimezone(SHANGHAI).date().isoformat()
    return Message(_("%(place)s督办事项清单 %(day)s"), place=the_desk().tenant_name, day=day)


def _ask(filters: Filters) -> Any:
    session = the_session()
    try:
        request_export(
            session, the_actor(), now(), account_id=the_reader().account_id, kind=export.KIND, desk=the_desk(),
            title=_title(), wanted=export.wanted_of(filters), registry=the_registry(),
        )  # fmt: skip
    except (Conflict, Invalid) as error:
        session.rollback()
        flash(str(translate(error.message)), "warn")
    else:
        flash(str(translate(_("已开始生成，完成后可在本页下载。"))), "done")
    return redirect(url_for("documents.export_list"), 303)


# ------------------------------------------------------------------------------------------ the figures
@blueprint.get("/<tenant>/<campaign>/supervision/figures")
@require(Right.ORDER_READ)
def figures() -> Any:
    desk, filters, found = the_desk(), *_counted()
    return render_template(
        "supervision/figures.html",
        at=at(desk),
        filters=filters,
        found=found,
        years=listing.list_years(the_session(), desk.tenant_id, desk.mechanism_id),
        paragraph=_paragraph(found),
        name_source=name_source,
        today=now(),
    )


def _counted() -> tuple[Filters, statistics.Statistics]:
    session, filters = the_session(), asked()
    near = near_end(now(), load_calendar(session))
    return filters, statistics.count_figures(session, the_desk().tenant_id, filters, now(), near)


def _paragraph(found: statistics.Statistics) -> list[str]:
    """The whole, then by source, then by unit: sentences to be copied."""
    lines = [str(translate(statistics.say(found.all, now())))]
    comma, end = str(translate(_("；"))), str(translate(_("。")))
    if len(found.sources) > 1:
        parts = [statistics.say_part(name_source(k), f) for k, f in found.sources.items()]
        lines.append(str(translate(_("按来源："))) + comma.join(str(translate(p)) for p in parts) + end)
    if len(found.units) > 1:
        parts = [statistics.say_part(name, f) for name, f in found.units]
        lines.append(str(translate(_("按牵头单位："))) + comma.join(str(translate(p)) for p in parts) + end)
    return lines


@blueprint.get("/<tenant>/<campaign>/supervision/figures.docx")
@require(Right.ORDER_READ, writes=True)
def figures_paper() -> Any:
    """The same sentences as paragraphs of a Word document, to be put into a report."""
    desk, (_asked, found) = the_desk(), _counted()
    letter = Letter()
    letter.title(str(translate(Message(_("%(body)s督办事项办理情况"), body=desk.mechanism_name))))
    for line in _paragraph(found):
        letter.paragraph(line)
    stream = BytesIO()
    letter.save(stream)
    record(
        the_session(),
        Act.EXPORT,
        f"supervision:{desk.campaign}"[:60],
        the_actor(),
        now(),
        {"figures": found.all.total},
    )
    stream.seek(0)
    name = Message(_("督办事项办理情况 %(day)s"), day=now().astimezone(SHANGHAI).date().isoformat())
    return send_file(stream, DOCX, as_attachment=True, download_name=f"{translate(name)}.docx")
