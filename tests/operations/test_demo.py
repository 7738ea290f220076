"""``portal demo``: complete, fictional, and kept when it is asked for again."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from portal.operations.demo import PASSWORD, SHOWN
from tests.faults.clerk import Clerk
from tests.faults.server import portal, serving

pytestmark = pytest.mark.slow
NOW = "2026-09-22T09:30:00"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("demo")
    (folder / "demo").write_text("[]")  # only a demo's clock may be set
    found = {"INSTANCE": str(folder), "CLOCK": NOW}
    done = portal(found, "demo")
    assert done.returncode == 0, done.stderr
    assert PASSWORD in done.stdout
    assert all(username in done.stdout for username, _who in SHOWN)
    return found


def fingerprint(settings: dict[str, str]) -> str:
    with closing(sqlite3.connect(Path(settings["INSTANCE"]) / "portal.sqlite")) as database:
        return hashlib.sha256("\n".join(database.iterdump()).encode()).hexdigest()


def test_it_is_sound(settings: dict[str, str]) -> None:
    for command in (["doctor"], ["audit", "verify"], ["figures", "rebuild", "--check"], ["plugins"]):
        done = portal(settings, *command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


def test_again_keeps_what_is_there(settings: dict[str, str]) -> None:
    before = fingerprint(settings)
    again = portal(settings, "demo")
    assert again.returncode == 0, again.stderr
    assert PASSWORD in again.stdout
    assert fingerprint(settings) == before


def test_every_account_shown_can_work_and_every_page_says_demo(
    settings: dict[str, str], tmp_path: Path
) -> None:
    with serving(settings, tmp_path / "log") as server:
        for username, _who in SHOWN:
            clerk = Clerk(server.base, username, PASSWORD)
            assert "演示环境" in clerk.get("/login").body
            clerk.log_in()
            home = clerk.get("/")
            if home.status == 302:  # an administrator's second factor comes first
                home = clerk.get(home.headers["Location"])
            assert home.status == 200, username
            assert "演示环境" in home.body


def test_an_interrupted_build_is_begun_again(tmp_path: Path) -> None:
    """Killed half-way: marker without accounts, half a database."""
    (tmp_path / "demo").write_text("[]")
    (tmp_path / "portal.sqlite").write_bytes(b"half")
    done = portal({"INSTANCE": str(tmp_path), "CLOCK": NOW}, "demo")
    assert done.returncode == 0, done.stderr
    assert portal({"INSTANCE": str(tmp_path), "CLOCK": NOW}, "doctor").returncode == 0
