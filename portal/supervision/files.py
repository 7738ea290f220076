"""Evidence attached to the steps of an order: who may see the step reads its files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Actor, Scope
from portal.documents import attachments
from portal.documents.models import Attachment
from portal.supervision.access import get_order, may_see, own_units
from portal.supervision.models import OrderStep

KIND = "orderstep"
FIELD = "files"
"""Name of the input, and the key under which a refusal is reported."""

Upload = tuple[str, IO[bytes]]


def attach(
    session: Session, actor: Actor, now: datetime, *, folder: Path, step: OrderStep, uploads: Iterable[Upload]
) -> None:
    """``Invalid`` (``Secret``) on ``files`` refuses the step with all of it."""
    for name, stream in uploads:
        attachments.add(
            session, actor, now, folder=folder, subject=f"{KIND}:{step.id}", field=FIELD, unit_id=step.unit_id or 0,
            name=name, stream=stream,
        )  # fmt: skip


def files_of(session: Session, steps: Sequence[OrderStep]) -> dict[int, list[Attachment]]:
    """By step, oldest first; one statement, none without steps."""
    found: dict[int, list[Attachment]] = {}
    if steps:
        rows = session.scalars(
            sa.select(Attachment)
            .where(
                Attachment.tenant_id == steps[0].tenant_id, Attachment.removed_at.is_(None),
                Attachment.subject.in_([f"{KIND}:{s.id}" for s in steps]),
            )
            .order_by(Attachment.added_at, Attachment.id)
        )  # fmt: skip
        for file in rows:
            found.setdefault(int(file.subject.partition(":")[2]), []).append(file)
    return found


def _can_read(session: Session, desk: Desk, attachment: Attachment) -> bool:
    number = attachment.subject.partition(":")[2]
    if attachment.tenant_id != desk.tenant_id or not number.isdigit() or Right.ORDER_READ not in desk.rights:
        return False
    step = session.get(OrderStep, (desk.tenant_id, int(number)))
    if step is None or attachment.removed_at is not None:
        return False
    try:
        order = get_order(session, desk, step.order_id)
    except NotFound:
        return False
    return may_see(step, order, own_units(desk))


def _nothing_below(_session: Session, desk: Desk) -> Scope:
    """Orders never leave their tenant."""
    return Scope(own=(desk.tenant_id,))


attachments.register_subject(KIND, _can_read, _nothing_below)
