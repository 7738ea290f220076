"""Files that people attach. The row is in the database, the content sealed in the instance folder (``contents``).

The content is complete on the disk before the row is committed: whoever was told that a file is stored finds
it again after a power cut. A content without a row is harmless and takes only space.
"""

from __future__ import annotations

import hashlib
import logging
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Invalid
from portal.core.reader import Desk
from portal.core.scope import Actor, Scope, get_scope, set_scope
from portal.core.sealing import ring_of
from portal.core.text import Message, Text, _
from portal.documents import kinds
from portal.documents.contents import store
from portal.documents.models import Attachment
from portal.documents.secrecy import find_mark

log = logging.getLogger(__name__)

MB = 1024 * 1024
MAX_BYTES = 10 * MB
"""Of one file; a scanned report of forty pages is about 4 MB."""
PER_SUBJECT = 20
UNIT_QUOTA = 500 * MB
"""Of one unit in all campaigns: some eight years of a scan each month. What was removed counts on, it is kept for
the editions that name it."""
TENANT_QUOTA = 20 * 1024 * MB
"""Of a county: forty units that use all of theirs."""
MAX_NAME = 120
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")


@dataclass(frozen=True)
class Subject:
    """``can_read``: may the desk read this attachment; ``below``: scope with the tenants whose released rows it sees.
    ``note``: called when one was handed out."""

    can_read: Callable[[Session, Desk, Attachment], bool]
    below: Callable[[Session, Desk], Scope]
    note: Callable[[Attachment], None] = lambda _attachment: None


_subjects: dict[str, Subject] = {}


def register_subject(
    kind: str, can_read: Callable[[Session, Desk, Attachment], bool], below: Callable[[Session, Desk], Scope],
    note: Callable[[Attachment], None] = lambda _attachment: None,
) -> None:  # fmt: skip
    """A room above says who reads what is attached to its things (``kind:id``)."""
    _subjects[kind] = Subject(can_read, below, note)


def note_handed_out(attachment: Attachment) -> None:
    """The room it belongs to may keep that it was read."""
    _subjects[attachment.subject.partition(":")[0]].note(attachment)


def find_readable(session: Session, desk: Desk, attachment_id: int) -> Attachment | None:
    """The attachment if the desk may read it. Looks into the tenants below only when it is none of the desk's own."""
    wanted = sa.select(Attachment).where(Attachment.id == attachment_id)
    own = session.scalars(wanted.where(Attachment.tenant_id == desk.tenant_id)).one_or_none()
    if own is not None:
        return own if _readable(session, desk, own) else None
    for subject in _subjects.values():
        set_scope(session, subject.below(session, desk))
        found = session.scalars(wanted).one_or_none()
        if found is not None:
            return found if _readable(session, desk, found) else None
    return None


def _readable(session: Session, desk: Desk, attachment: Attachment) -> bool:
    subject = _subjects.get(attachment.subject.partition(":")[0])
    return subject is not None and subject.can_read(session, desk, attachment)


def add(
    session: Session, actor: Actor, now: datetime, *, folder: Path, subject: str, field: str, unit_id: int,
    name: str, stream: IO[bytes],
) -> Attachment:  # fmt: skip
    """Store one file in the scope's home tenant. ``Invalid`` on ``field`` says why it is not taken.

    A file with a mark of secrecy raises ``Secret``; its refusal is to be kept with ``note_refusal``.
    """
    home = get_scope(session).home
    assert home is not None
    content = stream.read(MAX_BYTES + 1)
    shown = clean_name(name)
    problem: Message | Text | None = None
    if not content:
        problem = Message(_("“%(name)s”是空文件。"), name=shown)
    elif len(content) > MAX_BYTES:
        problem = Message(
            _("“%(name)s”超过 %(n)s MB，请压缩图片或拆分后上传。"), name=shown, n=MAX_BYTES // MB
        )
    if problem is None:
        recognised = _recognise(field, shown, content)
        problem = _over_quota(session, home, subject, unit_id, len(content))
    if problem is not None:
        raise Invalid({field: problem})
    try:
        digest, key_id = store(folder, home, content, ring_of(session))
    except OSError as error:  # a full disk, mostly
        log.exception("attachment of %s bytes", len(content))
        raise Invalid(
            {field: Message(_("“%(name)s”没有保存：服务器存不下，请联系系统管理员。"), name=shown)}
        ) from error
    attachment = Attachment(
        subject=subject, field=field, unit_id=unit_id, name=_with_suffix(shown, recognised.kind),
        media_type=kinds.TYPES[recognised.kind], size=len(content), sha256=digest, key_id=key_id, added_at=now,
        added_by=actor.name,
    )  # fmt: skip
    session.add(attachment)
    session.flush()
    record(
        session, Act.FILE_ADD, f"attachment:{attachment.id}", actor, now, {"to": subject, "sha256": digest}
    )
    return attachment


class Secret(Invalid):
    """Refused for its mark of secrecy."""

    def __init__(self, field: str, name: str, mark: str, digest: str) -> None:
        self.name, self.mark, self.digest = name, mark, digest
        text = _("“%(name)s”带有“%(mark)s”字样，不得上传，也没有保存。涉密文件和内部资料请按保密规定办理。")
        super().__init__({field: Message(text, name=name, mark=mark)})


def note_refusal(session: Session, actor: Actor, now: datetime, subject: str, refused: Secret) -> None:
    """The trail knows that, and which, file was refused; its content and name are kept nowhere."""
    record(session, Act.FILE_REFUSE, subject, actor, now, {"mark": refused.mark, "sha256": refused.digest})


def _recognise(field: str, name: str, content: bytes) -> kinds.Recognised:
    try:
        recognised = kinds.recognise(content)
        mark = find_mark(name, content, recognised)
    except kinds.Unwanted as error:
        text = Message(_("“%(name)s”没有保存：%(reason)s"), name=name, reason=kinds.REASONS[error.reason])
        raise Invalid({field: text}) from error
    if mark:
        raise Secret(field, name, mark, hashlib.sha256(content).hexdigest())
    return recognised


def _over_quota(session: Session, home: int, subject: str, unit_id: int, size: int) -> Message | None:
    """Two uploads at the same instant may pass together: the limits guard the disk, not a right."""
    of_unit = sa.case((Attachment.unit_id == unit_id, Attachment.size), else_=0)
    here = sa.and_(Attachment.subject == subject, Attachment.removed_at.is_(None))
    total, unit, count = session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(Attachment.size), 0),
            sa.func.coalesce(sa.func.sum(of_unit), 0),
            sa.func.count(sa.case((here, 1))),
        ).where(Attachment.tenant_id == home)
    ).one()
    if count >= PER_SUBJECT:
        return Message(_("每张表最多 %(n)s 个附件，请先删去不需要的。"), n=PER_SUBJECT)
    if unit + size > UNIT_QUOTA:
        text = _("本单位附件已占 %(used)s MB，上限 %(max)s MB，放不下这个文件。请联系办公室。")
        return Message(text, used=int(unit) // MB, max=UNIT_QUOTA // MB)
    if total + size > TENANT_QUOTA:
        return Message(_("本级附件已占满 %(max)s MB，请联系系统管理员。"), max=TENANT_QUOTA // MB)
    return None


def clean_name(name: str) -> str:
    """A name without path, control, bidirectional or zero-width characters, of ordinary length."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(
        x for x in name if unicodedata.category(x) not in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn")
    )
    name = _FORBIDDEN.sub("_", name).strip(" .\u3000") or "_"
    if _DEVICES.match(name):
        name = f"_{name}"
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 10:
        return name[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(suffix) - 1]}.{suffix}"


def _with_suffix(name: str, kind: str) -> str:
    """The name ends as its content asks, so that no other program opens it."""
    endings = kinds.SUFFIXES.get(kind, (kind,))
    return name if name.lower().endswith(tuple(f".{e}" for e in endings)) else f"{name}.{endings[0]}"


def list_attached(session: Session, subject: str) -> list[Attachment]:
    """What stands there now, oldest first."""
    return list(
        session.scalars(
            sa.select(Attachment)
            .where(
                Attachment.tenant_id == get_scope(session).home,
                Attachment.subject == subject,
                Attachment.removed_at.is_(None),
            )
            .order_by(Attachment.added_at, Attachment.id)
        )
    )


def as_payload(attachments: Iterable[Attachment]) -> list[dict[str, Any]]:
    return [{"id": a.id, "name": a.name, "size": a.size, "sha256": a.sha256} for a in attachments]


def remove(
    session: Session, actor: Actor, now: datetime, *, attachments: Sequence[Attachment], ids: Collection[str]
) -> None:
    """Take those of ``attachments`` off whose id is among ``ids``. Editions that name them keep them."""
    for attachment in attachments:
        if str(attachment.id) in ids and attachment.removed_at is None:
            attachment.removed_at = now
            subject = f"attachment:{attachment.id}"
            record(session, Act.FILE_REMOVE, subject, actor, now, {"from": attachment.subject})


def release(session: Session, now: datetime, ids: Collection[int]) -> None:
    """From here on superiors may read these files of the home tenant."""
    if ids:
        session.execute(
            sa.update(Attachment)
            .where(Attachment.tenant_id == get_scope(session).home, Attachment.id.in_(ids))
            .values(released_at=sa.func.coalesce(Attachment.released_at, now))
            .execution_options(synchronize_session=False)
        )
