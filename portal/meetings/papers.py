"""Papers of the agenda (C-03, C-04): for the office and the units that were asked, after everybody's own signature."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.exchange import Agreement
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, NotAllowed, NotFound
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import _
from portal.documents import attachments
from portal.documents.models import Attachment
from portal.meetings.models import AgendaItem, Invitation, Meeting, PaperReading
from portal.meetings.services import get_meeting, is_office, oversees, own_units, writing_units
from portal.units.agreements import needs_signature
from portal.units.bodies import list_members
from portal.units.reader import subtree_scope
from portal.web.access import now, the_actor, the_reader, the_registry, the_session

KIND = "agenda"
FIELD = "files"


def agreement_of(campaign: Campaign | None) -> Agreement | None:
    """What is signed before papers of this campaign's meetings open."""
    if campaign is None or not campaign.meetings.signed_papers:
        return None
    return campaign.meetings.agreement or campaign.exchange.agreement


def may_open(session: Session, desk: Desk, meeting: Meeting, at: datetime) -> bool:
    """Whether the papers are the desk's business at all: it oversees the body, or one of its units was asked and
    belongs to the body today. At most two statements."""
    if oversees(desk):
        return True
    own = set(own_units(desk))
    if not own or meeting.cancelled_at is not None:
        return False
    present = {m.unit_id for m in list_members(session, meeting.mechanism_id, at.astimezone(SHANGHAI).date())}
    query = sa.select(Invitation.id).where(
        Invitation.tenant_id == meeting.tenant_id, Invitation.meeting_id == meeting.id,
        Invitation.unit_id.in_(own & present),
    )  # fmt: skip
    return session.scalars(query.limit(1)).first() is not None


def is_closed(session: Session, desk: Desk, account_id: int, campaign: Campaign | None) -> bool:
    """Whether the account still has to sign first; no statement where nothing is to be signed."""
    return needs_signature(session, desk, account_id, agreement_of(campaign))


def get_item(session: Session, desk: Desk, meeting: Meeting, item_id: int) -> AgendaItem:
    found = session.get(AgendaItem, (desk.tenant_id, item_id))
    if found is None or found.meeting_id != meeting.id:
        raise NotFound
    return found


def may_attach(desk: Desk, meeting: Meeting, unit_id: int | None) -> bool:
    """The office to every item, a unit to those on which it reports."""
    return meeting.cancelled_at is None and (
        is_office(desk) or (unit_id is not None and unit_id in writing_units(desk))
    )


def attach(
    session: Session, actor: Actor, at: datetime, *, folder: Path, desk: Desk, meeting: Meeting, item: AgendaItem,
    uploads: Iterable[tuple[str, IO[bytes]]],
) -> int:  # fmt: skip
    """How many were stored. ``Invalid`` (``attachments.Secret``) refuses all."""
    if not may_attach(desk, meeting, item.unit_id):
        raise NotAllowed(_("材料由办公室或汇报单位上传。"))
    stored = 0
    for name, stream in uploads:
        attachments.add(
            session, actor, at, folder=folder, subject=f"{KIND}:{item.id}", field=FIELD,
            unit_id=0 if is_office(desk) else item.unit_id or 0, name=name, stream=stream,
        )  # fmt: skip
        stored += 1
    return stored


def remove(
    session: Session,
    actor: Actor,
    at: datetime,
    *,
    desk: Desk,
    meeting: Meeting,
    item: AgendaItem,
    paper_id: int,
) -> None:
    """Until the meeting was held."""
    if not may_attach(desk, meeting, item.unit_id):
        raise NotAllowed(_("材料由办公室或汇报单位删去。"))
    if meeting.held_at is not None:
        raise Conflict(_("会议已登记为召开，材料不能再删。"))
    found = [a for a in attachments.list_attached(session, f"{KIND}:{item.id}") if a.id == paper_id]
    if not found:
        raise NotFound
    attachments.remove(session, actor, at, attachments=found, ids={str(paper_id)})


def list_papers(session: Session, tenant_id: int, item_ids: Sequence[int]) -> dict[int, list[Attachment]]:
    """Agenda item -> its papers, oldest first; one statement."""
    subjects = {f"{KIND}:{i}": i for i in item_ids}
    query = sa.select(Attachment).where(
        Attachment.tenant_id == tenant_id,
        Attachment.subject.in_(list(subjects)),
        Attachment.removed_at.is_(None),
    )
    found: dict[int, list[Attachment]] = {}
    for paper in session.scalars(query.order_by(Attachment.added_at, Attachment.id)):
        found.setdefault(subjects[paper.subject], []).append(paper)
    return found


class Opened(NamedTuple):
    reader: str
    read_at: datetime


def list_readings(session: Session, meeting: Meeting) -> dict[int, list[Opened]]:
    """Paper -> who has opened it first when; one statement."""
    r = PaperReading
    query = sa.select(r.attachment_id, r.reader, r.read_at).where(
        r.tenant_id == meeting.tenant_id, r.meeting_id == meeting.id
    )
    found: dict[int, list[Opened]] = {}
    for paper_id, reader, at in session.execute(query.order_by(r.read_at, r.id)):
        found.setdefault(paper_id, []).append(Opened(reader, at))
    return found


# --------------------------------------------------------------------- who reads what is attached to the agenda
def _can_read(session: Session, desk: Desk, attachment: Attachment) -> bool:
    number = attachment.subject.partition(":")[2]
    if attachment.removed_at is not None or attachment.tenant_id != desk.tenant_id or not number.isdigit():
        return False
    item = session.get(AgendaItem, (desk.tenant_id, int(number)))
    if item is None:
        return False
    try:
        meeting = get_meeting(session, desk, item.meeting_id)
    except NotFound:
        return False
    if not may_open(session, desk, meeting, now()):
        return False
    return not is_closed(session, desk, the_reader().account_id, the_registry().find(desk.campaign))


def _note(attachment: Attachment) -> None:
    """Who has opened it, and when first."""
    session, number = the_session(), int(attachment.subject.partition(":")[2])
    item = session.get_one(AgendaItem, (attachment.tenant_id, number))
    reading = PaperReading(
        meeting_id=item.meeting_id, attachment_id=attachment.id, account_id=the_reader().account_id,
        reader=the_actor().name, read_at=now(),
    )  # fmt: skip
    known = sa.select(PaperReading.id).where(
        PaperReading.tenant_id == attachment.tenant_id, PaperReading.attachment_id == attachment.id,
        PaperReading.account_id == reading.account_id,
    )  # fmt: skip
    if session.scalar(known) is not None:
        return
    try:
        with session.begin_nested():
            session.add(reading)
    except IntegrityError:  # opened twice at the same moment
        return


attachments.register_subject(KIND, _can_read, subtree_scope, _note)
