"""Tables of supervision: orders with their units and their story, and planned visits."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Versioned, within_tenant


class Stage(StrEnum):
    """How far an order is; follows from its steps (``states.fold``)."""

    OPEN = "open"
    PROPOSED = "proposed"
    """申请销号: the lead unit says it is done."""
    CHECKED = "checked"
    """审核: one person of the office agrees; a second one closes."""
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class StepKind(StrEnum):
    ASSIGN = "assign"
    SIGN = "sign"
    FEED = "feed"
    URGE = "urge"
    HAND_UP = "hand_up"
    INSTRUCT = "instruct"
    PROPOSE = "propose"
    CHECK = "check"
    RETURN = "return"
    CLOSE = "close"
    KEEP = "keep"
    """回头看: looked back at, stays closed."""
    REOPEN = "reopen"
    REASSIGN = "reassign"
    WITHDRAW = "withdraw"
    PAPER = "paper"
    """A slip or letter was issued for it as an official document."""


class Cadence(StrEnum):
    """How often units feed back before the due date."""

    NONE = "none"
    WEEKLY = "weekly"
    HALF_MONTHLY = "half_monthly"
    MONTHLY = "monthly"


class Colour(StrEnum):
    """三色督办单."""

    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


class OrderSeries(Own):
    """The last number of a body and year: locked until the order is stored, so that numbers have no gaps."""

    __tablename__ = "supervision_series"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        UniqueConstraint("tenant_id", "mechanism_id", "year"),
    )

    mechanism_id: Mapped[int]
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)


class Order(Own):
    """One matter under supervision. The columns from ``stage`` on are what ``states.fold`` makes of the steps."""

    __tablename__ = "supervision_order"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("lead_id", "unit"),
        within_tenant("deadline_id", "deadline"),
        UniqueConstraint("tenant_id", "request_key"),
        UniqueConstraint("tenant_id", "mechanism_id", "year", "seq"),
        sa.Index("ix_supervision_order_tenant_id_subject", "tenant_id", "subject"),
        sa.Index("ix_supervision_order_tenant_id_lead_id", "tenant_id", "lead_id"),
        sa.Index("ix_supervision_order_tenant_id_stage", "tenant_id", "mechanism_id", "stage"),
    )

    mechanism_id: Mapped[int]
    year: Mapped[int]
    seq: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    requirements: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(20), comment="kind of its subject, or leader, superior, other")
    subject: Mapped[str] = mapped_column(String(60), default="", comment="type:id of what it grew out of")
    label: Mapped[str] = mapped_column(String(200), default="", comment="its source as printed, a snapshot")
    clause: Mapped[str] = mapped_column(String(200), default="", comment="what it rests on, in words")
    lead_id: Mapped[int]
    person: Mapped[str] = mapped_column(String(60), default="", comment="post of who is responsible")
    cadence: Mapped[str] = mapped_column(String(16), default=Cadence.NONE.value)
    listed_by: Mapped[str] = mapped_column(
        String(80), default="", comment="挂牌督办: the body that listed it"
    )
    assigned_at: Mapped[datetime]
    assigned_by: Mapped[str] = mapped_column(String(200))
    request_key: Mapped[str] = mapped_column(String(60))
    deadline_id: Mapped[int | None] = mapped_column(comment="the clock of the present round")
    version: Mapped[int] = mapped_column(
        default=1, comment="what is decided about it; units may sign and feed"
    )
    stage: Mapped[str] = mapped_column(String(12), default=Stage.OPEN.value)
    round: Mapped[int] = mapped_column(default=1, comment="2 = reopened once, under the same number")
    fed_at: Mapped[datetime | None] = mapped_column(comment="last feedback of the lead unit in this round")
    returned_at: Mapped[datetime | None] = mapped_column(comment="sent back, nothing said since")
    feedback_due: Mapped[date | None]
    handed_up_at: Mapped[datetime | None] = mapped_column(comment="waits for a leader's instruction")
    closed_at: Mapped[datetime | None]
    look_back_on: Mapped[date | None] = mapped_column(
        comment="回头看 is due on this day; None = none, or done"
    )


class OrderUnit(Own):
    """A unit that works on an order; ``left_at``: it was relieved of it."""

    __tablename__ = "supervision_unit"
    __table_args__ = (
        within_tenant("order_id", "supervision_order"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "order_id", "unit_id"),
        sa.Index("ix_supervision_unit_tenant_id_unit_id", "tenant_id", "unit_id", "order_id"),
    )

    order_id: Mapped[int]
    unit_id: Mapped[int]
    lead: Mapped[bool]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str] = mapped_column(String(200), default="")
    left_at: Mapped[datetime | None]


class OrderStep(Own):
    """One step of an order's story; never changed."""

    __tablename__ = "supervision_step"
    __table_args__ = (
        within_tenant("order_id", "supervision_order"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_supervision_step_tenant_id_order_id", "tenant_id", "order_id", "at"),
    )

    order_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12), comment="StepKind")
    unit_id: Mapped[int | None] = mapped_column(
        comment="whose step it is, or whom it is addressed to; None = all"
    )
    text: Mapped[str] = mapped_column(Text, default="", comment="progress, reason, opinion or instruction")
    problems: Mapped[str] = mapped_column(Text, default="")
    plan: Mapped[str] = mapped_column(Text, default="", comment="next step")
    colour: Mapped[str] = mapped_column(String(8), default="", comment="Colour of a slip")
    data: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="lead, due, look_back_on, link, label, number, old, new"
    )
    by: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int | None] = mapped_column(comment="account; who checks does not close")
    at: Mapped[datetime]
    request_key: Mapped[str | None] = mapped_column(String(60))


class Visit(Versioned, Own):
    """A planned inspection (督导检查) of one or more units, and what came of it."""

    __tablename__ = "supervision_visit"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_supervision_visit_tenant_id_month", "tenant_id", "month"),
        sa.Index("ix_supervision_visit_tenant_id_mechanism_id", "tenant_id", "mechanism_id", "month"),
    )

    mechanism_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    month: Mapped[str] = mapped_column(String(7), comment="YYYY-MM")
    on: Mapped[date | None] = mapped_column(comment="the day, once it is known")
    by_whom: Mapped[str] = mapped_column(String(120))
    basis: Mapped[str] = mapped_column(String(200))
    clash_why: Mapped[str] = mapped_column(
        String(300), default="", comment="why a unit is asked twice in one month"
    )
    planned_at: Mapped[datetime]
    planned_by: Mapped[str] = mapped_column(String(200))
    cancelled_at: Mapped[datetime | None]
    cancelled_why: Mapped[str] = mapped_column(String(300), default="")
    request_key: Mapped[str] = mapped_column(String(60))


class VisitUnit(Own):
    """One unit of a visit: when it was seen, what was found. ``done_on`` None = still to come."""

    __tablename__ = "supervision_visit_unit"
    __table_args__ = (
        within_tenant("visit_id", "supervision_visit"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "visit_id", "unit_id"),
        sa.Index("ix_supervision_visit_unit_tenant_id_unit_id", "tenant_id", "unit_id", "visit_id"),
    )

    visit_id: Mapped[int]
    unit_id: Mapped[int]
    done_on: Mapped[date | None]
    result: Mapped[str] = mapped_column(String(1000), default="")
    problems: Mapped[str] = mapped_column(String(1000), default="", comment="'' = none found")
    recorded_at: Mapped[datetime | None]
    recorded_by: Mapped[str] = mapped_column(String(200), default="")
