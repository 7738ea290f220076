"""What is attached to a paper: annexes, and the scan of the stamped paper with its hash. No seal is ever drawn."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import Conflict, Invalid
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Actor, Scope
from portal.core.text import _
from portal.documents import attachments
from portal.documents.models import Attachment
from portal.papers.access import readable
from portal.papers.models import Paper, State
from portal.papers.writing import tell

KIND = "paper"
SCAN, ANNEX = "scan", "annex"
SCANNABLE = (State.NUMBERED, State.ISSUED)
_SCANS = ("application/pdf", "image/jpeg", "image/png")


def subject_of(paper: Paper) -> str:
    return f"{KIND}:{paper.id}"


def add_scan(
    session: Session, actor: Actor, now: datetime, *, folder: Path, paper: Paper, name: str, stream: IO[bytes]
) -> Attachment:
    """盖章扫描件 of a numbered paper; it is kept with the version that was signed."""
    if State(paper.state) not in SCANNABLE:
        raise Conflict(_("编号以后才能存入盖章扫描件。"))
    added = attachments.add(
        session, actor, now, folder=folder, subject=subject_of(paper), field=f"{SCAN}-{paper.edition}", unit_id=0,
        name=name, stream=stream,
    )  # fmt: skip
    if added.media_type not in _SCANS:
        raise Invalid({f"{SCAN}-{paper.edition}": _("扫描件请用 PDF、JPG 或 PNG。")})
    tell(session, paper, "scanned", actor, now, f"{added.name} SHA-256 {added.sha256}")
    session.flush()
    return added


def add_annex(
    session: Session, actor: Actor, now: datetime, *, folder: Path, paper: Paper, name: str, stream: IO[bytes]
) -> Attachment:
    return attachments.add(
        session,
        actor,
        now,
        folder=folder,
        subject=subject_of(paper),
        field=ANNEX,
        unit_id=0,
        name=name,
        stream=stream,
    )


def split(found: list[Attachment]) -> tuple[list[Attachment], list[tuple[int, Attachment]]]:
    """Annexes, and scans each with the number of its version."""
    annexes = [f for f in found if f.field == ANNEX]
    scans = [(int(f.field.rpartition("-")[2]), f) for f in found if f.field.startswith(f"{SCAN}-")]
    return annexes, scans


def _can_read(session: Session, desk: Desk, attachment: Attachment) -> bool:
    number = attachment.subject.partition(":")[2]
    if not number.isdigit() or attachment.tenant_id != desk.tenant_id or Right.PAPER_READ not in desk.rights:
        return False
    if attachment.removed_at is not None:
        return False
    row = session.execute(sa.select(Paper.state).where(Paper.id == int(number), readable(desk))).first()
    office = Right.PAPER_WRITE in desk.rights or Right.PAPER_SIGN in desk.rights
    return row is not None and (office or row[0] != State.WITHDRAWN)


def _own(_session: Session, desk: Desk) -> Scope:
    return Scope(own=(desk.tenant_id,), home=desk.tenant_id)


attachments.register_subject(KIND, _can_read, _own)
