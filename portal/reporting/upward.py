"""The tenant's report to its superior: put together with the tenant's own amendments beside the sums, submitted
with a named gap list, closed and opened again; accepted or returned from above.

Amendments stand in the tenant's roll-up row and are copied into the report by submitting, like the sums: what
is not submitted is in no row that a superior sees. The superior never writes a county's rows by itself: it hands its decision over (``crossing``), and the
county's own trail and inbox say what happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.scope import Actor, crossing, get_scope
from portal.core.text import Message, Text, _
from portal.notices.services import notify
from portal.reporting import archive
from portal.reporting.catalogue import find_form
from portal.reporting.differences import compare_facts
from portal.reporting.models import (
    COUNTED,
    Report,
    ReportFile,
    ReportState,
    State,
    Submission,
    SubmissionEdition,
)
from portal.reporting.parts import release_files
from portal.reporting.remarks import remark
from portal.tenants.models import Tenant
from portal.units.models import Unit

MAX_REASON = 300
SENT = (ReportState.SUBMITTED, ReportState.ACCEPTED)
"""The superior has it."""


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


def figures_of(report: Report) -> dict[str, Any]:
    """The submitted figures: the sums, and the tenant's own figure in place of the sum where it gave one."""
    return dict(report.values) | {key: own["value"] for key, own in report.amended.items()}


def submit_report(
    session: Session, actor: Actor, now: datetime, *, report: Report, version: int,
    gap_reasons: Mapping[int, str], late_reason: str, campaign: Campaign | None = None,
) -> None:  # fmt: skip
    """Hand the sums, the amendments and the filed forms to the superior, and store them as the next file.

    Nobody waits for the missing: they are named, with why. Once submitted it may be submitted again as soon as
    anything in it has changed. ``campaign``: for net sums.
    """
    lock_report(session, report, version)
    problems: dict[str, Message | Text] = {}
    gaps = []
    for unit in list_missing(session, report):
        reason = gap_reasons.get(unit.unit_id, "").strip()[:MAX_REASON]
        if not reason:
            problems[f"gap.{unit.unit_id}"] = Message(_("请写明%(unit)s缺报的原因。"), unit=unit.name)
        gaps.append({"unit_id": unit.unit_id, "unit": unit.name, "reason": reason})
    late_reason = late_reason.strip()[:MAX_REASON]
    if now > report.due_at and report.submitted_at is None and not late_reason:
        problems["late_reason"] = _("已超过时限，请写明迟报原因后上报。")
    facts = _gather(session, report, gaps, campaign)
    if report.state in SENT and not _changed(session, report, facts):
        raise Conflict(_("本期已上报，之后没有变化，不需要重复上报。"))
    if problems:
        raise Invalid(problems)
    report.values, report.amended = facts["sums"], facts["amended"]
    report.net, report.duplicates, report.gaps = facts["net"], facts["duplicates"], gaps
    report.state = ReportState.SUBMITTED.value
    report.submitted_at, report.submitted_by = report.submitted_at or now, actor.name
    report.late_reason = late_reason or report.late_reason
    report.review_reason = ""
    _release(session, report, now)
    file = archive.store(session, actor, now, report=report, kind="submitted", facts=facts)
    remark(session, report, "submitted", actor, now, late_reason)
    data = {"gaps": len(gaps), "file": file.number}
    record(session, Act.REPORT_SUBMIT, f"report:{report.id}", actor, now, data)


def _gather(
    session: Session, report: Report, gaps: Sequence[Mapping[str, Any]], campaign: Campaign | None
) -> dict[str, Any]:
    form = find_form(session, report.tenant_id, campaign, report.form, report.local) if campaign else None
    return archive.gather(session, report, gaps, campaign, form)


def _changed(session: Session, report: Report, facts: Mapping[str, Any]) -> bool:
    """Whether ``facts`` differ from what the superior has."""
    last = session.scalars(
        sa.select(ReportFile)
        .where(
            ReportFile.tenant_id == report.tenant_id, ReportFile.report_id == report.id, ReportFile.kind == "submitted"
        )
        .order_by(ReportFile.number.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip
    if last is not None:
        return bool(compare_facts(last.facts, facts))
    return (report.values, report.gaps) != (facts["sums"], facts["gaps"])  # sent before files were kept


def close_report(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    report: Report,
    version: int,
    campaign: Campaign | None = None,
) -> None:
    """Store the files, unless the last ones show the same, and let nothing that was filed be changed any more.

    Who has not filed may still do so; that makes the next number (``archive.after_filing``).
    """
    lock_report(session, report, version)
    if report.closed_at is not None:
        raise Conflict(_("本期已关账。"))
    why = {g["unit_id"]: g["reason"] for g in report.gaps}
    gaps = [
        {"unit_id": m.unit_id, "unit": m.name, "reason": why.get(m.unit_id, "")}
        for m in list_missing(session, report)
    ]
    facts, last = _gather(session, report, gaps, campaign), archive.newest_file(session, report)
    if last is None or compare_facts(last.facts, facts):
        archive.store(session, actor, now, report=report, kind="closed", facts=facts)
    report.closed_at, report.closed_by = now, actor.name
    remark(session, report, "closed", actor, now)
    record(session, Act.REPORT_CLOSE, f"report:{report.id}", actor, now, {"gaps": len(gaps)})


def reopen_report(
    session: Session, actor: Actor, now: datetime, *, report: Report, version: int, reason: str
) -> None:
    """What was filed may be returned and corrected again; the stored files stay."""
    lock_report(session, report, version)
    if report.closed_at is None:
        raise Conflict(_("本期没有关账，不需要重新开放。"))
    reason = reason.strip()
    if not reason:
        raise Invalid({"reason": _("请写明重新开放的原因。")})
    if len(reason) > MAX_REASON:
        raise Invalid({"reason": Message(_("原因请控制在 %(n)s 字以内。"), n=MAX_REASON)})
    report.closed_at, report.closed_by = None, ""
    remark(session, report, "reopened", actor, now, reason)
    record(session, Act.REPORT_REOPEN, f"report:{report.id}", actor, now, {"reason": reason})


def _release(session: Session, report: Report, now: datetime) -> None:
    """From here on the superior may open each filed form and the editions filed so far."""
    mine = (Submission.tenant_id == report.tenant_id, Submission.report_id == report.id)
    counted = Submission.state.in_([s.value for s in COUNTED])
    ids = sa.select(Submission.id).where(*mine, counted)
    release_files(session, now, ids)
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
        lock_report(session, report, version)
        if report.state != ReportState.SUBMITTED:
            raise Conflict(_("只有已上报的报表可以受理或退回。"))
        report.state, report.review_reason = verdict.value, reason
        report.reviewed_at, report.reviewed_by = now, actor.name
        remark(session, report, verdict.value, actor, now, reason)
        record(session, act, f"report:{report.id}", actor, now)
        if verdict is ReportState.RETURNED:
            notify(
                session, now, mechanism_id=report.mechanism_id, unit_id=None, sender=actor.name, detail=reason,
                text=Message(_("上级退回%(form)s %(period)s"), form=form.label if form else report.form, period=report.period),
            )  # fmt: skip
    record(session, act, f"report:{report_id}", actor, now, {"tenant": county_id})


def lock_report(session: Session, report: Report, version: int) -> None:
    """``Conflict`` when anything changed since the page with ``version`` was opened."""
    session.refresh(report, with_for_update=True)
    if report.version != version:
        raise Conflict(_("本期情况在您打开页面之后有变化，请核对最新数字后再操作。"))
