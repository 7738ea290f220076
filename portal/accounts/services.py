"""What security administrators do to accounts.

An administrator reaches the accounts whose home tenant is the scope's home or lies below it; all others are
not there. Nobody ever chooses somebody else's password: it is made, shown once, and dies unless changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.login import end_sessions, note
from portal.accounts.models import Account, Seat
from portal.accounts.passwords import hash_password, make_password
from portal.core.audit import Act
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, _
from portal.tenants.models import Tenant

FIRST_PASSWORD_LIVES = timedelta(days=7)
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")


class State(StrEnum):
    """What an account is at a moment: derived, never stored."""

    ACTIVE = "active"
    WAITING = "waiting"
    """The first password was not changed yet."""
    EXPIRED = "expired"
    """The first password died unused."""
    LOCKED = "locked"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Listed:
    """An account as administrators see it."""

    id: int
    username: str
    display_name: str
    tenant_name: str
    state: State
    enrolled: bool
    password_changed_at: datetime
    locked_until: datetime | None
    initial_expires_at: datetime | None


def create_account(
    session: Session, actor: Actor, now: datetime, *, tenant_id: int, username: str, display_name: str
) -> tuple[Account, str]:
    """The account and its one-time first password, which is stored nowhere in clear."""
    username = username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise Invalid({"username": _("用户名为 3 至 40 个小写字母、数字或 . _ -，以字母开头。")})
    if not display_name.strip():
        raise Invalid({"display_name": _("请填写显示名，例如所在单位和岗位。")})
    if tenant_id not in {t.id for t in list_tenants(session)}:
        raise Invalid({"tenant": _("请选择本级或下级地区。")})
    if session.scalar(sa.select(Account.id).where(Account.username == username)) is not None:
        raise Invalid({"username": Message(_("用户名 %(name)s 已有人使用，请换一个。"), name=username)})
    password = make_password()
    account = Account(
        home_tenant_id=tenant_id,
        username=username,
        display_name=display_name.strip(),
        password_hash=hash_password(password),
        password_changed_at=now,
        must_change_password=True,
        initial_expires_at=now + FIRST_PASSWORD_LIVES,
    )
    session.add(account)
    session.flush()
    note(session, account, Act.ACCOUNT_CREATE, actor, now)
    return account, password


def disable_account(session: Session, actor: Actor, now: datetime, *, account_id: int) -> None:
    """Ends its sessions with the next request."""
    account = _other(session, actor, account_id)
    if account.disabled_at is None:
        account.disabled_at = now
        end_sessions(account)
        note(session, account, Act.ACCOUNT_DISABLE, actor, now)


def enable_account(session: Session, actor: Actor, now: datetime, *, account_id: int) -> None:
    account = _other(session, actor, account_id)
    if account.disabled_at is not None:
        account.disabled_at, account.failures, account.locked_until = None, 0, None
        note(session, account, Act.ACCOUNT_ENABLE, actor, now)


def unlock_account(session: Session, actor: Actor, now: datetime, *, account_id: int) -> None:
    account = _other(session, actor, account_id)
    account.failures, account.locked_until = 0, None
    note(session, account, Act.ACCOUNT_UNLOCK, actor, now)


def reset_password(session: Session, actor: Actor, now: datetime, *, account_id: int) -> str:
    """A new one-time password; ends the account's sessions and its lock."""
    account = _entrusted(session, actor, account_id)
    password = make_password()
    account.password_hash, account.password_changed_at = hash_password(password), now
    account.must_change_password, account.initial_expires_at = True, now + FIRST_PASSWORD_LIVES
    account.failures, account.locked_until = 0, None
    end_sessions(account)
    note(session, account, Act.PASSWORD_RESET, actor, now)
    return password


def reset_totp(session: Session, actor: Actor, now: datetime, *, account_id: int) -> None:
    """For a lost telephone: the account enrols again at its next log-in."""
    account = _entrusted(session, actor, account_id)
    if not account.totp_secret:
        raise Conflict(_("该账号没有设置动态口令。"))
    account.totp_secret, account.totp_last_step = "", 0
    end_sessions(account)
    note(session, account, Act.TOTP_RESET, actor, now)


def list_tenants(session: Session) -> Sequence[Tenant]:
    """The scope's home tenant and everything below it: where accounts may be created."""
    return session.scalars(sa.select(Tenant).where(_within(session)).order_by(Tenant.path)).all()


def list_accounts(
    session: Session,
    now: datetime,
    *,
    text: str = "",
    state: State | None = None,
    after: str = "",
    limit: int = 50,
) -> list[Listed]:
    """By username, beginning behind ``after``; one more than ``limit`` says that there are more."""
    query = sa.select(*_COLUMNS).join(Tenant, Tenant.id == Account.home_tenant_id).where(_within(session))
    if text:
        query = query.where(
            sa.or_(Account.username.contains(text.lower(), autoescape=True),
                   Account.display_name.contains(text, autoescape=True))
        )  # fmt: skip
    if state is not None:
        query = query.where(_having(state, now))
    rows = session.execute(query.where(Account.username > after).order_by(Account.username).limit(limit + 1))
    return [_listed(row, now) for row in rows]


def get_account(session: Session, now: datetime, *, account_id: int) -> Listed:
    query = sa.select(*_COLUMNS).join(Tenant, Tenant.id == Account.home_tenant_id)
    row = session.execute(query.where(Account.id == account_id, _within(session))).one_or_none()
    if row is None:
        raise NotFound
    return _listed(row, now)


def find_account(session: Session, username: str) -> Account:
    """For the command line, which reaches every account."""
    account = session.scalars(
        sa.select(Account).where(Account.username == username.strip().lower())
    ).one_or_none()
    if account is None:
        raise NotFound(Message(_("没有用户名为 %(name)s 的账号。"), name=username))
    return account


_COLUMNS = (
    Account.id, Account.username, Account.display_name, Tenant.city + Tenant.name, Account.disabled_at,
    Account.locked_until, Account.must_change_password, Account.initial_expires_at, Account.totp_secret,
    Account.password_changed_at,
)  # fmt: skip


def _listed(row: Any, now: datetime) -> Listed:
    id_, username, display_name, tenant, disabled, locked, waiting, expires, secret, changed = row
    if disabled is not None:
        state = State.DISABLED
    elif locked is not None and locked > now:
        state = State.LOCKED
    elif waiting:
        state = State.EXPIRED if expires is not None and expires <= now else State.WAITING
    else:
        state = State.ACTIVE
    return Listed(id_, username, display_name, tenant, state, bool(secret), changed, locked, expires)


def _having(state: State, now: datetime) -> sa.ColumnElement[bool]:
    """The same conditions as ``_listed``, in SQL."""
    disabled = Account.disabled_at.is_not(None)
    locked = sa.and_(~disabled, Account.locked_until.is_not(None), Account.locked_until > now)
    if state is State.DISABLED:
        return disabled
    if state is State.LOCKED:
        return locked
    able = sa.and_(~disabled, sa.or_(Account.locked_until.is_(None), Account.locked_until <= now))
    dead = sa.and_(Account.initial_expires_at.is_not(None), Account.initial_expires_at <= now)
    if state is State.ACTIVE:
        return sa.and_(able, ~Account.must_change_password)
    alive = sa.or_(Account.initial_expires_at.is_(None), Account.initial_expires_at > now)
    return sa.and_(able, Account.must_change_password, dead if state is State.EXPIRED else alive)


def _within(session: Session) -> sa.ColumnElement[bool]:
    path = session.scalar(sa.select(Tenant.path).where(Tenant.id == get_scope(session).home))
    return Tenant.path.startswith(path, autoescape=True) if path else sa.false()


def _other(session: Session, actor: Actor, account_id: int) -> Account:
    """An account that the actor administers, locked for the change; never the actor's own."""
    account = session.scalars(
        sa.select(Account)
        .join(Tenant, Tenant.id == Account.home_tenant_id)
        .where(Account.id == account_id, _within(session))
        .with_for_update(of=Account)
    ).one_or_none()
    if account is None:
        raise NotFound
    if account.id == actor.account_id:
        raise Conflict(_("不能在此处理自己的账号，请到“我的账号”修改，或由另一位安全管理员办理。"))
    return account


def _entrusted(session: Session, actor: Actor, account_id: int) -> Account:
    """As ``_other``, for what lets the actor into the account: none of its posts may lie beyond the actor's reach."""
    account = _other(session, actor, account_id)
    beyond = sa.select(Seat.tenant_id).join(Tenant, Tenant.id == Seat.tenant_id)
    outside = beyond.where(Seat.account_id == account_id, ~_within(session)).limit(1)
    if actor.account_id is not None and session.scalar(outside) is not None:
        raise NotAllowed(_("该账号还在其他地区任职，请由上级的安全管理员办理。"))
    return account
