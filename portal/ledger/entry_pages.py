"""Writing in a ledger: a new entry, a change, the mark of importance. A unit writes in the ledgers it keeps."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.campaigns.declarations import Ledger
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.ledger import clocks, derived, listing, services
from portal.ledger.forms import EntryForm
from portal.ledger.models import Record
from portal.ledger.story import compare
from portal.ledger.views import at, blueprint, sensitive_fields, writable
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.declared import Typed, input_texts, read_values, show_value
from portal.web.inputs import moment_text


@blueprint.route("/<tenant>/<campaign>/ledger/new", methods=["GET", "POST"])
@require(Right.RECORD_WRITE)
def new() -> Any:
    kept = writable(listing.today(now()))
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
            return _saved(found, Message(_("已登记 %(number)s。"), number=found.number), ledger)
        except Invalid as error:
            problems = _show(form, ledger, error)
    return _form_page(form, ledger, typed, problems, offered=offered), 422


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
        return _saved(found, Message(_("已保存 %(number)s。"), number=found.number), ledger)
    except Invalid as error:
        return _form_page(form, ledger, typed, _show(form, ledger, error), found=found), 422
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


def _changeable(record_id: int) -> tuple[Record, Ledger]:
    """An entry of the reader's own unit in a ledger it keeps."""
    found = services.get_record(the_session(), the_desk().campaign, record_id)
    if found.unit_id not in the_desk().units_with(Right.RECORD_WRITE):
        if Right.RECORD_READ_ALL in the_desk().rights:
            raise NotAllowed(_("台账由登记单位自己修改。"))
        raise NotFound
    kept = writable(listing.today(now())).get(found.unit_id, ())
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


def _show(form: EntryForm, ledger: Ledger, error: Invalid) -> dict[str, Message | Text]:
    """What the service found wrong: at the portal's own fields, and answered for the declared ones."""
    declared = {f.key for f in ledger.fields}
    form.tell({key: said for key, said in error.problems.items() if key not in declared})
    return {key: said for key, said in error.problems.items() if key in declared}


def _saved(found: Record, message: Message, ledger: Ledger | None = None) -> Any:
    """``ledger``: its doubts about the entry are said once more, though nothing was stopped by them."""
    flash(str(translate(message)), "done")
    for _field, said in derived.find_hints(ledger, derived.facts_of_record(found)) if ledger else ():
        flash(str(translate(said)), "warn")
    return redirect(url_for("ledger.detail", record_id=found.id, **at(the_desk())), 303)


def _form_page(form: EntryForm, ledger: Ledger, typed: Typed, problems: Any = None, **more: Any) -> str:
    found = more.get("found")
    hints = derived.find_hints(ledger, derived.facts_of_record(found)) if found else []
    return render_template(
        "ledger/form.html",
        hints=derived.by_field(hints),
        campaign=the_campaign(),
        at=at(the_desk()),
        form=form,
        ledger=ledger,
        typed=typed,
        problems=problems or {},
        masked=_masked(ledger, found),
        **more,
    )


def _masked(ledger: Ledger, found: Record | None) -> dict[str, str]:
    if found is None:
        return {}
    return {f.key: show_value(f, found.values[f.key], the_campaign()) for f in sensitive_fields(found)}
