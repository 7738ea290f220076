"""Minutes (会议纪要): prefilled, saved as editions, sent to whoever chaired, signed off or returned.

Each save is an edition; it carries the version it was made on, so that of two people on the same minutes the second
learns of the first. What units read is the newest signed edition, never the row that is being worked on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, _
from portal.meetings.minutes_content import (
    Content,
    Line,
    Problems,
    attendance_of,
    clean,
    day_of,
    days_of,
    find_gaps,
)
from portal.meetings.models import Meeting, Minutes, MinutesEdition, Resolution
from portal.meetings.resolutions import list_resolutions, ordered_ids, snapshot_of
from portal.meetings.services import (
    AgendaRow,
    is_office,
    list_agenda,
    tell,
    unit_names,
)
from portal.units.bodies import list_members


class Overtaken(Conflict):
    """Somebody else saved the minutes in the meantime; ``minutes`` is how they stand now."""

    def __init__(self, minutes: Minutes) -> None:
        self.minutes = minutes
        text = _("%(who)s刚保存过这份纪要。您写的都在下面，请对照后合并，再保存。")
        super().__init__(Message(text, who=minutes.saved_by))


def subject_of(minutes: Minutes) -> str:
    return f"minutes:{minutes.id}"


def find_minutes(session: Session, meeting: Meeting) -> Minutes | None:
    query = sa.select(Minutes).where(Minutes.tenant_id == meeting.tenant_id, Minutes.meeting_id == meeting.id)
    return session.scalars(query).one_or_none()


def list_editions(session: Session, minutes: Minutes) -> list[MinutesEdition]:
    """Oldest first."""
    e = MinutesEdition
    query = sa.select(e).where(e.tenant_id == minutes.tenant_id, e.minutes_id == minutes.id)
    return list(session.scalars(query.order_by(e.number)))


def signed_edition(session: Session, minutes: Minutes) -> MinutesEdition | None:
    """The newest one that was signed: what units read."""
    e = MinutesEdition
    query = sa.select(e).where(e.tenant_id == minutes.tenant_id, e.minutes_id == minutes.id)
    return session.scalars(query.where(e.signed_at.is_not(None)).order_by(e.number.desc()).limit(1)).first()


def content_of(session: Session, minutes: Minutes) -> Content:
    """As it was saved last; two statements at most."""
    lines = tuple(
        Line(
            r.id, r.text, r.lead_unit_id or 0, tuple(r.supporting_ids), r.person,
            r.due_on.isoformat() if r.due_on else "", str(r.working_days or ""), r.agenda_item_id or 0,
        )
        for r in list_resolutions(session, minutes.tenant_id, [minutes.meeting_id])
    )  # fmt: skip
    said = [Message(_("%(label)s：%(who)s"), label=label, who=who) for label, who in minutes.attendance]
    return Content(
        title=minutes.title, text=minutes.text, parts={int(k): v for k, v in minutes.parts.items()},
        undecided=minutes.undecided, attendance="\n".join(map(str, said)), lines=lines, orders=minutes.orders,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- saving
def save(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, base: int, content: Content
) -> Minutes:
    """Another edition. ``base``: the version the page was opened with, 0 for the first. The caller holds the meeting's
    row (``services.hold``). The same content again changes nothing. ``Overtaken``: somebody else saved meanwhile.
    ``Invalid`` for what cannot be stored; what is merely missing may be saved."""
    content = clean(content)
    minutes = find_minutes(session, meeting)
    if minutes is None:
        if base:
            raise Conflict
        minutes = Minutes(
            meeting_id=meeting.id,
            title="",
            begun_at=now,
            begun_by=actor.name,
            saved_at=now,
            saved_by=actor.name,
        )
        session.add(minutes)
    else:
        session.refresh(minutes, with_for_update=True)
        if _same(content, content_of(session, minutes)):
            return minutes
        if minutes.version != base:
            raise Overtaken(minutes)
        if minutes.signed_at is not None and not content.why:
            raise Invalid({"why": _("纪要已经签发。更正须写明原因，并由主持人重新签发。")})
    agenda = list_agenda(session, meeting)
    _check_rows(session, meeting, content, agenda)
    known = {a.id for a in agenda}
    minutes.title, minutes.text, minutes.undecided, minutes.orders = (
        content.title,
        content.text,
        content.undecided,
        content.orders,
    )
    minutes.parts = {str(k): v for k, v in content.parts.items() if k in known}
    minutes.attendance = attendance_of(content.attendance)
    minutes.saved_at, minutes.saved_by, minutes.hands = now, actor.name, [actor.account_id]
    minutes.submitted_at = minutes.signed_at = minutes.returned_at = None
    minutes.submitted_by = minutes.signed_by = minutes.returned_why = ""
    minutes.edition += 1
    session.flush()
    _write_rows(session, minutes, content, known)
    _add_edition(session, actor, now, minutes, agenda, content.why)
    record(
        session,
        Act.MINUTES_SAVE,
        subject_of(minutes),
        actor,
        now,
        {"edition": minutes.edition, "why": content.why},
    )
    return minutes


def _same(new: Content, old: Content) -> bool:
    def facts(c: Content) -> tuple[Any, ...]:
        rows = [
            (x.text, x.lead, tuple(sorted(x.supporting)), x.person, day_of(x), days_of(x), x.item)
            for x in c.lines
        ]
        parts = {k: v for k, v in c.parts.items() if v}
        return c.title, c.text, parts, c.undecided, attendance_of(c.attendance), rows, c.orders

    return facts(new) == facts(old)


def _check_rows(session: Session, meeting: Meeting, content: Content, agenda: Sequence[AgendaRow]) -> None:
    """Only units of this tenant are named; a row that became an order stays."""
    named = {u for line in content.lines for u in (line.lead, *line.supporting) if u}
    known = unit_names(session, meeting.tenant_id, named)
    problems: Problems = {}
    for n, line in enumerate(content.lines):
        if line.lead and line.lead not in known:
            problems[f"lead-{n}"] = _("没有这个单位，请重新选择。")
        if any(u not in known for u in line.supporting):
            problems[f"supporting-{n}"] = _("没有这个单位，请重新选择。")
    if problems:
        raise Invalid(problems)
    standing = {r.id: r for r in list_resolutions(session, meeting.tenant_id, [meeting.id])}
    kept = {line.id for line in content.lines}
    gone = [r for r in standing.values() if r.id not in kept]
    settled = ordered_ids(session, meeting.tenant_id, [r.id for r in gone])
    if settled:
        text = _("第 %(n)s 项已经转为督办，不能删除；确不再办理的，请先在督办中撤销。")
        raise Conflict(Message(text, n=standing[min(settled, key=lambda i: standing[i].position)].position))


def _write_rows(session: Session, minutes: Minutes, content: Content, agenda: set[int]) -> None:
    standing = {r.id: r for r in list_resolutions(session, minutes.tenant_id, [minutes.meeting_id])}
    for place, line in enumerate(content.lines, 1):
        row = standing.pop(line.id, None)
        if row is None:
            row = Resolution(meeting_id=minutes.meeting_id)
            session.add(row)
        row.position, row.text, row.person = place, line.text, line.person
        row.lead_unit_id = line.lead or None
        row.supporting_ids = [u for u in dict.fromkeys(line.supporting) if u != line.lead]
        row.due_on, row.working_days = day_of(line), days_of(line)
        row.agenda_item_id = line.item if line.item in agenda else None
    for row in standing.values():
        session.delete(row)
    session.flush()


def _add_edition(
    session: Session, actor: Actor, now: datetime, minutes: Minutes, agenda: Sequence[AgendaRow], why: str
) -> None:
    rows = list_resolutions(session, minutes.tenant_id, [minutes.meeting_id])
    parts = [[a.title, minutes.parts[str(a.id)]] for a in agenda if minutes.parts.get(str(a.id))]
    session.add(
        MinutesEdition(
            minutes_id=minutes.id, number=minutes.edition, title=minutes.title, text=minutes.text, parts=parts,
            undecided=minutes.undecided, attendance=minutes.attendance, decisions=snapshot_of(session, minutes.tenant_id, rows),
            why=why, by=actor.name, at=now,
        )
    )  # fmt: skip
    session.flush()


# ---------------------------------------------------------------------------------------------- the chair
def gaps_of(session: Session, meeting: Meeting, minutes: Minutes, now: datetime) -> Problems:
    """What is still missing of the saved minutes, each at its row (M-18)."""
    content = content_of(session, minutes)
    today = now.astimezone(SHANGHAI).date()
    members = {m.unit_id for m in list_members(session, meeting.mechanism_id, today)}
    named = {u for line in content.lines for u in (line.lead, *line.supporting) if u}
    gaps = find_gaps(
        content.lines,
        members=members,
        names=unit_names(session, meeting.tenant_id, named - members),
        since=max(today, held_on(meeting)),
        settled=ordered_ids(session, meeting.tenant_id, [line.id for line in content.lines]),
    )
    if not (content.text or content.parts or content.lines):
        gaps["text"] = _("纪要还没有内容，请写会议情况或议定事项。")
    return gaps


def held_on(meeting: Meeting) -> date:
    return meeting.starts_at.astimezone(SHANGHAI).date()


def submit(session: Session, actor: Actor, now: datetime, *, meeting: Meeting, minutes: Minutes) -> None:
    """送主持人审核. The caller holds the meeting's row. ``Invalid`` names each gap."""
    if minutes.signed_at is not None:
        raise Conflict(_("这一稿已经签发。需要更正的，请改后另存一稿再送审。"))
    if meeting.held_at is None:
        raise Conflict(_("会议还没有登记为已召开，请先在“签到”页登记，再送审纪要。"))
    if gaps := gaps_of(session, meeting, minutes, now):
        raise Invalid(gaps)
    if minutes.submitted_at is not None:
        return
    minutes.submitted_at, minutes.submitted_by = now, actor.name
    minutes.hands = [*minutes.hands, actor.account_id]
    minutes.returned_at, minutes.returned_why = None, ""
    session.flush()
    record(session, Act.MINUTES_SUBMIT, subject_of(minutes), actor, now, {"edition": minutes.edition})


def may_sign(desk: Desk, meeting: Meeting) -> bool:
    """Whoever chaired, by post; not whoever holds the pen."""
    return any(p.kind == meeting.chair and Right.MINUTES_SIGN in p.rights for p in desk.posts)


def lock_submitted(session: Session, actor: Actor, desk: Desk, meeting: Meeting, edition: int) -> Minutes:
    """For a step of the chair: the row held, submitted, and of the edition the chair has read."""
    if not may_sign(desk, meeting):
        raise NotAllowed(_("纪要由本次会议的主持人审核签发。"))
    minutes = find_minutes(session, meeting)
    if minutes is None:
        raise Conflict(_("还没有纪要可以审核。"))
    session.refresh(minutes, with_for_update=True)
    if minutes.submitted_at is None or minutes.signed_at is not None:
        raise Conflict(_("这份纪要已经办理过，或已被收回修改，请看最新情况。"))
    if minutes.edition != edition:
        raise Conflict(_("纪要在您阅读时又有改动，请看最新一稿后再办。"))
    if actor.account_id in (None, *minutes.hands):  # by account: a name changes with the posts one holds
        raise Conflict(_("起草和签发不能是同一个人，请由办公室其他人员保存并送审。"))
    return minutes


def give_back(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    desk: Desk,
    meeting: Meeting,
    edition: int,
    why: str,
    link: str,
) -> None:
    """退回: the office changes it and submits again."""
    why = why.strip()
    if not why:
        raise Invalid({"why": _("请写明退回的原因，办公室据此修改。")})
    minutes = lock_submitted(session, actor, desk, meeting, edition)
    minutes.submitted_at, minutes.returned_at, minutes.returned_why = None, now, why[:500]
    session.flush()
    record(
        session, Act.MINUTES_RETURN, subject_of(minutes), actor, now, {"edition": edition, "why": why[:500]}
    )
    text = Message(_("纪要被退回修改：%(title)s"), title=minutes.title[:60])
    tell(session, actor, now, meeting=meeting, units=[None], text=text, link=link, detail=why[:500])


def may_write(desk: Desk, meeting: Meeting) -> bool:
    return is_office(desk) and meeting.cancelled_at is None
