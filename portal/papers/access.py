"""Who reads which paper: the office all, who signs what has come as far, a unit what was issued to it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.papers.models import Paper, PaperReceipt, State

UNFINISHED = (State.DRAFT.value, State.CHECKING.value)
OUT = (State.ISSUED.value, State.WITHDRAWN.value)


def is_office(desk: Desk) -> bool:
    return Right.PAPER_WRITE in desk.rights


def signs(desk: Desk) -> bool:
    return Right.PAPER_SIGN in desk.rights


def own_units(desk: Desk) -> tuple[int, ...]:
    """Units for which the reader sits in the body; not the one that hosts the office."""
    return tuple(
        dict.fromkeys(
            p.unit_id
            for p in desk.posts
            if p.unit_id is not None
            and Right.PAPER_READ in p.rights
            and Right.RECORD_READ_ALL not in p.rights
        )
    )


def receiving_units(desk: Desk) -> tuple[int, ...]:
    """Units for which the reader signs papers for."""
    return tuple(u for u in own_units(desk) if u in desk.units_with(Right.INFO_WRITE))


def readable(desk: Desk) -> Any:
    """The condition on ``Paper``."""
    if is_office(desk):
        mine: Any = sa.true()
    else:
        issued = sa.exists().where(
            PaperReceipt.tenant_id == Paper.tenant_id,
            PaperReceipt.paper_id == Paper.id,
            PaperReceipt.unit_id.in_(own_units(desk)),
        )
        mine = sa.and_(Paper.state.in_(OUT), issued)
        if signs(desk):
            mine = sa.or_(mine, Paper.state.not_in(UNFINISHED))
    return sa.and_(Paper.tenant_id == desk.tenant_id, Paper.mechanism_id == desk.mechanism_id, mine)


def get_paper(session: Session, desk: Desk, paper_id: int) -> Paper:
    """``NotFound`` for whatever the desk may not read, as for what does not exist."""
    found = session.scalars(sa.select(Paper).where(Paper.id == paper_id, readable(desk))).one_or_none()
    if found is None:
        raise NotFound
    return found


def lock_paper(session: Session, paper: Paper) -> Paper:
    """The same row as it is now; nobody else takes a step with it until the transaction ends."""
    wanted = sa.select(Paper).where(Paper.tenant_id == paper.tenant_id, Paper.id == paper.id)
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one()
