"""Papers of the overview: the draft summary, the stored files of a county's report; and 县级口径差异."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import sqlalchemy as sa
from flask import render_template, request, send_file

from portal.core.audit import Act, record
from portal.core.errors import Invalid
from portal.core.i18n import translate
from portal.core.periods import Period, PeriodKind, parse_period, period_of
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.documents.letters import DOCX
from portal.documents.workbook import XLSX
from portal.overview import draft, drilldown
from portal.overview.export_places import write_differences
from portal.overview.views import blueprint, here, look_down, the_forms
from portal.reporting.archive import file_name, read_file
from portal.reporting.design.chain import list_below
from portal.reporting.models import Report
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session


@blueprint.get("/<tenant>/<campaign>/overview/draft.docx")
@require(Right.REPORT_REVIEW, writes=True)
def draft_paper() -> Any:
    """年度总结初稿, or of any other span; a draft for the office's own hand."""
    campaign, desk = the_campaign(), the_desk()
    given = request.args.get("span", "")
    span = parse_period(given) if given else period_of(now().date(), PeriodKind.YEAR)
    if span.kind is PeriodKind.ONCE:
        raise Invalid({"span": _("请选择年度、半年、季度或月份。")})
    look_down()
    stream = BytesIO()
    draft.write_draft(
        stream, the_session(), now(), campaign=campaign, forms=the_forms(campaign), span=span,
        body=desk.mechanism_name, office=desk.office_name,
    )  # fmt: skip
    record(the_session(), Act.EXPORT, "overview:draft", the_actor(), now(), {"span": span.key})
    stream.seek(0)
    title = translate(
        Message(_("%(body)s%(period)s工作总结（初稿）"), body=desk.mechanism_name, period=span.label)
    )
    return send_file(stream, DOCX, as_attachment=True, download_name=f"{title}.docx")


@blueprint.get("/<tenant>/<campaign>/overview/<place>/files/<int:file_id>")
@require(Right.OVERVIEW_READ, writes=True)
def stored(place: str, file_id: int) -> Any:
    """One of the files that a county stored with its report, as it was then."""
    look_down()
    session = the_session()
    county = drilldown.get_place(session, place)
    file = read_file(session, county.id, file_id)
    drilldown.get_report(
        session, county, the_desk().campaign, file.report_id
    )  # of this campaign, and submitted
    record(session, Act.EXPORT, f"report_file:{file.id}", the_actor(), now(), {"sha256": file.sha256})
    return send_file(BytesIO(file.content), XLSX, as_attachment=True, download_name=file_name(file))


@blueprint.get("/<tenant>/<campaign>/overview/differences")
@require(Right.OVERVIEW_READ)
def differences() -> Any:
    """县级口径差异: which tenants below ask earlier, or more, than the form says."""
    found = _read_differences()
    campaign = the_campaign()
    return render_template(
        "overview/differences.html", campaign=campaign, forms=the_forms(campaign), here=here(), **found
    )


@blueprint.get("/<tenant>/<campaign>/overview/differences.xlsx")
@require(Right.OVERVIEW_READ, writes=True)
def differences_workbook() -> Any:
    found, desk = _read_differences(), the_desk()
    period: Period | None = found["period"]
    stream = BytesIO()
    write_differences(stream, found["rows"], period=period, office=desk.office_name, now=now())
    data = {"period": period.key if period else ""}
    record(the_session(), Act.EXPORT, "overview:differences", the_actor(), now(), data)
    stream.seek(0)
    name = f"{desk.tenant_name}{translate(_('县级口径差异'))} {data['period']}.xlsx"
    return send_file(stream, XLSX, as_attachment=True, download_name=name)


def _read_differences() -> dict[str, Any]:
    look_down()
    options = _periods()
    given = request.args.get("period", "")
    period = parse_period(given) if given else next(iter(options), None)
    rows = list_below(the_session(), the_campaign(), period.key) if period else ()
    return {"options": options, "period": period, "rows": rows}


def _periods() -> list[Period]:
    """Periods of any form of the campaign, newest first."""
    keys = the_session().scalars(
        sa.select(Report.period).where(Report.campaign == the_desk().campaign).group_by(Report.period)
    )
    return sorted(map(parse_period, keys), key=lambda p: (p.end, p.kind), reverse=True)[:60]
