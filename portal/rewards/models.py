"""Tables of rewards: the application in its unit's tenant, its story, and the claim in the tenant that decides and pays."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Released, Versioned, within_tenant


class RewardApplication(Versioned, Released):
    """One application for one case. Its ``state`` counts wherever it is dealt with; superiors see it once it is sent."""

    __tablename__ = "reward_application"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        within_tenant("record_id", "record"),
        UniqueConstraint("tenant_id", "campaign", "scheme", "number_key"),
        UniqueConstraint("tenant_id", "record_id", "scheme"),
        sa.Index("ix_reward_application_tenant_id_mechanism_id", "tenant_id", "mechanism_id", "changed_at"),
        sa.Index("ix_reward_application_tenant_id_unit_id", "tenant_id", "unit_id", "state"),
    )

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    scheme: Mapped[str] = mapped_column(String(48))
    unit_id: Mapped[int]
    unit_name: Mapped[str] = mapped_column(String(80))
    record_id: Mapped[int]
    record_number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    case_number: Mapped[str] = mapped_column(String(60), comment="of the decision to file, as entered")
    number_key: Mapped[str] = mapped_column(
        String(60), comment="the same without what people write differently"
    )
    state: Mapped[str] = mapped_column(String(12), comment="State")
    payer_tenant_id: Mapped[int] = mapped_column(comment="tenant that decides and pays; never a key")
    payer_office: Mapped[str] = mapped_column(String(120))
    materials: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="material key -> files as sent: id, name, size, sha256"
    )
    facts: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="values of the entry that went into the sheet"
    )
    sheet: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="the calculation as it was made; {} = none yet"
    )
    amount: Mapped[int] = mapped_column(default=0, comment="fen")
    tier: Mapped[str] = mapped_column(String(32), default="")
    shares: Mapped[list[Any]] = mapped_column(default=list, comment="[{who, why, fen}] of the distribution")
    sent_at: Mapped[datetime | None]
    approved_on: Mapped[date | None]
    paid_on: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]


class RewardStep(Released):
    """Who did what to an application, when, and why; ``facts`` holds number, day and file of what was decided."""

    __tablename__ = "reward_step"
    __table_args__ = (
        within_tenant("application_id", "reward_application"),
        sa.Index("ix_reward_step_tenant_id_application_id", "tenant_id", "application_id"),
    )

    application_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16), comment="Kind")
    note: Mapped[str] = mapped_column(String(500), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    account_id: Mapped[int | None]
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class RewardClaim(Own):
    """The same application where it is decided and paid. Its key keeps a case to one application in all counties."""

    __tablename__ = "reward_claim"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "campaign", "scheme", "number_key"),
        UniqueConstraint("tenant_id", "application_id"),
        sa.Index(
            "ix_reward_claim_tenant_id_mechanism_id_state", "tenant_id", "mechanism_id", "state", "changed_at"
        ),
        sa.Index("ix_reward_claim_tenant_id_unit_id_paid_on", "tenant_id", "unit_id", "paid_on"),
    )

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    scheme: Mapped[str] = mapped_column(String(48))
    unit_id: Mapped[int | None] = mapped_column(
        comment="the paying unit: the body's lead; None = only its office"
    )
    from_tenant_id: Mapped[int] = mapped_column(comment="tenant of the application; never a key")
    application_id: Mapped[int]
    record_id: Mapped[int] = mapped_column(comment="the case there; its files are read with the claim")
    place: Mapped[str] = mapped_column(String(80))
    unit_name: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(120))
    case_number: Mapped[str] = mapped_column(String(60))
    number_key: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(12))
    amount: Mapped[int] = mapped_column(default=0, comment="fen")
    tier: Mapped[str] = mapped_column(String(32), default="")
    paid_on: Mapped[date | None]
    changed_at: Mapped[datetime]
