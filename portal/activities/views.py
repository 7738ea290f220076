"""Pages of the activities. A unit sees those it is credited with, the office and the heads all."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, render_template, request, send_file

from portal.activities import coverage, export, files, listing, services
from portal.activities.credits import HOST, JOINT, list_bodies, list_credited
from portal.activities.entry import MONTHS_BACK, REASON_LENGTH, today_of
from portal.activities.models import Activity
from portal.activities.places import place_of
from portal.activities.words import KINDS, audience_label, kind_label
from portal.core.audit import Act, record
from portal.core.errors import Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.periods import Period, PeriodKind, parse_period, period_of
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.workbook import XLSX
from portal.tenants.policies import find_policy, value_of
from portal.web.access import (
    logged_in,
    now,
    the_actor,
    the_campaign,
    the_desk,
    the_registry,
    the_session,
)
from portal.web.inputs import row_id

blueprint = Blueprint("activities", __name__, template_folder="templates")
blueprint.add_app_template_filter(kind_label)
blueprint.add_app_template_filter(audience_label)

ID = "<int:activity_id>"


def here() -> dict[str, Any]:
    desk = the_desk()
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


def own_units() -> tuple[int, ...] | None:
    """Units whose activities the desk may read; None = every unit."""
    desk = the_desk()
    if Right.RECORD_READ_ALL in desk.rights:
        return None
    if Right.RECORD_WRITE not in desk.rights:
        raise NotAllowed
    return desk.units_with(Right.RECORD_WRITE)


def this_month() -> Period:
    return period_of(today_of(now()), PeriodKind.MONTH)


def asked_month() -> Period | None:
    """The month of the address; None where it names none, or one still to come."""
    try:
        month = parse_period(request.args.get("month", ""))
    except Invalid:
        return None
    return month if month.kind is PeriodKind.MONTH and month <= this_month() else None


def months_offered(chosen: Period | None) -> list[Period]:
    """Newest first; a chosen earlier one stands at the end."""
    months = [this_month().shifted(-n) for n in range(MONTHS_BACK + 1)]
    return months if chosen is None or chosen in months else [*months, chosen]


def _filters(own: tuple[int, ...] | None) -> listing.Filters:
    args = request.args
    unit = row_id(args.get("unit", ""))
    page = row_id(args.get("page", ""))
    kind, role = args.get("kind", ""), args.get("role", "")
    return listing.Filters(
        campaign=the_campaign().key,
        unit_ids=((unit,) if unit else None) if own is None else own,
        role=role if role in listing.ROLES else "",
        month=asked_month(),
        kind=kind if kind in KINDS else "",
        withdrawn=args.get("withdrawn") == "1",
        page=min(max(page, 1), listing.MAX_PAGE),
    )


def _answered(filters: listing.Filters) -> dict[str, str]:
    """The filters that took effect, for links and for the trail."""
    unit = filters.unit_ids[0] if filters.unit_ids and Right.RECORD_READ_ALL in the_desk().rights else 0
    given = {"month": filters.month.key if filters.month else "", "kind": filters.kind, "role": filters.role,
             "unit": str(unit or ""), "withdrawn": "1" if filters.withdrawn else ""}  # fmt: skip
    return {key: value for key, value in given.items() if value}


@blueprint.get("/<tenant>/<campaign>/activities")
@logged_in
def index() -> Any:
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    own = own_units()
    filters = _filters(own)
    rows, more = listing.list_activities(session, desk.tenant_id, filters)
    body = list_bodies(session, desk.tenant_id, today_of(now())).get(desk.campaign)
    units = body.units if body else {}
    mine = tuple(u for u in desk.units_with(Right.RECORD_WRITE) if u in units)
    counted = listing.count_month(session, campaign.key, mine, this_month()) if mine else {}
    return render_template(
        "activities/index.html",
        campaign=campaign,
        at=here(),
        filters=filters,
        args=_answered(filters),
        rows=rows,
        more=more,
        units=units if own is None else {},
        mine=set(own or ()),
        counted=[(desk.unit_name(u), n) for u, n in counted.items()],
        month=this_month(),
        months=months_offered(filters.month),
        kinds=KINDS,
        roles=listing.ROLES,
        duty=coverage.monthly_duty(campaign),
        publicity=coverage.publicity_duty(campaign),
        may_enter=bool(mine) or (Right.REPORT_REVIEW in desk.rights and bool(units)),
    )


@blueprint.get("/<tenant>/<campaign>/activities.xlsx")
@logged_in(writes=True)
def workbook() -> Any:
    """The list as filtered, all its pages, as a spreadsheet."""
    desk, session, campaign = the_desk(), the_session(), the_campaign()
    filters = _filters(own_units())
    stream = BytesIO()
    rows = listing.every_activity(session, desk.tenant_id, filters)
    export.write_list(stream, rows, filters=filters, office=_drawn_up_by(), now=now())
    record(session, Act.EXPORT, "activities", the_actor(), now(), _answered(filters))
    return send(stream, Message(_("%(campaign)s宣传活动"), campaign=campaign.label))


def _drawn_up_by() -> str:
    desk = the_desk()
    return desk.posts[0].unit_name or desk.office_name


def send(stream: BytesIO, name: Message) -> Any:
    stream.seek(0)
    day = today_of(now()).isoformat()
    return send_file(
        stream, XLSX, as_attachment=True, download_name=f"{the_desk().tenant_name}{translate(name)} {day}.xlsx"
    )  # fmt: skip


@blueprint.get(f"/<tenant>/<campaign>/activities/{ID}")
@logged_in
def detail(activity_id: int) -> Any:
    return detail_page(readable(activity_id)[0])


def readable(activity_id: int) -> tuple[Activity, dict[int, str]]:
    """The activity and the units credited with it; one that concerns no unit of the reader is not found."""
    own, session = own_units(), the_session()
    found = services.get_activity(session, the_desk().campaign, activity_id)
    credited = list_credited(session, found.tenant_id, [found.id])[found.id]
    if own is not None and not credited.keys() & set(own):
        raise NotFound
    return found, credited


def may_change(found: Activity) -> bool:
    """The organiser's people and the office."""
    desk = the_desk()
    writes = found.unit_id in desk.units_with(Right.RECORD_WRITE) or Right.REPORT_REVIEW in desk.rights
    return writes and found.withdrawn_at is None


def detail_page(
    found: Activity, problem: Any = None, asked: str = "", status: int = 200, typed: str = ""
) -> Any:
    """``problem`` of the step ``asked`` (withdraw, decline) stands at its reason."""
    credited = list_credited(the_session(), found.tenant_id, [found.id])[found.id]
    writes = the_desk().units_with(Right.RECORD_WRITE)
    policy = find_policy(the_campaign(), JOINT)
    page = render_template(
        "activities/detail.html",
        campaign=the_campaign(),
        at=here(),
        found=found,
        credited=credited,
        place=place_of(the_session(), found),
        files=files.list_files(the_session(), found),
        each=not policy or value_of(the_session(), found.tenant_id, the_campaign(), JOINT) != HOST,
        labels=[campaign_label(key) for key in found.campaigns],
        may_change=may_change(found),
        declinable=[
            (u, name)
            for u, name in credited.items()
            if u in writes and u != found.unit_id and found.withdrawn_at is None
        ],
        problem=problem,
        asked=asked,
        typed=typed,
        reason_length=REASON_LENGTH,
    )
    return page, status


def campaign_label(key: str) -> Text:
    campaign = the_registry().find(key)
    return campaign.label if campaign else Text(key)


# Further pages of this blueprint; they add their routes when imported.
from portal.activities import coverage_pages, entry_pages, evidence, file_pages, place_pages, pool  # noqa: E402

__all__ = ["blueprint", "coverage_pages", "entry_pages", "evidence", "file_pages", "place_pages", "pool"]
