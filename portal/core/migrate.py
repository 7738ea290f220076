"""Alembic behind three verbs, used by the command line and the tests. One linear tree, no plugin tables."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

FOLDER = Path(__file__).parents[1] / "migrations"


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, application_role: str | None = None) -> None:
    """Bring the schema to the newest revision as its owner; then let ``application_role`` use the tables."""
    command.upgrade(_config(url), "head")
    if application_role:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            grant(connection, application_role)
        engine.dispose()


def grant(connection: sa.Connection, role: str) -> None:
    """What the application's role may do: read and write rows; the trail it may only read and append to."""
    quoted = connection.dialect.identifier_preparer.quote(role)
    tables = sa.inspect(connection).get_table_names()
    for table in sorted(set(tables) - {"alembic_version", "search_words"}):
        rights = "select, insert" if table == "audit_event" else "select, insert, update, delete"
        connection.execute(sa.text(f'grant {rights} on "{table}" to {quoted}'))
    connection.execute(sa.text(f"grant select on alembic_version to {quoted}"))


def heads() -> list[str]:
    return list(ScriptDirectory.from_config(_config("")).get_heads())


def is_current(connection: sa.Connection) -> bool:
    """True when the database stands at the newest revision."""
    return list(MigrationContext.configure(connection).get_current_heads()) == heads()
