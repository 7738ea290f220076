"""From a county down to the very form, as far as the county has released it. Anything else is not found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.scope import get_scope
from portal.reporting.models import FormSnapshot, Report, Submission, SubmissionEdition
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
    snapshot = session.get(FormSnapshot, (campaign, head.form, found[-1].form_version))
    if snapshot is None:
        raise NotFound
    return Sheet(*head, found[-1], [e.number for e in editions], snapshot.definition)


def _edition_of() -> Any:
    return sa.and_(
        SubmissionEdition.tenant_id == Submission.tenant_id, SubmissionEdition.submission_id == Submission.id
    )
