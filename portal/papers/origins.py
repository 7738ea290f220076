"""What a document may grow out of, so that rooms above need not be known here.

A room registers its kind (``meeting``, ``order``, ``measure``); the page that writes a document asks by the subject
in its address, ``meeting:<id>``, and finds everything filled in that the portal knows already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.campaigns.papers import DocumentType
from portal.campaigns.sources import Values
from portal.core.errors import NotFound
from portal.core.reader import Desk


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """``template``: key of a document template; ``values``: answers to its fields as far as they are known."""

    template: str
    values: Values
    title: str = ""
    """'' = as the template makes it."""
    body: str = ""
    """'' = as the template makes it; else lines of text."""
    unit_ids: tuple[int, ...] = ()
    """Main addressees (主送) of the body; empty = all its members."""
    copy_ids: tuple[int, ...] = ()
    main_text: str = ""
    """Main addressees outside the body, by name."""
    attendance: tuple[tuple[str, str], ...] = ()
    """Of minutes: (出席, who), (请假, who), (列席, who)."""
    files: tuple[str, ...] = ()
    """Names of what is attached (附件说明)."""


@dataclass(frozen=True)
class Origin:
    """``prepare`` (session, desk, id, template key, now) raises ``NotFound`` for what the desk may not read.

    ``page``: endpoint and the argument that takes the id, to get back to it. ``issued``: called in the transaction
    that issues the document (session, id, number), for the room to keep the number. ``types``: templates of these are
    taken as well, whatever campaign declares them.
    """

    prepare: Callable[[Session, Desk, int, str, datetime], Prepared]
    page: tuple[str, str]
    templates: tuple[str, ...]
    issued: Callable[[Session, int, str], None] = field(default=lambda _session, _id, _number: None)
    types: tuple[DocumentType, ...] = ()


_ORIGINS: dict[str, Origin] = {}


def register_origin(kind: str, origin: Origin) -> None:
    _ORIGINS[kind] = origin


def find_origin(subject: str) -> tuple[Origin, int]:
    """``NotFound`` for anything else than ``kind:id`` of a registered kind; it may come from an address."""
    kind, _colon, number = subject.partition(":")
    if kind not in _ORIGINS or not (number.isascii() and number.isdigit()) or len(number) > 18:
        raise NotFound
    return _ORIGINS[kind], int(number)


def page_of(subject: str) -> tuple[str, dict[str, Any]] | None:
    """Endpoint and arguments of the page that the subject has, besides tenant and campaign."""
    try:
        origin, number = find_origin(subject)
    except NotFound:
        return None
    endpoint, argument = origin.page
    return endpoint, {argument: number}
