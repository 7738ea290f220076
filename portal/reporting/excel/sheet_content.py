"""What stands in the sheets that go out: values with what the portal offers, last period, the office's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form
from portal.core.periods import parse_period
from portal.reporting.cells import blank
from portal.reporting.due import counted_days
from portal.reporting.excel.sheet_file import UnitSheet
from portal.reporting.excel.sheet_marks import Mark
from portal.reporting.filed import previous_values
from portal.reporting.models import OPEN, Report, State, Submission, SubmissionEdition
from portal.reporting.prefill import Offer, offers_for
from portal.reporting.questions import notes_of
from portal.tenants.policies import value_of
from portal.units.models import Unit
from portal.units.services import UnitRow


def base_values(submission: Submission, offers: Mapping[str, Offer]) -> dict[str, Any]:
    """The stored values; before the first filing a cell that was never touched takes the offer, as on the page."""
    values = dict(submission.values)
    if submission.state in (State.EXPECTED, State.DRAFT):
        for key, offer in offers.items():
            if key not in values or (blank(values[key]) and key not in submission.origins):
                values[key] = offer.value
    return values


Days = tuple[date, date]
"""First and last day that a period counts."""


def days_of(session: Session, campaign: Campaign, tenant_id: int, period: str) -> Days:
    return counted_days(parse_period(period), value_of(session, tenant_id, campaign, "cut_off_day"))


def present(
    session: Session, campaign: Campaign, form: Form, submission: Submission, days: Days | None = None
) -> tuple[dict[str, Any], dict[str, Offer]]:
    """The form as its page shows it, and what is offered; a form that counts already is offered nothing.

    ``days``: asked for once by who goes through many units.
    """
    if submission.state not in OPEN:
        return dict(submission.values), {}
    first, last = days or days_of(session, campaign, submission.tenant_id, submission.period)
    offers = offers_for(session, campaign=campaign, form=form, submission=submission, first=first, last=last)
    return base_values(submission, offers), offers


def mark_of(submission: Submission, tenant_code: str) -> Mark:
    s = submission
    return Mark(
        tenant_code,
        s.campaign,
        s.form,
        str(s.form_version),
        str(s.local),
        s.period,
        str(s.unit_id),
        str(s.id),
    )


def sheet_of(
    session: Session, campaign: Campaign, form: Form, submission: Submission, unit: str, tenant_code: str
) -> UnitSheet:
    """One unit's sheet as its page stands now."""
    values, _offers = present(session, campaign, form, submission)
    return UnitSheet(
        mark=mark_of(submission, tenant_code),
        form=form,
        member=submission.member,
        unit=unit,
        values=values,
        previous=previous_values(session, submission) or {},
        notes=notes(session, submission.tenant_id, campaign.key, form.key),
    )


def notes(session: Session, tenant_id: int, campaign: str, form: str) -> dict[str, str]:
    """Field or table key -> the office's answers."""
    found = notes_of(session, tenant_id, campaign, form)
    return {key: "；".join(note.text for note in listed) for key, listed in found.items()}


Expected = tuple[Submission, UnitRow]


def list_expected(session: Session, report: Report) -> list[Expected]:
    """The report's forms with their units in official order; one statement."""
    rows = session.execute(
        sa.select(Submission, Unit)
        .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
        .where(Submission.tenant_id == report.tenant_id, Submission.report_id == report.id)
        .order_by(Unit.sort_no, Unit.id)
    )
    return [(submission, row_of(unit)) for submission, unit in rows]


def row_of(u: Unit) -> UnitRow:
    return UnitRow(
        u.id, u.full_name, u.short_name, tuple(u.aliases), u.kind, u.sort_no, u.active, u.successor_id
    )


def sheets_of(
    session: Session, campaign: Campaign, form: Form, report: Report, tenant_code: str
) -> list[UnitSheet]:
    """A sheet per unit, called by its short name; of statements only what is offered grows with the units."""
    before, answers = (
        previous_by_unit(session, report),
        notes(session, report.tenant_id, campaign.key, form.key),
    )
    days = days_of(session, campaign, report.tenant_id, report.period)
    return [
        UnitSheet(
            mark=mark_of(submission, tenant_code),
            form=form,
            member=submission.member,
            unit=unit.full_name,
            name=unit.short_name,
            values=present(session, campaign, form, submission, days)[0],
            previous=before.get(unit.id, {}),
            notes=answers,
        )
        for submission, unit in list_expected(session, report)
    ]


def previous_by_unit(session: Session, report: Report) -> dict[int, Mapping[str, Any]]:
    """Unit -> what it filed last in this form for the period before; one statement."""
    before = parse_period(report.period).shifted(-1).key
    if before == report.period:
        return {}
    s, e = Submission, SubmissionEdition
    rows: Sequence[Any] = session.execute(
        sa.select(s.unit_id, e.values)
        .join(e, sa.and_(e.tenant_id == s.tenant_id, e.submission_id == s.id, e.number == s.edition))
        .where(
            s.tenant_id == report.tenant_id,
            s.campaign == report.campaign,
            s.form == report.form,
            s.period == before,
        )
    ).all()
    return {unit_id: dict(values) for unit_id, values in rows}
