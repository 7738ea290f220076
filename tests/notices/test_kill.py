"""The worker killed between handing a mail over and noting it: it goes again, marked, with the same number."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import create_app
from portal.accounts.models import Account
from portal.core.clock import SHANGHAI
from portal.core.db import db
from portal.core.scope import Scope, set_scope
from portal.core.settings import Settings
from portal.core.text import Message
from portal.notices.models import Digest
from portal.notices.services import notify
from portal.units.models import Post
from tests.faults.conftest import found_county
from tests.faults.server import environment
from tests.notices.mailbox import Mailbox

pytestmark = pytest.mark.slow
START = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)


def work(settings: Settings, at: datetime, box: Mailbox, log: Path) -> subprocess.Popen[bytes]:
    """``portal worker`` with its clock at ``at`` and our mail server."""
    (settings.instance / "demo").write_text("[]")
    more = {
        "CLOCK": at.isoformat(), "MAIL_HOST": "127.0.0.1", "MAIL_PORT": str(box.port), "MAIL_SECURITY": "none",
        "MAIL_FROM": "portal@lianxi.example",
    }  # fmt: skip
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "worker"], env=environment(settings, **more), stdout=output, stderr=output,
        )  # fmt: skip


@pytest.fixture
def session(settings: Settings) -> Iterator[Session]:
    """In the county, beside the worker."""
    county = found_county(settings)
    app = create_app(settings)
    with app.app_context():
        session = db.session()
        set_scope(session, Scope(own=(county.tenant_id,), home=county.tenant_id))
        yield session
        db.session.remove()
        db.engine.dispose()


def test_a_worker_killed_in_the_middle_repeats_with_a_mark(
    settings: Settings, session: Session, tmp_path: Path
) -> None:
    log, box = tmp_path / "worker.log", Mailbox()
    post = session.scalars(sa.select(Post).where(Post.kind == "liaison", Post.unit_id.is_not(None))).first()
    assert post is not None
    assert post.mechanism_id is not None
    session.get_one(Account, post.account_id).email = "liaison@office.example"
    notify(
        session, START, mechanism_id=post.mechanism_id, unit_id=post.unit_id, text=Message("一件急事"), sender="系统",
        urgent=True,
    )  # fmt: skip
    session.commit()

    box.moods = ["hang"]  # the server has the whole message and has not answered yet
    with box.open():
        worker = work(settings, START, box, log)
        try:
            _wait(lambda: not box.moods, worker, log)
        finally:
            worker.kill()
            worker.wait()
    wanted = sa.select(Digest.begun_at, Digest.sent_at, Digest.id).where(Digest.urgent.is_(True))
    first = session.execute(wanted).one()  # besides it the overdue forms wait for the next hour of digests
    session.rollback()
    assert first.begun_at is not None
    assert first.sent_at is None

    number = f"<digest-{first.id}@lianxi.example>"

    def again() -> list[str]:
        return [str(m["Subject"]) for m in box.got if m["Message-ID"] == number]

    with box.open():
        worker = work(settings, START + timedelta(minutes=20), box, log)
        try:
            _wait(lambda: bool(again()), worker, log)
            _wait(lambda: _sent(session, first.id), worker, log)
        finally:
            worker.terminate()
            worker.wait(30)
    assert again() == ["联席：1 项新消息（重复发送）"]


def _sent(session: Session, number: int) -> bool:
    found = session.scalar(sa.select(Digest.sent_at).where(Digest.id == number))
    session.rollback()
    return found is not None


def _wait(ready: Callable[[], bool], worker: subprocess.Popen[bytes], log: Path, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return
        if worker.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(log.read_text()[-3000:])
