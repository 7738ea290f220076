"""The list of meetings: what is to come, then what is past by year; and how much time they took, for the office."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import render_template, request

from portal.core.clock import SHANGHAI
from portal.core.posts import Right
from portal.core.text import Text
from portal.meetings import burden, listing, topics
from portal.meetings.services import REPLIES, is_office, label_of, oversees
from portal.meetings.views import at, blueprint
from portal.web.access import now, require, the_campaign, the_desk, the_session
from portal.web.inputs import row_id


@blueprint.get("/<tenant>/<campaign>/meetings")
@require(Right.MEETING_READ)
def index() -> str:
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    this_year = now().astimezone(SHANGHAI).year
    year = row_id(request.args.get("year", "")) or 0
    type_ = request.args.get("kind", "")
    kinds = {k.type.value: k.label for k in campaign.meetings.kinds}
    upcoming = listing.list_upcoming(session, desk, now())
    years = listing.list_years(session, desk) or [this_year]
    year = year if year in years else years[0]
    past, more = listing.list_past(
        session, desk, now(), year=year, type_=type_ if type_ in kinds else "",
        page=max(min(row_id(request.args.get("page", "")), 1000), 1),
    )  # fmt: skip
    own = listing.list_own_replies(session, desk, [row.id for row in upcoming])
    waiting = topics.list_pickable(session, desk) if is_office(desk) else []
    return render_template(
        "meetings/index.html", at=at(desk), campaign=campaign, kinds=kinds, upcoming=upcoming, past=past, more=more,
        years=years, year=year, type=type_ if type_ in kinds else "", page=max(row_id(request.args.get("page", "")), 1),
        own=own, label=_label, office=is_office(desk), several=oversees(desk), now=now(), waiting=waiting,
        replies=REPLIES, may_file=Right.TOPIC_FILE in desk.rights,
    )  # fmt: skip


def _label(type_: str) -> Text:
    return label_of(the_campaign(), type_)


@blueprint.get("/<tenant>/<campaign>/meetings/burden")
@require(Right.MEETING_HOLD)
def budget() -> str:
    """Of all bodies in the place, not of this campaign alone: a unit sits in several."""
    desk, session = the_desk(), the_session()
    this_year = now().astimezone(SHANGHAI).year
    years = [this_year, this_year - 1, this_year - 2]
    year = row_id(request.args.get("year", ""))
    year = year if year in years else this_year
    found = burden.read_burden(session, desk, year)
    return render_template("meetings/burden.html", at=at(desk), years=years, year=year, found=found)


def moment_of(text: str) -> datetime:
    """Of a line of a story."""
    return datetime.fromisoformat(text).astimezone(SHANGHAI)


@blueprint.app_template_filter("of_story")
def _of_story(text: Any) -> datetime:
    return moment_of(str(text))
