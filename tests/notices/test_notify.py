"""A notice with a mark is left once, also when two leave it in the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa
from flask import Flask

from portal.core.db import db
from portal.core.scope import Scope, set_scope
from portal.core.text import Message
from portal.notices.models import Notice
from portal.notices.services import notify
from tests.reporting.county import County

WORDS = Message("%(n)s 项待办", n=1)


def leave(county: County, mark: str | None) -> bool:
    return notify(
        county.session, county.now, mechanism_id=county.mechanism.id, unit_id=None, text=WORDS, sender="系统", mark=mark
    )  # fmt: skip


def left(county: County, mark: str | None) -> int:
    county.enter()
    return county.session.scalar(sa.select(sa.func.count(Notice.id)).where(Notice.mark == mark)) or 0


def test_the_same_mark_again_is_nothing(county: County) -> None:
    with county.inside():
        assert leave(county, "a")
        assert not leave(county, "a")
        assert leave(county, None)
        assert leave(county, None)
    with county.inside():
        assert not leave(county, "a")
        assert leave(county, "b")
    assert (left(county, "a"), left(county, "b")) == (1, 1)


def test_the_same_mark_in_another_tenant_is_another(county: County) -> None:
    with county.inside():
        assert leave(county, "a")
    body = county.make.mechanism(county.city, county.key)
    with county.make.enter(county.city) as session:
        assert notify(
            session, county.now, mechanism_id=body.id, unit_id=None, text=WORDS, sender="系统", mark="a"
        )


def test_two_at_once_leave_one_and_both_go_on(county: County, app: Flask) -> None:
    """The one who comes second keeps what else it did."""
    tenant, body, now, both = county.tenant.id, county.mechanism.id, county.now, Barrier(2)
    county.session.rollback()

    def act(n: int) -> None:
        with app.app_context():
            session = db.session()
            set_scope(session, Scope(own=(tenant,), home=tenant))
            both.wait()
            for mark in ("same", f"own{n}"):
                notify(session, now, mechanism_id=body, unit_id=None, text=WORDS, sender="系统", mark=mark)
            session.commit()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(act, range(2)))
    assert [left(county, m) for m in ("same", "own0", "own1")] == [1, 1, 1]
