"""Tables of tips. Whatever the public typed is sealed; who it was stands in a table of its own.

No table keeps a network address: ``TipAttempt`` holds a keyed hash of one for an hour (``brakes``).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Versioned, within_tenant
from portal.core.sealing import protect


class Stage(StrEnum):
    NEW = "new"
    """It came in; the office checks it first."""
    CHECKED = "checked"
    """The office handles it, or is about to pass it on."""
    PASSED = "passed"
    """A unit handles it."""
    DRAFTED = "drafted"
    """An answer is written and waits to be released by a second person."""
    ANSWERED = "answered"
    MOVED = "moved"
    """不属本单位: where it went stands under the receipt code."""
    JOINED = "joined"
    """The same as an earlier one, whose answer it gets."""


class Outcome(StrEnum):
    HOLDS = "holds"
    FAILS = "fails"
    ELSEWHERE = "elsewhere"


class TipChannel(Versioned, Own):
    """What a tenant publishes of its reporting channel, and whether the page is on."""

    __tablename__ = "tip_channel"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        UniqueConstraint("tenant_id", "campaign"),
    )

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    enabled: Mapped[bool] = mapped_column(default=False)
    receiver: Mapped[str] = mapped_column(String(80), comment="who receives, as the public knows it")
    phone: Mapped[str] = mapped_column(String(40), default="", comment="of the office, never of a person")
    mailbox: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[str] = mapped_column(String(120), default="")
    hours: Mapped[str] = mapped_column(String(80), default="")
    others: Mapped[list[Any]] = mapped_column(
        default=list, comment="[unit, phone, mailbox] of units and townships"
    )
    check_days: Mapped[int] = mapped_column(
        default=5, comment="working days, where the campaign names no limit"
    )
    answer_days: Mapped[int] = mapped_column(
        default=30, comment="working days, where the campaign names no limit"
    )
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(200))


class Tip(Versioned, Own):
    """One tip. ``content``: what, where, when and values as typed; words and answer of those who handle it."""

    __tablename__ = "tip"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        within_tenant("joined_id", "tip"),
        within_tenant("record_id", "record"),
        UniqueConstraint("tenant_id", "campaign", "number"),
        UniqueConstraint("tenant_id", "request_key"),
        UniqueConstraint("tenant_id", "receipt"),
        sa.Index("ix_tip_tenant_id_mechanism_id_filed_at", "tenant_id", "mechanism_id", "filed_at"),
        sa.Index("ix_tip_tenant_id_unit_id", "tenant_id", "unit_id"),
        sa.Index("ix_tip_tenant_id_joined_id", "tenant_id", "joined_id"),
    )

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    number: Mapped[str] = mapped_column(
        String(40), comment="inside the house; the public has the receipt code"
    )
    request_key: Mapped[str] = mapped_column(
        String(40), comment="keyed hash of the form's token: one form, one tip"
    )
    receipt: Mapped[str] = mapped_column(String(64), comment="keyed hash of the receipt code")
    title: Mapped[str] = mapped_column(
        String(120), default="", comment="given by the office at the first check"
    )
    content: Mapped[dict[str, Any]]
    stage: Mapped[str] = mapped_column(String(16), default=Stage.NEW.value)
    outcome: Mapped[str] = mapped_column(String(16), default="")
    anonymous: Mapped[bool]
    files: Mapped[int] = mapped_column(default=0)
    filed_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    unit_id: Mapped[int | None] = mapped_column(comment="who handles it; None = the office")
    record_id: Mapped[int | None] = mapped_column(comment="entry of the ledger it became")
    joined_id: Mapped[int | None] = mapped_column(comment="the earlier tip that tells the same")
    drafted_by_id: Mapped[int | None] = mapped_column(
        comment="account; who wrote the answer does not release it"
    )
    closed_at: Mapped[datetime | None] = mapped_column(
        comment="answered, moved, or answered with the one it joined"
    )
    told_at: Mapped[datetime | None] = mapped_column(comment="the public last added something")
    worked_at: Mapped[datetime | None] = mapped_column(comment="a step was last taken inside the house")
    pay_word: Mapped[str] = mapped_column(
        String(64), default="", comment="keyed hash; whoever says it is paid"
    )


class TipIdentity(Own):
    """Who told, where he said so: for the eyes of the unit that handles it (``identity``)."""

    __tablename__ = "tip_identity"
    __table_args__ = (within_tenant("tip_id", "tip"), UniqueConstraint("tenant_id", "tip_id"))

    tip_id: Mapped[int]
    person: Mapped[dict[str, Any]] = mapped_column(comment="name, phone; {} once emptied")
    emptied_at: Mapped[datetime | None]


class TipMark(Own):
    """What makes two tips alike, as keyed hashes: the text, a telephone, a URL."""

    __tablename__ = "tip_mark"
    __table_args__ = (
        within_tenant("tip_id", "tip"),
        UniqueConstraint("tenant_id", "tip_id", "digest"),
        sa.Index("ix_tip_mark_tenant_id_digest", "tenant_id", "digest"),
    )

    tip_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16), comment="text, or a MatchKind")
    digest: Mapped[str] = mapped_column(String(40))


class TipEvent(Own):
    """The story of a tip; ``public``: it is shown under the receipt code too."""

    __tablename__ = "tip_event"
    __table_args__ = (
        within_tenant("tip_id", "tip"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_tip_event_tenant_id_tip_id", "tenant_id", "tip_id"),
    )

    tip_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    words: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="text; sealed")
    public: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None]
    at: Mapped[datetime]
    request_key: Mapped[str | None] = mapped_column(String(40))


class TipAttempt(Own):
    """One try from one source; kept for an hour."""

    __tablename__ = "tip_attempt"
    __table_args__ = (sa.Index("ix_tip_attempt_tenant_id_at", "tenant_id", "at"),)

    source: Mapped[str] = mapped_column(String(32), comment="keyed hash of the network address and the day")
    kind: Mapped[str] = mapped_column(String(8), comment="try, tip, code")
    at: Mapped[datetime]


class TipRule(Own):
    """A version of the tenant's own rule on rewards; never changed, followed by the next one."""

    __tablename__ = "tip_rule"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        UniqueConstraint("tenant_id", "campaign", "valid_from"),
    )

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    number: Mapped[str] = mapped_column(String(80), comment="document number")
    title: Mapped[str] = mapped_column(String(80))
    valid_from: Mapped[date]
    bands: Mapped[list[Any]] = mapped_column(comment="[{label, lowest, highest}], fen")
    conditions: Mapped[str] = mapped_column(Text)
    pay_days: Mapped[int] = mapped_column(comment="working days from approval to payment")
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(200))


class TipAward(Versioned, Own):
    """The reward of one tip, with the rule as it was on the day of the tip."""

    __tablename__ = "tip_award"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("tip_id", "tip"),
        within_tenant("rule_id", "tip_rule"),
        UniqueConstraint("tenant_id", "tip_id"),
        sa.Index("ix_tip_award_tenant_id_mechanism_id_paid_on", "tenant_id", "mechanism_id", "paid_on"),
    )

    mechanism_id: Mapped[int]
    tip_id: Mapped[int]
    rule_id: Mapped[int]
    rule: Mapped[dict[str, Any]] = mapped_column(comment="number, title, valid_from, band as proposed")
    amount: Mapped[int] = mapped_column(comment="fen")
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), comment="proposed, approved, refused, paid")
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(200))
    proposed_by_id: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_words: Mapped[str] = mapped_column(String(300), default="")
    way: Mapped[str] = mapped_column(String(16), default="", comment="identity or code")
    voucher: Mapped[str] = mapped_column(String(60), default="")
    paid_on: Mapped[date | None]
    paid_by: Mapped[str] = mapped_column(String(200), default="")


protect(Tip, "content", subject=lambda tip: f"tip:{tip.id}")
protect(TipIdentity, "person", subject=lambda identity: f"tip:{identity.tip_id}")
protect(TipEvent, "words", subject=lambda event: f"tip:{event.tip_id}")
