"""How often a county may ask or enter values. Who tries numbers is stopped here, and the city hears of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.scope import Actor, get_scope
from portal.matching.models import MatchUse


class Way(StrEnum):
    ASK = "ask"
    """A question, and a value that is changed in an entry: each leaves no more than a line of the story."""
    ENTER = "enter"
    """A value of a new entry, which stays in the ledger with its number."""


@dataclass(frozen=True)
class Limits:
    """Values, by the clock hour and the calendar day of Shanghai."""

    account_hour: int
    account_day: int
    tenant_hour: int
    tenant_day: int


LIMITS: dict[Way, Limits] = {
    Way.ASK: Limits(account_hour=20, account_day=60, tenant_hour=60, tenant_day=200),
    Way.ENTER: Limits(account_hour=60, account_day=200, tenant_hour=300, tenant_day=1000),
}


@dataclass(frozen=True)
class Use:
    """What an account and its tenant have asked or entered, this hour and today."""

    way: Way
    account_hour: int
    account_day: int
    tenant_hour: int
    tenant_day: int

    def opens(self, now: datetime, n: int = 1) -> datetime | None:
        """None while ``n`` more may pass, otherwise when the limit that stops them ends."""
        most, local = LIMITS[self.way], now.astimezone(SHANGHAI)
        if self.account_day + n > most.account_day or self.tenant_day + n > most.tenant_day:
            return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        if self.account_hour + n > most.account_hour or self.tenant_hour + n > most.tenant_hour:
            return hour_of(now) + timedelta(hours=1)
        return None

    @property
    def left(self) -> int:
        """What the account may still do in this hour."""
        most = LIMITS[self.way]
        return max(0, min(most.account_hour - self.account_hour, most.account_day - self.account_day,
                          most.tenant_hour - self.tenant_hour, most.tenant_day - self.tenant_day))  # fmt: skip


def hour_of(now: datetime) -> datetime:
    return now.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)


def read_use(session: Session, actor: Actor, now: datetime, way: Way) -> Use:
    """Of the scope's home tenant; one statement."""
    hour, account = hour_of(now), actor.account_id or 0
    mine, this = MatchUse.account_id == account, MatchUse.hour == hour
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((condition, MatchUse.n), else_=0)), 0)
        for condition in (sa.and_(mine, this), mine, this, sa.true())
    ]
    found = session.execute(
        sa.select(*sums).where(
            MatchUse.tenant_id == get_scope(session).home,
            MatchUse.hour >= hour.replace(hour=0),
            MatchUse.way == way,
        )
    ).one()
    return Use(way, *(int(n) for n in found))


def charge(session: Session, actor: Actor, now: datetime, way: Way, n: int) -> datetime | None:
    """Count ``n`` values and answer None; or count nothing, so that one who tries numbers does not use up what the
    colleagues have, and answer when the limit opens again. What the portal itself does is not counted."""
    if not n or actor.account_id is None:
        return None
    used = read_use(session, actor, now, way)
    opens = used.opens(now, n)
    if opens is not None:
        return opens
    hour = hour_of(now)
    mine = (
        MatchUse.tenant_id == get_scope(session).home, MatchUse.hour == hour,
        MatchUse.account_id == actor.account_id, MatchUse.way == way,
    )  # fmt: skip
    if not used.account_hour:
        with suppress(IntegrityError), session.begin_nested():  # a second click may be making it, too
            session.add(MatchUse(hour=hour, account_id=actor.account_id, way=way.value, n=0))
    session.execute(
        sa.update(MatchUse).where(*mine).values(n=MatchUse.n + n).execution_options(synchronize_session=False)
    )
    return None
