"""Tables of units, mechanisms and posts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Own, Subtree, Versioned, within_tenant


class Unit(Versioned, Subtree):
    """An organisation of a tenant. ``kind`` puts it into the classes of every roster (各银行业金融机构)."""

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("tenant_id", "full_name"),
        sa.Index("ix_unit_tenant_id_sort_no", "tenant_id", "sort_no"),
    )

    full_name: Mapped[str] = mapped_column(String(80))
    short_name: Mapped[str] = mapped_column(String(40))
    aliases: Mapped[list[Any]] = mapped_column(default=list, comment="other names, list of str")
    kind: Mapped[str] = mapped_column(
        String(30), default="", comment="class key: bank, telecom, township, ..."
    )
    sort_no: Mapped[int] = mapped_column(comment="official order, edited by the office")
    active: Mapped[bool] = mapped_column(default=True)
    successor_id: Mapped[int | None] = mapped_column(comment="unit it was merged into")


class UnitChange(Subtree):
    """History of a unit: created, renamed, merged, split, ended; with the reason."""

    __tablename__ = "unit_change"
    __table_args__ = (
        within_tenant("unit_id", "unit"),
        sa.Index("ix_unit_change_tenant_id_unit_id", "tenant_id", "unit_id"),
    )

    unit_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    before: Mapped[str] = mapped_column(String(200))
    after: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(300))
    on: Mapped[date]
    changed_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]


class Mechanism(Subtree):
    """The body through which a tenant runs a campaign. Its words are data."""

    __tablename__ = "mechanism"
    __table_args__ = (UniqueConstraint("tenant_id", "campaign"),)

    campaign: Mapped[str] = mapped_column(String(48))
    kind: Mapped[str] = mapped_column(String(20), comment="BodyKind")
    name: Mapped[str] = mapped_column(String(80), comment="e.g. 平定县反假货币工作联席会议")
    office: Mapped[str] = mapped_column(String(80), comment="name of its office")
    host_name: Mapped[str] = mapped_column(
        String(80), default="", comment="unit hosting the office, of any level"
    )
    issuer_code: Mapped[str] = mapped_column(String(20), default="", comment="代字 of its documents")
    titles: Mapped[dict[str, Any]] = mapped_column(default=dict, comment="post kind -> the body's own word")
    sign_off: Mapped[bool] = mapped_column(
        default=False, comment="leader in charge signs before a report goes"
    )


class Membership(Subtree):
    """A unit of a body, or a whole class of units (``unit_kind``) whose present units all belong."""

    __tablename__ = "membership"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        sa.Index("ix_membership_tenant_id_mechanism_id", "tenant_id", "mechanism_id"),
    )

    mechanism_id: Mapped[int]
    member: Mapped[str] = mapped_column(String(48), comment="key in the campaign's roster; '' for a guest")
    unit_id: Mapped[int | None]
    unit_kind: Mapped[str | None] = mapped_column(String(30))
    since: Mapped[date]
    until: Mapped[date | None]
    consent: Mapped[str] = mapped_column(
        String(120), default="", comment="minutes or document by which the body agreed to it (D3 八 第五条)"
    )
    end_consent: Mapped[str] = mapped_column(String(120), default="", comment="the same for its end")


class Post(Subtree):
    """A person in a role for a tenure. Administrators' posts have neither mechanism nor unit.

    The rights a post gives end with ``until`` (inclusive of that instant) and never reach beyond its mechanism.
    """

    __tablename__ = "post"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        within_tenant("unit_id", "unit"),
        sa.Index("ix_post_tenant_id_account_id", "tenant_id", "account_id"),
        sa.Index("ix_post_tenant_id_mechanism_id_unit_id", "tenant_id", "mechanism_id", "unit_id"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    mechanism_id: Mapped[int | None]
    unit_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(30))
    rank: Mapped[str] = mapped_column(String(20), default="", comment="job rank, e.g. 科级")
    rank_reason: Mapped[str] = mapped_column(
        String(300), default="", comment="why a liaison below 科级 was insisted on"
    )
    group: Mapped[str] = mapped_column(String(60), default="", comment="working group, for group members")
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(String(300), default="")


class Handover(Own):
    """交接单: what a leaving liaison hands over, signed by both; the items move when the second signs."""

    __tablename__ = "handover"
    __table_args__ = (within_tenant("post_id", "post"), within_tenant("unit_id", "unit"))

    post_id: Mapped[int] = mapped_column(comment="the post that ended")
    mechanism_id: Mapped[int]
    unit_id: Mapped[int]
    number: Mapped[str] = mapped_column(String(40), comment="number of the written notice 书面告知")
    noticed_on: Mapped[date]
    acknowledged_by: Mapped[str] = mapped_column(String(200), default="", comment="the office")
    acknowledged_at: Mapped[datetime | None]
    successor_post_id: Mapped[int | None]
    items: Mapped[list[Any]] = mapped_column(
        default=list, comment="snapshot: kind, title, due of each open item"
    )
    signed_from_at: Mapped[datetime | None]
    signed_to_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]


class SignedAgreement(Own):
    """An account's signature under the body's confidentiality agreement, of one version and text."""

    __tablename__ = "signed_agreement"
    __table_args__ = (
        within_tenant("mechanism_id", "mechanism"),
        UniqueConstraint("tenant_id", "mechanism_id", "account_id", "version"),
    )

    mechanism_id: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    version: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), comment="of the text that was signed")
    signed_at: Mapped[datetime]
    signed_by: Mapped[str] = mapped_column(String(200))
