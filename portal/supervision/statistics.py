"""The figures of the orders in the sentence pattern of the field (domain.md 3.3), per source and unit, never ranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.text import Message, Text, _
from portal.deadlines.models import Deadline
from portal.supervision.listing import CLOCK, Filters, light_is
from portal.supervision.models import Order, Stage
from portal.supervision.sources import list_sources
from portal.units.models import Unit


def percentages(counts: Sequence[int]) -> list[int]:
    """Whole percentages that sum to 100 (largest remainder; the first of equals gains); all 0 where nothing is."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    parts = [divmod(n * 100, total) for n in counts]
    short = 100 - sum(whole for whole, _rest in parts)
    order = sorted(range(len(counts)), key=lambda i: -parts[i][1])
    gains = set(order[:short])
    return [whole + (i in gains) for i, (whole, _rest) in enumerate(parts)]


@dataclass
class Figures:
    """Orders that are not withdrawn. ``late`` is part of what is open."""

    total: int = 0
    closed: int = 0
    late: int = 0

    @property
    def open(self) -> int:
        return self.total - self.closed

    @property
    def shares(self) -> tuple[int, int]:
        """Percent closed and open."""
        closed, open_ = percentages([self.closed, self.open])
        return closed, open_

    def add(self, other: Figures) -> None:
        self.total += other.total
        self.closed += other.closed
        self.late += other.late


@dataclass
class Statistics:
    all: Figures = field(default_factory=Figures)
    sources: dict[str, Figures] = field(default_factory=dict)
    units: list[tuple[str, Figures]] = field(default_factory=list)
    """By lead unit, in official order."""


def count_figures(
    session: Session, tenant_id: int, filters: Filters, now: datetime, near: datetime
) -> Statistics:
    """Of a body, a year (0 = all) and, with ``own``, of these lead units alone; one statement."""
    late = sa.func.sum(sa.case((light_is("late", now, near), 1), else_=0))
    closed = sa.func.sum(sa.case((Order.stage == Stage.CLOSED.value, 1), else_=0))
    query = (
        sa.select(Order.source, Unit.id, Unit.short_name, sa.func.count(), closed, late)
        .join(Unit, sa.and_(Unit.tenant_id == Order.tenant_id, Unit.id == Order.lead_id))
        .join(Deadline, CLOCK)
        .where(
            Order.tenant_id == tenant_id, Order.mechanism_id == filters.mechanism_id,
            Order.stage != Stage.WITHDRAWN.value,
        )
        .group_by(Order.source, Unit.id, Unit.short_name, Unit.sort_no)
        .order_by(Unit.sort_no, Unit.id)
    )  # fmt: skip
    if filters.own is not None:
        query = query.where(Order.lead_id.in_(filters.own))
    if filters.year:
        query = query.where(Order.year == filters.year)
    found = Statistics()
    units: dict[int, tuple[str, Figures]] = {}
    for source, unit_id, name, total, done, overdue in session.execute(query):
        part = Figures(total, int(done), int(overdue))
        found.all.add(part)
        found.sources.setdefault(source, Figures()).add(part)
        units.setdefault(unit_id, (name, Figures()))[1].add(part)
    known = list(list_sources())
    found.sources = dict(
        sorted(found.sources.items(), key=lambda s: known.index(s[0]) if s[0] in known else len(known))
    )
    found.units = list(units.values())
    return found


def say(figures: Figures, now: datetime) -> Message | Text:
    """确定事项22件，截至9月14日，已办结6件，占比27%；正在办理16件，占比73%。"""
    if not figures.total:
        return _("没有督办事项。")
    day = now.astimezone(SHANGHAI).date()
    closed, open_ = figures.shares
    late = Message(_("，其中逾期%(n)s件"), n=figures.late) if figures.late else ""
    return Message(
        _(
            "确定事项%(total)s件，截至%(m)s月%(d)s日，已办结%(closed)s件，占比%(a)s%%；正在办理%(open)s件，占比%(b)s%%%(late)s。"
        ),
        total=figures.total, m=day.month, d=day.day, closed=figures.closed, a=closed, open=figures.open, b=open_, late=late,
    )  # fmt: skip


def say_part(name: str | Text, figures: Figures) -> Message:
    """One source or unit in a clause of the paragraph."""
    closed, _open = figures.shares
    return Message(
        _("%(name)s%(total)s件，已办结%(closed)s件，占比%(a)s%%"),
        name=name, total=figures.total, closed=figures.closed, a=closed,
    )  # fmt: skip
