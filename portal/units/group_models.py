"""Tables of working groups (工作组) and experts (专家咨询)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Versioned, within_tenant


class WorkingGroup(Versioned, Own):
    """A group that the office set up (O-23…O-25). Posts name it in ``Post.group``."""

    __tablename__ = "working_group"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("lead_unit_id", "unit"),
        UniqueConstraint("tenant_id", "mechanism_id", "name"),
    )

    mechanism_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    lead_unit_id: Mapped[int]
    tasks: Mapped[str] = mapped_column(Text, default="")
    rules: Mapped[str] = mapped_column(
        Text, default="", comment="how it works, as far as it has rules of its own"
    )
    basis: Mapped[str] = mapped_column(String(200), default="", comment="document and article")
    since: Mapped[date]
    until: Mapped[date | None]
    end_reason: Mapped[str] = mapped_column(String(300), default="")


class GroupUnit(Own):
    """A unit of a group; the lead unit has a row as well."""

    __tablename__ = "working_group_unit"
    __table_args__ = (
        within_tenant("group_id", "working_group"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "group_id", "unit_id"),
    )

    group_id: Mapped[int]
    unit_id: Mapped[int]


class Expert(Own):
    """Somebody who is asked for an opinion. ``name`` is personal: the office alone reads it."""

    __tablename__ = "expert"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        sa.Index("ix_expert_tenant_id_mechanism_id", "tenant_id", "mechanism_id"),
    )

    mechanism_id: Mapped[int]
    field: Mapped[str] = mapped_column(String(60), comment="专业领域")
    organisation: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(60), comment="post or professional title")
    name: Mapped[str] = mapped_column(String(40), default="")
    since: Mapped[date]
    until: Mapped[date | None]
    end_reason: Mapped[str] = mapped_column(String(300), default="")


class Consultation(Own):
    """What an expert was asked and said."""

    __tablename__ = "expert_consultation"
    __table_args__ = (
        within_tenant("expert_id", "expert"),
        sa.Index("ix_expert_consultation_tenant_id_expert_id", "tenant_id", "expert_id"),
    )

    expert_id: Mapped[int]
    on: Mapped[date]
    matter: Mapped[str] = mapped_column(String(200))
    opinion: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
