"""Pages of rewards: the list here, an application and its steps beside."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from portal.core.clock import SHANGHAI
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import _
from portal.deadlines.state import state_of
from portal.rewards import listing
from portal.rewards.access import oversees, own_units
from portal.rewards.listing import HANDLED, OWN, Filters
from portal.rewards.sheet import tier_of
from portal.rewards.states import LIGHTS, STATES, State
from portal.tenants.models import Level, Tenant
from portal.web.access import now, require, the_campaign, the_desk, the_session
from portal.web.inputs import row_id, show_money

blueprint = Blueprint("rewards", __name__, template_folder="templates")
ID = "<int(max=9223372036854775807):application_id>"
YUAN = _("元")


def at(desk: Desk) -> dict[str, Any]:
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


def link(tenant_id: int, application_id: int) -> str:
    """Where the application is read in a tenant, for notices."""
    desk = the_desk()
    code = desk.tenant_code
    if tenant_id != desk.tenant_id:
        code = the_session().get_one(Tenant, tenant_id).code
    return url_for("rewards.application", tenant=code, campaign=desk.campaign, application_id=application_id)


def yuan(fen: int) -> str:
    return show_money(fen, YUAN)


def views_of(desk: Desk) -> list[str]:
    """What the desk has lists of. A county's office reads what its units apply for; its city decides it."""
    pays = oversees(desk) or bool(handles_accounts(desk))
    own = bool(own_units(desk)) or (oversees(desk) and desk.tenant_level == Level.COUNTY)
    wanted = [HANDLED] if pays and not (own and desk.tenant_level == Level.COUNTY) else []
    wanted += [OWN] if own else []
    wanted += [HANDLED] if pays and HANDLED not in wanted else []
    return wanted


def handles_accounts(desk: Desk) -> bool:
    return Right.REWARD_REVIEW in desk.rights


@blueprint.get("/<tenant>/<campaign>/rewards")
@require(Right.REWARD_READ)
def index() -> str:
    desk, session, args = the_desk(), the_session(), request.args
    views = views_of(desk)
    view, state = args.get("view", ""), args.get("state", "")
    year = args.get("year", "")
    filters = Filters(
        view=view if view in views else (views or [OWN])[0],
        state=state if listing.is_state(state) else "",
        text=args.get("q", "").strip()[:60].replace("\0", ""),
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0,
        page=min(max(row_id(args.get("page", "")), 1), listing.MAX_PAGE),
    )
    rows, more = listing.list_rows(session, desk, filters)
    today = now().astimezone(SHANGHAI).date()
    first = today.replace(month=1, day=1)
    month = listing.paid_between(session, desk, today.replace(day=1), today)
    whole = listing.paid_between(session, desk, first, today)
    shown = []
    for row in rows:
        scheme = next(iter(the_campaign().rewards), None)
        tier = tier_of(scheme, row.tier) if scheme else None
        clock = None
        if row.due_at is not None and row.started_at is not None:
            clock = state_of(row.started_at, row.due_at, row.met_at, now())
        shown.append((row, tier.label if tier else "", clock))
    return render_template(
        "rewards/index.html", at=at(desk), campaign=the_campaign(), filters=filters, views=views, rows=shown, more=more,
        args={k: v for k, v in args.items() if v and k != "page"}, states=STATES, lights=LIGHTS, yuan=yuan, month=month,
        whole=whole, year=today.year, own=bool(own_units(desk)), State=State,
    )  # fmt: skip


# Further pages of this blueprint; they add their routes when imported.
from portal.rewards import application_pages, documents, panel, pool, step_pages  # noqa: E402

__all__ = ["application_pages", "blueprint", "documents", "panel", "pool", "step_pages"]
