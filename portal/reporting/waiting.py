"""What waits: forms for those who fill and sign, reports for the office, what came from below. Lists as row tuples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.ready import Ready
from portal.reporting.models import COUNTED, OPEN, Report, ReportState, State, Submission
from portal.tenants.models import Tenant
from portal.units.models import Unit


@dataclass(frozen=True)
class Task:
    """A form that waits for the reader."""

    tenant_id: int
    submission_id: int
    report_id: int
    unit_id: int
    unit: str
    campaign: str
    form: str
    period: str
    state: State
    due_at: datetime
    reasons: dict[str, Any]
    title: str
    """Label of the form when it was opened: a tenant's own form has no other."""


@dataclass(frozen=True)
class Work:
    """Forms that wait for the reader, by due; and how many of the forms due in a span count already."""

    tasks: list[Task]
    done: int
    expected: int


Place = tuple[int, int, int]
"""Tenant, mechanism, unit."""


_PLACE = sa.tuple_(Report.mechanism_id, Submission.unit_id)


_WORK = Ready(
    sa.select(
        Submission.tenant_id,
        Submission.id,
        Submission.report_id,
        Submission.unit_id,
        Unit.full_name,
        Submission.campaign,
        Submission.form,
        Submission.period,
        Submission.state,
        Submission.due_at,
        Submission.reasons,
        Report.mechanism_id,
        Report.title,
    )
    .join(Report, sa.and_(Report.tenant_id == Submission.tenant_id, Report.id == Submission.report_id))
    .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
    .where(
        Submission.unit_id.in_(sa.bindparam("units", expanding=True)),
        sa.or_(
            sa.and_(
                _PLACE.in_(sa.bindparam("fills", expanding=True)),
                sa.or_(
                    Submission.state.in_([s.value for s in OPEN]),
                    Submission.due_at.between(sa.bindparam("since"), sa.bindparam("until")),
                ),
            ),
            sa.and_(
                _PLACE.in_(sa.bindparam("signs", expanding=True)), Submission.state == State.SIGNING.value
            ),
        ),
    )
    .order_by(Submission.due_at, Submission.tenant_id, Submission.id)
    .limit(500)
)


def list_work(
    session: Session, fills: Sequence[Place], signs: Sequence[Place], since: datetime, until: datetime
) -> Work:
    """Open forms of ``fills``, those waiting for a signature of ``signs``, and the progress of ``since`` … ``until``."""
    filling, signing = set(fills), set(signs)
    if not filling | signing:
        return Work([], 0, 0)
    rows = _WORK.rows(
        session,
        units=[unit for _tenant, _mechanism, unit in filling | signing],
        fills=[place[1:] for place in filling],
        signs=[place[1:] for place in signing],
        since=since,
        until=until,
    )
    tasks, done, expected = [], 0, 0
    for r in rows:
        place, state = (r[0], r[11], r[3]), State(r[8])
        if place in filling and since <= r[9] <= until:
            expected += 1
            done += state in COUNTED
        if (state in OPEN and place in filling) or (state is State.SIGNING and place in signing):
            tasks.append(Task(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], state, r[9], r[10], r[12]))
    return Work(tasks, done, expected)


@dataclass(frozen=True)
class Desktop:
    """What waits for an office in one open report."""

    tenant_id: int
    report_id: int
    campaign: str
    form: str
    period: str
    state: ReportState
    due_at: datetime
    expected: int
    filed: int
    to_review: int
    review_reason: str
    title: str


_WAITING = (
    sa.select(sa.func.count(Submission.id))
    .where(
        Submission.tenant_id == Report.tenant_id,
        Submission.report_id == Report.id,
        Submission.state == State.FILED.value,
    )
    .correlate(Report)
    .scalar_subquery()
)


_OFFICE = Ready(
    sa.select(
        Report.tenant_id, Report.id, Report.campaign, Report.form, Report.period, Report.state, Report.due_at,
        Report.expected, Report.filed, _WAITING, Report.review_reason, Report.title,
    )
    .where(
        Report.mechanism_id.in_(sa.bindparam("mechanisms", expanding=True)),
        Report.state.in_([ReportState.COLLECTING.value, ReportState.RETURNED.value]),
    )
    .order_by(Report.due_at, Report.tenant_id, Report.id)
    .limit(50)
)  # fmt: skip


def list_office_reports(session: Session, mechanisms: Sequence[int]) -> list[Desktop]:
    """Reports of these mechanisms that are still to be submitted upward or were returned; by due."""
    if not mechanisms:
        return []
    rows = _OFFICE.rows(session, mechanisms=mechanisms)
    return [
        Desktop(r[0], r[1], r[2], r[3], r[4], ReportState(r[5]), r[6], r[7], r[8], r[9], r[10], r[11])
        for r in rows
    ]


@dataclass(frozen=True)
class Arrived:
    """A report from below that waits for this office's acceptance."""

    tenant_id: int
    report_id: int
    campaign: str
    form: str
    period: str
    due_at: datetime
    submitted_at: datetime | None
    expected: int
    filed: int
    place: str
    code: str
    above_id: int
    title: str


_ARRIVED = Ready(
    sa.select(
        Report.tenant_id,
        Report.id,
        Report.campaign,
        Report.form,
        Report.period,
        Report.due_at,
        Report.submitted_at,
        Report.expected,
        Report.filed,
        Tenant.city + Tenant.name,
        Tenant.code,
        Tenant.parent_id,
        Report.title,
    )
    .join(Tenant, Tenant.id == Report.tenant_id)
    .where(
        sa.tuple_(Tenant.parent_id, Report.campaign).in_(sa.bindparam("above", expanding=True)),
        Report.state == ReportState.SUBMITTED.value,
    )
    .order_by(Report.submitted_at, Tenant.code)
    .limit(100)
)


def list_arrived(session: Session, campaigns: Iterable[tuple[int, str]]) -> list[Arrived]:
    """Submitted reports of the tenants directly below (tenant, campaign); the scope must reach below."""
    rows = _ARRIVED.rows(session, above=list(campaigns))
    return [Arrived(*r) for r in rows]
