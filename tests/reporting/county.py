"""A county with a body whose units report, inside an application that many tests share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form, Grade
from portal.core.clock import SHANGHAI
from portal.core.posts import PostKind
from portal.core.scope import SYSTEM, Actor, Scope, set_scope
from portal.core.workdays import WorkCalendar
from portal.figures.models import Rollup
from portal.figures.services import sum_values
from portal.reporting.models import COUNTED, Report, State, Submission
from portal.reporting.opening import find_report, open_periods
from portal.reporting.services import file_submission
from portal.tenants.models import Tenant
from portal.units.bodies import list_members
from portal.units.models import Mechanism, Membership, Unit
from tests.factories import Factory

KEY = "illegal_fundraising"
CODES = map(str, count(500001))
ACTOR = Actor(None, "某单位 联络员")
OFFICE = Actor(None, "办公室")


@dataclass
class County:
    """``units``: by the name given. Accounts are called by the tenant's code and what they are."""

    make: Factory
    city: Tenant
    tenant: Tenant
    mechanism: Mechanism
    units: dict[str, Unit]
    key: str = KEY
    since: date = date(2025, 7, 1)
    ids: dict[str, int] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        return self.make.session

    @property
    def campaign(self) -> Campaign:
        found: Campaign = self.make.app.extensions["portal"].registry.find(self.key)
        return found

    @property
    def form(self) -> Form:
        return self.campaign.forms[0]

    @property
    def now(self) -> Any:
        return self.make.clock()

    @contextmanager
    def inside(self) -> Iterator[Session]:
        """In the county's scope; commits at the end."""
        self.session.rollback()
        with self.make.enter(self.tenant) as session:
            yield session

    def open(self) -> int:
        """What the worker's round does here."""
        with self.inside() as session:
            return open_periods(
                session, SYSTEM, self.now, campaign=self.campaign, mechanism_id=self.mechanism.id,
                members=list_members(session, self.mechanism.id, self.now.date()), since=self.since,
                calendar=WorkCalendar(),
            )  # fmt: skip

    def report(self, period: str = "2025Q3") -> Report:
        self.enter()
        found = find_report(self.session, self.key, self.form.key, period)
        assert found is not None
        self.session.refresh(found)
        return found

    def enter(self) -> None:
        set_scope(self.session, Scope(own=(self.tenant.id,), home=self.tenant.id))

    def sheet(self, unit: str, period: str = "2025Q3") -> Submission:
        self.enter()
        wanted = sa.select(Submission).where(
            Submission.report_id == self.report(period).id, Submission.unit_id == self.units[unit].id
        )
        found = self.session.scalars(wanted).one()
        self.session.refresh(found)
        return found

    def file(self, unit: str, values: dict[str, Any] | None = None, **more: Any) -> Submission:
        """File ``values`` (None: a zero report) for the unit, now."""
        with self.inside() as session:
            sheet = self.sheet(unit)
            given: dict[str, Any] = {
                "values": values or {}, "zero": values is None, "version": sheet.version, "explanations": {},
                "late_reason": "数据未核准" if self.now > sheet.due_at else "", "needs_signature": False,
            } | more  # fmt: skip
            file_submission(
                session, ACTOR, self.now, campaign=self.campaign, form=self.form, submission=sheet, **given
            )
        return self.sheet(unit)

    def plain(self, unit: str, leads: int = 3, **values: Any) -> Submission:
        """File leads that add up, and ``values``; whatever the form wants explained is explained."""
        said = {c.key: "逐条另附" for c in self.form.checks if c.grade is Grade.EXPLAIN}
        return self.file(unit, {"leads": leads, "leads_grid": leads} | values, explanations=said)

    def rollup(self, period: str = "2025Q3") -> dict[str, Any]:
        self.enter()
        wanted = sa.select(Rollup.values).where(Rollup.campaign == self.key, Rollup.period == period)
        return dict(self.session.scalars(wanted).one_or_none() or {})

    def recomputed(self, period: str = "2025Q3") -> tuple[dict[str, Any], tuple[int, int, int, int]]:
        """Sums and counts, straight from the submissions."""
        report = self.report(period)
        rows = self.session.scalars(sa.select(Submission).where(Submission.report_id == report.id)).all()
        counted = [s for s in rows if State(s.state) in COUNTED]
        on_time = [s for s in counted if s.first_filed_at and s.first_filed_at <= s.due_at]
        sums = sum_values(self.form.fields, [s.values for s in counted])
        return sums, (len(rows), len(counted), len(on_time), sum(s.zero for s in counted))

    def consistent(self) -> bool:
        report = self.report()
        counts = (report.expected, report.filed, report.on_time, report.zero)
        return (self.rollup(), counts) == self.recomputed()

    def account(self, kind: PostKind, unit: str = "") -> str:
        name = f"u{self.tenant.code}_{kind}_{list(self.units).index(unit) if unit else ''}".strip("_")
        if name not in self.ids:
            post = self.make.post(
                self.tenant, name, kind, self.mechanism, self.units[unit] if unit else None, since=LONG_AGO
            )
            self.ids[name] = post.id
        return name

    def url(self, path: str) -> str:
        return f"/{self.tenant.code}/{self.key}/{path}"


LONG_AGO = datetime(2020, 1, 1, tzinfo=SHANGHAI)


def found_county(
    make: Factory, units: dict[str, str], *, key: str = KEY, city: Tenant | None = None, **body: Any
) -> County:
    """``units``: name -> line of the roster; several units of one line become a class of units."""
    city = city or make.tenant(f"市{next(CODES)}", code=next(CODES))
    tenant = make.tenant("县", city, code=next(CODES))
    lines: dict[str, list[str]] = {}
    for name, line in units.items():
        lines.setdefault(line, []).append(name)
    made = {
        n: make.unit(tenant, f"{n}{tenant.code}", units[n] if len(lines[units[n]]) > 1 else "") for n in units
    }
    single = {line: made[names[0]] for line, names in lines.items() if len(names) == 1}
    mechanism = make.mechanism(tenant, key, single, **body)
    with make.enter(tenant) as session:
        for line, names in lines.items():
            if len(names) > 1:
                session.add(
                    Membership(mechanism_id=mechanism.id, member=line, unit_kind=line, since=date(2020, 1, 1))
                )
        for membership in session.scalars(sa.select(Membership)):
            membership.since = date(2020, 1, 1)
    return County(make, city, tenant, mechanism, made, key)


F6 = {"甲镇": "township", "乙镇": "township", "丙乡": "township", "开发区": "development_zone", "公安": "police",
      "财政": "finance", "教育": "education", "税务": "tax", "法院": "court", "检察": "procuratorate"}  # fmt: skip
"""Scenario F6: three townships, the development zone, six units."""
