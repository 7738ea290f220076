"""Pages of transfers: the list, a new one, one and its steps, disputes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request

from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Message, Text
from portal.tenants.models import Level
from portal.transfers import listing
from portal.transfers.listing import TABS, Tab
from portal.transfers.states import DISPUTES, REACHES, ROLES, SIDES, STATES, clock_of, light_of
from portal.web.access import logged_in, now, the_campaign, the_desk, the_session
from portal.web.inputs import row_id

blueprint = Blueprint("transfers", __name__, template_folder="templates")
ID = "<int(max=9223372036854775807):transfer_id>"
DISPUTE = "<int(max=9223372036854775807):dispute_id>"


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    """For the block on an entry's page, too."""
    return {"transfer_roles": ROLES}


def say(text: Message | Text) -> None:
    flash(str(translate(text)), "done")


def at(desk: Desk) -> dict[str, Any]:
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


@blueprint.get("/<tenant>/<campaign>/transfers")
@logged_in
def index() -> Any:
    desk, session, args = the_desk(), the_session(), request.args
    filters = listing.read_filters(
        args.get("tab", ""), args.get("state", ""), args.get("q", ""), row_id(args.get("page", ""))
    )
    rows, more = listing.list_transfers(session, desk, filters)
    disputes = listing.list_disputes(session, desk) if filters.tab is Tab.ABOVE else ()
    return render_template(
        "transfers/index.html", at=at(desk), campaign=the_campaign(), filters=filters, tabs=TABS,
        args={k: v for k, v in args.items() if v and k in ("tab", "state", "q")},
        rows=[(row, *light_of(row, now()), clock_of(row, now())) for row in rows], more=more, disputes=disputes,
        states=STATES, reaches=REACHES, dispute_states=DISPUTES, sides=SIDES,
        every=Right.RECORD_READ_ALL in desk.rights, above=desk.tenant_level != Level.COUNTY,
    )  # fmt: skip


# Further pages of this blueprint; they add their routes when imported.
from portal.transfers import (  # noqa: E402
    detail_pages,
    dispute_pages,
    files,
    following,
    handover,
    new_pages,
    origin,
    step_pages,
)

__all__ = [
    "blueprint",
    "detail_pages",
    "dispute_pages",
    "files",
    "following",
    "handover",
    "new_pages",
    "origin",
    "step_pages",
]
