"""Tables of the tenant tree."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, Subtree, new_id


class Level(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


class Tenant(Base):
    """One government level with its own data space. A shared table: names of places are no secret."""

    __tablename__ = "tenant"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id"), index=True)
    path: Mapped[str] = mapped_column(String(80), unique=True, comment="ids from the root, /1/3/7/")
    level: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(12), unique=True, comment="GB/T 2260 region code; in addresses")
    name: Mapped[str] = mapped_column(String(40), comment="own name, e.g. 郊区")
    city: Mapped[str] = mapped_column(String(40), default="", comment="name of the city above a county")

    @property
    def full_name(self) -> str:
        """A county with its city: 郊区 exists in many cities."""
        return f"{self.city}{self.name}"

    @property
    def crumbs(self) -> str:
        return f"{self.city} · {self.name}" if self.city else self.name


class CampaignSwitch(Subtree):
    """A campaign that a tenant has switched on; switching off keeps every row."""

    __tablename__ = "campaign_switch"
    __table_args__ = (UniqueConstraint("tenant_id", "campaign"),)

    campaign: Mapped[str] = mapped_column(String(48))
    label: Mapped[str] = mapped_column(String(60), comment="snapshot, for when the plugin is gone")
    enabled: Mapped[bool] = mapped_column(default=True)
    since: Mapped[date] = mapped_column(comment="first day from which reports are expected")


class PolicyChoice(Subtree):
    """本县口径: a reading that the tenant chose instead of the default. History is kept: the latest row counts."""

    __tablename__ = "policy_choice"
    __table_args__ = (
        sa.Index("ix_policy_choice_tenant_id_campaign_policy", "tenant_id", "campaign", "policy"),
    )

    campaign: Mapped[str] = mapped_column(String(48), comment="'' for the portal's own policies")
    policy: Mapped[str] = mapped_column(String(48))
    value: Mapped[str] = mapped_column(String(48))
    reason: Mapped[str] = mapped_column(String(300))
    changed_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]


class CalendarDay(Base):
    """An imported day of the State Council's calendar; goes before the packaged one. Shared."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    works: Mapped[bool]
    name: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(100), comment="document number of the notice")
