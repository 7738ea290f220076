"""One meeting: its agenda beside everything that became of it, from topic to closed resolutions."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for

from portal.core.errors import Conflict, Invalid
from portal.core.posts import Right
from portal.meetings import replies, services, timeline, topics, typed
from portal.meetings.models import Meeting
from portal.meetings.views import ID, OF_EVERYBODY, at, blueprint, link
from portal.web.access import now, require, the_campaign, the_desk, the_session
from portal.web.inputs import Unusable


@blueprint.get(f"/<tenant>/<campaign>/meetings/{ID}")
@require(Right.MEETING_READ)
def meeting(meeting_id: int) -> Any:
    found = services.get_meeting(the_session(), the_desk(), meeting_id)
    if not services.attends(the_session(), the_desk(), found):
        return redirect(link(the_desk(), OF_EVERYBODY.partition(".")[2], meeting_id=meeting_id))
    return _page(found)


def _page(found: Meeting, problem: Any = None, asked: str = "", given: str = "", status: int = 200) -> Any:
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    agenda = services.list_agenda(session, found)
    invited = services.list_invitations(session, found)
    count = replies.count(invited)
    own = set(services.own_units(desk))
    page = render_template(
        "meetings/meeting.html", at=at(desk), meeting=found, agenda=agenda, count=count, campaign=campaign,
        kind=services.kind_of(campaign, found.type), label=services.label_of(campaign, found.type),
        chair=services.chair_label(desk.posts[0].titles, campaign, found.chair), now=now(),
        steps=timeline.list_steps(session, found, agenda, count, now()), office=services.is_office(desk),
        mine=[row for row in invited if row.unit_id in own], opinions=[r for r in invited if r.invitation.opinion]
        if services.oversees(desk) else [], waiting=len(topics.list_pickable(session, desk)) if services.is_office(desk) else 0,
        problem=problem, asked=asked, given=given, paper_url=_paper_url(found),
    )  # fmt: skip
    return page, status


def _paper_url(found: Meeting) -> str:
    """Where the notice is written as an official document; '' for who writes none, and once it is issued."""
    desk = the_desk()
    if Right.PAPER_WRITE not in desk.rights or found.document_number or found.held_at or found.cancelled_at:
        return ""
    return url_for("papers.new", subject=services.subject_of(found), **at(desk))


def refused(meeting_id: int, error: Unusable | Invalid | Conflict, *, asked: str, given: str) -> Any:
    """The page again with what was typed into the form of the step ``asked``, which was not taken."""
    problem: Any
    if isinstance(error, Invalid):
        typed.note_refused(f"meeting:{meeting_id}", error)
        problem, status = next(iter(error.problems.values())), 422
    else:
        the_session().rollback()
        problem, status = error.message, 409 if isinstance(error, Conflict) else 422
    found = services.get_meeting(the_session(), the_desk(), meeting_id)
    return _page(found, problem, asked, given, status)
