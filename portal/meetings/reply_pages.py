"""The notice with its reply slip: a unit fills in its own, the office sees them all and chases the open ones."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request

from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.meetings import replies, services, typed
from portal.meetings.forms import ReplyForm
from portal.meetings.models import Meeting
from portal.meetings.services import REPLIES, InvitationRow
from portal.meetings.views import ID, at, blueprint, link
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import row_id


@blueprint.get(f"/<tenant>/<campaign>/meetings/{ID}/replies", endpoint="replies")
@require(Right.MEETING_READ)
def reply_list(meeting_id: int) -> Any:
    found = services.get_attended(the_session(), the_desk(), meeting_id)
    return _page(found, wanted=row_id(request.args.get("unit", "")))


def _page(
    meeting: Meeting, form: ReplyForm | None = None, wanted: int = 0, problems: Any = (), status: int = 200
) -> Any:
    """``wanted``: the unit whose slip is open."""
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    rows = services.list_invitations(session, meeting)
    kind = services.kind_of(campaign, meeting.type)
    office, own = services.is_office(desk), services.writing_units(desk)
    open_ = meeting.cancelled_at is None and (office or now() < meeting.starts_at)
    mine = [row for row in rows if row.unit_id in own]
    slip = next(
        (r for r in (rows if office else mine) if r.unit_id == wanted),
        None if office else next(iter(mine), None),
    )
    expected = ""
    if slip is not None and open_ and kind is not None and kind.same_rank and not slip.invitation.observes:
        expected = replies.rank_of_member(session, meeting, slip.unit_id, now())
    page = render_template(
        "meetings/replies.html", at=at(desk), meeting=meeting, rows=rows, count=replies.count(rows), replies=REPLIES,
        kind=kind, campaign=campaign, label=services.label_of(campaign, meeting.type),
        chair=services.chair_label(desk.posts[0].titles, campaign, meeting.chair), agenda=services.list_agenda(session, meeting),
        mine=mine, slip=slip, form=form or (_filled(slip) if slip else None), expected=expected, open=open_, office=office,
        oversees=services.oversees(desk), now=now(), problems=problems,
        ranked=bool(kind and kind.same_rank and slip and not slip.invitation.observes),
    )  # fmt: skip
    return page, status


def _filled(slip: InvitationRow) -> ReplyForm:
    """As the unit answered before."""
    form, i = ReplyForm(formdata=None), slip.invitation
    for name in ("reply", "attendee", "rank", "expected_rank", "reason", "below_why", "opinion"):
        form[name].data = getattr(i, name)
    return form


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/reply")
@require(Right.MEETING_READ)
def reply(meeting_id: int) -> Any:
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    if Right.TOPIC_FILE not in desk.rights:
        raise NotAllowed(_("由参会单位的联络员或分管领导回执。"))
    meeting = services.get_attended(session, desk, meeting_id)
    form, unit_id = ReplyForm(), row_id(request.form.get("unit", ""))
    if not form.validate():
        return _page(meeting, form, unit_id, status=422)
    try:
        found = replies.send_reply(
            session, the_actor(), now(), desk=desk, meeting=meeting, kind=services.kind_of(campaign, meeting.type),
            unit_id=unit_id, entry=form.entry(), link=link(desk, "replies", meeting_id=meeting_id),
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        problems = typed.show_refusal(form, error, f"meeting:{meeting_id}")
        again = services.get_attended(session, desk, meeting_id)
        return _page(again, form, unit_id, problems, 409 if isinstance(error, Conflict) else 422)
    flash(
        str(
            translate(_("已回执，已过时限，注明迟报。") if found.late else _("已回执。会议开始前可以修改。"))
        ),
        "done",
    )
    return redirect(link(desk, "replies", meeting_id=meeting_id), 303)


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/remind")
@require(Right.MEETING_HOLD)
def remind_replies(meeting_id: int) -> Any:
    session, desk = the_session(), the_desk()
    meeting = services.hold(session, desk, meeting_id)
    here = link(desk, "replies", meeting_id=meeting_id)
    n = replies.remind(session, the_actor(), now(), meeting=meeting, link=here)
    text = Message(_("已催 %(n)s 家单位。"), n=n) if n else _("今天已经催过，或都已回执。")
    flash(str(translate(text)), "done")
    return redirect(here, 303)
