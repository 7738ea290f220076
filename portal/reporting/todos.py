"""What waits of the forms: to fill, to sign, to answer, to sum up, to accept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI, end_of, midnight
from portal.core.i18n import show_moment
from portal.core.periods import PeriodKind, parse_period, period_of
from portal.core.posts import Right
from portal.core.reader import Held, Reader
from portal.core.scope import Scope, set_scope
from portal.core.text import Message, Text, _
from portal.core.todo import Month, Todo
from portal.reporting.models import ReportState, State
from portal.reporting.questions import Unanswered, list_unanswered
from portal.reporting.standing import Light, light_of
from portal.reporting.waiting import Arrived, Desktop, Task, list_arrived, list_office_reports, list_work
from portal.tenants.below import list_below
from portal.tenants.models import Level


def read_month(session: Session, reader: Reader, now: datetime) -> Month:
    """Open forms and those that wait for a signature, with the progress of the forms due this month; one statement."""
    month = period_of(now.astimezone(SHANGHAI).date(), PeriodKind.MONTH)
    work = list_work(
        session, reader.places(Right.REPORT_FILL), reader.places(Right.REPORT_SIGN),
        midnight(month.start), end_of(month.end),
    )  # fmt: skip
    offices = {(d.tenant_id, d.campaign): d.office_name for d in reader.desks}
    shown = [_task(t, offices[t.tenant_id, t.campaign], now) for t in work.tasks]
    return Month(shown, work.done, work.expected)


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """For offices: questions, reports to sum up, reports that arrived from below; at most four statements."""
    posts = reader.offices(Right.REPORT_REVIEW)
    bodies = [p.mechanism_id for p in posts if p.mechanism_id]
    found = [_question(q, now) for q in list_unanswered(session, bodies)]
    found += [_report(r, now) for r in list_office_reports(session, bodies)]
    higher = [p for p in posts if p.tenant_level != Level.COUNTY]
    return found + [_arrived(a) for a in _from_below(session, reader, higher)]


def _from_below(session: Session, reader: Reader, posts: Sequence[Held]) -> list[Arrived]:
    """Reports of the counties that wait for a city's office. Widens the scope for the one question."""
    if not posts:
        return []
    below = list_below(session, {p.tenant_id for p in posts})
    set_scope(session, Scope(own=reader.scope.own, below=tuple(sorted(below - set(reader.scope.own)))))
    found = list_arrived(session, {(p.tenant_id, p.campaign) for p in posts})
    set_scope(session, reader.scope)
    return found


def _named(title: str, form: str, period: str) -> Message:
    return Message(_("%(form)s %(period)s"), form=Text(title or form), period=parse_period(period).label)


def _after(first: Message | str, rest: Message | Text) -> Message:
    return Message(_("%(a)s · %(b)s"), a=first, b=rest)


_NOTES = {State.DRAFT: _("已存草稿"), State.EXPECTED: _("可一键零报告")}
_STEPS = {State.SIGNING: _("签批"), State.RETURNED: _("修改")}


def _task(t: Task, office: str, now: datetime) -> Todo:
    light = light_of(t.due_at, now, t.state)
    note: Message | str = _after(t.unit, _NOTES[t.state]) if t.state in _NOTES else t.unit
    if t.state is State.RETURNED:
        why = next(iter(t.reasons.values()), "")
        note = _after(t.unit, Message(_("退回原因：%(reason)s"), reason=why))
    return Todo(
        tenant_id=t.tenant_id,
        campaign=t.campaign,
        light=light.state,
        state=light.text,
        what=_named(t.title, t.form, t.period),
        note=note,
        source=office,
        due=t.due_at,
        step=_STEPS.get(t.state, _("填报")),
        endpoint="reporting.sheet",
        args={"submission_id": t.submission_id},
    )


def _question(q: Unanswered, now: datetime) -> Todo:
    light = light_of(q.due_at, now, State.EXPECTED)
    return Todo(
        tenant_id=q.tenant_id,
        campaign=q.campaign,
        light=light.state,
        state=light.text,
        what=Message(_("口径疑问 %(n)s 条"), n=q.waiting),
        source=_("成员单位"),
        due=q.due_at,
        step=_("答复"),
        endpoint="reporting.question_list",
    )


def _report(r: Desktop, now: datetime) -> Todo:
    light, (step, page) = office_light(r, now), office_step(r)
    note = Message(_("已报 %(done)s / %(all)s"), done=r.filed, all=r.expected)
    if r.to_review:
        note = _after(note, Message(_("待受理 %(n)s 份"), n=r.to_review))
    if r.state is ReportState.RETURNED:
        note = _after(note, Message(_("上级退回：%(why)s"), why=r.review_reason))
    return Todo(
        tenant_id=r.tenant_id,
        campaign=r.campaign,
        light=light.state,
        state=light.text,
        what=Message(_("%(what)s 汇总上报"), what=_named(r.title, r.form, r.period)),
        note=note,
        source=_("本办公室"),
        due=r.due_at,
        step=step,
        endpoint=f"reporting.{page}",
        args={"report_id" if page == "submit" else "report": r.report_id},
    )


def _arrived(a: Arrived) -> Todo:
    return Todo(
        tenant_id=a.above_id,
        campaign=a.campaign,
        light="near",
        state=_("待受理"),
        what=Message(_("%(place)s %(what)s"), place=a.place, what=_named(a.title, a.form, a.period)),
        note=Message(_("已报 %(done)s / %(all)s"), done=a.filed, all=a.expected),
        source=a.place,
        due_text=Message(_("%(at)s 上报"), at=show_moment(a.submitted_at)),
        step=_("受理"),
        endpoint="overview.report",
        args={"place": a.code, "report_id": a.report_id},
    )


def office_light(row: Desktop, now: datetime) -> Light:
    """An office's report stands like a form; being returned from above is the slowest of states."""
    state = State.RETURNED if row.state is ReportState.RETURNED else State.EXPECTED
    return light_of(row.due_at, now, state)


def office_step(row: Desktop) -> tuple[Message | Text, str]:
    """What the office does next about a report, and the page on which it does so."""
    if row.to_review:
        return Message(_("受理 %(n)s 份"), n=row.to_review), "board"
    if row.filed < row.expected:
        return _("查看缺报"), "board"
    return _("汇总上报"), "submit"
