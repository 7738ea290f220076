"""From the token in a cookie to the account behind it, and the rows of living sessions."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import MutableMapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Account, LoginSession, Seat
from portal.core.audit import Act, record
from portal.core.errors import NotFound
from portal.core.reader import Login
from portal.core.ready import Ready
from portal.core.scope import Actor, crossing

_LAST_SEEN = "seen"
_REFRESH = 60
"""Seconds between two notes of the last request: most answers set no cookie."""


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


_LOGIN = Ready(
    sa.select(
        Account.id, Account.username, Account.display_name, Account.must_change_password,
        Account.password_changed_at, Account.totp_secret, LoginSession.strong, Seat.tenant_id,
    )
    .join(LoginSession, LoginSession.account_id == Account.id)
    .outerjoin(Seat, Seat.account_id == Account.id)
    .where(
        LoginSession.token_hash == sa.bindparam("token"),
        LoginSession.epoch == Account.epoch,
        LoginSession.expires_at > sa.bindparam("now"),
        Account.disabled_at.is_(None),
    )
)  # fmt: skip


def find_login(
    session: Session, token: str, now: datetime, lifetime: timedelta | None = None
) -> Login | None:
    """None when the session is unknown, over, or ended because its account was disabled or changed.

    One statement. ``lifetime``: of a password; None = for ever.
    """
    rows = _LOGIN.rows(session, token=hash_token(token), now=now)
    if not rows:
        return None
    first = rows[0]
    tenants = tuple(sorted(r[7] for r in rows if r[7] is not None))
    aged = lifetime is not None and first[4] + lifetime <= now
    return Login(first[0], first[1], first[2], first[3] or aged, first[4], bool(first[5]), first[6], tenants)


def keep_awake(cookie: MutableMapping[str, Any], now: datetime, idle: timedelta) -> bool:
    """False once the last request lies more than ``idle`` back; else notes this one in the signed cookie."""
    stamp, seen = int(now.timestamp()), cookie.get(_LAST_SEEN, 0)
    if not isinstance(seen, int) or stamp - seen > idle.total_seconds():
        return False
    if stamp - seen >= _REFRESH:
        cookie[_LAST_SEEN] = stamp
    return True


def open_session(
    session: Session,
    account: Account,
    now: datetime,
    *,
    hours: int,
    address: str,
    agent: str,
    strong: bool = False,
) -> str:
    """A new session; returns its token, which is stored nowhere. Clears the account's dead sessions."""
    dead = sa.or_(LoginSession.expires_at <= now, LoginSession.epoch != account.epoch)
    session.execute(sa.delete(LoginSession).where(LoginSession.account_id == account.id, dead))
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=hash_token(token),
            account_id=account.id,
            epoch=account.epoch,
            opened_at=now,
            expires_at=now + timedelta(hours=hours),
            strong=strong,
            address=address[:45],
            agent=agent[:120],
        )
    )
    session.flush()
    note(session, account, Act.LOGIN, person(account), now, {"second_factor": strong})
    return token


def close_session(session: Session, token: str, now: datetime) -> None:
    """Log-out: the token is worthless from here on."""
    row = session.get(LoginSession, hash_token(token))
    account = session.get(Account, row.account_id) if row else None
    if row is not None and account is not None:
        session.delete(row)
        note(session, account, Act.LOGOUT, person(account), now)


def drop_session(session: Session, token: str) -> None:
    """Forget a session that another one replaces; no log-out took place."""
    session.execute(sa.delete(LoginSession).where(LoginSession.token_hash == hash_token(token)))


def list_sessions(
    session: Session, account_id: int, now: datetime
) -> Sequence[sa.Row[str, datetime, str, str]]:
    """The account's living sessions, newest first: token hash, opened, address, browser."""
    return session.execute(
        sa.select(LoginSession.token_hash, LoginSession.opened_at, LoginSession.address, LoginSession.agent)
        .join(Account, sa.and_(Account.id == LoginSession.account_id, Account.epoch == LoginSession.epoch))
        .where(LoginSession.account_id == account_id, LoginSession.expires_at > now)
        .order_by(LoginSession.opened_at.desc())
    ).all()


def end_session(session: Session, account_id: int, token_hash: str, now: datetime) -> None:
    """End one of the account's own sessions."""
    row = session.get(LoginSession, token_hash)
    account = session.get(Account, account_id)
    if row is None or account is None or row.account_id != account_id:
        raise NotFound
    session.delete(row)
    note(session, account, Act.LOGOUT, person(account), now, {"ended": "remote"})


def was_opened_since(session: Session, token: str, moment: datetime) -> bool:
    row = session.get(LoginSession, hash_token(token))
    return row is not None and row.opened_at >= moment


def end_sessions(account: Account) -> None:
    """Every session of the account, now."""
    account.epoch += 1


def person(account: Account) -> Actor:
    """The account acting for itself, outside any post."""
    return Actor(account.id, account.display_name)


def note(
    session: Session,
    account: Account,
    act: Act,
    actor: Actor,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    """Into the trail of the account's home tenant, wherever the actor stands."""
    with crossing(session, account.home_tenant_id):
        record(
            session, act, f"account:{account.id}", actor, now, {"username": account.username} | (data or {})
        )
