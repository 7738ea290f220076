"""The library's page: one search box over everything the reader may read."""

from __future__ import annotations

import re
from typing import Any

from flask import render_template, request

from portal.campaigns.declarations import Campaign
from portal.core.posts import Right
from portal.core.text import Text, _
from portal.information import library
from portal.information.access import look_below
from portal.information.items import LEVEL_LABELS
from portal.information.models import ItemKind, Level
from portal.information.views import at, blueprint, is_office
from portal.web.access import now, require, the_campaign, the_desk, the_session
from portal.web.inputs import row_id

KIND_LABELS: dict[ItemKind, Text] = {
    ItemKind.INFORMATION: _("信息"),
    ItemKind.BULLETIN: _("简报"),
    ItemKind.ADVISORY: _("风险提示"),
    ItemKind.MATERIAL: _("资料"),
}
ENDPOINTS = {
    ItemKind.INFORMATION.value: "information.item",
    ItemKind.BULLETIN.value: "information.bulletin",
    ItemKind.ADVISORY.value: "information.advisory",
    ItemKind.MATERIAL.value: "information.material",
}
"""The page of a kind; its argument is ``item_id``."""
_SOURCE = re.compile(r"office|t?[0-9]{1,18}")
_KEY = re.compile(r"[a-z0-9_]{1,48}")
LONGEST = 60
"""Characters of the search box."""


def category_labels(campaign: Campaign) -> dict[str, Text]:
    """Of every kind; a category that is declared no longer keeps its key as label."""
    x = campaign.exchange
    return {c.key: c.label for c in (*x.categories, *x.advisories, *x.materials)}


def _asked() -> library.Asked:
    args = request.args
    kind, category, source = (args.get(name, "") for name in ("kind", "category", "source"))
    year = row_id(args.get("year", "0"))
    return library.Asked(
        question=args.get("q", "").strip()[:LONGEST],
        kind=kind if kind in set(ItemKind) else "",
        category=category if _KEY.fullmatch(category) else "",
        source=source if _SOURCE.fullmatch(source) else "",
        year=year if 1900 < year < 2200 else 0,
        page=max(row_id(args.get("page", "1")), 1),
    )


@blueprint.get("/<tenant>/<campaign>/library", endpoint="library")
@require(Right.INFO_READ)
def show_library() -> Any:
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    asked = _asked()
    below = look_below(session, desk)
    found = library.look_up(session, desk, asked, now())
    args = {"q": asked.question, "kind": asked.kind, "category": asked.category, "source": asked.source}
    if asked.year:
        args["year"] = str(asked.year)
    return render_template(
        "information/library.html",
        at=at(desk),
        campaign=campaign,
        asked=asked,
        args={k: v for k, v in args.items() if v},
        found=found,
        rows=[
            (row, library.marked(row.title, asked.question), library.snippet(row, asked.question))
            for row in found.rows
        ],
        kinds=KIND_LABELS,
        levels=LEVEL_LABELS,
        upward=Level.UPWARD,
        categories=category_labels(campaign),
        pages=ENDPOINTS,
        below=below,
        keeps=is_office(desk) and bool(campaign.exchange.materials),
        office=desk.office_name,
    )
