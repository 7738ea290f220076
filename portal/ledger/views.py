"""Pages of the ledgers. A unit sees what it entered, the office everything, superiors what was released."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from portal.campaigns.declarations import Ledger
from portal.campaigns.forms import Field
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import set_scope
from portal.core.text import Message, Text, _
from portal.deadlines.services import explain
from portal.deadlines.state import state_of
from portal.documents.workbook import XLSX
from portal.ledger import clocks, evidence, export, listing, services
from portal.ledger.forms import EntryForm
from portal.ledger.models import Record
from portal.ledger.story import compare, tell
from portal.tenants.models import Level, Tenant
from portal.units.bodies import list_members
from portal.units.models import Unit
from portal.units.reader import subtree_scope
from portal.web.access import logged_in, now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.declared import Typed, input_texts, read_values, show_value
from portal.web.inputs import moment_text

blueprint = Blueprint("ledger", __name__, template_folder="templates")
blueprint.add_app_template_global(show_value)


def _at(desk: Desk) -> dict[str, Any]:
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


def _own_units(desk: Desk) -> tuple[int, ...] | None:
    """Units whose entries the desk may read; None = every unit."""
    if Right.RECORD_READ_ALL in desk.rights:
        return None
    if Right.RECORD_WRITE not in desk.rights:
        raise NotAllowed
    return desk.units_with(Right.RECORD_WRITE)


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
    own = _own_units(desk)
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
    kept = _writable(today)
    if filters.below:
        set_scope(session, subtree_scope(session, desk))
    rows, more = listing.list_records(session, desk.tenant_id, filters)
    return render_template(
        "ledger/index.html",
        campaign=campaign,
        at=_at(desk),
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


@blueprint.route("/<tenant>/<campaign>/ledger/new", methods=["GET", "POST"])
@require(Right.RECORD_WRITE)
def new() -> Any:
    kept = _writable(listing.today(now()))
    offered = [x for x in the_campaign().ledgers if any(x in ledgers for ledgers in kept.values())]
    wanted = request.args.get("ledger") or (offered[0].key if offered else "")
    ledger = next((x for x in offered if x.key == wanted), None)
    if ledger is None:
        raise NotAllowed(_("这本台账由其他成员单位登记。"))
    form = EntryForm()
    desk = the_desk()
    form.unit.choices = [(u, desk.unit_name(u)) for u, ledgers in kept.items() if ledger in ledgers]
    if request.method == "GET":
        form.request_key.data = secrets.token_urlsafe(18)
        return _form_page(form, ledger, input_texts(ledger.fields, {}), offered=offered)
    if len(form.unit.choices) == 1:
        form.unit.data = form.unit.choices[0][0]
    entry, typed, problems = _read(form, ledger)
    if entry is not None:
        try:
            found = services.create_record(
                the_session(),
                the_actor(),
                now(),
                mechanism_id=desk.mechanism_id,
                unit_id=form.unit.data,
                campaign=the_campaign(),
                ledger=ledger,
                entry=entry,
                request_key=form.request_key.data or "",
            )
            return _saved(found, Message(_("已登记 %(number)s。"), number=found.number))
        except Invalid as error:
            _show(form, error)
    return _form_page(form, ledger, typed, problems, offered=offered), 422


@blueprint.get("/<tenant>/<campaign>/ledger/<int(max=9223372036854775807):record_id>")
@logged_in
def detail(record_id: int) -> Any:
    return detail_page(readable(record_id))


@blueprint.route(
    "/<tenant>/<campaign>/ledger/<int(max=9223372036854775807):record_id>/edit", methods=["GET", "POST"]
)
@require(Right.RECORD_WRITE)
def edit(record_id: int) -> Any:
    found, ledger = _changeable(record_id)
    form = EntryForm()
    form.unit.choices = [(found.unit_id, the_desk().unit_name(found.unit_id))]
    if request.method == "GET":
        form.title.data, form.place.data = found.title, found.place
        form.known_at.data, form.version.data = moment_text(found.known_at), found.version
        return _form_page(form, ledger, _open_texts(ledger, found), found=found)
    form.unit.data, form.request_key.data = found.unit_id, found.request_key
    entry, typed, problems = _read(form, ledger, found)
    if entry is None:
        return _form_page(form, ledger, typed, problems, found=found), 422
    try:
        services.change_record(
            the_session(),
            the_actor(),
            now(),
            found=found,
            version=form.version.data or 0,
            campaign=the_campaign(),
            ledger=ledger,
            entry=entry,
        )
        return _saved(found, Message(_("已保存 %(number)s。"), number=found.number))
    except Invalid as error:
        _show(form, error)
        return _form_page(form, ledger, typed, problems, found=found), 422
    except Conflict:
        form.version.raw_data, form.version.data = None, found.version
        both = compare(the_campaign(), ledger, services.differences(found, entry))
        return _form_page(form, ledger, typed, found=found, both=both), 409


@blueprint.post("/<tenant>/<campaign>/ledger/<int(max=9223372036854775807):record_id>/important")
@require(Right.RECORD_WRITE)
def important(record_id: int) -> Any:
    found, _ledger = _changeable(record_id)
    clocks.mark_important(the_session(), the_actor(), now(), found=found)
    return _saved(found, Message(_("已标为重要，24 小时时限自得知起计算。")))


def _writable(today: date) -> dict[int, tuple[Ledger, ...]]:
    desk = the_desk()
    units = desk.units_with(Right.RECORD_WRITE)
    return services.writable_ledgers(the_session(), the_campaign(), desk.mechanism_id, units, today)


def readable(record_id: int) -> Record:
    desk, session = the_desk(), the_session()
    own = _own_units(desk)
    if sees_below(desk):
        set_scope(session, subtree_scope(session, desk))
    found = services.get_record(session, desk.campaign, record_id)
    if own is not None and found.unit_id not in own:
        raise NotFound
    return found


def _changeable(record_id: int) -> tuple[Record, Ledger]:
    """An entry of the reader's own unit in a ledger it keeps."""
    found = services.get_record(the_session(), the_desk().campaign, record_id)
    if found.unit_id not in the_desk().units_with(Right.RECORD_WRITE):
        if Right.RECORD_READ_ALL in the_desk().rights:
            raise NotAllowed(_("台账由登记单位自己修改。"))
        raise NotFound
    kept = _writable(listing.today(now())).get(found.unit_id, ())
    ledger = next((x for x in kept if x.key == found.ledger), None)
    if ledger is None:
        raise NotAllowed(_("本单位不再登记这本台账，已有内容只能查看。"))
    return found, ledger


def _open_texts(ledger: Ledger, found: Record) -> Typed:
    """An entry as it is opened to be changed: sensitive cells are empty, what stands there shows masked beside."""
    kept = {f.key for f in sensitive_fields(found)}
    return {k: "" if k in kept else v for k, v in input_texts(ledger.fields, found.values).items()}


def _read(
    form: EntryForm, ledger: Ledger, found: Record | None = None
) -> tuple[services.Entry | None, Typed, dict[str, Any]]:
    """The entry, or None with the problems at their fields; all of them at once."""
    sound = form.validate()
    known = form.known_at.moment
    on = known.astimezone(SHANGHAI).date() if known else None
    values, typed, problems = read_values(ledger.fields, request.form, the_campaign(), on=on)
    for f in sensitive_fields(found) if found else ():
        if not request.form.get(f.key, "").strip() and not request.form.get(f"{f.key}-clear"):
            values[f.key] = found.values[f.key] if found else None  # nobody typed it anew: it stays
            problems.pop(f.key, None)
    if not sound or problems or known is None:
        return None, typed, problems
    return services.Entry(form.title.data or "", form.place.data or "", known, values), typed, problems


def _show(form: EntryForm, error: Invalid) -> None:
    for key, message in error.problems.items():
        form[key].errors = [str(translate(message))]


def _saved(found: Record, message: Message) -> Any:
    flash(str(translate(message)), "done")
    return redirect(url_for("ledger.detail", record_id=found.id, **_at(the_desk())), 303)


def _form_page(form: EntryForm, ledger: Ledger, typed: Typed, problems: Any = None, **more: Any) -> str:
    return render_template(
        "ledger/form.html",
        campaign=the_campaign(),
        at=_at(the_desk()),
        form=form,
        ledger=ledger,
        typed=typed,
        problems=problems or {},
        masked=_masked(ledger, more.get("found")),
        **more,
    )


def sensitive_fields(found: Record) -> list[Field]:
    """Those of the entry that hold something."""
    ledger = the_campaign().ledger(found.ledger)
    return [f for f in (ledger.fields if ledger else ()) if f.sensitive and found.values.get(f.key)]


def _masked(ledger: Ledger, found: Record | None) -> dict[str, str]:
    if found is None:
        return {}
    return {f.key: show_value(f, found.values[f.key], the_campaign()) for f in sensitive_fields(found)}


def detail_page(found: Record, *, full: Sequence[tuple[Text, str]] = (), problem: Any = None) -> str:
    """``full``: label and value of sensitive fields that were asked for; everything else is masked."""
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    ledger = campaign.ledger(found.ledger)
    fields = ledger.fields if ledger else ()
    unit = session.get_one(Unit, (found.tenant_id, found.unit_id))
    own = found.tenant_id == desk.tenant_id
    kept = _writable(listing.today(now())).get(found.unit_id, ()) if own else ()
    running = clocks.clocks_of(session, found)
    return render_template(
        "ledger/detail.html",
        campaign=campaign,
        at=_at(desk),
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
        related=listing.related(session, found, _own_units(desk)) if own else [],
        may_change=ledger is not None and ledger in kept,
        may_file=own and found.unit_id in desk.units_with(Right.URGENT_FILE),
        now=now(),
    )


# Further pages of this blueprint; they add their routes when imported.
from portal.ledger import sensitive_pages  # noqa: E402

__all__ = ["blueprint", "evidence", "sensitive_pages"]
