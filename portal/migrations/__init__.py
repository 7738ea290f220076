"""One linear Alembic tree."""
