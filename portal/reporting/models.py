"""Tables of periodic reporting."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, Own, Released, Subtree, within_tenant


class FormSnapshot(Base):
    """A form as it was declared: old submissions render for ever with the labels they were filed under. Shared."""

    __tablename__ = "form_snapshot"

    campaign: Mapped[str] = mapped_column(String(48), primary_key=True)
    form: Mapped[str] = mapped_column(String(48), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[dict[str, Any]]


class ReportState(StrEnum):
    COLLECTING = "collecting"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"


class Report(Subtree):
    """A tenant's report of one form and period, as its superior sees it.

    Counts are kept up with every filing; ``values`` and ``gaps`` are filled when the tenant submits upward.
    """

    __tablename__ = "report"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        UniqueConstraint("tenant_id", "campaign", "form", "period"),
    )

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    form: Mapped[str] = mapped_column(String(48))
    form_version: Mapped[int]
    period: Mapped[str] = mapped_column(String(10))
    opens_on: Mapped[date]
    due_at: Mapped[datetime] = mapped_column(comment="last instant on time")
    due_why: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="rule, days skipped, provisional, clause"
    )
    state: Mapped[str] = mapped_column(String(12), default=ReportState.COLLECTING.value)
    expected: Mapped[int] = mapped_column(default=0)
    filed: Mapped[int] = mapped_column(default=0)
    on_time: Mapped[int] = mapped_column(default=0)
    zero: Mapped[int] = mapped_column(default=0, comment="zero reports among the filed")
    values: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="sums at submission; money in fen")
    gaps: Mapped[list[Any]] = mapped_column(default=list, comment="units missing: name and reason")
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str] = mapped_column(String(200), default="")
    late_reason: Mapped[str] = mapped_column(String(300), default="")
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str] = mapped_column(String(200), default="")
    review_reason: Mapped[str] = mapped_column(String(1000), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class State(StrEnum):
    EXPECTED = "expected"
    DRAFT = "draft"
    SIGNING = "signing"
    FILED = "filed"
    ACCEPTED = "accepted"
    RETURNED = "returned"


OPEN = (State.EXPECTED, State.DRAFT, State.RETURNED)
"""The unit has to act."""
COUNTED = (State.FILED, State.ACCEPTED)
"""Counts as filed and goes into the sums."""


class Submission(Released):
    """One unit's form for one period. Made when the period opens, so nobody is forgotten; resubmission = new version."""

    __tablename__ = "submission"
    __table_args__ = (
        within_tenant("report_id", "report"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "report_id", "unit_id"),
        sa.Index("ix_submission_tenant_id_unit_id_state", "tenant_id", "unit_id", "state"),
    )

    report_id: Mapped[int]
    unit_id: Mapped[int]
    member: Mapped[str] = mapped_column(String(48), comment="roster key: decides which fields are asked")
    campaign: Mapped[str] = mapped_column(String(48))
    form: Mapped[str] = mapped_column(String(48))
    form_version: Mapped[int]
    period: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default=State.EXPECTED.value)
    zero: Mapped[bool] = mapped_column(default=False)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    explanations: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="check key -> the unit's explanation"
    )
    reasons: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="on return: field key or '' -> reason"
    )
    edition: Mapped[int] = mapped_column(default=0, comment="number of times filed")
    saved_at: Mapped[datetime | None]
    saved_by: Mapped[str] = mapped_column(String(200), default="")
    first_filed_at: Mapped[datetime | None] = mapped_column(comment="decides on time or late, once")
    filed_at: Mapped[datetime | None]
    filed_by: Mapped[str] = mapped_column(String(200), default="")
    signed_by: Mapped[str] = mapped_column(String(200), default="")
    late_reason: Mapped[str] = mapped_column(String(300), default="")
    reviewed_by: Mapped[str] = mapped_column(String(200), default="")
    reviewed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class SubmissionEdition(Released):
    """What was filed, each time it was filed; never changed afterwards."""

    __tablename__ = "submission_edition"
    __table_args__ = (
        within_tenant("submission_id", "submission"),
        UniqueConstraint("tenant_id", "submission_id", "number"),
    )

    submission_id: Mapped[int]
    number: Mapped[int]
    form_version: Mapped[int]
    zero: Mapped[bool]
    values: Mapped[dict[str, Any]]
    explanations: Mapped[dict[str, Any]]
    filed_at: Mapped[datetime]
    filed_by: Mapped[str] = mapped_column(String(200))


class ReportRemark(Own):
    """The story of a submission or report inside its tenant: saved, signed, filed, accepted, returned, reminded."""

    __tablename__ = "report_remark"
    __table_args__ = (sa.Index("ix_report_remark_tenant_id_subject", "tenant_id", "subject", "at"),)

    subject: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(1000), default="")
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
