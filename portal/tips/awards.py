"""The reward of a tip: proposed for a first report that holds, approved by a leader, paid against a voucher (W-34).

Who told nameless fetches it with the receipt code and a word of his own (``intake.set_pay_word``): of both the portal
keeps keyed hashes, and nobody has to say who he is.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.exchange import Limit, LimitKind
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.tips.brakes import CODE, note_attempt, seconds_to_wait
from portal.tips.codes import Keyring
from portal.tips.identity import find_identity
from portal.tips.intake import start_clock
from portal.tips.models import Outcome, Tip, TipAward, TipRule
from portal.tips.rules import Band, bands_of, rule_on
from portal.tips.services import PAY, lock_tip, meet_clock, subject_of, tell_office, write_event

PROPOSED, APPROVED, REFUSED, PAID = "proposed", "approved", "refused", "paid"
STATES: dict[str, Text] = {
    PROPOSED: _("待审批"),
    APPROVED: _("待发放"),
    REFUSED: _("未批准"),
    PAID: _("已发放"),
}
IDENTITY, BY_CODE = "identity", "code"


@dataclass(frozen=True)
class Payment:
    """``code`` and ``word``: of who fetches it without a name."""

    way: str
    voucher: str
    paid_on: date
    code: str = ""
    word: str = ""


class WrongCode(Invalid):
    """To be committed: the try is counted and stands in the trail."""


def find_award(session: Session, tip: Tip) -> TipAward | None:
    return session.scalars(
        sa.select(TipAward).where(TipAward.tenant_id == tip.tenant_id, TipAward.tip_id == tip.id)
    ).one_or_none()


def why_not(session: Session, tip: Tip) -> Text | None:
    """Why no reward can be proposed, None where one can."""
    if tip.outcome != Outcome.HOLDS:
        return _("初查成立的举报才可以奖励。")
    if tip.joined_id is not None:
        return _("只奖励首报，这件已并入更早的举报。")
    identity = find_identity(session, tip)
    if (identity is None or identity.emptied_at is not None) and not tip.pay_word:
        return _("举报人没有留下信息，也没有设领奖口令；设口令后才能奖励。")
    return None


def rule_of(session: Session, tip: Tip) -> TipRule | None:
    """The version in force on the day the tip came in."""
    return rule_on(session, tip.campaign, tip.filed_at.astimezone(SHANGHAI).date())


def propose(
    session: Session, actor: Actor, now: datetime, *, tip: Tip, band: int, amount: int, reason: str, link: str
) -> TipAward:
    """``band``: its place in the rule, from 0; ``amount`` in fen. A refused one may be proposed again."""
    lock_tip(session, tip)
    if (wrong := why_not(session, tip)) is not None:
        raise Conflict(wrong)
    rule = rule_of(session, tip)
    if rule is None:
        raise Conflict(_("举报当日没有施行中的奖励办法，请先登记办法。"))
    chosen = _check(rule, band, amount, reason)
    found = find_award(session, tip)
    if found is not None and found.state != REFUSED:
        raise Conflict(_("这件举报的奖励已在办理。"))
    if found is None:
        found = TipAward(mechanism_id=tip.mechanism_id, tip_id=tip.id)
        session.add(found)
    found.rule_id, found.amount, found.reason, found.state = rule.id, amount, reason, PROPOSED
    found.rule = {
        "number": rule.number, "title": rule.title, "valid_from": rule.valid_from.isoformat(),
        "pay_days": rule.pay_days, "label": chosen.label, "lowest": chosen.lowest, "highest": chosen.highest,
    }  # fmt: skip
    found.proposed_at, found.proposed_by, found.proposed_by_id = now, actor.name, actor.account_id
    found.decided_at, found.decided_by, found.decided_words = None, "", ""
    session.flush()
    write_event(session, actor, now, tip, "award_proposed", Act.AWARD_PROPOSE, reason, amount=amount)
    text = Message(_("%(number)s 拟奖励 %(n)s 元，请审批。"), number=tip.number, n=f"{amount / 100:,.2f}")
    tell_office(session, actor, now, tip, text, link)
    return found


def _check(rule: TipRule, band: int, amount: int, reason: str) -> Band:
    bands = bands_of(rule)
    if not 0 <= band < len(bands):
        raise Invalid({"band": _("请选择奖励档次。")})
    chosen = bands[band]
    if not chosen.lowest <= amount <= chosen.highest:
        low, high = (f"{n / 100:,.2f}" for n in (chosen.lowest, chosen.highest))
        raise Invalid({"amount": Message(_("这一档的金额为 %(low)s 至 %(high)s 元。"), low=low, high=high)})
    if not reason:
        raise Invalid({"reason": _("请写明核查结果和奖励理由。")})
    return chosen


def get_award(session: Session, tip: Tip) -> TipAward:
    found = find_award(session, tip)
    if found is None:
        raise NotFound
    session.refresh(found, with_for_update=True)
    return found


def decide(
    session: Session, actor: Actor, now: datetime, *, tip: Tip, campaign: Campaign, agreed: bool, words: str,
    calendar: WorkCalendar, link: str,
) -> TipAward:  # fmt: skip
    """By a leader who did not propose it; from then on the time to pay runs."""
    lock_tip(session, tip)
    found = get_award(session, tip)
    if found.state != PROPOSED:
        raise Conflict(_("这笔奖励刚刚由他人办理过，请看最新情况后再办。"))
    if found.proposed_by_id is not None and found.proposed_by_id == actor.account_id:
        raise Conflict(_("奖励须由另一人审批。"))
    if not agreed and not words:
        raise Invalid({"words": _("请写明不批准的理由。")})
    found.state = APPROVED if agreed else REFUSED
    found.decided_at, found.decided_by, found.decided_words = now, actor.name, words
    write_event(session, actor, now, tip, f"award_{found.state}", Act.AWARD_DECIDE, words, agreed=agreed)
    if agreed:
        limit = Limit(kind=LimitKind.WORKING_DAYS, n=int(found.rule["pay_days"]))
        sentence = Message(_("奖励已批准，按%(rule)s计时发放。"), rule=found.rule["number"])
        start_clock(session, now, campaign, tip, PAY, limit, _("发放举报奖励"), calendar, sentence=sentence)
    text = _("%(number)s 的奖励已批准，请发放。") if agreed else _("%(number)s 的奖励没有批准。")
    tell_office(session, actor, now, tip, Message(text, number=tip.number), link)
    return found


def pay(
    session: Session, actor: Actor, now: datetime, *, tip: Tip, keyring: Keyring, payment: Payment,
    late_reason: str = "",
) -> TipAward:  # fmt: skip
    """``WrongCode`` where code or word is not the one; after some of these one has to wait."""
    lock_tip(session, tip)
    found = get_award(session, tip)
    if found.state != APPROVED:
        raise Conflict(_("这笔奖励刚刚由他人办理过，请看最新情况后再办。"))
    problems: dict[str, Message | Text] = {}
    if not payment.voucher:
        problems["voucher"] = _("请填写凭证号。")
    decided = found.decided_at.astimezone(SHANGHAI).date() if found.decided_at else payment.paid_on
    if not decided <= payment.paid_on <= now.astimezone(SHANGHAI).date():
        problems["paid_on"] = _("发放日期应在批准之日至今天之间。")
    if payment.way not in (IDENTITY, BY_CODE):
        problems["way"] = _("请选择领取方式。")
    elif payment.way == IDENTITY and find_identity(session, tip) is None:
        problems["way"] = _("举报人没有留下信息，请凭回执码和口令发放。")
    if problems:
        raise Invalid(problems)
    if payment.way == BY_CODE:
        _same_code(session, actor, now, tip, keyring, payment)
    meet_clock(session, actor, now, tip, PAY, late_reason)
    found.state, found.way, found.voucher = PAID, payment.way, payment.voucher
    found.paid_on, found.paid_by = payment.paid_on, actor.name
    write_event(session, actor, now, tip, "award_paid", Act.AWARD_PAY, amount=found.amount, way=payment.way)
    return found


def _same_code(
    session: Session, actor: Actor, now: datetime, tip: Tip, keyring: Keyring, payment: Payment
) -> None:
    source = keyring.hash_source(f"account {actor.account_id}", now)
    if wait := seconds_to_wait(session, source, now, CODE):
        raise Invalid({"code": Message(_("不符次数较多，请 %(n)s 秒后再试。"), n=wait)})
    code = hmac.compare_digest(keyring.hash_code(payment.code) or "-", tip.receipt)
    word = hmac.compare_digest(keyring.hash_word(tip.id, payment.word), tip.pay_word)
    if not (code and word):
        note_attempt(session, source, now, CODE)
        record(session, Act.AWARD_REFUSE_CODE, subject_of(tip), actor, now, {"number": tip.number})
        raise WrongCode({"code": _("回执码或口令不符，没有发放。")})
