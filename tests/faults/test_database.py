"""The database locked, gone, full: a page that says so, nothing acknowledged that is not stored, and then on as before."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from psycopg import sql

from portal.core.crypto import create_secret
from portal.core.migrate import upgrade
from portal.core.settings import Settings
from portal.ledger.models import Record
from tests.conftest import ROOT
from tests.faults.clerk import Answer, Clerk
from tests.faults.conftest import Books, County, found_county, open_periods
from tests.faults.server import serving
from tests.faults.test_double_submit import case_fields
from tests.postgres import APP, Cluster, _server_account, _start, server_binaries, start_postgres

pytestmark = pytest.mark.slow
LIAISON = "pd_gaj"
PATIENCE = "0.5"


def says_unavailable(answer: Answer) -> bool:
    """503 in Chinese, with when to come again, and nothing of the database's own words."""
    inside = any(
        word in answer.body.lower() for word in ("sqlite", "psycopg", "traceback", "operationalerror")
    )
    return (
        answer.status == 503
        and "暂时无法服务" in answer.body
        and "没有保存任何内容" in answer.body
        and int(answer.headers["Retry-After"]) > 0
        and not inside
    )


def enter(clerk: Clerk, county: County, title: str) -> Callable[[], Answer]:
    """The form opened and filled; calling it presses the button."""
    fields = clerk.get(f"{county.home}/ledger/new").hidden | case_fields(county, title)
    return lambda: clerk.post(f"{county.home}/ledger/new", fields)


def titles(county: County) -> list[str]:
    with Books(county) as session:
        return list(session.scalars(sa.select(Record.title).order_by(Record.id)))


@pytest.fixture
def embedded(tmp_path: Path, sqlite_template: Path) -> County:
    """On SQLite, with little patience for another's lock."""
    create_secret(tmp_path)
    url = f"sqlite:///{tmp_path / 'portal.sqlite'}?timeout={PATIENCE}"
    (tmp_path / "portal.sqlite").write_bytes(sqlite_template.read_bytes())
    county = found_county(
        Settings({}, INSTANCE=str(tmp_path), PLUGINS=str(ROOT / "plugins"), DATABASE_URL=url)
    )
    open_periods(county)
    return county


@contextmanager
def locked(county: County) -> Iterator[None]:
    """Another process' writing transaction, as far as SQLite is concerned."""
    path = county.settings.instance / "portal.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_locked_sqlite_is_told_and_got_over(embedded: County, tmp_path: Path) -> None:
    with serving(embedded.settings, tmp_path / "log") as server:
        clerk = embedded.clerk(server, LIAISON)
        save = enter(clerk, embedded, "一")
        with locked(embedded):
            assert says_unavailable(save())
            stranger = Clerk(server.base, "nobody", "x")
            for path in ("/healthz", "/login"):
                assert stranger.get(path).status == 200, "reading goes on"
            assert clerk.get("/").status == 200
            assert clerk.get(embedded.sheet(LIAISON)).status == 200
        assert titles(embedded) == []
        assert save().status == 303, "the same page, sent once more"
        assert titles(embedded) == ["一"]


def test_a_full_disk_is_told_and_got_over(embedded: County, tmp_path: Path) -> None:
    """No process of the server may make a file longer than the database is: as a full disk, without filling one."""
    with serving(embedded.settings, tmp_path / "log") as server:
        clerk = embedded.clerk(server, LIAISON)
        assert enter(clerk, embedded, "一")().status == 303
        save = enter(clerk, embedded, "二")
        for process in server.gunicorn_workers():
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        assert says_unavailable(save())
        assert clerk.get("/").status == 200, "reading goes on"
        assert titles(embedded) == ["一"]
        for process in server.gunicorn_workers():
            resource.prlimit(
                process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            )
        assert save().status == 303, "no restart is needed"
        assert titles(embedded) == ["一", "二"]


class Away:
    """A PostgreSQL of this test's own, to be stopped and started."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.again: list[object] = []

    def stop(self, how: signal.Signals) -> None:
        """SIGINT = fast, SIGQUIT = immediate: as ``kill -9`` for its processes."""
        pid = int((self.cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, how)
        deadline = time.monotonic() + 30
        while (self.cluster.folder / ".s.PGSQL.5432").exists() or _alive(pid):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def start(self) -> None:
        binaries = server_binaries()
        assert binaries is not None
        self.again.append(_start(binaries, self.cluster.folder, _server_account(self.cluster.folder)))


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def away() -> Iterator[Away]:
    with start_postgres() as cluster:
        # the other tests' cluster forgets its last commits when it is shot
        cluster._execute(sql.SQL("ALTER ROLE {} SET synchronous_commit = on").format(sql.Identifier(APP)))
        own = Away(cluster)
        yield own
        for server in own.again:
            server.send_signal(signal.SIGQUIT)  # type: ignore[attr-defined]
            server.wait(30)  # type: ignore[attr-defined]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_a_postgresql_that_goes_away_is_told_and_got_over(
    away: Away, how: signal.Signals, tmp_path: Path
) -> None:
    create_secret(tmp_path)
    away.cluster.create_database("county")
    upgrade(away.cluster.owner_url("county"), APP)
    county = found_county(
        Settings(
            {},
            INSTANCE=str(tmp_path),
            PLUGINS=str(ROOT / "plugins"),
            DATABASE_URL=away.cluster.app_url("county"),
        )
    )
    open_periods(county)
    with serving(county.settings, tmp_path / "log") as server:
        clerk = county.clerk(server, LIAISON)
        assert enter(clerk, county, "一")().status == 303
        save = enter(clerk, county, "二")

        away.stop(how)
        begun = time.monotonic()
        assert says_unavailable(save())
        assert says_unavailable(clerk.get("/"))
        assert says_unavailable(Clerk(server.base, "nobody", "x").get("/login"))
        assert time.monotonic() - begun < 10
        worker = server.worker().pid
        time.sleep(3)  # long enough for the worker to have looked for work meanwhile

        away.start()
        statuses = [clerk.get("/").status for _each in range(40)]
        assert statuses == [200] * 40, "no connection of before is handed out"
        assert save().status == 303
        assert titles(county) == ["一", "二"]
        assert server.worker().pid == worker, "the worker waited"


def test_restarted_between_two_requests_nobody_notices(away: Away, tmp_path: Path) -> None:
    create_secret(tmp_path)
    away.cluster.create_database("county")
    upgrade(away.cluster.owner_url("county"), APP)
    county = found_county(
        Settings(
            {},
            INSTANCE=str(tmp_path),
            PLUGINS=str(ROOT / "plugins"),
            DATABASE_URL=away.cluster.app_url("county"),
        )
    )
    with serving(county.settings, tmp_path / "log") as server:
        clerk = county.clerk(server, LIAISON)
        for _each in range(20):
            assert clerk.get("/").status == 200
        away.stop(signal.SIGINT)
        away.start()
        assert [clerk.get("/").status for _each in range(40)] == [200] * 40
