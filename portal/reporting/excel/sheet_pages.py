"""Forms as spreadsheets that go out: one unit's own, or every unit's for the office."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from flask import current_app, send_file

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import NotFound
from portal.core.periods import parse_period
from portal.core.posts import Right
from portal.documents.workbook import XLSX
from portal.reporting.excel.sheet_content import sheet_of, sheets_of
from portal.reporting.excel.sheet_file import UnitSheet, write_sheets
from portal.reporting.excel.sheet_marks import PURPOSE
from portal.reporting.office_pages import own_report
from portal.reporting.opened import form_of, open_sheet
from portal.reporting.views import blueprint
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session


def the_key() -> bytes:
    key: bytes = current_app.extensions["portal"].keys.derive(PURPOSE)
    return key


def here(**more: Any) -> dict[str, Any]:
    return {"tenant": the_desk().tenant_code, "campaign": the_desk().campaign} | more


def send(sheets: Sequence[UnitSheet], name: str) -> Any:
    stream = BytesIO()
    write_sheets(stream, sheets, the_campaign(), the_key(), now().astimezone(SHANGHAI).date())
    stream.seek(0)
    return send_file(stream, XLSX, as_attachment=True, download_name=f"{name}.xlsx")


def _period(key: str) -> str:
    return str(parse_period(key).label)


@blueprint.get("/<tenant>/<campaign>/reports/<int:submission_id>.xlsx")
@require(Right.DUTY_READ)
def sheet_workbook(submission_id: int) -> Any:
    """Exactly this form as a workbook, with what stands in it."""
    opened = open_sheet(submission_id)
    found = sheet_of(
        the_session(), the_campaign(), opened.form, opened.submission, opened.unit, the_desk().tenant_code
    )
    return send([found], f"{opened.unit}{opened.form.label}{_period(opened.submission.period)}")


@blueprint.get("/<tenant>/<campaign>/board/<int:report_id>/sheets.xlsx")
@require(Right.REPORT_REVIEW, writes=True)
def bulk_workbook(report_id: int) -> Any:
    """Every unit's form in one workbook, to be sent round by mail."""
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    report = own_report(report_id)
    form = form_of(campaign, report.form, report.local)
    sheets = sheets_of(session, campaign, form, report, desk.tenant_code)
    if not sheets:
        raise NotFound
    record(session, Act.EXPORT, f"report:{report.id}", the_actor(), now(), {"units": len(sheets)})
    return send(sheets, f"{desk.tenant_name}{form.label}{_period(report.period)}")
