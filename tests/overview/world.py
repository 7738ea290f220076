"""Counties with units and reports, made through the real services so that sums and releases are the real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form
from portal.core.clock import SHANGHAI
from portal.core.periods import parse_period
from portal.core.posts import PostKind
from portal.core.scope import Actor
from portal.core.workdays import WorkCalendar
from portal.reporting.due import compute_due
from portal.reporting.models import Report, State, Submission, SubmissionEdition
from portal.reporting.opening import keep_snapshot
from portal.reporting.services import recount
from portal.reporting.upward import submit_report
from portal.tenants.models import Tenant
from portal.units.models import Mechanism, Unit
from tests.factories import Factory

LONG_AGO = datetime(2024, 1, 1, tzinfo=SHANGHAI)
OFFICE = Actor(None, "测试办公室")


@dataclass
class Place:
    tenant: Tenant
    id: int
    code: str
    """Copied: reading an expired row would open a transaction between requests."""
    mechanism: Mechanism
    units: list[Unit]


class World:
    """One campaign with its first form."""

    def __init__(self, make: Factory, campaign: str) -> None:
        found = make.app.extensions["portal"].registry.find(campaign)
        assert isinstance(found, Campaign)
        self.make, self.campaign = make, found
        self.form: Form = found.forms[0]
        owned = next((f for f in self.form.fields if f.key == "cases_filed" and f.owners), None)
        self.member = owned.owners[0] if owned else found.roster[0].key

    def place(self, name: str, parent: Place | None = None, units: int = 2, office: str = "") -> Place:
        """``office``: user name of the office's clerk."""
        tenant = self.make.tenant(name, parent.tenant if parent else None)
        tenant_id, code = tenant.id, tenant.code
        made = [self.make.unit(tenant, f"{name}第{n}单位") for n in range(units)]
        mechanism = self.make.mechanism(tenant, self.campaign.key)
        if office:
            self.make.post(tenant, office, PostKind.OFFICE_STAFF, mechanism, since=LONG_AGO)
        return Place(tenant, tenant_id, code, mechanism, made)

    def due(self, period: str) -> datetime:
        return compute_due(self.form.due, parse_period(period), WorkCalendar()).due_at

    def report(
        self,
        place: Place,
        period: str,
        forms: Sequence[Mapping[str, Any] | None],
        *,
        late: Sequence[int] = (),
        submitted: datetime | None = None,
        why: str = "系统切换",
    ) -> tuple[int, list[int]]:
        """``forms``: what each unit filed in time (None = nothing; ``late``: places of those two days late).

        ``submitted``: when the office handed it upward, with ``why`` for each missing unit.
        """
        due_at = self.due(period)
        with self.make.enter(place.tenant) as session:
            keep_snapshot(session, self.campaign, self.form)
            report = Report(
                mechanism_id=place.mechanism.id, campaign=self.campaign.key, form=self.form.key,
                form_version=self.form.version, period=period, due_at=due_at, opens_on=due_at.date(),
            )  # fmt: skip
            session.add(report)
            session.flush()
            made = []
            for n, (unit, values) in enumerate(zip(place.units, forms, strict=True)):
                filed_at = due_at + timedelta(days=2) if n in late else due_at - timedelta(hours=3)
                form = Submission(
                    report_id=report.id, unit_id=unit.id, member=self.member, period=period,
                    campaign=self.campaign.key, form=self.form.key, form_version=self.form.version, due_at=due_at,
                )  # fmt: skip
                if values is not None:
                    form.state, form.values, form.edition = State.FILED.value, dict(values), 1
                    form.first_filed_at = form.filed_at = filed_at
                    form.filed_by = f"{unit.full_name} 联络员"
                session.add(form)
                session.flush()
                made.append(form.id)
                if values is not None:
                    session.add(edition_of(form))
            recount(session, due_at, self.campaign, self.form, report)
            if submitted:
                reasons = {u.id: why for u, v in zip(place.units, forms, strict=True) if v is None}
                session.flush()
                submit_report(
                    session, OFFICE, submitted, report=report, version=report.version, gap_reasons=reasons,
                    late_reason="领导外出",
                )  # fmt: skip
            return report.id, made


def edition_of(form: Submission) -> SubmissionEdition:
    assert form.filed_at is not None
    return SubmissionEdition(
        submission_id=form.id, number=form.edition, form_version=form.form_version, zero=form.zero,
        values=dict(form.values), explanations={}, filed_at=form.filed_at, filed_by=form.filed_by,
    )  # fmt: skip
