"""纪要汇编: the signed minutes of a year or a kind of meeting, and all that was decided, with what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core.clock import SHANGHAI
from portal.core.i18n import translate
from portal.core.reader import Desk
from portal.core.text import Message, Text, _
from portal.documents.letters import Letter, Part
from portal.documents.workbook import Column, Kind, Sheet, write_workbook
from portal.meetings.distribution import What
from portal.meetings.models import Meeting, Minutes, MinutesEdition, MinutesReceipt
from portal.meetings.resolutions import Progress, due_text
from portal.meetings.services import oversees, own_units
from portal.supervision.states import LIGHTS
from portal.units.bodies import list_members

MOST = 200
"""Minutes of one compilation."""


class Entry(NamedTuple):
    """Signed minutes. ``level``: ``What`` the desk reads of them."""

    meeting: Meeting
    edition: MinutesEdition
    level: str


def list_entries(session: Session, desk: Desk, now: datetime, *, year: int, type_: str = "") -> list[Entry]:
    """By the day of the meeting; what the desk may not read is not there. Four statements at most."""
    e, newer = MinutesEdition, aliased(MinutesEdition)
    last = (
        sa.select(sa.func.max(newer.number))
        .where(newer.tenant_id == e.tenant_id, newer.minutes_id == e.minutes_id, newer.signed_at.is_not(None))
        .scalar_subquery()
    )
    query = (
        sa.select(Meeting, e)
        .join(Minutes, sa.and_(Minutes.tenant_id == Meeting.tenant_id, Minutes.meeting_id == Meeting.id))
        .join(e, sa.and_(e.tenant_id == Minutes.tenant_id, e.minutes_id == Minutes.id))
        .where(
            Meeting.tenant_id == desk.tenant_id, Meeting.mechanism_id == desk.mechanism_id, Meeting.year == year,
            e.number == last,
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(MOST)
    )  # fmt: skip
    if type_:
        query = query.where(Meeting.type == type_)
    if oversees(desk):
        return [Entry(m, x, What.MINUTES.value) for m, x in session.execute(query)]
    levels = _levels(session, desk, now)
    if not levels:
        return []
    query = query.where(e.minutes_id.in_(list(levels)))
    return [Entry(m, x, levels[x.minutes_id]) for m, x in session.execute(query)]


def _levels(session: Session, desk: Desk, now: datetime) -> dict[int, str]:
    """Minutes that units of the desk were sent, with the most they were sent of each."""
    own = own_units(desk)
    if not own:
        return {}
    here = {
        m.unit_id for m in list_members(session, desk.mechanism_id, now.astimezone(SHANGHAI).date())
    } & set(own)
    r = MinutesReceipt
    rows = session.execute(
        sa.select(r.minutes_id, r.what).where(r.tenant_id == desk.tenant_id, r.unit_id.in_(here))
    )
    found: dict[int, str] = {}
    for minutes_id, what in rows:
        if found.get(minutes_id) != What.MINUTES:
            found[minutes_id] = what
    return found


def list_years(session: Session, desk: Desk) -> list[int]:
    """In which the body met, the latest first; one statement."""
    query = sa.select(Meeting.year).where(
        Meeting.tenant_id == desk.tenant_id, Meeting.mechanism_id == desk.mechanism_id
    )
    return list(session.scalars(query.distinct().order_by(Meeting.year.desc())))


def visible_ids(desk: Desk, entries: Sequence[Entry]) -> list[int]:
    """Resolutions of which the desk follows the progress: the office all, a unit those it works on."""
    inside, own = oversees(desk), set(own_units(desk))
    return [
        d["id"]
        for entry in entries
        for d in entry.edition.decisions
        if inside or own & {d["lead_id"], *d["supporting_ids"]}
    ]


def _said(value: Message | Text | str) -> str:
    return str(translate(value))


def _day(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).date().isoformat()


def write_list(
    stream: BinaryIO, title: Message, entries: Sequence[Entry], progress: Mapping[int, Progress], now: datetime,
    sentence: Message | Text | str,
) -> int:  # fmt: skip
    """议定事项清单: 序号·会议·事项·牵头·配合·责任人·时限·进展·灯色. Answers the number of rows."""
    rows: list[tuple[Any, ...]] = []
    for entry in entries:
        for d in entry.edition.decisions:
            p = progress.get(d["id"])
            light, word = p.light(now) if p else ("", Text(""))
            rows.append(
                (
                    len(rows) + 1, entry.meeting.title, _day(entry.meeting.starts_at), d["text"], d["lead"],
                    "、".join(d["supporting"]), d["person"], due_text(d), p.order.number if p and p.order else "",
                    word, LIGHTS[light] if light else "",
                )
            )  # fmt: skip
    columns = (
        Column(label=_("序号"), width=6, kind=Kind.NUMBER), Column(label=_("会议"), width=24),
        Column(label=_("日期"), width=12), Column(label=_("事项"), width=46), Column(label=_("牵头"), width=14),
        Column(label=_("配合"), width=20), Column(label=_("责任人"), width=14), Column(label=_("时限"), width=18),
        Column(label=_("督办编号"), width=14), Column(label=_("进展"), width=16), Column(label=_("灯色"), width=8),
    )  # fmt: skip
    write_workbook(
        stream, [Sheet(title=title, columns=columns, rows=rows, name=_("议定事项"), left=sentence, foot=())]
    )
    return len(rows)


def write_book(
    stream: BinaryIO, title: Message, entries: Sequence[Entry], progress: Mapping[int, Progress], now: datetime,
    sentence: Message | Text | str,
) -> None:  # fmt: skip
    """All of them on paper, one after the other."""
    letter = Letter()
    letter.title(_said(title))
    if sentence:
        letter.paragraph(_said(sentence))
    for n, (meeting, edition, level) in enumerate(entries, 1):
        letter.heading(f"{n}. {edition.title if level == What.MINUTES else meeting.title}")
        if level == What.MINUTES:
            for line in _lines(edition.text):
                letter.paragraph(line)
            for name, text in edition.parts:
                letter.heading(name, 2)
                for line in _lines(text):
                    letter.paragraph(line)
        for k, d in enumerate(edition.decisions, 1):
            p = progress.get(d["id"])
            letter.paragraph(
                Part(_said(Message(_("议定事项%(n)s："), n=k)), bold=True), " ".join(d["text"].split())
            )
            who = Message(
                _("牵头：%(lead)s；配合：%(supporting)s；责任人：%(person)s；时限：%(due)s"),
                lead=d["lead"], supporting="、".join(d["supporting"]) or "—", person=d["person"], due=due_text(d),
            )  # fmt: skip
            letter.paragraph(_said(who))
            if p:
                letter.paragraph(_said(Message(_("进展：%(word)s"), word=p.light(now)[1])))
        if level == What.MINUTES:
            for text in _lines(edition.undecided):
                letter.paragraph(Part(_said(_("未议决：")), bold=True), text)
            for label, who_came in edition.attendance:
                letter.paragraph(Part(f"{label}\uff1a", bold=True), who_came)
    letter.save(stream)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
