"""Tables of periodic reporting."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, Own, Released, Subtree, Versioned, within_tenant
from portal.core.sealing import protect


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


class Report(Versioned, Subtree):
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
    amended: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="field key -> {value, reason, by, at}: the tenant's own figure beside the sum"
    )
    net: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="field key -> sum without what several units were credited with"
    )
    duplicates: Mapped[list[Any]] = mapped_column(
        default=list, comment="reconciliation: matters credited to several units"
    )
    local: Mapped[int] = mapped_column(default=0, comment="version of the tenant's own columns; 0 = none")
    title: Mapped[str] = mapped_column(String(80), default="", comment="label of the form when it was opened")
    closed_at: Mapped[datetime | None] = mapped_column(comment="files stored; late forms still come in")
    closed_by: Mapped[str] = mapped_column(String(200), default="")
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str] = mapped_column(String(200), default="")
    late_reason: Mapped[str] = mapped_column(String(300), default="")
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str] = mapped_column(String(200), default="")
    review_reason: Mapped[str] = mapped_column(String(1000), default="")


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


class Submission(Versioned, Released):
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
    local: Mapped[int] = mapped_column(default=0, comment="version of the tenant's own columns; 0 = none")
    period: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default=State.EXPECTED.value)
    zero: Mapped[bool] = mapped_column(default=False)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    explanations: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="check key -> the unit's explanation"
    )
    origins: Mapped[dict[str, Any]] = mapped_column(
        default=dict,
        comment="field key -> {kind, text, params, value}: what the portal offered, and from where",
    )
    corrections: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="field key -> why the offered figure was corrected"
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
    local: Mapped[int] = mapped_column(default=0)
    zero: Mapped[bool]
    values: Mapped[dict[str, Any]]
    explanations: Mapped[dict[str, Any]]
    origins: Mapped[dict[str, Any]] = mapped_column(default=dict)
    corrections: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asked: Mapped[int] = mapped_column(default=0, comment="cells that were asked")
    prefilled: Mapped[int] = mapped_column(default=0, comment="of these offered by the portal")
    corrected: Mapped[int] = mapped_column(default=0, comment="of these changed by the unit")
    repeated: Mapped[int] = mapped_column(default=0, comment="typed although known elsewhere")
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


class LocalForm(Versioned, Released):
    """What a tenant adds to a form of the campaign, or a form of its own: columns, words, an earlier date.

    Published (``released_at``) versions never change; a period keeps the version it was opened with. Superiors
    and units see what differs, of drafts nothing. A form of its own has a key that begins with ``own_``.
    """

    __tablename__ = "local_form"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        UniqueConstraint("tenant_id", "campaign", "form", "number"),
    )

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    form: Mapped[str] = mapped_column(String(48))
    number: Mapped[int] = mapped_column(comment="version, from 1")
    label: Mapped[str] = mapped_column(String(80), default="", comment="of a form of its own")
    definition: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="fields, labels, hidden, and for a form of its own period and due"
    )
    days_earlier: Mapped[int] = mapped_column(default=0)
    basis: Mapped[str] = mapped_column(String(200), default="", comment="document that asks for it")
    readers: Mapped[str] = mapped_column(String(200), default="", comment="who reads the figures")
    ends_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    overlaps: Mapped[list[Any]] = mapped_column(
        default=list, comment="known figures, and why asked all the same"
    )
    published_by: Mapped[str] = mapped_column(String(200), default="")
    changed_at: Mapped[datetime]


class ReportFile(Released):
    """The files of a closed or submitted period as they were then; a later change makes the next number.

    Superiors see those made while they have the report; what a county closed for itself stays with it.
    """

    __tablename__ = "report_file"
    __table_args__ = (
        within_tenant("report_id", "report"),
        UniqueConstraint("tenant_id", "report_id", "number"),
    )

    report_id: Mapped[int]
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12), comment="submitted, closed or late")
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, comment=".xlsx", deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]] = mapped_column(comment="counts, sums and gaps that the file shows")
    differences: Mapped[list[Any]] = mapped_column(default=list, comment="against the number before")
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(200))


class Question(Versioned, Own):
    """口径不清: a unit asks what a field counts; the answer is a note on that field for every unit of the body."""

    __tablename__ = "question"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        sa.Index("ix_question_tenant_id_campaign_form", "tenant_id", "campaign", "form"),
    )

    mechanism_id: Mapped[int]
    unit_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    form: Mapped[str] = mapped_column(String(48))
    field: Mapped[str] = mapped_column(String(48))
    text: Mapped[str] = mapped_column(String(300))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(200))
    due_at: Mapped[datetime] = mapped_column(comment="the office's time to answer")
    answer: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(200), default="")


class Upload(Own):
    """A workbook that came in and waits for its difference to be confirmed; nothing of it counts before.

    What was read is kept, not the file.
    """

    __tablename__ = "upload"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("report_id", "report"),
        sa.Index("ix_upload_tenant_id_account_id", "tenant_id", "account_id"),
    )

    mechanism_id: Mapped[int]
    report_id: Mapped[int]
    account_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    name: Mapped[str] = mapped_column(String(200))
    bulk: Mapped[bool] = mapped_column(default=False, comment="the office's, for many units")
    findings: Mapped[list[Any]] = mapped_column(
        comment="one object per unit's sheet: cells read, decisions, what became of it (see upload_lines)"
    )
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


protect(Submission, "values", "origins", subject=lambda sheet: f"submission:{sheet.id}")
protect(SubmissionEdition, "values", "origins", subject=lambda edition: f"submission:{edition.submission_id}")
protect(Upload, "findings", subject=lambda upload: f"upload:{upload.id}")
