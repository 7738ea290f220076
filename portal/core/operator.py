"""What a command of the command line works with. The application is made by whoever starts the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import click
from flask import Flask
from sqlalchemy.orm import Session

from portal.core.db import db
from portal.core.scope import SYSTEM, Actor, Scope, set_scope


@dataclass(frozen=True)
class Operator:
    """An open application with one session; ``registry`` as in the application's ``Portal``."""

    app: Flask
    session: Session
    now: datetime
    actor: Actor
    registry: Any


@contextmanager
def operator() -> Iterator[Operator]:
    """One transaction for the command: committed at its end, rolled back when it raises.

    The scope is empty; a command enters the tenant it works for (``work_in``).
    """
    factory = cast(Callable[[], Flask], click.get_current_context().find_root().obj)
    app = factory()
    with app.app_context():
        session = db.session()
        portal = app.extensions["portal"]
        session.info.update(audit_key=portal.audit_key, address="")
        try:
            yield Operator(app, session, portal.clock(), SYSTEM, portal.registry)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            db.session.remove()


def work_in(session: Session, tenant_id: int, below: tuple[int, ...] = ()) -> None:
    """Read and write this tenant's rows from here on."""
    set_scope(session, Scope(own=(tenant_id,), below=below, home=tenant_id))
