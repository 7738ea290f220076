"""A deadline that an office set in error is taken back, with a reason. It stops where it is and is no longer owed; what
is kept of it is a ``DeadlineChange`` of kind ``withdrawn``, beside the story it had.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid
from portal.core.scope import Actor
from portal.core.text import Message, _
from portal.deadlines.extensions import add_change
from portal.deadlines.hand import by_hand
from portal.deadlines.models import Deadline, DeadlineChange
from portal.notices.services import notify

WITHDRAWN = "withdrawn"


def find_withdrawal(changes: Sequence[DeadlineChange]) -> DeadlineChange | None:
    return next((c for c in changes if c.kind == WITHDRAWN), None)


def count_others(session: Session, deadline: Deadline) -> int:
    """Units of the same order that have not done it yet."""
    others = sa.select(sa.func.count()).where(*_order(deadline), Deadline.id != deadline.id)
    return session.scalar(others) or 0


def _order(deadline: Deadline) -> tuple[sa.ColumnElement[bool], ...]:
    """What of the deadline's order still runs."""
    return (
        Deadline.tenant_id == deadline.tenant_id, Deadline.mechanism_id == deadline.mechanism_id,
        Deadline.subject == deadline.subject, Deadline.met_at.is_(None),
    )  # fmt: skip


def withdraw_deadline(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    deadline: Deadline,
    reason: str,
    others: bool = False,
    link: Callable[[int], str] = lambda _id: "",
) -> int:
    """Take it back; with ``others`` from every unit of the same order that has not done it yet. Answers how many.

    The units are told why; a request for extension that waits is settled by it.
    """
    if not by_hand(deadline):
        raise Conflict(_("这项时限由系统按规定计时，不能撤销。"))
    rows = session.scalars(
        sa.select(Deadline)
        .where(*_order(deadline), sa.true() if others else Deadline.id == deadline.id)
        .order_by(Deadline.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if deadline not in rows:
        raise Conflict(_("已经办结或撤销，请刷新页面查看。"))
    if not reason.strip():
        raise Invalid({"reason": _("请写明撤销原因。")})
    for row in rows:
        add_change(session, actor, now, row, WITHDRAWN, row.due_at, reason)
        row.met_at, row.met_by = now, actor.name
        record(session, Act.DEADLINE_WITHDRAW, f"deadline:{row.id}", actor, now, {"subject": row.subject})
        if row.unit_id is not None:
            text = Message(_("时限已撤销：“%(title)s”，不必再办理。"), title=row.title)
            notify(
                session, now, mechanism_id=row.mechanism_id, unit_id=row.unit_id, text=text, sender=actor.name,
                link=link(row.id), detail=reason.strip()[:300],
            )  # fmt: skip
    return len(rows)
