"""Sums: of a tenant's submissions into its roll-up row, and of roll-ups over periods and tenants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Field, FieldKind, Form, Values
from portal.core.scope import get_scope
from portal.figures.models import Rollup

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
