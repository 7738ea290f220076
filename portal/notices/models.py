"""Table of the inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, Own, new_id, within_tenant


class Notice(Own):
    """A message to one unit of a mechanism, or to its office (``unit_id`` None). Read once, by whoever holds the post."""

    __tablename__ = "notice"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        sa.Index("uq_notice_tenant_id_mark", "tenant_id", "mark", unique=True),
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
    post: Mapped[str] = mapped_column(
        String(30), default="", comment="PostKind it is meant for, '' = whoever acts for the unit or office"
    )
    urgent: Mapped[bool] = mapped_column(default=False, comment="a 24-hour clock runs: goes out at night too")
    mark: Mapped[str | None] = mapped_column(
        String(120), comment="what it reminds of and which step; the same mark is left once only"
    )


for _name, _state in (("unread", Notice.read_at.is_(None)), ("read", Notice.read_at.is_not(None))):
    # two halves: however much of either there is, the newest of each are found, and the unread counted, at once
    sa.Index(
        f"ix_notice_tenant_id_place_{_name}",
        Notice.tenant_id, Notice.mechanism_id, Notice.unit_id, Notice.at, Notice.id,
        sqlite_where=_state, postgresql_where=_state,
    )  # fmt: skip


class Outgoing(Base):
    """A notice that has still to be told outside the portal: left with it, in the same transaction, gone once it
    is in the digests of those it is meant for. Not a tenant's table: the worker looks here for all tenants at once."""

    __tablename__ = "notice_outgoing"
    __table_args__ = {"info": {"tenanted": False}}  # noqa: RUF012 - read once by SQLAlchemy

    tenant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    notice_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    urgent: Mapped[bool] = mapped_column(index=True)


class DigestEntry(Base):
    """A notice that went, or is to go, to one person outside the portal. Not a tenant's table: it holds ids only,
    the words are read under the person's posts of the moment when the digest is sent."""

    __tablename__ = "digest_entry"
    __table_args__ = {"info": {"tenanted": False}}  # noqa: RUF012 - read once by SQLAlchemy

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    notice_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("digest.id"), index=True)


class Digest(Base):
    """One message to one person. ``begun_at`` is committed before it is handed to the mail server: one that was
    begun and never answered goes again, marked as a repeat."""

    __tablename__ = "digest"
    __table_args__ = (sa.Index("ix_digest_done_at_send_at", "done_at", "send_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    made_at: Mapped[datetime]
    urgent: Mapped[bool] = mapped_column(default=False, comment="goes at night too")
    send_at: Mapped[datetime] = mapped_column(comment="not before")
    begun_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None] = mapped_column(comment="the server took it")
    done_at: Mapped[datetime | None] = mapped_column(
        comment="sent, refused for good, or nothing left to tell"
    )
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(
        String(300), default="", comment="of the last try, or why it was not sent"
    )


class CalendarFeed(Base):
    """The secret address of a person's calendar; its token is kept as a hash."""

    __tablename__ = "calendar_feed"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
