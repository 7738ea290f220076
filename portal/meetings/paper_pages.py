"""Papers of the agenda on one page, closed until the reader has signed the agreement; and the page that is signed."""

from __future__ import annotations

from typing import IO, Any

from flask import flash, redirect, render_template, request, url_for

from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.documents.file_pages import files_folder
from portal.meetings import papers, services, typed
from portal.meetings.models import Meeting
from portal.meetings.views import ID, at, blueprint, link
from portal.units import agreements
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_reader, the_session
from portal.web.inputs import local_path, row_id


def _opened(meeting_id: int) -> Meeting:
    """One whose papers are the reader's business."""
    session, desk = the_session(), the_desk()
    found = services.get_attended(session, desk, meeting_id)
    if not papers.may_open(session, desk, found, now()):
        raise NotAllowed(_("会议材料只给参会单位、办公室和召集人。"))
    return found


def _is_closed() -> bool:
    return papers.is_closed(the_session(), the_desk(), the_reader().account_id, the_campaign())


@blueprint.get(f"/<tenant>/<campaign>/meetings/{ID}/papers", endpoint="papers")
@require(Right.MEETING_READ)
def paper_list(meeting_id: int) -> Any:
    return _page(_opened(meeting_id))


def _page(meeting: Meeting, problem: Any = None, wrong: int = 0, status: int = 200) -> Any:
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    agenda = services.list_agenda(session, meeting)
    closed, declared = _is_closed(), papers.agreement_of(campaign)
    oversees = services.oversees(desk)
    signers = agreements.list_signers(session, desk, declared, now()) if declared and oversees else []
    asked = {row.short_name for row in services.list_invitations(session, meeting)} if signers else set()
    page = render_template(
        "meetings/papers.html", at=at(desk), meeting=meeting, agenda=agenda, closed=closed, agreement=declared, now=now(),
        papers=papers.list_papers(session, desk.tenant_id, [row.id for row in agenda]),
        readings=papers.list_readings(session, meeting) if oversees else {}, oversees=oversees,
        may_attach={row.id for row in agenda if papers.may_attach(desk, meeting, row.unit_id)} if not closed else set(),
        unsigned=[s for s in signers if s.signed_at is None and (s.unit_name in asked or not s.unit_name)],
        problem=problem, wrong=wrong,
    )  # fmt: skip
    return page, status


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/papers/<int:item_id>")
@require(Right.MEETING_READ)
def add_papers(meeting_id: int, item_id: int) -> Any:
    session, desk = the_session(), the_desk()
    meeting = _opened(meeting_id)
    item = papers.get_item(session, desk, meeting, item_id)
    if _is_closed():
        return redirect(_agreement(meeting_id), 303)
    uploads: list[tuple[str, IO[bytes]]] = [
        (f.filename or "", f.stream) for f in request.files.getlist("files") if f.filename
    ]
    try:
        if not uploads:
            raise Invalid({papers.FIELD: _("请选择文件。")})
        n = papers.attach(
            session,
            the_actor(),
            now(),
            folder=files_folder(),
            desk=desk,
            meeting=meeting,
            item=item,
            uploads=uploads,
        )
    except Invalid as error:
        typed.note_refused(f"agenda:{item_id}", error)
        return _page(_opened(meeting_id), next(iter(error.problems.values())), item_id, 422)
    flash(str(translate(Message(_("已上传 %(n)s 份材料。"), n=n))), "done")
    return redirect(link(desk, "papers", meeting_id=meeting_id), 303)


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/papers/<int:item_id>/remove")
@require(Right.MEETING_READ)
def remove_paper(meeting_id: int, item_id: int) -> Any:
    session, desk = the_session(), the_desk()
    meeting = _opened(meeting_id)
    item = papers.get_item(session, desk, meeting, item_id)
    try:
        papers.remove(
            session,
            the_actor(),
            now(),
            desk=desk,
            meeting=meeting,
            item=item,
            paper_id=row_id(request.form.get("paper", "")),
        )
    except Conflict as error:
        session.rollback()
        return _page(_opened(meeting_id), error.message, item_id, 409)
    flash(str(translate(_("材料已删去。"))), "done")
    return redirect(link(desk, "papers", meeting_id=meeting_id), 303)


# ----------------------------------------------------------------------------------------------- the agreement
def _agreement(meeting_id: int) -> str:
    return url_for(
        "meetings.agreement", next=link(the_desk(), "papers", meeting_id=meeting_id), **at(the_desk())
    )


@blueprint.get("/<tenant>/<campaign>/meetings/agreement")
@require(Right.MEETING_READ)
def agreement() -> Any:
    return _agreement_page(request.args.get("next", ""))


def _agreement_page(target: str, problem: str = "") -> str:
    desk, session, declared = the_desk(), the_session(), papers.agreement_of(the_campaign())
    if declared is None:
        raise NotFound
    return render_template(
        "meetings/agreement.html", at=at(desk), campaign=the_campaign(), agreement=declared,
        digest=agreements.digest_of(declared), next=local_path(target), problem=problem,
        signed=agreements.find_signature(session, desk, the_reader().account_id, declared),
    )  # fmt: skip


@blueprint.post("/<tenant>/<campaign>/meetings/agreement")
@require(Right.MEETING_READ)
def sign() -> Any:
    desk, declared, target = the_desk(), papers.agreement_of(the_campaign()), request.form.get("next", "")
    if declared is None:
        raise NotFound
    if request.form.get("agreed") != "1":
        return _agreement_page(target, str(translate(_("请勾选“已阅读并遵守”后再签署。")))), 422
    agreements.sign_agreement(
        the_session(), the_actor(), now(), mechanism_id=desk.mechanism_id, account_id=the_reader().account_id,
        agreement=declared, digest=request.form.get("digest", ""),
    )  # fmt: skip
    flash(str(translate(_("已签署。"))), "done")
    return redirect(local_path(target) or link(desk, "index"), 303)
