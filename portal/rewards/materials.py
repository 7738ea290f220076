"""Papers of a case, kept with its entry: given once, they serve every application and are never asked for again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.rewards import Material, RewardScheme
from portal.core.errors import Conflict, Invalid
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Actor, Scope
from portal.core.text import Message, _
from portal.documents import attachments
from portal.documents.models import Attachment
from portal.ledger.models import Record
from portal.rewards.access import handled, oversees, own_units, readable
from portal.rewards.models import RewardApplication, RewardClaim
from portal.rewards.states import WITH_UNIT, State
from portal.tenants.below import list_below

LIBRARY, PROOF = "material", "reward"
"""Kinds of subjects: what lies with the case, and what was decided on the application (decision, return slip)."""
SCANS = ("application/pdf", "image/jpeg", "image/png")
Upload = tuple[str, str, IO[bytes]]
"""Field, name of the file, stream."""


def subject_of(record_id: int) -> str:
    return f"{LIBRARY}:{record_id}"


def library_of(session: Session, tenant_id: int, record_id: int) -> dict[str, list[Attachment]]:
    """Material key -> its files, oldest first; one statement."""
    rows = session.scalars(
        sa.select(Attachment)
        .where(
            Attachment.tenant_id == tenant_id, Attachment.subject == subject_of(record_id),
            Attachment.removed_at.is_(None),
        )
        .order_by(Attachment.added_at, Attachment.id)
    )  # fmt: skip
    found: dict[str, list[Attachment]] = {}
    for file in rows:
        found.setdefault(file.field, []).append(file)
    return found


def missing(scheme: RewardScheme, library: Mapping[str, Sequence[Attachment]]) -> list[Material]:
    return [m for m in scheme.materials if not library.get(m.key)]


def put(
    session: Session, actor: Actor, now: datetime, *, folder: Path, found: RewardApplication, scheme: RewardScheme,
    uploads: Iterable[Upload],
) -> int:  # fmt: skip
    """Lay scans into the library of the case; how many were new. A file that lies there already is not stored twice."""
    _check_open(found)
    known = {m.key for m in scheme.materials}
    library = library_of(session, found.tenant_id, found.record_id)
    new = 0
    for field, name, stream in uploads:
        if field not in known:
            raise Invalid({"materials": _("申请不收这项材料，没有保存。请只交清单列出的材料。")})
        added = attachments.add(
            session, actor, now, folder=folder, subject=subject_of(found.record_id), field=field, unit_id=found.unit_id,
            name=name, stream=stream,
        )  # fmt: skip
        check_scan(added, field)
        if any(f.sha256 == added.sha256 for f in library.get(field, ())):
            session.delete(added)
        else:
            library.setdefault(field, []).append(added)
            new += 1
    session.flush()
    return new


def check_scan(added: Attachment, field: str) -> None:
    """A stamped paper is a scan or a photograph."""
    if added.media_type not in SCANS:
        text = _("“%(name)s”不是扫描件，请上传 PDF、JPG 或 PNG。")
        raise Invalid({field: Message(text, name=added.name)})


def take_off(
    session: Session, actor: Actor, now: datetime, *, found: RewardApplication, file_id: str
) -> None:
    _check_open(found)
    library = library_of(session, found.tenant_id, found.record_id)
    every = [file for files in library.values() for file in files]
    attachments.remove(session, actor, now, attachments=every, ids=[file_id])


def _check_open(found: RewardApplication) -> None:
    if State(found.state) not in WITH_UNIT:
        raise Conflict(_("申请已经报送，材料不能再改；要补正的请办公室退回。"))


def freeze(session: Session, now: datetime, library: Mapping[str, Sequence[Attachment]]) -> dict[str, Any]:
    """The files as they are sent; from here on the paying side reads them."""
    attachments.release(session, now, [f.id for files in library.values() for f in files])
    return {key: attachments.as_payload(files) for key, files in library.items()}


# ------------------------------------------------------------------------------------------- who reads them
def _number(attachment: Attachment) -> int:
    text = attachment.subject.partition(":")[2]
    return int(text) if text.isdigit() else 0


def _from_claim(session: Session, desk: Desk, attachment: Attachment, column: Any) -> bool:
    wanted = sa.select(RewardClaim.id).where(
        handled(desk), RewardClaim.from_tenant_id == attachment.tenant_id, column == _number(attachment)
    )
    return attachment.released_at is not None and session.scalar(wanted) is not None


def _reads_material(session: Session, desk: Desk, attachment: Attachment) -> bool:
    if _from_claim(session, desk, attachment, RewardClaim.record_id):
        return True
    if attachment.tenant_id != desk.tenant_id or attachment.removed_at is not None:
        return False
    record = session.get(Record, (desk.tenant_id, _number(attachment)))
    return record is not None and record.campaign == desk.campaign and (
        oversees(desk) or record.unit_id in own_units(desk) or attachment.unit_id in own_units(desk)
    )  # fmt: skip


def _reads_proof(session: Session, desk: Desk, attachment: Attachment) -> bool:
    if _from_claim(session, desk, attachment, RewardClaim.application_id):
        return True
    wanted = sa.select(RewardApplication.id).where(
        readable(desk), RewardApplication.id == _number(attachment)
    )
    return attachment.tenant_id == desk.tenant_id and session.scalar(wanted) is not None


def _below(session: Session, desk: Desk) -> Scope:
    """Only the paying side looks below at all."""
    below: tuple[int, ...] = ()
    if Right.REWARD_READ in desk.rights:
        below = tuple(sorted(list_below(session, {desk.tenant_id}) - {desk.tenant_id}))
    return Scope(own=(desk.tenant_id,), below=below, home=desk.tenant_id)


attachments.register_subject(LIBRARY, _reads_material, _below)
attachments.register_subject(PROOF, _reads_proof, _below)
