"""Pages of the ledgers. A unit sees what it entered, the office everything, superiors what was released."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from portal.campaigns.declarations import Ledger
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import set_scope
from portal.core.text import Message, Text, _
from portal.deadlines.services import explain, state_of
from portal.documents.workbook import XLSX
from portal.ledger import clocks, export, listing, services
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


def _sees_below(desk: Desk) -> bool:
    return Right.RECORD_READ_ALL in desk.rights and desk.tenant_level != Level.COUNTY


@dataclass(frozen=True)
class Asked:
    """What the address of the list asks for, within what the desk may read."""

    filters: listing.Filters
    own: tuple[int, ...] | None
    chosen: str


def _asked() -> Asked:
    desk, campaign, args = the_desk(), the_campaign(), request.args
    own = _own_units(desk)
    below = _sees_below(desk) and args.get("below") == "1"
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
    asked = _asked()
    filters, today = asked.filters, listing.today(now())
    units = list_members(session, desk.mechanism_id, today) if asked.own is None else []
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
        chosen=asked.chosen if asked.own is None else "",
        below_offered=_sees_below(desk),
        writable={x.key for ledgers in kept.values() for x in ledgers},
        sorts=listing.SORT_LABELS,
    )


@blueprint.get("/<tenant>/<campaign>/ledger.xlsx")
@logged_in(writes=True)
def workbook() -> Any:
    """Every entry that the list shows with these filters, all pages of it; a sheet for each ledger."""
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    filters = _asked().filters
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
    return _detail_page(_readable(record_id), sensitive=False)


@blueprint.get("/<tenant>/<campaign>/ledger/<int(max=9223372036854775807):record_id>/sensitive")
@logged_in(writes=True)
def sensitive(record_id: int) -> Any:
    """The same page with the sensitive fields; reading them leaves a trace."""
    found = _readable(record_id)
    record(the_session(), Act.SENSITIVE_READ, clocks.subject_of(found), the_actor(), now())
    return _detail_page(found, sensitive=True)


@blueprint.route(
    "/<tenant>/<campaign>/ledger/<int(max=9223372036854775807):record_id>/edit", methods=["GET", "POST"]
)
@require(Right.RECORD_WRITE, writes=True)
def edit(record_id: int) -> Any:
    found, ledger = _changeable(record_id)
    form = EntryForm()
    form.unit.choices = [(found.unit_id, the_desk().unit_name(found.unit_id))]
    if request.method == "GET":
        if any(found.values.get(f.key) for f in ledger.fields if f.sensitive):
            record(the_session(), Act.SENSITIVE_READ, clocks.subject_of(found), the_actor(), now())
        form.title.data, form.place.data = found.title, found.place
        form.known_at.data, form.version.data = moment_text(found.known_at), found.version
        return _form_page(form, ledger, input_texts(ledger.fields, found.values), found=found)
    form.unit.data, form.request_key.data = found.unit_id, found.request_key
    entry, typed, problems = _read(form, ledger)
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


def _readable(record_id: int) -> Record:
    desk, session = the_desk(), the_session()
    own = _own_units(desk)
    if _sees_below(desk):
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


def _read(form: EntryForm, ledger: Ledger) -> tuple[services.Entry | None, Typed, dict[str, Any]]:
    """The entry, or None with the problems at their fields; all of them at once."""
    sound = form.validate()
    known = form.known_at.moment
    on = known.astimezone(SHANGHAI).date() if known else None
    values, typed, problems = read_values(ledger.fields, request.form, the_campaign(), on=on)
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
        **more,
    )


def _detail_page(found: Record, *, sensitive: bool) -> str:
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
        fields=[f for f in fields if sensitive or not f.sensitive],
        hidden=[] if sensitive else [f for f in fields if f.sensitive and found.values.get(f.key)],
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
