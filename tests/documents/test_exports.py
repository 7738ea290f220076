"""Exports as jobs: whole or not at all, for the asker alone, one at a time, and within what may still be seen."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core import jobs
from portal.core.audit import AuditEvent
from portal.core.db import db
from portal.core.errors import Conflict
from portal.core.jobs import LEASE, Job
from portal.core.posts import PostKind
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.documents.exports import JOB, KEPT, request_export
from portal.documents.models import Export
from portal.operations.worker import _step, find_desk
from portal.overview.detail import KIND
from portal.units.models import Post
from portal.units.reader import subtree_scope
from tests.conftest import TestClock
from tests.factories import Factory, csrf
from tests.faults.server import environment
from tests.overview.world import LONG_AGO, Place, World

Login = Callable[[str], FlaskClient]
AUGUST, JULY = "2026-08", "2026-07"


@pytest.fixture(autouse=True)
def forget(app: Flask) -> None:
    """The test's open application context outlives its requests; each must find its own reader and moment."""
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: g.__dict__.clear())


@pytest.fixture
def world(make: Factory) -> World:
    return World(make, "anticounterfeit")


@pytest.fixture
def city(world: World, clock: TestClock) -> Place:
    """With a county that has reported two months, and one that has filed but not reported."""
    city = world.place("阳泉市", units=1, office="yq_office")
    due = clock.now = world.due(AUGUST)
    county = world.place("甲县", city, office="jia_office")
    world.report(county, JULY, [{"cases_filed": 3}, None], submitted=due - timedelta(days=31))
    world.report(
        county, AUGUST, [{"cases_filed": 4, "counter_face": 12_345}, {"cases_filed": 5}], late=[1],
        submitted=due + timedelta(days=3),
    )  # fmt: skip
    world.report(world.place("乙县", city), AUGUST, [{"cases_filed": 987654}] * 2)
    clock.now = due + timedelta(days=4)
    return city


@pytest.fixture
def folder(app: Flask) -> Path:
    return Path(app.instance_path)


def ask(world: World, place: Place, client: FlaskClient, **filters: str) -> Any:
    page = f"/{place.code}/{world.campaign.key}/overview"
    data = {"csrf_token": csrf(client, page), "form": world.form.key, "to": AUGUST, "n": "2"} | filters
    return client.post(f"{page}/export", data=data, follow_redirects=True)


def work(app: Flask, session: Session) -> None:
    """The real worker, until nothing is left to do."""
    session.rollback()
    session.info.pop("scope", None)
    while _step(app):
        pass
    session.info.pop("scope", None)


def rows_in(session: Session, place: Place) -> list[Any]:
    session.rollback()
    set_scope(session, Scope(own=(place.id,), home=place.id))
    columns = (Export.id, Export.size, Export.error, Export.finished_at, Export.done_rows, Export.total_rows)
    found = session.execute(sa.select(*columns).order_by(Export.asked_at)).all()
    session.rollback()
    return list(found)


def test_every_released_edition_goes_out_and_nothing_else(
    world: World, city: Place, login: Login, app: Flask, session: Session, folder: Path
) -> None:
    client = login("yq_office")
    shown = ask(world, city, client).get_data(as_text=True)
    assert "排队中" in shown
    assert "data-reload" in shown, "the page looks again by itself"
    [row] = rows_in(session, city)
    assert client.get(f"/exports/{row.id}", buffered=True).status_code == 404, "not before it is whole"
    work(app, session)
    [row] = rows_in(session, city)
    assert (row.error, row.done_rows, row.total_rows) == ("", 3, 3)
    page = client.get("/exports").get_data(as_text=True)
    assert "已生成" in page
    assert "data-reload" not in page
    answer = client.get(f"/exports/{row.id}", buffered=True)
    assert answer.status_code == 200
    assert (
        len(answer.data) == row.size == (folder / "exports" / str(city.id) / f"{row.id}.xlsx").stat().st_size
    )
    lines = list(load_workbook(BytesIO(answer.data)).worksheets[0].iter_rows(min_row=3, values_only=True))
    head = [str(c) for c in lines[0]]
    found = [dict(zip(head, r, strict=True)) for r in lines[1:] if r[0]]
    cases = next(h for h in head if h.startswith("立案"))
    assert [(r["县（区）"], r["单位"], r["报告期"], r[cases], r["首次报出"]) for r in found] == [
        ("阳泉市甲县", "甲县第0单位", "2026年7月", 3, "按时"),
        ("阳泉市甲县", "甲县第0单位", "2026年8月", 4, "按时"),
        ("阳泉市甲县", "甲县第1单位", "2026年8月", 5, "迟报 2 天"),
    ]
    assert 123.45 in found[1].values(), "money in its unit, not in fen"
    set_scope(session, Scope(own=(city.id,), home=city.id))
    acts = session.scalars(sa.select(AuditEvent.act).where(AuditEvent.subject == f"export:{row.id}")).all()
    assert acts == ["export", "export"], "asked for, and fetched"


def test_a_county_exports_its_own_forms_before_it_reports(
    world: World, city: Place, login: Login, app: Flask, session: Session, make: Factory
) -> None:
    county = world.place("丙县", city, office="bing_office")
    world.report(county, AUGUST, [{"cases_filed": 42}, None])
    client = login("bing_office")
    ask(world, county, client)
    work(app, session)
    [row] = rows_in(session, county)
    book = load_workbook(BytesIO(client.get(f"/exports/{row.id}", buffered=True).data))
    places = {r[0] for r in book.worksheets[0].iter_rows(min_row=4, values_only=True) if r[0]}
    assert places == {"阳泉市丙县"}


def test_nobody_else_fetches_it_and_who_has_left_neither(
    world: World, city: Place, login: Login, app: Flask, session: Session, make: Factory, clock: TestClock
) -> None:
    """A09."""
    make.post(city.tenant, "colleague", PostKind.OFFICE_DIRECTOR, city.mechanism, since=LONG_AGO)
    client = login("yq_office")
    ask(world, city, client)
    work(app, session)
    [row] = rows_in(session, city)
    for other in ("colleague", "jia_office"):
        stranger = login(other)
        assert stranger.get(f"/exports/{row.id}", buffered=True).status_code == 404
        assert str(row.id) not in stranger.get("/exports").get_data(as_text=True)
    assert client.get(f"/exports/{row.id}", buffered=True).status_code == 200
    with make.enter(city.tenant) as inside:
        account = inside.scalars(sa.select(Account.id).where(Account.username == "yq_office")).one()
        inside.scalars(sa.select(Post).where(Post.account_id == account)).one().until = clock.now
    clock.now += timedelta(minutes=1)
    assert client.get(f"/exports/{row.id}", buffered=True).status_code == 404


@pytest.mark.parametrize("how", ["moved", "disabled"])
def test_who_has_left_before_the_worker_came_gets_nothing(
    how: str, world: World, city: Place, login: Login, app: Flask, session: Session, make: Factory,
    clock: TestClock, folder: Path,
) -> None:  # fmt: skip
    ask(world, city, login("yq_office"))
    with make.enter(city.tenant) as inside:
        account = inside.scalars(sa.select(Account).where(Account.username == "yq_office")).one()
        if how == "disabled":
            account.disabled_at = clock.now
        else:
            inside.scalars(sa.select(Post).where(Post.account_id == account.id)).one().until = clock.now
    clock.now += timedelta(minutes=1)
    work(app, session)
    [row] = rows_in(session, city)
    assert row.finished_at is not None
    assert "没有生成" in row.error
    assert not row.size
    assert list(folder.glob("exports/*/*")) == []


def test_a_second_request_is_told_to_wait(
    world: World, city: Place, login: Login, app: Flask, session: Session
) -> None:
    client = login("yq_office")
    ask(world, city, client)
    assert "您还有一份导出没有完成" in ask(world, city, client).get_data(as_text=True)
    assert len(rows_in(session, city)) == 1
    work(app, session)
    ask(world, city, client)
    assert len(rows_in(session, city)) == 2


def test_nothing_to_export_is_said_at_once(world: World, city: Place, login: Login, session: Session) -> None:
    answer = ask(world, city, login("yq_office"), to="2025-03")
    assert "没有可以导出的数据" in answer.get_data(as_text=True)
    assert rows_in(session, city) == []


def test_a_hundred_requests_at_once_make_one_export(
    world: World, city: Place, login: Login, app: Flask, session: Session, clock: TestClock
) -> None:
    """A68."""
    login("yq_office")
    account = session.scalars(sa.select(Account.id).where(Account.username == "yq_office")).one()
    campaign, home, now = world.campaign.key, Scope(own=(city.id,), home=city.id), clock.now
    session.rollback()
    told: list[str] = []

    def request(times: int) -> None:
        for _time in range(times):
            with app.app_context():
                mine = db.session()
                mine.info["audit_key"] = app.extensions["portal"].audit_key
                set_scope(mine, home)
                desk = find_desk(mine, account, city.id, campaign, now)
                assert desk is not None
                set_scope(mine, subtree_scope(mine, desk))
                try:
                    request_export(
                        mine, SYSTEM, now, account_id=account, kind=KIND, desk=desk, title=SYSTEM.name,  # type: ignore[arg-type]
                        wanted={"form": world.form.key, "periods": [AUGUST]},
                        registry=app.extensions["portal"].registry,
                    )  # fmt: skip
                    mine.commit()
                    told.append("queued")
                except Conflict:
                    mine.rollback()
                    told.append("wait")

    threads = [threading.Thread(target=request, args=(10,)) for _n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["queued", *["wait"] * 99]
    assert len(rows_in(session, city)) == 1
    assert session.scalar(sa.select(sa.func.count(Job.id)).where(Job.name == JOB)) == 1


def test_told_to_stop_it_leaves_no_file_and_runs_again(
    world: World, city: Place, login: Login, app: Flask, session: Session, folder: Path
) -> None:
    """F28."""
    client = login("yq_office")
    ask(world, city, client)
    session.rollback()
    session.info.pop("scope", None)
    while not session.scalar(sa.select(sa.func.count(Job.id)).where(Job.name == JOB, Job.tries > 0)):
        session.rollback()
        assert _step(app, lambda: True)
    [row] = rows_in(session, city)
    assert row.finished_at is None
    assert list(folder.glob("exports/*/*")) == []
    work(app, session)
    [row] = rows_in(session, city)
    assert row.size
    assert client.get(f"/exports/{row.id}", buffered=True).status_code == 200


KILLED = """
import os, signal, sys
from portal.app import create_app
from portal.core.clock import clock_from
from portal.documents import exports
from portal.operations.worker import _step
app = create_app(clock=clock_from(sys.argv[1]))
exports._note = lambda *_given: os.kill(os.getpid(), signal.SIGKILL)
with app.app_context():
    while _step(app):
        pass
"""


@pytest.mark.slow
def test_killed_in_the_middle_it_is_never_offered_and_runs_again_after_its_lease(
    world: World, city: Place, login: Login, app: Flask, session: Session, folder: Path, clock: TestClock
) -> None:
    client = login("yq_office")
    ask(world, city, client)
    session.rollback()
    db.engine.dispose()
    settings = app.extensions["portal"].settings
    child = subprocess.run(
        [sys.executable, "-c", KILLED, clock.now.isoformat()], env=environment(settings), timeout=120, capture_output=True
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    [part] = folder.glob("exports/*/*")
    assert part.suffix == ".part"
    [row] = rows_in(session, city)
    assert client.get(f"/exports/{row.id}", buffered=True).status_code == 404
    work(app, session)
    assert not rows_in(session, city)[0].size, "the dead worker's lease still runs"
    clock.now += LEASE + timedelta(minutes=1)
    work(app, session)
    assert client.get(f"/exports/{row.id}", buffered=True).status_code == 200
    os.utime(part, (0, 0))
    clock.now += timedelta(hours=1)
    work(app, session)
    assert [p.suffix for p in folder.glob("exports/*/*")] == [".xlsx"]


def test_a_full_disk_is_said_in_words_after_the_last_try(
    world: World, city: Place, login: Login, app: Flask, session: Session, folder: Path, clock: TestClock
) -> None:
    (folder / "exports").write_text("in the way of the folder")
    client = login("yq_office")
    ask(world, city, client)
    work(app, session)
    page = client.get("/exports").get_data(as_text=True)
    assert "磁盘空间不足" in page
    assert "将自动重试" in page
    for pause in jobs.RETRY:
        clock.now += pause
        work(app, session)
    [row] = rows_in(session, city)
    assert row.finished_at is not None
    assert "将自动重试" not in client.get("/exports").get_data(as_text=True)


def test_a_week_later_it_is_gone(
    world: World, city: Place, login: Login, app: Flask, session: Session, folder: Path, clock: TestClock
) -> None:
    client = login("yq_office")
    ask(world, city, client)
    work(app, session)
    clock.now += KEPT - timedelta(hours=2)
    work(app, session)
    assert len(list(folder.glob("exports/*/*.xlsx"))) == 1
    clock.now += timedelta(hours=3)
    work(app, session)
    assert list(folder.glob("exports/*/*")) == []
    assert rows_in(session, city) == []
    assert re.search("还没有导出过", login("yq_office").get("/exports").get_data(as_text=True))
