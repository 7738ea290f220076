"""The day of the meeting: the sign-in sheet and the name cards to print, and who came, also from a telephone."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid
from portal.core.i18n import show_moment, translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.letters import DOCX, Letter
from portal.meetings import convening, replies, services, typed
from portal.meetings.models import Meeting
from portal.meetings.services import InvitationRow, Reply
from portal.meetings.views import ID, at, blueprint, link
from portal.web.access import now, require, the_actor, the_desk, the_session
from portal.web.inputs import Unusable, clean_text

WIDEST = 10
"""Letters of a name card beyond which its type gets no smaller: the name breaks into two lines."""


def remark_of(row: InvitationRow) -> Message | Text:
    """备注 of the sheet."""
    if row.invitation.reply == Reply.LEAVE:
        return _("请假")
    if row.invitation.observes:
        return _("列席")
    return _("代会") if row.invitation.reply == Reply.SUBSTITUTE else Text("")


@blueprint.get(f"/<tenant>/<campaign>/meetings/{ID}/sign-in")
@require(Right.MEETING_READ)
def sign_in(meeting_id: int) -> Any:
    return _page(services.get_attended(the_session(), the_desk(), meeting_id))


def _page(meeting: Meeting, problem: Any = None, status: int = 200) -> Any:
    session, desk = the_session(), the_desk()
    rows = services.list_invitations(session, meeting)
    began = now().astimezone(SHANGHAI).date() >= meeting.starts_at.astimezone(SHANGHAI).date()
    oversees = services.oversees(desk)
    own = set(services.own_units(desk))
    page = render_template(
        "meetings/sign_in.html", at=at(desk), meeting=meeting, rows=rows if oversees else [r for r in rows if r.unit_id in own],
        total=len(rows), present=sum(r.invitation.present is True for r in rows), remark_of=remark_of, oversees=oversees,
        marks=services.is_office(desk) and began and meeting.cancelled_at is None, began=began,
        office=services.is_office(desk), problem=problem, typed=request.form, now=now(),
    )  # fmt: skip
    return page, status


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/present")
@require(Right.MEETING_HOLD)
def mark_present(meeting_id: int) -> Any:
    """Who came; entering it says that the meeting was held."""
    session, desk = the_session(), the_desk()
    marks: dict[int, tuple[bool | None, str]] = {}
    try:
        meeting = services.hold(session, desk, meeting_id)
        for row in services.list_invitations(session, meeting):
            given = request.form.get(f"present-{row.unit_id}")
            if given is not None:
                came = clean_text(request.form.get(f"came-{row.unit_id}", ""), 60)
                marks[row.unit_id] = ({"yes": True, "no": False}.get(given), came)
        replies.mark_present(session, the_actor(), now(), meeting=meeting, marks=marks)
        if any(present for present, _came in marks.values()) and now() >= meeting.starts_at:
            convening.set_held(session, the_actor(), now(), meeting=meeting)
    except (Unusable, Invalid, Conflict) as error:
        problem: Any
        if isinstance(error, Invalid):
            typed.note_refused(f"meeting:{meeting_id}", error)
            problem, status = next(iter(error.problems.values())), 422
        else:
            session.rollback()
            problem, status = error.message, 409 if isinstance(error, Conflict) else 422
        return _page(services.get_attended(session, desk, meeting_id), problem, status)
    flash(str(translate(_("到会情况已保存。"))), "done")
    return redirect(link(desk, "sign_in", meeting_id=meeting_id), 303)


@blueprint.get(f"/<tenant>/<campaign>/meetings/{ID}/sign-in.docx")
@require(Right.MEETING_HOLD, writes=True)
def sign_in_sheet(meeting_id: int) -> Any:
    """签到表 in official order, with room to sign."""
    session, desk = the_session(), the_desk()
    meeting = services.get_meeting(session, desk, meeting_id)
    stream = BytesIO()
    _write_sheet(stream, meeting, services.list_invitations(session, meeting))
    record(session, Act.EXPORT, services.subject_of(meeting), the_actor(), now(), {"what": "sign_in"})
    stream.seek(0)
    name = f"{meeting.title} {translate(_('签到表'))}.docx"
    return send_file(stream, DOCX, as_attachment=True, download_name=name)


def _write_sheet(stream: BytesIO, meeting: Meeting, rows: list[InvitationRow]) -> None:
    def said(text: Text | Message) -> str:
        return str(translate(text))

    letter = Letter()
    letter.title(f"{meeting.title}{said(_('签到表'))}")
    when = Message(
        _("时间：%(when)s　地点：%(place)s"), when=show_moment(meeting.starts_at), place=meeting.place
    )
    letter.paragraph(said(when), flush=True)
    head = [said(x) for x in (_("序号"), _("单位"), _("职务"), _("签名"), _("备注"))]
    lines = [
        [str(n), row.full_name, row.invitation.attendee, "", said(remark_of(row))]
        for n, row in enumerate(rows, 1)
    ]
    letter.table(head, lines, (1, 5, 3, 4, 2), figures=len(head), height=620)  # room for a hand
    letter.save(stream)


@blueprint.get(f"/<tenant>/<campaign>/meetings/{ID}/cards")
@require(Right.MEETING_HOLD)
def cards(meeting_id: int) -> Any:
    """座签: one sheet each, printed on both halves, to be folded into a tent."""
    session, desk = the_session(), the_desk()
    meeting = services.get_meeting(session, desk, meeting_id)
    names = [
        row.short_name
        for row in services.list_invitations(session, meeting)
        if row.invitation.reply != Reply.LEAVE
    ]
    sized = [(name, max(2, min(len(name), WIDEST))) for name in names]
    return render_template("meetings/cards.html", at=at(desk), meeting=meeting, cards=sized)
