"""Pages of the urgent reports: clocks and reports, the first report, its timeline and receipts."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import FieldKind
from portal.core.errors import Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import set_scope
from portal.core.text import _
from portal.deadlines.matters import Matter, find_matter
from portal.deadlines.services import ask_reason, deadlines_of, explain, list_running, state_of
from portal.exchange import services
from portal.exchange.forms import UrgentForm
from portal.exchange.models import UrgentReport
from portal.exchange.timeline import timeline_of
from portal.tenants.models import Level, Tenant
from portal.units.models import Unit
from portal.units.reader import subtree_scope
from portal.web.access import logged_in, now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import moment_text, show_money

blueprint = Blueprint("exchange", __name__, template_folder="templates")

_OFFICE = frozenset({Right.URGENT_RECEIVE, Right.RECORD_READ_ALL})
_ID = "<int(max=9223372036854775807):report_id>"


def _at(desk: Desk) -> dict[str, Any]:
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


def _own_units(desk: Desk) -> tuple[int, ...] | None:
    """Units whose reports the desk may read; None = every unit, and those of the tenants below."""
    if desk.rights & _OFFICE:
        return None
    if Right.URGENT_FILE not in desk.rights:
        raise NotAllowed
    return desk.units_with(Right.URGENT_FILE)


def _look_below(desk: Desk) -> bool:
    """Widen the scope to the released rows of the subtree; False where there is none."""
    if not desk.rights & _OFFICE or desk.tenant_level == Level.COUNTY:
        return False
    set_scope(the_session(), subtree_scope(the_session(), desk))
    return True


@blueprint.get("/<tenant>/<campaign>/urgent")
@logged_in
def index() -> Any:
    desk, session, args = the_desk(), the_session(), request.args
    own = _own_units(desk)
    if own is None:
        running = list_running(session, mechanism_id=desk.mechanism_id)
    else:
        running = list_running(session, unit_ids=own, mechanism_id=desk.mechanism_id)
    below = _look_below(desk)
    text, asked = args.get("q", "").strip()[:60].replace("\0", ""), args.get("page", "")
    page = min(max(int(asked), 1), 1000) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    rows, more = services.list_reports(
        session, desk.campaign, unit_ids=own, text=text, office=desk.office_name if below else "", page=page
    )
    return render_template(
        "exchange/index.html",
        at=_at(desk),
        running=[(d, d.state(now()), explain(d)) for d in running],
        own=desk.units_with(Right.URGENT_FILE),
        rows=[(row, row.state(now())) for row in rows],
        more=more,
        page=page,
        text=text,
        below=below,
        now=now(),
    )


@blueprint.route("/<tenant>/<campaign>/urgent/new", methods=["GET", "POST"])
@require(Right.URGENT_FILE)
def new() -> Any:
    desk, session = the_desk(), the_session()
    units = desk.units_with(Right.URGENT_FILE)
    matter = _own_matter(desk, request.args.get("subject", ""))
    form = UrgentForm()
    form.unit.choices = [(u, desk.unit_name(u)) for u in units]
    if request.method == "GET":
        if matter is not None and (filed := services.find_report_of(session, matter)):
            return redirect(url_for("exchange.detail", report_id=filed.id, **_at(desk)), 303)
        _prefill(form, matter)
        return _form_page(form, matter)
    if matter is not None:  # fill once: unit and moment of knowing are those of the entry
        form.unit.data, form.known_at.data = matter.unit_id, moment_text(matter.known_at)
    elif len(units) == 1:
        form.unit.data = units[0]
    if form.validate() and form.known_at.moment:
        try:
            report = services.file_report(
                session,
                the_actor(),
                now(),
                mechanism_id=desk.mechanism_id,
                unit_id=form.unit.data,
                campaign=desk.campaign,
                facts=services.Facts(
                    form.what.data or "",
                    form.place.data or "",
                    matter.known_at if matter else form.known_at.moment,
                    form.amount.fen,
                    form.phoned_at.moment,
                    form.phoned_to.data or "",
                ),
                request_key=form.request_key.data or "",
                matter=matter,
                late_reason=form.late_reason.data or "",
                link=lambda report_id: url_for("exchange.detail", report_id=report_id, **_at(desk)),
            )
            flash(str(translate(_("初报已发送，本级办公室和上级可见。"))), "done")
            return redirect(url_for("exchange.detail", report_id=report.id, **_at(desk)), 303)
        except Invalid as error:
            for key, message in error.problems.items():
                form[key].errors = [str(translate(message))]
    return _form_page(form, matter), 422


@blueprint.get(f"/<tenant>/<campaign>/urgent/{_ID}")
@logged_in
def detail(report_id: int) -> Any:
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    report = _readable(report_id)
    own = report.tenant_id == desk.tenant_id
    receipts = services.list_receipts(session, report)
    matter = find_matter(session, report.subject) if report.subject else None
    ledger = campaign.ledger(matter.ledger) if matter else None
    clocks = (
        deadlines_of(session, report.tenant_id, [report.subject]).get(report.subject, []) if matter else []
    )
    received = report.read_at if own else any(r.office == desk.office_name for r in receipts)
    return render_template(
        "exchange/detail.html",
        campaign=campaign,
        at=_at(desk),
        report=report,
        own=own,
        tenant=session.get_one(Tenant, report.tenant_id),
        unit=session.get_one(Unit, (report.tenant_id, report.unit_id)),
        state=state_of(report.known_at, report.due_at, report.filed_at, now()),
        matter=matter,
        fields=[f for f in ledger.fields if not f.sensitive] if ledger else [],
        timeline=timeline_of(report, matter, clocks, receipts),
        may_receive=Right.URGENT_RECEIVE in desk.rights and not received,
    )


@blueprint.post(f"/<tenant>/<campaign>/urgent/{_ID}/receive")
@require(Right.URGENT_RECEIVE)
def receive(report_id: int) -> Any:
    report = _readable(report_id)
    services.receive_report(the_session(), the_actor(), now(), report=report, desk=the_desk())
    flash(str(translate(_("已签收，报送单位可以看到签收时间。"))), "done")
    return redirect(url_for("exchange.detail", report_id=report.id, **_at(the_desk())), 303)


@blueprint.get("/<tenant>/<campaign>/urgent/of/<subject>")
@logged_in
def of_subject(subject: str) -> Any:
    """The report that grew out of a matter."""
    desk = the_desk()
    own = _own_units(desk)
    _look_below(desk)
    matter = services.get_matter(the_session(), desk.campaign, subject)
    report = services.find_report_of(the_session(), matter)
    if report is None or (own is not None and matter.unit_id not in own):
        raise NotFound
    return redirect(url_for("exchange.detail", report_id=report.id, **_at(desk)), 303)


def _readable(report_id: int) -> UrgentReport:
    desk = the_desk()
    own = _own_units(desk)
    _look_below(desk)
    report = services.get_report(the_session(), desk.campaign, report_id)
    if own is not None and report.unit_id not in own:
        raise NotFound
    return report


def _own_matter(desk: Desk, subject: str) -> Matter | None:
    """The entry the report grows out of; a foreign or unknown one is not found."""
    if not subject:
        return None
    matter = services.get_matter(the_session(), desk.campaign, subject)
    if matter.unit_id not in desk.units_with(Right.URGENT_FILE):
        raise NotFound
    return matter


def _prefill(form: UrgentForm, matter: Matter | None) -> None:
    form.request_key.data = secrets.token_urlsafe(18)
    if matter is None:
        return
    form.what.data, form.place.data = matter.title, matter.place
    form.known_at.data = moment_text(matter.known_at)
    amount = _amount(the_campaign(), matter)
    form.amount.data = show_money(amount, _("元")) if amount else ""


def _amount(campaign: Campaign, matter: Matter) -> int | None:
    """The first amount of the entry, in the order of its ledger."""
    ledger = campaign.ledger(matter.ledger)
    money = (f.key for f in ledger.fields if f.kind is FieldKind.MONEY) if ledger else ()
    return next((matter.values[key] for key in money if matter.values.get(key)), None)


def _form_page(form: UrgentForm, matter: Matter | None) -> str:
    known = matter.known_at if matter else form.known_at.moment
    state, due = services.lateness(the_session(), matter, known, now()) if known else (None, None)
    return render_template(
        "exchange/form.html",
        at=_at(the_desk()),
        form=form,
        matter=matter,
        due=due,
        late=ask_reason(state) if state and state.late else None,
    )
