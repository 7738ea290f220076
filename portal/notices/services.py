"""Put a notice into an inbox, and where the worker finds it for the world outside."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.db import new_id
from portal.core.posts import PostKind
from portal.core.scope import get_scope
from portal.core.text import Message
from portal.notices.models import Notice, Outgoing

DETAIL = 1000
"""Characters of what a person wrote that are shown in the inbox; the rest stands where the link leads."""


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
        id=new_id(),
        mechanism_id=mechanism_id,
        unit_id=unit_id,
        text=str(text.text),
        params={k: str(v) for k, v in text.params.items()},
        sender=sender,
        link=link,
        detail=detail[:DETAIL],
        at=now,
        post=post,
        urgent=urgent,
        mark=mark,
    )
    home = get_scope(session).home
    out = Outgoing(tenant_id=home, notice_id=notice.id, urgent=urgent)
    if mark is None:
        session.add_all((notice, out))
        return True
    left = sa.select(Notice.id).where(Notice.tenant_id == home, Notice.mark == mark)
    if session.scalar(left) is not None:
        return False
    try:
        with session.begin_nested():
            session.add_all((notice, out))
    except IntegrityError:
        if session.scalar(left) is None:
            raise  # something else is wrong with it
        return False
    return True


class Told(NamedTuple):
    """One notice of a series, for the history that goes with the next."""

    at: datetime
    read_at: datetime | None
    read_by: str


def list_told(
    session: Session, *, mechanism_id: int, mark: str, post: PostKind
) -> dict[int | None, list[Told]]:
    """Notices of the scope's home tenant whose mark begins with ``mark``, by unit, the oldest first; one statement."""
    rows = session.execute(
        sa.select(Notice.unit_id, Notice.at, Notice.read_at, Notice.read_by)
        .where(
            Notice.tenant_id == get_scope(session).home, Notice.mechanism_id == mechanism_id,
            Notice.mark.startswith(mark, autoescape=True), Notice.post == post,
        )
        .order_by(Notice.at, Notice.id)
    )  # fmt: skip
    found: dict[int | None, list[Told]] = {}
    for unit_id, at, read_at, read_by in rows:
        found.setdefault(unit_id, []).append(Told(at, read_at, read_by))
    return found
