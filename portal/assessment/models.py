"""Tables of the ladder and of the score. Read by the tenant alone: superiors see none of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, within_tenant


class MeasureState(StrEnum):
    PROPOSED = "proposed"
    """The unit was told and may object; then the decider decides."""
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    """Not taken by the decider."""
    WITHDRAWN = "withdrawn"
    """Taken back by the office before a decision."""
    DROPPED = "dropped"
    """Derived by the portal, and the office does not propose it; the unit was never told."""


class Answer(StrEnum):
    WAIVED = "waived"
    OBJECTED = "objected"


class Measure(Own):
    """One step of the ladder for one unit, from the proposal to its end. No column says "in force": see ``in_force``."""

    __tablename__ = "measure"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "request_key"),
        UniqueConstraint("tenant_id", "mechanism_id", "unit_id", "mark"),
        sa.Index("ix_measure_tenant_id_mechanism_id_state", "tenant_id", "mechanism_id", "state", "proposed_at"),
        sa.Index("ix_measure_tenant_id_unit_id", "tenant_id", "unit_id", "proposed_at"),
    )  # fmt: skip

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    unit_id: Mapped[int]
    rung: Mapped[str] = mapped_column(String(48), comment="key in the campaign's ladder")
    label: Mapped[str] = mapped_column(String(60), comment="of the rung, as it was called then")
    basis: Mapped[str] = mapped_column(String(300), comment="document and article")
    decider: Mapped[str] = mapped_column(
        String(48),
        default="",
        comment="roster line whose leader decides; '' = convenor or head of the office",
    )
    trigger: Mapped[str] = mapped_column(String(48), default="", comment="key of the declared trigger")
    reason: Mapped[str] = mapped_column(String(1000))
    evidence: Mapped[list[Any]] = mapped_column(default=list, comment="[{text, subject, period}]")
    obligation: Mapped[str] = mapped_column(
        String(48), default="", comment="whose misses it was derived from"
    )
    periods: Mapped[list[Any]] = mapped_column(
        default=list, comment="keys of the missed periods, oldest first"
    )
    mark: Mapped[str | None] = mapped_column(String(80), comment="obligation:last period; None = by hand")
    skipped_why: Mapped[str] = mapped_column(
        String(300), default="", comment="why milder steps were left out"
    )
    state: Mapped[str] = mapped_column(String(12), comment="MeasureState")
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(200))
    proposed_by_id: Mapped[int | None]
    object_by: Mapped[datetime] = mapped_column(comment="last instant on which the unit may object")
    object_span: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="the rule with its result")
    answer: Mapped[str] = mapped_column(String(12), default="", comment="Answer; '' = none so far")
    objection: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    answered_by_id: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[int | None]
    decision_why: Mapped[str] = mapped_column(String(1000), default="")
    number: Mapped[str] = mapped_column(
        String(60), default="", comment="of the document that carries the decision"
    )
    starts_on: Mapped[date | None] = mapped_column(comment="of a step that lasts")
    ends_on: Mapped[date | None] = mapped_column(comment="last day, inclusive")
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(String(200), default="")
    lifted_why: Mapped[str] = mapped_column(String(1000), default="")
    request_key: Mapped[str] = mapped_column(String(40))


class MeasureTalk(Own):
    """约谈记录: one for each talk. Persons are named by their posts."""

    __tablename__ = "measure_talk"
    __table_args__ = (
        within_tenant("measure_id", "measure"),
        UniqueConstraint("tenant_id", "measure_id"),
    )

    measure_id: Mapped[int]
    held_on: Mapped[date]
    attendees: Mapped[list[Any]] = mapped_column(default=list, comment="posts, one str each")
    problems: Mapped[str] = mapped_column(Text)
    statement: Mapped[str] = mapped_column(Text, comment="what the unit undertakes")
    rectify_by: Mapped[date]
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class ScoreSheet(Own):
    """The score of one body in one year. ``draft`` is what the office edits; units see published versions only."""

    __tablename__ = "score_sheet"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        UniqueConstraint("tenant_id", "mechanism_id", "year"),
    )

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    year: Mapped[int]
    draft: Mapped[list[Any]] = mapped_column(
        default=list,
        comment="[{key, label, kind, most, each, obligation, late, basis}]; points in hundredths",
    )
    draft_edition: Mapped[int] = mapped_column(default=1, comment="counts every change of the draft")
    version: Mapped[int] = mapped_column(default=0, comment="latest published; 0 = none")
    published_at: Mapped[datetime | None] = mapped_column(comment="of the first version")
    closed_at: Mapped[datetime | None] = mapped_column(comment="定档")
    closed_by: Mapped[str] = mapped_column(String(200), default="")
    closed_number: Mapped[str] = mapped_column(String(60), default="")


class ScoreVersion(Own):
    """What was published, unchanged for ever."""

    __tablename__ = "score_version"
    __table_args__ = (
        within_tenant("sheet_id", "score_sheet"),
        UniqueConstraint("tenant_id", "sheet_id", "number"),
    )

    sheet_id: Mapped[int]
    number: Mapped[int]
    lines: Mapped[list[Any]] = mapped_column(default=list, comment="as ScoreSheet.draft")
    why: Mapped[str] = mapped_column(String(300), default="", comment="of the change; '' = the first")
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class ScoreEvent(Own):
    """Something a person entered for a line of the sheet. What follows from obligations is derived, not stored."""

    __tablename__ = "score_event"
    __table_args__ = (
        within_tenant("sheet_id", "score_sheet"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_score_event_tenant_id_sheet_id_unit_id", "tenant_id", "sheet_id", "unit_id"),
    )

    sheet_id: Mapped[int]
    unit_id: Mapped[int]
    line: Mapped[str] = mapped_column(String(48), comment="key of the line")
    points: Mapped[int | None] = mapped_column(
        comment="hundredths, unsigned; None = as much as the line says"
    )
    happened_on: Mapped[date]
    evidence: Mapped[str] = mapped_column(String(500))
    page: Mapped[str] = mapped_column(String(200), default="", comment="path of the record that shows it")
    by: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int | None]
    at: Mapped[datetime]
    object_by: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(200), default="")
    withdrawn_why: Mapped[str] = mapped_column(String(300), default="")
    request_key: Mapped[str] = mapped_column(String(40))


class ScoreObjection(Own):
    """申诉 against one event of the unit's own sheet, entered or derived."""

    __tablename__ = "score_objection"
    __table_args__ = (
        within_tenant("sheet_id", "score_sheet"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "sheet_id", "unit_id", "event"),
        sa.Index("ix_score_objection_tenant_id_answered_at", "tenant_id", "answered_at", "sheet_id"),
    )

    sheet_id: Mapped[int]
    unit_id: Mapped[int]
    line: Mapped[str] = mapped_column(String(48))
    event: Mapped[str] = mapped_column(
        String(120), comment="event:<id>, or obligation:period of a derived one"
    )
    text: Mapped[str] = mapped_column(String(1000))
    by: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int | None]
    at: Mapped[datetime]
    upheld: Mapped[bool | None] = mapped_column(
        comment="None = not answered; True = the event no longer counts"
    )
    answer: Mapped[str] = mapped_column(String(1000), default="")
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    answered_at: Mapped[datetime | None]


class ScoreResult(Own):
    """How a unit stood when the year was closed, line by line, so that later changes do not touch it."""

    __tablename__ = "score_result"
    __table_args__ = (
        within_tenant("sheet_id", "score_sheet"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "sheet_id", "unit_id"),
    )

    sheet_id: Mapped[int]
    unit_id: Mapped[int]
    total: Mapped[int] = mapped_column(comment="hundredths")
    lines: Mapped[list[Any]] = mapped_column(default=list, comment="the addition, as shown")
