"""The duty page: a unit's own duties, or for office and convenor the whole division of duties."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from portal.core.clock import SHANGHAI
from portal.core.errors import NotFound
from portal.core.posts import Right
from portal.duties.obligations import CADENCE_LABELS
from portal.duties.services import (
    expand_duties,
    filter_rows,
    list_own_rows,
    list_rows,
    member_choices,
)
from portal.units.bodies import MemberUnit, list_bodies_of, list_members
from portal.web.access import now, require, the_campaign, the_desk, the_registry, the_session

blueprint = Blueprint("duties", __name__, template_folder="templates")


@blueprint.get("/<tenant>/<campaign>/duties")
@require(Right.DUTY_READ)
def index() -> Any:
    """Who reports for units sees these; who oversees the body or has no unit there sees the whole."""
    desk = the_desk()
    own = desk.units_with(Right.REPORT_FILL)
    oversees = Right.REPORT_READ_ALL in desk.rights or not own
    wanted = request.args.get("unit", 0, int)
    if not oversees and wanted and wanted not in own:
        raise NotFound
    members = list_members(the_session(), desk.mechanism_id, _today())
    if oversees and not wanted:
        return _division(members)
    unit = next((m for m in members if m.unit_id == (wanted or own[0])), None)
    if unit is None:
        raise NotFound
    own_units = [m for m in members if m.unit_id in own] if not oversees else []
    return _unit_page(unit, own_units, oversees)


def _today() -> Any:
    return now().astimezone(SHANGHAI).date()


def _division(members: list[MemberUnit]) -> str:
    campaign, args = the_campaign(), request.args
    chosen = {key: args.get(key, "")[:60].strip() for key in ("member", "kind", "q")}
    every = list_rows(campaign, members)
    rows = filter_rows(campaign, every, member=chosen["member"], kind=chosen["kind"], text=chosen["q"])
    pairs = expand_duties(campaign, members)
    return render_template(
        "duties/division.html",
        declared=campaign,
        rows=rows,
        total=len(every),
        pairs=len(pairs),
        bearing=len({unit.unit_id for unit, _duty in pairs}),
        members=members,
        choices=member_choices(campaign),
        chosen=chosen,
        cadences=CADENCE_LABELS,
    )


def _unit_page(unit: MemberUnit, own: list[MemberUnit], oversees: bool) -> str:
    """One campaign's duties of the unit, or with ``?all=1`` those of every campaign of the tenant.

    How they stand is for the unit itself and for those who read every unit's reports; others see the duties alone.
    """
    campaign, registry, desk = the_campaign(), the_registry(), the_desk()
    every = request.args.get("all") == "1"
    places = [(desk.mechanism_id, campaign, unit.member)]
    if every:
        bodies = list_bodies_of(the_session(), unit.unit_id, _today())
        found = [(body.id, registry.find(body.campaign), member) for body, member in bodies]
        places = sorted(
            ((m, c, member) for m, c, member in found if c is not None),
            key=lambda p: (p[1].position, p[1].key),
        )
    seen = [p for p in places if may_see(desk_of(p[0]), unit.unit_id)]
    owed, days = read_owed(unit.unit_id, seen)
    return render_template(
        "duties/unit.html",
        unit=unit,
        own=own,
        oversees=oversees,
        every=every,
        shown={m for m, _c, _member in seen},
        groups=[(c, list_own_rows(c, member), owed.get(m, []), m) for m, c, member in places],
        days=days,
        phases={c.key: active_phases(c, _today()) for _m, c, _member in places},
        cadences=CADENCE_LABELS,
        owed_link=owed_link,
        desk_of=desk_of,
        writes_at=writes_at,
    )


# Further pages of this blueprint; they add their routes when imported.
from portal.duties import basis_pages, line_pages, owed_pages  # noqa: E402
from portal.duties.owed_pages import (  # noqa: E402
    active_phases,
    desk_of,
    may_see,
    owed_link,
    read_owed,
    writes_at,
)

__all__ = ["basis_pages", "blueprint", "line_pages", "owed_pages"]
