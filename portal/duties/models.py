"""Table of what was done for a duty of which the portal keeps no other record."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, within_tenant


class DutyRecord(Own):
    """One line of a unit, or of the office: on this day this was done for this obligation or duty."""

    __tablename__ = "duty_record"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        sa.Index("ix_duty_record_tenant_id_mechanism_id_done_on", "tenant_id", "mechanism_id", "done_on"),
    )

    mechanism_id: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(comment="None = the office")
    duty: Mapped[str] = mapped_column(String(48), comment="key of the obligation or duty")
    done_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(500))
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
