"""Who reads an application and who has which hand in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.rewards import RewardScheme
from portal.core.errors import NotFound
from portal.core.posts import PostKind, Right
from portal.core.reader import Desk, Held
from portal.core.scope import Scope, get_scope, set_scope
from portal.rewards.models import RewardApplication, RewardClaim

HEADS = frozenset({PostKind.CONVENOR, PostKind.DEPUTY_CONVENOR, PostKind.OFFICE_DIRECTOR})
"""Leaders of the body whose office pays."""
OFFICE = HEADS | {PostKind.OFFICE_STAFF}


class Hand(StrEnum):
    """What a post may do with a claim."""

    PREPARE = "prepare"
    REVIEW = "review"
    APPROVE = "approve"


@dataclass(frozen=True)
class Opened:
    """An application as one desk sees it. ``mine``: of a unit for which the reader applies."""

    found: RewardApplication
    claim: RewardClaim | None
    mine: bool
    hands: frozenset[Hand]
    scheme: RewardScheme | None


def hands_of(posts: tuple[Held, ...], paying_unit: int | None) -> frozenset[Hand]:
    """Accounting and leaders count where they belong to the paying unit, or to its office: a leader of another unit
    approves nothing here."""
    found = set[Hand]()
    for post in posts:
        if Right.REWARD_PREPARE in post.rights:
            found.add(Hand.PREPARE)
        if Right.REWARD_REVIEW in post.rights and paying_unit in (None, post.unit_id):
            found.add(Hand.REVIEW)
        if Right.REWARD_APPROVE in post.rights and (
            post.kind in HEADS or (paying_unit is not None and post.unit_id == paying_unit)
        ):
            found.add(Hand.APPROVE)
    return frozenset(found)


def own_units(desk: Desk) -> tuple[int, ...]:
    return desk.units_with(Right.REWARD_APPLY)


def oversees(desk: Desk) -> bool:
    """The body's own office and heads read what its units apply for."""
    return any(p.kind in OFFICE for p in desk.posts)


def paying_units(desk: Desk) -> tuple[int, ...]:
    """Units of which the reader keeps the accounts or leads: claims on them are the reader's."""
    return tuple(
        p.unit_id
        for p in desk.posts
        if p.unit_id is not None and p.kind in (PostKind.ACCOUNTANT, PostKind.LEADER_IN_CHARGE)
    )


def readable(desk: Desk) -> sa.ColumnElement[bool]:
    """Applications of the desk's own tenant."""
    here = sa.and_(
        RewardApplication.tenant_id == desk.tenant_id, RewardApplication.mechanism_id == desk.mechanism_id
    )
    return here if oversees(desk) else sa.and_(here, RewardApplication.unit_id.in_(own_units(desk)))


def handled(desk: Desk) -> sa.ColumnElement[bool]:
    """Claims that the desk decides or reads as the paying side."""
    here = sa.and_(RewardClaim.tenant_id == desk.tenant_id, RewardClaim.mechanism_id == desk.mechanism_id)
    if oversees(desk):
        return here
    unknown = (
        RewardClaim.unit_id.is_(None)
        if any(p.kind is PostKind.ACCOUNTANT for p in desk.posts)
        else sa.false()
    )
    return sa.and_(here, sa.or_(RewardClaim.unit_id.in_(paying_units(desk)), unknown))


def open_application(session: Session, desk: Desk, campaign: Campaign, application_id: int) -> Opened:
    """``NotFound`` for what the desk may not read. A claim from below widens the scope to that one tenant."""
    claim = session.scalars(
        sa.select(RewardClaim).where(RewardClaim.application_id == application_id, handled(desk))
    ).one_or_none()
    if claim is not None:
        if claim.from_tenant_id != desk.tenant_id:
            below = tuple(sorted({*get_scope(session).below, claim.from_tenant_id}))
            set_scope(session, Scope(own=(desk.tenant_id,), below=below, home=desk.tenant_id))
        wanted = RewardApplication.tenant_id == claim.from_tenant_id
    else:
        wanted = readable(desk)
    found = session.scalars(
        sa.select(RewardApplication).where(RewardApplication.id == application_id, wanted)
    ).one_or_none()
    if found is None:
        raise NotFound
    mine = found.tenant_id == desk.tenant_id and found.unit_id in own_units(desk)
    hands = hands_of(desk.posts, claim.unit_id) if claim is not None else frozenset()
    return Opened(found, claim, mine, hands, scheme_of(campaign, found.scheme))


def scheme_of(campaign: Campaign, key: str) -> RewardScheme | None:
    """None once the campaign declares it no longer: applications stay readable."""
    return next((s for s in campaign.rewards if s.key == key), None)
