"""LibreOffice as one of the clerks: opens a workbook, computes it, and saves it in its own way."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

PROGRAM = shutil.which("soffice")


def resave(content: bytes, folder: Path) -> bytes:
    """The workbook as LibreOffice writes it; with a profile of its own, so that runs do not meet."""
    assert PROGRAM is not None
    source, target = folder / "in" / "a.xlsx", folder / "out"
    for path in (source.parent, target):
        path.mkdir(exist_ok=True)
    source.write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        PROGRAM,
        profile,
        "--headless",
        "--norestore",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(target),
        str(source),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=150)
    return (target / "a.xlsx").read_bytes()
