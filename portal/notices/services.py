"""Put a notice into an inbox, list it, mark it read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.posts import PostKind, Right
from portal.core.reader import Held
from portal.core.ready import Ready
from portal.core.scope import get_scope
from portal.core.text import Message
from portal.notices.models import Notice


class Recent(NamedTuple):
    """A notice in a list."""

    tenant_id: int
    id: int
    text: str
    params: dict[str, Any]
    sender: str
    at: datetime
    read_at: datetime | None


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
    post: PostKind | str = "",
    urgent: bool = False,
    mark: str | None = None,
) -> bool:
    """Leave a notice for a unit of the mechanism, or for its office (``unit_id`` None), in the scope's home tenant.

    ``post`` '' = whoever acts there; ``LIAISON`` reaches the leader in charge where the unit has no liaison.
    ``urgent``: a 24-hour clock runs, so it leaves the portal at night too. ``mark``: False, and nothing is left,
    when the tenant has a notice of this mark already, even one that another transaction is just leaving.
    """
    notice = Notice(
        mechanism_id=mechanism_id,
        unit_id=unit_id,
        text=str(text.text),
        params={k: str(v) for k, v in text.params.items()},
        sender=sender,
        link=link,
        detail=detail,
        at=now,
        post=post,
        urgent=urgent,
        mark=mark,
    )
    if mark is None:
        session.add(notice)
        return True
    left = sa.select(Notice.id).where(Notice.tenant_id == get_scope(session).home, Notice.mark == mark)
    if session.scalar(left) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(notice)
    except IntegrityError:
        if session.scalar(left) is None:
            raise  # something else is wrong with it
        return False
    return True


_ADDRESSED = sa.or_(
    sa.tuple_(Notice.mechanism_id, Notice.unit_id).in_(sa.bindparam("units", expanding=True)),
    sa.and_(Notice.mechanism_id.in_(sa.bindparam("offices", expanding=True)), Notice.unit_id.is_(None)),
)
_RECENT = Ready(
    sa.select(
        Notice.tenant_id, Notice.id, Notice.text, Notice.params, Notice.sender, Notice.at, Notice.read_at
    )
    .where(_ADDRESSED)
    .order_by(Notice.at.desc())
    .limit(sa.bindparam("most"))
)


def _places(posts: Iterable[Held]) -> dict[str, list[Any]]:
    """For ``_ADDRESSED``: notices for the units and offices of these posts, mechanism by mechanism."""
    units = [
        (p.mechanism_id, p.unit_id) for p in posts if p.unit_id is not None and Right.REPORT_FILL in p.rights
    ]
    offices = [
        p.mechanism_id for p in posts if p.mechanism_id is not None and Right.REPORT_REVIEW in p.rights
    ]
    return {"units": units, "offices": offices}


def list_notices(session: Session, posts: Iterable[Held], limit: int = 50, offset: int = 0) -> list[Notice]:
    """Newest first, unread before read."""
    found = sa.select(Notice).where(_ADDRESSED).order_by(Notice.read_at.is_not(None), Notice.at.desc())
    return list(session.scalars(found.limit(limit).offset(offset), _places(posts)))


def recent_notices(session: Session, posts: Iterable[Held], limit: int = 3) -> list[Recent]:
    """For the home page."""
    return [Recent(*row) for row in _RECENT.rows(session, **_places(posts), most=limit)]


def find_notice(session: Session, posts: Iterable[Held], tenant_id: int, notice_id: int) -> Notice:
    found = sa.select(Notice).where(Notice.tenant_id == tenant_id, Notice.id == notice_id, _ADDRESSED)
    notice = session.scalars(found, _places(posts)).one_or_none()
    if notice is None:
        raise NotFound
    return notice


def read_notice(notice: Notice, reader: str, now: datetime) -> None:
    """The first reading counts; the sender sees it."""
    if notice.read_at is None:
        notice.read_at, notice.read_by = now, reader
