"""Opening periods: the report of the tenant and one expected submission for each member, so nobody is forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Due, Field, Form, Table
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.periods import Period, period_of
from portal.core.scope import Actor, get_scope
from portal.core.workdays import WorkCalendar
from portal.reporting.catalogue import ended, find_form, forms_with, published_local
from portal.reporting.due import DueDate, compute_due
from portal.reporting.models import FormSnapshot, Report, ReportState, State, Submission
from portal.tenants.policies import apply_to_due, values_of
from portal.units.bodies import MemberUnit


def asked_fields(form: Form, member: str) -> tuple[Field, ...]:
    """The figures this member owns, plus those every unit is asked for."""
    return tuple(f for f in form.fields if not f.owners or member in f.owners)


def asked_tables(form: Form, member: str) -> tuple[Table, ...]:
    return tuple(t for t in form.tables if not t.owners or member in t.owners)


def due_periods(
    form: Form, due: Due, since: date, today: date, calendar: WorkCalendar, earlier: int = 0
) -> Iterator[tuple[Period, DueDate]]:
    """Periods of the form that have opened by ``today`` and end on or after ``since``, oldest first."""
    period = period_of(form.once or max(since, form.first or since), form.period)
    while period.end >= since and (form.once or period.start <= today):
        found = compute_due(due, period, calendar, earlier)
        if found.opens_on <= today:
            yield period, found
        if form.once:
            return
        period = period.shifted(1)


def open_periods(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    campaign: Campaign,
    mechanism_id: int,
    members: Sequence[MemberUnit],
    since: date,
    calendar: WorkCalendar,
) -> int:
    """Make what should exist by now in the scope's home tenant; repeatable. Returns the number of new periods.

    A unit that joined while a period is open is added to it; who has left keeps what was expected of it.
    """
    today = now.astimezone(SHANGHAI).date()
    home = get_scope(session).home
    assert home is not None
    readings = values_of(session, home, campaign)
    opened = 0
    published = published_local(session, home, campaign.key)
    local = {key: rows[-1] for key, rows in published.items() if not ended(rows[-1], today)}
    for form in forms_with(campaign, local):
        declared = campaign.form(form.key)
        if declared is not None:
            keep_snapshot(session, campaign, declared)
        due = apply_to_due(form.due, readings) if declared else form.due
        changes = local.get(form.key)
        earlier = changes.days_earlier if changes else 0
        # A form of the tenant's own asks nothing that was due before it was published.
        made = None if declared else published[form.key][0].released_at
        start = max(since, made.astimezone(SHANGHAI).date()) if made else since
        for period, due_date in due_periods(form, due, start, today, calendar, earlier):
            asked = any(asked_fields(form, m.member) for m in members)
            if made and (due_date.due_at < made or not asked):
                continue
            report = find_report(session, campaign.key, form.key, period.key)
            if report is None:
                report = _new_report(session, campaign, form, period, mechanism_id, due_date)
                report.local = changes.number if changes else 0
                record(
                    session,
                    Act.PERIOD_OPEN,
                    f"report:{report.id}",
                    actor,
                    now,
                    {"form": form.key, "period": period.key},
                )
                opened += 1
            if report.closed_at is None and report.state in (ReportState.COLLECTING, ReportState.RETURNED):
                opened_as = find_form(session, home, campaign, form.key, report.local) or form
                _expect(session, report, opened_as, members)
    return opened


def find_report(session: Session, campaign: str, form: str, period: str) -> Report | None:
    """The home tenant's report."""
    home = get_scope(session).home
    wanted = (
        Report.tenant_id == home,
        Report.campaign == campaign,
        Report.form == form,
        Report.period == period,
    )
    return session.scalars(sa.select(Report).where(*wanted)).one_or_none()


def _new_report(
    session: Session, campaign: Campaign, form: Form, period: Period, mechanism_id: int, due: DueDate
) -> Report:
    report = Report(
        mechanism_id=mechanism_id,
        campaign=campaign.key,
        form=form.key,
        form_version=form.version,
        title=str(form.label),
        period=period.key,
        opens_on=due.opens_on,
        due_at=due.due_at,
        due_why=keep_why(due),
    )
    session.add(report)
    session.flush()
    return report


def keep_why(due: DueDate) -> dict[str, Any]:
    """How the date was found, as ``Report.due_why`` keeps it; its first sentence is the rule."""
    sentences = [
        {
            "text": str(getattr(s, "text", s)),
            "params": {k: str(v) for k, v in getattr(s, "params", {}).items()},
        }
        for s in due.why
    ]
    return {"provisional": due.provisional, "sentences": sentences}


def _expect(session: Session, report: Report, form: Form, members: Sequence[MemberUnit]) -> None:
    known = set(session.scalars(sa.select(Submission.unit_id).where(Submission.report_id == report.id)))
    for member in members:
        asked = asked_fields(form, member.member) or asked_tables(form, member.member)
        if member.unit_id not in known and asked:
            session.add(
                Submission(
                    report_id=report.id,
                    unit_id=member.unit_id,
                    member=member.member,
                    campaign=report.campaign,
                    form=report.form,
                    form_version=report.form_version,
                    local=report.local,
                    period=report.period,
                    due_at=report.due_at,
                    state=State.EXPECTED.value,
                )
            )
            known.add(member.unit_id)
    report.expected = len(known)


def keep_snapshot(session: Session, campaign: Campaign, form: Form) -> None:
    """Store the form's definition once per version; what was filed under it renders from there for ever."""
    if session.get(FormSnapshot, (campaign.key, form.key, form.version)) is None:
        session.add(
            FormSnapshot(
                campaign=campaign.key,
                form=form.key,
                version=form.version,
                definition=describe_form(campaign, form),
            )
        )


def describe_form(campaign: Campaign, form: Form) -> dict[str, Any]:
    """JSON-ready labels, units and kinds, enough to render a filed submission without the plugin."""
    return {
        "label": str(form.label),
        "campaign": str(campaign.title),
        "clause": {
            "source": str(campaign.source(form.clause.source).number),
            "article": str(form.clause.article),
        },
        "sections": [
            {
                "label": str(section.label),
                "fields": [_describe_field(campaign, f) for f in section.fields],
            }
            for section in form.sections
        ],
        "tables": [
            {
                "key": table.key,
                "label": str(table.label),
                "heads": [[str(label), span] for label, span in table.heads],
                "fields": [_describe_field(campaign, f) for f in table.columns],
            }
            for table in form.tables
        ],
    }


def _describe_field(campaign: Campaign, f: Field) -> dict[str, Any]:
    return {
        "key": f.key,
        "label": str(f.label),
        "kind": f.kind.value,
        "unit": str(f.unit or ""),
        "definition": str(f.definition or ""),
        "element": f.element,
        "choices": (
            {c.key: str(c.label) for c in campaign.code_list(f.choices).choices} if f.choices else {}
        ),
    }
