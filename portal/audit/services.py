"""Reading the trail of one tenant, newest first, and the state of its chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.audit.labels import act_label
from portal.core.audit import Act, AuditEvent, AuditHead, Break, record, verify
from portal.core.clock import end_of, midnight
from portal.core.scope import Actor, get_scope
from portal.core.text import Text, _
from portal.documents.workbook import Column, Kind, Sheet

REASONS: dict[str, Text] = {
    "missing": _("记录缺失"),
    "order": _("顺序被改动"),
    "changed": _("内容被改动"),
    "cut": _("末尾记录被删除"),
    "head": _("链尾校验值被改动"),
}


@dataclass(frozen=True)
class Filters:
    """Which events; every empty value means all."""

    act: str = ""
    actor: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Chain:
    """State of one tenant's chain when it was last walked from end to end."""

    length: int
    seal: str
    """Digest of the last event: kept elsewhere, it proves later that nothing was cut off."""
    broken: Break | None
    checked: bool = True

    @property
    def reason(self) -> Text:
        return REASONS[self.broken.reason] if self.broken else Text()


def list_events(
    session: Session, filters: Filters, *, before: int | None = None, limit: int = 50
) -> list[sa.Row[Any]]:
    """Events older than number ``before``; one more than ``limit`` says that there are more."""
    query = _matching(session, filters)
    if before is not None:
        query = query.where(AuditEvent.seq < before)
    return list(session.execute(query.limit(limit + 1)))


def get_chain(session: Session, *, up_to: int | None = None) -> Chain:
    """The home tenant's chain; with more than ``up_to`` events it is not walked."""
    head = session.execute(
        sa.select(AuditHead.seq, AuditHead.digest).where(_at_home(session, AuditHead))
    ).one_or_none()
    length, seal = (head[0], head[1]) if head else (0, "")
    if up_to is not None and length > up_to:
        return Chain(length, seal, None, checked=False)
    return Chain(length, seal, next(iter(verify(session)), None))


def export_events(session: Session, actor: Actor, now: datetime, *, title: str, filters: Filters) -> Sheet:
    """The sheet of all matching events; the export is itself on the trail, and therefore its newest row."""
    shown = {k: str(v) for k, v in vars(filters).items() if v}
    record(session, Act.EXPORT, "audit:trail", actor, now, shown)
    session.flush()
    return Sheet(title=title, columns=COLUMNS, rows=_export_rows(session, filters), right=now, foot=())


COLUMNS = (
    Column(label=_("序号"), width=8, kind=Kind.NUMBER),
    Column(label=_("时间"), width=18, kind=Kind.MOMENT),
    Column(label=_("操作"), width=14),
    Column(label=_("操作人"), width=28),
    Column(label=_("对象"), width=28),
    Column(label=_("内容"), width=48),
    Column(label=_("网络地址"), width=16),
    Column(label=_("校验值"), width=20),
)


def show_data(data: Mapping[str, Any]) -> str:
    """One line of an event's particulars."""
    return "; ".join(f"{key}: {_plain(value)}" for key, value in sorted(data.items()))


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"({show_data(value)})"
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return "" if value is None else str(value)


def _export_rows(session: Session, filters: Filters) -> Iterator[Sequence[Any]]:
    for e in session.execute(_matching(session, filters).execution_options(yield_per=500)):
        yield (e.seq, e.at, act_label(e.act), e.actor_name, e.subject, show_data(e.data), e.address, e.digest)


def _at_home(session: Session, model: type[AuditEvent | AuditHead]) -> sa.ColumnElement[bool]:
    return model.tenant_id == get_scope(session).home


def _matching(session: Session, filters: Filters) -> sa.Select[Any]:
    query = (
        sa.select(
            AuditEvent.seq, AuditEvent.at, AuditEvent.act, AuditEvent.actor_name, AuditEvent.subject,
            AuditEvent.data, AuditEvent.address, AuditEvent.digest,
        )
        .where(_at_home(session, AuditEvent))
        .order_by(AuditEvent.tenant_id.desc(), AuditEvent.seq.desc())  # binds the planner to the unique index
    )  # fmt: skip
    if filters.act:
        query = query.where(AuditEvent.act == filters.act)
    if filters.actor:
        query = query.where(AuditEvent.actor_name.contains(filters.actor, autoescape=True))
    if filters.subject:
        query = query.where(AuditEvent.subject.startswith(filters.subject, autoescape=True))
    if filters.since is not None:
        query = query.where(AuditEvent.at >= midnight(filters.since))
    if filters.until is not None:
        query = query.where(AuditEvent.at <= end_of(filters.until))
    return query
