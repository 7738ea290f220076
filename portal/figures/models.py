"""Table of the roll-up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own


class Rollup(Own):
    """Sums of a tenant's filed submissions of one form and period: one wide row, re-summed under its lock."""

    __tablename__ = "rollup"
    __table_args__ = (UniqueConstraint("tenant_id", "campaign", "form", "period"),)

    campaign: Mapped[str] = mapped_column(String(48))
    form: Mapped[str] = mapped_column(String(48))
    period: Mapped[str] = mapped_column(String(10))
    values: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="field key -> sum; money in fen")
    amended: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="field key -> {value, reason, by, at}: not yet copied into the report upward"
    )
    summed_at: Mapped[datetime | None]
