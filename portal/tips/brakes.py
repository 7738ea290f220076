"""Floods and guessing: limits per source and per tenant, by a hash that lives for an hour.

The network address itself is stored nowhere. Its keyed hash, which changes every day, is needed because several
processes serve; rows older than an hour are deleted with every try and by the worker, so that nobody can later ask
which address a tip came from: the row names no tip.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.tips.models import TipAttempt

WINDOW = timedelta(hours=1)
TRY, TIP, CODE = "try", "tip", "code"
PER_SOURCE = {TRY: 60, TIP: 10, CODE: 20}
"""Of one source in an hour: forms sent, tips taken, wrong codes."""
PER_TENANT = {TIP: 300}
SLOW_AFTER, SLOW = 5, timedelta(seconds=15)
"""After so many wrong codes in the hour the next try has to wait."""


def seconds_to_wait(session: Session, source: str, now: datetime, *kinds: str) -> int:
    """0 = go on. One statement."""
    here = TipAttempt.source == source
    wait = 0.0
    rows = session.execute(
        sa.select(
            TipAttempt.kind, sa.func.count(), sa.func.count(sa.case((here, 1))),
            sa.func.min(sa.case((here, TipAttempt.at))), sa.func.max(sa.case((here, TipAttempt.at))),
        )
        .where(TipAttempt.at > now - WINDOW, TipAttempt.kind.in_(kinds))
        .group_by(TipAttempt.kind)
    )  # fmt: skip
    for kind, everybody, own, first, last in rows:
        if own >= PER_SOURCE[kind]:
            wait = max(wait, (first + WINDOW - now).total_seconds())
        elif kind == CODE and own >= SLOW_AFTER:
            wait = max(wait, (last + SLOW - now).total_seconds())
        if everybody >= PER_TENANT.get(kind, everybody + 1):
            wait = max(wait, 600)
    return math.ceil(wait)


def note_attempt(session: Session, source: str, now: datetime, kind: str) -> None:
    """To be committed by the caller, whatever becomes of the request."""
    purge(session, now)
    session.add(TipAttempt(source=source, kind=kind, at=now))


def purge(session: Session, now: datetime) -> None:
    """In the scope's home tenant."""
    session.execute(sa.delete(TipAttempt).where(TipAttempt.at <= now - WINDOW))
