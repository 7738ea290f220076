"""What follows the first report: 续报 and 终报, the offices' words, links to other matters, the paper."""

from __future__ import annotations

import secrets
from io import BytesIO
from typing import Any

from flask import render_template, request, send_file

from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.deadlines.matters import find_matter
from portal.documents.drafts import find_draft
from portal.documents.letters import DOCX
from portal.documents.writing import show_refusal
from portal.exchange import chain
from portal.exchange.first_pages import keep, read_typed
from portal.exchange.forms import FeedbackForm, HandledForm, PartForm
from portal.exchange.letter import write_letter
from portal.exchange.models import UrgentReport
from portal.exchange.office import first_line, settle_handling, subject_of
from portal.exchange.related import find_kin, link_matters
from portal.exchange.services import list_receipts, receive_report
from portal.exchange.views import ID, at, back, blueprint, link, own_units, readable, show_chain, tell
from portal.units.models import Mechanism, Unit
from portal.web.access import logged_in, now, require, the_actor, the_campaign, the_desk, the_session

_TYPED = ("kind", "what", "measures", "wishes", "amount", "checked_by", "phone", "request_key")


@blueprint.route(f"/<tenant>/<campaign>/urgent/{ID}/part", methods=["GET", "POST"])
@require(Right.URGENT_FILE)
def part(report_id: int) -> Any:
    report, desk, session = _own_report(report_id), the_desk(), the_session()
    form = PartForm()
    if request.method == "GET":
        draft = find_draft(
            session,
            mechanism_id=desk.mechanism_id,
            unit_id=report.unit_id,
            kind=chain.DRAFT,
            subject=subject_of(report),
        )
        form.request_key.data = secrets.token_urlsafe(18)
        form.kind.data = request.args.get("kind", chain.PartKind.FOLLOW_UP.value)
        form.phone.data = chain.standing_of(report, chain.list_parts(session, report)).phone
        if draft is not None:
            for name in _TYPED:
                form[name].data = draft.content.get(name, "")
            form.version.data = str(draft.version)
        return _part_page(form, report)
    if form.validate():
        news = chain.News(
            form.what.data or "", form.measures.data or "", form.wishes.data or "", form.amount.fen,
            form.checked_by.data or "", form.phone.data or "",
        )  # fmt: skip
        kind = chain.PartKind(form.kind.data)
        try:
            chain.add_part(
                session, the_actor(), now(), report=report, kind=kind, news=news,
                request_key=form.request_key.data or "", link=link,
            )  # fmt: skip
        except Conflict as error:
            return _part_page(form, report, error.message), 409
        except Invalid as error:
            show_refusal(form, error, f"urgent:{report_id}")
            return _part_page(form, _own_report(report_id)), 422
        final = kind is chain.PartKind.FINAL
        tell(_("终报已发送，本件办结。") if final else _("续报已发送，本级办公室和上级可见。"))
        return back(report)
    return _part_page(form, report), 422


@blueprint.post(f"/<tenant>/<campaign>/urgent/{ID}/draft")
@require(Right.URGENT_FILE)
def autosave_part(report_id: int) -> Any:
    report = _own_report(report_id)
    typed = read_typed(_TYPED)
    return keep(
        the_desk(), unit_id=report.unit_id, kind=chain.DRAFT, subject=subject_of(report), typed=typed,
        title=first_line(typed["what"] or report.what),
    )  # fmt: skip


def _own_report(report_id: int) -> UrgentReport:
    """One that the desk's unit reported; the tenants below and other units' are not found."""
    report = readable(report_id)
    desk = the_desk()
    if report.tenant_id != desk.tenant_id or report.unit_id not in desk.units_with(Right.URGENT_FILE):
        raise NotFound
    return report


def _part_page(form: PartForm, report: UrgentReport, problem: Any = None) -> str:
    parts = chain.list_parts(the_session(), report)
    return render_template(
        "exchange/part.html", at=at(the_desk()), form=form, report=report, problem=problem,
        standing=chain.standing_of(report, parts),
    )  # fmt: skip


@blueprint.post(f"/<tenant>/<campaign>/urgent/{ID}/feedback")
@require(Right.URGENT_RECEIVE)
def feedback(report_id: int) -> Any:
    report = readable(report_id)
    form = FeedbackForm()
    if form.validate():
        try:
            chain.give_feedback(
                the_session(), the_actor(), now(), report=report, desk=the_desk(), campaign=the_campaign(),
                words=form.what.data or "", reopen=bool(form.reopen.data), late_reason=form.late_reason.data or "",
                request_key=form.request_key.data or "", link=link,
            )  # fmt: skip
            tell(_("反馈已发送，报送单位可见。"))
            return back(report)
        except Invalid as error:
            show_refusal(form, error, f"urgent:{report_id}")
            report = readable(report_id)
    return show_chain(report, feedback=form), 422


@blueprint.post(f"/<tenant>/<campaign>/urgent/{ID}/handled")
@require(Right.URGENT_RECEIVE)
def handled(report_id: int) -> Any:
    """The office did its part without a word to the unit: one line says what."""
    report = readable(report_id)
    form = HandledForm()
    if form.validate():
        try:
            session, actor = the_session(), the_actor()
            receive_report(session, actor, now(), report=report, desk=the_desk(), campaign=the_campaign())
            note = form.note.data or ""
            if settle_handling(
                session, actor, now(), report=report, note=note, late_reason=form.late_reason.data or ""
            ):
                tell(_("已记下处置情况，本办公室的时限办结。"))
            return back(report)
        except Invalid as error:
            show_refusal(form, error, f"urgent:{report_id}")
            report = readable(report_id)
    return show_chain(report, handled=form), 422


@blueprint.post(f"/<tenant>/<campaign>/urgent/{ID}/related")
@logged_in
def relate(report_id: int) -> Any:
    """A unit links its own entries, the office any of its tenant."""
    report, desk, session = readable(report_id), the_desk(), the_session()
    matter = find_matter(session, report.subject) if report.subject else None
    writes = report.unit_id in desk.units_with(Right.URGENT_FILE)
    if report.tenant_id != desk.tenant_id or matter is None:
        raise NotFound
    if not writes and Right.URGENT_RECEIVE not in desk.rights:
        raise NotFound
    kin = find_kin(session, the_campaign(), matter, unit_ids=own_units(desk))
    link_matters(session, the_actor(), now(), report=report, kin=kin, chosen=request.form.getlist("related"))
    tell(_("关联已保存，金额仍分别计算。"))
    return back(report)


@blueprint.get(f"/<tenant>/<campaign>/urgent/{ID}/report.docx")
@logged_in(writes=True)
def paper(report_id: int) -> Any:
    """The chain as 信息快报."""
    report, session = readable(report_id), the_session()
    unit = session.get_one(Unit, (report.tenant_id, report.unit_id))
    body = session.get_one(Mechanism, (report.tenant_id, report.mechanism_id))
    stream = BytesIO()
    write_letter(
        stream,
        report=report,
        parts=chain.list_parts(session, report),
        unit=unit.full_name,
        office=body.office,
        now=now(),
    )
    record(
        session,
        Act.EXPORT,
        subject_of(report),
        the_actor(),
        now(),
        {"receipts": len(list_receipts(session, report))},
    )
    stream.seek(0)
    title = translate(Message(_("信息快报 %(what)s"), what=first_line(report.what, 30)))
    return send_file(stream, DOCX, as_attachment=True, download_name=f"{title}.docx")
