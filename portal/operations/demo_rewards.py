"""Rewards of the demo in every state, from counties and the city itself; fictional cases, posts only."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.campaigns.declarations import Campaign
from portal.core.posts import POST_LABELS, PostKind
from portal.core.reader import Desk, Reader
from portal.core.scope import Actor, crossing
from portal.core.text import _
from portal.deadlines.matters import find_matter
from portal.documents.file_pages import files_folder
from portal.exchange.related import amount_of
from portal.exchange.services import Facts, file_report
from portal.ledger.services import Entry, create_record
from portal.operations.demo_world import World, rows
from portal.rewards import handling, materials, receiving, services
from portal.rewards.access import Opened, open_application
from portal.rewards.handling import Scan
from portal.rewards.payers import find_payer
from portal.rewards.receiving import Share
from portal.rewards.states import State
from portal.tenants.models import Tenant
from portal.units.bodies import list_members
from portal.units.models import Mechanism, Unit
from portal.units.reader import load_posts

PAGE = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
"""A blank sheet stands for a stamped scan."""
_SIGHT = _("材料齐全，金额核对无误，拟同意。")
_ORDER = list(State)
_THROUGH = {
    State.RETURNED: State.SENT, State.REFUSED: State.REVIEWED, State.SENT_UP: State.REVIEWED, State.DRAFT: State.DRAFT,
}  # fmt: skip
"""How far the common way goes before what came back, was refused or went up leaves it."""
Do = Callable[[Session, Actor, datetime, Opened], Any]


def seat_accountant(
    world: World, tenant: Tenant, account: Callable[..., Account], post: Callable[..., None], since: datetime
) -> None:
    """The accounts of the unit that pays rewards (``yq_kj``), where it is a unit of the place."""
    holder: Account | None = None
    for body in world.session.scalars(sa.select(Mechanism).where(Mechanism.tenant_id == tenant.id)).all():
        campaign = world.registry.find(body.campaign)
        if campaign is None or not campaign.rewards:
            continue
        lead = next(
            (m for m in list_members(world.session, body.id, world.today) if m.member == campaign.body.lead),
            None,
        )
        if lead is not None:
            label = str(POST_LABELS[PostKind.ACCOUNTANT])
            holder = holder or account(tenant, f"{world.prefix(tenant)}_kj", label)
            unit = world.session.get_one(Unit, (tenant.id, lead.unit_id))
            post(holder, PostKind.ACCOUNTANT, body, unit, since)


def play(world: World) -> None:
    """Outside any tenant, when counties and cities are furnished."""
    tenants = {world.prefix(t): t for t in world.tenants.values()}
    for campaign in world.registry.campaigns.values():
        for number, row in enumerate(rows("rewards.tsv"), 1):
            if campaign.rewards and row["prefix"] in tenants:
                Story(world, campaign, tenants[row["prefix"]], row, number).tell()
                world.session.commit()


class Story:
    """One line of ``rewards.tsv``: applied for ``ago`` days ago, a step a day, up to its state."""

    def __init__(
        self, world: World, campaign: Campaign, tenant: Tenant, row: dict[str, str], number: int
    ) -> None:
        self.world, self.session, self.campaign, self.tenant, self.row = (
            world, world.session, campaign, tenant, row,
        )  # fmt: skip
        self.number, self.wanted = number, State(row["state"])
        self.at = world.now - timedelta(days=int(row["ago"]))

    def tell(self) -> None:
        unit = f"{self.row['prefix']}_{self.row['slug']}"
        with crossing(self.session, self.tenant.id):
            payer = self.session.get_one(
                Tenant, find_payer(self.session, self.tenant.id, self.campaign.key).tenant_id
            )
            application_id = self._apply(unit)
        prefix = self.world.prefix(payer)
        office, accounts, head = f"{prefix}_bgs", f"{prefix}_kj", f"{prefix}_zr"
        do, note = handling, str(_SIGHT)
        back, refused = (
            str(_("起诉意见书缺第 2 页，请补齐并逐页盖章。")),
            str(_("主要涉案人员情况说明不足。")),
        )
        number = str(_("阳银奖〔2026〕{0}号")).format(self.number)
        only: dict[State, tuple[str, Do]] = {
            State.RETURNED: (office, lambda s, a, t, o: do.back(s, a, t, opened=o, why=back)),
            State.REFUSED: (head, lambda s, a, t, o: do.refuse(s, a, t, opened=o, why=refused)),
            State.SENT_UP: (head, lambda s, a, t, o: do.send_up(s, a, t, opened=o, note="")),
        }
        way: list[tuple[State, str, Do]] = [
            (State.PREPARED, office, lambda s, a, t, o: do.prepare(s, a, t, opened=o, campaign=self.campaign, opinion=note)),
            (State.REVIEWED, accounts, lambda s, a, t, o: do.review(s, a, t, opened=o, note="")),
            (State.APPROVED, head, lambda s, a, t, o: do.approve(s, a, t, opened=o, campaign=self.campaign, note="")),
            (State.NOTIFIED, office, lambda s, a, t, o: do.notify_unit(s, a, t, opened=o, number=number)),
            (State.SLIP, unit, lambda s, a, t, o: receiving.register_slip(s, a, t, opened=o, day=t.date(), scan=self._scan())),
            (State.PAID, accounts, lambda s, a, t, o: do.pay(s, a, t, opened=o, voucher=f"{t.year}-{self.number:03d}", day=t.date(), fen=o.found.amount)),
            (State.DONE, unit, self._share),
        ]  # fmt: skip
        for state, who, act in way:
            if _ORDER.index(_THROUGH.get(self.wanted, self.wanted)) >= _ORDER.index(state):
                self._step(self.tenant if who == unit else payer, who, application_id, act)
        if self.wanted in only:
            self._step(payer, only[self.wanted][0], application_id, only[self.wanted][1])

    def _desk(self, who: str) -> tuple[Actor, Desk]:
        account = self.session.scalars(sa.select(Account).where(Account.username == who)).one()
        posts = load_posts(self.session, account.id, self.world.now)
        desk = next(d for d in Reader(account.id, who, who, posts).desks if d.campaign == self.campaign.key)
        label = POST_LABELS[desk.posts[0].kind]
        return Actor(account.id, f"{desk.posts[0].unit_name} {label}"), desk

    def _step(self, tenant: Tenant, who: str, application_id: int, do: Do) -> None:
        """A day later, never later than now."""
        self.at = min(self.at + timedelta(days=1), self.world.now)
        with crossing(self.session, tenant.id):
            actor, desk = self._desk(who)
            do(
                self.session,
                actor,
                self.at,
                open_application(self.session, desk, self.campaign, application_id),
            )

    def _apply(self, who: str) -> int:
        """The entry, the draft, its scans; sent unless it is to stay a draft."""
        session, scheme = self.session, self.campaign.rewards[0]
        actor, desk = self._desk(who)
        ledger = self.campaign.ledger(scheme.ledger)
        unit_id = desk.posts[0].unit_id
        assert ledger is not None
        assert unit_id is not None
        solved = (self.at - timedelta(days=12)).date()
        number = str(_("{0}公（经）立字〔{1}〕{2}号")).format(
            self.tenant.name[0], solved.year, 100 + self.number
        )
        values = {
            "found_channel": "police", "site": "premises", "currency": "cny", "denominations": ["note_100"], "span": "city",
            "suspects_caught": True, "suspects": 2, "forgery_kind": "counterfeit", "filed_on": (solved - timedelta(days=9)).isoformat(),
            scheme.case_day: solved.isoformat(), scheme.delivered_on: (solved + timedelta(days=8)).isoformat(),
            scheme.case_number: number,
        } | json.loads(self.row["values"])  # fmt: skip
        known = self.at - timedelta(days=12)
        key = f"demo-reward-{self.number}"
        entry = create_record(
            session, actor, known + timedelta(hours=1), mechanism_id=desk.mechanism_id, unit_id=unit_id, campaign=self.campaign,
            ledger=ledger, request_key=key, entry=Entry(self.row["title"], self.tenant.full_name, known, values),
        )  # fmt: skip
        session.flush()
        if any(t.ledger == ledger.key and t.when(values) for t in self.campaign.thresholds):
            file_report(
                session, actor, known + timedelta(hours=4), mechanism_id=desk.mechanism_id, unit_id=unit_id,
                campaign=self.campaign, request_key=key, matter=find_matter(session, f"record:{entry.id}"),
                facts=Facts(entry.title, entry.place, known, amount_of(self.campaign, ledger.key, values)),
            )  # fmt: skip
        case = services.find_case(session, desk, self.campaign, entry.id, self.at)
        found = services.start(session, actor, self.at, desk=desk, case=case)
        draft = self.wanted is State.DRAFT
        uploads = [
            (m.key, f"{m.label}.pdf", BytesIO(PAGE + m.key.encode()))
            for m in scheme.materials[: 2 if draft else None]
        ]
        materials.put(
            session, actor, self.at, folder=files_folder(), found=found, scheme=scheme, uploads=uploads
        )
        if not draft:
            opened = open_application(session, desk, self.campaign, found.id)
            services.send(
                session, actor, self.at, opened=opened, campaign=self.campaign, stamped=True, desk=desk
            )
        return found.id

    def _scan(self) -> Scan:
        return Scan(files_folder(), ((str(_("回单联.pdf")), BytesIO(PAGE)),))

    def _share(self, session: Session, actor: Actor, at: datetime, opened: Opened) -> None:
        sum_ = opened.found.amount
        first = sum_ * 6 // 10
        shares = [
            Share(str(_("经侦大队")), str(_("主办侦办")), first),
            Share(str(_("派出所")), str(_("协助抓捕")), sum_ - first),
        ]
        receiving.share_out(session, actor, at, opened=opened, shares=shares)
