"""Fetch the front-end files from hash-pinned wheels: `python portal/core/assets.py [pip options]`.

Run by path, before the portal is installed: it needs the standard library and pip only. It unpacks
requirements/assets.txt into a temporary folder, copies a handful of files with the wheels' licence texts to
portal/web/static/vendor/ and drops the rest. manifest.json holds the SHA-256 of each file: the portal takes
its cache-busting URLs and its page of third-party notices from it, and a second run ends at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements" / "assets.txt"
VENDOR = ROOT / "portal" / "web" / "static" / "vendor"


class Asset(NamedTuple):
    """One served file, joined from the files that match `parts` (each pattern must match exactly one)."""

    file: str
    parts: tuple[str, ...]
    library: str
    licence: str
    notice: str


BOOTSTRAP = "flask_bootstrap/static/bootstrap5"
ASSETS = (
    Asset(
        "bootstrap.min.css",
        (f"{BOOTSTRAP}/css/bootstrap.min.css",),
        "Bootstrap",
        "MIT",
        "Copyright 2011-2025 The Bootstrap Authors",
    ),
    Asset(  # the wheel ships no bundle: Popper first, then Bootstrap, which finds it as a global
        "bootstrap.bundle.min.js",
        (f"{BOOTSTRAP}/umd/popper.min.js", f"{BOOTSTRAP}/js/bootstrap.min.js"),
        "Bootstrap with Popper",
        "MIT",
        "Copyright 2011-2025 The Bootstrap Authors; Copyright 2019 Federico Zivolo (Popper)",
    ),
    Asset(
        "htmx-2.min.js",
        ("django_htmx/static/django_htmx/htmx-2.min.js",),
        "htmx",
        "0BSD",
        "Big Sky Software",
    ),
    Asset(
        "echarts.min.js",
        ("panel/dist/bundled/echarts/echarts@*/dist/echarts.min.js",),
        "Apache ECharts",
        "Apache-2.0",
        "Copyright The Apache Software Foundation (full licence text in bootstrap_flask.LICENSE.txt)",
    ),
)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pins() -> str:
    """What the manifest was made from: a change here or in the requirements makes a new one."""
    return sha256(REQUIREMENTS.read_bytes() + repr(ASSETS).encode())


def is_current(manifest: Path) -> bool:
    try:
        known: dict[str, Any] = json.loads(manifest.read_text("utf-8"))
        files = known["files"].items()
        return known["pins"] == pins() and all(
            sha256((VENDOR / name).read_bytes()) == entry["sha256"] for name, entry in files
        )
    except (OSError, ValueError, KeyError):
        return False


def read_part(wheels: Path, pattern: str) -> bytes:
    found = sorted(wheels.glob(pattern))
    if len(found) != 1:
        raise SystemExit(f"assets: {len(found)} files match {pattern} in the pinned wheels, expected one")
    lines = found[0].read_bytes().splitlines(keepends=True)
    return b"".join(line for line in lines if b"sourceMappingURL=" not in line)  # the maps are not served


def collect(wheels: Path, target: Path) -> dict[str, Any]:
    """Copy what is served into `target` and return the manifest."""
    files: dict[str, dict[str, str]] = {}
    for asset in ASSETS:
        data = b"\n".join(read_part(wheels, pattern) for pattern in asset.parts)
        (target / asset.file).write_bytes(data)
        about = {"library": asset.library, "licence": asset.licence, "notice": asset.notice}
        files[asset.file] = {"sha256": sha256(data), **about}
    for licence in sorted(wheels.glob("*.dist-info/licenses/LICENSE*")):
        wheel, version = licence.parts[-3].removesuffix(".dist-info").split("-")
        name = f"{wheel}.LICENSE.txt"
        shutil.copyfile(licence, target / name)
        files[name] = {"sha256": sha256(licence.read_bytes()), "library": f"{wheel} {version}"}
    return {"pins": pins(), "files": files}


def main(pip_options: list[str]) -> None:
    manifest = VENDOR / "manifest.json"
    if is_current(manifest):
        os.utime(manifest)  # make compares its time with that of the requirements
        return
    with tempfile.TemporaryDirectory() as folder:
        wheels, target = Path(folder, "wheels"), Path(folder, "vendor")
        target.mkdir()
        options = ["--no-deps", "--no-compile", "--require-hashes", "--only-binary", ":all:", "--quiet"]
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", *options, *pip_options]
        if subprocess.run([*pip, "--target", str(wheels), "-r", str(REQUIREMENTS)]).returncode:
            raise SystemExit("assets: pip could not fetch the pinned wheels; see its message above")
        found = collect(wheels, target)
        shutil.rmtree(VENDOR, ignore_errors=True)
        shutil.copytree(target, VENDOR)
    manifest.write_text(json.dumps(found, indent=1) + "\n", "utf-8")  # last: its presence means complete
    print(f"assets: {len(found['files'])} files in {VENDOR.relative_to(ROOT)}")


if __name__ == "__main__":
    main(sys.argv[1:])
