"""A topic that waits, and a meeting of both units with an agenda and a paper; every text bears the place's canary."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.posts import PostKind
from portal.core.reader import Desk, Reader
from portal.core.scope import Actor
from portal.documents.models import Attachment
from portal.meetings import convening, papers, replies, topics
from portal.meetings.agenda import AgendaLine
from portal.meetings.models import AgendaItem, PaperReading
from portal.units.bodies import list_members
from portal.units.models import Mechanism
from portal.units.reader import load_posts
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place


def furnish_meetings(
    session: Session, make: Factory, place: Place, body: Mechanism, actor: Actor, units: tuple[int, int]
) -> None:
    """The first of the units applies and has replied."""
    now, campaign = make.clock(), make.app.extensions["portal"].registry.find(place.ids["campaign"])

    def desk_of(kind: PostKind) -> Desk:
        account = session.query(Account).filter_by(username=place.account(kind)).one()
        found = Reader(account.id, "", "", load_posts(session, account.id, now)).desk(
            place.code, campaign.key
        )
        assert found is not None
        return found

    office = desk_of(PostKind.OFFICE_DIRECTOR)
    topic = topics.file_topic(
        session, actor, now, desk=desk_of(PostKind.LIAISON), unit_id=units[0], request_key=f"{place.slug}-topic",
        entry=topics.Entry(f"{place.canary}议题", place.canary, place.canary),
    )  # fmt: skip
    entry = convening.Entry(
        type="liaison", title=f"{place.canary}会议", starts_at=now + timedelta(days=5), minutes=60, place=place.canary,
        chair=PostKind.OFFICE_DIRECTOR.value, reply_by=now + timedelta(days=3), contact=place.canary,
        requirements=place.canary, units=units, agenda=[AgendaLine(title=f"{place.canary}议程", unit_id=units[0])],
    )  # fmt: skip
    meeting = convening.call_meeting(
        session, actor, now, desk=office, campaign=campaign, entry=entry, request_key=f"{place.slug}-meeting",
        members=[m.unit_id for m in list_members(session, body.id, now.date())],
    )  # fmt: skip
    replies.send_reply(
        session, actor, now, desk=office, meeting=meeting, kind=None, unit_id=units[0],
        entry=replies.Entry("attend", attendee=place.canary, opinion=place.canary),
    )  # fmt: skip
    item = session.query(AgendaItem).filter_by(meeting_id=meeting.id).one()
    papers.attach(
        session, actor, now, folder=Path(make.app.instance_path) / "files", desk=office, meeting=meeting, item=item,
        uploads=[(f"{place.canary}.txt", BytesIO(place.canary.encode()))],
    )  # fmt: skip
    session.flush()
    paper = session.query(Attachment).filter_by(subject=f"agenda:{item.id}").one()
    session.add(
        PaperReading(
            meeting_id=meeting.id, attachment_id=paper.id, account_id=1, reader=place.canary, read_at=now
        )
    )
    place.ids |= {"meeting_id": meeting.id, "papers/item_id": item.id, "topic_id": topic.id}
