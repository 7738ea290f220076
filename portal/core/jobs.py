"""Background work in the same database: enqueued in the business transaction, leased, fenced, de-duplicated.

A worker that dies loses its lease and the job runs again; a worker that comes back late cannot finish
a job that another has taken (``tries`` is the fence). Periodic work is unique by ``name@slot``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core.db import Base, new_id

LEASE = timedelta(minutes=5)
RETRY = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))

Handler = Callable[[Session, dict[str, Any], datetime], None]


class Job(Base):
    """Not a tenant's table: the worker claims from it before it knows for whom it will work."""

    __tablename__ = "job"
    __table_args__ = (sa.Index("ix_job_ready", "done_at", "run_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    name: Mapped[str] = mapped_column(String(60))
    slot: Mapped[str | None] = mapped_column(String(120), unique=True, comment="name@slot, once only")
    payload: Mapped[dict[str, Any]]
    run_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(500), default="")


class Halted(Exception):
    """The worker was told to stop, or another one has the job: leave it where it is."""


@dataclass(frozen=True)
class Lease:
    """The hold a worker has on the job in hand; a long job asks for more time as it goes."""

    job_id: int
    tries: int
    told: Callable[[], bool] = lambda: False
    """Whether the worker was told to stop."""

    def hold(self, session: Session, now: datetime) -> None:
        """Renew the lease and commit. ``Halted`` when the worker must stop or has lost the job."""
        held = session.execute(
            sa.update(Job)
            .where(Job.id == self.job_id, Job.tries == self.tries, Job.done_at.is_(None))
            .values(leased_until=now + LEASE)
        )
        session.commit()
        if self.told() or not getattr(held, "rowcount", 0):
            raise Halted


def enqueue(session: Session, name: str, now: datetime, *, slot: str | None = None, **payload: Any) -> None:
    """Add a job; with a ``slot`` a second one of the same name and slot is quietly dropped."""
    values = {
        "id": new_id(), "name": name, "slot": slot and f"{name}@{slot}", "payload": payload, "run_at": now,
        "tries": 0, "error": "",
    }  # fmt: skip
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(Job).values(values).on_conflict_do_nothing(index_elements=["slot"]))


def claim(session: Session, now: datetime) -> Job | None:
    """Take the oldest ready job for the length of a lease; the caller commits before working on it."""
    ready = (
        sa.select(Job)
        .where(
            Job.done_at.is_(None),
            Job.run_at <= now,
            sa.or_(Job.leased_until.is_(None), Job.leased_until < now),
        )
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    job = session.scalars(ready).one_or_none()
    if job is not None:
        job.tries += 1
        job.leased_until = now + LEASE
    return job


def finish(session: Session, job_id: int, tries: int, now: datetime) -> bool:
    """Mark done; False when another worker has taken the job since."""
    done = session.execute(
        sa.update(Job)
        .where(Job.id == job_id, Job.tries == tries)
        .values(done_at=now, leased_until=None, error="")
    )
    return bool(getattr(done, "rowcount", 0))


def give_back(session: Session, job_id: int, tries: int, now: datetime) -> None:
    """Another worker, or this one once it is started again, may take the job at once."""
    session.execute(
        sa.update(Job).where(Job.id == job_id, Job.tries == tries).values(run_at=now, leased_until=None)
    )


def fail(session: Session, job_id: int, tries: int, error: str, now: datetime) -> None:
    """Put the job back with a growing pause. It is never given up silently: it stays listed with its error."""
    pause = RETRY[min(tries, len(RETRY)) - 1]
    session.execute(
        sa.update(Job)
        .where(Job.id == job_id, Job.tries == tries)
        .values(run_at=now + pause, leased_until=None, error=error[:500])
    )
