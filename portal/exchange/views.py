"""Pages of the urgent reports: clocks and reports, and the chain of one of them with its receipts."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for

from portal.core.clock import SHANGHAI
from portal.core.errors import NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import set_scope
from portal.core.text import Message, _
from portal.deadlines.matters import clock_prefixes, find_matter
from portal.deadlines.models import Deadline
from portal.deadlines.services import deadlines_of, explain, list_running
from portal.deadlines.state import state_of
from portal.documents.drafts import list_drafts
from portal.exchange import chain, listing, services
from portal.exchange.forms import FeedbackForm, HandledForm
from portal.exchange.models import UrgentReport
from portal.exchange.office import HANDLING, find_handling, subject_of
from portal.exchange.reasons import LATE_GROUPS, LateReason
from portal.exchange.related import find_kin
from portal.exchange.timeline import timeline_of
from portal.tenants.models import Level, Tenant
from portal.units.models import Unit
from portal.units.reader import subtree_scope
from portal.web.access import logged_in, now, require, the_actor, the_campaign, the_desk, the_session

blueprint = Blueprint("exchange", __name__, template_folder="templates")

_OFFICE = frozenset({Right.URGENT_RECEIVE, Right.RECORD_READ_ALL})
ID = "<int(max=9223372036854775807):report_id>"


def at(desk: Desk) -> dict[str, Any]:
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


def own_units(desk: Desk) -> tuple[int, ...] | None:
    """Units whose reports the desk may read; None = every unit, and those of the tenants below."""
    if desk.rights & _OFFICE:
        return None
    if Right.URGENT_FILE not in desk.rights:
        raise NotAllowed
    return desk.units_with(Right.URGENT_FILE)


def look_below(desk: Desk) -> bool:
    """Widen the scope to the released rows of the subtree; False where there is none."""
    if not desk.rights & _OFFICE or desk.tenant_level == Level.COUNTY:
        return False
    set_scope(the_session(), subtree_scope(the_session(), desk))
    return True


def link(tenant: str, report_id: int) -> str:
    """Path of a report's page in that tenant, for notices."""
    return url_for("exchange.detail", tenant=tenant, campaign=the_desk().campaign, report_id=report_id)


def tell(text: Message | str) -> None:
    flash(str(translate(text)), "done")


@blueprint.get("/<tenant>/<campaign>/urgent")
@logged_in
def index() -> Any:
    desk, session, args = the_desk(), the_session(), request.args
    own = own_units(desk)
    shown = (*clock_prefixes(), "urgent:")  # what an office sets by hand is on the page of deadlines
    if own is None:
        running = list_running(session, mechanism_id=desk.mechanism_id, prefixes=shown)
    else:
        running = list_running(session, unit_ids=own, mechanism_id=desk.mechanism_id, prefixes=shown)
    writes = desk.units_with(Right.URGENT_FILE)
    drafts = (
        list_drafts(
            session,
            mechanism_id=desk.mechanism_id,
            unit_ids=writes,
            office=False,
            kinds=(services.DRAFT, chain.DRAFT),
        )
        if writes
        else []
    )
    below = look_below(desk)
    text, asked = args.get("q", "").strip()[:60].replace("\0", ""), args.get("page", "")
    page = min(max(int(asked), 1), 1000) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    rows, more = listing.list_reports(
        session, desk.campaign, unit_ids=own, text=text, reader_id=desk.tenant_id, below=below, page=page
    )
    year = now().astimezone(SHANGHAI).year
    return render_template(
        "exchange/index.html",
        at=at(desk),
        campaign=the_campaign(),
        running=[(d, d.state(now()), explain(d)) for d in running],
        handling=HANDLING,
        own=writes,
        drafts=drafts,
        rows=[(row, row.state(now())) for row in rows],
        more=more,
        page=page,
        text=text,
        below=below,
        office=Right.URGENT_RECEIVE in desk.rights,
        year=year,
        punctual=listing.count_punctuality(session, desk.campaign, year) if own is None else [],
        groups=LATE_GROUPS,
        urgent_kinds=[c for c in the_campaign().exchange.categories if c.urgent],
        now=now(),
    )


@blueprint.get(f"/<tenant>/<campaign>/urgent/{ID}")
@logged_in
def detail(report_id: int) -> Any:
    return show_chain(readable(report_id))


def show_chain(
    report: UrgentReport, feedback: FeedbackForm | None = None, handled: HandledForm | None = None
) -> str:
    """The whole chain with what the reader may do next."""
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    own = report.tenant_id == desk.tenant_id
    office = Right.URGENT_RECEIVE in desk.rights
    parts, receipts = chain.list_parts(session, report), services.list_receipts(session, report)
    matter = find_matter(session, report.subject) if report.subject else None
    ledger = campaign.ledger(matter.ledger) if matter else None
    subjects = [subject_of(report), *([report.subject] if report.subject else [])]
    clocks = deadlines_of(session, report.tenant_id, subjects)
    theirs = [c for c in clocks.get(subjects[0], []) if c.rule == HANDLING]
    mine = find_handling(session, desk.tenant_id, report) if office else None
    handling = [*theirs, *([mine] if mine and not own else [])]
    units = own_units(desk) if own else None
    writes = own and report.unit_id in desk.units_with(Right.URGENT_FILE)
    return render_template(
        "exchange/detail.html",
        campaign=campaign,
        at=at(desk),
        report=report,
        own=own,
        tenant=session.get_one(Tenant, report.tenant_id),
        unit=session.get_one(Unit, (report.tenant_id, report.unit_id)),
        state=state_of(report.known_at, report.due_at, report.filed_at, now()),
        late=LateReason(report.late_group, report.late_reason),
        matter=matter,
        # what nobody filled in is in the ledger; here it would bury the story
        fields=[
            f for f in ledger.fields if not f.sensitive and matter.values.get(f.key) not in (None, "", [], ())
        ]
        if ledger and matter
        else [],
        standing=chain.standing_of(report, parts),
        parts=parts,
        labels=chain.part_labels(parts),
        read=_read_by(report, receipts),
        pending=_pending(report, parts, receipts),
        timeline=timeline_of(report, matter, clocks.get(report.subject, []), parts, receipts, handling),
        kin=find_kin(session, campaign, matter, unit_ids=units, linked=report.related) if matter else None,
        may_link=own and (writes or office),
        may_write=writes,
        may_receive=office and bool(services.unread_parts(session, report, desk.tenant_id)),
        may_answer=office,
        clocks=[(c, state_of(c.started_at, c.due_at, c.met_at, now()), explain(c)) for c in handling],
        mine=mine if mine and mine.met_at is None else None,
        overdue=_overdue(mine),
        feedback=feedback or FeedbackForm(formdata=None, request_key=secrets.token_urlsafe(18)),
        handled=handled or HandledForm(formdata=None, request_key=secrets.token_urlsafe(18)),
    )


def _overdue(clock: Deadline | None) -> bool:
    if clock is None or clock.met_at is not None:
        return False
    return state_of(clock.started_at, clock.due_at, None, now()).late


def _read_by(report: UrgentReport, receipts: Any) -> dict[int, list[tuple[str, Any]]]:
    """Number in the chain -> who has read it, and when."""
    found: dict[int, list[tuple[str, Any]]] = {}
    if report.read_at is not None:
        found[1] = [(str(translate(_("本级办公室"))), report.read_at)]
    for r in receipts:
        found.setdefault(r.part, []).append((r.office, r.read_at))
    return found


def _pending(report: UrgentReport, parts: Any, receipts: Any) -> dict[int, list[Any]]:
    """Number in the chain -> offices whose receipt is still awaited: the own one, and the next above if there is one."""
    own = {r.part for r in receipts if r.reader_id == report.tenant_id} | ({1} if report.read_at else set())
    above = {r.part for r in receipts if r.reader_id != report.tenant_id}
    superior = the_session().scalar(sa.select(Tenant.parent_id).where(Tenant.id == report.tenant_id))
    found: dict[int, list[Any]] = {}
    for number in [1, *(p.number for p in parts if p.kind != services.FEEDBACK)]:
        waits = [] if number in own else [_("本级办公室待签收")]
        if superior is not None and number not in above and _superior_reads(superior):
            waits.append(_("上级待签收"))
        found[number] = waits
    return found


def _superior_reads(tenant_id: int) -> bool:
    """A province has no office in the portal; what it never receives is not awaited."""
    return the_session().get_one(Tenant, tenant_id).level != Level.PROVINCE


@blueprint.post(f"/<tenant>/<campaign>/urgent/{ID}/receive")
@require(Right.URGENT_RECEIVE)
def receive(report_id: int) -> Any:
    report = readable(report_id)
    services.receive_report(
        the_session(), the_actor(), now(), report=report, desk=the_desk(), campaign=the_campaign()
    )
    tell(_("已签收，报送单位可以看到签收时间。"))
    return back(report)


@blueprint.get("/<tenant>/<campaign>/urgent/of/<subject>")
@logged_in
def of_subject(subject: str) -> Any:
    """The report that grew out of a matter."""
    desk = the_desk()
    own = own_units(desk)
    look_below(desk)
    matter = services.get_matter(the_session(), desk.campaign, subject)
    report = services.find_report_of(the_session(), matter)
    if report is None or (own is not None and matter.unit_id not in own):
        raise NotFound
    return back(report)


def back(report: UrgentReport) -> Any:
    return redirect(url_for("exchange.detail", report_id=report.id, **at(the_desk())), 303)


def readable(report_id: int) -> UrgentReport:
    desk = the_desk()
    own = own_units(desk)
    look_below(desk)
    report = services.get_report(the_session(), desk.campaign, report_id)
    if own is not None and report.unit_id not in own:
        raise NotFound
    return report


from portal.exchange import chain_pages, first_pages, ordering  # noqa: E402, F401
