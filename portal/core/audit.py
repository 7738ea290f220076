"""The audit trail: one hash chain per tenant, written in the transaction of the act itself.

Each event carries an HMAC over its content and its predecessor's; a head row per tenant holds the
last number and hash. Editing, deleting, reordering or cutting off events is found by ``verify``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core.acts import Act
from portal.core.db import Own
from portal.core.scope import Actor, get_scope

__all__ = ["Act", "AuditEvent", "AuditHead", "Break", "record", "verify"]


class AuditEvent(Own):
    __table_args__ = (UniqueConstraint("tenant_id", "seq"),)
    __tablename__ = "audit_event"

    seq: Mapped[int]
    at: Mapped[datetime]
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60), comment="type:id of what was acted on")
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(45), comment="network peer, '' for the command line")
    data: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class AuditHead(Own):
    """Last link of a tenant's chain; its row lock orders the writers."""

    __tablename__ = "audit_head"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    seq: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")


@dataclass(frozen=True)
class Break:
    """The first place at which a chain does not hold."""

    tenant_id: int
    seq: int
    reason: str


def record(
    session: Session,
    act: Act,
    subject: str,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Append one event to the chain of the scope's home tenant. Never pass secrets in ``data``."""
    home = get_scope(session).home
    head = _lock_head(session, home)
    if head is None:
        with suppress(IntegrityError), session.begin_nested():  # somebody else may be making it, too
            session.add(AuditHead(seq=0, digest=""))
        head = _lock_head(session, home)
    assert head is not None
    event = AuditEvent(
        tenant_id=head.tenant_id,
        seq=head.seq + 1,
        at=now,
        act=act.value,
        subject=subject,
        actor_id=actor.account_id,
        actor_name=actor.name,
        address=session.info.get("address", ""),
        data=dict(data or {}),
        previous=head.digest,
    )
    event.digest = _digest(session.info["audit_key"], event)
    head.seq, head.digest = event.seq, event.digest
    session.add(event)


def _lock_head(session: Session, tenant_id: int | None) -> AuditHead | None:
    """Locked once in a transaction, or savepoint, however many events it leaves."""
    level = session.get_nested_transaction() or session.get_transaction()
    held: tuple[Any, AuditHead] | None = session.info.get("audit_head")
    if held and held[0] is level and held[1] in session and held[1].tenant_id == tenant_id:
        session.flush()  # as the query below would: what the event tells of stands in the database
        return held[1]
    query = sa.select(AuditHead).where(AuditHead.tenant_id == tenant_id).with_for_update()
    head = session.scalars(query).one_or_none()
    if head is not None:
        session.info["audit_head"] = (session.get_nested_transaction() or session.get_transaction(), head)
    return head


def _digest(key: bytes, e: AuditEvent) -> str:
    content = json.dumps(
        [e.tenant_id, e.seq, e.at.astimezone(UTC).isoformat(timespec="microseconds"), e.act, e.subject, e.actor_id,
         e.actor_name, e.address, e.data, e.previous],
        ensure_ascii=False,
        sort_keys=True,
    )  # fmt: skip
    return hmac.digest(key, content.encode(), hashlib.sha256).hex()


def verify(session: Session) -> Iterator[Break]:
    """Check the chains of the scope's own tenants; yields the first break of each broken one."""
    key = session.info["audit_key"]
    for tenant_id in get_scope(session).own:
        seq, previous = 0, ""
        found: Break | None = None
        rows = session.scalars(
            sa.select(AuditEvent)
            .where(AuditEvent.tenant_id == tenant_id)
            .order_by(AuditEvent.seq)
            .execution_options(yield_per=500)
        )
        for event in rows:
            seq += 1
            if event.seq != seq:
                found = Break(tenant_id, seq, "missing")
            elif event.previous != previous:
                found = Break(tenant_id, seq, "order")
            elif not hmac.compare_digest(event.digest, _digest(key, event)):
                found = Break(tenant_id, seq, "changed")
            if found:
                break
            previous = event.digest
        rows.close()  # a break leaves the server's cursor open
        head = session.scalars(sa.select(AuditHead).where(AuditHead.tenant_id == tenant_id)).one_or_none()
        if found is None and (head.seq if head else 0) != seq:
            found = Break(tenant_id, seq + 1, "cut")
        if found is None and head is not None and head.digest != previous:
            found = Break(tenant_id, seq, "head")
        if found:
            yield found
