"""Pages of information: the library in front, then items, bulletins, advisories and requests as tabs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app

from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Text, _
from portal.web.access import the_registry

blueprint = Blueprint("information", __name__, template_folder="templates")
ID = "<int(max=9223372036854775807):item_id>"


def at(desk: Desk) -> dict[str, Any]:
    """Tenant and campaign of every address here."""
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


def is_office(desk: Desk) -> bool:
    return Right.INFO_ANSWER in desk.rights


TABS: tuple[tuple[str, Text, Right], ...] = (
    ("information.library", _("资料库"), Right.INFO_READ),
    ("information.items", _("信息"), Right.INFO_READ),
    ("information.bulletins", _("简报"), Right.INFO_READ),
    ("information.advisories", _("风险提示"), Right.INFO_READ),
    ("information.requests", _("上请事项"), Right.INFO_WRITE),
    ("papers.index", _("公文"), Right.PAPER_READ),
)


@blueprint.app_context_processor
def _tabs() -> dict[str, Any]:
    """``information_tabs(desk)`` for the partial ``information/_tabs.html``."""
    known = current_app.view_functions

    def tabs(desk: Desk) -> list[tuple[str, Text]]:
        campaign = the_registry().find(desk.campaign)
        empty = campaign is not None and not campaign.exchange.requests
        return [
            (e, label)
            for e, label, right in TABS
            if e in known and right in desk.rights and not (empty and e == "information.requests")
        ]

    return {"information_tabs": tabs}


# Further pages of this blueprint; they add their routes when imported.
from portal.information import (  # noqa: E402
    advisory_pages,
    bulletin_pages,
    compiling_pages,
    item_pages,
    item_writing,
    library_pages,
    material_pages,
    request_pages,
)
from portal.information.agreement import close_until_signed  # noqa: E402

blueprint.record(close_until_signed)  # after every page: those above it in this file are closed, too

__all__ = [
    "advisory_pages",
    "blueprint",
    "bulletin_pages",
    "compiling_pages",
    "item_pages",
    "item_writing",
    "library_pages",
    "material_pages",
    "request_pages",
]
