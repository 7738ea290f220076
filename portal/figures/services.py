"""Sums: of a tenant's submissions into its roll-up row, and of roll-ups over periods and tenants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.forms import Field, FieldKind, Form
from portal.campaigns.sources import Values
from portal.core.scope import get_scope
from portal.figures.models import Rollup
from portal.figures.sources import Fact, Shared

SUMMED = (FieldKind.INTEGER, FieldKind.MONEY)


def summed_fields(form: Form) -> tuple[Field, ...]:
    return tuple(f for f in form.fields if f.kind in SUMMED)


def sum_values(fields: Sequence[Field], payloads: Iterable[Values]) -> dict[str, int]:
    """Field key -> sum of what was reported; a field nobody reported is left out (it is unknown, not 0)."""
    sums: dict[str, int] = {}
    keys = [f.key for f in fields if f.kind in SUMMED]
    for payload in payloads:
        for key in keys:
            value = payload.get(key)
            if value is not None:
                sums[key] = sums.get(key, 0) + value
    return sums


def accumulate(fields: Sequence[Field], periods: Sequence[Values]) -> dict[str, int]:
    """Sum over periods in time order; a stock (``summed=False``) keeps its last known value instead."""
    total = sum_values([f for f in fields if f.summed], periods)
    for f in fields:
        if not f.summed and f.kind in SUMMED:
            known = [p[f.key] for p in periods if p.get(f.key) is not None]
            if known:
                total[f.key] = known[-1]
    return total


def change_percent(now: int | None, before: int | None) -> Decimal | None:
    """Change in percent with one decimal; None where there is no base to compare with."""
    if now is None or not before:
        return None
    return (Decimal(now - before) * 100 / Decimal(abs(before))).quantize(Decimal("0.1"))


def derived(form: Form, sums: Mapping[str, Any]) -> dict[str, Any]:
    """Metric key -> value computed from sums; never clamped."""
    return {m.key: m.evaluate(sums) for m in form.metrics}


@dataclass(frozen=True)
class Repeated:
    """A shared matter as the forms counted it: ``extra`` says by how much each figure holds it too often."""

    matter: Shared
    units: tuple[int, ...]
    extra: Mapping[str, int]


def net_sums(
    form: Form,
    sums: Mapping[str, int],
    reported: Mapping[int, Values],
    matters: Sequence[Shared],
    facts: Iterable[Fact],
    span: tuple[date, date],
) -> tuple[dict[str, int], list[Repeated]]:
    """Sums in which a matter credited to several units counts once, and the matters that were counted more often.

    ``reported``: unit -> filed values. A unit whose form says 0 did not count the matter. What stands once is the
    largest credit. Only figures that hold something twice are in the answer.
    """
    wanted = {m.subject for m in matters}
    credited: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.subject in wanted and fact.unit_id in reported:
            credited.setdefault(fact.subject, []).append(fact)
    net: dict[str, int] = {}
    found = []
    for matter in matters:
        extra: dict[str, int] = {}
        units: set[int] = set()
        for f in form.fields:
            if f.kind not in SUMMED or f.key not in sums:
                continue
            amounts = {
                fact.unit_id: sum(d.amount(fact.values, *span) for d in f.draws if fact.counts_for(d))
                for fact in credited.get(matter.subject, ())
                if f.draws and reported[fact.unit_id].get(f.key)
            }
            more = sum(amounts.values()) - max(amounts.values(), default=0)
            if more:
                extra[f.key] = more
                net[f.key] = net.get(f.key, sums[f.key]) - more
                units |= {u for u, amount in amounts.items() if amount}
        if extra:
            found.append(Repeated(matter, tuple(sorted(units)), extra))
    return net, found


def renew_rollup(
    session: Session,
    campaign: str,
    form: Form,
    period: str,
    now: datetime,
    read: Callable[[], Iterable[Values]],
) -> dict[str, int]:
    """Lock the tenant's roll-up row, then ``read`` the filed payloads and sum them again.

    Summing again under the lock costs no more than adding differences and repairs itself; reading before
    locking gave wrong sums (see docs/architecture.md, figures).
    """
    wanted = (Rollup.campaign == campaign, Rollup.form == form.key, Rollup.period == period)
    home = get_scope(session).home
    row = session.scalars(
        sa.select(Rollup).where(Rollup.tenant_id == home, *wanted).with_for_update()
    ).one_or_none()
    if row is None:
        row = Rollup(campaign=campaign, form=form.key, period=period)
        session.add(row)
        session.flush()
    row.values = sum_values(form.fields, read())
    row.summed_at = now
    return dict(row.values)
