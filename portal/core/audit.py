"""The audit trail: one hash chain per tenant, written in the transaction of the act itself.

Each event carries an HMAC over its content and its predecessor's; a head row per tenant holds the
last number and hash. Editing, deleting, reordering or cutting off events is found by ``verify``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core.db import Own
from portal.core.scope import Actor, get_scope


class Act(StrEnum):
    """Closed vocabulary: subject.verb."""

    LOGIN = "session.open"
    LOGIN_FAILED = "session.refuse"
    LOGOUT = "session.close"
    REFUSED = "request.refuse"
    ACCOUNT_CREATE = "account.create"
    ACCOUNT_DISABLE = "account.disable"
    ACCOUNT_ENABLE = "account.enable"
    ACCOUNT_UNLOCK = "account.unlock"
    PASSWORD_CHANGE = "password.change"
    PASSWORD_RESET = "password.reset"
    TOTP_ENROL = "totp.enrol"
    MAIL_SET = "account.mail"
    FEED_SET = "account.feed"
    TOTP_RESET = "totp.reset"
    TENANT_CREATE = "tenant.create"
    CAMPAIGN_ENABLE = "campaign.enable"
    CAMPAIGN_DISABLE = "campaign.disable"
    POLICY_SET = "policy.set"
    CALENDAR_IMPORT = "calendar.import"
    UNIT_CREATE = "unit.create"
    UNIT_CHANGE = "unit.change"
    UNIT_RENAME = "unit.rename"
    UNIT_MERGE = "unit.merge"
    UNIT_SPLIT = "unit.split"
    UNIT_IMPORT = "unit.import"
    UNIT_EXPORT = "unit.export"
    MECHANISM_CHANGE = "mechanism.change"
    MEMBERSHIP_ADD = "membership.add"
    MEMBERSHIP_END = "membership.end"
    SURVEY_MAKE = "survey.make"
    SURVEY_OPEN = "survey.open"
    SURVEY_DROP = "survey.drop"
    SURVEY_CLOSE = "survey.close"
    SURVEY_SHOW = "survey.show"
    SURVEY_ANSWER = "survey.answer"
    SURVEY_REPLY = "survey.reply"
    ROUND_OPEN = "evaluation.open"
    ROUND_CLOSE = "evaluation.close"
    ROUND_CONCLUDE = "evaluation.conclude"
    FINDING_ADD = "finding.add"
    COMMENDATION_PROPOSE = "commendation.propose"
    COMMENDATION_DECIDE = "commendation.decide"
    GROUP_FOUND = "group.found"
    GROUP_CHANGE = "group.change"
    GROUP_END = "group.end"
    EXPERT_ADD = "expert.add"
    EXPERT_CHANGE = "expert.change"
    EXPERT_END = "expert.end"
    EXPERT_ASK = "expert.ask"
    POST_APPOINT = "post.appoint"
    POST_END = "post.end"
    HANDOVER_OPEN = "handover.open"
    HANDOVER_SIGN = "handover.sign"
    NOTICE_ACKNOWLEDGE = "notice.acknowledge"
    PERIOD_OPEN = "period.open"
    FORM_CHANGE = "form.change"
    FORM_PUBLISH = "form.publish"
    FORM_DISCARD = "form.discard"
    SUBMISSION_SAVE = "submission.save"
    SUBMISSION_UPLOAD = "submission.upload"
    SUBMISSION_SIGN = "submission.sign"
    SUBMISSION_FILE = "submission.file"
    SUBMISSION_ACCEPT = "submission.accept"
    SUBMISSION_RETURN = "submission.return"
    REPORT_SUBMIT = "report.submit"
    REPORT_ACCEPT = "report.accept"
    REPORT_RETURN = "report.return"
    REPORT_REMIND = "report.remind"
    REPORT_AMEND = "report.amend"
    REPORT_CLOSE = "report.close"
    REPORT_REOPEN = "report.reopen"
    RECORD_CREATE = "record.create"
    RECORD_CHANGE = "record.change"
    DUTY_RECORD = "duty.record"
    DUTY_WITHDRAW = "duty.withdraw"
    ACTIVITY_RECORD = "activity.record"
    ACTIVITY_CHANGE = "activity.change"
    ACTIVITY_WITHDRAW = "activity.withdraw"
    ACTIVITY_DECLINE = "activity.decline"
    PLACE_ADD = "place.add"
    PLACE_CLOSE = "place.close"
    ADVISORY_SEND = "advisory.send"
    ADVISORY_SIGN = "advisory.sign"
    ADVISORY_REMIND = "advisory.remind"
    ADVISORY_WITHDRAW = "advisory.withdraw"
    ADVISORY_PUSH = "advisory.push"
    ADVISORY_DISTRIBUTE = "advisory.distribute"
    UPWARD_FILE = "upward.file"
    UPWARD_STEP = "upward.step"
    URGENT_SAVE = "urgent.save"
    URGENT_FILE = "urgent.file"
    URGENT_READ = "urgent.read"
    URGENT_ANSWER = "urgent.answer"
    URGENT_RELATE = "urgent.relate"
    DEADLINE_START = "deadline.start"
    DEADLINE_MEET = "deadline.meet"
    DEADLINE_MOVE = "deadline.move"
    DEADLINE_ASK = "deadline.ask"
    DEADLINE_DECIDE = "deadline.decide"
    DEADLINE_WITHDRAW = "deadline.withdraw"
    SENSITIVE_READ = "sensitive.read"
    DAMAGED = "damaged"
    """What was sealed could not be opened."""
    KEYS_ROTATE = "keys.rotate"
    KEYS_RETIRE = "keys.retire"
    FILE_ADD = "file.add"
    FILE_REMOVE = "file.remove"
    FILE_REFUSE = "file.refuse"
    TEXT_REFUSE = "text.refuse"
    ITEM_FILE = "item.file"
    ITEM_REVISE = "item.revise"
    ITEM_WITHDRAW = "item.withdraw"
    ITEM_ANSWER = "item.answer"
    BULLETIN_ISSUE = "bulletin.issue"
    AGREEMENT_SIGN = "agreement.sign"
    ORDER_ASSIGN = "order.assign"
    ORDER_SIGN = "order.sign"
    ORDER_FEED = "order.feed"
    ORDER_URGE = "order.urge"
    ORDER_HAND_UP = "order.hand_up"
    ORDER_INSTRUCT = "order.instruct"
    ORDER_PROPOSE = "order.propose"
    ORDER_CHECK = "order.check"
    ORDER_RETURN = "order.return"
    ORDER_CLOSE = "order.close"
    ORDER_KEEP = "order.keep"
    ORDER_REOPEN = "order.reopen"
    ORDER_REASSIGN = "order.reassign"
    ORDER_WITHDRAW = "order.withdraw"
    VISIT_PLAN = "visit.plan"
    VISIT_RECORD = "visit.record"
    VISIT_CANCEL = "visit.cancel"
    TOPIC_FILE = "topic.file"
    TOPIC_STEP = "topic.step"
    """Passed on, returned, filed again, taken back or decided: ``data["step"]``."""
    MEETING_CALL = "meeting.call"
    MEETING_CHANGE = "meeting.change"
    MEETING_CANCEL = "meeting.cancel"
    MEETING_HOLD = "meeting.hold"
    MEETING_REPLY = "meeting.reply"
    MEETING_REMIND = "meeting.remind"
    MEETING_PRESENT = "meeting.present"
    QUESTION_ASK = "question.ask"
    QUESTION_ANSWER = "question.answer"
    MEASURE_PROPOSE = "measure.propose"
    MEASURE_DROP = "measure.drop"
    MEASURE_WITHDRAW = "measure.withdraw"
    MEASURE_ANSWER = "measure.answer"
    MEASURE_DECIDE = "measure.decide"
    MEASURE_NUMBER = "measure.number"
    MEASURE_TALK = "measure.talk"
    MEASURE_LIFT = "measure.lift"
    SCORE_SET = "score.set"
    SCORE_PUBLISH = "score.publish"
    SCORE_ENTER = "score.enter"
    SCORE_WITHDRAW = "score.withdraw"
    SCORE_OBJECT = "score.object"
    SCORE_ANSWER = "score.answer"
    SCORE_CLOSE = "score.close"
    MINUTES_SAVE = "minutes.save"
    MINUTES_SUBMIT = "minutes.submit"
    MINUTES_RETURN = "minutes.return"
    MINUTES_SIGN = "minutes.sign"
    MINUTES_SEND = "minutes.send"
    MINUTES_RECEIPT = "minutes.receipt"
    MINUTES_URGE = "minutes.urge"
    MINUTES_APPROVE = "minutes.approve"
    PAPER_SAVE = "paper.save"
    PAPER_SEND = "paper.send"
    PAPER_CHECK = "paper.check"
    PAPER_RETURN = "paper.return"
    PAPER_SIGN = "paper.sign"
    PAPER_NUMBER = "paper.number"
    PAPER_ISSUE = "paper.issue"
    PAPER_RECEIVE = "paper.receive"
    PAPER_REMIND = "paper.remind"
    PAPER_WITHDRAW = "paper.withdraw"
    PAPER_VOID = "paper.void"
    PAPER_DISCARD = "paper.discard"
    PAPER_RESERVE = "number.reserve"
    PAPER_NUMBER_VOID = "number.void"
    PAPER_SERIES = "number.begin"
    EXPORT = "export"


class AuditEvent(Own):
    __table_args__ = (UniqueConstraint("tenant_id", "seq"),)
    __tablename__ = "audit_event"

    seq: Mapped[int]
    at: Mapped[datetime]
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60), comment="type:id of what was acted on")
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(45), comment="network peer, '' for the command line")
    data: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class AuditHead(Own):
    """Last link of a tenant's chain; its row lock orders the writers."""

    __tablename__ = "audit_head"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    seq: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")


@dataclass(frozen=True)
class Break:
    """The first place at which a chain does not hold."""

    tenant_id: int
    seq: int
    reason: str


def record(
    session: Session,
    act: Act,
    subject: str,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Append one event to the chain of the scope's home tenant. Never pass secrets in ``data``."""
    home = get_scope(session).home
    head = _lock_head(session, home)
    if head is None:
        with suppress(IntegrityError), session.begin_nested():  # somebody else may be making it, too
            session.add(AuditHead(seq=0, digest=""))
        head = _lock_head(session, home)
    assert head is not None
    event = AuditEvent(
        tenant_id=head.tenant_id,
        seq=head.seq + 1,
        at=now,
        act=act.value,
        subject=subject,
        actor_id=actor.account_id,
        actor_name=actor.name,
        address=session.info.get("address", ""),
        data=dict(data or {}),
        previous=head.digest,
    )
    event.digest = _digest(session.info["audit_key"], event)
    head.seq, head.digest = event.seq, event.digest
    session.add(event)


def _lock_head(session: Session, tenant_id: int | None) -> AuditHead | None:
    query = sa.select(AuditHead).where(AuditHead.tenant_id == tenant_id).with_for_update()
    return session.scalars(query).one_or_none()


def _digest(key: bytes, e: AuditEvent) -> str:
    content = json.dumps(
        [e.tenant_id, e.seq, e.at.astimezone(UTC).isoformat(timespec="microseconds"), e.act, e.subject, e.actor_id,
         e.actor_name, e.address, e.data, e.previous],
        ensure_ascii=False,
        sort_keys=True,
    )  # fmt: skip
    return hmac.digest(key, content.encode(), hashlib.sha256).hex()


def verify(session: Session) -> Iterator[Break]:
    """Check the chains of the scope's own tenants; yields the first break of each broken one."""
    key = session.info["audit_key"]
    for tenant_id in get_scope(session).own:
        seq, previous = 0, ""
        found: Break | None = None
        rows = session.scalars(
            sa.select(AuditEvent)
            .where(AuditEvent.tenant_id == tenant_id)
            .order_by(AuditEvent.seq)
            .execution_options(yield_per=500)
        )
        for event in rows:
            seq += 1
            if event.seq != seq:
                found = Break(tenant_id, seq, "missing")
            elif event.previous != previous:
                found = Break(tenant_id, seq, "order")
            elif not hmac.compare_digest(event.digest, _digest(key, event)):
                found = Break(tenant_id, seq, "changed")
            if found:
                break
            previous = event.digest
        rows.close()  # a break leaves the server's cursor open
        head = session.scalars(sa.select(AuditHead).where(AuditHead.tenant_id == tenant_id)).one_or_none()
        if found is None and (head.seq if head else 0) != seq:
            found = Break(tenant_id, seq + 1, "cut")
        if found is None and head is not None and head.digest != previous:
            found = Break(tenant_id, seq, "head")
        if found:
            yield found
