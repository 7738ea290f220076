"""What stands behind an entry: files attached to it and records of the portal it names. Who reads the entry reads them;
they stay in their tenant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from portal.core.errors import NotAllowed
from portal.core.reader import Desk
from portal.core.scope import Actor, Scope
from portal.documents import attachments
from portal.documents.models import Attachment
from portal.ledger.access import own_units
from portal.ledger.models import Record, RecordEvent
from portal.ledger.services import is_readable

KIND = "record"
FIELD = "files"
"""Name of the input, and the key under which a refusal is reported."""

Upload = tuple[str, IO[bytes]]


@dataclass(frozen=True)
class Evidence:
    """Given with a step. ``link``: subject and label of a record of the portal."""

    folder: Path | None = None
    uploads: Sequence[Upload] = ()
    link: tuple[str, str] | None = None

    def __bool__(self) -> bool:
        return bool(self.uploads) or self.link is not None


NONE = Evidence()


def attach(
    session: Session, actor: Actor, now: datetime, found: Record, evidence: Evidence, unit_id: int
) -> None:
    """``Invalid`` (``Secret``) on ``files`` refuses the step with all of it."""
    if evidence.folder is None:
        return
    for name, stream in evidence.uploads:
        attachments.add(
            session, actor, now, folder=evidence.folder, subject=f"{KIND}:{found.id}", field=FIELD, unit_id=unit_id,
            name=name, stream=stream,
        )  # fmt: skip


def has_evidence(session: Session, found: Record, events: Iterable[RecordEvent]) -> bool:
    """Something stands behind the entry since it was last opened: what closed it once does not close it again."""
    since, linked = found.created_at, False
    for event in events:
        if event.kind == "reopened":
            since, linked = event.at, False
        linked = linked or "link" in event.changes
    return linked or any(
        a.added_at >= since for a in attachments.list_attached(session, f"{KIND}:{found.id}")
    )


def _can_read(session: Session, desk: Desk, attachment: Attachment) -> bool:
    number = attachment.subject.partition(":")[2]
    if attachment.tenant_id != desk.tenant_id or attachment.removed_at is not None or not number.isdigit():
        return False
    found = session.get(Record, (desk.tenant_id, int(number)))
    if found is None or found.campaign != desk.campaign:
        return False
    try:
        own = own_units(desk)
    except NotAllowed:
        return False
    return own is None or is_readable(session, found, own)


def _nothing_below(_session: Session, desk: Desk) -> Scope:
    return Scope(own=(desk.tenant_id,))


attachments.register_subject(KIND, _can_read, _nothing_below)
