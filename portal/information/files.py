"""What is attached to an item: the item's readers read it, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.documents import attachments
from portal.documents.models import Attachment
from portal.information.access import oversees, readable
from portal.information.models import Item
from portal.information.reading import note_reading
from portal.units.agreements import needs_signature
from portal.units.models import Post
from portal.units.reader import subtree_scope
from portal.web.access import now, the_registry, the_session

KIND = "item"
FIELD = "files"
"""Name of the input, and the key under which a refusal is reported."""


def subject_of(item: Item) -> str:
    return f"{KIND}:{item.id}"


def attach(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    folder: Path,
    item: Item,
    uploads: Iterable[tuple[str, IO[bytes]]],
) -> None:
    """Store files with an item of the home tenant; they are released as it is. ``Invalid`` (``Secret``) refuses all."""
    for name, stream in uploads:
        added = attachments.add(
            session, actor, now, folder=folder, subject=subject_of(item), field=FIELD, unit_id=item.unit_id or 0,
            name=name, stream=stream,
        )  # fmt: skip
        added.released_at = item.released_at
    session.flush()


def list_files(session: Session, item: Item) -> list[Attachment]:
    """What stands there now, of an own item or one from below; oldest first."""
    wanted = (Attachment.tenant_id == item.tenant_id, Attachment.subject == subject_of(item))
    query = sa.select(Attachment).where(*wanted, Attachment.removed_at.is_(None))
    return list(session.scalars(query.order_by(Attachment.added_at, Attachment.id)))


def _can_read(session: Session, desk: Desk, attachment: Attachment) -> bool:
    number = attachment.subject.partition(":")[2]
    if not number.isdigit() or attachment.removed_at is not None:
        return False
    if attachment.tenant_id != desk.tenant_id and not (oversees(desk) and attachment.released_at):
        return False
    wanted = (Item.tenant_id == attachment.tenant_id, Item.id == int(number))
    today = now().astimezone(SHANGHAI).date()
    if session.scalars(sa.select(Item.id).where(*wanted, readable(desk, today))).one_or_none() is None:
        return False
    campaign = the_registry().find(desk.campaign)
    agreement = campaign.exchange.agreement if campaign else None
    if agreement is None:
        return True
    account = session.scalar(sa.select(Post.account_id).where(Post.id == desk.posts[0].post_id))
    return not needs_signature(session, desk, account or 0, agreement)


def _note(attachment: Attachment) -> None:
    item_id = int(attachment.subject.partition(":")[2])
    note_reading(the_session().get_one(Item, (attachment.tenant_id, item_id)))


attachments.register_subject(KIND, _can_read, subtree_scope, _note)
