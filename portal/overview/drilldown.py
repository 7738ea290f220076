"""From a county down to the very form, as far as the county has released it. Anything else is not found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.scope import get_scope
from portal.reporting.catalogue import stored_definition
from portal.reporting.models import Report, ReportState, Submission, SubmissionEdition
from portal.reporting.standing import lateness
from portal.tenants.models import Tenant
from portal.units.models import Unit


@dataclass(frozen=True)
class Filed:
    """The newest released edition of one unit's form."""

    submission_id: int
    unit: str
    number: int
    zero: bool
    filed_at: datetime
    first_filed_at: datetime | None
    due_at: datetime
    late_reason: str


@dataclass(frozen=True)
class Sheet:
    """A form as it was filed, with the words it was filed under."""

    submission_id: int
    report_id: int
    unit: str
    member: str
    form: str
    period: str
    edition: SubmissionEdition
    numbers: Sequence[int]
    """Released editions, oldest first."""
    definition: dict[str, Any]


def get_place(session: Session, code: str) -> Tenant:
    """The tenant of that code below the scope's home."""
    place = session.scalars(
        sa.select(Tenant).where(Tenant.code == code, Tenant.id.in_(get_scope(session).below))
    ).one_or_none()
    if place is None:
        raise NotFound
    return place


def get_report(session: Session, place: Tenant, campaign: str, report_id: int) -> Report:
    """A report that ``place`` has submitted, whatever became of it since."""
    report = session.scalars(
        sa.select(Report).where(
            Report.tenant_id == place.id, Report.id == report_id, Report.campaign == campaign
        )
    ).one_or_none()
    if report is None or report.submitted_at is None:
        raise NotFound
    return report


def list_filed(session: Session, report: Report) -> list[Filed]:
    """Released forms of the report by unit in official order.

    Values come from editions, never from the form itself: that may be a draft again after a return.
    """
    rows = session.execute(
        sa.select(
            Submission.id, Unit.full_name, SubmissionEdition.number, SubmissionEdition.zero,
            SubmissionEdition.filed_at, Submission.first_filed_at, Submission.due_at, Submission.late_reason,
        )
        .join_from(SubmissionEdition, Submission, _edition_of())
        .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
        .where(
            Submission.tenant_id == report.tenant_id,
            Submission.report_id == report.id,
            SubmissionEdition.released_at.is_not(None),
        )
        .order_by(Unit.sort_no, Unit.id, SubmissionEdition.number)
    )  # fmt: skip
    return list({row[0]: Filed(*row) for row in rows}.values())


def get_sheet(session: Session, place: Tenant, campaign: str, submission_id: int, number: int = 0) -> Sheet:
    """A released edition of a form, the newest when ``number`` is 0."""
    head = session.execute(
        sa.select(
            Submission.id, Submission.report_id, Unit.full_name, Submission.member, Submission.form, Submission.period
        )
        .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
        .where(Submission.tenant_id == place.id, Submission.id == submission_id, Submission.campaign == campaign)
    ).one_or_none()  # fmt: skip
    editions = session.scalars(
        sa.select(SubmissionEdition)
        .where(
            SubmissionEdition.tenant_id == place.id,
            SubmissionEdition.submission_id == submission_id,
            SubmissionEdition.released_at.is_not(None),
        )
        .order_by(SubmissionEdition.number)
    ).all()
    found = [e for e in editions if not number or e.number == number]
    if head is None or not found:
        raise NotFound
    last = found[-1]
    definition = stored_definition(session, place.id, campaign, head.form, last.form_version, last.local)
    if definition is None:
        raise NotFound
    return Sheet(*head, last, [e.number for e in editions], definition)


@dataclass(frozen=True)
class Standing:
    """One unit in one period, as far as the tenant has let it out."""

    submission_id: int
    """0 = missing."""
    zero: bool
    late: Any
    """Words, or None when in time."""
    reason: str


@dataclass(frozen=True)
class UnitMatrix:
    rows: Sequence[tuple[int, str, Mapping[str, Standing]]]
    """Unit id, name, period key -> standing."""
    reports: Mapping[str, Any]
    """Period key -> id, state, filed, expected, on_time of the tenant's report."""


def list_units(
    session: Session, place: Tenant, campaign: str, form: str, periods: Sequence[str]
) -> UnitMatrix:
    """Units of ``place`` by period: released forms, and the gaps it named. Two statements."""
    reports = {
        r.period: r
        for r in session.execute(
            sa.select(
                Report.period, Report.id, Report.state, Report.filed, Report.expected, Report.on_time, Report.gaps
            ).where(
                Report.tenant_id == place.id, Report.campaign == campaign, Report.form == form,
                Report.period.in_(periods), Report.submitted_at.is_not(None),
            )
        )
    }  # fmt: skip
    units: dict[int, tuple[str, dict[str, Standing]]] = {}
    for r in session.execute(
        sa.select(
            Unit.id.label("unit_id"), Unit.full_name, Submission.id, Submission.period, Submission.zero,
            Submission.due_at, Submission.first_filed_at, Submission.late_reason,
        )
        .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
        .where(
            Submission.tenant_id == place.id, Submission.campaign == campaign, Submission.form == form,
            Submission.period.in_(periods), Submission.released_at.is_not(None),
        )
        .order_by(Unit.sort_no, Unit.id)
    ):  # fmt: skip
        late = lateness(r.due_at, r.first_filed_at)
        cells = units.setdefault(r.unit_id, (r.full_name, {}))[1]
        cells[r.period] = Standing(r.id, r.zero, late, r.late_reason if late else "")
    for period, report in reports.items():
        if report.state == ReportState.RETURNED:
            continue
        for gap in report.gaps:
            cells = units.setdefault(gap["unit_id"], (gap["unit"], {}))[1]
            cells.setdefault(period, Standing(0, False, None, gap["reason"]))
    return UnitMatrix([(key, name, cells) for key, (name, cells) in units.items()], reports)


def _edition_of() -> Any:
    return sa.and_(
        SubmissionEdition.tenant_id == Submission.tenant_id, SubmissionEdition.submission_id == Submission.id
    )
