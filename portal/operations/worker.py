"""``portal worker``: periodic and queued work, one process beside the server."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.accounts.models import Account, LoginFailure, LoginSession
from portal.app import create_app
from portal.assessment import redating as measures
from portal.core import jobs
from portal.core.db import db
from portal.core.reader import Desk, Reader
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.deadlines.recompute import recompute_everywhere
from portal.documents import exports
from portal.information import redating as answers
from portal.ledger.importing import entering
from portal.ledger.importing.staging import purge_imports
from portal.notices import jobs as notices
from portal.operations import keys
from portal.reporting import redating as periods
from portal.reporting.excel.uploads import purge_uploads
from portal.reporting.rounds import open_everywhere
from portal.tenants.calendar import CHANGED
from portal.tips.identity import forget_all
from portal.units.reader import load_posts

log = logging.getLogger(__name__)
POLL_SECONDS = 2.0
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Work:
    """A job in hand, as its handler gets it."""

    session: Session
    app: Flask
    payload: dict[str, Any]
    now: datetime
    lease: jobs.Lease


Handler = Callable[[Work], None]


def _open_periods(work: Work) -> None:
    open_everywhere(work.session, SYSTEM, work.now, registry=work.app.extensions["portal"].registry)


def _purge(work: Work) -> None:
    """Sessions that are over, failures that no longer count, uploads that nobody confirmed."""
    set_scope(work.session, Scope(own=()))
    work.session.execute(sa.delete(LoginSession).where(LoginSession.expires_at < work.now))
    midnight = work.now.replace(hour=0, minute=0)
    work.session.execute(sa.delete(LoginFailure).where(LoginFailure.at < midnight))
    purge_uploads(work.session, work.now)
    purge_imports(work.session, work.now)


def _export(work: Work) -> None:
    portal = work.app.extensions["portal"]
    room = exports.Room(portal.settings.instance, portal.registry, portal.clock, find_desk, _reading)
    exports.run_export(work.session, room, work.payload, work.lease)


def _enter(work: Work) -> None:
    portal = work.app.extensions["portal"]
    room = entering.Room(portal.registry, portal.clock, find_desk)
    entering.run_import(work.session, room, work.payload, work.lease)


def _purge_exports(work: Work) -> None:
    exports.purge_exports(work.session, work.app.extensions["portal"].settings.instance, work.now)


def _recompute(work: Work) -> None:
    """A year's days off were imported."""
    portal = work.app.extensions["portal"]
    addresses = work.app.url_map.bind("localhost")

    def link(code: str, campaign: str, deadline_id: int) -> str:
        values = {"tenant": code, "campaign": campaign, "deadline_id": deadline_id}
        return addresses.build("deadlines.detail", values)

    recompute_everywhere(
        work.session, SYSTEM, work.now, year=int(work.payload["year"]), link=link,
        hold=lambda: work.lease.hold(work.session, portal.clock()),
        rooms=(periods.redate_all(portal.registry), answers.redate_all(portal.registry), measures.redate_all(portal.registry)),
    )  # fmt: skip


def _reseal(work: Work) -> None:
    keys.reseal(work.session, work.app, work.lease)


def find_desk(session: Session, account_id: int, tenant_id: int, campaign: str, now: datetime) -> Desk | None:
    """Where the account sits now; None when it is disabled or has left. The scope must cover the tenant."""
    account = session.get(Account, account_id)
    if account is None or account.disabled_at is not None:
        return None
    posts = load_posts(session, account_id, now)
    reader = Reader(account_id, account.username, account.display_name, posts)
    return next((d for d in reader.desks if (d.tenant_id, d.campaign) == (tenant_id, campaign)), None)


@contextmanager
def _reading() -> Iterator[Session]:
    """A session beside the worker's own that only reads: on SQLite it keeps nobody from writing."""
    session: Session = db.session.session_factory()
    try:
        session.connection(execution_options={"read_only": True})
        yield session
    finally:
        session.close()


def _go_round(work: Work) -> None:
    notices.go_round(work.session, work.now, work.app.extensions["portal"].settings)


def _make_digests(work: Work) -> None:
    notices.make_digests(work.session, work.now, work.app.extensions["portal"].settings)


def _send(work: Work) -> None:
    portal = work.app.extensions["portal"]
    notices.send(work.session, portal.settings, portal.clock, work.lease)


def _purge_jobs(work: Work) -> None:
    """Periodic work that was done long ago; its slots do not come again."""
    set_scope(work.session, Scope(own=()))
    old = work.now - KEPT
    work.session.execute(sa.delete(jobs.Job).where(jobs.Job.done_at < old, jobs.Job.slot.is_not(None)))


def _forget_tellers(work: Work) -> None:
    """Names of who told, and sources of tries, whose time is over."""
    forget_all(work.session, work.now)


HANDLERS: dict[str, Handler] = {
    "reporting.open_periods": _open_periods,
    "accounts.purge": _purge,
    CHANGED: _recompute,
    exports.JOB: _export,
    entering.JOB: _enter,
    "documents.purge_exports": _purge_exports,
    keys.JOB: _reseal,
    "jobs.purge": _purge_jobs,
    "tips.forget": _forget_tellers,
    notices.ROUND: _go_round,
    notices.DIGEST: _make_digests,
    notices.SEND: _send,
}
HOURLY = ("reporting.open_periods", "accounts.purge", "documents.purge_exports", "jobs.purge", "tips.forget")


@click.command()
def worker() -> None:
    """Do queued and periodic work until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(message)s")
    stop = _Stop()
    app = create_app()
    while not stop.told:
        try:
            with app.app_context():
                worked = _step(app, stop.is_told)
        except DBAPIError as error:
            log.warning("database: %s", error.orig)
            worked = False
        if not worked:
            stop.wait(POLL_SECONDS)


class _Stop:
    """SIGTERM and SIGINT end the loop after the job in hand; a long one stops where it is and is given back."""

    def __init__(self) -> None:
        self.told = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._tell)

    def _tell(self, _number: int, _frame: FrameType | None) -> None:
        self.told = True

    def is_told(self) -> bool:
        return self.told

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.told and time.monotonic() < end:
            time.sleep(0.1)


def _step(app: Flask, told: Callable[[], bool] = lambda: False) -> bool:
    """Enqueue what the hour asks for, then do one job. True when there was one."""
    clock = app.extensions["portal"].clock
    session = db.session()
    session.info.update(audit_key=app.extensions["portal"].audit_key, address="")
    now = clock()
    for name in HOURLY:
        jobs.enqueue(session, name, now, slot=f"{now:%Y-%m-%dT%H}")
    jobs.enqueue(session, notices.ROUND, now, slot=notices.slot(now))
    job = jobs.claim(session, now)
    if job is None:
        session.commit()
        return False
    job_id, name, tries, payload = job.id, job.name, job.tries, dict(job.payload)
    session.commit()
    try:
        HANDLERS[name](Work(session, app, payload, now, jobs.Lease(job_id, tries, told)))
        session.flush()  # while its scope still stands
        session.info.pop("scope", None)
        if jobs.finish(session, job_id, tries, clock()):
            session.commit()
        else:
            session.rollback()  # the lease ran out and another worker has the job
    except jobs.Halted:
        session.rollback()
        session.info.pop("scope", None)
        jobs.give_back(session, job_id, tries, clock())
        session.commit()
    except Exception as error:
        session.rollback()
        session.info.pop("scope", None)
        log.exception("job %s", name)
        jobs.fail(session, job_id, tries, f"{type(error).__name__}: {error}", clock())
        session.commit()
    return True
