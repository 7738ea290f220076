"""Pages of the office and of the liaison's list: the board of a period, reminders, both as spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from flask import flash, redirect, request, send_file, url_for
from flask_babel import gettext

from portal.core.audit import Act, record
from portal.core.errors import NotFound
from portal.core.i18n import join_words, show_moment, translate
from portal.core.periods import parse_period
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.workbook import XLSX, Column, Kind, Sheet, write_workbook
from portal.reporting import archive, queries, questions, services, standing
from portal.reporting.catalogue import OWN, find_form
from portal.reporting.models import COUNTED, Report, ReportState, State
from portal.reporting.opened import answer
from portal.reporting.remarks import story
from portal.reporting.reminders import remind_units
from portal.reporting.upward import SENT
from portal.reporting.views import blueprint
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import row_id

FILTERS = {
    "missing": _("未报"),
    "draft": _("草稿"),
    "signing": _("待签"),
    "filed": _("待受理"),
    "accepted": _("已受理"),
    "returned": _("退回"),
    "late": _("迟报"),
}
MOST_ROWS = 5000


@blueprint.get("/<tenant>/<campaign>/board")
@require(Right.REPORT_READ_ALL)
def board() -> Any:
    """The office's matrix of one report: every unit with its light; filters in the address."""
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    reports = queries.list_reports(session, desk.tenant_id, desk.campaign)
    wanted = request.args.get("report", 0, int) or next(iter(_current(reports)), 0)
    report = own_report(wanted) if wanted else None
    rows = queries.list_board(session, report) if report else []
    files = archive.list_files(session, desk.tenant_id, report.id) if report else []
    state = request.args.get("state", "")
    shown = [r for r in rows if not state or _matches(r, state)]
    return answer(
        "reporting/board.html", campaign=campaign, reports=reports, report=report, rows=shown, total=len(rows),
        state=state, filters=FILTERS, counts={k: sum(_matches(r, k) for r in rows) for k in FILTERS},
        form=find_form(session, desk.tenant_id, campaign, report.form, report.local) if report else None,
        may_review=Right.REPORT_REVIEW in desk.rights, files=files[:5], counted_states=COUNTED,
        story=story(session, report) if report else (),
        questions_open=questions.count_open(session, desk.campaign),
        sent=report is not None and report.state in SENT, since=_since(report, rows, files) if report else None,
    )  # fmt: skip


def own_report(report_id: int) -> Report:
    """A report of the desk's tenant and campaign; any other is not found."""
    if not 0 < report_id < 2**63:
        raise NotFound
    report = services.get_report(the_session(), report_id)
    if report.campaign != the_desk().campaign:
        raise NotFound
    return report


def to_board(report_id: int) -> Any:
    desk = the_desk()
    return redirect(
        url_for("reporting.board", tenant=desk.tenant_code, campaign=desk.campaign, report=report_id), 303
    )


def _since(report: Report, rows: Sequence[Any], files: Sequence[archive.Stored]) -> Message | None:
    """What has come or gone since the superior got the report."""
    sent_at = next((f.made_at for f in files if f.kind == ReportState.SUBMITTED), report.submitted_at)
    if report.state not in SENT or sent_at is None:
        return None
    missing = {g["unit_id"] for g in report.gaps}
    arrived = sum(r.state in COUNTED and r.unit_id in missing for r in rows)
    corrected = sum(r.state in COUNTED and r.unit_id not in missing and r.filed_at > sent_at for r in rows)
    gone = sum(r.state not in COUNTED and r.unit_id not in missing for r in rows)
    said = [
        Message(text, n=n)
        for text, n in (
            (_("%(n)s 家补报"), arrived),
            (_("%(n)s 家更正"), corrected),
            (_("%(n)s 家退回修改中"), gone),
        )
        if n
    ]
    return Message(_("上报后有 %(what)s，可补充上报。"), what=join_words(said)) if said else None


def _matches(row: Any, wanted: str) -> bool:
    if wanted == "missing":
        return bool(row.state == State.EXPECTED)
    if wanted == "late":
        return standing.minutes_late(row.due_at, row.first_filed_at) > 0
    return bool(row.state == wanted)


def _current(reports: Sequence[Any]) -> list[int]:
    """The report to show first: of those still open the earliest due, a campaign's form before a local one."""
    waiting = [r for r in reports if r.state in (ReportState.COLLECTING, ReportState.RETURNED)]
    first = min(waiting, key=lambda r: (r.due_at, r.form.startswith(OWN)), default=next(iter(reports), None))
    return [first.id] if first else []


@blueprint.post("/<tenant>/<campaign>/board/<int:report_id>/remind")
@require(Right.REPORT_REVIEW)
def remind(report_id: int) -> Any:
    """One notice to each ticked unit; without ticks to each listed one, or to all that have not filed."""
    session, desk = the_session(), the_desk()
    report = own_report(report_id)
    chosen = {row_id(text) for text in request.form.getlist("chosen")}
    state = request.form.get("state", "")
    if not chosen and state in FILTERS:
        rows = queries.list_board(session, report)
        chosen = {r.id for r in rows if _matches(r, state) and r.state not in COUNTED}
        if not chosen:
            flash(gettext("所列单位都已报，没有发出通知。"), "warn")
            return to_board(report_id)
    count = remind_units(
        session, the_actor(), now(), report=report, chosen=chosen,
        link=url_for("reporting.mine", tenant=desk.tenant_code, campaign=desk.campaign),
    )  # fmt: skip
    flash(gettext("已向 %(n)s 个单位发出催报通知。", n=count), "done")
    return to_board(report_id)


# -------------------------------------------------------------------------------------------- spreadsheets
@blueprint.get("/<tenant>/<campaign>/board/<int:report_id>/list.xlsx")
@require(Right.REPORT_READ_ALL, writes=True)
def board_workbook(report_id: int) -> Any:
    """The board exactly as filtered."""
    session, desk = the_session(), the_desk()
    report = own_report(report_id)
    state = request.args.get("state", "")
    rows = [r for r in queries.list_board(session, report) if not state or _matches(r, state)]
    form = find_form(session, desk.tenant_id, the_campaign(), report.form, report.local)
    title = Message(
        _("%(form)s报送情况（%(period)s）"), form=form.label if form else Text(report.title or report.form),
        period=parse_period(report.period).label,
    )  # fmt: skip
    columns = [
        Column(label=_("状态"), width=10),
        Column(label=_("单位"), width=32),
        Column(label=_("时限"), width=17, kind=Kind.MOMENT),
        Column(label=_("报出时间"), width=17, kind=Kind.MOMENT),
        Column(label=_("版次"), width=7, kind=Kind.NUMBER),
        Column(label=_("备注"), width=34),
    ]
    lines = ([_standing(r), r.full_name, r.due_at, r.filed_at, r.edition or None, _remark(r)] for r in rows)
    return _download(
        Sheet(title=title, columns=columns, rows=lines, left=desk.mechanism_name, right=_as_filtered(state)),
        f"report:{report.id}", {"state": state, "rows": len(rows)},
    )  # fmt: skip


@blueprint.get("/<tenant>/<campaign>/reports.xlsx")
@require(Right.REPORT_FILL, writes=True)
def mine_workbook() -> Any:
    """The liaison's forms, every page of the list."""
    desk, campaign = the_desk(), the_campaign()
    units = desk.units_with(Right.REPORT_FILL)
    rows = queries.list_of_units(the_session(), desk.tenant_id, desk.campaign, units, MOST_ROWS, 0)
    columns = [
        Column(label=_("状态"), width=10),
        Column(label=_("报表"), width=36),
        Column(label=_("报告期"), width=16),
        Column(label=_("报送单位"), width=28),
        Column(label=_("时限"), width=17, kind=Kind.MOMENT),
        Column(label=_("首次报出"), width=17, kind=Kind.MOMENT),
        Column(label=_("版次"), width=7, kind=Kind.NUMBER),
        Column(label=_("备注"), width=34),
    ]

    def lines() -> Iterator[list[Any]]:
        for r in rows:
            form = campaign.form(r.form)
            label = form.label if form else Text(r.title or r.form)
            period = parse_period(r.period).label
            yield [
                _standing(r),
                label,
                period,
                r.full_name,
                r.due_at,
                r.first_filed_at,
                r.edition or None,
                _remark(r),
            ]

    return _download(
        Sheet(title=_("报送清单"), columns=columns, rows=lines(), left=desk.mechanism_name, right=_as_filtered("")),
        "submissions", {"rows": len(rows)},
    )  # fmt: skip


def _standing(row: Any) -> Text:
    return standing.STATE_LABELS[State(row.state)]


def _remark(row: Any) -> Any:
    late = standing.lateness(row.due_at, row.first_filed_at)
    words: list[Any] = [_("零报告")] if row.zero else []
    if late is not None:
        words.append(
            Message(_("%(late)s：%(reason)s"), late=late, reason=row.late_reason) if row.late_reason else late
        )
    return join_words(words)


def _as_filtered(state: str) -> Message:
    moment = show_moment(now())
    if state not in FILTERS:
        return Message(_("数据截至 %(moment)s"), moment=moment)
    return Message(_("只列%(state)s，数据截至 %(moment)s"), state=FILTERS[state], moment=moment)


def _download(sheet: Sheet, subject: str, data: dict[str, Any]) -> Any:
    stream = BytesIO()
    write_workbook(stream, [sheet])
    record(the_session(), Act.EXPORT, subject, the_actor(), now(), data)
    stream.seek(0)
    return send_file(stream, XLSX, as_attachment=True, download_name=f"{translate(sheet.title)}.xlsx")


# Further pages of the office.
from portal.reporting import difference_pages, upward_pages  # noqa: E402

__all__ = ["blueprint", "difference_pages", "upward_pages"]
