"""Checking a password or a code, and the brakes: per account (lock-out), per network address (waiting).

A lock is short, ends by itself and is not prolonged by attempts during it, so nobody can keep a colleague
out for good. Unknown user, wrong password, locked and disabled account get one and the same answer.
"""

from __future__ import annotations

import ipaddress
import logging
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import totp
from portal.accounts.login import note
from portal.accounts.models import Account, LoginFailure
from portal.accounts.passwords import verify_password
from portal.core.audit import Act
from portal.core.crypto import Keys
from portal.core.scope import Actor
from portal.core.text import Message, Text, _

log = logging.getLogger(__name__)

ANYBODY = Actor(None, "anonymous")
"""Whoever typed it: that is just what is not known."""

LOCK_AFTER = 5
LOCKS = (timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=60))
"""First, second, every further lock in a row."""
FORGIVEN = timedelta(days=1)
"""After so long without a new lock the count starts again."""
BRAKE_AFTER = 20
BRAKE_WINDOW = timedelta(minutes=15)
BRAKE_WAIT = timedelta(seconds=10)
"""An address with many failures waits so long after each: a whole office may sit behind one address."""

REFUSAL = _("用户名或密码不正确，或账号暂时不能登录。连续输错 5 次会锁定一段时间；急需登录请联系安全管理员。")


@dataclass(frozen=True)
class Refused:
    """Why nobody was let in. ``wait`` > 0: nothing was checked, try again after so many seconds."""

    message: Message | Text
    wait: int = 0


def authenticate(
    session: Session, username: str, password: str, *, address: str, now: datetime
) -> Account | Refused:
    """The account whose password this is. The caller commits in either case: failures are counted."""
    network = network_of(address)
    wait = _seconds_to_wait(session, network, now)
    if wait:
        return Refused(Message(_("本机或本单位网络输错次数较多，请 %(n)s 秒后再试。"), n=wait), wait)
    account = session.scalars(
        sa.select(Account).where(Account.username == username.strip().lower()).with_for_update()
    ).one_or_none()
    matches = verify_password(account.password_hash if account else "", password)
    if account is not None and matches and account.disabled_at is None and not is_locked(account, now):
        if account.initial_expires_at is not None and account.initial_expires_at <= now:
            return Refused(_("一次性密码已过有效期，请联系本级安全管理员重置。"))
        if not account.totp_secret:
            _forgive(account)
        return account
    _count_address(session, network, now)
    if account is None:
        log.warning("log-in refused: unknown user, from %s", address)
    elif account.disabled_at is not None or is_locked(account, now):
        log.warning("log-in refused: account %s is locked or disabled, from %s", account.id, address)
    else:
        _count_failure(session, account, now, "password")
    return Refused(REFUSAL)


def check_password(session: Session, account_id: int, password: str, now: datetime) -> Refused | None:
    """Once more, before something grave. Failures count as at the door."""
    account = _take(session, account_id)
    matches = verify_password(account.password_hash, password)
    if is_locked(account, now):
        return Refused(REFUSAL)
    if not matches:
        _count_failure(session, account, now, "password")
        return Refused(_("当前密码不正确。"))
    return None


def check_code(session: Session, keys: Keys, account_id: int, code: str, now: datetime) -> Account | Refused:
    """The second factor. A code is taken once; failures count as at the door."""
    account = _take(session, account_id)
    if is_locked(account, now):
        return Refused(REFUSAL)
    step = totp.find_step(keys.open(totp.PURPOSE, account.totp_secret), code, now, account.totp_last_step)
    if step is None:
        _count_failure(session, account, now, "code")
        return Refused(_("动态口令不正确或已用过，请等下一个口令出现后再填。"))
    account.totp_last_step = step
    _forgive(account)
    return account


def is_locked(account: Account, now: datetime) -> bool:
    return account.locked_until is not None and account.locked_until > now


def network_of(address: str) -> str:
    """An IPv6 host owns a whole /64, so that counts as one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address[:45]
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)


def _take(session: Session, account_id: int) -> Account:
    """Locked, so that two guesses at once count as two."""
    return session.scalars(
        sa.select(Account)
        .where(Account.id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _seconds_to_wait(session: Session, network: str, now: datetime) -> int:
    count, last = session.execute(
        sa.select(sa.func.count(), sa.func.max(LoginFailure.at)).where(
            LoginFailure.address == network, LoginFailure.at > now - BRAKE_WINDOW
        )
    ).one()
    if count < BRAKE_AFTER:
        return 0
    return max(0, math.ceil((last + BRAKE_WAIT - now).total_seconds()))


def _count_address(session: Session, network: str, now: datetime) -> None:
    session.execute(sa.delete(LoginFailure).where(LoginFailure.at < now - BRAKE_WINDOW))
    session.add(LoginFailure(address=network, at=now))


def _count_failure(session: Session, account: Account, now: datetime, factor: str) -> None:
    if account.locked_until is not None and account.locked_until < now - FORGIVEN:
        _forgive(account)
    account.failures += 1
    turn, rest = divmod(account.failures, LOCK_AFTER)
    if rest == 0:
        account.locked_until = now + LOCKS[min(turn, len(LOCKS)) - 1]
    note(session, account, Act.LOGIN_FAILED, ANYBODY, now, {"factor": factor, "locked": rest == 0})


def _forgive(account: Account) -> None:
    account.failures, account.locked_until = 0, None
