"""Who is reading: the posts an account holds now, and what they allow in one tenant and campaign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from portal.core.posts import ADMINISTRATORS, RIGHTS, PostKind, Right
from portal.core.scope import Actor, Scope


@dataclass(frozen=True)
class Login:
    """A living session: its account and the tenants in which the account has posts."""

    account_id: int
    username: str
    display_name: str
    must_change_password: bool
    """A first password, or one older than the profile allows."""
    password_changed_at: datetime
    enrolled: bool
    """A second factor is set up."""
    strong: bool
    """The second factor was given in this session."""
    tenant_ids: tuple[int, ...]


@dataclass(frozen=True)
class Held:
    """One post of the reader, with what a page needs of its tenant, mechanism and unit."""

    post_id: int
    kind: PostKind
    tenant_id: int
    tenant_code: str
    tenant_name: str
    tenant_path: str
    tenant_level: str
    mechanism_id: int | None
    campaign: str
    mechanism_name: str
    office_name: str
    titles: Mapping[str, Any]
    sign_off: bool
    enabled: bool
    unit_id: int | None
    unit_name: str

    @property
    def rights(self) -> frozenset[Right]:
        return RIGHTS[self.kind]

    @property
    def is_administrator(self) -> bool:
        return self.kind in ADMINISTRATORS


def with_place(place: str, name: str) -> str:
    """Units and offices of all places may bear the same name: the place goes before it, unless it stands there."""
    known = any(name.startswith(place[start:]) for start in range(len(place) - 1))
    return name if known else place + name


@dataclass(frozen=True)
class Desk:
    """The reader's place in one tenant and campaign (``campaign`` '' = administration of the tenant)."""

    tenant_id: int
    tenant_code: str
    tenant_name: str
    tenant_path: str
    tenant_level: str
    campaign: str
    mechanism_id: int
    mechanism_name: str
    office_name: str
    sign_off: bool
    posts: tuple[Held, ...]

    @cached_property
    def rights(self) -> frozenset[Right]:
        return frozenset().union(*(p.rights for p in self.posts))

    def units_with(self, right: Right) -> tuple[int, ...]:
        """Units in which the reader's post carries ``right``."""
        return tuple(
            dict.fromkeys(p.unit_id for p in self.posts if right in p.rights and p.unit_id is not None)
        )

    def unit_name(self, unit_id: int) -> str:
        return next((p.unit_name for p in self.posts if p.unit_id == unit_id), "")


@dataclass(frozen=True)
class Reader:
    account_id: int
    username: str
    display_name: str
    posts: tuple[Held, ...]
    seats: tuple[int, ...] = ()
    """Tenants that still know the reader, even when the last post there has ended (a hand-over is to be signed)."""

    @cached_property
    def actor(self) -> Actor:
        """As written into the audit trail."""
        return Actor(self.account_id, self.display_name)

    @cached_property
    def scope(self) -> Scope:
        """Everything of all the reader's tenants, for reading only."""
        return Scope(own=tuple(sorted({p.tenant_id for p in self.posts})))

    @cached_property
    def live(self) -> tuple[Held, ...]:
        """Posts in the bodies of campaigns that are switched on."""
        return tuple(p for p in self.posts if p.enabled and p.mechanism_id is not None)

    def places(self, right: Right) -> list[tuple[int, int, int]]:
        """(tenant, mechanism, unit) in which a living post carries ``right``, each once."""
        found = [
            (p.tenant_id, p.mechanism_id or 0, p.unit_id)
            for p in self.live
            if right in p.rights and p.unit_id is not None
        ]
        return list(dict.fromkeys(found))

    def offices(self, right: Right) -> list[Held]:
        """Living posts that carry ``right`` for a whole body."""
        return [p for p in self.live if right in p.rights]

    @cached_property
    def desks(self) -> tuple[Desk, ...]:
        """One per tenant and enabled campaign in which the reader holds a post."""
        found: dict[tuple[int, str], list[Held]] = {}
        for post in self.posts:
            if post.is_administrator or post.enabled:
                found.setdefault((post.tenant_id, post.campaign), []).append(post)
        return tuple(_desk(posts) for posts in found.values())

    def desk(self, tenant_code: str, campaign: str) -> Desk | None:
        return next((d for d in self.desks if (d.tenant_code, d.campaign) == (tenant_code, campaign)), None)


def _desk(posts: list[Held]) -> Desk:
    first = posts[0]
    return Desk(
        tenant_id=first.tenant_id,
        tenant_code=first.tenant_code,
        tenant_name=first.tenant_name,
        tenant_path=first.tenant_path,
        tenant_level=first.tenant_level,
        campaign=first.campaign,
        mechanism_id=first.mechanism_id or 0,
        mechanism_name=first.mechanism_name,
        office_name=first.office_name,
        sign_off=first.sign_off,
        posts=tuple(posts),
    )
