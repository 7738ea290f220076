"""The documents that everything cites, and the values of a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.core.text import Text

Values = Mapping[str, Any]
"""A form's or ledger entry's payload: field key -> int, fen, str, ISO date, bool, list of str, or None."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A document that clauses cite. ``effective_to`` None = in force."""

    key: str
    number: Text
    title: Text
    issuer: Text
    issued: date | None = None
    """None where the text itself bears no date."""
    effective_from: date | None = None
    effective_to: date | None = None
    note: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A place in a source: ``Clause(source="D0", article=_("第十七条（一）"))``. ``note`` in our own words."""

    source: str
    article: Text
    note: Text | None = None
