"""Pages of resolutions: the office's list with what became of each, the notice of decisions that units read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request

from portal.core.errors import Conflict, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.meetings import distribution
from portal.meetings.distribution import What
from portal.meetings.minutes import find_minutes, signed_edition
from portal.meetings.minutes_approval import approve as approve_last
from portal.meetings.minutes_approval import put_on_agenda
from portal.meetings.minutes_pages import back, order_link, readable_minutes, show_minutes, signed_of
from portal.meetings.models import Meeting, Resolution
from portal.meetings.resolutions import Progress, due_text, list_progress, make_orders
from portal.meetings.services import attends, get_meeting, hold, is_office, oversees, own_units, writing_units
from portal.meetings.views import ID, at, blueprint, link
from portal.supervision.statistics import Figures, say
from portal.web.access import now, require, the_actor, the_desk, the_session
from portal.web.inputs import Unusable, clean_text, row_id


def figures_of(progress: Iterable[Progress], moment: datetime) -> Figures:
    """Resolutions closed, open and late, by their orders or their own clocks."""
    found = Figures()
    for p in progress:
        light = p.light(moment)[0]
        done = not p.order.open if p.order else p.clock is not None and p.clock.met_at is not None
        found.add(Figures(1, int(done), int(light == "late")))
    return found


@blueprint.get(f"/<tenant>/<campaign>/meetings/{ID}/resolutions")
@require(Right.MEETING_READ)
def resolutions(meeting_id: int) -> Any:
    """Of the newest signed minutes. A unit follows the progress of what it works on, and of nothing else."""
    meeting, _minutes, level = readable_minutes(meeting_id)
    return show_resolutions(meeting, level)


def show_resolutions(meeting: Meeting, level: str, problem: Message | Text | None = None) -> str:
    session, desk, moment = the_session(), the_desk(), now()
    minutes = find_minutes(session, meeting) if level else None
    edition = signed_edition(session, minutes) if minutes else None
    decisions = edition.decisions if edition else []
    inside, own = oversees(desk), set(own_units(desk))
    mine = [d for d in decisions if inside or own & {d["lead_id"], *d["supporting_ids"]}]
    progress = list_progress(session, desk.tenant_id, [d["id"] for d in mine])
    receipts = []
    if minutes and edition and not inside and writing_units(desk):
        receipts = distribution.list_receipts(session, minutes, edition, writing_units(desk))
    return render_template(
        "meetings/resolutions.html",
        at=at(desk),
        meeting=meeting,
        minutes=minutes,
        edition=edition,
        decisions=decisions,
        due_text=due_text,
        progress=progress,
        lights={i: p.light(moment) for i, p in progress.items()},
        sentence=say(figures_of(progress.values(), moment), moment) if inside and decisions else None,
        open=[d for d in mine if progress[d["id"]].order is None] if is_office(desk) else [],
        office=is_office(desk),
        inside=inside or attends(session, desk, meeting),
        decisions_only=level == What.DECISIONS,
        owed=any(r.read_at is None for r in receipts),
        problem=problem,
    )


@blueprint.get("/<tenant>/<campaign>/meetings/resolutions/<int(max=9223372036854775807):resolution_id>")
@require(Right.MEETING_READ)
def resolution(resolution_id: int) -> Any:
    """From an order back to where it was decided."""
    desk = the_desk()
    row = the_session().get(Resolution, (desk.tenant_id, resolution_id))
    if row is None:
        raise NotFound
    meeting = get_meeting(the_session(), desk, row.meeting_id)
    return redirect(link(desk, "resolutions", meeting_id=meeting.id, _anchor=f"r{row.id}"))


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/resolutions/orders")
@require(Right.ORDER_ASSIGN)
def resolutions_order(meeting_id: int) -> Any:
    """转督办, all of them or the one named ``only``."""
    session, desk = the_session(), the_desk()
    meeting = hold(session, desk, meeting_id)
    minutes = find_minutes(session, meeting)
    edition = signed_of(minutes)
    assert minutes is not None
    try:
        made = make_orders(
            session, the_actor(), now(), desk=desk, meeting=meeting, minutes=minutes, edition=edition,
            only=row_id(request.form.get("only", "")), link=order_link,
        )  # fmt: skip
    except Conflict as refused:
        session.rollback()
        return show_resolutions(
            get_meeting(session, desk, meeting_id), What.MINUTES.value, refused.message
        ), 422
    text = Message(_("已转督办 %(n)s 件。"), n=made.made) if made.made else _("这些事项都已在督办中。")
    flash(str(translate(text)), "done")
    return back(meeting, "resolutions")


# ----------------------------------------------------------------------------------- the minutes of last time
@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/approval/agenda")
@require(Right.MEETING_HOLD)
def approval_agenda(meeting_id: int) -> Any:
    """审议上次会议纪要, as the first line of the agenda."""
    meeting = hold(the_session(), the_desk(), meeting_id)
    put_on_agenda(the_session(), meeting)
    flash(str(translate(_("已列入议程第一项。"))), "done")
    return back(meeting, "meeting")


@blueprint.post(f"/<tenant>/<campaign>/meetings/{ID}/approval")
@require(Right.MEETING_HOLD)
def approval(meeting_id: int) -> Any:
    session, desk = the_session(), the_desk()
    meeting = hold(session, desk, meeting_id)
    form = request.form
    try:
        words = clean_text(form.get("objections", ""), 500, lines=True)
        if form.get("outcome") == "objected" and not words:
            raise Unusable(_("请写明提出了什么异议、由谁提出（写单位）。"))
        words = words if form.get("outcome") == "objected" else ""
    except Unusable as refused:
        return show_minutes(meeting, find_minutes(session, meeting), {"objections": refused.message}), 422
    approve_last(
        session,
        the_actor(),
        now(),
        meeting=meeting,
        last_id=row_id(form.get("minutes", "")),
        objections=words,
    )
    flash(str(translate(_("上次会议纪要的审议情况已记录。"))), "done")
    return back(meeting)
