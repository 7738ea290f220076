"""The background worker under ``kill -9``: the job runs again after its lease, nothing runs twice for good."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import jobs
from portal.core.clock import SHANGHAI
from portal.core.db import db
from portal.core.settings import Settings
from portal.reporting.models import Report, Submission
from tests.conftest import TestClock
from tests.faults.conftest import MEMBERS, Books, County, found_county
from tests.faults.server import environment, portal

pytestmark = pytest.mark.slow
ROUND = "reporting.open_periods"
START = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)


@contextmanager
def working(county: County, at: datetime, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``portal worker`` with its clock at ``at``. Only a demo instance may have its clock set."""
    (county.settings.instance / "demo").write_text("[]")
    command = [sys.executable, "-m", "portal.cli", "worker"]
    with log.open("ab") as output:
        worker = subprocess.Popen(
            command, env=environment(county.settings, CLOCK=at.isoformat()), stdout=output, stderr=output
        )
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait()


class Watch:
    """Looks at the jobs again and again, each time in a new transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def rows(self) -> dict[str, tuple[int, bool, bool]]:
        """Slot -> (tries, done, leased)."""
        found = self.session.execute(
            sa.select(jobs.Job.slot, jobs.Job.tries, jobs.Job.done_at, jobs.Job.leased_until)
        )
        rows = {r[0] or "": (r[1], r[2] is not None, r[3] is not None) for r in found}
        self.session.rollback()
        self.session.connection(execution_options={"read_only": True})
        return rows

    def wait(self, wanted: str, seconds: float = 60) -> dict[str, tuple[int, bool, bool]]:
        """Until the round is ``begun`` or all is ``done``."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            rows = self.rows()
            mine = [v for k, v in rows.items() if k.startswith(ROUND)]
            if wanted == "begun" and any(leased for _tries, _done, leased in mine):
                return rows
            if wanted == "done" and mine and all(done for _tries, done, _leased in rows.values()):
                return rows
        raise AssertionError(f"the jobs never were {wanted}: {self.rows()}")


@pytest.fixture
def county(settings: Settings) -> County:
    """No period is open yet: that is the worker's job here."""
    return found_county(settings)


def test_a_job_whose_worker_was_killed_runs_again_after_its_lease(county: County, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with Books(county) as session:
        watch = Watch(session)
        with working(county, START, log) as worker:
            watch.wait("begun")
            worker.kill()
        held = [v for k, v in watch.rows().items() if k.startswith(ROUND)]
        assert held == [(1, False, True)], "killed in the middle of the job"

        with working(county, START + timedelta(minutes=2), log):
            time.sleep(3)
            assert [v for k, v in watch.rows().items() if k.startswith(ROUND)] == held, (
                "the lease is respected"
            )

        with working(county, START + jobs.LEASE + timedelta(minutes=1), log):
            rows = watch.wait("done")
        assert [v for k, v in rows.items() if k.startswith(ROUND)] == [(2, True, False)]

        reports = session.execute(
            sa.select(Report.period, sa.func.count(Submission.id))
            .join(
                Submission,
                sa.and_(Submission.tenant_id == Report.tenant_id, Submission.report_id == Report.id),
            )
            .group_by(Report.period)
        ).all()
        assert {count for _period, count in reports} == {len(MEMBERS)}, "each period once, with every unit"
        assert sorted(period for period, _count in reports) == [f"2026-{month:02}" for month in range(1, 12)]
    assert portal(county.settings, "audit", "verify").returncode == 0


def test_two_workers_do_each_slot_once(county: County, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with working(county, START, log), working(county, START, log), Books(county) as session:
        rows = Watch(session).wait("done")
        assert sorted(k.partition("@")[0] for k in rows) == [
            "accounts.purge",
            "documents.purge_exports",
            "jobs.purge",
            "notices.digest",
            "notices.round",
            ROUND,
            "tips.forget",
        ]
        assert {tries for tries, _done, _leased in rows.values()} == {1}
        assert session.scalar(sa.select(sa.func.count(Report.id))) == 11


def test_who_comes_back_late_cannot_finish_anothers_job(session: Session, clock: TestClock) -> None:
    jobs.enqueue(session, ROUND, clock(), slot="once")
    jobs.enqueue(session, ROUND, clock(), slot="once")
    first = jobs.claim(session, clock())
    assert first is not None
    job_id, fence = first.id, first.tries
    session.commit()
    assert jobs.claim(session, clock()) is None, "there is one job, and it is taken"
    session.commit()

    clock.now += jobs.LEASE + timedelta(seconds=1)
    second = jobs.claim(session, clock())
    assert second is not None
    assert (second.id, second.tries) == (job_id, fence + 1)
    session.commit()

    assert not jobs.finish(session, job_id, fence, clock())
    jobs.fail(session, job_id, fence, "late", clock())
    session.commit()
    db.session.remove()
    row = session.get_one(jobs.Job, job_id)
    assert (row.done_at, row.error, row.tries) == (None, "", fence + 1)
    assert jobs.finish(session, job_id, fence + 1, clock())
    session.commit()


def test_a_failing_job_waits_longer_each_time_and_stays_listed(session: Session, clock: TestClock) -> None:
    jobs.enqueue(session, "nobody.knows", clock(), slot="x")
    pauses = []
    for _try in range(6):
        job = jobs.claim(session, clock())
        assert job is not None
        job_id, tries = job.id, job.tries
        jobs.fail(session, job_id, tries, "boom", clock())
        session.commit()
        session.expire_all()
        row = session.get_one(jobs.Job, job_id)
        pauses.append(row.run_at - clock())
        assert (row.done_at, row.error) == (None, "boom")
        clock.now = row.run_at
    assert pauses == [*jobs.RETRY, jobs.RETRY[-1], jobs.RETRY[-1]]
