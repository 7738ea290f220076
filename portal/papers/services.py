"""What rooms above ask of papers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.reader import Desk
from portal.papers.access import readable
from portal.papers.models import Paper, State


class Grown(NamedTuple):
    """A paper that grew out of something; its page is ``papers.show`` with ``paper_id``."""

    id: int
    number: str
    title: str
    template: str
    state: State


def papers_of(
    session: Session, tenant_id: int, subjects: Iterable[str], desk: Desk | None = None
) -> dict[str, list[Grown]]:
    """Papers by the subject (``meeting:12``) that they grew out of, oldest first, void ones left out; one statement.

    ``desk``: only what it may read, which a page that units see must give.
    """
    wanted = [
        Paper.tenant_id == tenant_id,
        Paper.subject.in_(list(subjects)),
        Paper.state != State.VOID.value,
    ]
    if desk is not None:
        wanted.append(readable(desk))
    rows = session.execute(
        sa.select(Paper.subject, Paper.id, Paper.number, Paper.title, Paper.template, Paper.state)
        .where(*wanted)
        .order_by(Paper.created_at, Paper.id)
    )
    found: dict[str, list[Grown]] = {}
    for r in rows:
        found.setdefault(r[0], []).append(Grown(r[1], r[2], r[3], r[4], State(r[5])))
    return found
