"""Pages of the room."""

from __future__ import annotations

from flask import Blueprint, render_template

from portal.core.posts import Right
from portal.web.access import require, the_desk

blueprint = Blueprint("assessment", __name__, template_folder="templates")


@blueprint.get("/<tenant>/<campaign>/assessment")
@require(Right.ASSESS_READ)
def index() -> str:
    return render_template("assessment/index.html", desk=the_desk())
