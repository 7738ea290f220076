"""Pages of the room."""

from __future__ import annotations

from flask import Blueprint, render_template

from portal.core.posts import Right
from portal.web.access import require, the_desk

blueprint = Blueprint("supervision", __name__, template_folder="templates")


@blueprint.get("/<tenant>/<campaign>/supervision")
@require(Right.ORDER_READ)
def index() -> str:
    return render_template("supervision/index.html", desk=the_desk())
