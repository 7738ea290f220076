"""Who is reading: the posts an account holds now, and what they allow in one tenant and campaign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.scope import Actor, Scope
from portal.tenants.models import CampaignSwitch, Tenant
from portal.units.models import ADMINISTRATORS, Mechanism, Post, PostKind, Unit
from portal.units.rights import RIGHTS, Right


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

    @cached_property
    def actor(self) -> Actor:
        """As written into the audit trail."""
        return Actor(self.account_id, self.display_name)

    @cached_property
    def scope(self) -> Scope:
        """Everything of all the reader's tenants, for reading only."""
        return Scope(own=tuple(sorted({p.tenant_id for p in self.posts})))

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


def load_posts(session: Session, account_id: int, now: datetime) -> tuple[Held, ...]:
    """The account's posts in force at ``now``; one statement. The session's scope must cover the tenants."""
    rows = session.execute(
        sa.select(
            Post.id, Post.kind, Post.tenant_id, Tenant.code, Tenant.city + Tenant.name, Tenant.path, Tenant.level,
            Post.mechanism_id, Mechanism.campaign, Mechanism.name, Mechanism.office, Mechanism.titles,
            Mechanism.sign_off, CampaignSwitch.enabled, Post.unit_id, Unit.full_name,
        )
        .join(Tenant, Tenant.id == Post.tenant_id)
        .outerjoin(Mechanism, sa.and_(Mechanism.tenant_id == Post.tenant_id, Mechanism.id == Post.mechanism_id))
        .outerjoin(
            CampaignSwitch,
            sa.and_(CampaignSwitch.tenant_id == Post.tenant_id, CampaignSwitch.campaign == Mechanism.campaign),
        )
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Post.tenant_id, Unit.id == Post.unit_id))
        .where(Post.account_id == account_id, Post.since <= now, sa.or_(Post.until.is_(None), Post.until > now))
        .order_by(Tenant.path, Mechanism.campaign, Post.id)
    )  # fmt: skip
    return tuple(
        Held(
            r[0], PostKind(r[1]), r[2], r[3], r[4], r[5], r[6], r[7], r[8] or "", r[9] or "", r[10] or "",
            r[11] or {}, bool(r[12]), bool(r[13]), r[14], r[15] or "",
        )
        for r in rows
    )  # fmt: skip


def subtree_scope(session: Session, desk: Desk) -> Scope:
    """The desk's tenant to read and write, and released rows of the tenants below it; one statement."""
    below = session.scalars(
        sa.select(Tenant.id).where(
            Tenant.path.startswith(desk.tenant_path, autoescape=True), Tenant.id != desk.tenant_id
        )
    )
    return Scope(own=(desk.tenant_id,), below=tuple(sorted(below)), home=desk.tenant_id)
