"""What an order may grow out of: a resolution, an urgent report, a ledger entry, a finding. Rooms above register it.

One matter, one record: ``OrderSource.subject`` is unique among the open orders of a body.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.reader import Desk
from portal.core.text import Message, Text


@dataclass(frozen=True, kw_only=True)
class OrderSource:
    """What is known already, to be offered on the page that assigns the order."""

    subject: str
    label: Message | Text | str
    """As printed behind 来源 (会议纪要第3期第2条)."""
    title: str
    requirements: str = ""
    lead_unit_id: int | None = None
    supporting_ids: tuple[int, ...] = ()
    due_on: date | None = None
    person: str = ""
    """Post of who is responsible."""


@dataclass(frozen=True)
class SourceKind:
    """``find`` (session, desk, id) raises ``NotFound`` for what the desk may not read. ``page``: endpoint and the
    argument that takes the id."""

    find: Callable[[Session, Desk, int], OrderSource]
    page: tuple[str, str]


_KINDS: dict[str, SourceKind] = {}


def register_source(kind: str, source: SourceKind) -> None:
    _KINDS[kind] = source


def find_source(session: Session, desk: Desk, subject: str) -> OrderSource:
    """``NotFound`` for anything else than ``kind:id`` of a registered kind; it may come from an address."""
    kind, _colon, number = subject.partition(":")
    if kind not in _KINDS or not (number.isascii() and number.isdigit()) or len(number) > 18:
        raise NotFound
    return _KINDS[kind].find(session, desk, int(number))


def page_of(subject: str) -> tuple[str, dict[str, Any]] | None:
    """Endpoint and arguments of the page that the subject has, besides tenant and campaign."""
    kind, _colon, number = subject.partition(":")
    if kind not in _KINDS or not (number.isascii() and number.isdigit()):
        return None
    endpoint, argument = _KINDS[kind].page
    return endpoint, {argument: int(number)}
