"""Tables of files: attachments, and exports that run as jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Released, Versioned

_UNFINISHED = sa.column("finished_at").is_(None)


class Attachment(Released):
    """A file that somebody attached. Its content lies in the instance folder under its own hash."""

    __tablename__ = "attachment"
    __table_args__ = (
        sa.Index("ix_attachment_tenant_id_subject", "tenant_id", "subject"),
        sa.Index("ix_attachment_tenant_id_unit_id", "tenant_id", "unit_id"),
    )

    subject: Mapped[str] = mapped_column(String(60), comment="type:id of what it belongs to")
    field: Mapped[str] = mapped_column(String(48), default="")
    unit_id: Mapped[int | None] = mapped_column(comment="whose quota it counts in")
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(comment="bytes")
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(200))
    removed_at: Mapped[datetime | None]
    key_id: Mapped[str] = mapped_column(
        String(16), default="", comment="data key its content is sealed with; '' = lies open"
    )


class Draft(Versioned, Own):
    """What somebody began to write and has not sent. A table of its own, so that no superior can ever see it."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("tenant_id", "mechanism_id", "owner", "kind", "subject"),
        sa.Index("ix_draft_tenant_id_mechanism_id_unit_id", "tenant_id", "mechanism_id", "unit_id"),
    )

    mechanism_id: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(comment="None = of the office")
    owner: Mapped[str] = mapped_column(String(30), comment="unit:<id> or office")
    kind: Mapped[str] = mapped_column(String(30), comment="urgent, follow_up, item, bulletin, ...")
    subject: Mapped[str] = mapped_column(
        String(60), default="", comment="type:id it grows out of, or a fresh key"
    )
    title: Mapped[str] = mapped_column(String(200), default="", comment="for lists")
    content: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="fields as typed")
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(String(200))


class Export(Own):
    """A large spreadsheet made by the worker. Only who asked for it may fetch it; a broken one is never offered."""

    __tablename__ = "export"
    __table_args__ = (
        sa.Index("ix_export_tenant_id_account_id", "tenant_id", "account_id"),
        sa.Index(
            "uq_export_tenant_id_account_id_unfinished", "tenant_id", "account_id", unique=True,
            sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED,
        ),
    )  # fmt: skip
    """One unfinished export of an account at a time, however many are asked for at once."""

    account_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(60), comment="key of the writer, see documents/exports.py")
    title: Mapped[str] = mapped_column(String(200))
    wanted: Mapped[dict[str, Any]] = mapped_column(comment="scope and filters, as asked")
    asked_at: Mapped[datetime]
    done_rows: Mapped[int] = mapped_column(default=0)
    total_rows: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    size: Mapped[int] = mapped_column(default=0, comment="bytes; 0 until finished")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    error: Mapped[str] = mapped_column(String(300), default="")
