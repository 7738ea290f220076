"""Table of the inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, within_tenant


class Notice(Own):
    """A message to one unit of a mechanism, or to its office (``unit_id`` None). Read once, by whoever holds the post."""

    __tablename__ = "notice"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        sa.Index("ix_notice_tenant_id_mechanism_id_unit_id_at", "tenant_id", "mechanism_id", "unit_id", "at"),
    )

    mechanism_id: Mapped[int]
    unit_id: Mapped[int | None]
    text: Mapped[str] = mapped_column(String(300), comment="source text with %(name)s places")
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    detail: Mapped[str] = mapped_column(
        String(1000), default="", comment="what a person wrote, e.g. a reason"
    )
    sender: Mapped[str] = mapped_column(String(200))
    link: Mapped[str] = mapped_column(String(200), default="", comment="path inside the portal")
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by: Mapped[str] = mapped_column(String(200), default="")
