"""Lists as row tuples: what the to-do list, the liaison's list and the office's board show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.ready import Ready
from portal.core.text import Message, Text, _
from portal.deadlines.services import show_minutes
from portal.reporting.models import COUNTED, OPEN, FormSnapshot, Report, ReportState, State, Submission
from portal.tenants.models import Tenant
from portal.units.handover import OpenItem
from portal.units.models import Unit

NEAR = timedelta(days=3)
_DAY = 24 * 60

STATE_LABELS: dict[State, Text] = {
    State.EXPECTED: _("未报"),
    State.DRAFT: _("草稿"),
    State.SIGNING: _("待签"),
    State.FILED: _("已报"),
    State.ACCEPTED: _("已受理"),
    State.RETURNED: _("退回"),
}
REPORT_LABELS: dict[ReportState, Text] = {
    ReportState.COLLECTING: _("汇总中"),
    ReportState.SUBMITTED: _("已上报"),
    ReportState.ACCEPTED: _("上级已受理"),
    ReportState.RETURNED: _("上级退回"),
}


@dataclass(frozen=True)
class Light:
    """``state``: ok, near, slow, late or done; shape and colour follow from it."""

    state: str
    text: Message | Text


def light_of(due_at: datetime, now: datetime, state: State) -> Light:
    """The one function that says how a form stands; nothing of it is stored."""
    if state in COUNTED:
        return Light("done", STATE_LABELS[state])
    if now > due_at:
        days = (now - due_at).days
        return Light("late", Message(_("逾期 %(n)s 天"), n=days) if days else _("今日逾期"))
    if state is State.RETURNED:
        return Light("slow", STATE_LABELS[state])
    if due_at - now <= NEAR:
        days = (due_at.date() - now.date()).days
        return Light("near", Message(_("临期 %(n)s 天"), n=days) if days else _("今日到期"))
    return Light("ok", _("正常"))


def minutes_late(due_at: datetime, filed_at: datetime | None) -> int:
    """Whole minutes after the last instant on time, at least 1 when late; 0 when on time or not filed."""
    if filed_at is None or filed_at <= due_at:
        return 0
    return max(1, int((filed_at - due_at).total_seconds() // 60))


def lateness(due_at: datetime, filed_at: datetime | None) -> Message | None:
    """``迟报 30 分钟``, ``迟报 2 天``: minutes below a day, begun days above (due on the 30th, filed on the 2nd: two).

    Forms and reports say it alike.
    """
    return late_words(minutes_late(due_at, filed_at))


def late_words(minutes: int) -> Message | None:
    if not minutes:
        return None
    days = -(-minutes // _DAY)
    return (
        Message(_("迟报 %(n)s 天"), n=days)
        if minutes >= _DAY
        else Message(_("迟报 %(t)s"), t=show_minutes(minutes))
    )


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


def list_of_units(
    session: Session, tenant_id: int, campaign: str, unit_ids: Sequence[int], limit: int, offset: int
) -> list[Any]:
    """Row tuples of these units' forms, newest period first."""
    return list(
        session.execute(
            sa.select(
                Submission.id, Submission.form, Submission.period, Unit.full_name, Submission.state, Submission.due_at,
                Submission.first_filed_at, Submission.edition, Submission.zero, Submission.late_reason, Report.title,
            )
            .join(Report, sa.and_(Report.tenant_id == Submission.tenant_id, Report.id == Submission.report_id))
            .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
            .where(
                Submission.tenant_id == tenant_id, Submission.campaign == campaign, Submission.unit_id.in_(unit_ids)
            )
            .order_by(Submission.due_at.desc(), Unit.sort_no, Submission.id)
            .limit(limit)
            .offset(offset)
        )
    )  # fmt: skip


def list_reports(session: Session, tenant_id: int, campaign: str, limit: int = 40) -> list[Any]:
    """Row tuples of the tenant's reports, newest due first: for choosing a period."""
    return list(
        session.execute(
            sa.select(Report.id, Report.form, Report.period, Report.state, Report.due_at, Report.title)
            .where(Report.tenant_id == tenant_id, Report.campaign == campaign)
            .order_by(Report.due_at.desc(), Report.form)
            .limit(limit)
        )
    )


def list_board(session: Session, report: Report) -> list[Any]:
    """Row tuples of a report's units in official order."""
    return list(
        session.execute(
            sa.select(
                Submission.id, Unit.id.label("unit_id"), Unit.full_name, Submission.state, Submission.due_at,
                Submission.first_filed_at,
                Submission.filed_at, Submission.edition, Submission.zero, Submission.late_reason, Submission.version,
                Submission.filed_by,
            )
            .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
            .where(Submission.tenant_id == report.tenant_id, Submission.report_id == report.id)
            .order_by(Unit.sort_no, Unit.id)
        )
    )  # fmt: skip


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


def open_items(session: Session, mechanism_id: int, unit_id: int) -> list[OpenItem]:
    """For a hand-over: the unit's open forms, and its drafts under their own name; by due."""
    rows = session.execute(
        sa.select(
            Submission.id,
            Submission.form,
            Submission.period,
            Submission.state,
            Submission.due_at,
            FormSnapshot.definition,
            Report.title,
        )
        .join(Report, sa.and_(Report.tenant_id == Submission.tenant_id, Report.id == Submission.report_id))
        .outerjoin(
            FormSnapshot,
            sa.and_(
                FormSnapshot.campaign == Submission.campaign,
                FormSnapshot.form == Submission.form,
                FormSnapshot.version == Submission.form_version,
            ),
        )
        .where(
            Report.mechanism_id == mechanism_id,
            Submission.unit_id == unit_id,
            Submission.state.in_([s.value for s in (*OPEN, State.SIGNING)]),
        )
        .order_by(Submission.due_at, Submission.id)
    )
    return [
        OpenItem(
            kind=_("草稿") if r[3] == State.DRAFT else _("待报"),
            title=f"{(r[5] or {}).get('label') or r[6] or r[1]} {r[2]}",
            due=r[4],
            subject=f"submission:{r[0]}",
        )
        for r in rows
    ]
