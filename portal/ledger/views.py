"""Pages of the ledgers. A unit sees what it entered, the office everything, superiors what was released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, render_template

from portal.campaigns.declarations import Ledger
from portal.campaigns.forms import Field
from portal.core.errors import NotFound
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import set_scope
from portal.core.text import Text
from portal.deadlines.services import explain
from portal.deadlines.state import state_of
from portal.ledger import clocks, evidence, listing, services
from portal.ledger.access import own_units, sees_below
from portal.ledger.detail_parts import load_parts
from portal.ledger.following import load_panels
from portal.ledger.models import Record
from portal.ledger.story import tell
from portal.tenants.models import Tenant
from portal.units.reader import subtree_scope
from portal.web.access import logged_in, now, the_campaign, the_desk, the_reader, the_session
from portal.web.declared import show_value

blueprint = Blueprint("ledger", __name__, template_folder="templates")
blueprint.add_app_template_global(show_value)


def at(desk: Desk) -> dict[str, Any]:
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


@blueprint.get("/<tenant>/<campaign>/ledger/<int(max=9223372036854775807):record_id>")
@logged_in
def detail(record_id: int) -> Any:
    return detail_page(readable(record_id))


def writable(today: date) -> dict[int, tuple[Ledger, ...]]:
    desk = the_desk()
    units = desk.units_with(Right.RECORD_WRITE)
    return services.writable_ledgers(the_session(), the_campaign(), desk.mechanism_id, units, today)


def readable(record_id: int) -> Record:
    desk, session = the_desk(), the_session()
    own = own_units(desk)
    if sees_below(desk):
        set_scope(session, subtree_scope(session, desk))
    found = services.get_record(session, desk.campaign, record_id)
    if own is not None and not services.is_readable(session, found, own):
        raise NotFound
    return found


def sensitive_fields(found: Record) -> list[Field]:
    """Those of the entry that hold something."""
    ledger = the_campaign().ledger(found.ledger)
    return [f for f in (ledger.fields if ledger else ()) if f.sensitive and found.values.get(f.key)]


def _is_shown(ledger: Ledger | None, field: Field, found: Record) -> bool:
    """What is asked for on the way is not shown before."""
    later = ledger is not None and field.key in {*ledger.later, *ledger.guarded}
    return not later or found.values.get(field.key) not in (None, "", [], False)


def detail_page(found: Record, *, full: Sequence[tuple[Text, str]] = (), problem: Any = None) -> str:
    """``full``: label and value of sensitive fields that were asked for; everything else is masked."""
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    ledger = campaign.ledger(found.ledger)
    fields = [f for f in (ledger.fields if ledger else ()) if _is_shown(ledger, f, found)]
    events = services.list_events(session, found)
    own = found.tenant_id == desk.tenant_id
    kept = writable(listing.today(now())).get(found.unit_id, ()) if own else ()
    barred = found.withdrawn_at is not None or found.merged_into_id is not None
    running = clocks.clocks_of(session, found)
    return render_template(
        "ledger/detail.html",
        campaign=campaign,
        at=at(desk),
        found=found,
        ledger=ledger,
        place=None if own else session.get_one(Tenant, found.tenant_id),
        **load_parts(session, desk, campaign, ledger, found, events, now(), the_reader().account_id),
        fields=fields,
        full=full,
        problem=problem,
        may_ask=bool(sensitive_fields(found)) and sensitive_pages.may_read_in_full(desk, found),
        fired=clocks.fired_thresholds(campaign, ledger, found.values) if ledger else [],
        clocks=[
            (c, Text(c.reason["label"]), state_of(c.started_at, c.due_at, c.met_at, now()), explain(c))
            for c in running
        ],
        story=tell(campaign, ledger, events),
        panels=load_panels(session, desk, campaign, ledger, found, now()) if ledger else [],
        related=listing.related(session, found, own_units(desk)) if own else [],
        may_change=ledger is not None and ledger in kept and not barred,
        may_file=own and not barred and found.unit_id in desk.units_with(Right.URGENT_FILE),
        now=now(),
    )


# Further pages of this blueprint; they add their routes when imported.
from portal.ledger import (  # noqa: E402
    closing_pages,
    entry_pages,
    list_pages,
    matter_pages,
    ordering,
    sensitive_pages,
    step_pages,
)
from portal.ledger.importing import pages as import_pages  # noqa: E402

__all__ = [
    "blueprint",
    "closing_pages",
    "entry_pages",
    "evidence",
    "import_pages",
    "list_pages",
    "matter_pages",
    "ordering",
    "sensitive_pages",
    "step_pages",
]
