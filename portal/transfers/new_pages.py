"""Handing an entry on: from the entry's page, with what goes along, whose matter it is by the rule, and why."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Ledger
from portal.campaigns.handing import Handing, Jurisdiction, Reach
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.text import Message, _
from portal.documents.attachments import Secret, note_refusal
from portal.documents.file_pages import files_folder
from portal.documents.marks import SecretText, note_refused_text
from portal.ledger.derived import facts_of_record
from portal.ledger.models import Record
from portal.transfers import files
from portal.transfers.access import get_entry, senders
from portal.transfers.destinations import Offer, Seat, jurisdiction_of, offer, seat_of
from portal.transfers.forms import NewForm
from portal.transfers.sending import Letter, carried_of, find_handing, handings_for, send_transfer
from portal.transfers.views import at, blueprint
from portal.units.bodies import list_members
from portal.web.access import logged_in, now, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import row_id


@blueprint.route("/<tenant>/<campaign>/transfers/new", methods=["GET", "POST"])
@logged_in
def new() -> Any:
    """``subject``: the entry (``record:<id>``); ``handing``: key of the way; without it the first one possible."""
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    found = get_entry(session, desk, request.args.get("subject", "")[:60])
    ledger = campaign.ledger(found.ledger)
    if ledger is None:
        raise NotFound
    who = _who(session, found)
    ways = {h.key: h for _unit, handings in who.values() for h in handings}
    wanted = request.args.get("handing", "") or next(iter(ways), "")
    handing = ways.get(wanted)
    if handing is None:
        raise NotAllowed(_("这件事不能由您的岗位这样移送。"))
    sending = {unit: name for unit, (name, handings) in who.items() if handing in handings}
    form = NewForm()
    if request.method == "GET":
        form.request_key.data = secrets.token_urlsafe(18)
        form.unit.data = str(next(iter(sending)) or 0)
        return _page(form, found, ledger, handing, sending, ways)
    if not form.validate():
        return _page(form, found, ledger, handing, sending, ways), 422
    unit = row_id(form.unit.data) or None if len(sending) > 1 else next(iter(sending))
    if unit not in sending:
        form.tell({"unit": _("请选择移送方。")})
        return _page(form, found, ledger, handing, sending, ways), 422
    return _send(form, found, ledger, handing, sending, ways, unit)


Sending = dict[int | None, str]
Ways = dict[str, Handing]


def _send(
    form: NewForm,
    found: Record,
    ledger: Ledger,
    handing: Handing,
    sending: Sending,
    ways: Ways,
    unit: int | None,
) -> Any:
    session, record_id = the_session(), found.id
    try:
        kept = [f for f in files.list_offered(session, found.id) if f.id in (form.keep.data or ())]
        uploads = [(f.filename or "", f.stream) for f in request.files.getlist(files.FIELD) if f.filename]
        sent = send_transfer(
            session, the_actor(), now(), campaign=the_campaign(), handing=handing, found=found, unit_id=unit,
            letter=Letter(
                form.receiver.data or "", form.reason.data or "", form.asked.data or "", form.why_other.data or ""
            ),
            request_key=form.request_key.data or "", folder=files_folder(), uploads=uploads, keep=kept,
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        session.rollback()
        status = _show(form, error, record_id)
        again = get_entry(session, the_desk(), f"record:{record_id}")
        return _page(form, again, ledger, handing, sending, ways), status
    text = Message(_("已移送 %(number)s，接收情况会随时告知。"), number=sent[0].number)
    if len(sent) > 1:
        text = Message(_("已同时移送 %(n)s 个单位，接收情况会随时告知。"), n=len(sent))
    flash(str(translate(text)), "done")
    return redirect(url_for("transfers.detail", transfer_id=sent[0].id, **at(the_desk())), 303)


def _show(form: NewForm, error: Invalid | Conflict, record_id: int) -> int:
    """What was wrong at its field; what was refused for secrecy stands in the trail."""
    session, subject = the_session(), f"record:{record_id}"
    if isinstance(error, Conflict):
        form.tell({"receiver": error.message})
        return 409
    form.tell(error.problems)
    if isinstance(error, Secret):
        note_refusal(session, the_actor(), now(), subject, error)
        session.commit()
    elif isinstance(error, SecretText):
        note_refused_text(session, the_actor(), now(), subject, error)
        session.commit()
    return 422


def _who(session: Session, found: Record) -> dict[int | None, tuple[str, list[Handing]]]:
    """For whom the reader may send the entry on, and in which ways."""
    desk, campaign = the_desk(), the_campaign()
    members = {
        m.unit_id: m for m in list_members(session, desk.mechanism_id, now().astimezone(SHANGHAI).date())
    }
    found_ways: dict[int | None, tuple[str, list[Handing]]] = {}
    for unit in senders(desk, found):
        if unit is not None and unit not in members:
            continue
        ways = handings_for(campaign, found.ledger, members[unit].member if unit is not None else None)
        if ways:
            found_ways[unit] = (members[unit].full_name if unit is not None else desk.office_name, ways)
    return found_ways


def _page(
    form: NewForm, found: Record, ledger: Ledger, handing: Handing, sending: Sending, ways: Ways
) -> str:
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    seat = seat_of(session, desk.mechanism_id)
    unit = row_id(form.unit.data) or None
    offered = offer(session, now(), campaign=campaign, handing=handing, seat=seat, unit_id=unit)
    rule = jurisdiction_of(ledger, facts_of_record(found)) if Reach.COUNTY in handing.reach else None
    proposed, elsewhere = _proposal(offered, seat, rule)
    if request.method == "GET":
        form.receiver.data = proposed
    goes = carried_of(handing, ledger, found)
    return render_template(
        "transfers/new.html", at=at(desk), campaign=campaign, form=form, found=found, ledger=ledger, handing=handing,
        sending=sending, ways=ways, offered=offered, rule=rule, proposed=proposed, elsewhere=elsewhere,
        fields=[f for f in ledger.fields if f.key in goes], goes=goes, attached=files.list_offered(session, found.id),
        find_handing=find_handing, both=Reach.UNIT in handing.reach and bool(handing.both),
    )  # fmt: skip


def _proposal(offered: Offer, seat: Seat, rule: Jurisdiction | None) -> tuple[str, str]:
    """What stands chosen on the page, and, where the rule points elsewhere, to where: ``own`` or ``beyond``."""
    if rule is not None and rule.region:
        there = next((b for b in offered.beside if b.code.startswith(rule.region)), None)
        if there is not None:
            return f"tenant:{there.tenant_id}", ""
        return "", "own" if seat.code.startswith(rule.region) else "beyond"
    if offered.both:
        return "both", ""
    choices = [f"unit:{m.unit_id}" for m in offered.units] + [f"tenant:{b.tenant_id}" for b in offered.beside]
    choices += ["office"] if offered.office else []
    choices += ["superior"] if offered.above else []
    return (choices[0], "") if len(choices) == 1 else ("", "")
