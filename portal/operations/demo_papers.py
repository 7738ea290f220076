"""Official documents of the demo: one or more of each state, with numbers, receipts, a reserved and a void number."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import sqlalchemy as sa

from portal.accounts.models import Account
from portal.campaigns.declarations import Campaign
from portal.campaigns.papers import DocumentType
from portal.core.clock import SHANGHAI
from portal.core.posts import POST_LABELS, PostKind
from portal.core.reader import Desk, Reader
from portal.core.scope import Actor
from portal.core.text import _
from portal.operations.demo_world import World, liaison, rows
from portal.papers import flow, numbers
from portal.papers.composing import propose_body, propose_title
from portal.papers.models import Paper, PaperReceipt
from portal.papers.templates import find_template
from portal.papers.writing import Content, Terms, save_paper, send_paper
from portal.tenants.models import Tenant
from portal.units.bodies import list_members
from portal.units.models import Mechanism, Post, Unit
from portal.units.reader import load_posts


def play(world: World, tenant: Tenant) -> None:
    """Inside ``tenant``, in each of its bodies that has a 机关代字 in the data."""
    codes = {r["campaign"]: r["code"] for r in rows("paper_codes.tsv") if r["prefix"] == world.prefix(tenant)}
    for body in world.session.scalars(sa.select(Mechanism).where(Mechanism.tenant_id == tenant.id)).all():
        campaign = world.registry.find(body.campaign)
        if campaign is None or body.campaign not in codes:
            continue
        body.issuer_code = codes[body.campaign]
        body.host_name = (
            body.host_name or world.session.get_one(Unit, (tenant.id, _host(world, tenant))).full_name
        )
        desk = _desk(world, tenant, body)
        if desk is None:
            continue
        for place, row in enumerate(rows("papers.tsv")):
            _write(world, tenant, desk, body, campaign, row, place)
        numbers.reserve(
            world.session, _actor(world, tenant, PostKind.OFFICE_STAFF), world.now, body=body, series="plain",
            year=world.today.year, purpose=world.text("paper_reserved"), request_key=f"demo-reserve-{body.id}",
        )  # fmt: skip


def _host(world: World, tenant: Tenant) -> int:
    return world.units_by_slug[tenant.id]["zfb"]


def _desk(world: World, tenant: Tenant, body: Mechanism) -> Desk | None:
    holder = world.session.scalars(
        sa.select(Account)
        .join(Post, Post.account_id == Account.id)
        .where(Post.mechanism_id == body.id, Post.kind == PostKind.OFFICE_STAFF.value)
        .order_by(Account.username)
    ).first()
    posts = load_posts(world.session, holder.id, world.now) if holder else ()
    return Reader(0, "", "", posts).desk(tenant.code, body.campaign)


def _actor(world: World, tenant: Tenant, kind: PostKind) -> Actor:
    ends = {PostKind.OFFICE_STAFF: "bgs", PostKind.OFFICE_DIRECTOR: "zr", PostKind.CONVENOR: "zhr"}
    username = f"{world.prefix(tenant)}_{ends[kind]}"
    account = world.session.scalars(sa.select(Account).where(Account.username == username)).one()
    return Actor(account.id, f"{tenant.full_name} {POST_LABELS[kind]}")


def _write(
    world: World,
    tenant: Tenant,
    desk: Desk,
    body: Mechanism,
    campaign: Campaign,
    row: dict[str, str],
    place: int,
) -> None:
    session = world.session
    staff, head, lead = (
        _actor(world, tenant, k) for k in (PostKind.OFFICE_STAFF, PostKind.OFFICE_DIRECTOR, PostKind.CONVENOR)
    )
    day = world.today - timedelta(days=int(row["days"]))
    times = [world.at(day, hour) for hour in (9, 10, 11, 14, 15, 16)]
    template = find_template(campaign, row["template"])
    slugs = world.units_by_slug[tenant.id]
    members = {m.unit_id for m in list_members(session, body.id, world.today)}
    chosen = tuple(slugs[s] for s in row["whom"].split() if slugs.get(s) in members)
    everyone = row["whom"] == "all" or (bool(row["whom"]) and not chosen)
    upward = str(_("上级联席会议办公室")) if not row["whom"] else ""
    values = dict(template.example)
    if "unit" in values and chosen:
        values["unit"] = session.scalar(sa.select(Unit.full_name).where(Unit.id == chosen[0]))
    if template.type is DocumentType.INTERVIEW:
        values["at"] = datetime.combine(world.today + timedelta(days=7), time(15), SHANGHAI).isoformat()
    content = Content(
        template=template, title=row["title"] or propose_title(template, values),
        body=propose_body(template, values), values=values,
        terms=Terms(
            everyone=everyone, main=() if everyone else chosen, main_text=upward, proxy=bool(body.host_name),
            public=place == 1, copies=30 if everyone else 0,
            insist=world.text("paper_insist") if everyone and template.key == "notice" else "",
        ),
    )  # fmt: skip
    paper = save_paper(
        session, staff, times[0], desk=desk, content=content, request_key=f"demo-paper-{body.id}-{place}"[:40]
    )
    if row["state"] == "draft":
        return
    send_paper(session, staff, times[1], paper=paper, template=template)
    if row["state"] == "checking":
        return
    if row["state"] == "returned":
        flow.return_paper(session, head, times[2], paper=paper, why=world.text("paper_returned"))
        return
    flow.check_paper(session, head, times[2], paper=paper)
    if row["state"] == "signing":
        return
    flow.sign_paper(session, lead, times[3], paper=paper, body=body)
    if row["state"] == "signed":
        return
    flow.number_paper(session, staff, times[4], paper=paper, body=body, year=_year(times[4]))
    if row["state"] == "void":
        flow.end_paper(session, staff, times[5], paper=paper, why=world.text("paper_void"))
    if row["state"] not in ("issued", "withdrawn"):
        return
    link = f"/{tenant.code}/{campaign.key}/papers/{paper.id}"
    flow.issue_paper(session, staff, times[5], paper=paper, body=body, link=lambda _paper: link)
    _receive(world, paper, times[5], all_of_them=int(row["days"]) > 40)
    if row["state"] == "withdrawn":
        flow.end_paper(
            session,
            staff,
            times[5] + timedelta(minutes=20),
            paper=paper,
            why=world.text("paper_withdrawn"),
            link=link,
        )


def _year(at: datetime) -> int:
    return at.astimezone(SHANGHAI).year


def _receive(world: World, paper: Paper, issued: datetime, *, all_of_them: bool) -> None:
    """Two units in three sign for it, of old papers all."""
    session = world.session
    found = session.execute(
        sa.select(PaperReceipt.unit_id, Unit.short_name)
        .join(Unit, sa.and_(Unit.tenant_id == PaperReceipt.tenant_id, Unit.id == PaperReceipt.unit_id))
        .where(PaperReceipt.paper_id == paper.id)
        .order_by(Unit.sort_no)
    ).all()
    for place, (unit_id, name) in enumerate(found):
        if all_of_them or (place % 3 and unit_id not in world.kept_open):
            at = min(issued + timedelta(minutes=7 * (place + 1)), world.now)
            flow.receive_paper(session, liaison(name), at, paper=paper, unit_id=unit_id)
