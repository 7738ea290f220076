"""Table of urgent reports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Released, within_tenant


class UrgentReport(Released):
    """初报: four facts and the telephone call, incomplete rather than late. Visible upward from filing."""

    __tablename__ = "urgent_report"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_urgent_report_tenant_id_campaign_filed_at", "tenant_id", "campaign", "filed_at"),
    )

    mechanism_id: Mapped[int]
    unit_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    subject: Mapped[str] = mapped_column(String(60), default="", comment="record:<id> it grew out of")
    what: Mapped[str] = mapped_column(String(500))
    place: Mapped[str] = mapped_column(String(120))
    known_at: Mapped[datetime]
    amount: Mapped[int | None] = mapped_column(comment="fen; None = not known yet")
    phoned_at: Mapped[datetime | None]
    phoned_to: Mapped[str] = mapped_column(String(120), default="")
    due_at: Mapped[datetime]
    filed_at: Mapped[datetime]
    filed_by: Mapped[str] = mapped_column(String(200))
    late_reason: Mapped[str] = mapped_column(String(300), default="")
    late_group: Mapped[str] = mapped_column(
        String(12), default="", comment="kind of that reason, see reasons.py"
    )
    read_at: Mapped[datetime | None] = mapped_column(comment="receipt of the tenant's own office")
    read_by: Mapped[str] = mapped_column(String(200), default="")
    request_key: Mapped[str] = mapped_column(String(40))
    related: Mapped[list[Any]] = mapped_column(
        default=list, comment="subjects (record:<id>) a person linked as possibly belonging together"
    )
    closed_at: Mapped[datetime | None] = mapped_column(comment="终报 filed")


class UrgentPart(Released):
    """续报, 终报, or what an office said to it (批示、研判、反馈). With the first report it reads as one document."""

    __tablename__ = "urgent_part"
    __table_args__ = (
        within_tenant("urgent_id", "urgent_report"),
        UniqueConstraint("tenant_id", "request_key"),
        UniqueConstraint("tenant_id", "urgent_id", "number"),
    )

    urgent_id: Mapped[int]
    number: Mapped[int] = mapped_column(comment="place in the chain, the first report is 1")
    kind: Mapped[str] = mapped_column(String(12), comment="follow_up, final, feedback")
    what: Mapped[str] = mapped_column(String(2000), comment="what is new, the result, or the office's words")
    measures: Mapped[str] = mapped_column(String(1000), default="")
    wishes: Mapped[str] = mapped_column(String(500), default="", comment="what the unit asks for")
    amount: Mapped[int | None] = mapped_column(comment="fen; None = unchanged")
    office: Mapped[str] = mapped_column(String(120), default="", comment="of a feedback: whose")
    checked_by: Mapped[str] = mapped_column(String(60), default="", comment="post of who checked it")
    phone: Mapped[str] = mapped_column(String(40), default="", comment="office telephone")
    filed_at: Mapped[datetime]
    filed_by: Mapped[str] = mapped_column(String(200))
    request_key: Mapped[str] = mapped_column(String(40))


class UrgentReceipt(Released):
    """An office has read a part of the chain. A superior's is put into the reporter's tenant, so that the reporter
    sees who has read it; the own office's receipt of the first report stands in the report itself."""

    __tablename__ = "urgent_receipt"
    __table_args__ = (
        within_tenant("urgent_id", "urgent_report"),
        UniqueConstraint("tenant_id", "urgent_id", "reader_id", "part"),
    )

    urgent_id: Mapped[int]
    part: Mapped[int] = mapped_column(default=1, comment="number in the chain that was read")
    reader_id: Mapped[int] = mapped_column(comment="tenant whose office it is; its name may change")
    office: Mapped[str] = mapped_column(String(120))
    read_by: Mapped[str] = mapped_column(String(200))
    read_at: Mapped[datetime]
