"""What the pages of a body show: its words, its members, the roster lines nobody holds, its switch."""

from __future__ import annotations

from datetime import date

from flask import g, render_template

from portal.administration.forms import TITLES, BindForm, BodyForm, EnableForm
from portal.campaigns.declarations import Campaign, MemberKind
from portal.core.clock import SHANGHAI
from portal.core.errors import NotFound
from portal.core.i18n import translate
from portal.core.scope import set_scope
from portal.core.text import Text, _
from portal.tenants.models import Tenant
from portal.tenants.services import list_switches
from portal.units import bodies
from portal.units.reader import subtree_scope
from portal.web.access import now, the_campaign, the_desk, the_registry, the_session


def today() -> date:
    return now().astimezone(SHANGHAI).date()


def address() -> dict[str, str]:
    """Of this desk: tenant, and the campaign unless it is the administration's."""
    desk = the_desk()
    return {"tenant": desk.tenant_code} | ({"campaign": desk.campaign} if desk.campaign else {})


def open_labels(campaign: Campaign, lines: list[bodies.MembershipLine]) -> list[str]:
    """The roster lines without a unit, by name."""
    return [campaign.member(key).label for key in bodies.list_open_lines(campaign, lines)]


def _rows(
    campaign: Campaign, lines: list[bodies.MembershipLine]
) -> list[tuple[Text | str, bodies.MembershipLine | None]]:
    """Roster lines in the document's order with who holds them (None: nobody), guests last."""
    held: dict[str, list[bodies.MembershipLine | None]] = {}
    for line in lines:
        held.setdefault(line.member, []).append(line)
    labels: dict[str, Text] = {m.key: m.label for m in campaign.roster}
    found = [(label, line) for key, label in labels.items() for line in held.get(key, [None])]
    others = [(_("名单以外") if not x.member else x.member, x) for x in lines if x.member not in labels]
    return [*found, *others]


def bind_form(*, saved: bool = False) -> BindForm:
    campaign, desk = the_campaign(), the_desk()
    form = BindForm(saved=saved)
    lines = bodies.list_lines(the_session(), desk.mechanism_id, today())
    open_keys = set(bodies.list_open_lines(campaign, lines))
    units = [m for m in campaign.roster if m.kind is MemberKind.UNIT]
    units.sort(key=lambda m: m.key not in open_keys)
    form.member.choices = [
        *((m.key, f"{translate(m.label)}{'' if m.key in open_keys else ' ●'}") for m in units),
        ("", translate(_("名单以外（列席）"))),
    ]
    free = bodies.list_free_units(the_session(), desk.mechanism_id, today())
    form.unit.choices = [(0, translate(_("请选择"))), *free]
    if saved or not form.posted():
        form.since.data = today()
    return form


def body_page(form: BodyForm | None, binding: BindForm, problems: list[str]) -> str:
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    found = bodies.get_body(session, desk.mechanism_id)
    lines = bodies.list_lines(session, found.id, today())
    if form is None:
        form = BodyForm(saved=True, obj=found, data={key: found.titles.get(key, "") for key in TITLES})
    return render_template(
        "administration/body.html",
        form=form,
        bind_form=binding,
        problems=problems,
        declared=campaign,
        rows=_rows(campaign, lines),
        open_lines=open_labels(campaign, lines),
        members=bodies.list_members(session, found.id, today()),
        today=today(),
        address=address(),
    )


def switch_page(target: Tenant, key: str, form: EnableForm) -> str:
    session, campaign = the_session(), the_registry().find(key)
    g.nav = "administration.index"
    set_scope(session, subtree_scope(session, the_desk()))
    found = list_switches(session).get((target.id, key))
    if campaign is None and found is None:
        raise NotFound
    body = bodies.find_body(session, target.id, key)
    lines = bodies.list_lines(session, body.id, today()) if body else []
    return render_template(
        "administration/switch.html",
        target=target,
        key=key,
        declared=campaign,
        found=found,
        form=form,
        body=body,
        members=bodies.list_members(session, body.id, today()) if body else [],
        open_lines=open_labels(campaign, lines) if campaign and body else [],
    )
