"""The demo as ``make run`` makes it: built once for all workers of a run, a copy for each who asks."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from tests.faults.server import portal

NOW = "2026-09-22T09:30:00"
"""Tuesday; the September forms are open, due on Wednesday the 30th."""
HALF = b"half"
"""A database that was never finished."""


def copy_demo(temporary: pytest.TempPathFactory) -> tuple[dict[str, str], str]:
    """Settings of a demo of one's own on SQLite, with its clock at ``NOW``, and what its making printed."""
    folder = temporary.mktemp("demo") / "instance"
    built, printed = _build(temporary)
    shutil.copytree(built, folder)
    return {"INSTANCE": str(folder), "CLOCK": NOW}, printed


def _build(temporary: pytest.TempPathFactory) -> tuple[Path, str]:
    """Whoever comes first builds it, the others wait. Nobody works in this one."""
    base = temporary.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, printed = run / "built-demo", run / "built-demo.txt"
    with (run / "built-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not printed.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of another worker, which failed
            folder.mkdir()
            # What a build leaves that was killed half-way: it is begun again, and the clock counts from the start.
            (folder / "demo").write_text("[]")
            (folder / "portal.sqlite").write_bytes(HALF)
            made = portal({"INSTANCE": str(folder), "CLOCK": NOW}, "demo")
            assert made.returncode == 0, made.stderr
            printed.write_text(made.stdout, encoding="utf-8")
    return folder, printed.read_text(encoding="utf-8")
