"""Filling, signing, filing and reviewing one unit's form; and the tenant's own report upward.

Every step locks the tenant's report row first. So two persons, a double click, and the closing of a
period are put into one order, and counts and roll-up are right when the transaction ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form
from portal.campaigns.sources import Values
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, _
from portal.figures.models import Rollup
from portal.figures.services import renew_rollup
from portal.reporting import archive
from portal.reporting.cells import count_cells, departs
from portal.reporting.checks import findings as findings
from portal.reporting.filed import previous_values
from portal.reporting.filing import find_problems, mark_late, refuse_hollow_zero, zero_values
from portal.reporting.models import (
    COUNTED,
    OPEN,
    Report,
    ReportState,
    State,
    Submission,
    SubmissionEdition,
)
from portal.reporting.remarks import remark
from portal.units.models import Unit

MAX_REASON = 300


def get_submission(session: Session, submission_id: int) -> Submission:
    """Of the home tenant; ``NotFound`` for anything else."""
    found = session.get(Submission, (get_scope(session).home, submission_id))
    if found is None:
        raise NotFound
    return found


def get_report(session: Session, report_id: int) -> Report:
    found = session.get(Report, (get_scope(session).home, report_id))
    if found is None:
        raise NotFound
    return found


def lock(session: Session, submission: Submission, version: int) -> Report:
    """Lock report and submission; ``Conflict`` when somebody saved since the page with ``version`` was opened."""
    home = get_scope(session).home
    report = session.scalars(
        sa.select(Report)
        .where(Report.tenant_id == home, Report.id == submission.report_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    session.refresh(submission)
    if submission.version != version:
        raise Conflict(
            Message(
                _("%(who)s已在您打开页面之后保存过这张表，您的内容没有覆盖对方。"),
                who=submission.saved_by or submission.filed_by,
            )
        )
    return report


def save_draft(
    session: Session, actor: Actor, now: datetime, *, submission: Submission, version: int, values: Values,
    explanations: Mapping[str, str], corrections: Mapping[str, str] = {}, origins: Mapping[str, Any] = {},
    auto: bool = False,
) -> None:  # fmt: skip
    """Keep what was typed; nothing is checked beyond the type of each cell.

    ``origins``: what was offered meanwhile (``prefill.as_origins``). ``auto``: the page saved by itself.
    """
    report = lock(session, submission, version)
    _open_for_unit(submission, report)
    if submission.state in COUNTED:  # its figures stand in the sums until it is filed again
        raise Conflict(_("这张表已报出，更正后请直接提交，不存草稿。"))
    noted = auto and submission.saved_by == actor.name and _half_hour(submission.saved_at) == _half_hour(now)
    if submission.state == State.EXPECTED:
        submission.state = State.DRAFT.value
    submission.origins = mark_late(submission, origins)
    submission.values, submission.explanations, submission.zero = dict(values), dict(explanations), False
    submission.corrections = {k: v for k, v in corrections.items() if v.strip()}
    submission.released_at = (
        None  # what is being changed is not what was released; the released edition stays
    )
    submission.saved_at, submission.saved_by = now, actor.name
    # A page saves itself every few seconds. The trail shall tell who worked on the form and when, and stay
    # readable: one event per person and half-hour says that, and every filing has its own.
    if not noted:
        record(session, Act.SUBMISSION_SAVE, f"submission:{submission.id}", actor, now)


def _half_hour(moment: datetime | None) -> int:
    return int(moment.timestamp()) // 1800 if moment else 0


def file_submission(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, form: Form, submission: Submission,
    version: int, values: Values, explanations: Mapping[str, str], late_reason: str, needs_signature: bool,
    zero: bool = False, corrections: Mapping[str, str] = {}, origins: Mapping[str, Any] = {},
) -> None:  # fmt: skip
    """File the form, or hand it to the leader in charge when the body asks for a signature.

    ``origins``: what the portal offers now (``prefill.as_origins``); a figure that departs from its offer needs a
    reason in ``corrections``. Raises ``Invalid`` with each failed check at its cells (``correct.<field>`` for a
    missing reason). Late is accepted and marked; the reason is asked.
    """
    report = lock(session, submission, version)
    _open_for_unit(submission, report)
    if zero:
        refuse_hollow_zero(form, submission.member, origins)
    payload = zero_values(form, submission.member, origins) if zero else dict(values)
    reasons = {k: v.strip()[:MAX_REASON] for k, v in corrections.items() if k in origins and v.strip()}
    reasons = {k: v for k, v in reasons.items() if departs(origins[k]["value"], payload.get(k))}
    previous = previous_values(session, submission)
    problems = find_problems(form, payload, explanations, previous, reasons, origins)
    if submission.first_filed_at is None and now > submission.due_at and not late_reason.strip():
        problems["late_reason"] = _("已超过时限，请写明迟报原因后提交。")
    if problems:
        raise Invalid(problems)
    submission.origins, submission.corrections = mark_late(submission, origins), reasons
    submission.values, submission.zero = payload, zero
    submission.released_at = None
    submission.explanations = {k: v[:MAX_REASON] for k, v in explanations.items() if v.strip()}
    submission.late_reason = late_reason.strip()[:MAX_REASON] or submission.late_reason
    submission.saved_at, submission.saved_by = now, actor.name
    if needs_signature:
        counted, submission.state = submission.state in COUNTED, State.SIGNING.value
        if counted:
            recount(session, now, campaign, form, report)
        remark(session, submission, "sent_to_sign", actor, now)
        record(session, Act.SUBMISSION_SAVE, f"submission:{submission.id}", actor, now, {"to": "sign"})
        return
    _file(session, actor, now, campaign, form, submission, report)


def sign_submission(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, form: Form, submission: Submission, version: int
) -> None:  # fmt: skip
    """The leader in charge signs; only then it counts as filed."""
    report = lock(session, submission, version)
    if submission.state != State.SIGNING:
        raise Conflict(_("这张表不在待签状态。"))
    submission.signed_by = actor.name
    record(session, Act.SUBMISSION_SIGN, f"submission:{submission.id}", actor, now)
    _file(session, actor, now, campaign, form, submission, report)


def recount(session: Session, now: datetime, campaign: Campaign, form: Form, report: Report) -> None:
    """Counts and roll-up of the report, from the submissions themselves, under the report's lock."""
    session.flush()
    mine = (Submission.tenant_id == report.tenant_id, Submission.report_id == report.id)
    counted = Submission.state.in_([s.value for s in COUNTED])
    in_time = sa.and_(counted, Submission.first_filed_at <= Submission.due_at)
    row = session.execute(
        sa.select(
            sa.func.count(Submission.id),
            sa.func.count(sa.case((counted, 1))),
            sa.func.count(sa.case((in_time, 1))),
            sa.func.count(sa.case((sa.and_(counted, Submission.zero), 1))),
        ).where(*mine)
    ).one()
    report.expected, report.filed, report.on_time, report.zero = row
    flag_modified(report, "filed")  # a new version even if the counts stay: the sums on an open page are old
    renew_rollup(
        session, campaign.key, form, report.period, now,
        lambda: session.scalars(sa.select(Submission.values).where(*mine, counted)).all(),
    )  # fmt: skip


def _file(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, form: Form, submission: Submission, report: Report
) -> None:  # fmt: skip
    submission.state, submission.reasons = State.FILED.value, {}
    submission.edition += 1
    cells = count_cells(
        form, submission.member, submission.values, submission.origins, submission.corrections
    )
    submission.first_filed_at = submission.first_filed_at or now
    submission.filed_at, submission.filed_by = now, submission.saved_by
    session.add(
        SubmissionEdition(
            submission_id=submission.id,
            number=submission.edition,
            form_version=submission.form_version,
            local=submission.local,
            zero=submission.zero,
            values=dict(submission.values),
            explanations=dict(submission.explanations),
            origins=dict(submission.origins),
            corrections=dict(submission.corrections),
            asked=cells.asked,
            prefilled=cells.prefilled,
            corrected=cells.corrected,
            repeated=cells.repeated,
            filed_at=now,
            filed_by=submission.filed_by,
        )
    )
    kind = "filed_zero" if submission.zero else "filed"
    remark(session, submission, kind, actor, now, submission.late_reason)
    recount(session, now, campaign, form, report)
    data = {"edition": submission.edition, "zero": submission.zero}
    record(session, Act.SUBMISSION_FILE, f"submission:{submission.id}", actor, now, data)
    archive.after_filing(
        session, actor, now, report=report, campaign=campaign, form=form, unit_id=submission.unit_id
    )


def _open_for_unit(submission: Submission, report: Report) -> None:
    if report.closed_at is not None and submission.state in COUNTED:
        raise Conflict(_("本期已关账，如需更正请联系办公室重新开放本期。"))
    if report.state in (ReportState.SUBMITTED, ReportState.ACCEPTED) and submission.state in COUNTED:
        raise Conflict(_("本期已汇总上报，如需更正请联系办公室退回。"))
    if submission.state not in (*OPEN, State.FILED):
        raise Conflict(_("这张表已受理或正在待签，不能再修改；如需更正请联系办公室退回。"))


def unit_name(session: Session, unit_id: int) -> str:
    return session.scalars(sa.select(Unit.full_name).where(Unit.id == unit_id)).one()


def get_edition(session: Session, submission: Submission, number: int) -> SubmissionEdition:
    found = session.scalars(
        sa.select(SubmissionEdition).where(
            SubmissionEdition.tenant_id == submission.tenant_id,
            SubmissionEdition.submission_id == submission.id,
            SubmissionEdition.number == number,
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def note_reminder(session: Session, actor: Actor, now: datetime, *, report: Report, count: int) -> None:
    remark(session, report, "reminded", actor, now, str(count))
    record(session, Act.REPORT_REMIND, f"report:{report.id}", actor, now, {"units": count})


def current_sums(session: Session, report: Report) -> dict[str, Any]:
    """The tenant's own roll-up of this report, as it stands now."""
    found = session.scalars(
        sa.select(Rollup.values).where(
            Rollup.tenant_id == report.tenant_id,
            Rollup.campaign == report.campaign,
            Rollup.form == report.form,
            Rollup.period == report.period,
        )
    ).one_or_none()
    return dict(found or {})
