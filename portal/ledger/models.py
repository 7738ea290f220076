"""Tables of the ledgers."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Released, Versioned, within_tenant
from portal.core.sealing import protect

_closing, _pending = sa.column("closing", String), sa.column("pending", String)
WAITING = sa.or_(_closing.in_(("proposed", "checked")), _pending != "")
"""Something waits for a second person."""
STANDING = sa.and_(sa.column("withdrawn_at").is_(None), sa.column("merged_into_id").is_(None))
"""The lists show these; in the words of ``access.COUNTS``."""


def _few(name: str, where: sa.ColumnElement[bool], *columns: str) -> sa.Index:
    """An index of the few rows that ``where`` picks out of a large table."""
    return sa.Index(name, *columns, postgresql_where=where, sqlite_where=where)


class Closing(StrEnum):
    """How far an entry is on its way out (销号). ``ENDED``: final, and its ledger asks for no 销号."""

    NONE = ""
    PROPOSED = "proposed"
    CHECKED = "checked"
    CLOSED = "closed"
    ENDED = "ended"


class Record(Versioned, Released):
    """An entry of a ledger. The portal keeps number, title, place and moment of knowing; ``values`` is the plugin's."""

    __tablename__ = "record"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        within_tenant("lead_unit_id", "unit"),
        within_tenant("merged_into_id", "record"),
        UniqueConstraint("tenant_id", "campaign", "ledger", "number"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index(
            "ix_record_tenant_id_campaign_ledger_known_at", "tenant_id", "campaign", "ledger", "known_at"
        ),
        within_tenant("pending_unit_id", "unit"),
        sa.Index("ix_record_tenant_id_lead_unit_id", "tenant_id", "lead_unit_id"),
        sa.Index("ix_record_tenant_id_merged_into_id", "tenant_id", "merged_into_id"),
        _few("ix_record_waiting", WAITING, "tenant_id", "mechanism_id"),
        _few("ix_record_look_back_on", sa.column("look_back_on").is_not(None), "tenant_id", "look_back_on"),
        _few(
            "ix_record_key_from",
            sa.column("key_from").is_not(None),
            "tenant_id",
            "campaign",
            "ledger",
            "key_from",
        ),
        sa.Index("ix_record_of_campaign", "tenant_id", "campaign", "known_at"),
        sa.Index("ix_record_of_unit", "tenant_id", "unit_id", "campaign", "ledger", "known_at"),
        sa.Index("ix_record_changed_at", "tenant_id", "campaign", "changed_at"),
        *(
            _few(f"ix_record_by_{column}", STANDING, "tenant_id", "campaign", "ledger", column, "known_at")
            for column in ("stage", "closing", "view_1", "view_2", "view_3")
        ),
        _few(
            "ix_record_counted",
            STANDING,
            "tenant_id",
            "campaign",
            "ledger",
            "stage",
            "closing",
            "view_1",
            "view_2",
            "view_3",
            "released_at",
        ),
    )

    mechanism_id: Mapped[int]
    unit_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    ledger: Mapped[str] = mapped_column(String(48))
    number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(120), default="")
    known_at: Mapped[datetime] = mapped_column(comment="moment of knowing; clocks start here")
    values: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]
    request_key: Mapped[str] = mapped_column(
        String(40), comment="from the form: a second click makes no second entry"
    )
    lead_unit_id: Mapped[int | None] = mapped_column(default=None, comment="who handles it; None = unit_id")
    stage: Mapped[str] = mapped_column(
        String(32), default="", comment="State of the ledger; '' = a plain register"
    )
    closing: Mapped[str] = mapped_column(
        String(16), default="", comment="'', proposed, checked, closed, ended"
    )
    pending: Mapped[str] = mapped_column(
        String(48), default="", comment="Step that a second person has still to agree to"
    )
    pending_by: Mapped[str] = mapped_column(String(16), default="", comment="who agrees: Who")
    pending_unit_id: Mapped[int | None] = mapped_column(default=None, comment="whose leader may agree")
    closed_on: Mapped[date | None] = mapped_column(default=None)
    look_back_on: Mapped[date | None] = mapped_column(default=None)
    key_from: Mapped[date | None] = mapped_column(
        default=None, comment="day since which it is a key matter, or will be"
    )
    view_1: Mapped[str] = mapped_column(String(48), default="", comment="value of the ledger's first view")
    view_2: Mapped[str] = mapped_column(String(48), default="")
    view_3: Mapped[str] = mapped_column(String(48), default="")
    merged_into_id: Mapped[int | None] = mapped_column(default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(
        default=None, comment="entered in error; it counts nowhere"
    )
    origin: Mapped[str] = mapped_column(String(80), default="", comment="kind:id of what it grew out of")


class RecordUnit(Released):
    """A unit that helps with an entry (协办、配合) and reads it."""

    __tablename__ = "record_unit"
    __table_args__ = (
        within_tenant("record_id", "record"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "record_id", "unit_id"),
        sa.Index("ix_record_unit_tenant_id_unit_id", "tenant_id", "unit_id", "record_id"),
    )

    record_id: Mapped[int]
    unit_id: Mapped[int]
    added_at: Mapped[datetime]


class RecordEvent(Released):
    """The story of an entry: what was changed from what to what, by whom."""

    __tablename__ = "record_event"
    __table_args__ = (
        within_tenant("record_id", "record"),
        sa.Index("ix_record_event_tenant_id_record_id", "tenant_id", "record_id"),
        sa.Index("uq_record_event_tenant_id_request_key", "tenant_id", "request_key", unique=True),
    )

    record_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="field key -> [before, after]")
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    account_id: Mapped[int | None] = mapped_column(
        default=None, comment="who did it: the second person is another one"
    )
    step: Mapped[str] = mapped_column(String(48), default="", comment="Step of the ledger that it was")
    request_key: Mapped[str | None] = mapped_column(
        String(40), default=None, comment="from the page: a second click takes no second step"
    )


class SavedFilter(Own):
    """A list of a ledger as one person wants it again: the query string of its address."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("tenant_id", "account_id", "campaign", "name"),)

    account_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(600))
    saved_at: Mapped[datetime]


class RecordImport(Own):
    """A workbook of entries that came in; nothing of it counts before a person has confirmed it. What was read is kept
    in its parts, not the file."""

    __tablename__ = "record_import"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        sa.Index("ix_record_import_tenant_id_account_id", "tenant_id", "account_id"),
    )

    mechanism_id: Mapped[int]
    unit_id: Mapped[int] = mapped_column(comment="whose entries they become")
    account_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    ledger: Mapped[str] = mapped_column(String(48))
    name: Mapped[str] = mapped_column(String(200), comment="of the file")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="kind of line -> how many")
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    error: Mapped[str] = mapped_column(String(300), default="", comment="why the rest did not enter")


class RecordImportPart(Own):
    """Some hundred lines of an import; they enter in one transaction."""

    __tablename__ = "record_import_part"
    __table_args__ = (
        within_tenant("import_id", "record_import"),
        UniqueConstraint("tenant_id", "import_id", "number"),
    )

    import_id: Mapped[int]
    number: Mapped[int]
    lines: Mapped[list[Any]] = mapped_column(comment="see importing/lines.py")
    kinds: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="kind of line -> how many")
    settled_at: Mapped[datetime | None] = mapped_column(default=None)


class NumberSeries(Own):
    """Last number given per series and year; its row lock makes the numbers gap-free."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("tenant_id", "series", "year"),)

    series: Mapped[str] = mapped_column(String(80))
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)


protect(Record, "values", subject=lambda found: f"record:{found.id}")
protect(RecordImportPart, "lines", subject=lambda part: f"record_import:{part.import_id}")
protect(RecordEvent, "changes", subject=lambda event: f"record:{event.record_id}")
