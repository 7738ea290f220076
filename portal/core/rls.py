"""Row-level security of PostgreSQL: the third layer, which holds when the code forgets its filter.

No sub-select, no OR with a superuser switch (measured 300 times slower, and refused by Citus); ``nullif``
because an unset setting reads '' after a commit. See ``scope.Scope.settings`` for the settings.
"""

from __future__ import annotations

from collections.abc import Iterator

_OWN = "tenant_id = any(nullif(current_setting('app.own', true), '')::bigint[])"
_EVERY = "tenant_id = any(nullif(current_setting('app.every', true), '')::bigint[])"
_HOME = "tenant_id = nullif(current_setting('app.home', true), '')::bigint"

READ = {
    "own": _OWN,
    "subtree": _EVERY,
    "released": f"{_EVERY} and (released_at is not null or {_OWN})",
}


def policies(table: str, visibility: str) -> Iterator[str]:
    """The statements that put ``table`` under row-level security, for use in a migration."""
    yield f"alter table {table} enable row level security"
    yield f"alter table {table} force row level security"
    yield f"create policy {table}_read on {table} for select using ({READ[visibility]})"
    yield f"create policy {table}_insert on {table} for insert with check ({_HOME})"
    yield f"create policy {table}_update on {table} for update using ({_HOME}) with check ({_HOME})"
    yield f"create policy {table}_delete on {table} for delete using ({_HOME})"
