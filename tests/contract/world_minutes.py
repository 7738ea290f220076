"""Signed minutes of the place's meeting with a decision that became an order, and a draft of their correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.posts import PostKind
from portal.core.reader import Desk, Reader
from portal.core.scope import Actor
from portal.documents.drafts import save_draft
from portal.meetings.minutes import save, submit
from portal.meetings.minutes_content import Content, Line
from portal.meetings.minutes_signing import sign
from portal.meetings.models import Meeting, Resolution
from portal.units.models import Mechanism
from portal.units.reader import load_posts
from tests.factories import Factory

if TYPE_CHECKING:
    from tests.contract.world import Place


def furnish_minutes(
    session: Session, make: Factory, place: Place, body: Mechanism, actor: Actor, units: tuple[int, int]
) -> None:
    """After ``furnish_meetings``. The first of the units leads, the second supports."""
    now, words = make.clock(), place.canary
    meeting = session.query(Meeting).filter_by(id=place.ids["meeting_id"]).one()
    account = session.query(Account).filter_by(username=place.account(PostKind.OFFICE_DIRECTOR)).one()
    chair = Reader(account.id, "", "", load_posts(session, account.id, now)).desk(
        place.code, place.ids["campaign"]
    )
    assert isinstance(chair, Desk)
    line = Line(text=f"{words}议定", lead=units[0], supporting=(units[1],), person=words, days="9")
    content = Content(
        title=f"{words}纪要", text=words, undecided=words, attendance=f"{words[:8]}：{words}", lines=(line,)
    )
    meeting.held_at = now  # for a moment: the other pages show it as still to come
    minutes = save(session, actor, now, meeting=meeting, base=0, content=content)
    submit(session, actor, now, meeting=meeting, minutes=minutes)
    sign(
        session, Actor(-1, f"{words}主持人"), now, desk=chair, meeting=meeting, edition=1, order_link=lambda _id: "",
        links={"minutes": "", "decisions": ""},
    )  # fmt: skip
    meeting.held_at = None
    save_draft(
        session, actor, now, mechanism_id=body.id, unit_id=None, kind="minutes", subject=f"{meeting.id}:{account.id}",
        title=words, content=content.stored() | {"base": minutes.version},
    )  # fmt: skip
    session.flush()
    place.ids["resolution_id"] = session.query(Resolution).filter_by(meeting_id=meeting.id).one().id
