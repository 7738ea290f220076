"""``portal demo``: a fictional instance for looking around. Posts only, no person; loopback only."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Seat
from portal.accounts.passwords import hash_password
from portal.app import create_app
from portal.campaigns.declarations import Campaign
from portal.campaigns.registry import Registry
from portal.core.crypto import create_secret
from portal.core.db import db
from portal.core.errors import PortalError
from portal.core.posts import POST_LABELS, PostKind
from portal.core.scope import SYSTEM, crossing
from portal.core.settings import Settings
from portal.core.text import Message, _
from portal.operations import (
    demo_advisories,
    demo_assessment,
    demo_deadlines,
    demo_forms,
    demo_groups,
    demo_information,
    demo_library,
    demo_matching,
    demo_matters,
    demo_meetings,
    demo_minutes,
    demo_papers,
    demo_records,
    demo_rewards,
    demo_scenes,
    demo_supervision,
    demo_surveys,
    demo_tips,
    demo_transfers,
    demo_urgent,
)
from portal.operations.database import upgrade_schema
from portal.operations.demo_world import World, rows
from portal.reporting.rounds import open_everywhere
from portal.tenants.models import Level, Tenant
from portal.tenants.services import create_tenant
from portal.units.bodies import enable_campaign, list_members
from portal.units.models import Mechanism, Post, Unit

PASSWORD = "lianxi-demo-2026"
MONTHS = 5
OFFICE = "zfb"
WHOLE_CAMPAIGN = "sy"
SHOWN = (
    ("pd_gaj", _("平定县公安局 联络员：填报、零报告、登记案件")),
    ("pd_gaj_ld", _("平定县公安局 分管领导：签批")),
    ("pd_bgs", _("平定县办公室：收报、受理、退回、汇总上报")),
    ("pd_zr", _("平定县办公室主任：签发、复核、销号")),
    ("pd_zhr", _("平定县召集人：议题、纪要、决定")),
    ("yq_bgs", _("阳泉市办公室：各县汇总、下钻、导出")),
    ("yq_kj", _("阳泉市人行 会计审核：奖励审查、拨付")),
    ("xn_bgs", _("乡宁县办公室")),
    ("sy_bgs", _("山阴县办公室")),
    ("sysadmin", _("系统管理员：租户、专项、插件")),
    ("secadmin", _("安全管理员：账号")),
    ("auditor", _("审计管理员：审计")),
)


@click.command()
def demo() -> None:
    """Create the demo instance, or leave it as it is when it exists; print address and accounts."""
    settings = Settings()
    folder = settings.instance
    if not settings.demo and any((folder / name).exists() for name in ("secret.key", "portal.sqlite")):
        raise PortalError(Message(_("%(folder)s 是正式实例，不能装入演示数据。"), folder=folder))
    if not settings.demo or not json.loads((folder / "demo").read_text() or "[]"):
        _build(settings)
    click.echo(str(Message(_("演示账号（密码均为 %(password)s）："), password=PASSWORD)))
    for username, who in SHOWN:
        click.echo(f"  {username:<12}{who}")


def _build(settings: Settings) -> None:
    settings.instance.mkdir(parents=True, exist_ok=True)
    marker = settings.instance / "demo"
    for leftover in settings.instance.glob("portal.sqlite*"):
        leftover.unlink()  # an earlier build was interrupted
    marker.write_text("[]")
    create_secret(settings.instance)
    upgrade_schema(settings)
    app = create_app(settings)
    with app.app_context():
        session = db.session()
        portal = app.extensions["portal"]
        session.info.update(audit_key=portal.audit_key, address="")
        Demo(session, portal.registry, portal.clock()).build()
        session.commit()
    accounts = [{"username": u, "password": PASSWORD, "who": str(who)} for u, who in SHOWN]
    marker.write_text(json.dumps(accounts, ensure_ascii=False))


class Demo:
    """Builds the whole of it in one transaction per tenant, the same each time but for the dates."""

    def __init__(self, session: Session, registry: Registry, now: datetime) -> None:
        self.session, self.registry, self.now = session, registry, now
        self.world = World(session, registry, now)
        self.tenants, self.prefixes = self.world.tenants, self.world.prefixes
        self.hash = hash_password(PASSWORD)

    def build(self) -> None:
        for row in rows("tenants.tsv"):
            tenant = create_tenant(
                self.session,
                SYSTEM,
                self.now,
                code=row["code"],
                name=row["name"],
                parent=row["parent"] or None,
            )
            self.tenants[row["code"]], self.prefixes[tenant.id] = tenant, row["prefix"]
        self._administrators(next(iter(self.tenants.values())))
        self.session.commit()
        bodies = [t for t in self.tenants.values() if t.level != Level.PROVINCE]
        for tenant in bodies:
            with crossing(self.session, tenant.id):
                self._units(tenant)
            for campaign in self.registry.campaigns.values():
                since = self._begin(tenant, campaign)
                enable_campaign(self.session, SYSTEM, self.now, tenant=tenant, campaign=campaign, since=since)
            with crossing(self.session, tenant.id):
                self._posts(tenant)
                demo_scenes.own_columns(self.world, tenant, self._since())
            self.session.commit()
        open_everywhere(self.session, SYSTEM, self.now, registry=self.registry)
        for tenant in bodies:
            with crossing(self.session, tenant.id):
                units = demo_records.list_all(self.world)
                kept = demo_records.drawn_since(self.world, self._since())
                demo_records.hold_activities(self.world, tenant, units, min(kept.values()))
                demo_records.keep_ledgers(self.world, tenant, units, kept)
                demo_records.keep_matters(self.world, tenant, units)
                demo_scenes.leave_out(self.world, tenant)
                demo_groups.play(self.world, tenant)
                demo_forms.fill_all(self.world, tenant)
                demo_scenes.play(self.world, tenant)
                demo_information.play(self.world, tenant)
                demo_deadlines.play(self.world, tenant)
                demo_surveys.play(self.world, tenant)
            self.session.commit()
        for tenant in reversed(bodies):  # a city reads what its counties have reported
            with crossing(self.session, tenant.id):
                demo_urgent.play(self.world, tenant)
                demo_advisories.play(self.world, tenant)
                demo_library.play(self.world, tenant)
                demo_assessment.play(self.world, tenant)
                held = demo_meetings.play(self.world, tenant)
                demo_minutes.play(self.world, tenant, held)
                demo_papers.play(self.world, tenant)
                demo_supervision.play(self.world, tenant)
                demo_tips.play(self.world, tenant)
            self.session.commit()
        demo_transfers.play(self.world)
        demo_rewards.play(self.world)
        demo_matching.play(self.world)
        for tenant in bodies:
            with crossing(self.session, tenant.id):
                demo_matters.play(self.world, tenant, demo_records.list_all(self.world))
            self.session.commit()

    def _since(self) -> date:
        month = self.now.month - MONTHS
        return date(self.now.year - (month < 1), (month - 1) % 12 + 1, 1)

    def _begin(self, tenant: Tenant, campaign: Campaign) -> date:
        """One county has been in its campaign from the first dated form on, so that those forms are there to see."""
        dates = [f.once for f in campaign.forms if f.once]
        whole = self.prefixes[tenant.id] == WHOLE_CAMPAIGN and dates
        return min(dates).replace(day=1) if whole else self._since()

    def _account(self, tenant: Tenant, username: str, who: str) -> Account:
        account = Account(
            home_tenant_id=tenant.id,
            username=username,
            display_name=who,
            password_hash=self.hash,
            password_changed_at=self.now,
            must_change_password=False,
        )
        self.session.add(account)
        self.session.flush()
        self.session.add(Seat(account_id=account.id, tenant_id=tenant.id))
        self.world.accounts[username] = account
        return account

    def _administrators(self, tenant: Tenant) -> None:
        with crossing(self.session, tenant.id):
            for username, kind in (
                ("sysadmin", PostKind.SYSTEM_ADMINISTRATOR),
                ("secadmin", PostKind.SECURITY_ADMINISTRATOR),
                ("auditor", PostKind.AUDITOR),
            ):
                account = self._account(tenant, username, str(POST_LABELS[kind]))
                self.session.add(
                    Post(account_id=account.id, kind=kind.value, since=self.now - timedelta(days=400))
                )

    def _units(self, tenant: Tenant) -> None:
        level = str(tenant.level)
        district = level == Level.COUNTY and tenant.name.endswith(_("区"))
        place = tenant.full_name if district else tenant.name
        words = {
            "T": place,
            "T0": place.removesuffix(_("市")),
            "L": tenant.name[-1],
            "P": f"{tenant.city}{_('公安局')}{tenant.name}{_('分局')}"
            if district
            else f"{tenant.name}{_('公安局')}",
        }
        for number, row in enumerate((r for r in rows("units.tsv") if r["levels"] == level), 1):
            aliases = [a.format(**words) for a in row["aliases"].split("、") if a]
            self.session.add(
                Unit(
                    full_name=row["full_name"].format(**words),
                    short_name=row["short_name"].format(**words),
                    aliases=aliases,
                    kind=row["kind"],
                    sort_no=number * 10,
                )
            )
        self.session.flush()

    def _posts(self, tenant: Tenant) -> None:
        """A liaison and a leader for each unit, in every body it belongs to; one office for all bodies."""
        prefix, since = self.prefixes[tenant.id], self.now - timedelta(days=400)
        slugs = [r["slug"] for r in rows("units.tsv") if r["levels"] == tenant.level]
        units = self.session.scalars(sa.select(Unit).order_by(Unit.sort_no)).all()
        holders: dict[int, tuple[Account, Account]] = {}
        office: Account | None = None
        self.world.units_by_slug[tenant.id] = dict(zip(slugs, (u.id for u in units), strict=True))
        for unit, slug in zip(units, slugs, strict=True):
            liaison = self._account(tenant, f"{prefix}_{slug}", str(POST_LABELS[PostKind.LIAISON]))
            leader = self._account(tenant, f"{prefix}_{slug}_ld", str(POST_LABELS[PostKind.LEADER_IN_CHARGE]))
            holders[unit.id] = (liaison, leader)
            if liaison.username == SHOWN[0][0]:
                self.world.kept_open.add(unit.id)
            if slug == OFFICE:
                office = self._account(tenant, f"{prefix}_bgs", str(POST_LABELS[PostKind.OFFICE_STAFF]))
                host = unit
        assert office is not None
        heads = (
            (office, PostKind.OFFICE_STAFF),
            (self._account(tenant, f"{prefix}_zr", str(POST_LABELS[PostKind.OFFICE_DIRECTOR])), PostKind.OFFICE_DIRECTOR),
            (self._account(tenant, f"{prefix}_zhr", str(POST_LABELS[PostKind.CONVENOR])), PostKind.CONVENOR),
        )  # fmt: skip
        for mechanism in self.session.scalars(sa.select(Mechanism).order_by(Mechanism.campaign)).all():
            for account, kind in heads:
                self._post(account, kind, mechanism, host, since)
            for member in list_members(self.session, mechanism.id, self.now.date()):
                liaison, leader = holders[member.unit_id]
                unit = next(u for u in units if u.id == member.unit_id)
                self._post(liaison, PostKind.LIAISON, mechanism, unit, since)
                self._post(leader, PostKind.LEADER_IN_CHARGE, mechanism, unit, since)
        demo_rewards.seat_accountant(self.world, tenant, self._account, self._post, since)
        self.session.flush()

    def _post(
        self, account: Account, kind: PostKind, mechanism: Mechanism, unit: Unit, since: datetime
    ) -> None:
        rank = _("科级") if kind is PostKind.LIAISON else _("县处级")
        self.session.add(
            Post(
                account_id=account.id, mechanism_id=mechanism.id, unit_id=unit.id, kind=kind.value, rank=str(rank), since=since
            )
        )  # fmt: skip
