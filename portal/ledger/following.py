"""Rooms above the ledgers that follow what happens to an entry, and that show something on its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.ledger.models import Record

Follower = Callable[[Session, Actor, datetime, Campaign, Ledger, Record], None]
"""Called after an entry was created, changed, moved on, closed or withdrawn, in the same transaction."""


@dataclass(frozen=True)
class Panel:
    """A block in the margin of an entry's page. ``load`` answers None when there is nothing to show, otherwise what
    ``template`` gets; a constant number of statements."""

    template: str
    load: Callable[[Session, Desk, Campaign, Ledger, Record, datetime], Mapping[str, Any] | None]


_followers: list[Follower] = []
_panels: list[Panel] = []


def register_follower(follower: Follower) -> None:
    if follower not in _followers:
        _followers.append(follower)


def register_panel(panel: Panel) -> None:
    if panel not in _panels:
        _panels.append(panel)


def tell_followers(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, ledger: Ledger, found: Record
) -> None:
    for follower in _followers:
        follower(session, actor, now, campaign, ledger, found)


def load_panels(
    session: Session, desk: Desk, campaign: Campaign, ledger: Ledger, found: Record, now: datetime
) -> list[tuple[str, Mapping[str, Any]]]:
    """(template, what it gets), in the order of the rooms."""
    loaded = ((p.template, p.load(session, desk, campaign, ledger, found, now)) for p in _panels)
    return [(template, given) for template, given in loaded if given is not None]
