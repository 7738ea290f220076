"""The list of meetings: upcoming, past by year."""

from __future__ import annotations

from flask import render_template

from portal.core.posts import Right
from portal.meetings.views import blueprint
from portal.web.access import require, the_desk


@blueprint.get("/<tenant>/<campaign>/meetings")
@require(Right.MEETING_READ)
def index() -> str:
    return render_template("meetings/index.html", desk=the_desk())
