"""Tables of official documents: the paper, its versions, its story, who got it, and the register of numbers."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Versioned, within_tenant
from portal.core.sealing import protect


class State(StrEnum):
    """How far a paper has come; each one waits for the step after it."""

    DRAFT = "draft"
    CHECKING = "checking"
    """待核稿."""
    SIGNING = "signing"
    """待签发."""
    SIGNED = "signed"
    """Its text is frozen; it waits for its number."""
    NUMBERED = "numbered"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"
    """After it was issued: units are told, the number stays used."""
    VOID = "void"
    """Before it was issued; a number that it had is void with it."""


class Paper(Versioned, Own):
    """One official document. Its words stand here and, from the first 送核 on, in ``PaperVersion``."""

    __tablename__ = "paper"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_paper_tenant_id_mechanism_id_state", "tenant_id", "mechanism_id", "state", "changed_at"),
        sa.Index("ix_paper_tenant_id_mechanism_id_listed_at", "tenant_id", "mechanism_id", "listed_at"),
        sa.Index("ix_paper_tenant_id_subject", "tenant_id", "subject"),
    )

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    template: Mapped[str] = mapped_column(String(48), comment="key of a document template")
    type: Mapped[str] = mapped_column(String(16), comment="DocumentType")
    state: Mapped[str] = mapped_column(String(12), default=State.DRAFT.value, comment="State")
    subject: Mapped[str] = mapped_column(String(60), default="", comment="type:id of what it grew out of")
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, default="", comment="one paragraph a line")
    values: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="answers to the template's fields")
    terms: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="addressees, copies, note and what else is printed; see writing.Terms"
    )
    edition: Mapped[int] = mapped_column(default=0, comment="number of the version last sent for checking")
    number: Mapped[str] = mapped_column(String(60), default="", comment="as printed; '' = not given")
    number_at: Mapped[datetime | None]
    sent_by: Mapped[int | None] = mapped_column(
        comment="account that sent it for checking; may not check or sign it"
    )
    signer: Mapped[str] = mapped_column(String(200), default="", comment="who signed: unit and post")
    day: Mapped[date | None] = mapped_column(comment="成文日期: when it was signed")
    issued_at: Mapped[datetime | None]
    listed_at: Mapped[datetime] = mapped_column(comment="orders the register: issued, else changed")
    ended_why: Mapped[str] = mapped_column(String(300), default="", comment="of withdrawing or voiding")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(200))
    request_key: Mapped[str] = mapped_column(String(40))


class PaperVersion(Own):
    """What was sent for checking, never changed; the last one is what is signed."""

    __tablename__ = "paper_version"
    __table_args__ = (
        within_tenant("paper_id", "paper"),
        UniqueConstraint("tenant_id", "paper_id", "number"),
    )

    paper_id: Mapped[int]
    number: Mapped[int]
    template: Mapped[str] = mapped_column(String(48))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, default="")
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    terms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sha256: Mapped[str] = mapped_column(String(64), comment="of all its words")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(200))


class PaperStep(Own):
    """The story: who did what, when, with which version, and why."""

    __tablename__ = "paper_step"
    __table_args__ = (
        within_tenant("paper_id", "paper"),
        sa.Index("ix_paper_step_tenant_id_paper_id", "tenant_id", "paper_id"),
    )

    paper_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12), comment="story.Kind")
    edition: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(500), default="")
    account_id: Mapped[int | None]
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class PaperReceipt(Own):
    """A unit to which a paper was issued; signed for when ``read_at`` is set."""

    __tablename__ = "paper_receipt"
    __table_args__ = (
        within_tenant("paper_id", "paper"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "paper_id", "unit_id"),
        sa.Index("ix_paper_receipt_tenant_id_unit_id", "tenant_id", "unit_id", "read_at"),
    )

    paper_id: Mapped[int]
    unit_id: Mapped[int]
    main: Mapped[bool] = mapped_column(comment="主送, else 抄送")
    read_at: Mapped[datetime | None] = mapped_column(comment="None = not signed for yet")
    read_by: Mapped[str] = mapped_column(String(200), default="")


class PaperSeries(Own):
    """Numbers of one 机关代字 in one year. Its row is locked while one is given, so that there is no gap."""

    __tablename__ = "paper_series"
    __table_args__ = (UniqueConstraint("tenant_id", "code", "year"),)

    code: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    first: Mapped[int] = mapped_column(default=1, comment="numbers before it were given outside the portal")
    last: Mapped[int] = mapped_column(default=0, comment="given last; first - 1 = none yet")


class NumberState(StrEnum):
    USED = "used"
    RESERVED = "reserved"
    VOID = "void"


class PaperNumber(Own):
    """One number that was given: to a paper, to a purpose, or void."""

    __tablename__ = "paper_number"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("paper_id", "paper"),
        UniqueConstraint("tenant_id", "code", "year", "n"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_paper_number_tenant_id_paper_id", "tenant_id", "paper_id"),
    )

    mechanism_id: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    n: Mapped[int]
    text: Mapped[str] = mapped_column(String(60), comment="as printed")
    state: Mapped[str] = mapped_column(String(10), comment="NumberState")
    paper_id: Mapped[int | None]
    purpose: Mapped[str] = mapped_column(String(200), default="", comment="what it was reserved for")
    why: Mapped[str] = mapped_column(String(300), default="", comment="why it is void")
    request_key: Mapped[str | None] = mapped_column(
        String(60), comment="of a reservation: pressed twice, made once"
    )
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(200))


protect(Paper, "values", subject=lambda found: f"paper:{found.id}")
protect(PaperVersion, "values", subject=lambda found: f"paper:{found.paper_id}")
