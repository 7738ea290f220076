"""``portal init`` to the first log-in of an administrator, over the real command line and the real server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from pathlib import Path

import pytest

from tests.faults.clerk import Clerk
from tests.faults.server import portal, serving

pytestmark = pytest.mark.slow
PASSWORD = "three quiet rivers 2026"
PEOPLE = {"系统管理员": "xitong", "安全管理员": "anquan", "审计管理员": "shenji"}
TYPED = "140000\n山西省\n" + "".join(f"{name}\n" for name in PEOPLE.values())


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"INSTANCE": str(tmp_path / "real")}


def test_from_nothing_to_a_working_administrator(settings: dict[str, str], tmp_path: Path) -> None:
    made = portal(settings, "init", typed=TYPED)
    assert made.returncode == 0, made.stderr
    passwords = dict(re.findall(r"(\S+) 一次性密码 (\S+-\S+)", made.stdout))
    assert set(passwords) == set(PEOPLE.values()), made.stdout
    assert len(set(passwords.values())) == 3
    folder = Path(settings["INSTANCE"])
    assert (folder / "secret.key").stat().st_mode & 0o077 == 0
    assert not (folder / "demo").exists()

    with serving(settings, tmp_path / "log") as server:
        clerk = Clerk(server.base, "xitong", passwords["xitong"])
        assert "演示" not in clerk.get("/login").body
        clerk.log_in()
        assert clerk.get("/").headers["Location"].endswith("/account/password"), (
            "the first password is changed first"
        )
        page = clerk.get("/account/password")
        fields = {"current": passwords["xitong"], "password": PASSWORD, "again": PASSWORD}
        names = set(re.findall(r'<input[^>]* name="([a-z_]+)"', page.body)) - {"csrf_token"}
        assert names == set(fields), names
        assert clerk.post("/account/password", page.hidden | fields).status == 303

        assert clerk.get("/").headers["Location"].endswith("/account/totp"), "then the second factor"
        page = clerk.get("/account/totp")
        secret = re.search(r"<(?:code|b|span)[^>]*>((?:[A-Z2-7]{4} ?){8})<", page.body)
        assert secret is not None
        code = current_code(secret[1].replace(" ", ""))
        assert clerk.post("/account/totp", page.hidden | {"code": code}).status == 303
        assert clerk.get("/").status == 200
        assert clerk.get("/140000/admin/tenants").status == 200
        assert clerk.get("/140000/admin/audit").status in (403, 404), "the auditor's alone"

    for command in (["doctor"], ["audit", "verify"], ["tenants", "list"], ["accounts", "list"]):
        done = portal(settings, *command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


def current_code(secret: str) -> str:
    """As the administrator's telephone shows it (RFC 6238)."""
    step = int(time.time()) // 30
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def test_it_is_done_once(settings: dict[str, str]) -> None:
    assert portal(settings, "init", typed=TYPED).returncode == 0
    again = portal(settings, "init", typed=TYPED)
    assert again.returncode == 1
    assert "已经初始化" in again.stderr
    assert "一次性密码" not in again.stdout


def test_three_administrators_are_three(settings: dict[str, str]) -> None:
    one = portal(settings, "init", typed="140000\n山西省\nadmin\nadmin\nadmin\n")
    assert (one.returncode, one.stderr) == (1, "portal: 三个管理员必须是不同的账号。\n")
    assert not Path(settings["INSTANCE"]).exists(), "nothing is left behind"


def test_a_bad_name_leaves_nothing_that_stops_the_next_try(settings: dict[str, str]) -> None:
    bad = portal(settings, "init", typed="140000\n山西省\n a b\nanquan\nshenji\n")
    assert bad.returncode == 1
    assert bad.stderr.startswith("portal: ")
    assert portal(settings, "init", typed=TYPED).returncode == 0
