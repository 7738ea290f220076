"""Minutes of the demo's meetings: signed with orders, signed without, waiting for the chair, in draft with a gap."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from portal.core.posts import POST_LABELS, PostKind
from portal.core.scope import Actor
from portal.meetings.distribution import list_receipts, sign_for
from portal.meetings.minutes import save, signed_edition, submit
from portal.meetings.minutes_beginning import propose
from portal.meetings.minutes_content import Content, Line
from portal.meetings.minutes_signing import sign
from portal.meetings.models import Meeting, Minutes
from portal.meetings.services import chair_label, hold, list_invitations
from portal.operations.demo_meetings import desk_of
from portal.operations.demo_world import World, liaison, rows
from portal.supervision.closing import check_closure, close_order, propose_closure
from portal.supervision.models import Order
from portal.supervision.steps import feed_back
from portal.supervision.steps import sign_for as take_order
from portal.tenants.models import Tenant
from portal.units.bodies import list_members
from portal.units.models import Mechanism, Unit

Held = Mapping[tuple[str, str], Meeting]


def play(world: World, tenant: Tenant, meetings: Held) -> None:
    """Inside ``tenant``; ``meetings``: what ``demo_meetings.play`` made."""
    for row in rows("minutes.tsv"):
        meeting = meetings.get((row["campaign"], row["key"]))
        if meeting is not None and meeting.held_at is not None:
            _write(world, tenant, meeting, row)


def _write(world: World, tenant: Tenant, meeting: Meeting, row: dict[str, str]) -> None:
    session, campaign = world.session, row["campaign"]
    office, chair = desk_of(world, tenant, campaign, "bgs"), desk_of(world, tenant, campaign, "zhr")
    if office is None or chair is None:
        return
    lines, progress = _lines(world, tenant, meeting, row["key"])
    declared = world.registry.find(campaign)
    body = session.get_one(Mechanism, (tenant.id, meeting.mechanism_id))
    begun = propose(
        meeting, list_invitations(session, meeting), chair_label(body.titles, declared, meeting.chair)
    )
    content = Content(
        title=begun.title, text=f"{begun.text}\n{row['text']}", attendance=begun.attendance, undecided=row["undecided"],
        lines=lines, orders=row["state"] != "plain",
    )  # fmt: skip
    at = _workday(meeting.starts_at + timedelta(days=1))
    hold(session, office, meeting.id)
    minutes = save(session, world.office(tenant), at, meeting=meeting, base=0, content=content)
    if row["state"] == "draft":
        return
    submit(session, world.office(tenant), at, meeting=meeting, minutes=minutes)
    if row["state"] == "submitted":
        return
    signer = Actor(-2, f"{tenant.full_name} {POST_LABELS[PostKind.CONVENOR]}")
    code = f"/{tenant.code}/{campaign}"
    links = {
        what: f"{code}/meetings/{meeting.id}/{page}"
        for what, page in (("minutes", "minutes"), ("decisions", "resolutions"))
    }
    at = _workday(at + timedelta(days=1))
    sign(
        session, signer, at, desk=chair, meeting=meeting, edition=minutes.edition, links=links,
        order_link=lambda i: f"{code}/supervision/orders/{i}",
    )  # fmt: skip
    _sign_for(world, minutes, at)
    _follow(world, tenant, progress, at)


def _workday(at: datetime) -> datetime:
    return at + timedelta(days=max(0, 7 - at.weekday()) if at.weekday() > 4 else 0)


def _lines(
    world: World, tenant: Tenant, meeting: Meeting, key: str
) -> tuple[tuple[Line, ...], dict[str, str]]:
    """Rows whose lead unit the place has, and text -> how far each is."""
    known = world.units_by_slug[tenant.id]
    members = {m.unit_id for m in list_members(world.session, meeting.mechanism_id, world.today)}
    found, progress = [], {}
    for row in rows("decisions.tsv"):
        lead = known.get(row["lead"])
        if (row["campaign"], row["key"]) != (meeting.campaign, key) or lead not in members or lead is None:
            continue
        supporting = tuple(u for s in row["supporting"].split(",") if (u := known.get(s)) in members and u)
        day = max(world.today + timedelta(days=int(row["due"])), meeting.starts_at.date() + timedelta(days=5))
        found.append(
            Line(
                text=row["text"], lead=lead, supporting=supporting, person=row["person"], due=day.isoformat()
            )
        )
        progress[row["text"]] = row["state"]
    return tuple(found), progress


def _sign_for(world: World, minutes: Minutes, at: datetime) -> None:
    """Two of three units."""
    edition = signed_edition(world.session, minutes)
    if edition is None:
        return
    asked = dict.fromkeys((r.unit_id, r.unit_name) for r in list_receipts(world.session, minutes, edition))
    for n, (unit_id, name) in enumerate(asked):
        if n % 3 != 2:
            sign_for(world.session, liaison(name), at + timedelta(hours=2, minutes=9 * n), minutes=minutes, edition=edition, unit_id=unit_id)  # fmt: skip


def _follow(world: World, tenant: Tenant, progress: Mapping[str, str], at: datetime) -> None:
    """Orders are signed for, some fed back, some closed with a record of the portal as evidence."""
    session = world.session
    for text, state in progress.items():
        order = session.scalars(
            sa.select(Order).where(Order.title.in_((text, text[:-1])), Order.subject != "")
        ).first()
        if order is None or state == "open":
            continue
        unit = session.get_one(Unit, (tenant.id, order.lead_id))
        who, key, later = liaison(unit.full_name), f"demo-{order.id}", at + timedelta(days=9)
        take_order(session, who, at + timedelta(days=1), order=order, unit_id=unit.id)
        feed_back(
            session, who, later, order=order, unit_id=unit.id, progress=world.text("order_progress"), request_key=f"{key}-f"
        )  # fmt: skip
        if state != "closed":
            continue
        later += timedelta(days=4)
        evidence = ("report:1", world.text("order_evidence"))
        propose_closure(
            session, who, later, order=order, unit_id=unit.id, text=world.text("order_result"), version=order.version,
            request_key=f"{key}-p", evidence=evidence,
        )  # fmt: skip
        check_closure(
            session, world.office(tenant), later + timedelta(hours=3), order=order, text="", version=order.version,
            request_key=f"{key}-c",
        )  # fmt: skip
        boss = Actor(None, f"{tenant.full_name} {POST_LABELS[PostKind.OFFICE_DIRECTOR]}")
        close_order(
            session, boss, later + timedelta(hours=5), order=order, text=world.text("order_closing"), version=order.version,
            request_key=f"{key}-x", look_back_on=(later + timedelta(days=120)).date(),
        )  # fmt: skip
