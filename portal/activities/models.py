"""Tables of public activities."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Versioned, within_tenant


class Activity(Versioned, Own):
    """One activity, entered once (Q-28). It may serve several campaigns, and several units may have taken part."""

    __tablename__ = "activity"
    __table_args__ = (
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_activity_tenant_id_held_on", "tenant_id", "held_on"),
    )

    unit_id: Mapped[int] = mapped_column(comment="the organiser, who entered it")
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(30))
    audience: Mapped[str] = mapped_column(String(30), default="", comment="五进: where it was held")
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(120), default="")
    reach: Mapped[int] = mapped_column(default=0, comment="people present")
    materials: Mapped[int] = mapped_column(default=0, comment="printed copies given out")
    hours: Mapped[int] = mapped_column(default=0, comment="学时 of a training, whole hours")
    note: Mapped[str] = mapped_column(String(500), default="")
    campaigns: Mapped[list[Any]] = mapped_column(comment="keys of the campaigns it serves")
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(String(300), default="")
    request_key: Mapped[str] = mapped_column(String(40), comment="a second click makes no second entry")


class ActivityUnit(Own):
    """A unit that took part and is credited; the organiser has a row as well."""

    __tablename__ = "activity_unit"
    __table_args__ = (
        within_tenant("activity_id", "activity"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "activity_id", "unit_id"),
        sa.Index("ix_activity_unit_tenant_id_unit_id", "tenant_id", "unit_id"),
    )

    activity_id: Mapped[int]
    unit_id: Mapped[int]


class Place(Own):
    """A place of 五进 (a village, a community, a school, an enterprise, families of a block) that activities go to."""

    __tablename__ = "activity_place"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "area", "name"),
        sa.Index("ix_activity_place_tenant_id_kind", "tenant_id", "kind"),
    )

    kind: Mapped[str] = mapped_column(String(30), comment="key of words.FIVE")
    area: Mapped[str] = mapped_column(String(40), default="", comment="township or street")
    name: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(200))
    closed_at: Mapped[datetime | None] = mapped_column(comment="no longer offered; what was held there stays")


class ActivityVisit(Own):
    """Where an activity was held, if at one of the places."""

    __tablename__ = "activity_visit"
    __table_args__ = (
        within_tenant("activity_id", "activity"),
        within_tenant("place_id", "activity_place"),
        UniqueConstraint("tenant_id", "activity_id"),
        sa.Index("ix_activity_visit_tenant_id_place_id", "tenant_id", "place_id"),
    )

    activity_id: Mapped[int]
    place_id: Mapped[int]
