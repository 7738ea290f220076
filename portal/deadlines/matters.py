"""The matters that clocks hang on, so that rooms side by side need not import each other.

A room registers its kind (the ledger: ``record``); an urgent report finds and releases a matter by the
subject of its clock, ``record:<id>``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.core.scope import Actor
from portal.core.text import Text


@dataclass(frozen=True)
class Matter:
    """What a reader of the clock needs to know of the thing behind it."""

    subject: str
    tenant_id: int
    mechanism_id: int
    unit_id: int
    campaign: str
    ledger: str
    number: str
    title: str
    place: str
    known_at: datetime
    entered_at: datetime
    values: Mapping[str, Any]

    @property
    def id(self) -> int:
        return int(self.subject.partition(":")[2])


@dataclass(frozen=True)
class Near:
    """A matter that may belong to another one."""

    subject: str
    number: str
    title: str
    place: str
    known_at: datetime
    values: Mapping[str, Any]
    unit_name: str


def _none_near(_session: Session, _matter: Matter, _unit_ids: Sequence[int] | None) -> list[Near]:
    return []


@dataclass(frozen=True)
class MatterKind:
    """``find`` answers None outside the scope. ``release`` lets superiors see the matter and its story. ``near``: what
    may belong to it, of these units or (None) of the whole tenant."""

    find: Callable[[Session, int], Matter | None]
    release: Callable[[Session, Actor, datetime, int], None]
    near: Callable[[Session, Matter, Sequence[int] | None], list[Near]] = _none_near


@dataclass(frozen=True)
class Place:
    """Where a clock's thing is worked on whose room lists it itself: endpoint, the argument that takes the id, the verb,
    and the path behind tenant and campaign."""

    endpoint: str
    argument: str
    step: Text
    path: str


_PLACES: dict[str, Place] = {}


def register_place(kind: str, place: Place) -> None:
    """The room's own to-do lines and hand-over items stand for its clocks (``kind:id``)."""
    _PLACES[kind] = place


def find_place(subject: str) -> tuple[Place, int] | None:
    kind, _colon, number = subject.partition(":")
    place = _PLACES.get(kind)
    return (place, int(number)) if place is not None and number.isdigit() else None


def placed_prefixes() -> tuple[str, ...]:
    """``order:``: clocks that another room lists."""
    return tuple(f"{kind}:" for kind in _PLACES)


_KINDS: dict[str, MatterKind] = {}


def clock_prefixes() -> tuple[str, ...]:
    """``record:``: how the subject of a clock begins that a first urgent report stops."""
    return tuple(f"{name}:" for name in _KINDS)


def is_clock(subject: str) -> bool:
    return subject.startswith(clock_prefixes())


def register_kind(name: str, kind: MatterKind) -> None:
    _KINDS[name] = kind


def find_matter(session: Session, subject: str) -> Matter | None:
    """``subject`` may come from an address: anything unknown is None."""
    name, _colon, number = subject.partition(":")
    if name not in _KINDS or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    return _KINDS[name].find(session, int(number))


def release_matter(session: Session, actor: Actor, now: datetime, matter: Matter) -> None:
    _KINDS[matter.subject.partition(":")[0]].release(session, actor, now, matter.id)


def list_near(session: Session, matter: Matter, unit_ids: Sequence[int] | None) -> list[Near]:
    return _KINDS[matter.subject.partition(":")[0]].near(session, matter, unit_ids)
