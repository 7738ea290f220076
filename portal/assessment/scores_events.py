"""What happened: entered by the office with evidence, objected to by the unit, answered by somebody else.

An objection is open for 30 days (《政府督查工作条例》第十七条) from the day the unit was told: of an entered event when it
was entered, of a derived one from the end of its period, or from the publication of the sheet if that was later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.assessment.models import ScoreEvent, ScoreObjection, ScoreSheet
from portal.assessment.scores import subject_of
from portal.assessment.scores_counting import Line, show_points
from portal.campaigns.exchange import Limit, LimitKind
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import show_moment
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.limits import Reached, reach
from portal.documents.secrecy import find_mark_in
from portal.notices.services import notify

OBJECT_DAYS = 30
EVIDENCE, TEXT = 500, 1000
Link = Callable[[int], str]
"""Unit -> address of its sheet."""


def objection_limit(start: datetime, calendar: WorkCalendar) -> Reached:
    return reach(Limit(kind=LimitKind.DAYS, n=OBJECT_DAYS), start, calendar)


@dataclass(frozen=True, kw_only=True)
class Entry:
    line: str
    happened_on: date | None
    evidence: str
    page: str = ""
    """Path of the record inside the portal."""
    points: int | None = None
    """Only where the line leaves it to the person."""


def enter_event(
    session: Session, actor: Actor, now: datetime, *, sheet: ScoreSheet, lines: tuple[Line, ...], unit_id: int, unit: str,
    entry: Entry, calendar: WorkCalendar, office: str, request_key: str, link: Link,
) -> ScoreEvent:  # fmt: skip
    """The unit is told at once. The same ``request_key`` again is the first event."""
    wanted = (ScoreEvent.tenant_id == sheet.tenant_id, ScoreEvent.request_key == request_key)
    first = sa.select(ScoreEvent).where(*wanted)
    if known := session.scalars(first).one_or_none():
        if (known.sheet_id, known.unit_id) != (sheet.id, unit_id):
            raise Conflict
        return known
    _check_open(session, sheet)
    line = next((x for x in lines if x.key == entry.line), None)
    _check_entry(entry, line, sheet, now)
    assert line is not None
    event = ScoreEvent(
        sheet_id=sheet.id, unit_id=unit_id, line=line.key, points=None if line.each else entry.points,
        happened_on=entry.happened_on, evidence=entry.evidence, page=entry.page, by=actor.name,
        by_id=actor.account_id, at=now, object_by=objection_limit(now, calendar).due, request_key=request_key,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(event)
    except IntegrityError:
        return session.scalars(first).one()
    data = {"unit": unit_id, "line": line.key, "points": event.points or line.each}
    record(session, Act.SCORE_ENTER, f"score_event:{event.id}", actor, now, data)
    text = Message(
        _("%(year)s年考核“%(line)s”新增一条 %(n)s 分，有异议的请于 %(due)s 前申诉"), year=sheet.year, line=line.label,
        n=show_points(event.points or line.each), due=show_moment(event.object_by),
    )  # fmt: skip
    notify(
        session, now, mechanism_id=sheet.mechanism_id, unit_id=unit_id, text=text, sender=office, link=link(unit_id),
        detail=entry.evidence,
    )  # fmt: skip
    session.flush()
    return event


def _check_open(session: Session, sheet: ScoreSheet) -> None:
    """As it is now, and until this transaction ends: a closing under way comes first or waits."""
    session.refresh(sheet, with_for_update={"read": True})
    if sheet.closed_at is not None:
        raise Conflict(_("本年度已定档，不能再改。"))
    if not sheet.version:
        raise Conflict(_("评分表还没有发布，发布后再登记。"))


def _check_entry(entry: Entry, line: Line | None, sheet: ScoreSheet, now: datetime) -> None:
    problems: dict[str, Message | Text] = {}
    if line is None or line.obligation:
        problems["line"] = _("请选择由人员登记的评分项；限时任务由系统核对，不用登记。")
    elif not line.each and (entry.points is None or not 1 <= entry.points <= line.most):
        problems["points"] = Message(_("请填 0.01 至 %(most)s 分。"), most=show_points(line.most))
    today = now.astimezone(SHANGHAI).date()
    if entry.happened_on is None or entry.happened_on.year != sheet.year or entry.happened_on > today:
        problems["happened_on"] = Message(_("请填 %(year)s年内的日期，不晚于今天。"), year=sheet.year)
    if not entry.evidence:
        problems["evidence"] = _("请写明事实和凭据，单位据此申诉。")
    if mark := find_mark_in("", entry.evidence):
        problems["evidence"] = Message(
            _("这里有“%(mark)s”字样，没有保存。涉密内容不得写入本系统。"), mark=mark
        )
    if problems:
        raise Invalid(problems)


def get_event(session: Session, sheet: ScoreSheet, unit_id: int, event_id: int) -> ScoreEvent:
    found = session.scalars(
        sa.select(ScoreEvent).where(
            ScoreEvent.tenant_id == sheet.tenant_id,
            ScoreEvent.sheet_id == sheet.id,
            ScoreEvent.unit_id == unit_id,
            ScoreEvent.id == event_id,
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def withdraw_event(
    session: Session, actor: Actor, now: datetime, *, sheet: ScoreSheet, event: ScoreEvent, why: str, office: str, link: Link
) -> None:  # fmt: skip
    """Entered by mistake: it stays on the sheet, struck out, with the reason."""
    session.refresh(event, with_for_update=True)
    _check_open(session, sheet)
    if event.withdrawn_at is not None:
        raise Conflict(_("该记录已撤销。"))
    if not why:
        raise Invalid({"why": _("请写明撤销的理由。")})
    event.withdrawn_at, event.withdrawn_by, event.withdrawn_why = now, actor.name, why
    record(session, Act.SCORE_WITHDRAW, f"score_event:{event.id}", actor, now, {"why": why[:100]})
    text = Message(_("%(year)s年考核的一条记录已撤销"), year=sheet.year)
    notify(
        session, now, mechanism_id=sheet.mechanism_id, unit_id=event.unit_id, text=text, sender=office,
        link=link(event.unit_id), detail=why,
    )  # fmt: skip
    session.flush()


def object_to(
    session: Session, actor: Actor, now: datetime, *, sheet: ScoreSheet, unit_id: int, unit: str, line: str, event: str,
    object_by: datetime, text: str, link: Link,
) -> ScoreObjection:  # fmt: skip
    """``event``: key of an event on the unit's own sheet; once for each."""
    _check_open(session, sheet)
    if now > object_by:
        raise Conflict(Message(_("该条的申诉期限已于 %(due)s 届满。"), due=show_moment(object_by)))
    if not text:
        raise Invalid({"text": _("请写明申诉的事实和理由。")})
    found = ScoreObjection(
        sheet_id=sheet.id, unit_id=unit_id, line=line, event=event, text=text, by=actor.name, by_id=actor.account_id, at=now
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(found)
    except IntegrityError:
        raise Conflict(_("该条已申诉过，请等待答复或查看答复。")) from None
    record(session, Act.SCORE_OBJECT, subject_of(sheet), actor, now, {"unit": unit_id, "event": event})
    words = Message(_("%(unit)s对%(year)s年考核的一条记录提出申诉，请答复"), unit=unit, year=sheet.year)
    notify(
        session, now, mechanism_id=sheet.mechanism_id, unit_id=None, text=words, sender=actor.name, link=link(unit_id),
        detail=text,
    )  # fmt: skip
    session.flush()
    return found


def answer_objection(
    session: Session, actor: Actor, now: datetime, *, sheet: ScoreSheet, unit_id: int, objection_id: int, upheld: bool,
    text: str, office: str, link: Link,
) -> None:  # fmt: skip
    """By another person than who entered the event. Upheld = the event counts no longer."""
    found = session.scalars(
        sa.select(ScoreObjection)
        .where(
            ScoreObjection.tenant_id == sheet.tenant_id, ScoreObjection.sheet_id == sheet.id,
            ScoreObjection.unit_id == unit_id, ScoreObjection.id == objection_id,
        )
        .with_for_update()
    ).one_or_none()  # fmt: skip
    if found is None:
        raise NotFound
    _check_open(session, sheet)
    if found.answered_at is not None:
        raise Conflict(_("该申诉已由他人答复，请刷新页面查看。"))
    kind, _colon, number = found.event.partition(":")
    entered = get_event(session, sheet, unit_id, int(number)) if kind == "event" else None
    if actor.account_id is None or (entered is not None and entered.by_id == actor.account_id):
        raise NotAllowed(_("登记这条记录的人不能答复申诉，请由其他人员办理。"))
    if found.by_id == actor.account_id:
        raise NotAllowed(_("提出申诉的人不能自己答复，请由其他人员办理。"))
    if not text:
        raise Invalid({"answer": _("请写明答复的理由，单位可以看到。")})
    found.upheld, found.answer, found.answered_by, found.answered_at = upheld, text, actor.name, now
    data = {"unit": unit_id, "event": found.event, "upheld": upheld}
    record(session, Act.SCORE_ANSWER, subject_of(sheet), actor, now, data)
    words = _("%(year)s年考核的申诉成立，该条不计") if upheld else _("%(year)s年考核的申诉不成立，该条照计")
    notify(
        session, now, mechanism_id=sheet.mechanism_id, unit_id=unit_id, text=Message(words, year=sheet.year), sender=office,
        link=link(unit_id), detail=text,
    )  # fmt: skip
    session.flush()
