"""Filling, signing, filing and reviewing one unit's form; and the tenant's own report upward.

Every step locks the tenant's report row first. So two persons, a double click, and the closing of a
period are put into one order, and counts and roll-up are right when the transaction ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from portal.campaigns.declarations import Campaign, FieldKind, Form, Grade, Values
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotFound, PluginError
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.figures.models import Rollup
from portal.figures.services import renew_rollup
from portal.notices.services import notify
from portal.reporting.models import (
    COUNTED,
    OPEN,
    Report,
    ReportRemark,
    ReportState,
    State,
    Submission,
    SubmissionEdition,
)
from portal.reporting.opening import asked_fields
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


def findings(form: Form, values: Values) -> list[tuple[Any, Message]]:
    """(check, sentence) for each check that has something to say. A check that raises says nothing but its name."""
    found = []
    for check in form.checks:
        try:
            sentence = check.find(values)
        except Exception as error:
            raise PluginError(
                Message(_("校验规则 %(key)s 出错，请联系系统管理员。"), key=check.key)
            ) from error
        if sentence is not None:
            found.append((check, sentence))
    return found


def zero_values(form: Form, member: str) -> dict[str, Any]:
    """What a zero report says: 0 in each figure asked of this member."""
    return {f.key: 0 for f in asked_fields(form, member) if f.kind in (FieldKind.INTEGER, FieldKind.MONEY)}


def save_draft(
    session: Session, actor: Actor, now: datetime, *, submission: Submission, version: int, values: Values,
    explanations: Mapping[str, str],
) -> None:  # fmt: skip
    """Keep what was typed; nothing is checked beyond the type of each cell."""
    report = lock(session, submission, version)
    _open_for_unit(submission, report)
    if submission.state in COUNTED:  # its figures stand in the sums until it is filed again
        raise Conflict(_("这张表已报出，更正后请直接提交，不存草稿。"))
    if submission.state == State.EXPECTED:
        submission.state = State.DRAFT.value
    submission.values, submission.explanations, submission.zero = dict(values), dict(explanations), False
    submission.released_at = (
        None  # what is being changed is not what was released; the released edition stays
    )
    submission.saved_at, submission.saved_by = now, actor.name
    record(session, Act.SUBMISSION_SAVE, f"submission:{submission.id}", actor, now)


def file_submission(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, form: Form, submission: Submission,
    version: int, values: Values, explanations: Mapping[str, str], late_reason: str, needs_signature: bool,
    zero: bool = False,
) -> None:  # fmt: skip
    """File the form, or hand it to the leader in charge when the body asks for a signature.

    Raises ``Invalid`` with each failed check at its cells. Late is accepted and marked; the reason is asked.
    """
    report = lock(session, submission, version)
    _open_for_unit(submission, report)
    payload = zero_values(form, submission.member) if zero else dict(values)
    problems = _problems(form, payload, explanations)
    if submission.first_filed_at is None and now > submission.due_at and not late_reason.strip():
        problems["late_reason"] = _("已超过时限，请写明迟报原因后提交。")
    if problems:
        raise Invalid(problems)
    submission.values, submission.zero = payload, zero
    submission.released_at = None
    submission.explanations = {k: v[:MAX_REASON] for k, v in explanations.items() if v.strip()}
    submission.late_reason = late_reason.strip()[:MAX_REASON] or submission.late_reason
    submission.saved_at, submission.saved_by = now, actor.name
    if needs_signature:
        counted, submission.state = submission.state in COUNTED, State.SIGNING.value
        if counted:
            recount(session, now, campaign, form, report)
        _remark(session, f"submission:{submission.id}", "sent_to_sign", actor, now)
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


def decline_signature(
    session: Session, actor: Actor, now: datetime, *, submission: Submission, version: int, reason: str
) -> None:
    """The leader hands the form back to the liaison."""
    lock(session, submission, version)
    if submission.state != State.SIGNING:
        raise Conflict(_("这张表不在待签状态。"))
    submission.state, submission.reasons = State.RETURNED.value, {"": _reason(reason)}
    _remark(session, f"submission:{submission.id}", "declined", actor, now, reason)
    record(session, Act.SUBMISSION_RETURN, f"submission:{submission.id}", actor, now, {"by": "leader"})


def accept_submission(
    session: Session, actor: Actor, now: datetime, *, submission: Submission, version: int
) -> None:
    lock(session, submission, version)
    if submission.state != State.FILED:
        raise Conflict(_("只有已报送的表可以受理。"))
    submission.state = State.ACCEPTED.value
    submission.reviewed_at, submission.reviewed_by = now, actor.name
    _remark(session, f"submission:{submission.id}", "accepted", actor, now)
    record(session, Act.SUBMISSION_ACCEPT, f"submission:{submission.id}", actor, now)


def return_submission(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, form: Form, submission: Submission,
    version: int, reasons: Mapping[str, str], link: str,
) -> None:  # fmt: skip
    """Send the form back with a reason for the whole ('') or per field; the unit is told."""
    report = lock(session, submission, version)
    if submission.state not in COUNTED:
        raise Conflict(_("只有已报送的表可以退回。"))
    given = {k: _reason(v) for k, v in reasons.items() if v.strip()}
    if not given:
        raise Invalid({"reason": _("请写明退回原因。")})
    submission.state, submission.reasons = State.RETURNED.value, given
    submission.released_at = None
    submission.reviewed_at, submission.reviewed_by = now, actor.name
    text = "；".join(given.values())
    _remark(session, f"submission:{submission.id}", "returned", actor, now, text)
    recount(session, now, campaign, form, report)
    notify(
        session, now, mechanism_id=report.mechanism_id, unit_id=submission.unit_id, sender=actor.name, link=link,
        text=Message(_("%(form)s %(period)s被退回"), form=form.label, period=submission.period), detail=text,
    )  # fmt: skip
    record(session, Act.SUBMISSION_RETURN, f"submission:{submission.id}", actor, now)


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
    submission.first_filed_at = submission.first_filed_at or now
    submission.filed_at, submission.filed_by = now, submission.saved_by
    session.add(
        SubmissionEdition(
            submission_id=submission.id,
            number=submission.edition,
            form_version=submission.form_version,
            zero=submission.zero,
            values=dict(submission.values),
            explanations=dict(submission.explanations),
            filed_at=now,
            filed_by=submission.filed_by,
        )
    )
    _remark(
        session,
        f"submission:{submission.id}",
        "filed_zero" if submission.zero else "filed",
        actor,
        now,
        submission.late_reason,
    )
    recount(session, now, campaign, form, report)
    record(
        session,
        Act.SUBMISSION_FILE,
        f"submission:{submission.id}",
        actor,
        now,
        {"edition": submission.edition, "zero": submission.zero},
    )


def _open_for_unit(submission: Submission, report: Report) -> None:
    if report.state in (ReportState.SUBMITTED, ReportState.ACCEPTED) and submission.state in COUNTED:
        raise Conflict(_("本期已汇总上报，如需更正请联系办公室退回。"))
    if submission.state not in (*OPEN, State.FILED):
        raise Conflict(_("这张表已受理或正在待签，不能再修改；如需更正请联系办公室退回。"))


def _problems(form: Form, values: Values, explanations: Mapping[str, str]) -> dict[str, Message | Text]:
    problems: dict[str, Message | Text] = {}
    for check, sentence in findings(form, values):
        unexplained = check.grade is Grade.EXPLAIN and not explanations.get(check.key, "").strip()
        if check.grade is Grade.ERROR or unexplained:
            for key in check.fields or ("",):
                problems.setdefault(key, sentence)
            if unexplained:
                problems[f"explain.{check.key}"] = _("请更正数字，或在此说明原因。")
    return problems


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid({"reason": _("请写明退回原因。")})
    if len(text) > MAX_REASON:
        raise Invalid({"reason": Message(_("原因请控制在 %(n)s 字以内。"), n=MAX_REASON)})
    return text


def _remark(session: Session, subject: str, kind: str, actor: Actor, now: datetime, text: str = "") -> None:
    session.add(ReportRemark(subject=subject, kind=kind, text=text, by=actor.name, at=now))


def story(session: Session, subject: str) -> Sequence[ReportRemark]:
    return session.scalars(
        sa.select(ReportRemark)
        .where(ReportRemark.subject == subject)
        .order_by(ReportRemark.at, ReportRemark.id)
    ).all()


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
    _remark(session, f"report:{report.id}", "reminded", actor, now, str(count))
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
