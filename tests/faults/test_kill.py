"""``kill -9`` amid concurrent writing: what was acknowledged is there once, the rest at most once, the books agree."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.ledger.models import Record
from portal.reporting.models import Submission, SubmissionEdition
from tests.faults.clerk import Lost
from tests.faults.conftest import MEMBERS, Books, County
from tests.faults.server import Server, portal
from tests.faults.test_double_submit import case_fields

pytestmark = pytest.mark.slow
ROUNDS = 3


@dataclass
class Ledgerbook:
    """What one clerk was told. ``sent`` counts every attempt, ``done`` those that were acknowledged."""

    username: str
    sent: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)


def write_until(stop: threading.Event, county: County, server: Server, book: Ledgerbook) -> None:
    """File the form and enter a case, again and again; a broken line is tried anew with a fresh page."""
    clerk = county.clerk(server, book.username)
    path, number = county.sheet(book.username), 0
    while not stop.is_set():
        number += 1
        case = f"{book.username} {number}"
        try:
            page = clerk.get(f"{path}?edit=1")
            fields = page.hidden | county.cells(book.username) | {"action": "file"}
            tell(book, "form", lambda: clerk.post(path, fields).status)  # noqa: B023
            page = clerk.get(f"{county.home}/ledger/new")
            entry = page.hidden | case_fields(county, case)
            tell(book, case, lambda: clerk.post(f"{county.home}/ledger/new", entry).status)  # noqa: B023
        except Lost:
            time.sleep(0.05)


def tell(book: Ledgerbook, what: str, send: Callable[[], int]) -> None:
    book.sent[what] += 1
    status = send()
    if status == 303:
        book.done[what] += 1
    elif status != 503:
        book.strange.append(f"{what}: {status}")


@contextmanager
def writing(county: County, server: Server) -> Iterator[list[Ledgerbook]]:
    stop = threading.Event()
    books = [Ledgerbook(username) for username in MEMBERS.values()]
    threads = [threading.Thread(target=write_until, args=(stop, county, server, b)) for b in books]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: all(sum(b.done.values()) >= 2 for b in books))
        yield books
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert not any(t.is_alive() for t in threads)


def wait_for(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def check_books(county: County, told: list[Ledgerbook]) -> None:
    """Rows against what was acknowledged, then roll-ups and trail by the operator's own commands."""
    with Books(county) as session:
        titles = Counter(session.scalars(sa.select(Record.title)))
        for book in told:
            assert not book.strange, book.strange
            submission = session.get_one(Submission, (county.tenant_id, county.submissions[book.username][0]))
            editions = session.scalars(
                sa.select(SubmissionEdition.number)
                .where(SubmissionEdition.submission_id == submission.id)
                .order_by(SubmissionEdition.number)
            ).all()
            assert list(editions) == list(range(1, submission.edition + 1))
            assert book.done["form"] <= len(editions) <= book.sent["form"]
            for case in set(book.sent) - {"form"}:
                assert book.done[case] <= titles[case] <= 1, case
    for command in (("figures", "rebuild", "--check"), ("audit", "verify")):
        done = portal(county.settings, *command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


def test_a_killed_server_process_costs_nothing_acknowledged(county: County, server: Server) -> None:
    """gunicorn replaces the process; those who were connected to it try again."""
    with writing(county, server) as told:
        for _round in range(ROUNDS):
            before = sum(sum(b.done.values()) for b in told)
            victim = server.gunicorn_workers()[0]
            victim.kill()
            wait_for(lambda: sum(sum(b.done.values()) for b in told) > before + 3)  # noqa: B023
            wait_for(lambda: len(server.gunicorn_workers()) == 2)
            assert victim.pid not in {p.pid for p in server.gunicorn_workers()}
    check_books(county, told)


@pytest.mark.parametrize(
    ("engine", "name"), [("sqlite", "gunicorn"), ("postgresql", "supervisor")], indirect=["engine"]
)
def test_a_killed_parent_leaves_no_orphans_and_no_port(county: County, server: Server, name: str) -> None:
    with writing(county, server) as told:
        for _round in range(2):  # the second finds what the first may have left
            before = sum(sum(b.done.values()) for b in told)
            getattr(server, name)().kill()
            left = server.wait_until_gone(20)
            assert not left, left
            assert server.port_is_free()
            assert server.start() < 5
            wait_for(lambda: sum(sum(b.done.values()) for b in told) > before + 3)  # noqa: B023
    check_books(county, told)


def test_a_terminated_server_answers_what_it_has_begun(county: County, server: Server) -> None:
    """SIGTERM while writing: every request in hand is answered, then everything ends by itself with code 0."""
    with writing(county, server) as told:
        assert server.process is not None
        server.process.terminate()
        assert server.process.wait(40) == 0
        assert not server.wait_until_gone(1)
    check_books(county, told)


def test_a_killed_worker_is_started_again(county: County, server: Server, tmp_path: Path) -> None:
    first = server.worker()
    first.kill()
    wait_for(lambda: any("portal.cli worker" in p.command and p.pid != first.pid for p in server.running()))
    assert server.answers()
