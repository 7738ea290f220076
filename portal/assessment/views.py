"""Pages of the room: the ladder and the score as tabs beside supervision."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, url_for

from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Text, _
from portal.web.access import require, the_desk

blueprint = Blueprint("assessment", __name__, template_folder="templates")


def at(desk: Desk) -> dict[str, Any]:
    """Tenant and campaign of every address here."""
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


_TABS = (
    ("supervision.index", _("督办事项")),
    ("assessment.ladder", _("提醒约谈")),
    ("assessment.scores", _("考核")),
)


@blueprint.app_context_processor
def _tabs() -> dict[str, Any]:
    """``assessment_tabs()`` for ``assessment/_tabs.html``."""

    def tabs() -> list[tuple[str, Text]]:
        return [(e, label) for e, label in _TABS if e in current_app.view_functions]

    return {"assessment_tabs": tabs}


@blueprint.get("/<tenant>/<campaign>/assessment")
@require(Right.ASSESS_READ)
def index() -> Any:
    return redirect(url_for("assessment.ladder", **at(the_desk())), 303)


# Further pages of this blueprint; they add their routes when imported.
from portal.assessment import (  # noqa: E402
    evaluation_pages,
    ladder_pages,
    ladder_papers,
    ladder_writing,
    scores_pages,
    scores_writing,
    survey_pages,
)

__all__ = [
    "blueprint",
    "evaluation_pages",
    "ladder_pages",
    "ladder_papers",
    "ladder_writing",
    "scores_pages",
    "scores_writing",
    "survey_pages",
]
