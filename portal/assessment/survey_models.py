"""Tables of questionnaires, evaluations and commendations. Read by the tenant alone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Versioned, within_tenant


class SurveyKind(StrEnum):
    OPINION = "opinion"
    """征求意见: on an option, on a draft of rules (M-21, O-29)."""
    EVALUATION = "evaluation"
    SELF_CHECK = "self_check"
    MUTUAL_CHECK = "mutual_check"
    """Each unit answers about another one."""


class Survey(Versioned, Own):
    """A questionnaire. Open from ``opened_at`` to ``due_at``; what it says then is never changed."""

    __tablename__ = "survey"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("round_id", "evaluation_round"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_survey_tenant_id_mechanism_id", "tenant_id", "mechanism_id", "made_at"),
    )

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    round_id: Mapped[int | None] = mapped_column(comment="the evaluation it belongs to")
    kind: Mapped[str] = mapped_column(String(16), comment="SurveyKind")
    title: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(String(500), comment="what it is for and who reads it")
    basis: Mapped[str] = mapped_column(String(200), default="")
    questions: Mapped[list[Any]] = mapped_column(default=list, comment="[{key, label, kind, options}]")
    nameless: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(comment="before its due instant")
    shown_at: Mapped[datetime | None] = mapped_column(comment="units see the results from then on")
    pool: Mapped[list[Any]] = mapped_column(
        default=list, comment="nameless answers in no order: nothing tells whose is which, nor when it came"
    )
    request_key: Mapped[str] = mapped_column(String(40))


class SurveyAsked(Own):
    """A unit that is asked, and whether it has answered; of a nameless one no instant, no post and no answer."""

    __tablename__ = "survey_asked"
    __table_args__ = (
        within_tenant("survey_id", "survey"),
        within_tenant("unit_id", "unit"),
        within_tenant("about_id", "unit"),
        UniqueConstraint("tenant_id", "survey_id", "unit_id"),
        sa.Index("ix_survey_asked_tenant_id_unit_id", "tenant_id", "unit_id", "done"),
    )

    survey_id: Mapped[int]
    unit_id: Mapped[int]
    about_id: Mapped[int | None] = mapped_column(comment="of a mutual check: the unit it is about")
    done: Mapped[bool] = mapped_column(default=False)
    answers: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="question -> answer; {} if nameless"
    )
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    reply: Mapped[str] = mapped_column(
        String(1000), default="", comment="of the unit it is about, once shown"
    )


class EvaluationRound(Versioned, Own):
    """半年评估 of a body (D3 七): self-check, mutual check, questionnaire, interview, the office's conclusion."""

    __tablename__ = "evaluation_round"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        UniqueConstraint("tenant_id", "mechanism_id", "period"),
    )

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    period: Mapped[str] = mapped_column(String(12), comment="2026H1, as core.periods writes it")
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(200))
    closed_at: Mapped[datetime | None]
    summary: Mapped[str] = mapped_column(Text, default="")


class Conclusion(Own):
    """What the office found of one unit in a round. The unit reads it when the round has closed."""

    __tablename__ = "evaluation_conclusion"
    __table_args__ = (
        within_tenant("round_id", "evaluation_round"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "round_id", "unit_id"),
    )

    round_id: Mapped[int]
    unit_id: Mapped[int]
    interview: Mapped[str] = mapped_column(String(1000), default="", comment="what a talk with the unit gave")
    text: Mapped[str] = mapped_column(String(1000), default="")
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class Finding(Own):
    """A problem found, to be put right; becomes an order (S-10)."""

    __tablename__ = "evaluation_finding"
    __table_args__ = (
        within_tenant("round_id", "evaluation_round"),
        within_tenant("unit_id", "unit"),
        sa.Index("ix_evaluation_finding_tenant_id_round_id", "tenant_id", "round_id"),
    )

    round_id: Mapped[int]
    unit_id: Mapped[int]
    text: Mapped[str] = mapped_column(String(300))
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class Commendation(Own):
    """表彰: proposed with its grounds, decided by a named person with a document number (D0 第七条（五）, S-05)."""

    __tablename__ = "commendation"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_commendation_tenant_id_mechanism_id", "tenant_id", "mechanism_id", "proposed_at"),
    )

    mechanism_id: Mapped[int]
    unit_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    grounds: Mapped[str] = mapped_column(String(1000))
    basis: Mapped[str] = mapped_column(String(200))
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(200))
    proposed_by_id: Mapped[int | None]
    approved: Mapped[bool | None] = mapped_column(comment="None = waits for its decision")
    number: Mapped[str] = mapped_column(String(60), default="", comment="of the document")
    why: Mapped[str] = mapped_column(String(300), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    request_key: Mapped[str] = mapped_column(String(40))
