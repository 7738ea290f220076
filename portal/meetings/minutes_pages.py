"""Pages of minutes: as they stand, what an edition changed, the chair's decision, receipts."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for

from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.meetings import distribution
from portal.meetings.distribution import What
from portal.meetings.minutes import (
    find_minutes,
    gaps_of,
    give_back,
    list_editions,
    may_sign,
    may_write,
    signed_edition,
    submit,
)
from portal.meetings.minutes_approval import find_last, is_approval_listed
from portal.meetings.minutes_comparing import compare_editions
from portal.meetings.minutes_signing import sign
from portal.meetings.minutes_writing_pages import chair_of
from portal.meetings.models import Meeting, Minutes, MinutesEdition
from portal.meetings.resolutions import due_text
from portal.meetings.services import get_meeting, hold, is_office, list_invitations, oversees, writing_units
from portal.meetings.views import ID, at, blueprint, link
from portal.web.access import now, require, the_actor, the_desk, the_session
from portal.web.inputs import Unusable, clean_text, row_id


def order_link(order_id: int) -> str:
    known = "supervision.detail" in current_app.view_functions
    return url_for("supervision.detail", order_id=order_id, **at(the_desk())) if known else ""


def links_of(meeting: Meeting) -> dict[str, str]:
    desk = the_desk()
    return {
        What.MINUTES.value: link(desk, "minutes", meeting_id=meeting.id),
        What.DECISIONS.value: link(desk, "resolutions", meeting_id=meeting.id),
    }


def back(meeting: Meeting, endpoint: str = "minutes") -> Any:
    return redirect(link(the_desk(), endpoint, meeting_id=meeting.id), 303)


def readable_minutes(meeting_id: int) -> tuple[Meeting, Minutes | None, str]:
    """The meeting, its minutes and how much of them the desk reads (``What``, '' = nothing yet)."""
    session, desk = the_session(), the_desk()
    meeting = get_meeting(session, desk, meeting_id)
    minutes = find_minutes(session, meeting)
    return meeting, minutes, distribution.level_of(session, desk, meeting, minutes, now())


def signed_of(minutes: Minutes | None) -> MinutesEdition:
    found = signed_edition(the_session(), minutes) if minutes else None
    if found is None:
        raise NotFound
    return found


@blueprint.get(f"/<tenant>/<campaign>/meetings/{ID}/minutes")
@require(Right.MEETING_READ)
def minutes(meeting_id: int) -> Any:
    meeting, found, level = readable_minutes(meeting_id)
    if level == What.DECISIONS:
        raise NotAllowed(_("本单位没有参加这次会议，只能查看议定事项通报。"))
    return show_minutes(meeting, found, readable=bool(level))


def show_minutes(
    meeting: Meeting,
    found: Minutes | None,
    problems: dict[str, Message | Text] | None = None,
    *,
    readable: bool = True,
) -> str:
    """The office and whoever chairs see the newest edition; units the newest that is signed, if it was sent to them and
    they still belong to the body (``readable``)."""
    session, desk = the_session(), the_desk()
    inside = oversees(desk)
    editions = list_editions(session, found) if found and inside else []
    signed = next((e for e in reversed(editions) if e.signed_at), None)
    if found and readable and not inside:
        signed = signed_edition(session, found)
    edition = editions[-1] if editions else signed
    receipts = []
    if found and signed and (inside or writing_units(desk)):
        receipts = distribution.list_receipts(session, found, signed, None if inside else writing_units(desk))
    waits = found is not None and found.submitted_at is not None and found.signed_at is None
    return render_template(
        "meetings/minutes.html",
        at=at(desk),
        meeting=meeting,
        minutes=found if inside else None,
        edition=edition,
        editions=editions,
        signed=signed,
        due_text=due_text,
        chair=chair_of(meeting),
        gaps=gaps_of(session, meeting, found, now()) if found and inside and not found.signed_at else {},
        problems=problems or {},
        may_write=may_write(desk, meeting),
        may_sign=waits and may_sign(desk, meeting),
        waits=waits,
        inside=inside,
        office=is_office(desk),
        receipts=receipts,
        unsigned=[r for r in receipts if r.read_at is None],
        owed=not inside and any(r.read_at is None for r in receipts),
        what=distribution.WHAT,
        invited=list_invitations(session, meeting) if not found and may_write(desk, meeting) else [],
        last=find_last(session, meeting) if inside else None,
        approval_listed=is_approval_listed(session, meeting) if inside else False,
        paper_page=_paper_page(meeting) if signed else "",
    )


def _paper_page(meeting: Meeting) -> str:
    """Where the minutes become an official document."""
    if Right.PAPER_WRITE not in the_desk().rights:
        return ""
    return url_for("papers.new", template="minutes", subject=f"minutes:{meeting.id}", **at(the_desk()))


@blueprint.get(f"/<tenant>/<campaign>/meetings/{ID}/minutes/editions")
@require(Right.MEETING_READ)
def minutes_editions(meeting_id: int) -> Any:
    """Any two editions beside each other: the first chosen is the older."""
    session, desk = the_session(), the_desk()
    meeting = get_meeting(session, desk, meeting_id)
    found = find_minutes(session, meeting)
    if not oversees(desk) or found is None:
        raise NotFound
    editions = list_editions(session, found)
    by_number = {e.number: e for e in editions}
    new = by_number.get(row_id(request.args.get("new", ""))) or editions[-1]
    older = by_number.get(row_id(request.args.get("old", ""))) or by_number.get(new.number - 1)
    return render_template(
        "meetings/minutes_editions.html",
        at=at(desk),
        meeting=meeting,
        editions=editions,
        old=older,
        new=new,
        changes=compare_editions(older, new) if older else [],
        due_text=due_text,
    )


# ------------------------------------------------------------------------------------------------ the chair
@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/minutes/submit")
@require(Right.MEETING_HOLD)
def minutes_submit(meeting_id: int) -> Any:
    session = the_session()
    meeting = hold(session, the_desk(), meeting_id)
    found = find_minutes(session, meeting)
    if found is None:
        raise Conflict(_("还没有写纪要。"))
    try:
        submit(session, the_actor(), now(), meeting=meeting, minutes=found)
    except (Invalid, Conflict) as refused:
        session.rollback()
        meeting = get_meeting(session, the_desk(), meeting_id)
        problems = {"": refused.message} if isinstance(refused, Conflict) else {}
        return show_minutes(meeting, find_minutes(session, meeting), problems), 422
    said = Message(_("第 %(n)s 稿已送%(chair)s审核。"), n=found.edition, chair=chair_of(meeting))
    flash(str(translate(said)), "done")
    return back(meeting)


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/minutes/sign")
@require(Right.MINUTES_SIGN)
def minutes_sign(meeting_id: int) -> Any:
    return _decide(meeting_id, row_id(request.form.get("edition", "")), None)


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/minutes/return")
@require(Right.MINUTES_SIGN)
def minutes_return(meeting_id: int) -> Any:
    return _decide(meeting_id, row_id(request.form.get("edition", "")), request.form.get("why", ""))


def _decide(meeting_id: int, edition: int, why: str | None) -> Any:
    """Signed, or returned with ``why``."""
    session, desk = the_session(), the_desk()
    meeting = get_meeting(session, desk, meeting_id)
    session.refresh(meeting, with_for_update=True)
    try:
        if why is None:
            links = links_of(meeting)
            done = sign(
                session, the_actor(), now(), desk=desk, meeting=meeting, edition=edition, links=links, order_link=order_link
            )  # fmt: skip
            text = (
                _("已签发，分发 %(sent)s 份，转督办 %(orders)s 件。")
                if done.orders
                else _("已签发，分发 %(sent)s 份。")
            )
            said = Message(text, sent=done.sent, orders=done.orders)
        else:
            words = clean_text(why, 500, lines=True)
            url = link(desk, "minutes", meeting_id=meeting.id)
            give_back(
                session, the_actor(), now(), desk=desk, meeting=meeting, edition=edition, why=words, link=url
            )
            said = Message(_("已退回办公室修改。"))
    except (Conflict, Invalid, Unusable) as refused:
        session.rollback()
        meeting = get_meeting(session, desk, meeting_id)
        problems = refused.problems if isinstance(refused, Invalid) else {"": refused.message}
        return show_minutes(meeting, find_minutes(session, meeting), problems), 422
    flash(str(translate(said)), "done")
    return back(meeting)


# ------------------------------------------------------------------------------------------------ receipts
@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/minutes/receipt")
@require(Right.TOPIC_FILE)
def minutes_receipt(meeting_id: int) -> Any:
    """签收, for each unit of the reader that was sent something."""
    session, desk = the_session(), the_desk()
    meeting, found, level = readable_minutes(meeting_id)
    if found is None or not level:
        raise NotFound
    edition, signed = signed_of(found), False
    asked = distribution.list_receipts(session, found, edition, writing_units(desk))
    if not asked:
        raise NotFound
    for unit_id in dict.fromkeys(r.unit_id for r in asked):
        signed |= distribution.sign_for(
            session, the_actor(), now(), minutes=found, edition=edition, unit_id=unit_id
        )
    flash(str(translate(_("已签收。") if signed else _("以前已经签收过。"))), "done")
    return back(meeting, "resolutions" if level == What.DECISIONS else "minutes")


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/minutes/urge")
@require(Right.MEETING_HOLD)
def minutes_urge(meeting_id: int) -> Any:
    session = the_session()
    meeting = hold(session, the_desk(), meeting_id)
    found = find_minutes(session, meeting)
    edition = signed_of(found)
    assert found is not None
    links = links_of(meeting)
    count = distribution.urge(
        session, the_actor(), now(), meeting=meeting, minutes=found, edition=edition, links=links
    )
    text = _("已提醒 %(n)s 个单位签收。") if count else _("未签收的单位今天都已提醒过。")
    flash(str(translate(Message(text, n=count) if count else text)), "done")
    return back(meeting)


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/minutes/send")
@require(Right.MEETING_HOLD)
def minutes_send(meeting_id: int) -> Any:
    """To members that joined after the signature."""
    session = the_session()
    meeting = hold(session, the_desk(), meeting_id)
    found = find_minutes(session, meeting)
    edition = signed_of(found)
    assert found is not None
    count = distribution.distribute(
        session, the_actor(), now(), meeting=meeting, minutes=found, edition=edition, links=links_of(meeting)
    )
    text = Message(_("补发 %(n)s 份。"), n=count) if count else _("没有需要补发的单位。")
    flash(str(translate(text)), "done")
    return back(meeting)
