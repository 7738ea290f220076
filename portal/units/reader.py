"""Reads the posts of an account, and the tenants below one's own."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.posts import PostKind
from portal.core.reader import Desk, Held
from portal.core.ready import Ready
from portal.core.scope import Scope
from portal.tenants.models import CampaignSwitch, Tenant
from portal.units.models import Mechanism, Post, Unit

_POSTS = Ready(
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
    .where(
        Post.account_id == sa.bindparam("account"),
        Post.since <= sa.bindparam("now"),
        sa.or_(Post.until.is_(None), Post.until > sa.bindparam("now")),
    )
    .order_by(Tenant.path, Mechanism.campaign, Post.id)
)  # fmt: skip


def load_posts(session: Session, account_id: int, now: datetime) -> tuple[Held, ...]:
    """The account's posts in force at ``now``; one statement. The session's scope must cover the tenants."""
    rows = _POSTS.rows(session, account=account_id, now=now)
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
