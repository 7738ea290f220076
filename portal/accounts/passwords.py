"""Passwords: argon2id within bounds, and what a new one must be.

Two profiles, because ASVS 5.0 forbids the composition rules and regular changes that GB/T 22239 asks for.
"""

from __future__ import annotations

import secrets
import string
import threading
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from portal.accounts.words import COMMON
from portal.core.errors import PortalError
from portal.core.text import Message, Text, _

LONGEST = 128
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_slots = threading.BoundedSemaphore(
    2
)  # 19 MiB and a core each: a crowd at the door must not take the machine
_PATIENCE = 10.0
_DUMMY = _hasher.hash(secrets.token_urlsafe(16))
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_CAPITALS = "ABCDEFGHJKMNPQRSTUVWXYZ"
_DIGITS = "23456789"
_LEET = str.maketrans("013457@$!", "oleastasi")
_CLASSES: tuple[Callable[[str], bool], ...] = (
    str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum(),
)  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """What the installation asks of passwords."""

    key: str
    shortest: int
    classes: int
    """Of lower case, upper case, digits and other characters, how many must occur."""
    lifetime: timedelta | None
    rules: Text
    """As told to people."""


PROFILES = {
    "asvs": Profile("asvs", 10, 0, None, _("10 至 128 个字符，可以是一句话；不用常见密码，不含用户名。")),
    "mlps3": Profile(
        "mlps3", 10, 3, timedelta(days=90),
        _("10 至 128 个字符，大小写字母、数字、符号中至少三种；不用常见密码，不含用户名；90 天更换一次。"),
    ),
}  # fmt: skip


def get_profile(key: str) -> Profile:
    if key not in PROFILES:
        raise PortalError(
            Message(_("密码规则只能是 %(known)s，现为“%(key)s”。"), known=", ".join(PROFILES), key=key)
        )
    return PROFILES[key]


def hash_password(password: str) -> str:
    with _slot():
        return _hasher.hash(_normal(password))


def verify_password(stored: str, password: str) -> bool:
    """Takes the same time whether the account exists (``stored`` is a hash) or not (``stored`` is '')."""
    if len(password) > LONGEST:
        return False
    try:
        with _slot():
            _hasher.verify(stored or _DUMMY, _normal(password))
        return bool(stored)
    except (VerifyMismatchError, InvalidHashError):
        return False


def find_problem(profile: Profile, password: str, context: Iterable[str] = ()) -> Message | Text | None:
    """Why the password cannot be taken; None = it can. ``context``: words that it must not contain."""
    normal = _normal(password)
    if len(normal) < profile.shortest:
        return Message(_("密码至少 %(n)s 个字符，现为 %(now)s 个。"), n=profile.shortest, now=len(normal))
    if len(password) > LONGEST or len(normal) > LONGEST:
        return Message(_("密码最多 %(n)s 个字符。"), n=LONGEST)
    if sum(any(map(belongs, normal)) for belongs in _CLASSES) < profile.classes:
        return _("密码须含大写字母、小写字母、数字、符号中的至少三种。")
    if any(len(word) > 3 and word.casefold() in normal.casefold() for word in context):
        return _("密码不能含用户名或系统名称，请换一个。")
    if _is_common(normal):
        return _("这个密码太常见，容易被猜中，请换一个，例如几个互不相干的词。")
    return None


def make_password() -> str:
    """A one-time password that satisfies every profile and can be read out over the telephone."""
    groups = ["".join(secrets.choice(_LETTERS + _DIGITS) for _i in range(3)) for _g in range(4)]
    first = secrets.choice(_CAPITALS) + secrets.choice(_LETTERS) + secrets.choice(_DIGITS)
    return "-".join([first, *groups])


def _is_common(password: str) -> bool:
    """In the list, or a word of it dressed up (P@ssw0rd2026!), or one run or one character throughout."""
    plain = password.casefold()
    dress = string.digits + string.punctuation + " "
    core, undressed = plain.strip(dress), plain.rstrip(dress).translate(_LEET)
    steps = {ord(b) - ord(a) for a, b in pairwise(plain)}
    half = len(plain) // 2
    repeated = len(plain) % 2 == 0 and plain[:half] == plain[half:] and plain[:half] in COMMON
    return bool({plain, core, undressed} & COMMON) or repeated or (len(steps) == 1 and steps <= {-1, 0, 1})


def _normal(password: str) -> str:
    """The same letters typed on another system give the same password."""
    return unicodedata.normalize("NFC", password)


class _slot:  # noqa: N801 - reads as a statement
    """One of the two places for hashing; a queue longer than ``_PATIENCE`` is turned away."""

    def __enter__(self) -> None:
        if not _slots.acquire(timeout=_PATIENCE):
            raise PortalError(_("现在登录的人较多，请稍候再试。"))

    def __exit__(self, *_error: object) -> None:
        _slots.release()
