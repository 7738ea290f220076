"""Tables, engines and transactions for SQLite and PostgreSQL.

Tables of a tenant take one of three bases, which say who reads their rows (see ``scope``):
``Own`` the tenant alone, ``Subtree`` also its superiors, ``Released`` superiors once a row was released.
Their keys lead with ``tenant_id`` so that the schema can be sharded on it.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    MetaData,
    TypeDecorator,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.orm import registry as orm_registry

from portal.core.clock import SHANGHAI
from portal.core.errors import PortalError
from portal.core.secret import dumps
from portal.core.text import _

_EPOCH_MS = 1_704_067_200_000  # 2024-01-01 UTC
_given, _giving = [0], threading.Lock()

BUSY_SECONDS = 8
"""How long SQLite waits for another's lock; an installation may say otherwise: ``sqlite:///…?timeout=3``."""


def new_id() -> int:
    """A 63-bit id that tells nobody how many rows there are; each is greater than the process's last one, so that a
    thousand rows made in one millisecond do not meet by chance."""
    with _giving:
        found = (int(time.time() * 1000) - _EPOCH_MS) << 22 | secrets.randbits(22)
        _given[0] = found if found > _given[0] else _given[0] + 1 + secrets.randbits(8)
        return _given[0]


class Instant(TypeDecorator[datetime]):
    """An aware moment: stored as UTC, handed out in Asia/Shanghai. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(SHANGHAI)


class Base(DeclarativeBase):
    """Base of every table. A registry rather than a map: Flask-SQLAlchemy derives from this class once more."""

    registry = orm_registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "fk": "fk_%(table_name)s_%(column_1_name)s_%(referred_table_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            datetime: Instant,
            int: BigInteger().with_variant(sa.Integer, "sqlite"),
            dict[str, Any]: JSON().with_variant(JSONB, "postgresql"),
            list[Any]: JSON().with_variant(JSONB, "postgresql"),
        },
    )


class Tenanted(Base):
    """A row that belongs to one tenant for ever."""

    __abstract__ = True

    tenant_id: Mapped[int] = mapped_column(sa.ForeignKey("tenant.id"), primary_key=True, sort_order=-2)
    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False, sort_order=-1)


class Own(Tenanted):
    """Read and written by its tenant alone."""

    __abstract__ = True


class Subtree(Tenanted):
    """Read by its tenant and the tenants above it, written by its tenant."""

    __abstract__ = True


class Released(Tenanted):
    """Read by the tenants above once ``released_at`` is set."""

    __abstract__ = True

    released_at: Mapped[datetime | None] = mapped_column(
        default=None, comment="when superiors began to see it"
    )


class Versioned:
    """A row that knows how often it was written: who would write over a change made meanwhile fails with SQLAlchemy's
    ``StaleDataError``."""

    version: Mapped[int] = mapped_column(default=1, sort_order=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def within_tenant(column: str, target: str) -> ForeignKeyConstraint:
    """Composite foreign key ``(tenant_id, column) -> target(tenant_id, id)``: never to another tenant's row."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"])


class Database(SQLAlchemy):
    """Flask-SQLAlchemy for engine, session and teardown; the models stand on our own typed ``Base``."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Any) -> Engine:
        url = sa.make_url(options["url"])
        if url.get_backend_name() == "sqlite" and "timeout" not in url.query:
            options["url"] = url.update_query_dict({"timeout": str(BUSY_SECONDS)})
        options["json_serializer"] = dumps
        engine = super()._make_engine(bind_key, options, app)
        prepare_engine(engine)
        return engine


def prepare_engine(engine: Engine) -> None:
    """Attach the connection rules of the dialect."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _refuse_powerful_role)
        event.listen(engine, "begin", _begin_postgresql)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    raw = connection.connection.dbapi_connection
    assert raw is not None
    cursor = raw.cursor()
    # A writing transaction takes the lock at once: the driver's default loses updates or is refused.
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    try:
        if (
            connection.info.get("read_only") is not read_only
        ):  # each pragma makes SQLite forget all it has prepared
            cursor.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
            connection.info["read_only"] = read_only
        cursor.execute(begin)
    except sqlite3.OperationalError as error:  # beyond SQLAlchemy's own translation here
        raise OperationalError(begin, None, error) from error


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("read_only", False):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _refuse_powerful_role(connection: Any, _record: object) -> None:
    """Row-level security does not bind superusers, owners and BYPASSRLS: such a role must not serve."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select rolsuper or rolbypassrls or exists(select 1 from pg_class where relowner = pg_roles.oid"
            " and relkind = 'r' and relnamespace = 'public'::regnamespace) from pg_roles where rolname = current_user"
        )
        powerful = cursor.fetchone()[0]
    connection.rollback()
    if powerful:
        raise PortalError(_("数据库账号是超级用户、表的所有者或可绕过行级安全，系统拒绝以此账号运行。"))


db = Database(model_class=Base)
