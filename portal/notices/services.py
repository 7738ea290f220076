"""Put a notice into an inbox, list it, mark it read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.text import Message
from portal.notices.models import Notice
from portal.units.reader import Held
from portal.units.rights import Right


def notify(
    session: Session,
    now: datetime,
    *,
    mechanism_id: int,
    unit_id: int | None,
    text: Message,
    sender: str,
    link: str = "",
    detail: str = "",
) -> None:
    """Leave a notice for a unit of the mechanism, or for its office (``unit_id`` None), in the scope's home tenant."""
    session.add(
        Notice(
            mechanism_id=mechanism_id,
            unit_id=unit_id,
            text=str(text.text),
            params={k: str(v) for k, v in text.params.items()},
            sender=sender,
            link=link,
            detail=detail,
            at=now,
        )
    )


def _addressed_to(posts: Iterable[Held]) -> Any:
    """Criterion: notices for the units and offices of these posts, mechanism by mechanism."""
    places = [
        sa.and_(
            Notice.tenant_id == p.tenant_id,
            Notice.mechanism_id == p.mechanism_id,
            Notice.unit_id == p.unit_id,
        )
        for p in posts
        if p.unit_id is not None and Right.REPORT_FILL in p.rights
    ]
    places += [
        sa.and_(
            Notice.tenant_id == p.tenant_id, Notice.mechanism_id == p.mechanism_id, Notice.unit_id.is_(None)
        )
        for p in posts
        if Right.REPORT_REVIEW in p.rights
    ]
    return sa.or_(*places) if places else sa.false()


def list_notices(session: Session, posts: Iterable[Held], limit: int = 50, offset: int = 0) -> list[Notice]:
    """Newest first, unread before read."""
    found = (
        sa.select(Notice).where(_addressed_to(posts)).order_by(Notice.read_at.is_not(None), Notice.at.desc())
    )
    return list(session.scalars(found.limit(limit).offset(offset)))


def recent_notices(session: Session, posts: Iterable[Held], limit: int = 3) -> list[Any]:
    """Row tuples (tenant_id, id, text, params, sender, at, read_at) for the home page."""
    columns = (
        Notice.tenant_id,
        Notice.id,
        Notice.text,
        Notice.params,
        Notice.sender,
        Notice.at,
        Notice.read_at,
    )
    found = sa.select(*columns).where(_addressed_to(posts)).order_by(Notice.at.desc()).limit(limit)
    return list(session.execute(found))


def find_notice(session: Session, posts: Iterable[Held], tenant_id: int, notice_id: int) -> Notice:
    wanted = (Notice.tenant_id == tenant_id, Notice.id == notice_id, _addressed_to(posts))
    notice = session.scalars(sa.select(Notice).where(*wanted)).one_or_none()
    if notice is None:
        raise NotFound
    return notice


def read_notice(notice: Notice, reader: str, now: datetime) -> None:
    """The first reading counts; the sender sees it."""
    if notice.read_at is None:
        notice.read_at, notice.read_by = now, reader
