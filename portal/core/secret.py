"""A text that must not lie open: it is stored sealed (``sealing``) or not at all."""

from __future__ import annotations

import json
from typing import Any

SEALED = "sealed:"
"""Begins a sealed text: ``sealed:<key id>:<base64>``."""


class Secret(str):
    """A sensitive text. Reads and compares as any text; ``sealed`` is how it is stored, ``bound`` what it is tied to."""

    sealed: str
    bound: str

    def __new__(cls, text: str, sealed: str = "", bound: str = "") -> Secret:
        made = super().__new__(cls, text)
        made.sealed, made.bound = sealed, bound
        return made


class Unsealed(ValueError):
    """A secret was about to be stored open: its column is not among the protected ones. A programming error."""


def as_stored(tree: Any) -> Any:
    """JSON-ready, each secret in its sealed form. ``Unsealed`` where one has none. The same object where none is."""
    if isinstance(tree, Secret):
        if not tree.sealed:
            raise Unsealed
        return tree.sealed
    if isinstance(tree, dict):
        found = {key: as_stored(value) for key, value in tree.items()}
        return found if any(found[key] is not tree[key] for key in tree) else tree
    if isinstance(tree, list | tuple):
        items = [as_stored(value) for value in tree]
        return items if any(a is not b for a, b in zip(items, tree, strict=True)) else tree
    return tree


def dumps(tree: Any) -> str:
    """The one way by which JSON reaches the database."""
    return json.dumps(as_stored(tree), ensure_ascii=False)


def looks_sealed(value: object) -> bool:
    return isinstance(value, str) and not isinstance(value, Secret) and value.startswith(SEALED)
