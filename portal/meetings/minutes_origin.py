"""Signed minutes as an official document (纪要): everything is filled in, nothing is typed again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.reader import Desk
from portal.core.text import Message, _
from portal.meetings.distribution import What, recipients
from portal.meetings.minutes import find_minutes, signed_edition
from portal.meetings.models import Meeting, MinutesEdition
from portal.meetings.resolutions import due_text
from portal.meetings.services import get_meeting, oversees
from portal.papers.origins import Origin, Prepared, register_origin

KIND, TEMPLATES = "minutes", ("minutes",)


def body_of(edition: MinutesEdition) -> str:
    """One paragraph a line: 一、 for each item of the agenda, then what was decided."""
    found = [line for line in edition.text.split("\n") if line.strip()]
    n = 0
    for title, text in edition.parts:
        n += 1
        found.append(
            str(Message(_("%(n)s、%(title)s"), n=_NUMERALS[n], title=title)) if n < len(_NUMERALS) else title
        )
        found += [line for line in text.split("\n") if line.strip()]
    if edition.decisions:
        n += 1
        found.append(str(Message(_("%(n)s、议定事项"), n=_NUMERALS[min(n, len(_NUMERALS) - 1)])))
    for k, d in enumerate(edition.decisions, 1):
        line = Message(
            _("%(n)s.%(text)s（牵头单位：%(lead)s；配合单位：%(supporting)s；责任人：%(person)s；时限：%(due)s）"),
            n=k, text=" ".join(d["text"].split()), lead=d["lead"], supporting="、".join(d["supporting"]) or _("无"),
            person=d["person"], due=due_text(d),
        )  # fmt: skip
        found.append(str(line))
    return "\n".join(found)


_NUMERALS = ("", _("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("七"), _("八"), _("九"), _("十"))


def prepare(session: Session, desk: Desk, meeting_id: int, template: str, now: datetime) -> Prepared:
    """``meeting_id``: of the meeting whose minutes they are."""
    if not oversees(desk):
        raise NotFound
    meeting = get_meeting(session, desk, meeting_id)
    minutes = find_minutes(session, meeting)
    edition = signed_edition(session, minutes) if minutes else None
    if edition is None:
        raise NotFound
    units = recipients(session, meeting, now)[What.MINUTES.value]
    return Prepared(
        template=template, values={}, title=edition.title, body=body_of(edition), unit_ids=tuple(units),
        attendance=tuple((label, who) for label, who in edition.attendance),
    )  # fmt: skip


def issued(session: Session, meeting_id: int, number: str) -> None:
    from_scope = session.query(Meeting).filter(Meeting.id == meeting_id).one_or_none()
    minutes = find_minutes(session, from_scope) if from_scope else None
    if minutes is not None:
        minutes.document_number = number[:60]


register_origin(KIND, Origin(prepare, ("meetings.minutes", "meeting_id"), TEMPLATES, issued))
