"""What office and leader say to a filed form: accepted, returned, not signed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid
from portal.core.scope import Actor
from portal.core.text import Message, _
from portal.notices.services import notify
from portal.reporting.checks import findings as findings
from portal.reporting.models import (
    COUNTED,
    State,
    Submission,
)
from portal.reporting.remarks import remark
from portal.reporting.services import MAX_REASON, lock, recount


def decline_signature(
    session: Session, actor: Actor, now: datetime, *, submission: Submission, version: int, reason: str
) -> None:
    """The leader hands the form back to the liaison."""
    lock(session, submission, version)
    if submission.state != State.SIGNING:
        raise Conflict(_("这张表不在待签状态。"))
    submission.state, submission.reasons = State.RETURNED.value, {"": _reason(reason)}
    remark(session, submission, "declined", actor, now, reason)
    record(session, Act.SUBMISSION_RETURN, f"submission:{submission.id}", actor, now, {"by": "leader"})


def accept_submission(
    session: Session, actor: Actor, now: datetime, *, submission: Submission, version: int
) -> None:
    lock(session, submission, version)
    if submission.state != State.FILED:
        raise Conflict(_("只有已报送的表可以受理。"))
    submission.state = State.ACCEPTED.value
    submission.reviewed_at, submission.reviewed_by = now, actor.name
    remark(session, submission, "accepted", actor, now)
    record(session, Act.SUBMISSION_ACCEPT, f"submission:{submission.id}", actor, now)


def return_submission(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, form: Form, submission: Submission,
    version: int, reasons: Mapping[str, str], link: str,
) -> None:  # fmt: skip
    """Send the form back with a reason for the whole ('') or per field; the unit is told."""
    report = lock(session, submission, version)
    if submission.state not in COUNTED:
        raise Conflict(_("只有已报送的表可以退回。"))
    if report.closed_at is not None:
        raise Conflict(_("本期已关账，请先在收报页重新开放本期再退回。"))
    given = {k: _reason(v) for k, v in reasons.items() if v.strip()}
    if not given:
        raise Invalid({"reason": _("请写明退回原因。")})
    submission.state, submission.reasons = State.RETURNED.value, given
    submission.released_at = None
    submission.reviewed_at, submission.reviewed_by = now, actor.name
    labels = {f.key: str(f.label) for f in form.fields} | {t.key: str(t.label) for t in form.tables}
    text = "；".join(f"{labels[key]}：{said}" if key in labels else said for key, said in given.items())
    remark(session, submission, "returned", actor, now, text)
    recount(session, now, campaign, form, report)
    notify(
        session, now, mechanism_id=report.mechanism_id, unit_id=submission.unit_id, sender=actor.name, link=link,
        text=Message(_("%(form)s %(period)s被退回"), form=form.label, period=submission.period), detail=text,
    )  # fmt: skip
    record(session, Act.SUBMISSION_RETURN, f"submission:{submission.id}", actor, now)


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid({"reason": _("请写明退回原因。")})
    if len(text) > MAX_REASON:
        raise Invalid({"reason": Message(_("原因请控制在 %(n)s 字以内。"), n=MAX_REASON)})
    return text
