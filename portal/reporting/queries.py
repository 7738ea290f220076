"""Lists as row tuples: the forms of a liaison, the periods of an office and its board, what a hand-over names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.text import _
from portal.reporting.models import OPEN, FormSnapshot, Report, State, Submission
from portal.units.handover import OpenItem
from portal.units.models import Unit


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
