"""Numbers without gaps: one row per tenant, series and year, locked until the entry is stored."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.text import Message, Text, _
from portal.ledger.models import NumberSeries


def lock_series(session: Session, series: str, year: int) -> NumberSeries:
    """The series' row, held until the transaction ends; made at its first use."""
    row = _locked(session, series, year)
    if row is None:
        try:
            with session.begin_nested():
                session.add(NumberSeries(series=series, year=year, last=0))
        except IntegrityError:
            pass  # somebody else made it in the meantime
        row = _locked(session, series, year)
    assert row is not None
    return row


def _locked(session: Session, series: str, year: int) -> NumberSeries | None:
    query = sa.select(NumberSeries).where(NumberSeries.series == series, NumberSeries.year == year)
    query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def take_number(series: NumberSeries, prefix: Text) -> str:
    """Next number of a locked series, e.g. 案〔2026〕3号."""
    series.last += 1
    return str(Message(_("%(prefix)s〔%(year)s〕%(n)s号"), prefix=prefix, year=series.year, n=series.last))
