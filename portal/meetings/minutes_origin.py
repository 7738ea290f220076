"""Signed minutes as an official document (纪要): everything is filled in, nothing is typed again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.reader import Desk
from portal.core.scope import get_scope
from portal.core.text import Message, _
from portal.meetings.distribution import What, recipients
from portal.meetings.minutes import find_minutes, signed_edition
from portal.meetings.models import Meeting, MinutesEdition
from portal.meetings.resolutions import due_text
from portal.meetings.services import chair_label, get_meeting, oversees
from portal.papers.origins import Origin, Prepared, register_origin
from portal.units.bodies import get_body

KIND, TEMPLATES = "minutes", ("minutes",)


def body_of(edition: MinutesEdition) -> str:
    """One paragraph a line: 一、 for each item of the agenda, then what was decided."""
    found = lines_of(edition.text)
    n = 0
    for title, text in edition.parts:
        n += 1
        found.append(
            str(Message(_("%(n)s、%(title)s"), n=_NUMERALS[n], title=title)) if n < len(_NUMERALS) else title
        )
        found += lines_of(text)
    if edition.decisions:
        n += 1
        found.append(str(Message(_("%(n)s、议定事项"), n=_NUMERALS[min(n, len(_NUMERALS) - 1)])))
    return "\n".join([*found, *decided(edition)])


def decided(edition: MinutesEdition) -> list[str]:
    """Each with its unit, person and limit, on one line."""
    text = _(
        "%(n)s.%(text)s（牵头单位：%(lead)s；配合单位：%(supporting)s；责任人：%(person)s；时限：%(due)s）"
    )
    return [
        str(
            Message(
                text, n=k, text=" ".join(d["text"].split()), lead=d["lead"], supporting="、".join(d["supporting"]) or _("无"),
                person=d["person"], due=due_text(d),
            )
        )
        for k, d in enumerate(edition.decisions, 1)
    ]  # fmt: skip


def lines_of(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


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
    values = {
        "matter": meeting.title, "at": meeting.starts_at.isoformat(), "place": meeting.place,
        "chair": str(chair_label(get_body(session, meeting.mechanism_id).titles, None, meeting.chair)),
        "heard": "\n".join(line for _title, text in edition.parts for line in lines_of(text)),
        "decisions": "\n".join(decided(edition)),
    }  # fmt: skip
    return Prepared(
        template=template, values=values, title=edition.title, body=body_of(edition), unit_ids=tuple(units),
        attendance=tuple((label, who) for label, who in edition.attendance),
    )  # fmt: skip


def issued(session: Session, meeting_id: int, number: str) -> None:
    meeting = session.get(Meeting, (get_scope(session).home, meeting_id))
    minutes = find_minutes(session, meeting) if meeting else None
    if minutes is not None:
        minutes.document_number = number[:60]


register_origin(KIND, Origin(prepare, ("meetings.minutes", "meeting_id"), TEMPLATES, issued))
