"""Pages of the ledgers. A unit sees what it entered, the office everything, superiors what was released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, render_template, request, send_file

from portal.campaigns.declarations import Ledger
from portal.campaigns.forms import Field
from portal.core.audit import Act, record
from portal.core.errors import NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import set_scope
from portal.core.text import Message, Text, _
from portal.deadlines.services import explain
from portal.deadlines.state import state_of
from portal.documents.workbook import XLSX
from portal.ledger import clocks, evidence, export, listing, services
from portal.ledger.access import own_units
from portal.ledger.following import load_panels
from portal.ledger.models import Record
from portal.ledger.story import tell
from portal.tenants.models import Level, Tenant
from portal.units.bodies import list_members
from portal.units.models import Unit
from portal.units.reader import subtree_scope
from portal.web.access import logged_in, now, the_actor, the_campaign, the_desk, the_session
from portal.web.declared import show_value

blueprint = Blueprint("ledger", __name__, template_folder="templates")
blueprint.add_app_template_global(show_value)


def at(desk: Desk) -> dict[str, Any]:
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


def sees_below(desk: Desk) -> bool:
    return Right.RECORD_READ_ALL in desk.rights and desk.tenant_level != Level.COUNTY


@dataclass(frozen=True)
class Asked:
    """What the address of the list asks for, within what the desk may read."""

    filters: listing.Filters
    own: tuple[int, ...] | None
    chosen: str


def asked() -> Asked:
    desk, campaign, args = the_desk(), the_campaign(), request.args
    own = own_units(desk)
    below = sees_below(desk) and args.get("below") == "1"
    chosen = args.get("unit", "")
    unit_ids = own
    if own is None and not below and chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
        unit_ids = (int(chosen),)
    ledger = campaign.ledger(args.get("ledger", ""))
    filters = listing.Filters(
        campaign=campaign.key,
        ledger=ledger.key if ledger else "",
        unit_ids=unit_ids,
        text=args.get("q", "").strip()[:60].replace("\0", ""),
        below=below,
        sort=listing.read_sort(args.get("sort", "")),
        page=listing.read_page(args.get("page", "")),
    )
    return Asked(filters, own, chosen)


@blueprint.get("/<tenant>/<campaign>/ledger")
@logged_in
def index() -> Any:
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    wanted = asked()
    filters, today = wanted.filters, listing.today(now())
    units = list_members(session, desk.mechanism_id, today) if wanted.own is None else []
    kept = writable(today)
    if filters.below:
        set_scope(session, subtree_scope(session, desk))
    rows, more = listing.list_records(session, desk.tenant_id, filters)
    return render_template(
        "ledger/index.html",
        campaign=campaign,
        at=at(desk),
        filters=filters,
        args={k: v for k, v in request.args.items() if v and k != "page"},
        rows=[(row, listing.gist(campaign, row)) for row in rows],
        states=listing.states_of(session, rows, now()),
        more=more,
        units=units,
        chosen=wanted.chosen if wanted.own is None else "",
        below_offered=sees_below(desk),
        may_export_full=Right.SENSITIVE_READ in desk.rights
        and any(f.sensitive for x in campaign.ledgers for f in x.fields),
        writable={x.key for ledgers in kept.values() for x in ledgers},
        sorts=listing.SORT_LABELS,
    )


@blueprint.get("/<tenant>/<campaign>/ledger.xlsx")
@logged_in(writes=True)
def workbook() -> Any:
    """Every entry that the list shows with these filters, all pages of it; a sheet for each ledger."""
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    filters = asked().filters
    if filters.below:
        set_scope(session, subtree_scope(session, desk))
    stream = BytesIO()
    count = export.write_ledgers(stream, session, campaign, filters, desk=desk, now=now())
    record(
        session,
        Act.EXPORT,
        f"ledger:{filters.ledger or campaign.key}"[:60],
        the_actor(),
        now(),
        {"rows": count},
    )
    stream.seek(0)
    name = Message(
        _("%(place)s台账 %(day)s.xlsx"), place=desk.tenant_name, day=listing.today(now()).isoformat()
    )
    return send_file(stream, XLSX, as_attachment=True, download_name=str(translate(name)))


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


def detail_page(found: Record, *, full: Sequence[tuple[Text, str]] = (), problem: Any = None) -> str:
    """``full``: label and value of sensitive fields that were asked for; everything else is masked."""
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    ledger = campaign.ledger(found.ledger)
    fields = ledger.fields if ledger else ()
    unit = session.get_one(Unit, (found.tenant_id, found.unit_id))
    own = found.tenant_id == desk.tenant_id
    kept = writable(listing.today(now())).get(found.unit_id, ()) if own else ()
    running = clocks.clocks_of(session, found)
    return render_template(
        "ledger/detail.html",
        campaign=campaign,
        at=at(desk),
        found=found,
        ledger=ledger,
        place=None if own else session.get_one(Tenant, found.tenant_id),
        unit=unit,
        fields=fields,
        full=full,
        problem=problem,
        may_ask=bool(sensitive_fields(found)) and sensitive_pages.may_read_in_full(desk, found),
        fired=clocks.fired_thresholds(campaign, ledger, found.values) if ledger else [],
        clocks=[
            (c, Text(c.reason["label"]), state_of(c.started_at, c.due_at, c.met_at, now()), explain(c))
            for c in running
        ],
        story=tell(campaign, ledger, services.list_events(session, found)),
        panels=load_panels(session, desk, campaign, ledger, found, now()) if ledger else [],
        related=listing.related(session, found, own_units(desk)) if own else [],
        may_change=ledger is not None and ledger in kept,
        may_file=own and found.unit_id in desk.units_with(Right.URGENT_FILE),
        now=now(),
    )


# Further pages of this blueprint; they add their routes when imported.
from portal.ledger import entry_pages, ordering, sensitive_pages  # noqa: E402

__all__ = ["blueprint", "entry_pages", "evidence", "ordering", "sensitive_pages"]
