"""Tables of transfers: a row at each side, in its own tenant; the two carry the same public key."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Versioned, within_tenant
from portal.core.sealing import protect


class Side(StrEnum):
    OUT = "out"
    """Of the sender."""
    IN = "in"
    """Of the receiver; its state is the true one, the sender's row follows it."""
    ABOVE = "above"
    """Of the superior that decides on a dispute."""


class State(StrEnum):
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DONE = "done"
    """The result came back."""
    WITHDRAWN = "withdrawn"
    KEPT = "kept"
    """The superior decided that the sender keeps it."""


class Role(StrEnum):
    """What the superior's decision made of a side."""

    NONE = ""
    LEAD = "lead"
    SUPPORT = "support"


class Transfer(Versioned, Own):
    """One side of a transfer. What the other side may know of it stands in both rows."""

    __tablename__ = "transfer"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        within_tenant("record_id", "record"),
        UniqueConstraint("tenant_id", "public_key", "side"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_transfer_tenant_id_mechanism_id_side_sent_at", "tenant_id", "mechanism_id", "side", "sent_at"),
        sa.Index("ix_transfer_tenant_id_unit_id_state", "tenant_id", "unit_id", "state"),
        sa.Index("ix_transfer_tenant_id_record_id", "tenant_id", "record_id"),
    )  # fmt: skip

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    public_key: Mapped[str] = mapped_column(String(43), comment="the same in both rows")
    request_key: Mapped[str | None] = mapped_column(String(48), comment="of the sender's row; a second click")
    side: Mapped[str] = mapped_column(String(8))
    twin_tenant_id: Mapped[int] = mapped_column(comment="tenant of the other row; it may be this one")
    reach: Mapped[str] = mapped_column(String(16), comment="Reach")
    handing: Mapped[str] = mapped_column(String(48))
    label: Mapped[str] = mapped_column(String(80), comment="of the handing, should the plugin go")
    number: Mapped[str] = mapped_column(String(40), comment="of the sender")
    unit_id: Mapped[int | None] = mapped_column(comment="of this side; None = the office")
    from_name: Mapped[str] = mapped_column(String(160))
    to_name: Mapped[str] = mapped_column(String(160))
    record_id: Mapped[int | None] = mapped_column(comment="the entry of this side")
    ledger: Mapped[str] = mapped_column(String(48))
    title: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(120), default="")
    carried: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="field key -> value, as handed over"
    )
    reason: Mapped[str] = mapped_column(Text, default="")
    asked: Mapped[str] = mapped_column(Text, default="")
    jurisdiction: Mapped[str] = mapped_column(
        Text, default="", comment="why there, or why elsewhere than the rule says"
    )
    state: Mapped[str] = mapped_column(String(16), default=State.SENT.value)
    sent_at: Mapped[datetime]
    sent_by: Mapped[str] = mapped_column(String(200))
    accept_due: Mapped[datetime | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None, comment="accepted or refused")
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int | None] = mapped_column(default=None, comment="account; at the receiver alone")
    refusal: Mapped[str] = mapped_column(Text, default="")
    result_due: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[str] = mapped_column(String(48), default="")
    outcome_label: Mapped[str] = mapped_column(String(80), default="")
    result: Mapped[str] = mapped_column(Text, default="")
    result_on: Mapped[date | None] = mapped_column(default=None)
    result_at: Mapped[datetime | None] = mapped_column(default=None)
    there_number: Mapped[str] = mapped_column(String(40), default="", comment="of the receiver's entry")
    there_stage: Mapped[str] = mapped_column(String(80), default="", comment="label of its stage")
    there_closed_on: Mapped[date | None] = mapped_column(default=None)
    dispute: Mapped[str] = mapped_column(String(8), default="", comment="'', open, decided")
    role: Mapped[str] = mapped_column(String(8), default="", comment="Role of this side")
    noted_at: Mapped[datetime | None] = mapped_column(
        default=None, comment="the sender has taken note of refusal, result or decision"
    )
    paper_number: Mapped[str] = mapped_column(
        String(60), default="", comment="of the letter issued by this side"
    )


class TransferStep(Own):
    """The story of a transfer; each side has its own copy of what both know."""

    __tablename__ = "transfer_step"
    __table_args__ = (
        within_tenant("transfer_id", "transfer"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_transfer_step_tenant_id_transfer_id", "tenant_id", "transfer_id"),
    )

    transfer_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text, default="")
    extra: Mapped[str] = mapped_column(String(300), default="", comment="a unit, a number, an outcome")
    by: Mapped[str] = mapped_column(String(240))
    at: Mapped[datetime]
    request_key: Mapped[str | None] = mapped_column(String(48), default=None)


class TransferDispute(Versioned, Own):
    """争议报请: whose matter it is, brought before the common superior; a row at each county and one above."""

    __tablename__ = "transfer_dispute"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("transfer_id", "transfer"),
        UniqueConstraint("tenant_id", "public_key"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_transfer_dispute_tenant_id_mechanism_id_raised_at", "tenant_id", "mechanism_id", "raised_at"),
        sa.Index("ix_transfer_dispute_tenant_id_transfer_id", "tenant_id", "transfer_id"),
    )  # fmt: skip

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    public_key: Mapped[str] = mapped_column(String(43))
    request_key: Mapped[str | None] = mapped_column(String(48))
    side: Mapped[str] = mapped_column(String(8))
    transfer_id: Mapped[int | None]
    transfer_key: Mapped[str] = mapped_column(String(43), comment="public key of the transfer")
    number: Mapped[str] = mapped_column(String(40))
    transfer_number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    out_tenant_id: Mapped[int]
    in_tenant_id: Mapped[int]
    above_tenant_id: Mapped[int]
    from_name: Mapped[str] = mapped_column(String(160))
    to_name: Mapped[str] = mapped_column(String(160))
    raised_side: Mapped[str] = mapped_column(String(8))
    raised_at: Mapped[datetime]
    raised_by: Mapped[str] = mapped_column(String(240))
    out_words: Mapped[str] = mapped_column(Text, default="")
    in_words: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12), default="open", comment="open, decided, withdrawn")
    lead: Mapped[str] = mapped_column(String(8), default="", comment="side that has it")
    decision_number: Mapped[str] = mapped_column(String(60), default="")
    decision: Mapped[str] = mapped_column(Text, default="")
    decided_on: Mapped[date | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by: Mapped[str] = mapped_column(String(240), default="")


protect(Transfer, "carried", subject=lambda row: f"transfer:{row.id}")
