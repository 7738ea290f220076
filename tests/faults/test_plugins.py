"""Broken plugins beside the sound ones: they are named, and everybody else works on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.faults.conftest import County
from tests.faults.server import portal, serving
from tests.faults.test_double_submit import case_fields

pytestmark = pytest.mark.slow
BROKEN = ("import_error", "raising_hook", "wrong_type", "base_exception", "system_exit", "bare_text")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The three that ship, and those that raise at import, raise in the hook, declare nonsense, end the process."""
    found = tmp_path / "plugins"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "plugins", found, ignore=ignored)
    for name in BROKEN:
        shutil.copytree(ROOT / "tests" / "broken_plugins" / name, found / name, ignore=ignored)
    return found


def test_they_are_named_and_the_rest_serves(county: County, folder: Path, tmp_path: Path) -> None:
    more = {"PLUGINS": str(folder), "STRICT": ""}
    with serving(county.settings, tmp_path / "log", **more) as server:
        clerk = county.clerk(server, "pd_gaj")
        for page in ("/", county.sheet("pd_gaj"), f"{county.home}/ledger", f"{county.home}/duties"):
            assert clerk.get(page).status == 200, page
        sheet = clerk.get(county.sheet("pd_gaj"))
        filed = clerk.post(county.sheet("pd_gaj"), sheet.hidden | county.cells("pd_gaj") | {"action": "file"})
        assert filed.status == 303
        new = f"{county.home}/ledger/new"
        assert clerk.post(new, clerk.get(new).hidden | case_fields(county, "照常登记")).status == 303

    listed = portal(county.settings, "plugins", **more)
    lines = {line.split("\t")[0]: line for line in listed.stdout.splitlines()}
    assert listed.returncode == 1
    assert {name for name, line in lines.items() if "有问题" in line} == set(BROKEN)
    assert {"anticounterfeit", "antifraud", "illegal_fundraising"} <= set(lines)
    told = portal(county.settings, "plugins", "status", **more).stdout
    for reason in ("no_such_module_anywhere", "RuntimeError: hook", "SystemExit", "Fatal: out"):
        assert reason in told
    doctor = portal(county.settings, "doctor", **more)
    assert doctor.returncode == 1
    assert all(name in doctor.stdout for name in BROKEN)
    for done in (listed, doctor):
        assert "Traceback" not in done.stdout + done.stderr


def test_strict_mode_refuses_and_safe_mode_serves(county: County, folder: Path, tmp_path: Path) -> None:
    refused = portal(county.settings, "doctor", PLUGINS=str(folder), STRICT="1")
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("portal: ")
    assert "Traceback" not in refused.stderr
    with serving(county.settings, tmp_path / "log", PLUGINS=str(folder), STRICT="", SAFE_MODE="1") as server:
        clerk = county.clerk(server, "pd_gaj")
        assert clerk.get("/").status == 200, "the reader's list is there, without any campaign"
        assert clerk.get(county.sheet("pd_gaj")).status == 503
