"""``portal demo``: a fictional instance for looking around. Posts only, no person; loopback only."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Seat
from portal.accounts.passwords import hash_password
from portal.app import create_app
from portal.campaigns.declarations import Campaign, FieldKind, Form, Grade, Ledger, Values
from portal.campaigns.registry import Registry
from portal.core.clock import SHANGHAI
from portal.core.crypto import create_secret
from portal.core.db import db
from portal.core.errors import PortalError
from portal.core.posts import POST_LABELS, PostKind
from portal.core.scope import SYSTEM, Actor, crossing
from portal.core.settings import Settings
from portal.core.text import Message, Text, _
from portal.deadlines.matters import find_matter
from portal.exchange.services import Facts, file_report
from portal.ledger.services import Entry, create_record
from portal.operations.database import upgrade_schema
from portal.reporting.catalogue import find_form
from portal.reporting.due import OPEN_DAYS
from portal.reporting.models import Report, ReportState, State, Submission, SubmissionEdition
from portal.reporting.opening import asked_fields
from portal.reporting.rounds import open_everywhere
from portal.reporting.services import findings, recount, zero_values
from portal.reporting.upward import submit_report
from portal.tenants.models import Level, Tenant
from portal.tenants.services import create_tenant
from portal.units.bodies import MemberUnit, enable_campaign, list_members
from portal.units.models import Mechanism, Post, Unit

DATA = Path(__file__).parent / "demo_data"
PASSWORD = "lianxi-demo-2026"
MONTHS = 5
OFFICE = "zfb"
SHOWN = (
    ("pd_gaj", _("平定县公安局 联络员：填报、零报告、登记案件")),
    ("pd_gaj_ld", _("平定县公安局 分管领导：签批")),
    ("pd_bgs", _("平定县办公室：收报、受理、退回、汇总上报")),
    ("yq_bgs", _("阳泉市办公室：各县汇总、下钻、导出")),
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


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


class Demo:
    """Builds the whole of it in one transaction per tenant, the same each time but for the dates."""

    def __init__(self, session: Session, registry: Registry, now: datetime) -> None:
        self.session, self.registry, self.now = session, registry, now
        self.random = random.Random(20260331)
        self.hash = hash_password(PASSWORD)
        self.tenants: dict[str, Tenant] = {}
        self.prefixes: dict[int, str] = {}
        self.kept_open: set[int] = set()

    def build(self) -> None:
        for row in _rows("tenants.tsv"):
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
                enable_campaign(
                    self.session, SYSTEM, self.now, tenant=tenant, campaign=campaign, since=self._since()
                )
            with crossing(self.session, tenant.id):
                self._posts(tenant)
            self.session.commit()
        open_everywhere(self.session, SYSTEM, self.now, registry=self.registry)
        for tenant in bodies:
            with crossing(self.session, tenant.id):
                for report in self.session.scalars(
                    sa.select(Report).order_by(Report.due_at, Report.form)
                ).all():
                    self._fill(tenant, report)
                self._matters(tenant)
            self.session.commit()

    def _since(self) -> date:
        month = self.now.month - MONTHS
        return date(self.now.year - (month < 1), (month - 1) % 12 + 1, 1)

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
        for number, row in enumerate((r for r in _rows("units.tsv") if r["levels"] == level), 1):
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
        slugs = [r["slug"] for r in _rows("units.tsv") if r["levels"] == tenant.level]
        units = self.session.scalars(sa.select(Unit).order_by(Unit.sort_no)).all()
        holders: dict[int, tuple[Account, Account]] = {}
        office: Account | None = None
        for unit, slug in zip(units, slugs, strict=True):
            liaison = self._account(tenant, f"{prefix}_{slug}", str(POST_LABELS[PostKind.LIAISON]))
            leader = self._account(tenant, f"{prefix}_{slug}_ld", str(POST_LABELS[PostKind.LEADER_IN_CHARGE]))
            holders[unit.id] = (liaison, leader)
            if liaison.username == SHOWN[0][0]:
                self.kept_open.add(unit.id)
            if slug == OFFICE:
                office = self._account(tenant, f"{prefix}_bgs", str(POST_LABELS[PostKind.OFFICE_STAFF]))
                host = unit
        assert office is not None
        for mechanism in self.session.scalars(sa.select(Mechanism)).all():
            self._post(office, PostKind.OFFICE_STAFF, mechanism, host, since)
            for member in list_members(self.session, mechanism.id, self.now.date()):
                liaison, leader = holders[member.unit_id]
                unit = next(u for u in units if u.id == member.unit_id)
                self._post(liaison, PostKind.LIAISON, mechanism, unit, since)
                self._post(leader, PostKind.LEADER_IN_CHARGE, mechanism, unit, since)
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

    def _fill(self, tenant: Tenant, report: Report) -> None:
        """Past periods filed and reported, a few late or missing; the open one half done."""
        campaign = self.registry.find(report.campaign)
        form = find_form(self.session, tenant.id, campaign, report.form, report.local) if campaign else None
        if campaign is None or form is None:
            return
        past = report.due_at < self.now
        rows = self.session.scalars(sa.select(Submission).where(Submission.report_id == report.id)).all()
        for row in rows:
            chance = self.random.random()
            if chance > (0.985 if past else 0.45) or self._kept_open(row, report):
                continue
            self._file(campaign, form, row, report, late=past and chance > 0.95)
        recount(self.session, self.now, campaign, form, report)
        if past and not self._still_collecting(tenant, report):
            actor = Actor(None, f"{tenant.full_name} {POST_LABELS[PostKind.OFFICE_STAFF]}")
            missing = [r.unit_id for r in rows if r.state == State.EXPECTED]
            submit_report(
                self.session, actor, report.due_at - timedelta(hours=2), report=report, version=report.version,
                gap_reasons=dict.fromkeys(missing, str(_("单位未报，已催报"))), late_reason="",
                campaign=campaign,
            )  # fmt: skip
            report.state = ReportState.ACCEPTED.value
            report.reviewed_at = report.due_at + timedelta(days=1)

    def _kept_open(self, row: Submission, report: Report) -> bool:
        """The shown liaison keeps the latest forms to fill: the open ones, or early in a month those just past."""
        return row.unit_id in self.kept_open and report.due_at > self.now - timedelta(days=OPEN_DAYS)

    def _still_collecting(self, tenant: Tenant, report: Report) -> bool:
        """One county has not yet sent its latest past report; the shown one not those it still fills."""
        open_days = {"yx": 40, "pd": OPEN_DAYS}.get(self.prefixes[tenant.id], 0)
        return report.due_at > self.now - timedelta(days=open_days)

    def _file(self, campaign: Campaign, form: Form, row: Submission, report: Report, *, late: bool) -> None:
        zero = self.random.random() < 0.06
        row.values = zero_values(form, row.member) if zero else self._values(form, row.member)
        row.zero, row.edition = zero, 1
        early = timedelta(hours=self.random.randint(3, 200))
        at = report.due_at + timedelta(hours=20) if late else min(report.due_at, self.now) - early
        row.first_filed_at = row.filed_at = row.saved_at = at
        row.filed_by = row.saved_by = str(POST_LABELS[PostKind.LIAISON])
        row.late_reason = str(_("领导外出未签批")) if late else ""
        accepted = report.due_at < self.now or self.random.random() < 0.5
        row.state = State.ACCEPTED.value if accepted else State.FILED.value
        self.session.add(
            SubmissionEdition(
                submission_id=row.id, number=1, form_version=form.version, zero=zero, values=dict(row.values),
                explanations={}, filed_at=at, filed_by=row.filed_by,
            )
        )  # fmt: skip

    def _values(self, form: Form, member: str) -> dict[str, Any]:
        """Random figures that pass the form's own checks; its example, multiplied, keeps sums and balances right."""
        asked = {f.key: f for f in asked_fields(form, member)}
        factor = self.random.randint(1, 4)
        base = {k: v * factor if type(v) is int else v for k, v in form.example.items() if k in asked}
        for _attempt in range(6):
            values = base | {
                k: self._draw(f.kind, f.typical, f.unit)
                for k, f in asked.items()
                if k not in base and f.typical and f.kind in (FieldKind.INTEGER, FieldKind.MONEY)
            }
            if not self._wrong(form, values):
                return values
        return base if not self._wrong(form, base) else zero_values(form, member)

    def _draw(self, kind: FieldKind, typical: tuple[int, int], unit: Text | None) -> int:
        value = self.random.randint(*typical)
        if kind is FieldKind.MONEY:
            return value * (1_000_000 if unit == _("万元") else 100)
        return value

    def _wrong(self, form: Form, values: Mapping[str, Any]) -> bool:
        return any(check.grade is not Grade.HINT for check, _sentence in findings(form, values))

    def _matters(self, tenant: Tenant) -> None:
        """The ledgers' own fictional examples in some counties: old ones reported in time, one clock still running."""
        if self.prefixes[tenant.id] not in ("pd", "jq", "xn", "sy"):
            return
        for mechanism in self.session.scalars(sa.select(Mechanism)).all():
            campaign = self.registry.find(mechanism.campaign)
            members = list_members(self.session, mechanism.id, self.now.date())
            for ledger in campaign.ledgers if campaign else ():
                writers = [m for m in members if not ledger.writers or m.member in ledger.writers]
                if campaign is None or not writers:
                    continue
                fires = [i for i, x in enumerate(ledger.examples) if _fires(campaign, ledger, x)]
                for number, example in enumerate(ledger.examples):
                    fresh = bool(fires) and number == fires[-1]
                    shown = [m for m in writers if m.unit_id in self.kept_open]
                    unit = shown[0] if fresh and shown else writers[number % len(writers)]
                    self._matter(tenant, mechanism, campaign, ledger, example, unit, number, fresh=fresh)

    def _matter(
        self, tenant: Tenant, mechanism: Mechanism, campaign: Campaign, ledger: Ledger, example: Values,
        unit: MemberUnit, number: int, *, fresh: bool,
    ) -> None:  # fmt: skip
        age = timedelta(hours=18) if fresh else timedelta(days=9 * (number + 1))
        known_at = (self.now.astimezone(SHANGHAI) - age).replace(second=0, microsecond=0)
        actor = Actor(None, f"{unit.short_name} {POST_LABELS[PostKind.LIAISON]}")
        key = f"demo-{campaign.key}-{ledger.key}-{number}"
        found = create_record(
            self.session, actor, known_at + timedelta(hours=1), campaign=campaign, ledger=ledger,
            mechanism_id=mechanism.id, unit_id=unit.unit_id, request_key=key,
            entry=Entry(
                title=str(example["title"]), place=tenant.full_name, known_at=known_at,
                values={k: str(v) if isinstance(v, str) else v for k, v in example.items() if k != "title"},
            ),
        )  # fmt: skip
        if not fresh and _fires(campaign, ledger, example):
            file_report(
                self.session, actor, known_at + timedelta(hours=5), mechanism_id=mechanism.id, unit_id=unit.unit_id,
                campaign=campaign.key, facts=Facts(found.title, found.place, known_at), request_key=key,
                matter=find_matter(self.session, f"record:{found.id}"),
            )  # fmt: skip


def _fires(campaign: Campaign, ledger: Ledger, example: Values) -> bool:
    return any(t.ledger == ledger.key and t.when(example) for t in campaign.thresholds)
