"""Migrations give what the models say; PostgreSQL keeps tenants apart; the trail can only grow."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from portal import create_app
from portal.core import migrate
from portal.core.db import Base, Own, Released, Subtree, db
from portal.core.errors import PortalError
from portal.core.scope import Scope, set_scope, tenanted_tables
from portal.core.settings import Settings
from tests.postgres import APP, Cluster

SHARED = {"account", "alembic_version", "calendar_day", "calendar_feed", "digest", "digest_entry", "form_snapshot",
          "job", "login_failure", "login_session", "notice_outgoing", "seat", "tenant"}  # fmt: skip
"""Tables that belong to no tenant, or are read before there is a scope."""
NAMES_A_TENANT = {"seat", "digest_entry", "notice_outgoing", "search_words"}
"""Of these the ones with a column of that name. ``search_words`` is read by functions alone, see core/search.py."""


def _searched(name: str) -> bool:
    """The index of words: on SQLite a virtual table with its own shadows."""
    return name.startswith("search_words")


def test_there_is_exactly_one_head() -> None:
    assert len(migrate.heads()) == 1


def test_an_upgraded_empty_database_equals_the_models(settings: Settings, engine: str) -> None:
    url = settings["OWNER_URL"] or settings.database_url
    owner = sa.create_engine(url)
    with owner.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
        assert [
            d for d in found if isinstance(d, list) or not _searched(getattr(d[1], "table", d[1]).name)
        ] == []
        assert migrate.is_current(connection)
        tables = sa.inspect(connection).get_table_names()
    owner.dispose()
    assert {t for t in tables if not _searched(t)} == set(Base.metadata.tables) | {"alembic_version"}
    assert "search_words" in tables


def test_a_second_upgrade_changes_nothing(settings: Settings) -> None:
    """A87."""
    url = settings["OWNER_URL"] or settings.database_url
    migrate.upgrade(url, APP if settings["OWNER_URL"] else None)
    owner = sa.create_engine(url)
    with owner.connect() as connection:
        assert migrate.is_current(connection)
    owner.dispose()


# ----------------------------------------------------------------------------------------- shape of tables
def test_every_table_is_either_shared_or_tenanted() -> None:
    tenanted = {t.name for t in tenanted_tables()}
    assert tenanted.isdisjoint(SHARED)
    assert tenanted | SHARED == set(Base.metadata.tables) | {"alembic_version"}


@pytest.mark.parametrize("table", tenanted_tables(), ids=lambda t: t.name)
def test_keys_and_indexes_lead_with_the_tenant(table: sa.Table) -> None:
    """So that the schema can be sharded, and every list is found by its tenant."""
    assert next(iter(table.primary_key.columns)).name == "tenant_id"
    for index in table.indexes:
        assert next(c.name for c in index.columns) == "tenant_id", index.name
    for constraint in table.constraints:
        names = [c.name for c in constraint.columns]  # type: ignore[attr-defined]
        if isinstance(constraint, sa.UniqueConstraint):
            assert names[0] == "tenant_id", constraint.name
        if isinstance(constraint, sa.ForeignKeyConstraint):
            target = constraint.referred_table
            if target.name in SHARED:
                assert len(names) == 1
            else:
                assert names[0] == "tenant_id", f"{table.name} -> {target.name}"
                assert constraint.column_keys[0] == "tenant_id"
                assert next(e.column.name for e in constraint.elements) == "tenant_id"


def test_money_and_time_are_exact() -> None:
    """No floating point anywhere; every moment is aware."""
    for table in Base.metadata.tables.values():
        for column in table.columns:
            assert not isinstance(column.type, sa.Float | sa.Numeric), f"{table.name}.{column.name}"
            assert not isinstance(column.type, sa.DateTime) or type(column.type).__name__ == "Instant"


# -------------------------------------------------------------------------------------- PostgreSQL's layer
@pytest.fixture
def catalogue(postgres: Cluster) -> Iterator[psycopg.Connection]:
    """The migrated template, read by the superuser."""
    with psycopg.connect(host=str(postgres.folder), user="postgres", dbname="template") as link:
        yield link


def test_every_tenanted_table_has_policies_that_bind_even_its_owner(catalogue: psycopg.Connection) -> None:
    """A24. From the database's own catalogue, for every table that has a tenant_id at all."""
    rows = catalogue.execute(
        "select c.relname, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner),"
        " (select i.indkey[0] = a.attnum from pg_index i where i.indrelid = c.oid and i.indisprimary),"
        " (select count(*) from pg_index i where i.indrelid = c.oid and i.indkey[0] <> a.attnum)"
        " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'"
        " where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace"
    ).fetchall()
    tenanted = {t.name for t in tenanted_tables()}
    assert {r[0] for r in rows} - NAMES_A_TENANT == tenanted
    for name, enabled, forced, owner, leads, others in rows:
        if name not in NAMES_A_TENANT:
            assert (enabled, forced, owner, leads, others) == (True, True, "portal_owner", True, 0), name


@pytest.mark.parametrize("table", tenanted_tables(), ids=lambda t: t.name)
def test_policies_say_what_the_model_says(catalogue: psycopg.Connection, table: sa.Table) -> None:
    rows = catalogue.execute(
        "select cmd, permissive, roles::text[], qual, with_check from pg_policies where tablename = %s",
        (table.name,),
    ).fetchall()
    assert sorted(r[0] for r in rows) == ["DELETE", "INSERT", "SELECT", "UPDATE"]
    model = next(m.class_ for m in Base.registry.mappers if m.local_table is table)
    for command, permissive, roles, using, check in rows:
        assert (permissive, roles) == ("PERMISSIVE", ["public"])
        said = f"{using or ''} {check or ''}"
        assert "NULLIF" in said
        assert "SELECT" not in said.upper(), "no sub-select in a policy"
        if command != "SELECT":
            assert "app.home" in said
            assert "app.every" not in said
            if command == "UPDATE":
                assert using is not None
                assert check is not None
        elif issubclass(model, Own):
            assert "app.own" in said
            assert "app.every" not in said
        elif issubclass(model, Released):
            assert "released_at IS NOT NULL" in said
        else:
            assert issubclass(model, Subtree)
            assert "app.every" in said
            assert "app.own" not in said


def test_the_applications_role_owns_and_may_nothing_more(catalogue: psycopg.Connection) -> None:
    role = catalogue.execute(
        "select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication from pg_roles where rolname = %s",
        (APP,),
    ).fetchone()
    assert role == (False, False, False, False, False)
    owned = catalogue.execute(
        "select count(*) from pg_class where pg_get_userbyid(relowner) = %s", (APP,)
    ).fetchone()
    assert owned == (0,)
    rows = catalogue.execute(
        "select table_name, privilege_type from information_schema.role_table_grants where grantee = %s",
        (APP,),
    ).fetchall()
    assert {p for _t, p in rows} == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert {p for t, p in rows if t == "audit_event"} == {"SELECT", "INSERT"}
    assert {p for t, p in rows if t == "alembic_version"} == {"SELECT"}
    create = catalogue.execute("select has_schema_privilege(%s, 'public', 'CREATE')", (APP,)).fetchone()
    assert create == (False,)


@pytest.mark.parametrize(
    "verb", ["update audit_event set act = 'x'", "delete from audit_event", "truncate audit_event"]
)
def test_the_trail_cannot_be_edited_by_the_application(postgres: Cluster, verb: str) -> None:
    url = postgres.app_url("template")
    engine = sa.create_engine(url)
    with engine.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.exec_driver_sql(verb)
    engine.dispose()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize("role", ["owner", "superuser"])
def test_the_portal_refuses_to_serve_with_a_powerful_role(
    settings: Settings, postgres: Cluster, role: str
) -> None:
    """A25."""
    name = sa.make_url(settings.database_url).database or ""
    url = postgres.owner_url(name) if role == "owner" else postgres.superuser_url(name)
    app = create_app(Settings({}, **{**dict(settings.items()), "DATABASE_URL": url}))
    with app.app_context():
        with pytest.raises(PortalError, match="拒绝"):
            db.session.execute(sa.select(1))
        db.engine.dispose()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_the_portal_refuses_to_serve_with_a_role_that_bypasses(settings: Settings, postgres: Cluster) -> None:
    name = sa.make_url(settings.database_url).database or ""
    role = f"bypass_{name}"
    with psycopg.connect(host=str(postgres.folder), user="postgres", dbname=name, autocommit=True) as link:
        link.execute(f"create role {role} login bypassrls")
        url = re.sub(f"//{APP}@", f"//{role}@", settings.database_url)
        app = create_app(Settings({}, **{**dict(settings.items()), "DATABASE_URL": url}))
        with app.app_context():
            with pytest.raises(PortalError, match="拒绝"):
                db.session.execute(sa.select(1))
            db.engine.dispose()
        link.execute(f"drop role {role}")


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_no_scope_stays_behind_on_a_pooled_connection(settings: Settings) -> None:
    """A20: after an error in mid-transaction the next borrower of the connection sees nothing."""
    app = create_app(settings)
    with app.app_context():
        session = db.session()
        set_scope(session, Scope(own=(1,), home=1))
        with pytest.raises(DBAPIError):
            session.connection().exec_driver_sql("select 1/0")
        session.rollback()
        db.session.remove()
        with db.engine.connect() as connection:
            for setting in ("app.own", "app.every", "app.home"):
                left = connection.exec_driver_sql(f"select current_setting('{setting}', true)").scalar()
                assert left in (None, "")
        db.engine.dispose()
