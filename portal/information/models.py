"""Tables of information: what was written, for whom, who has read it, and what is asked of superiors."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Released, within_tenant


class ItemKind(StrEnum):
    INFORMATION = "information"
    """信息: situation, analysis, suggestion; the office answers it."""
    BULLETIN = "bulletin"
    """简报: compiled from items."""
    ADVISORY = "advisory"
    """风险提示、提示函: goes down to units or counties, reading is receipted."""
    MATERIAL = "material"
    """资料: a document that the library keeps."""


class Level(StrEnum):
    """Who reads an item, from narrow to wide. Attachments inherit it."""

    OWN = "own"
    """The unit that wrote it."""
    OFFICE = "office"
    """Also the office."""
    CHOSEN = "chosen"
    """Also the units named in ``ItemReader``."""
    MEMBERS = "members"
    """Every unit of the body."""
    UPWARD = "upward"
    """Every unit, and the bodies above (``released_at``)."""


class Answer(StrEnum):
    ADOPTED = "adopted"
    DECLINED = "declined"
    FORWARDED = "forwarded"


class Item(Released):
    """One text of any kind. A later edition replaces its words here; the earlier ones are in ``ItemEdition``."""

    __tablename__ = "info_item"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        within_tenant("answer_unit_id", "unit"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_info_item_tenant_id_mechanism_id_filed_at", "tenant_id", "mechanism_id", "filed_at"),
        sa.Index("ix_info_item_tenant_id_mechanism_id_kind", "tenant_id", "mechanism_id", "kind", "filed_at"),
        sa.Index("ix_info_item_tenant_id_answer_due_at", "tenant_id", "mechanism_id", "answered_at", "answer_due_at"),
        sa.Index("ix_info_item_tenant_id_origin_id", "tenant_id", "origin_id"),
    )  # fmt: skip

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    unit_id: Mapped[int | None] = mapped_column(comment="who wrote it; None = the office")
    kind: Mapped[str] = mapped_column(String(16), comment="ItemKind")
    category: Mapped[str] = mapped_column(String(48), default="", comment="key in the campaign's Exchange")
    title: Mapped[str] = mapped_column(String(200))
    sections: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="situation, analysis, suggestion; or text; as typed"
    )
    text: Mapped[str] = mapped_column(Text, default="", comment="all words of it, for search and snippets")
    number: Mapped[str] = mapped_column(String(60), default="", comment="期号 or document number")
    editor: Mapped[str] = mapped_column(String(60), default="", comment="of a bulletin: post")
    level: Mapped[str] = mapped_column(String(12), comment="Level")
    edition: Mapped[int] = mapped_column(default=1)
    filed_at: Mapped[datetime]
    filed_by: Mapped[str] = mapped_column(String(200))
    request_key: Mapped[str] = mapped_column(String(40))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str] = mapped_column(String(300), default="")
    answer_due_at: Mapped[datetime | None] = mapped_column(comment="None = no answer is owed")
    answer: Mapped[str] = mapped_column(String(12), default="", comment="Answer")
    answer_unit_id: Mapped[int | None] = mapped_column(comment="unit it was forwarded to")
    answer_why: Mapped[str] = mapped_column(String(300), default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    decisions: Mapped[list[Any]] = mapped_column(
        default=list,
        comment="what the office decided, oldest first: answer ('' = taken back), why, unit, by, at; and whom it let read",
    )
    read_by_at: Mapped[datetime | None] = mapped_column(comment="of an advisory: receipt is asked until then")
    origin_tenant_id: Mapped[int | None] = mapped_column(comment="handed down from this tenant; never a key")
    origin_id: Mapped[int | None] = mapped_column(comment="the item there")
    origin_office: Mapped[str] = mapped_column(String(120), default="")
    pushed_to: Mapped[list[Any]] = mapped_column(
        default=list, comment="[{tenant_id, name, at}] of the counties it was handed to"
    )


class ItemReader(Own):
    """A unit that may read an item of ``Level.CHOSEN``, or to which an advisory is addressed."""

    __tablename__ = "info_item_reader"
    __table_args__ = (
        within_tenant("item_id", "info_item"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "item_id", "unit_id"),
        sa.Index("ix_info_item_reader_tenant_id_unit_id", "tenant_id", "unit_id", "item_id"),
    )

    item_id: Mapped[int]
    unit_id: Mapped[int]


class ItemReceipt(Released):
    """A unit, or the office (``unit_id`` None), is asked to sign for an advisory, and has when ``read_at`` is set.

    Released from the start where the item came from above: the sender sees who has it and who has not."""

    __tablename__ = "info_item_receipt"
    __table_args__ = (
        within_tenant("item_id", "info_item"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "item_id", "reader"),
        sa.Index("ix_info_item_receipt_tenant_id_origin_id", "tenant_id", "origin_id"),
        sa.Index("ix_info_item_receipt_tenant_id_unit_id", "tenant_id", "unit_id", "read_at"),
    )

    item_id: Mapped[int]
    origin_id: Mapped[int | None] = mapped_column(comment="the sender's item, when it came from above")
    unit_id: Mapped[int | None]
    reader: Mapped[str] = mapped_column(String(30), comment="unit:<id> or office")
    reply: Mapped[str] = mapped_column(String(500), default="")
    read_at: Mapped[datetime | None] = mapped_column(comment="None = not signed for yet")
    read_by: Mapped[str] = mapped_column(String(200), default="")


class ItemEdition(Released):
    """The words of one edition, with why it was changed. Who reads the item reads its editions."""

    __tablename__ = "info_item_edition"
    __table_args__ = (
        within_tenant("item_id", "info_item"),
        UniqueConstraint("tenant_id", "item_id", "number"),
    )

    item_id: Mapped[int]
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    sections: Mapped[dict[str, Any]] = mapped_column(default=dict)
    why: Mapped[str] = mapped_column(String(300), default="")
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class BulletinSource(Own):
    """An item that a bulletin took up, and who is credited for it."""

    __tablename__ = "bulletin_source"
    __table_args__ = (
        within_tenant("bulletin_id", "info_item"),
        UniqueConstraint("tenant_id", "bulletin_id", "source_tenant_id", "source_id"),
        sa.Index("ix_bulletin_source_tenant_id_source_id", "tenant_id", "source_id"),
    )

    bulletin_id: Mapped[int]
    source_tenant_id: Mapped[int] = mapped_column(comment="own, or a county's whose item was released")
    source_id: Mapped[int]
    position: Mapped[int]
    credit: Mapped[str] = mapped_column(String(120), comment="name of the unit, as printed")


class UpwardRequest(Released):
    """What a unit asks of superiors (封堵网址, 列入失信名单): through its office, which passes it on."""

    __tablename__ = "upward_request"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_upward_request_tenant_id_mechanism_id_filed_at", "tenant_id", "mechanism_id", "filed_at"),
    )  # fmt: skip

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    unit_id: Mapped[int | None]
    category: Mapped[str] = mapped_column(String(48))
    title: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(1000))
    targets: Mapped[list[Any]] = mapped_column(default=list, comment="what it is about, one str a line")
    state: Mapped[str] = mapped_column(String(12), default="filed", comment="state of its last step")
    filed_at: Mapped[datetime]
    filed_by: Mapped[str] = mapped_column(String(200))
    request_key: Mapped[str] = mapped_column(String(40))


class RequestStep(Released):
    """What became of a request: passed on, taken up, done, declined; also what superiors put here."""

    __tablename__ = "upward_request_step"
    __table_args__ = (
        within_tenant("request_id", "upward_request"),
        sa.Index("ix_upward_request_step_tenant_id_request_id", "tenant_id", "request_id"),
    )

    request_id: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), comment="passed, taken, done, declined")
    office: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(500), default="")
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
