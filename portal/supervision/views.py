"""Pages of supervision: the orders, the plan of inspections, the figures; the assessment room's pages as further tabs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app

from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Text, _

blueprint = Blueprint("supervision", __name__, template_folder="templates")
ID = "<int(max=9223372036854775807):order_id>"
VISIT = "<int(max=9223372036854775807):visit_id>"

TABS: tuple[tuple[str, Text, Right], ...] = (
    ("supervision.index", _("督办事项"), Right.ORDER_READ),
    ("supervision.visits", _("检查计划"), Right.ORDER_READ),
    ("supervision.figures", _("统计"), Right.ORDER_READ),
    ("assessment.ladder", _("提醒约谈"), Right.ASSESS_READ),
    ("assessment.scores", _("考核"), Right.ASSESS_READ),
    ("assessment.surveys", _("问卷"), Right.ASSESS_READ),
)


def at(desk: Desk) -> dict[str, Any]:
    """Tenant and campaign of every address here."""
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


@blueprint.app_context_processor
def _tabs() -> dict[str, Any]:
    """``supervision_tabs(desk)`` for the partial ``supervision/_tabs.html``."""
    known = current_app.view_functions
    return {
        "supervision_tabs": lambda desk: [
            (e, label) for e, label, right in TABS if e in known and right in desk.rights
        ]
    }


# Further pages of this blueprint; they add their routes when imported.
from portal.supervision import evidence, list_pages, order_pages, origin, step_pages, visit_pages  # noqa: E402

__all__ = ["blueprint", "evidence", "list_pages", "order_pages", "origin", "step_pages", "visit_pages"]
