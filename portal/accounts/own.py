"""What people do to their own account: password, second factor, sessions, mail address, calendar."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts import totp
from portal.accounts.login import end_sessions, note, person
from portal.accounts.models import Account
from portal.accounts.passwords import Profile, find_problem, hash_password, verify_password
from portal.core.audit import Act
from portal.core.crypto import Keys
from portal.core.errors import Invalid
from portal.core.scope import Actor
from portal.core.text import _

_ADDRESS = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
_OWN_NAMES = ("lianxi", "联席会议")


def change_password(
    session: Session, actor: Actor, now: datetime, *, account_id: int, password: str, profile: Profile
) -> Account:
    """The holder's own new password, after ``signin.check_password``. Ends all sessions: open a new one."""
    account = session.get_one(Account, account_id)
    problem = find_problem(profile, password, (account.username, *_OWN_NAMES))
    if problem is None and verify_password(account.password_hash, password):
        problem = _("新密码不能与当前密码相同。")
    if problem is not None:
        raise Invalid({"password": problem})
    account.password_hash, account.password_changed_at = hash_password(password), now
    account.must_change_password, account.initial_expires_at = False, None
    end_sessions(account)
    note(session, account, Act.PASSWORD_CHANGE, actor, now)
    return account


def enrol_totp(
    session: Session, actor: Actor, now: datetime, *, keys: Keys, account_id: int, secret: str, code: str
) -> Account:
    """Store the second factor once a code proves that it was scanned. Ends all sessions: open a new one."""
    account = session.get_one(Account, account_id)
    step = totp.find_step(secret, code, now, 0)
    if step is None:
        raise Invalid({"code": _("动态口令不正确。请核对手机时间是否准确，并填写最新显示的 6 位数字。")})
    account.totp_secret, account.totp_last_step = keys.seal(totp.PURPOSE, secret), step
    end_sessions(account)
    note(session, account, Act.TOTP_ENROL, actor, now)
    return account


def end_all_sessions(session: Session, now: datetime, *, account_id: int) -> Account:
    """The holder's own wish: log out everywhere."""
    account = session.get_one(Account, account_id)
    end_sessions(account)
    note(session, account, Act.LOGOUT, person(account), now, {"ended": "all"})
    return account


def is_mail_address(text: str) -> bool:
    """One plain address, as offices have them: no display name, no quotes, nothing that breaks a header."""
    return len(text) <= 200 and _ADDRESS.fullmatch(text) is not None


def set_mail(
    session: Session, actor: Actor, now: datetime, *, account_id: int, email: str, mail_on: bool
) -> None:
    """Where the holder's digests go, and whether any do. '' = nowhere."""
    email = email.strip()
    if email and not is_mail_address(email):
        raise Invalid({"email": _("请填写一个单位邮箱地址，例如 lianluo@example.gov.cn。")})
    if mail_on and not email:
        raise Invalid({"email": _("请填写接收提醒的单位邮箱，或取消“用邮件提醒我”。")})
    account = session.get_one(Account, account_id)
    if (account.email, account.mail_on) != (email, mail_on):
        if account.email != email:
            account.mail_refused_at = None
        account.email, account.mail_on = email, mail_on
        note(session, account, Act.MAIL_SET, actor, now, {"on": mail_on})


def note_feed(session: Session, actor: Actor, now: datetime, *, account_id: int, made: bool) -> None:
    """Into the trail: the secret address of the holder's calendar was made anew, or ended."""
    note(session, session.get_one(Account, account_id), Act.FEED_SET, actor, now, {"made": made})
