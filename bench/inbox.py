"""The inbox of an office with 50,000 open items against the best hand-written query: ``python -m bench.inbox``.

On SQLite and PostgreSQL. Exit code 1 when a statement of the portal takes 1.5 times the hand-written one or more.
See bench/README.md.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.core.clock import SHANGHAI
from portal.core.crypto import create_secret
from portal.core.db import db
from portal.core.migrate import upgrade
from portal.core.posts import PostKind
from portal.core.reader import Held
from portal.core.scope import Scope, set_scope
from portal.core.settings import Settings
from portal.notices.inbox import Filter, count_unread, list_inbox
from portal.notices.models import Notice
from portal.units.reader import load_posts
from tests.factories import Factory
from tests.postgres import APP, start_postgres

OPEN, READ, OTHERS, MOST = 50_000, 50_000, 100_000, 1.5
IDS = count(10**15)
NOW = datetime(2026, 9, 16, 12, 0, tzinfo=SHANGHAI)
COLUMNS = "tenant_id, id, text, params, sender, at, read_at, detail, link, urgent, mechanism_id"
PLACE = "tenant_id = {t} and mechanism_id = {m} and unit_id is null and post in ('', 'office_staff', 'office_director')"
HALF = (
    f"select * from (select {COLUMNS}, unit_id from notice where {PLACE} and read_at is {{state}} "
    "order by unit_id desc, at desc, id desc limit {n}) as {name}"
)
PAGE = "select * from ({unread} union all {read}) as halves order by read_at is not null, at desc, id desc limit {shown}"
COUNT = f"select count(*) from (select 1 from notice where {PLACE} and read_at is null limit 100) as found"


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rounds", type=int, default=9)
    rounds = given.parse_args().rounds
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, app in instances(Path(folder)):
            with app.app_context():
                session = db.session()
                posts = furnish(session, app)
                for what, ratio, own, floor, whole in measure(session, posts, rounds):
                    worst = max(worst, ratio)
                    print(f"{name:11} {what:22} {ratio:5.2f} of the hand-written query ({floor:.2f} ms; ours {own:.2f}, "
                          f"whole function {whole:.2f})")  # fmt: skip
                db.session.remove()
                db.engine.dispose()
    print(f"worst {worst:.2f}, limit {MOST}")
    return 0 if worst < MOST else 1


def instances(folder: Path) -> Iterator[tuple[str, Flask]]:
    lite = folder / "lite"
    lite.mkdir()
    create_secret(lite)
    settings = Settings({}, INSTANCE=str(lite))
    upgrade(settings.database_url)
    yield "SQLite", create_app(settings, clock=lambda: NOW)
    big = folder / "big"
    big.mkdir()
    create_secret(big)
    with start_postgres() as cluster:
        cluster.create_database("bench")
        upgrade(cluster.owner_url("bench"), APP)
        given = {"DATABASE_URL": cluster.app_url("bench"), "OWNER_URL": cluster.owner_url("bench")}
        yield "PostgreSQL", create_app(Settings({}, INSTANCE=str(big), **given), clock=lambda: NOW)


def furnish(session: Session, app: Flask) -> tuple[Held, ...]:
    """One office with open and read items, and as many items of its units and of another county."""
    session.info["audit_key"] = app.extensions["portal"].audit_key
    make = Factory(session, app, lambda: NOW)
    city = make.tenant("甲市")
    for name, own in (("甲县", True), ("乙县", False)):
        county = make.tenant(name, city)
        unit = make.unit(county, f"{name}公安局")
        body = make.mechanism(county, "anticounterfeit", {"police": unit})
        account = make.account(county, f"office-{county.code}")
        ids = account.id, county.id, body.id, unit.id
        make.post(county, account, PostKind.OFFICE_STAFF, body)
        rows: list[tuple[int | None, bool]] = [(None, n >= OPEN) for n in range(OPEN + READ)] if own else []
        rows += [(ids[3], n % 2 == 0) for n in range(OTHERS // 2)]
        with make.enter(county):
            for at in range(0, len(rows), 5000):
                session.add_all(
                    Notice(
                        id=next(IDS), mechanism_id=ids[2], unit_id=place, text="请尽快报送%(form)s %(period)s",
                        params={"form": "情况统计表", "period": "2026-08"}, sender="办公室", link="/x/y/reports",
                        at=NOW - timedelta(seconds=at + n), read_at=NOW if read else None,
                    )
                    for n, (place, read) in enumerate(rows[at : at + 5000])
                )  # fmt: skip
                session.flush()
                for row in list(session):
                    if isinstance(row, Notice):
                        session.expunge(row)
        if own:
            mine = ids[:2]
    set_scope(session, Scope(own=(mine[1],)))
    posts = load_posts(session, mine[0], NOW)
    session.rollback()
    return posts


@contextmanager
def overheard() -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the database meanwhile, with its parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        if statement.lower().startswith("select"):
            sent.append((statement, given))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def measure(
    session: Session, posts: tuple[Held, ...], rounds: int
) -> Iterator[tuple[str, float, float, float, float]]:
    """What, ratio of statements, and milliseconds: our statement, the hand-written one, our whole function."""
    set_scope(session, Scope(own=(posts[0].tenant_id,)))
    session.connection(execution_options={"read_only": True})
    raw: Any = session.connection().connection.dbapi_connection
    at = {"t": posts[0].tenant_id, "m": posts[0].mechanism_id}

    def page(n: int) -> str:
        halves = {
            "unread": HALF.format(**at, state="null", n=n, name="a"),
            "read": HALF.format(**at, state="not null", n=n, name="b"),
        }
        return PAGE.format(**halves, shown=31) + (f" offset {n - 31}" if n > 31 else "")

    unread = f"select {COLUMNS} from notice where {PLACE} and read_at is null order by unit_id desc, at desc, id desc limit 31"
    asked: list[tuple[str, str, Callable[[], Any]]] = [
        ("first page", page(31), lambda: list_inbox(session, posts, NOW, limit=31)),
        ("unread only", unread.format(**at), lambda: list_inbox(session, posts, NOW, Filter(unread=True), limit=31)),
        ("page 100", page(3001), lambda: list_inbox(session, posts, NOW, limit=31, offset=2970)),
        ("count in the bar", COUNT.format(**at), lambda: count_unread(session, posts, NOW)),
    ]  # fmt: skip
    for what, written, function in asked:
        with overheard() as sent:
            answer = function()
        (statement, given), = sent  # fmt: skip
        expected = run(raw, written)
        assert (len(expected) if isinstance(answer, list) else expected[0][0]) == (
            len(answer) if isinstance(answer, list) else answer
        )
        if isinstance(answer, list):
            assert [r.id for r in answer] == [r[1] for r in expected], what
        ways: tuple[Callable[[], Any], ...] = (
            partial(run, raw, statement, given),
            partial(run, raw, written),
            function,
        )
        times: list[list[float]] = [[], [], []]
        for _round in range(rounds):
            for kept, way in zip(times, ways, strict=True):
                kept.append(statistics.median(timed(way) for _call in range(15)))
        own, floor, whole = (statistics.median(t) * 1000 for t in times)
        yield what, statistics.median(a / b for a, b in zip(*times[:2], strict=True)), own, floor, whole
    session.rollback()


def run(raw: Any, statement: str, given: Any = ()) -> list[Any]:
    cursor = raw.cursor()
    cursor.execute(*((statement, given) if given else (statement,)))
    found: list[Any] = cursor.fetchall()
    cursor.close()
    return found


def timed(way: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    way()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
