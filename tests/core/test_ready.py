"""Selects that stand ready: the same rows, the same guard, the same types as ``session.execute`` gives."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.db import db
from portal.core.posts import PostKind
from portal.core.ready import Ready
from portal.core.scope import Scope, ScopeMissing, set_scope
from portal.notices.models import Notice
from portal.tenants.models import Tenant
from portal.units.models import Post, Unit
from tests.conftest import TestClock
from tests.factories import Factory

UNITS = sa.select(Unit.id, Unit.full_name, Unit.aliases, Unit.active, Unit.kind).order_by(Unit.sort_no)
CHOSEN = UNITS.where(Unit.id.in_(sa.bindparam("ids", expanding=True)), Unit.active.in_([True, False]))
PAIRS = UNITS.where(sa.tuple_(Unit.id, Unit.full_name).in_(sa.bindparam("pairs", expanding=True)))


@pytest.fixture
def place(make: Factory) -> dict[str, Tenant]:
    city = make.tenant("阳泉市")
    return {"city": city, "here": make.tenant("平定县", city), "there": make.tenant("盂县", city)}


def test_rows_types_and_lists(session: Session, make: Factory, place: dict[str, Tenant]) -> None:
    units = [make.unit(place["here"], f"单位{n}") for n in range(3)]
    set_scope(session, Scope(own=(place["here"].id,)))
    for ids in ([], [units[0].id], [u.id for u in units], [u.id for u in units[:2]], [units[2].id]):
        expected = [tuple(r) for r in session.execute(CHOSEN, {"ids": ids})]
        assert len(expected) == len(ids)
        assert Ready(CHOSEN).rows(session, ids=ids) == expected
    ready = Ready(PAIRS)
    for chosen in (units, units[:1], [], units):
        found = ready.rows(session, pairs=[(u.id, u.full_name) for u in chosen])
        assert [row[0] for row in found] == [u.id for u in chosen]
        assert all(row[2] == [] and row[3] is True for row in found), "JSON and truth values as they are"


def test_moments_are_aware(
    session: Session, make: Factory, clock: TestClock, place: dict[str, Tenant]
) -> None:
    begun = clock() - timedelta(days=3)
    make.post(place["here"], "pd_gaj", PostKind.OBSERVER, since=begun)
    set_scope(session, Scope(own=(place["here"].id,)))
    since = Ready(sa.select(Post.since, Post.until).where(Post.since <= sa.bindparam("now")))
    assert since.rows(session, now=clock()) == [(begun, None)]
    assert since.rows(session, now=begun - timedelta(seconds=1)) == []


def test_nobody_sees_anothers_rows(session: Session, make: Factory, place: dict[str, Tenant]) -> None:
    ready = Ready(UNITS)
    mine, theirs = make.unit(place["here"], "公安局"), make.unit(place["there"], "公安局")
    for own, seen in (
        ((place["here"],), [mine]),
        ((place["there"],), [theirs]),
        ((), []),
        (tuple(place.values()), [mine, theirs]),
    ):
        set_scope(session, Scope(own=tuple(t.id for t in own)))
        assert [row[0] for row in ready.rows(session)] == [u.id for u in seen]
    session.rollback()
    db.session.remove()
    fresh = db.session()
    with pytest.raises(ScopeMissing):
        ready.rows(fresh)
    with pytest.raises(ScopeMissing):
        Ready(sa.select(Account.id).join(Notice, Notice.sender == Account.username)).rows(fresh)
    assert Ready(sa.select(Tenant.name).order_by(Tenant.code)).rows(fresh), "shared tables need no scope"


def test_it_sees_what_is_not_yet_written(session: Session, make: Factory, place: dict[str, Tenant]) -> None:
    set_scope(session, Scope(own=(place["here"].id,), home=place["here"].id))
    session.add(Unit(full_name="新设单位", short_name="新设", aliases=["甲"], kind="", sort_no=1))
    assert [row[1:3] for row in Ready(UNITS).rows(session)] == [("新设单位", ["甲"])]
    session.rollback()
