"""``portal worker``: periodic and queued work, one process beside the server."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from datetime import datetime
from types import FrameType
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.accounts.models import LoginFailure, LoginSession
from portal.app import create_app
from portal.core import jobs
from portal.core.db import db
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.reporting.rounds import open_everywhere

log = logging.getLogger(__name__)
POLL_SECONDS = 2.0

Handler = Callable[[Session, Flask, dict[str, Any], datetime], None]


def _open_periods(session: Session, app: Flask, _payload: dict[str, Any], now: datetime) -> None:
    open_everywhere(session, SYSTEM, now, registry=app.extensions["portal"].registry)


def _purge(session: Session, _app: Flask, _payload: dict[str, Any], now: datetime) -> None:
    """Sessions that are over and failures that no longer count."""
    set_scope(session, Scope(own=()))
    session.execute(sa.delete(LoginSession).where(LoginSession.expires_at < now))
    session.execute(sa.delete(LoginFailure).where(LoginFailure.at < now.replace(hour=0, minute=0)))


HANDLERS: dict[str, Handler] = {"reporting.open_periods": _open_periods, "accounts.purge": _purge}
HOURLY = ("reporting.open_periods", "accounts.purge")


@click.command()
def worker() -> None:
    """Do queued and periodic work until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(message)s")
    stop = _Stop()
    app = create_app()
    while not stop.told:
        try:
            with app.app_context():
                worked = _step(app)
        except DBAPIError as error:
            log.warning("database: %s", error.orig)
            worked = False
        if not worked:
            stop.wait(POLL_SECONDS)


class _Stop:
    """SIGTERM and SIGINT end the loop after the job in hand."""

    def __init__(self) -> None:
        self.told = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._tell)

    def _tell(self, _number: int, _frame: FrameType | None) -> None:
        self.told = True

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.told and time.monotonic() < end:
            time.sleep(0.1)


def _step(app: Flask) -> bool:
    """Enqueue what the hour asks for, then do one job. True when there was one."""
    clock = app.extensions["portal"].clock
    session = db.session()
    session.info.update(audit_key=app.extensions["portal"].audit_key, address="")
    now = clock()
    for name in HOURLY:
        jobs.enqueue(session, name, now, slot=f"{now:%Y-%m-%dT%H}")
    job = jobs.claim(session, now)
    if job is None:
        session.commit()
        return False
    job_id, name, tries, payload = job.id, job.name, job.tries, dict(job.payload)
    session.commit()
    try:
        HANDLERS[name](session, app, payload, now)
        session.info.pop("scope", None)
        if jobs.finish(session, job_id, tries, clock()):
            session.commit()
        else:
            session.rollback()  # the lease ran out and another worker has the job
    except Exception as error:
        session.rollback()
        log.exception("job %s", name)
        jobs.fail(session, job_id, tries, f"{type(error).__name__}: {error}", clock())
        session.commit()
    return True
