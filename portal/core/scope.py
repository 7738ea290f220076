"""The tenancy guard: no scope, no rows.

Layer two of three. Services are the first: they take a ``Scope``. Here every statement of a session
gets the scope's criteria, every flush is checked, and a statement that the criteria cannot reach is
refused. Layer three is PostgreSQL's row-level security (``rls``), fed from here at each transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, with_loader_criteria
from sqlalchemy.sql import visitors

from portal.core.db import Base, Own, Released, Subtree, Tenanted
from portal.core.errors import PortalError
from portal.core.text import _


class ScopeMissing(PortalError):
    """A query on tenants' rows was made without saying for whom. Always a programming error."""

    def __init__(self) -> None:
        super().__init__(_("内部错误：查询没有指明租户范围。"))


class ForeignRow(PortalError):
    """A write to a row of a tenant that the scope may not write."""

    def __init__(self) -> None:
        super().__init__(_("内部错误：写入了其他租户的数据。"))


@dataclass(frozen=True)
class Actor:
    """Who acts, for the audit trail and for names on papers. ``account_id`` None = the system."""

    account_id: int | None
    name: str
    """Unit and post, as printed; no person's name is needed."""


SYSTEM = Actor(None, "system")


@dataclass(frozen=True)
class Scope:
    """Whose rows may be seen and written.

    ``own``: tenants in which the reader holds a post. ``below``: their subtree, of which released rows are
    seen. ``home``: the one tenant that may be written; None = reading only.
    """

    own: tuple[int, ...]
    below: tuple[int, ...] = ()
    home: int | None = None

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """What ``_CRITERIA`` leave open."""
        return {"scope_own": list(self.own), "scope_every": [*self.own, *self.below]}

    @cached_property
    def writable(self) -> Any:
        """The criteria of an UPDATE or DELETE: rows of the home alone, also those it looks for. The id stands
        in them, because parameters would be taken for values to set."""
        home = [] if self.home is None else [self.home]
        return with_loader_criteria(Tenanted, lambda cls: cls.tenant_id.in_(home), include_aliases=True)

    @cached_property
    def settings(self) -> str:
        """The statements that tell PostgreSQL; integers only, so there is nothing to quote."""
        own, every = (",".join(str(int(t)) for t in ids) for ids in (self.own, self.own + self.below))
        home = "" if self.home is None else str(int(self.home))
        return (
            f"SET LOCAL app.own='{{{own}}}'; SET LOCAL app.every='{{{every}}}'; SET LOCAL app.home='{home}'"
        )


_OWN_IDS: sa.BindParameter[Any] = sa.bindparam("scope_own", expanding=True)
_EVERY_ID: sa.BindParameter[Any] = sa.bindparam("scope_every", expanding=True)
_CRITERIA = (
    with_loader_criteria(
        Own, lambda cls: cls.tenant_id.in_(_OWN_IDS), include_aliases=True, propagate_to_loaders=False
    ),
    with_loader_criteria(
        Subtree, lambda cls: cls.tenant_id.in_(_EVERY_ID), include_aliases=True, propagate_to_loaders=False
    ),
    with_loader_criteria(
        Released,
        lambda cls: sa.and_(
            cls.tenant_id.in_(_EVERY_ID), sa.or_(cls.released_at.is_not(None), cls.tenant_id.in_(_OWN_IDS))
        ),
        include_aliases=True,
        propagate_to_loaders=False,
    ),
)
"""The same criteria with the ids left open (``Scope.parameters``), so that a select is guarded once and for all."""
_guarded: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
"""Select -> the same under ``_CRITERIA``. One that its module keeps is guarded and compiled once in the life of
the process."""
_shared: WeakSet[Any] = WeakSet()
"""Selects found to read no tenant's rows."""


def set_scope(session: Session, scope: Scope) -> None:
    """From here on the session sees and writes what ``scope`` allows."""
    session.info["scope"] = scope
    if session.in_transaction():
        _tell_database(session.connection(), scope)


def get_scope(session: Session) -> Scope:
    scope = session.info.get("scope")
    if not isinstance(scope, Scope):
        raise ScopeMissing
    return scope


@contextmanager
def crossing(session: Session, tenant_id: int) -> Iterator[Scope]:
    """Act inside another tenant for a moment, to put there what one tenant hands to another.

    The few services that may do so are listed in ``tests/contract/test_tenancy.py``.
    """
    session.flush()
    before = session.info.get("scope")
    inside = Scope(own=(tenant_id,), home=tenant_id)
    set_scope(session, inside)
    try:
        yield inside
        session.flush()
    finally:
        if before is None:
            session.info.pop("scope", None)
        elif session.is_active:
            set_scope(session, before)
        else:  # a statement failed: only a rollback comes now, and what begins after it is told the scope anew
            session.info["scope"] = before


def install_guard(session_class: Any) -> None:
    """Guard every session made by this class or factory."""
    event.listen(session_class, "do_orm_execute", _guard_statement)
    event.listen(session_class, "before_flush", _guard_flush)
    event.listen(session_class, "after_begin", _on_begin)


def _tables(statement: Any) -> Iterator[sa.Table]:
    for element in visitors.iterate(statement):
        if isinstance(element, sa.Table):
            yield element


def _touches_tenants(statement: Any) -> bool:
    return any("tenant_id" in table.c and table.info.get("tenanted", True) for table in _tables(statement))


def guard_select(session: Session, select: Any) -> tuple[Any, dict[str, Any]]:
    """``select`` under the criteria of the session's scope, and what they leave open."""
    scope = session.info.get("scope")
    if scope is None:
        if select not in _shared:
            if _touches_tenants(select):
                raise ScopeMissing
            _shared.add(select)
        return select, {}
    guarded = _guarded.get(select)
    if guarded is None:
        guarded = _guarded[select] = select.options(*_CRITERIA)
    return guarded, scope.parameters


def _guard_statement(state: ORMExecuteState) -> None:
    if state.is_column_load or state.is_relationship_load:
        return  # the parent was read under the criteria, and the row is addressed by its full key
    if isinstance(state.statement, sa.TextClause):
        raise ScopeMissing
    scope = state.session.info.get("scope")
    if scope is None or not state.is_orm_statement:
        if _touches_tenants(state.statement):
            raise ScopeMissing
        return
    if not state.is_select:
        if state.is_insert and _touches_tenants(state.statement):
            raise ForeignRow  # no criteria reach it; rows are added to the session, where the flush looks at them
        state.statement = state.statement.options(scope.writable)
        return
    given: Any = state.parameters or {}
    state.statement, parameters = guard_select(state.session, state.statement)
    state.parameters = {**given, **parameters}


def _guard_flush(session: Session, _context: object, _instances: object) -> None:
    scope = session.info.get("scope")
    for row in session.new:
        if isinstance(row, Tenanted):
            home = get_scope(session).home
            if row.tenant_id is None and home is not None:
                row.tenant_id = home
            if home is None or row.tenant_id != home:
                raise ForeignRow
    for row in (*session.dirty, *session.deleted):
        if not isinstance(row, Tenanted) or not (session.is_modified(row) or row in session.deleted):
            continue
        moved = sa.inspect(row).attrs.tenant_id.history.has_changes()
        if scope is None or moved or row.tenant_id != scope.home:
            raise ForeignRow


def _on_begin(session: Session, _transaction: SessionTransaction, connection: sa.Connection) -> None:
    scope = session.info.get("scope")
    if scope is not None:
        _tell_database(connection, scope)


def _tell_database(connection: sa.Connection, scope: Scope) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(scope.settings)


def tenanted_tables() -> tuple[sa.Table, ...]:
    """Every mapped table that belongs to tenants, by name."""
    found = {m.local_table for m in Base.registry.mappers if issubclass(m.class_, Tenanted)}
    return tuple(sorted((t for t in found if isinstance(t, sa.Table)), key=lambda t: t.name))
