"""Urgent reports of the demo as chains: old ones answered and closed, the last one with news that nobody has read yet,
two finds of one day that may belong together, and a draft that only its unit sees."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from portal.campaigns.declarations import Campaign
from portal.core.reader import Desk
from portal.core.scope import get_scope, set_scope
from portal.documents.drafts import save_draft
from portal.exchange.chain import News, PartKind, add_part, give_feedback
from portal.exchange.models import UrgentReport
from portal.exchange.services import DRAFT, receive_report
from portal.ledger.services import Entry, create_record
from portal.operations.demo_world import World, liaison
from portal.tenants.models import Level, Tenant
from portal.units.bodies import list_members
from portal.units.models import Mechanism, Unit
from portal.units.reader import subtree_scope

FINDS, DRAFTED = "pd", "pd"
AMOUNTS = (6_000_000, 5_000_000)
"""Fen; neither reaches the threshold, their sum would."""


def play(world: World, tenant: Tenant) -> None:
    """Inside ``tenant``; counties before their city, which reads what they reported."""
    for body in world.session.scalars(sa.select(Mechanism).where(Mechanism.tenant_id == tenant.id)).all():
        campaign = world.registry.find(body.campaign)
        if campaign is None:
            continue
        reports = world.session.scalars(
            sa.select(UrgentReport)
            .where(UrgentReport.mechanism_id == body.id)
            .order_by(UrgentReport.filed_at)
        ).all()
        for number, report in enumerate(reports, 1):
            open_still = number == len(reports) and world.prefix(tenant) == FINDS
            _continue(world, tenant, body, campaign, report, last=open_still)
        if campaign.thresholds and world.prefix(tenant) == FINDS:
            _two_finds(world, body, campaign)
            _begun(world, body)
    if tenant.level == Level.CITY:
        _read_below(world, tenant)


def _continue(
    world: World, tenant: Tenant, body: Mechanism, campaign: Campaign, report: UrgentReport, *, last: bool
) -> None:
    unit = world.session.scalars(sa.select(Unit.short_name).where(Unit.id == report.unit_id)).one()
    office, desk, at = world.office(tenant), _desk(tenant, body), report.filed_at
    receive_report(
        world.session, office, at + timedelta(minutes=20), report=report, desk=desk, campaign=campaign
    )
    give_feedback(
        world.session, office, at + timedelta(hours=2), report=report, desk=desk, campaign=campaign,
        words=world.text("urgent_feedback"), request_key=f"demo-f-{report.id}",
    )  # fmt: skip
    news = News(
        what=world.text("urgent_news"), measures=world.text("urgent_measures"), wishes=world.text("urgent_wishes"),
        phone="0353-0000000", checked_by=world.text("urgent_checked_by"),
    )  # fmt: skip
    add_part(
        world.session, liaison(unit), at + timedelta(hours=5), report=report, kind=PartKind.FOLLOW_UP, news=news,
        request_key=f"demo-n-{report.id}",
    )  # fmt: skip
    if not last:
        done = News(what=world.text("urgent_result"), measures=world.text("urgent_measures_done"))
        add_part(
            world.session, liaison(unit), at + timedelta(days=2), report=report, kind=PartKind.FINAL, news=done,
            request_key=f"demo-e-{report.id}",
        )  # fmt: skip
        receive_report(
            world.session,
            office,
            at + timedelta(days=2, hours=1),
            report=report,
            desk=desk,
            campaign=campaign,
        )


def _read_below(world: World, city: Tenant) -> None:
    """The city has read all but what came last."""
    for body in world.session.scalars(sa.select(Mechanism).where(Mechanism.tenant_id == city.id)).all():
        campaign, desk = world.registry.find(body.campaign), _desk(city, body)
        if campaign is None:
            continue
        inside = get_scope(world.session)
        set_scope(world.session, subtree_scope(world.session, desk))
        reports = world.session.scalars(
            sa.select(UrgentReport)
            .where(
                UrgentReport.campaign == body.campaign, UrgentReport.tenant_id != city.id,
                UrgentReport.closed_at.is_not(None),
            )
            .order_by(UrgentReport.filed_at)
        ).all()  # fmt: skip
        for report in reports:
            at = report.filed_at + timedelta(hours=1)
            give_feedback(
                world.session, world.office(city), at, report=report, desk=desk, campaign=campaign,
                words=world.text("urgent_feedback_above"), request_key=f"demo-c-{report.id}",
            )  # fmt: skip
        set_scope(world.session, inside)


def _desk(tenant: Tenant, body: Mechanism) -> Desk:
    return Desk(
        tenant_id=tenant.id, tenant_code=tenant.code, tenant_name=tenant.full_name, tenant_path=tenant.path,
        tenant_level=tenant.level, campaign=body.campaign, mechanism_id=body.id, mechanism_name=body.name,
        office_name=body.office, sign_off=body.sign_off, posts=(),
    )  # fmt: skip


def _two_finds(world: World, body: Mechanism, campaign: Campaign) -> None:
    threshold = campaign.thresholds[0]
    ledger = campaign.ledger(threshold.ledger)
    members = [
        m
        for m in list_members(world.session, body.id, world.today)
        if ledger and (not ledger.writers or m.member in ledger.writers)
    ]
    if ledger is None or not members:
        return
    known_at = world.at(world.today - timedelta(days=2), 10)
    example = next(e for e in ledger.examples if not threshold.when(e))
    for number, amount in enumerate(AMOUNTS):
        member = members[number % len(members)]
        values = {k: v for k, v in example.items() if k != "title"} | {
            "face_value": amount,
            "one_time_face": amount,
        }
        create_record(
            world.session, liaison(member.short_name), known_at + timedelta(hours=number + 1), campaign=campaign,
            ledger=ledger, mechanism_id=body.id, unit_id=member.unit_id, request_key=f"demo-two-{number}",
            entry=Entry(
                title=world.text(f"urgent_find_{number + 1}"), place=world.text("urgent_find_place"),
                known_at=known_at + timedelta(minutes=40 * number), values=values,
            ),
        )  # fmt: skip


def _begun(world: World, body: Mechanism) -> None:
    """A first report without entry that the unit of the shown accounts has not sent."""
    members = list_members(world.session, body.id, world.today)
    unit = next((m for m in members if m.unit_id in world.kept_open), None)
    if unit is None:
        return
    typed = {
        "what": world.text("urgent_draft"),
        "place": world.text("urgent_find_place"),
        "request_key": "demo-draft",
    }
    save_draft(
        world.session, liaison(unit.short_name), world.now - timedelta(minutes=30), mechanism_id=body.id,
        unit_id=unit.unit_id, kind=DRAFT, subject="demo-draft", title=typed["what"], content=typed,
    )  # fmt: skip
