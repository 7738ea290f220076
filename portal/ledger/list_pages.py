"""The list of the ledgers: stages, views, saved filters, and the same as a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, send_file, url_for

from portal.campaigns.declarations import Campaign, Ledger
from portal.core.audit import Act, record
from portal.core.errors import Invalid, PluginError
from portal.core.i18n import join_words, translate
from portal.core.posts import Right
from portal.core.scope import set_scope
from portal.core.text import Message, _
from portal.documents.exports import request_export
from portal.documents.workbook import XLSX
from portal.ledger import export, listing, saved
from portal.ledger.access import own_units, sees_below
from portal.ledger.derived import facts_of, find_key_reasons
from portal.ledger.facets import count_facets
from portal.ledger.filters import (
    ENDED,
    KEYS,
    STAND_LABELS,
    Filters,
    Sort,
    Stand,
    is_staged,
    read_filters,
    the_ledger,
    tidy,
    view_fields,
)
from portal.ledger.views import at, blueprint, writable
from portal.units.bodies import list_members
from portal.units.reader import subtree_scope
from portal.web.access import (
    logged_in,
    now,
    require,
    the_actor,
    the_campaign,
    the_desk,
    the_reader,
    the_registry,
    the_session,
)
from portal.web.inputs import row_id


@dataclass(frozen=True)
class Asked:
    """What the address of the list asks for, within what the desk may read."""

    filters: Filters
    own: tuple[int, ...] | None
    ledger: Ledger | None


def asked() -> Asked:
    desk, campaign, own = the_desk(), the_campaign(), own_units(the_desk())
    filters = read_filters(request.args, campaign, own, below=sees_below(desk))
    return Asked(filters, own, the_ledger(campaign, request.args))


@blueprint.get("/<tenant>/<campaign>/ledger")
@logged_in
def index() -> Any:
    return _page(asked())


def _page(wanted: Asked, problem: Any = None) -> str:
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    filters, ledger, today = wanted.filters, wanted.ledger, listing.today(now())
    units = list_members(session, desk.mechanism_id, today) if wanted.own is None else []
    kept = writable(today)
    mine = saved.list_filters(session, the_reader().account_id, desk.campaign)
    facets = count_facets(session, desk.tenant_id, filters)
    if filters.below:
        set_scope(session, subtree_scope(session, desk))
    rows, more = listing.list_records(session, desk.tenant_id, filters, today)
    args = {k: v for k, v in request.args.items() if v and k in KEYS}
    return render_template(
        "ledger/index.html",
        campaign=campaign,
        at=at(desk),
        filters=filters,
        ledger=ledger,
        args=args,
        rows=[(row, listing.gist(campaign, row), _key_words(campaign, row)) for row in rows],
        states=listing.states_of(session, rows, now()),
        more=more,
        units=units,
        chosen=row_id(request.args.get("unit", "")) if wanted.own is None and not filters.below else 0,
        below_offered=sees_below(desk),
        may_export_full=Right.SENSITIVE_READ in desk.rights
        and any(f.sensitive for x in campaign.ledgers for f in x.fields),
        writable={x.key for ledgers in kept.values() for x in ledgers},
        own=wanted.own is not None,
        staged=is_staged(ledger) or (ledger is None and any(map(is_staged, campaign.ledgers))),
        stands=[(s, ENDED if s is Stand.CLOSED and ledger and not ledger.closing else STAND_LABELS[s]) for s in Stand],
        facets=facets,
        views=view_fields(campaign, ledger) if ledger else [],
        closing_labels=export.CLOSING_LABELS,
        sorts=Sort,
        saved=mine,
        query=tidy(urlencode(args)),
        problem=problem,
        most_saved=saved.MOST,
        today=today,
    )  # fmt: skip


def _key_words(campaign: Campaign, row: listing.Row) -> Any:
    """Why it is a key matter today; '' when it is none."""
    today, ledger = listing.today(now()), campaign.ledger(row.ledger)
    if row.key_from is None or row.key_from > today or ledger is None:
        return ""
    try:
        facts = facts_of(row.values, title=row.title, place=row.place, known_at=row.known_at)
        reasons = [r.text for r in find_key_reasons(ledger, facts) if r.since is None or r.since <= today]
    except PluginError:
        reasons = []
    return join_words(translate(r) for r in reasons) or Message(_("自 %(day)s 起"), day=row.key_from)


@blueprint.get("/<tenant>/<campaign>/ledger.xlsx")
@logged_in(writes=True)
def workbook() -> Any:
    """Every entry that the list shows with these filters, all pages of it; a sheet for each ledger. A long one of a
    single ledger is left to the worker."""
    desk, session, campaign, wanted = the_desk(), the_session(), the_campaign(), asked()
    filters = wanted.filters
    if filters.below:
        set_scope(session, subtree_scope(session, desk))
    if wanted.ledger is not None and export.is_long(session, filters, desk.tenant_id, now()):
        kind = export.OF_ALL if wanted.own is None else export.OF_OWN
        title = Message(_("%(place)s%(ledger)s"), place=desk.tenant_name, ledger=wanted.ledger.label)
        request_export(
            session, the_actor(), now(), account_id=the_reader().account_id, kind=kind, title=title,
            wanted={"query": tidy(request.query_string.decode("utf-8", "replace"))}, desk=desk, registry=the_registry(),
        )  # fmt: skip
        return redirect(url_for("documents.export_list"), 303)
    stream = BytesIO()
    count = export.write_ledgers(stream, session, campaign, filters, desk=desk, now=now())
    subject = f"ledger:{filters.ledger or campaign.key}"[:60]
    record(session, Act.EXPORT, subject, the_actor(), now(), {"rows": count})
    stream.seek(0)
    name = Message(
        _("%(place)s台账 %(day)s.xlsx"), place=desk.tenant_name, day=listing.today(now()).isoformat()
    )
    return send_file(stream, XLSX, as_attachment=True, download_name=str(translate(name)))


# ------------------------------------------------------------------------------------------------ saved filters


@blueprint.post("/<tenant>/<campaign>/ledger/filters")
@require(Right.DUTY_READ)
def save_filter() -> Any:
    wanted = asked()
    query = tidy(request.query_string.decode("utf-8", "replace"))
    try:
        found = saved.save_filter(
            the_session(), the_actor(), now(), account_id=the_reader().account_id, campaign=the_desk().campaign,
            name=request.form.get("name", ""), query=query,
        )  # fmt: skip
    except Invalid as error:
        return _page(wanted, error.problems["name"]), 422
    flash(str(translate(Message(_("已保存筛选“%(name)s”。"), name=found.name))), "done")
    return redirect(f"{url_for('ledger.index', **at(the_desk()))}?{query}", 303)


@blueprint.post("/<tenant>/<campaign>/ledger/filters/<int:filter_id>/delete")
@require(Right.DUTY_READ)
def drop_filter(filter_id: int) -> Any:
    desk = the_desk()
    saved.drop_filter(
        the_session(), the_actor(), now(), account_id=the_reader().account_id, campaign=desk.campaign, filter_id=filter_id
    )  # fmt: skip
    flash(str(translate(_("已删除筛选。"))), "done")
    query = tidy(request.query_string.decode("utf-8", "replace"))
    return redirect(f"{url_for('ledger.index', **at(desk))}{'?' if query else ''}{query}", 303)
