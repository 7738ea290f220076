"""What is attached to a transfer: each side has its own copy, and who reads the transfer reads it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import Invalid, NotFound
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Actor, Scope, get_scope
from portal.core.sealing import ring_of
from portal.core.text import Message, _
from portal.documents import attachments, contents
from portal.documents.models import Attachment
from portal.transfers.access import get_transfer
from portal.transfers.models import Transfer
from portal.transfers.pairs import subject_of

log = logging.getLogger(__name__)
KIND, FIELD = "transfer", "files"
Upload = tuple[str, IO[bytes]]


def attach(
    session: Session, actor: Actor, now: datetime, *, folder: Path, row: Transfer, uploads: Iterable[Upload]
) -> None:
    """``Invalid`` (``Secret``) on ``files`` refuses the transfer with all of it."""
    for name, stream in uploads:
        attachments.add(
            session, actor, now, folder=folder, subject=subject_of(row), field=FIELD, unit_id=row.unit_id or 0,
            name=name, stream=stream,
        )  # fmt: skip


def list_files(session: Session, row: Transfer) -> Sequence[Attachment]:
    wanted = (Attachment.tenant_id == row.tenant_id, Attachment.subject == subject_of(row))
    return session.scalars(
        sa.select(Attachment)
        .where(*wanted, Attachment.removed_at.is_(None))
        .order_by(Attachment.added_at, Attachment.id)
    ).all()


def list_offered(session: Session, record_id: int) -> list[Attachment]:
    """Files of the entry that may be sent along."""
    return attachments.list_attached(session, f"record:{record_id}")


def copy_files(
    session: Session, actor: Actor, now: datetime, *, origin: int, files: Sequence[Attachment], row: Transfer, folder: Path
) -> None:  # fmt: skip
    """Rows and contents of the side's own, so that it reads them whatever becomes of the others. ``origin``: tenant of
    ``files``; the scope must be in the tenant of ``row``."""
    ring, home = ring_of(session), get_scope(session).home
    assert home is not None
    for file in files:
        try:
            content = contents.read(folder, origin, file.sha256, ring)
            digest, key_id = contents.store(folder, home, content, ring)
        except OSError as error:
            log.exception("attachment %s is not handed on", file.id)
            text = Message(_("没有移送：附件“%(name)s”读不出或存不下，请联系系统管理员。"), name=file.name)
            raise Invalid({FIELD: text}) from error
        session.add(
            Attachment(
                subject=subject_of(row), field=FIELD, unit_id=None, name=file.name, media_type=file.media_type,
                size=file.size, sha256=digest, key_id=key_id, added_at=now, added_by=actor.name,
            )
        )  # fmt: skip
    session.flush()


def _can_read(session: Session, desk: Desk, attachment: Attachment) -> bool:
    number = attachment.subject.partition(":")[2]
    if attachment.tenant_id != desk.tenant_id or not number.isdigit() or attachment.removed_at is not None:
        return False
    if desk.rights.isdisjoint({Right.RECORD_WRITE, Right.RECORD_READ_ALL}):
        return False
    try:
        get_transfer(session, desk, int(number))
    except NotFound:
        return False
    return True


def _nothing_below(_session: Session, desk: Desk) -> Scope:
    """Each side reads its own copy."""
    return Scope(own=(desk.tenant_id,))


attachments.register_subject(KIND, _can_read, _nothing_below)
