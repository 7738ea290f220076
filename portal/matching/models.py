"""Tables of matching. What belongs to the city is written there through ``crossing`` and read by the city alone; a
county's rows hold what the county itself may know."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Versioned, within_tenant


class Held(StrEnum):
    """How a value of an entry takes part; only ``LIVE`` ones are compared."""

    LIVE = "live"
    ENDED = "ended"
    """No longer in the entry, or the entry was withdrawn."""
    WITHHELD = "withheld"
    """Entered beyond the limit: waits for the city."""
    COMMON = "common"
    """So many hold it already that it says nothing: waits on the city's proposal for the stop list."""
    STOPPED = "stopped"


class PairState(StrEnum):
    NEW = "new"
    PROPOSED = "proposed"
    JOINED = "joined"
    DISMISSED = "dismissed"
    """Not the same, for good."""
    GONE = "gone"
    """The common value is no longer there."""


class JointState(StrEnum):
    ASKED = "asked"
    DISPUTED = "disputed"
    JOINED = "joined"
    DROPPED = "dropped"
    ENDED = "ended"
    """Fewer than two entries are left."""


class Role(StrEnum):
    HOST = "host"
    SUPPORT = "support"


class PartState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    OBJECTED = "objected"
    DECIDED = "decided"
    """The city decided it."""
    DROPPED = "dropped"
    WITHDRAWN = "withdrawn"
    """The entry was withdrawn or merged away."""


OPEN_PARTS = (PartState.ACCEPTED, PartState.DECIDED)
"""Their entries are shown to the others."""


class MatchEntry(Own):
    """At the city: one value of one entry of a county, as its keyed hash."""

    __tablename__ = "match_entry"
    __table_args__ = (
        UniqueConstraint("tenant_id", "record_id", "digest"),
        sa.Index("ix_match_entry_tenant_id_digest", "tenant_id", "digest"),
    )

    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    kind: Mapped[str] = mapped_column(String(16), comment="MatchKind")
    campaign: Mapped[str] = mapped_column(String(48))
    place_id: Mapped[int] = mapped_column(comment="tenant of the entry; never a key")
    record_id: Mapped[int] = mapped_column(comment="the entry there")
    mark: Mapped[str] = mapped_column(String(8), comment="end of the value")
    state: Mapped[str] = mapped_column(String(10), comment="Held")
    added_at: Mapped[datetime]


class MatchPair(Versioned, Own):
    """At the city: two entries of different counties that share values."""

    __tablename__ = "match_pair"
    __table_args__ = (
        within_tenant("joint_id", "joint_matter"),
        UniqueConstraint("tenant_id", "left_record_id", "right_record_id"),
        sa.Index("ix_match_pair_tenant_id_right_record_id", "tenant_id", "right_record_id"),
        sa.Index("ix_match_pair_tenant_id_campaign_state", "tenant_id", "campaign", "state", "found_at"),
    )

    campaign: Mapped[str] = mapped_column(String(48))
    left_place_id: Mapped[int]
    left_record_id: Mapped[int]
    right_place_id: Mapped[int]
    right_record_id: Mapped[int]
    kinds: Mapped[str] = mapped_column(String(120), comment=",phone,url, ; '' = none is left")
    state: Mapped[str] = mapped_column(String(12), comment="PairState")
    found_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    words: Mapped[str] = mapped_column(String(300), default="", comment="why they are not the same")
    joint_id: Mapped[int | None]

    @property
    def records(self) -> tuple[int, int]:
        return self.left_record_id, self.right_record_id


class MatchSide(Own):
    """At the city: what it is shown of an entry that matches another county's; kept when the match is gone."""

    __tablename__ = "match_side"
    __table_args__ = (UniqueConstraint("tenant_id", "record_id"),)

    place_id: Mapped[int]
    record_id: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(48))
    ledger: Mapped[str] = mapped_column(String(48))
    number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(80))
    spot: Mapped[str] = mapped_column(String(120), comment="place of the matter, as entered")
    known_on: Mapped[date]
    stage: Mapped[str] = mapped_column(String(60), comment="in words")
    gone: Mapped[bool] = mapped_column(default=False, comment="withdrawn or merged away")
    jurisdiction: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="region, text, params, source, article; empty = the ledger has no such rule"
    )
    notes: Mapped[list[Any]] = mapped_column(default=list, comment="[{at, text}] once the matter is joint")
    shown_at: Mapped[datetime]


class MatchWithheld(Own):
    """At the city: an entry whose values came beyond the limit."""

    __tablename__ = "match_withheld"
    __table_args__ = (
        UniqueConstraint("tenant_id", "record_id"),
        sa.Index("ix_match_withheld_tenant_id_campaign", "tenant_id", "campaign", "released_at", "at"),
    )

    campaign: Mapped[str] = mapped_column(String(48))
    place_id: Mapped[int]
    record_id: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(200))
    n: Mapped[int] = mapped_column(comment="values")
    at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str] = mapped_column(String(200), default="")


class MatchStop(Own):
    """At the city: a value that is not compared, or that it is asked to stop comparing."""

    __tablename__ = "match_stop"
    __table_args__ = (UniqueConstraint("tenant_id", "digest"),)

    campaign: Mapped[str] = mapped_column(String(48))
    kind: Mapped[str] = mapped_column(String(16))
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    mark: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), comment="proposed, stopped, kept")
    places: Mapped[int] = mapped_column(
        comment="counties that held it when it was proposed; 0 = typed by the city"
    )
    words: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(200), default="")


class JointMatter(Versioned, Own):
    """At the city: entries of several counties worked as one matter."""

    __tablename__ = "joint_matter"
    __table_args__ = (
        UniqueConstraint("tenant_id", "request_key"),
        sa.Index("ix_joint_matter_tenant_id_campaign_state", "tenant_id", "campaign", "state", "made_at"),
    )

    campaign: Mapped[str] = mapped_column(String(48))
    number: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12), comment="JointState")
    reason: Mapped[str] = mapped_column(String(500))
    clause: Mapped[dict[str, Any]] = mapped_column(
        default=dict, comment="source, article, note of the rule applied"
    )
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(200))
    joined_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(String(500), default="")
    decision_number: Mapped[str] = mapped_column(String(40), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    request_key: Mapped[str] = mapped_column(String(40))


class JointPart(Own):
    """At the city: one entry of a joint matter."""

    __tablename__ = "joint_part"
    __table_args__ = (
        within_tenant("joint_id", "joint_matter"),
        UniqueConstraint("tenant_id", "joint_id", "record_id"),
        sa.Index("ix_joint_part_tenant_id_record_id", "tenant_id", "record_id"),
    )

    joint_id: Mapped[int]
    place_id: Mapped[int]
    record_id: Mapped[int]
    role: Mapped[str] = mapped_column(String(8), comment="Role")
    state: Mapped[str] = mapped_column(String(10), comment="PartState")
    answer: Mapped[str] = mapped_column(String(10), default="", comment="Answer")
    words: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(200), default="")


class MatchEvent(Own):
    """At the city: the story of a pair or of a joint matter."""

    __tablename__ = "match_event"
    __table_args__ = (sa.Index("ix_match_event_tenant_id_subject", "tenant_id", "subject"),)

    subject: Mapped[str] = mapped_column(String(40), comment="pair:<id> or joint:<id>")
    kind: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(80), default="", comment="county that did it")
    words: Mapped[str] = mapped_column(String(500), default="")
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class MatchHint(Own):
    """At the county: how many others hold the same kind of value. Of the others it says nothing else."""

    __tablename__ = "match_hint"
    __table_args__ = (
        within_tenant("record_id", "record"),
        UniqueConstraint("tenant_id", "record_id", "kind"),
    )

    record_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    others: Mapped[int]
    own: Mapped[list[Any]] = mapped_column(default=list, comment="the tenant's own entries that share it")


class MatchUse(Own):
    """At the county: how many values an account asked or entered in an hour."""

    __tablename__ = "match_use"
    __table_args__ = (
        UniqueConstraint("tenant_id", "hour", "account_id", "way"),
    )  # fmt: skip

    hour: Mapped[datetime]
    account_id: Mapped[int]
    way: Mapped[str] = mapped_column(String(6), comment="ask, enter")
    n: Mapped[int] = mapped_column(default=0)


class JointTwin(Versioned, Own):
    """At the county: its part of a joint matter, and of the others what the acceptance opened."""

    __tablename__ = "joint_twin"
    __table_args__ = (
        within_tenant("record_id", "record"),
        UniqueConstraint("tenant_id", "joint_id", "record_id"),
        sa.Index("ix_joint_twin_tenant_id_record_id", "tenant_id", "record_id"),
        sa.Index("ix_joint_twin_tenant_id_campaign_state", "tenant_id", "campaign", "state"),
    )

    record_id: Mapped[int]
    joint_id: Mapped[int] = mapped_column(comment="the city's row; never a key")
    campaign: Mapped[str] = mapped_column(String(48))
    number: Mapped[str] = mapped_column(String(40))
    joint_state: Mapped[str] = mapped_column(String(12), comment="JointState")
    role: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), comment="PartState")
    host: Mapped[str] = mapped_column(String(80), comment="county proposed or decided as host")
    places: Mapped[list[Any]] = mapped_column(default=list, comment="names of the counties")
    office: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(String(500))
    clause: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asked_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(10), default="")
    words: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    decision: Mapped[str] = mapped_column(String(500), default="")
    decision_number: Mapped[str] = mapped_column(String(40), default="")
    others: Mapped[list[Any]] = mapped_column(
        default=list, comment="[{place, unit, number, title, stage, role, notes}] once both accepted"
    )
