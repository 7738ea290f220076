"""What a password must be, and how many are hashed at once."""

from __future__ import annotations

import threading
import time

import pytest

from portal.accounts import passwords
from portal.accounts.passwords import (
    PROFILES,
    find_problem,
    get_profile,
    hash_password,
    make_password,
    verify_password,
)
from portal.core.errors import PortalError

ASVS, MLPS = PROFILES["asvs"], PROFILES["mlps3"]


def test_hashes_are_argon2id_with_the_agreed_cost() -> None:
    assert hash_password("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_only_the_password_itself_verifies() -> None:
    stored = hash_password("caf\u00e9 au lait")
    assert verify_password(stored, "cafe\u0301 au lait")  # the same letters, composed differently
    assert not verify_password(stored, "cafe au lait")
    assert not verify_password("", "cafe au lait")
    assert not verify_password("!", "!")
    assert not verify_password(stored, "x" * 129)


@pytest.mark.parametrize(
    "password",
    ["short", "x" * 129, "password2026", "P@ssw0rd2026!", "1234567890", "9876543210", "aaaaaaaaaaaa", "qwertyuiop",
     "Lianxi2026!", "lan.pingding-1", "woaini1314520", "passwordpassword", "abcdefghijklm", ""],
)  # fmt: skip
@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_weak_passwords_are_refused_with_a_reason(profile: passwords.Profile, password: str) -> None:
    assert find_problem(profile, password, ("lan.pingding", "lianxi"))


@pytest.mark.parametrize(
    "password", ["blue kettle over mountain", "三月里的小雨淅沥沥沥沥下个不停", "x7#kQ9-mZ2vT"]
)
def test_asvs_asks_for_no_composition(password: str) -> None:
    assert find_problem(ASVS, password, ("lan",)) is None


def test_mlps_asks_for_three_classes() -> None:
    assert find_problem(MLPS, "blue kettle over mountain")
    assert find_problem(MLPS, "Blue kettle over mountain") is None


def test_made_passwords_satisfy_every_profile_and_differ() -> None:
    made = {make_password() for _turn in range(50)}
    assert len(made) == 50
    assert not [p for p in made for profile in PROFILES.values() if find_problem(profile, p)]


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(PortalError, match="nist"):
        get_profile("nist")


def test_at_most_two_hashes_run_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0
    guard = threading.Lock()

    class Slow:
        def hash(self, _password: str) -> str:
            nonlocal running, most
            with guard:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            with guard:
                running -= 1
            return "hash"

    monkeypatch.setattr(passwords, "_hasher", Slow())
    threads = [threading.Thread(target=hash_password, args=("x",)) for _turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2
