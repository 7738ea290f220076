"""Sensitive texts in the database: sealed on their way in, opened on their way out, at one place.

A ``Secret`` anywhere in a protected JSON column is sealed when the session flushes, and opened when a row is loaded;
services and pages see plain text that knows it is secret. It is bound to its tenant, its subject and its key
in the JSON: moved elsewhere it does not open. Rows read as tuples stay sealed until ``open_values``; what is
forgotten shows a sealed text, never a clear one. A secret in a column that is not protected raises ``Unsealed``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.attributes import set_committed_value

from portal.core.crypto import Damaged, Ring
from portal.core.db import Tenanted, new_id
from portal.core.secret import SEALED, Secret, looks_sealed

PURPOSE = "fields"


@dataclass(frozen=True)
class Protected:
    """JSON columns of a model, and what their secrets are bound to besides tenant and key."""

    columns: tuple[str, ...]
    subject: Callable[[Any], str]


_protected: dict[type[Tenanted], Protected] = {}
_rings: WeakKeyDictionary[Engine, Ring] = WeakKeyDictionary()


def protect(model: type[Tenanted], *columns: str, subject: Callable[[Any], str]) -> None:
    """Called by the module of the model. Rows that hand texts to each other share a subject."""
    _protected[model] = Protected(columns, subject)
    event.listen(model, "load", _on_load)
    event.listen(model, "refresh", _on_refresh)


def protected_models() -> Mapping[type[Tenanted], Protected]:
    return _protected


def attach(engine: Engine, ring: Ring) -> None:
    """Sessions on this engine seal and open with ``ring``."""
    _rings[engine] = ring


def ring_of(session: Session) -> Ring:
    bind = session.get_bind()
    return _rings[bind.engine]


def install(session_class: Any) -> None:
    """After the tenancy guard, which names the tenant of new rows."""
    event.listen(session_class, "before_flush", _seal_rows)


# ------------------------------------------------------------------------------------------------ one text
def seal_text(ring: Ring, tenant_id: int, subject: str, key: str, text: str) -> str:
    key_id, sealed = ring.seal(PURPOSE, _context(tenant_id, subject, key), text.encode())
    return f"{SEALED}{key_id}:{base64.urlsafe_b64encode(sealed).decode()}"


def open_text(ring: Ring, tenant_id: int, subject: str, key: str, sealed: str) -> str:
    """``Damaged`` unless it was sealed for exactly this place."""
    head, _colon, rest = sealed.removeprefix(SEALED).partition(":")
    try:
        content = base64.b64decode(rest, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Damaged from error
    return ring.open(PURPOSE, _context(tenant_id, subject, key), head, content).decode()


def _context(tenant_id: int, subject: str, key: str) -> bytes:
    return f"{tenant_id}|{subject}|{key}".encode()


def key_of(sealed: str) -> str:
    return sealed.removeprefix(SEALED).partition(":")[0]


# ---------------------------------------------------------------------------------------------- whole values
def open_values(session: Session, tenant_id: int, subject: str, values: Any) -> Any:
    """Values of a row that was read as a tuple, opened; the same object where nothing is sealed."""
    return values if not has_sealed(values) else open_tree(ring_of(session), tenant_id, subject, values)


def has_sealed(tree: Any) -> bool:
    """Asked of every row that is loaded: by exact types, as JSON comes."""
    kind = type(tree)
    if kind is str:
        return bool(tree.startswith(SEALED))
    if kind is not dict and kind is not list:
        return False
    for value in tree.values() if kind is dict else tree:
        inner = type(value)
        if inner is str:
            if value.startswith(SEALED):
                return True
        elif (inner is dict or inner is list) and has_sealed(value):
            return True
    return False


def key_ids(tree: Any) -> set[str]:
    """Of the keys that ``tree``, as stored, is sealed with."""
    if isinstance(tree, dict):
        return set().union(*(key_ids(value) for value in tree.values()))
    if isinstance(tree, list):
        return set().union(*(key_ids(value) for value in tree))
    return {key_of(tree)} if looks_sealed(tree) else set()


def open_tree(ring: Ring, tenant_id: int, subject: str, tree: Any, key: str = "") -> Any:
    if isinstance(tree, dict):
        return {k: open_tree(ring, tenant_id, subject, v, k) for k, v in tree.items()}
    if isinstance(tree, list):
        return [open_tree(ring, tenant_id, subject, v, key) for v in tree]
    if looks_sealed(tree):
        text = open_text(ring, tenant_id, subject, key, tree)
        return Secret(text, tree, _bound(tenant_id, subject, key))
    return tree


def seal_tree(ring: Ring, tenant_id: int, subject: str, tree: Any, key: str = "") -> Any:
    """Each secret in ``tree`` with its sealed form. A plain text that begins like a sealed one is sealed as well, so
    that what a person typed is never taken for one."""
    if isinstance(tree, dict):
        return {k: seal_tree(ring, tenant_id, subject, v, k) for k, v in tree.items()}
    if isinstance(tree, list | tuple):
        return [seal_tree(ring, tenant_id, subject, v, key) for v in tree]
    if isinstance(tree, Secret) or looks_sealed(tree):
        bound = _bound(tenant_id, subject, key)
        if isinstance(tree, Secret) and tree.bound == bound and key_of(tree.sealed) == ring.current.id:
            return tree
        return Secret(tree, seal_text(ring, tenant_id, subject, key, tree), bound)
    return tree


def mark_secret(keys: Sequence[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` with the texts under ``keys`` known as secret."""
    return {
        k: Secret(v) if k in keys and isinstance(v, str) and v and not isinstance(v, Secret) else v
        for k, v in values.items()
    }


def _bound(tenant_id: int, subject: str, key: str) -> str:
    return f"{tenant_id}|{subject}|{key}"


# ------------------------------------------------------------------------------------------------- the session
def _on_load(target: Any, _context: Any) -> None:
    _open_row(target, _protected[type(target)].columns)


def _on_refresh(target: Any, _context: Any, names: Any) -> None:
    columns = _protected[type(target)].columns
    _open_row(target, [c for c in columns if names is None or c in names])


def _open_row(row: Any, columns: Sequence[str]) -> None:
    known = row.__dict__
    session = object_session(row)
    for column in columns:
        if session is not None and column in known and has_sealed(known[column]):
            subject = _protected[type(row)].subject(row)
            try:
                opened = open_tree(ring_of(session), row.tenant_id, subject, known[column])
            except Damaged as error:
                raise Damaged(subject) from error
            set_committed_value(row, column, opened)


def _seal_rows(session: Session, _context: object, _instances: object) -> None:
    for row in (*session.new, *session.dirty):
        found = _protected.get(type(row))
        if found is None:
            continue
        if row.id is None:
            row.id = new_id()
        state = sa.inspect(row)
        for column in found.columns:
            tree = row.__dict__.get(column)
            if tree and _holds_secret(tree) and state.attrs[column].history.has_changes():
                sealed = seal_tree(ring_of(session), row.tenant_id, found.subject(row), tree)
                setattr(row, column, sealed)


def _holds_secret(tree: Any) -> bool:
    if isinstance(tree, dict):
        return any(_holds_secret(value) for value in tree.values())
    if isinstance(tree, list | tuple):
        return any(_holds_secret(value) for value in tree)
    return isinstance(tree, Secret) or looks_sealed(tree)
