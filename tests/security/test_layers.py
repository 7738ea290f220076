"""Each layer of tenancy alone, over every table: the guard without the database's policies, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import make_url

from portal.core.db import Base, Released, Subtree, Tenanted
from portal.core.scope import Scope, set_scope
from tests.contract.world import Place, World

MODELS: dict[str, Any] = {
    m.local_table.name: m.class_  # type: ignore[attr-defined]
    for m in Base.registry.mappers
    if issubclass(m.class_, Tenanted)
}
UNUSED = {"policy_choice", "unit_change", "urgent_receipt", "tip_attempt"}
"""Tables of which the world has no row; tries of the public are forgotten within the hour."""
Seen = dict[str, set[tuple[int, Any]]]
"""Table -> (tenant, released at) of what was read."""


def read_by_guard(world: World, scope: Scope) -> Seen:
    found = {}
    with world.factory() as make:
        for name, model in MODELS.items():
            set_scope(make.session, scope)
            columns = [model.tenant_id] + ([model.released_at] if issubclass(model, Released) else [])
            found[name] = {
                (r[0], r[1] if len(r) > 1 else None) for r in make.session.execute(sa.select(*columns))
            }
        make.session.rollback()
    return found


@contextmanager
def as_the_portal(world: World, scope: Scope) -> Iterator[psycopg.Connection]:
    """The application's role, told the scope; no guard of ours between."""
    url = make_url(world.app.extensions["portal"].settings.database_url)
    with psycopg.connect(
        host=str(url.query["host"]), user=url.username, password=url.password, dbname=url.database
    ) as link:
        link.execute(scope.settings)
        yield link
        link.rollback()


def read_by_policies(world: World, scope: Scope) -> Seen:
    found = {}
    with as_the_portal(world, scope) as link:
        for name, model in MODELS.items():
            columns = "tenant_id, released_at" if issubclass(model, Released) else "tenant_id, null"
            found[name] = set(link.execute(f'select {columns} from "{name}"').fetchall())
    return found


@pytest.fixture
def read(engine: str) -> Any:
    """SQLite has the guard alone; on PostgreSQL it is left out."""
    return read_by_guard if engine == "sqlite" else read_by_policies


def scope_of(place: Place, *below: Place) -> Scope:
    return Scope(own=(place.tenant_id,), below=tuple(p.tenant_id for p in below), home=place.tenant_id)


def test_there_is_something_to_hide_in_every_table(world: World, read: Any) -> None:
    county = world.counties[0]
    seen = read(world, scope_of(county))
    assert {name for name in MODELS if not seen[name]} <= UNUSED
    assert all({tenant for tenant, _at in rows} <= {county.tenant_id} for rows in seen.values())


def test_a_superior_reads_what_was_released_and_what_is_open_to_it(world: World, read: Any) -> None:
    city, county = world.cities[0], world.counties[0]
    seen = read(world, scope_of(city, county))
    for name, model in MODELS.items():
        below = {at for tenant, at in seen[name] if tenant != city.tenant_id}
        if issubclass(model, Released):
            assert None not in below, name
        elif not issubclass(model, Subtree):
            assert not below, name
        assert {tenant for tenant, _at in seen[name]} <= {city.tenant_id, county.tenant_id}, name
    assert any(tenant == county.tenant_id for tenant, _at in seen["report_file"])


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_nobody_writes_below_or_beside(world: World) -> None:
    """By the database's own layer; the flush of the guard has its tests in tests/core/test_scope.py."""
    city, county = world.cities[0], world.counties[0]
    scope = scope_of(city, *world.counties)
    for name in MODELS:
        for verb in (f'update "{name}" set tenant_id = tenant_id', f'delete from "{name}"'):
            with as_the_portal(world, scope) as link:
                try:
                    done = link.execute(f"{verb} where tenant_id = {county.tenant_id}")
                except psycopg.errors.InsufficientPrivilege:  # the trail may not be changed at all
                    continue
                assert done.rowcount == 0, (name, verb)
