"""Tips of the demo in every state, on the public pages of a few tenants. Fictional; no name, no telephone number."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from portal.campaigns.declarations import Campaign
from portal.core.clock import SHANGHAI
from portal.core.posts import POST_LABELS, PostKind
from portal.core.reader import with_place
from portal.core.scope import Actor
from portal.core.text import _
from portal.documents.file_pages import files_folder
from portal.operations.demo_world import World, liaison, rows
from portal.tenants.calendar import load_calendar
from portal.tenants.models import Tenant
from portal.tips import awards, duplicates, intake, steps
from portal.tips.channel import Place, Published, set_channel
from portal.tips.codes import Keyring
from portal.tips.models import Outcome, Stage, Tip
from portal.tips.rules import Band, add_rule
from portal.units.bodies import list_members
from portal.units.models import Mechanism

_LATE = _("举报较多，逐件核对，初查用时较长。")
_REASON = _("线索具体，查证属实，事先没有掌握。")


def play(world: World, tenant: Tenant) -> None:
    """Inside ``tenant``: only where ``tips.tsv`` has rows is the page switched on."""
    wanted = [r for r in rows("tips.tsv") if r["prefix"] == world.prefix(tenant)]
    for body in world.session.scalars(sa.select(Mechanism).where(Mechanism.tenant_id == tenant.id)).all():
        campaign = world.registry.find(body.campaign)
        here = [r for r in wanted if r["campaign"] == body.campaign]
        if here and campaign is not None and campaign.tips is not None:
            story = Story(world, tenant, body, campaign)
            for number, row in enumerate(sorted(here, key=lambda r: -int(r["ago"]))):
                story.tell(row, f"demo-{number}")


class Story:
    """The channel of one body, and its tips, each brought to its state."""

    def __init__(self, world: World, tenant: Tenant, body: Mechanism, campaign: Campaign) -> None:
        assert campaign.tips is not None
        self.world, self.session, self.tenant, self.body, self.campaign = (
            world,
            world.session,
            tenant,
            body,
            campaign,
        )
        self.office = world.office(tenant)
        self.director = Actor(None, f"{tenant.full_name} {POST_LABELS[PostKind.OFFICE_DIRECTOR]}")
        key = current_app.extensions["portal"].keys.derive("tips")
        self.keyring = Keyring(key, f"{tenant.id}/{campaign.key}")
        self.calendar = load_calendar(self.session)
        published = Published(
            receiver=with_place(tenant.full_name, body.office),
            mailbox="jubao@example.gov.cn",
            hours=str(_("工作日 8:30—17:30")),
        )
        channel = set_channel(
            self.session, self.office, self._at(60), mechanism_id=body.id, campaign=campaign.key, enabled=True,
            published=published, version=0,
        )  # fmt: skip
        self.place = Place(tenant, campaign, campaign.tips, channel)

    def _at(self, ago: int, hour: int = 9) -> datetime:
        return self.world.at(self.world.today - timedelta(days=ago), hour)

    def _link(self, tip_id: int) -> str:
        return f"/{self.tenant.code}/{self.campaign.key}/tips/{tip_id}"

    def tell(self, row: dict[str, str], nonce: str) -> None:
        ago = int(row["ago"])
        anonymous = row["anonymous"] == "1"
        told = intake.Told(
            what=row["what"], where=row["where"], when=row["when"], values=json.loads(row["values"]), anonymous=anonymous,
            name="" if anonymous else str(_("某举报人（演示）")),
        )  # fmt: skip
        code = intake.file_tip(
            self.session, self._at(ago), place=self.place, keyring=self.keyring, told=told, nonce=nonce, uploads=(),
            folder=files_folder(), calendar=self.calendar, link=self._link,
        )  # fmt: skip
        tip = intake.find_by_code(self.session, self.keyring, code, self.campaign.key)
        assert tip is not None
        if row["state"] == "joined":
            near = duplicates.list_near(self.session, tip)
            if near:
                other = self.session.get_one(Tip, (tip.tenant_id, near[0].id))
                duplicates.join(
                    self.session, self.office, self._at(ago, 15), tip=tip, other=other, late_reason=_LATE
                )
        elif row["state"] != "new":
            self._check(tip, row, ago)

    def _check(self, tip: Tip, row: dict[str, str], ago: int) -> None:
        moved = row["state"] == "moved"
        steps.check(
            self.session, self.office, self._at(ago, 15), tip=tip, title=row["title"], words=row["words"],
            outcome=Outcome.ELSEWHERE if moved else Outcome.HOLDS, moved_to=row["answer"] if moved else "",
            late_reason=str(_LATE),
        )  # fmt: skip
        if moved or row["state"] == "checked":
            return
        unit_id = self._unit(row["unit"])
        if unit_id is None:
            return
        link, day = self._link(tip.id), max(ago - 1, 0)
        steps.pass_on(
            self.session, self.office, self._at(day), tip=tip, tips=self.place.tips, unit_id=unit_id, words=row["words"],
            link=link,
        )  # fmt: skip
        unit = liaison(self.names[unit_id])
        if row["state"] == "asked":
            steps.ask(
                self.session,
                unit,
                self._at(day, 11),
                tip=tip,
                text=row["answer"],
                request_key=f"demo-ask-{tip.id}",
            )
        elif row["state"] != "passed":
            steps.draft_answer(self.session, unit, self._at(day, 16), tip=tip, text=row["answer"], link=link)
            if row["state"] != "drafted":
                self._answer(tip, row, max(day - 1, 0))

    def _answer(self, tip: Tip, row: dict[str, str], day: int) -> None:
        steps.release_answer(self.session, self.director, self._at(day, 10), tip=tip, late_reason=str(_LATE))
        if row["state"] == "paid" and tip.stage == Stage.ANSWERED:
            self._reward(tip, day)

    def _reward(self, tip: Tip, day: int) -> None:
        add_rule(
            self.session, self.office, self._at(60), mechanism_id=self.body.id, campaign=self.campaign.key,
            number=str(_("演示办发〔2026〕1号")), title=str(_("举报奖励办法（演示）")),
            valid_from=self.world.today - timedelta(days=200),
            bands=[Band(str(_("查证属实")), 50_000, 200_000), Band(str(_("破获案件")), 200_000, 1_000_000)],
            conditions=str(_("内容具体、事先没有掌握、查证属实；工作人员和同案人员不奖励。")), pay_days=15,
        )  # fmt: skip
        intake.set_pay_word(self.session, self._at(day, 11), tip=tip, keyring=self.keyring, word="demo-word")
        link = self._link(tip.id) + "/award"
        awards.propose(
            self.session, self.office, self._at(day, 12), tip=tip, band=1, amount=300_000, reason=str(_REASON), link=link
        )  # fmt: skip
        awards.decide(
            self.session, self.director, self._at(max(day - 1, 0), 15), tip=tip, campaign=self.campaign, agreed=True,
            words="", calendar=self.calendar, link=link,
        )  # fmt: skip
        paid_on = self._at(max(day - 3, 0)).astimezone(SHANGHAI)
        payment = awards.Payment(
            awards.BY_CODE,
            str(_("演示凭证 1 号")),
            paid_on.date(),
            self.keyring.receipt_of("demo-0"),
            "demo-word",
        )
        awards.pay(
            self.session,
            self.office,
            max(paid_on, self._at(day, 16)),
            tip=tip,
            keyring=self.keyring,
            payment=payment,
        )

    @property
    def names(self) -> dict[int, str]:
        return {m.unit_id: m.short_name for m in list_members(self.session, self.body.id, self.world.today)}

    def _unit(self, slug: str) -> int | None:
        unit_id = self.world.units_by_slug[self.tenant.id].get(slug)
        return unit_id if unit_id in self.names else None
