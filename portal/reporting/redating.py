"""A year's days off were announced: due dates of periods that are still collected, and of questions, follow.

What was measured already stays: a period that was submitted or closed, a form that was filed. The reading of the due
rule is that of the day the period was opened: an office that changed it since changed it for the periods after.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.registry import Registry
from portal.core.audit import Act, AuditEvent, record
from portal.core.clock import SHANGHAI, midnight
from portal.core.periods import parse_period
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.limits import show_end
from portal.deadlines.recompute import Recompute
from portal.notices.services import notify
from portal.reporting.catalogue import find_form, find_local
from portal.reporting.due import DueDate, compute_due
from portal.reporting.models import Question, Report, ReportState, Submission
from portal.reporting.opening import keep_why
from portal.reporting.questions import answer_until
from portal.tenants.policies import apply_to_due, list_readings

REACH = timedelta(days=90)
"""Further than days off and an earlier date of the tenant's own move a due date."""


def redate_all(registry: Registry) -> Recompute:
    return partial(_redate, registry)


def _redate(
    registry: Registry, session: Session, actor: Actor, now: datetime, calendar: WorkCalendar, year: int, code: str
) -> int:  # fmt: skip
    moved = redate_periods(session, actor, now, registry=registry, calendar=calendar, year=year, code=code)
    return moved + redate_questions(session, actor, now, calendar=calendar, year=year, code=code)


def redate_periods(
    session: Session, actor: Actor, now: datetime, *, registry: Registry, calendar: WorkCalendar, year: int, code: str
) -> int:  # fmt: skip
    """Periods of the home tenant whose date moved or became sure. The office is told of each that moved, and a unit
    that has still to file of one that moved nearer. Versions stay: who has the page open loses nothing.
    """
    home = get_scope(session).home
    assert home is not None
    reports = session.scalars(
        sa.select(Report)
        .where(
            Report.tenant_id == home, Report.state == ReportState.COLLECTING.value, Report.closed_at.is_(None),
            Report.due_at >= midnight(date(year, 1, 1)) - REACH, Report.due_at < midnight(date(year + 1, 1, 1)) + REACH,
        )
        .order_by(Report.id)
    ).all()  # fmt: skip
    opened = _opened(session, home, [r.id for r in reports])
    moved = 0
    for report in reports:
        due = _due_again(session, report, registry, opened.get(report.id, now), calendar)
        if due is None or (due.due_at, keep_why(due)) == (report.due_at, report.due_why):
            continue
        _move(session, actor, now, report, due, year, code)
        moved += 1
    return moved


def _opened(session: Session, home: int, ids: list[int]) -> Mapping[int, datetime]:
    """Report -> when its period was opened."""
    if not ids:
        return {}
    events = session.execute(
        sa.select(AuditEvent.subject, AuditEvent.at).where(
            AuditEvent.tenant_id == home, AuditEvent.act == Act.PERIOD_OPEN.value,
            AuditEvent.subject.in_([f"report:{i}" for i in ids]),
        )
    )  # fmt: skip
    return {int(subject.partition(":")[2]): at for subject, at in events}


def _due_again(
    session: Session, report: Report, registry: Registry, opened: datetime, calendar: WorkCalendar
) -> DueDate | None:
    """None where the rule itself is another one now than the one the period was opened by."""
    campaign = registry.find(report.campaign)
    if campaign is None:
        return None
    form = find_form(session, report.tenant_id, campaign, report.form, report.local)
    if form is None:
        return None
    local = find_local(session, report.tenant_id, campaign.key, report.form, report.local)
    due = form.due
    if campaign.form(report.form) is not None:
        due = apply_to_due(due, _readings_at(session, report.tenant_id, campaign, opened))
    found = compute_due(due, parse_period(report.period), calendar, local.days_earlier if local else 0)
    same = keep_why(found)["sentences"][0] in report.due_why.get("sentences", ())[:1]
    return found if same else None


def _readings_at(session: Session, tenant_id: int, campaign: Campaign, at: datetime) -> dict[str, str]:
    """Policy key -> value as it was read then."""
    found = {}
    for reading in list_readings(session, tenant_id, campaign):
        known = {c.key for c in reading.policy.choices}
        then = (c.value for c in reading.changes if c.at <= at and c.value in known)
        found[reading.policy.key] = next(then, reading.policy.default)
    return found


def _move(
    session: Session, actor: Actor, now: datetime, report: Report, due: DueDate, year: int, code: str
) -> None:
    old, mine = report.due_at, Report.tenant_id == report.tenant_id
    unfiled = (
        Submission.tenant_id == report.tenant_id, Submission.report_id == report.id, Submission.first_filed_at.is_(None),
    )  # fmt: skip
    quiet = {"synchronize_session": False}
    session.execute(
        sa.update(Report)
        .where(mine, Report.id == report.id)
        .values(due_at=due.due_at, due_why=keep_why(due)),
        execution_options=quiet,
    )
    session.execute(sa.update(Submission).where(*unfiled).values(due_at=due.due_at), execution_options=quiet)
    session.expire(report)
    data = {"old": old.isoformat(), "due": due.due_at.isoformat(), "year": year}
    record(session, Act.DEADLINE_MOVE, f"report:{report.id}", actor, now, data)
    if due.due_at == old:
        return
    text = Message(
        _("工作日历已公布，“%(form)s”%(period)s的报送期限由 %(old)s 改为 %(new)s。"),
        form=report.title or report.form, period=parse_period(report.period).label, old=str(show_end(now, old)),
        new=str(show_end(now, due.due_at)),
    )  # fmt: skip
    nearer = session.scalars(sa.select(Submission.unit_id).where(*unfiled)) if due.due_at < old else ()
    for unit_id in (None, *nearer):
        notify(
            session, now, mechanism_id=report.mechanism_id, unit_id=unit_id, text=text, sender=actor.name,
            link=f"/{code}/{report.campaign}/{'reports' if unit_id else 'board'}",
        )  # fmt: skip


def redate_questions(
    session: Session, actor: Actor, now: datetime, *, calendar: WorkCalendar, year: int, code: str
) -> int:
    """Questions that wait in the home tenant; each office is told once."""
    home = get_scope(session).home
    rows = session.execute(
        sa.select(Question.id, Question.mechanism_id, Question.campaign, Question.asked_at, Question.due_at)
        .where(
            Question.tenant_id == home, Question.answered_at.is_(None), Question.due_at >= midnight(date(year, 1, 1)),
            Question.asked_at < midnight(date(year + 1, 1, 1)),
        )
        .order_by(Question.id)
    ).all()  # fmt: skip
    moved: dict[tuple[int, str], int] = {}
    for row in rows:
        due = answer_until(row.asked_at.astimezone(SHANGHAI).date(), calendar)
        if due == row.due_at:
            continue
        session.execute(
            sa.update(Question).where(Question.tenant_id == home, Question.id == row.id).values(due_at=due),
            execution_options={"synchronize_session": "fetch"},
        )
        data = {"old": row.due_at.isoformat(), "due": due.isoformat(), "year": year}
        record(session, Act.DEADLINE_MOVE, f"question:{row.id}", actor, now, data)
        place = (row.mechanism_id, row.campaign)
        moved[place] = moved.get(place, 0) + 1
    for (mechanism_id, campaign), n in moved.items():
        text = Message(_("工作日历已公布，%(n)s 条口径疑问的答复期限已重算。"), n=n)
        notify(
            session, now, mechanism_id=mechanism_id, unit_id=None, text=text, sender=actor.name,
            link=f"/{code}/{campaign}/board/questions",
        )  # fmt: skip
    return sum(moved.values())
