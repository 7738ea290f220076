"""What becomes of a proposed step: decided by a named person, numbered, taken back, lifted. Nothing decides by itself.

``decide`` refuses an actor without account, whoever proposed, and any moment before the unit has answered or its time
to object is over. What was decided is told to the unit before it begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.assessment.ladder import Link, need, no_link, refuse_secret, subject_of, tell
from portal.assessment.ladder_access import Seat, check_decides, is_ready, kind_of
from portal.assessment.models import Measure, MeasureState
from portal.campaigns.declarations import Campaign
from portal.campaigns.oversight import DATED, LASTING
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import show_moment
from portal.core.scope import Actor
from portal.core.text import Message, Text, _

LONGEST = 3 * 366
"""Days that a step may last."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    confirmed: bool
    why: str
    starts_on: date | None = None
    ends_on: date | None = None
    number: str = ""


def decide(
    session: Session, actor: Actor, now: datetime, *, seat: Seat, campaign: Campaign, measure: Measure,
    decision: Decision, link: Link = no_link,
) -> None:  # fmt: skip
    """A person with the right post confirms or declines. See the head of this file for what is refused."""
    check_decides(seat, measure)
    session.refresh(measure, with_for_update=True)
    if measure.state != MeasureState.PROPOSED:
        raise Conflict(_("该建议已决定或已撤回，请刷新页面查看。"))
    if actor.account_id is None:
        raise NotAllowed(_("须由有权人员本人决定。"))
    if actor.account_id == measure.proposed_by_id:
        raise NotAllowed(_("提出建议的人不能自己决定，请由其他有权人员办理。"))
    refuse_own(actor, seat, measure)
    if not is_ready(measure, now):
        text = _("单位的申辩期限至 %(due)s，其间单位没有答复的，届满后才能决定。")
        raise Conflict(Message(text, due=show_moment(measure.object_by)))
    dated = kind_of(campaign, measure) in DATED
    _check_decision(decision, dated, now.astimezone(SHANGHAI).date())
    measure.state = (MeasureState.CONFIRMED if decision.confirmed else MeasureState.DECLINED).value
    measure.decided_at, measure.decided_by, measure.decided_by_id = now, actor.name, actor.account_id
    measure.decision_why = decision.why
    if decision.confirmed:
        measure.number = decision.number
        if dated:
            measure.starts_on, measure.ends_on = decision.starts_on, decision.ends_on
    data = {"confirmed": decision.confirmed, "rung": measure.rung, "number": decision.number}
    record(session, Act.MEASURE_DECIDE, subject_of(measure), actor, now, data)
    words = _("已决定对本单位采取“%(label)s”") if decision.confirmed else _("已决定不对本单位采取“%(label)s”")
    tell(session, now, seat, measure, Message(words, label=measure.label), actor.name, link, decision.why)


def refuse_own(actor: Actor, seat: Seat, measure: Measure) -> None:
    """Nobody decides on, takes back or lifts a step for the unit that they lead, or for which they answered."""
    if measure.unit_id in seat.leads or actor.account_id == measure.answered_by_id:
        raise NotAllowed(_("不能对本单位的事项作决定。"))


def _check_decision(decision: Decision, dated: bool, today: date) -> None:
    problems: dict[str, Message | Text] = {}
    if not decision.why:
        problems["why"] = _("请写明决定的理由，单位可以看到。")
    refuse_secret(problems, "why", decision.why)
    if decision.confirmed and dated:
        starts, ends = decision.starts_on, decision.ends_on
        if starts is None or starts <= today:
            problems["starts_on"] = _("起始日期应晚于今天：先告知单位，再执行。")
        if ends is None or (starts is not None and not 0 <= (ends - starts).days <= LONGEST):
            problems["ends_on"] = _("请填截止日期，不早于起始日期，最长三年。")
    if problems:
        raise Invalid(problems)


def set_number(
    session: Session, actor: Actor, now: datetime, *, seat: Seat, measure: Measure, number: str
) -> None:
    """Number of the document that carries the decision, where it was not written here."""
    if not seat.office:
        raise NotAllowed
    session.refresh(measure, with_for_update=True)
    if measure.state != MeasureState.CONFIRMED:
        raise Conflict(_("决定采取措施后才登记文号。"))
    need(number, "number", _("请填文号，如 阳反假〔2026〕9号。"))
    before, measure.number = measure.number, number
    record(session, Act.MEASURE_NUMBER, subject_of(measure), actor, now, {"number": number, "before": before})


def withdraw(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    seat: Seat,
    measure: Measure,
    why: str,
    link: Link = no_link,
) -> None:
    """The office takes a proposal back before it is decided; what spoke for it may be proposed again."""
    if not seat.office:
        raise NotAllowed
    session.refresh(measure, with_for_update=True)
    if measure.state != MeasureState.PROPOSED:
        raise Conflict(_("该建议已决定或已撤回，请刷新页面查看。"))
    refuse_own(actor, seat, measure)
    need(why, "why", _("请写明撤回的理由。"))
    measure.state, measure.decision_why, measure.mark = MeasureState.WITHDRAWN.value, why, None
    measure.decided_at, measure.decided_by = now, actor.name
    record(session, Act.MEASURE_WITHDRAW, subject_of(measure), actor, now, {"why": why[:100]})
    text = Message(_("对本单位采取“%(label)s”的建议已撤回"), label=measure.label)
    tell(session, now, seat, measure, text, actor.name, link, why)


def lift(
    session: Session, actor: Actor, now: datetime, *, seat: Seat, campaign: Campaign, measure: Measure, why: str,
    link: Link = no_link,
) -> None:  # fmt: skip
    """End a step that lasts, by whoever may decide on it, with a reason."""
    check_decides(seat, measure)
    session.refresh(measure, with_for_update=True)
    if measure.state != MeasureState.CONFIRMED or kind_of(campaign, measure) not in LASTING:
        raise Conflict(_("该措施没有期限，或尚未决定，无需解除。"))
    if measure.lifted_at is not None:
        raise Conflict(_("该措施已解除。"))
    if actor.account_id is None:
        raise NotAllowed(_("须由有权人员本人决定。"))
    refuse_own(actor, seat, measure)
    need(why, "why", _("请写明解除的理由。"))
    measure.lifted_at, measure.lifted_by, measure.lifted_why = now, actor.name, why
    record(session, Act.MEASURE_LIFT, subject_of(measure), actor, now, {"why": why[:100]})
    tell(
        session,
        now,
        seat,
        measure,
        Message(_("“%(label)s”已解除"), label=measure.label),
        actor.name,
        link,
        why,
    )


def number_issued(session: Session, measure_id: int, number: str) -> None:
    """The document that carries the decision was issued; a notice to talk that goes before it changes nothing."""
    found = session.scalars(sa.select(Measure).where(Measure.id == measure_id)).one_or_none()
    if found is None:
        raise NotFound
    if found.state == MeasureState.CONFIRMED:
        found.number = number
