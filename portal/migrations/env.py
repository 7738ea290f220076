"""Alembic's entry: runs the revisions on the URL that ``portal.core.migrate`` hands over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

import portal.migrations.tables  # noqa: F401 - registers every model
from portal.core.db import Base

engine = sa.create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
