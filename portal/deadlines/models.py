"""Table of running clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Released, within_tenant


class Deadline(Released):
    """One clock of one unit. Only instants are stored; running, near, late, met are derived by ``services.state_of``."""

    __tablename__ = "deadline"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "subject", "rule"),
        sa.Index("ix_deadline_tenant_id_unit_id_met_at", "tenant_id", "unit_id", "met_at"),
    )

    mechanism_id: Mapped[int]
    unit_id: Mapped[int | None]
    """None = the office of the mechanism."""
    subject: Mapped[str] = mapped_column(String(60), comment="type:id of what it hangs on")
    rule: Mapped[str] = mapped_column(String(60), comment="key of the threshold or rule that started it")
    title: Mapped[str] = mapped_column(String(200))
    reason: Mapped[dict[str, Any]] = mapped_column(comment="text and params of why it runs, clause included")
    started_at: Mapped[datetime] = mapped_column(comment="moment of knowing")
    entered_at: Mapped[datetime] = mapped_column(comment="when the machine learned of it")
    due_at: Mapped[datetime] = mapped_column(comment="last instant on time")
    met_at: Mapped[datetime | None]
    met_by: Mapped[str] = mapped_column(String(200), default="")
    late_reason: Mapped[str] = mapped_column(String(300), default="")
    met_note: Mapped[str] = mapped_column(String(500), default="", comment="what was done, in a line")
    span: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="the rule (limits.py) that gave due_at; {} = natural hours of reason.hours"
    )
    provisional: Mapped[bool] = mapped_column(
        default=False, comment="leans on a year whose days off are unknown"
    )


class DeadlineChange(Released):
    """What moved a deadline, or was to move it: an extension asked, granted or refused; the calendar imported; or what
    took it back (``withdrawn``): then ``met_at`` is when it stopped.
    """

    __tablename__ = "deadline_change"
    __table_args__ = (
        within_tenant("deadline_id", "deadline"),
        sa.Index("ix_deadline_change_tenant_id_deadline_id", "tenant_id", "deadline_id"),
    )

    deadline_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20), comment="asked, granted, refused, recomputed")
    old_due_at: Mapped[datetime]
    new_due_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(300), default="")
    by: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int | None] = mapped_column(comment="account; who asked cannot decide")
    at: Mapped[datetime]
