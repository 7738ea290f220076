"""The tenant's report to its superior: submitted with a named gap list, accepted or returned from above.

The superior never writes a county's rows by itself: it hands its decision over (``crossing``), and the
county's own trail and inbox say what happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Form
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.scope import Actor, crossing, get_scope
from portal.core.text import Message, Text, _
from portal.figures.models import Rollup
from portal.notices.services import notify
from portal.reporting.models import (
    COUNTED,
    Report,
    ReportRemark,
    ReportState,
    State,
    Submission,
    SubmissionEdition,
)
from portal.tenants.models import Tenant
from portal.units.models import Unit

MAX_REASON = 300


@dataclass(frozen=True)
class Missing:
    unit_id: int
    name: str
    state: State


def list_missing(session: Session, report: Report) -> Sequence[Missing]:
    """Units whose form does not count yet, in official order."""
    rows = session.execute(
        sa.select(Unit.id, Unit.full_name, Submission.state)
        .join(Unit, sa.and_(Unit.tenant_id == Submission.tenant_id, Unit.id == Submission.unit_id))
        .where(Submission.report_id == report.id, Submission.state.not_in([s.value for s in COUNTED]))
        .order_by(Unit.sort_no, Unit.id)
    )
    return [Missing(r[0], r[1], State(r[2])) for r in rows]


def submit_report(
    session: Session, actor: Actor, now: datetime, *, report: Report, version: int,
    gap_reasons: Mapping[int, str], late_reason: str,
) -> None:  # fmt: skip
    """Hand the sums and the filed forms to the superior. Nobody waits for the missing: they are named, with why."""
    _lock(session, report, version)
    if report.state not in (ReportState.COLLECTING, ReportState.RETURNED):
        raise Conflict(_("本期已上报，不需要重复上报。"))
    missing = list_missing(session, report)
    problems: dict[str, Message | Text] = {}
    gaps = []
    for unit in missing:
        reason = gap_reasons.get(unit.unit_id, "").strip()[:MAX_REASON]
        if not reason:
            problems[f"gap.{unit.unit_id}"] = Message(_("请写明%(unit)s缺报的原因。"), unit=unit.name)
        gaps.append({"unit_id": unit.unit_id, "unit": unit.name, "reason": reason})
    late_reason = late_reason.strip()[:MAX_REASON]
    if now > report.due_at and report.submitted_at is None and not late_reason:
        problems["late_reason"] = _("已超过时限，请写明迟报原因后上报。")
    if problems:
        raise Invalid(problems)
    rollup = session.scalars(
        sa.select(Rollup).where(
            Rollup.tenant_id == report.tenant_id,
            Rollup.campaign == report.campaign,
            Rollup.form == report.form,
            Rollup.period == report.period,
        )
    ).one_or_none()
    report.values, report.gaps = dict(rollup.values) if rollup else {}, gaps
    report.state = ReportState.SUBMITTED.value
    report.submitted_at, report.submitted_by = report.submitted_at or now, actor.name
    report.late_reason = late_reason or report.late_reason
    report.review_reason = ""
    _release(session, report, now)
    session.add(
        ReportRemark(subject=f"report:{report.id}", kind="submitted", text=late_reason, by=actor.name, at=now)
    )
    record(session, Act.REPORT_SUBMIT, f"report:{report.id}", actor, now, {"gaps": len(gaps)})


def _release(session: Session, report: Report, now: datetime) -> None:
    """From here on the superior may open each filed form and the editions filed so far."""
    mine = (Submission.tenant_id == report.tenant_id, Submission.report_id == report.id)
    counted = Submission.state.in_([s.value for s in COUNTED])
    ids = sa.select(Submission.id).where(*mine, counted)
    session.execute(
        sa.update(SubmissionEdition)
        .where(SubmissionEdition.tenant_id == report.tenant_id, SubmissionEdition.submission_id.in_(ids))
        .values(released_at=sa.func.coalesce(SubmissionEdition.released_at, now))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.update(Submission)
        .where(*mine, counted)
        .values(released_at=sa.func.coalesce(Submission.released_at, now))
        .execution_options(synchronize_session=False)
    )


def accept_report(
    session: Session, actor: Actor, now: datetime, *, county_id: int, report_id: int, version: int
) -> None:
    """The superior accepts a county's report."""
    _review(session, actor, now, county_id, report_id, version, ReportState.ACCEPTED, "")


def return_report(
    session: Session, actor: Actor, now: datetime, *, county_id: int, report_id: int, version: int, reason: str,
    form: Form | None = None,
) -> None:  # fmt: skip
    """The superior returns a county's report with a reason; the county's office is told."""
    reason = reason.strip()
    if not reason:
        raise Invalid({"reason": _("请写明退回原因。")})
    if len(reason) > MAX_REASON:
        raise Invalid({"reason": Message(_("原因请控制在 %(n)s 字以内。"), n=MAX_REASON)})
    _review(session, actor, now, county_id, report_id, version, ReportState.RETURNED, reason, form)


def _review(
    session: Session, actor: Actor, now: datetime, county_id: int, report_id: int, version: int, verdict: ReportState,
    reason: str, form: Form | None = None,
) -> None:  # fmt: skip
    home = get_scope(session)
    if county_id not in home.below:
        raise NotFound
    if session.scalar(sa.select(Tenant.parent_id).where(Tenant.id == county_id)) != home.home:
        raise NotAllowed(_("报表由其直接上级受理或退回。"))
    act = Act.REPORT_ACCEPT if verdict is ReportState.ACCEPTED else Act.REPORT_RETURN
    with crossing(session, county_id):
        report = session.get(Report, (county_id, report_id))
        if report is None:
            raise NotFound
        _lock(session, report, version)
        if report.state != ReportState.SUBMITTED:
            raise Conflict(_("只有已上报的报表可以受理或退回。"))
        report.state, report.review_reason = verdict.value, reason
        report.reviewed_at, report.reviewed_by = now, actor.name
        session.add(
            ReportRemark(
                subject=f"report:{report.id}", kind=verdict.value, text=reason, by=actor.name, at=now
            )
        )
        record(session, act, f"report:{report.id}", actor, now)
        if verdict is ReportState.RETURNED:
            notify(
                session, now, mechanism_id=report.mechanism_id, unit_id=None, sender=actor.name, detail=reason,
                text=Message(_("上级退回%(form)s %(period)s"), form=form.label if form else report.form, period=report.period),
            )  # fmt: skip
    record(session, act, f"report:{report_id}", actor, now, {"tenant": county_id})


def _lock(session: Session, report: Report, version: int) -> None:
    session.refresh(report, with_for_update=True)
    if report.version != version:
        raise Conflict(_("本期情况在您打开页面之后有变化，请核对最新数字后再操作。"))
