"""Tables of meetings: topics, what was convened and who replied, the minutes and what was decided."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Versioned, within_tenant


class Topic(Versioned, Own):
    """议题: a unit, or the office, asks for a meeting on something; the instants say how far it has come.

    ``returned_at`` is cleared when the applicant files it again; ``story`` keeps every step."""

    __tablename__ = "meeting_topic"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_meeting_topic_tenant_id_mechanism_id_filed_at", "tenant_id", "mechanism_id", "filed_at"),
    )

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    unit_id: Mapped[int | None] = mapped_column(comment="who applied; None = the office")
    title: Mapped[str] = mapped_column(String(120))
    grounds: Mapped[str] = mapped_column(Text, comment="why a meeting is needed, what is to be decided")
    wished: Mapped[str] = mapped_column(
        String(300), default="", comment="units it should be discussed with, as typed"
    )
    filed_at: Mapped[datetime]
    filed_by: Mapped[str] = mapped_column(String(200))
    returned_at: Mapped[datetime | None] = mapped_column(comment="by the office, to be put right")
    passed_on_at: Mapped[datetime | None] = mapped_column(comment="by the office, to the convenors")
    opinion: Mapped[str] = mapped_column(String(500), default="", comment="the office's")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decision: Mapped[str] = mapped_column(String(16), default="", comment="MeetingType, or none")
    decision_unit_ids: Mapped[list[Any]] = mapped_column(
        default=list, comment="units named for a partial meeting, int"
    )
    decision_why: Mapped[str] = mapped_column(String(500), default="")
    taken_back_at: Mapped[datetime | None] = mapped_column(comment="by the applicant")
    story: Mapped[list[Any]] = mapped_column(default=list, comment="[{what, at, by, text}], oldest first")
    request_key: Mapped[str] = mapped_column(String(40))


class Meeting(Versioned, Own):
    """A meeting that was convened. It is held when the office says so, never by the passing of its day."""

    __tablename__ = "meeting"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        UniqueConstraint("tenant_id", "request_key"),
        UniqueConstraint("tenant_id", "mechanism_id", "type", "year", "serial"),
        sa.Index("ix_meeting_tenant_id_mechanism_id_starts_at", "tenant_id", "mechanism_id", "starts_at"),
        sa.Index("ix_meeting_tenant_id_starts_at", "tenant_id", "starts_at"),
    )

    mechanism_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    type: Mapped[str] = mapped_column(String(16), comment="MeetingType")
    year: Mapped[int]
    serial: Mapped[int | None] = mapped_column(
        comment="第N次 of its kind in the year; None once it was cancelled"
    )
    title: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(comment="how long it is planned to last")
    place: Mapped[str] = mapped_column(String(120))
    chair: Mapped[str] = mapped_column(String(30), comment="PostKind of who presides")
    contact: Mapped[str] = mapped_column(String(120), default="", comment="post and office telephone")
    requirements: Mapped[str] = mapped_column(String(1000), default="")
    reply_by: Mapped[datetime]
    called_at: Mapped[datetime]
    called_by: Mapped[str] = mapped_column(String(200))
    cancelled_at: Mapped[datetime | None]
    cancelled_why: Mapped[str] = mapped_column(String(300), default="")
    held_at: Mapped[datetime | None] = mapped_column(comment="when the office said that it was held")
    held_by: Mapped[str] = mapped_column(String(200), default="")
    lasted: Mapped[int | None] = mapped_column(comment="minutes it really took")
    document_number: Mapped[str] = mapped_column(
        String(60), default="", comment="of the notice, when it was issued"
    )
    story: Mapped[list[Any]] = mapped_column(
        default=list, comment="moved, cancelled, …: [{what, at, by, text}]"
    )
    request_key: Mapped[str] = mapped_column(String(40))


class AgendaItem(Own):
    """One line of the agenda. Its papers are attachments of the subject ``agenda:<id>``."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        within_tenant("meeting_id", "meeting"),
        within_tenant("unit_id", "unit"),
        within_tenant("topic_id", "meeting_topic"),
        sa.Index("ix_agenda_item_tenant_id_meeting_id", "tenant_id", "meeting_id", "position"),
        sa.Index("ix_agenda_item_tenant_id_topic_id", "tenant_id", "topic_id"),
    )

    meeting_id: Mapped[int]
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    unit_id: Mapped[int | None] = mapped_column(comment="who reports; None = the office")
    minutes: Mapped[int] = mapped_column(default=0, comment="0 = not said")
    topic_id: Mapped[int | None]


class Invitation(Versioned, Own):
    """A unit is asked to a meeting; its reply, how it was changed, and whether it came."""

    __tablename__ = "invitation"
    __table_args__ = (
        within_tenant("meeting_id", "meeting"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "meeting_id", "unit_id"),
        sa.Index("ix_invitation_tenant_id_unit_id", "tenant_id", "unit_id", "meeting_id"),
    )

    meeting_id: Mapped[int]
    unit_id: Mapped[int]
    observes: Mapped[bool] = mapped_column(default=False, comment="列席 instead of 出席")
    reply: Mapped[str] = mapped_column(String(12), default="", comment="Reply; '' = none yet")
    attendee: Mapped[str] = mapped_column(
        String(60), default="", comment="post of who comes (副局长), perhaps with name"
    )
    rank: Mapped[str] = mapped_column(
        String(20), default="", comment="job rank of who comes, see units/posts.RANKS"
    )
    expected_rank: Mapped[str] = mapped_column(
        String(20), default="", comment="job rank of who should have come"
    )
    reason: Mapped[str] = mapped_column(String(300), default="", comment="of a leave or a substitute")
    below_why: Mapped[str] = mapped_column(
        String(300), default="", comment="why somebody of a lower rank comes; '' = the rank is not lower"
    )
    opinion: Mapped[str] = mapped_column(
        String(500), default="", comment="the unit's on the agenda, asked beforehand"
    )
    replied_at: Mapped[datetime | None]
    replied_by: Mapped[str] = mapped_column(String(200), default="")
    late: Mapped[bool] = mapped_column(default=False, comment="first replied after reply_by")
    earlier: Mapped[list[Any]] = mapped_column(
        default=list, comment="replies before this one: [{reply, attendee, …}]"
    )
    present: Mapped[bool | None] = mapped_column(comment="None = not marked")
    came: Mapped[str] = mapped_column(
        String(60), default="", comment="who came, where it differs from the reply"
    )


class PaperReading(Own):
    """Somebody opened a paper of the agenda for the first time."""

    __tablename__ = "meeting_paper_reading"
    __table_args__ = (
        within_tenant("meeting_id", "meeting"),
        UniqueConstraint("tenant_id", "attachment_id", "account_id"),
        sa.Index("ix_meeting_paper_reading_tenant_id_meeting_id", "tenant_id", "meeting_id"),
    )

    meeting_id: Mapped[int]
    attachment_id: Mapped[int]
    account_id: Mapped[int]
    reader: Mapped[str] = mapped_column(String(200), comment="unit or office, and name")
    read_at: Mapped[datetime]


class Minutes(Versioned, Own):
    """会议纪要 of one meeting; the instants say how far it has come. Its decisions are ``Resolution`` rows.

    ``returned_at`` is cleared when it is submitted again."""

    __tablename__ = "minutes"
    __table_args__ = (
        within_tenant("meeting_id", "meeting"),
        within_tenant("approved_in_id", "meeting"),
        UniqueConstraint("tenant_id", "meeting_id"),
    )

    meeting_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text, default="", comment="of the whole meeting")
    parts: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="agenda item id -> what was said of it"
    )
    undecided: Mapped[str] = mapped_column(Text, default="", comment="not decided (未议决事项), one a line")
    orders: Mapped[bool] = mapped_column(
        default=True, comment="the signature makes orders of the resolutions"
    )
    attendance: Mapped[list[Any]] = mapped_column(
        default=list, comment="snapshot: [[出席 …, who], …] as printed"
    )
    edition: Mapped[int] = mapped_column(default=0, comment="number of the newest MinutesEdition")
    begun_at: Mapped[datetime]
    begun_by: Mapped[str] = mapped_column(String(200))
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(String(200))
    submitted_at: Mapped[datetime | None] = mapped_column(comment="to whoever chaired")
    submitted_by: Mapped[str] = mapped_column(String(200), default="")
    hands: Mapped[list[Any]] = mapped_column(
        default=list, comment="accounts that saved the newest edition or submitted it: none of them signs"
    )
    returned_at: Mapped[datetime | None]
    returned_why: Mapped[str] = mapped_column(String(500), default="")
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str] = mapped_column(String(200), default="")
    distributed_at: Mapped[datetime | None]
    distributed_by: Mapped[str] = mapped_column(String(200), default="")
    document_number: Mapped[str] = mapped_column(
        String(60), default="", comment="of the document, when it was issued"
    )
    approved_in_id: Mapped[int | None] = mapped_column(comment="the next meeting, which approved them")
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(String(200), default="")
    objections: Mapped[str] = mapped_column(String(500), default="", comment="raised when they were approved")


class MinutesEdition(Own):
    """The minutes as they stood when somebody saved them. What units read is the newest edition that is signed."""

    __tablename__ = "minutes_edition"
    __table_args__ = (
        within_tenant("minutes_id", "minutes"),
        UniqueConstraint("tenant_id", "minutes_id", "number"),
    )

    minutes_id: Mapped[int]
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    parts: Mapped[list[Any]] = mapped_column(default=list, comment="[[title of the agenda item, text], …]")
    undecided: Mapped[str] = mapped_column(Text, default="")
    attendance: Mapped[list[Any]] = mapped_column(default=list, comment="[[出席 …, who], …] as printed")
    decisions: Mapped[list[Any]] = mapped_column(default=list, comment="snapshot of the resolutions, dicts")
    why: Mapped[str] = mapped_column(String(300), default="")
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    signed_at: Mapped[datetime | None] = mapped_column(comment="by whoever chaired; then it never changes")
    signed_by: Mapped[str] = mapped_column(String(200), default="")


class Resolution(Own):
    """议定事项. Complete with a lead unit, a person responsible (post) and a time limit: a day, or working days that
    run from the chair's signature. What became of it is told by its order (督办), found by ``resolution:<id>``."""

    __tablename__ = "resolution"
    __table_args__ = (
        within_tenant("meeting_id", "meeting"),
        within_tenant("agenda_item_id", "agenda_item"),
        within_tenant("lead_unit_id", "unit"),
        sa.Index("ix_resolution_tenant_id_meeting_id", "tenant_id", "meeting_id", "position"),
        sa.Index("ix_resolution_tenant_id_lead_unit_id", "tenant_id", "lead_unit_id"),
    )

    meeting_id: Mapped[int]
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(1000))
    agenda_item_id: Mapped[int | None]
    lead_unit_id: Mapped[int | None]
    supporting_ids: Mapped[list[Any]] = mapped_column(default=list, comment="units that support, int")
    person: Mapped[str] = mapped_column(String(60), default="", comment="post of who is responsible")
    due_on: Mapped[date | None]
    working_days: Mapped[int | None] = mapped_column(comment="instead of a day")
    no_order_why: Mapped[str] = mapped_column(
        String(300), default="", comment="why it is not supervised, if so"
    )


class MinutesReceipt(Own):
    """A unit was sent the minutes, or the notice of the decisions; signed for once ``read_at`` is set."""

    __tablename__ = "minutes_receipt"
    __table_args__ = (
        within_tenant("minutes_id", "minutes"),
        within_tenant("unit_id", "unit"),
        UniqueConstraint("tenant_id", "minutes_id", "unit_id", "what", "edition"),
        sa.Index("ix_minutes_receipt_tenant_id_unit_id", "tenant_id", "unit_id", "read_at"),
    )

    minutes_id: Mapped[int]
    unit_id: Mapped[int]
    edition: Mapped[int] = mapped_column(comment="number of the MinutesEdition that was sent")
    what: Mapped[str] = mapped_column(String(12), comment="minutes or decisions")
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by: Mapped[str] = mapped_column(String(200), default="")
    urged_at: Mapped[datetime | None] = mapped_column(comment="when the office last asked for the signature")
