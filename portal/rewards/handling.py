"""The paying side: the approval form, accounting, the decision of the right level, notice and payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.rewards import Tier
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.deadlines.matters import Place, register_place
from portal.deadlines.models import Deadline
from portal.deadlines.services import Reason, deadlines_of, meet_deadline, start_deadline
from portal.documents import attachments
from portal.rewards.access import Hand, Opened
from portal.rewards.flow import Link, Move, advance, last_step, no_link, scheme_in_force, subject_of
from portal.rewards.materials import PROOF, check_scan
from portal.rewards.models import RewardApplication, RewardStep
from portal.rewards.payers import inside
from portal.rewards.services import check_live, digest_of, judge_again, keep_sheet
from portal.rewards.sheet import tier_of
from portal.rewards.states import Kind, State
from portal.tenants.models import Level, Tenant

register_place("reward", Place("rewards.application", "application_id", _("发通知单"), "rewards"))
RULE = "reward_notice"
"""Of the clock from approval to notice."""
NOTE = 500


@dataclass(frozen=True)
class Scan:
    """What was decided, as a file."""

    folder: Path
    uploads: tuple[tuple[str, IO[bytes]], ...]


def _need(opened: Opened, hand: Hand) -> None:
    if hand not in opened.hands:
        raise NotAllowed


def _other(session: Session, actor: Actor, opened: Opened, *kinds: Kind) -> None:
    """Separation of duties: who did one of the steps of this round may not do the next."""
    for kind in kinds:
        step = last_step(session, opened.found, kind)
        if step is not None and step.account_id is not None and step.account_id == actor.account_id:
            raise NotAllowed(_("填表、审查、审批须由不同的人办理，请其他同志办理这一步。"))
    for kind in (Kind.SENT, Kind.CONFIRMED):
        step = last_step(session, opened.found, kind)
        if step is not None and step.account_id is not None and step.account_id == actor.account_id:
            raise NotAllowed(_("报送申请或确认清点的人不能办理审批环节，请其他同志办理这一步。"))


def is_own(session: Session, opened: Opened, tier: Tier) -> bool:
    """Whether the payer's own leader decides; no bank of a county does."""
    return tier.own and session.get_one(Tenant, opened.found.payer_tenant_id).level != Level.COUNTY


def tier_in_force(opened: Opened) -> Tier:
    tier = tier_of(scheme_in_force(opened), opened.found.tier)
    if tier is None:
        raise NotAllowed(_("这项奖励的审批级别已停用，已有内容只能查看。"))
    return tier


def prepare(
    session: Session, actor: Actor, now: datetime, *, opened: Opened, campaign: Campaign, opinion: str,
    link: Link = no_link,
) -> RewardStep | None:  # fmt: skip
    """货币金银部门 fills the approval form; the reward is computed again, by the readings of this day."""
    _need(opened, Hand.PREPARE)
    if not opinion:
        raise Invalid({"note": _("请写明部门意见。")})
    _other(session, actor, opened)
    scheme = scheme_in_force(opened)
    entry, judged = judge_again(session, campaign, opened, now)
    if opened.found.state == State.SENT:
        check_live(entry)
        if digest_of(scheme, entry.values) != digest_of(scheme, opened.found.facts):
            text = _("台账在报送后有改动，不能填写审批表。请退回申请单位，由其核对后重新报送。")
            raise Invalid({"note": text})
    if judged.problems and opened.found.state == State.SENT:
        raise Invalid({"note": judged.problems[0].problem or _("台账内容不能测算，请核对。")})

    def write(row: RewardApplication) -> None:
        assert judged.sheet is not None
        keep_sheet(row, scheme, entry, judged.sheet)

    move = Move(Kind.PREPARED, (State.SENT,), State.PREPARED, opinion, tell=False)
    return advance(session, actor, now, opened, move, write=write, link=link)


def review(
    session: Session, actor: Actor, now: datetime, *, opened: Opened, note: str, link: Link = no_link
) -> RewardStep | None:
    """会计部门审查."""
    _need(opened, Hand.REVIEW)
    _other(session, actor, opened, Kind.PREPARED)
    return advance(
        session, actor, now, opened, Move(Kind.REVIEWED, (State.PREPARED,), State.REVIEWED, note), link=link
    )


def back(
    session: Session, actor: Actor, now: datetime, *, opened: Opened, why: str, link: Link = no_link
) -> RewardStep | None:
    """Accounting, or the leader, gives it back to the office; the office, to the unit."""
    if not why:
        raise Invalid({"note": _("请写明退回理由和要改什么。")})
    state = State(opened.found.state)
    if state is State.SENT:
        _need(opened, Hand.PREPARE)
        move = Move(Kind.RETURNED, (state,), State.RETURNED, why)
    elif state in (State.PREPARED, State.REVIEWED):
        _need(opened, Hand.REVIEW if state is State.PREPARED else Hand.APPROVE)
        move = Move(Kind.BACK, (state,), State.SENT, why, tell=False)
    else:
        raise Conflict(_("这项申请现在不能退回，请刷新页面后再看。"))
    return advance(session, actor, now, opened, move, link=link)


def approve(
    session: Session, actor: Actor, now: datetime, *, opened: Opened, campaign: Campaign, note: str, link: Link = no_link,
) -> RewardStep | None:  # fmt: skip
    """本单位负责人 agrees. ``NotAllowed`` where amount or area make it a superior's decision."""
    _need(opened, Hand.APPROVE)
    _other(session, actor, opened, Kind.PREPARED, Kind.REVIEWED)
    tier = tier_in_force(opened)
    if not is_own(session, opened, tier):
        text = _("本案奖励 %(sum)s 元，由%(tier)s审批（%(why)s），本级不得审批。请报上级。")
        raise NotAllowed(
            Message(text, sum=show_fen(opened.found.amount), tier=tier.label, why=tier.clause.note or "")
        )
    day = now.astimezone(SHANGHAI).date()
    facts = {"authority": tier.label, "day": day.isoformat()}

    def write(row: RewardApplication) -> None:
        row.approved_on = day

    move = Move(Kind.APPROVED, (State.REVIEWED,), State.APPROVED, note, facts)
    step = advance(session, actor, now, opened, move, write=write, link=link)
    if step is not None:
        _start_notice(session, actor, now, opened, campaign, now)
    return step


def send_up(
    session: Session, actor: Actor, now: datetime, *, opened: Opened, note: str, link: Link = no_link
) -> RewardStep | None:
    """以本单位名义报上级行审批 (W-19)."""
    _need(opened, Hand.APPROVE)
    _other(session, actor, opened, Kind.PREPARED, Kind.REVIEWED)
    if is_own(session, opened, tier_in_force(opened)):
        raise NotAllowed(_("本案在本级审批权限内，不用报上级。"))
    return advance(
        session, actor, now, opened, Move(Kind.SENT_UP, (State.REVIEWED,), State.SENT_UP, note), link=link
    )


def decide(
    session: Session, actor: Actor, now: datetime, *, opened: Opened, campaign: Campaign, authority: str, number: str,
    day: date, agreed: bool, note: str, scan: Scan, link: Link = no_link,
) -> RewardStep | None:  # fmt: skip
    """Record what the superior decided: who, number, day and the scan of it."""
    _need(opened, Hand.PREPARE)
    found, problems = opened.found, dict[str, Message | Text]()
    today = now.astimezone(SHANGHAI).date()
    sent = found.sent_at.astimezone(SHANGHAI).date() if found.sent_at else today
    if not authority:
        problems["authority"] = _("请填写审批单位。")
    if not number:
        problems["number"] = _("请填写批复文号。")
    if day > today or day < sent:
        text = _("批复日期应在申请报送日 %(sent)s 和今天之间，请核对。")
        problems["day"] = Message(text, sent=sent.isoformat())
    if not scan.uploads:
        problems["files"] = _("请上传批复扫描件。")
    if not agreed and not note:
        problems["note"] = _("请写明不予批准的理由。")
    if problems:
        raise Invalid(problems)
    facts: dict[str, Any] = {"authority": authority, "number": number, "day": day.isoformat()}

    def write(row: RewardApplication) -> None:
        facts["files"] = keep_proof(session, actor, now, row, "decision", scan)
        row.approved_on = day if agreed else None

    to = State.APPROVED if agreed else State.REFUSED
    move = Move(Kind.DECIDED if agreed else Kind.REFUSED, (State.SENT_UP,), to, note, facts)
    step = advance(session, actor, now, opened, move, write=write, link=link)
    if step is not None and agreed:
        _start_notice(session, actor, now, opened, campaign, datetime.combine(day, time(), SHANGHAI))
    return step


def refuse(
    session: Session, actor: Actor, now: datetime, *, opened: Opened, why: str, link: Link = no_link
) -> RewardStep | None:
    """本级不予批准: everything stays, and the unit may prepare it anew."""
    _need(opened, Hand.APPROVE)
    if not why:
        raise Invalid({"note": _("请写明不予批准的理由。")})
    if not is_own(session, opened, tier_in_force(opened)):
        raise NotAllowed(_("本案由上级审批，本级不能决定；材料有问题的请退回办公室。"))
    return advance(
        session, actor, now, opened, Move(Kind.REFUSED, (State.REVIEWED,), State.REFUSED, why), link=link
    )


def keep_proof(
    session: Session, actor: Actor, now: datetime, row: RewardApplication, field: str, scan: Scan
) -> list[dict[str, Any]]:
    """Store the files with the application, in its tenant; both sides read them."""
    kept = []
    for name, stream in scan.uploads:
        added = attachments.add(
            session, actor, now, folder=scan.folder, subject=f"{PROOF}:{row.id}", field=field, unit_id=row.unit_id,
            name=name, stream=stream,
        )  # fmt: skip
        check_scan(added, "files")
        added.released_at = now
        kept.append(added)
    return attachments.as_payload(kept)


# -------------------------------------------------------------------------------- from approval to payment
def _start_notice(
    session: Session, actor: Actor, now: datetime, opened: Opened, campaign: Campaign, started: datetime
) -> None:
    scheme = scheme_in_force(opened)
    clause = scheme.notice.clause
    sources = {s.key: s for s in campaign.sources}
    sentence = Message(_("奖励 %(sum)s 元已审批，须告知申请单位。"), sum=show_fen(opened.found.amount))
    reason = Reason(
        _("发放通知单"), scheme.notice, (sentence,), clause, sources.get(clause.source) if clause else None
    )
    application_id, payer, title = opened.found.id, opened.found.payer_tenant_id, opened.found.title
    claim = opened.claim
    assert claim is not None
    with inside(session, payer):
        title_ = str(Message(_("奖励发放通知单：%(title)s"), title=title[:80]))
        start_deadline(
            session, actor, now, mechanism_id=claim.mechanism_id, unit_id=None, subject=subject_of(application_id),
            rule=RULE, title=title_, reason=reason, started_at=started,
        )  # fmt: skip


def clock_of(session: Session, opened: Opened) -> Deadline | None:
    """The clock of the notice, as the paying side sees it; one statement."""
    if opened.claim is None:
        return None
    subject = subject_of(opened.found.id)
    return next(iter(deadlines_of(session, opened.claim.tenant_id, [subject]).get(subject, ())), None)


def notify_unit(
    session: Session, actor: Actor, now: datetime, *, opened: Opened, number: str, late_reason: str = "",
    link: Link = no_link,
) -> RewardStep | None:  # fmt: skip
    """发放通知单 goes to the unit; the clock stops. Late is accepted with its reason."""
    _need(opened, Hand.PREPARE)
    if not number:
        raise Invalid({"number": _("请填写通知单编号。")})
    day = now.astimezone(SHANGHAI).date()
    facts = {"number": number, "day": day.isoformat()}
    clock = clock_of(session, opened)
    if clock is not None and clock.met_at is None and opened.found.state == State.APPROVED:
        meet_deadline(session, actor, now, clock, late_reason=late_reason)
    move = Move(Kind.NOTIFIED, (State.APPROVED,), State.NOTIFIED, late_reason, facts)
    return advance(session, actor, now, opened, move, link=link)


def pay(
    session: Session, actor: Actor, now: datetime, *, opened: Opened, voucher: str, day: date, fen: int,
    link: Link = no_link,
) -> RewardStep | None:  # fmt: skip
    """Paid in full, once the return slip is there. By accounting or the office."""
    if not opened.hands & {Hand.REVIEW, Hand.PREPARE}:
        raise NotAllowed
    found, scheme = opened.found, scheme_in_force(opened)
    check_slip(opened)
    approved = last_step(session, found, Kind.APPROVED)
    if approved is not None and approved.account_id is not None and approved.account_id == actor.account_id:
        raise NotAllowed(_("审批同意的人不能登记拨付，请由会计或办公室其他同志办理。"))
    slip = last_step(session, found, Kind.SLIP)
    problems = _payment_problems(found, voucher, day, fen, slip, now)
    if problems and found.state == State.SLIP:
        raise Invalid(problems)
    facts = {"voucher": voucher, "day": day.isoformat(), "fen": fen, "account": scheme.booked_under or ""}

    def write(row: RewardApplication) -> None:
        row.paid_on = day

    to = State.DONE if found.shares else State.PAID
    return advance(
        session, actor, now, opened, Move(Kind.PAID, (State.SLIP,), to, facts=facts), write=write, link=link
    )


def check_slip(opened: Opened) -> None:
    """``Conflict`` before the return slip is registered."""
    if State(opened.found.state) in (State.APPROVED, State.NOTIFIED):
        text = _("回单联还没有登记，不能拨付：%(why)s")
        raise Conflict(Message(text, why=scheme_in_force(opened).payment_clause.note or ""))


def _payment_problems(
    found: RewardApplication, voucher: str, day: date, fen: int, slip: RewardStep | None, now: datetime
) -> Mapping[str, Message | Text]:
    problems: dict[str, Message | Text] = {}
    if not voucher:
        problems["voucher"] = _("请填写记账凭证号。")
    first = date.fromisoformat(slip.facts["day"]) if slip is not None else day
    if day > now.astimezone(SHANGHAI).date() or day < first:
        text = _("拨付日期应在回单联登记日 %(first)s 和今天之间，请核对。")
        problems["day"] = Message(text, first=first.isoformat())
    if fen != found.amount:
        text = _("应足额拨付 %(sum)s 元，填写的是 %(typed)s 元，差 %(gap)s 元。")
        sums = (found.amount, fen, abs(found.amount - fen))
        problems["amount"] = Message(
            text, **dict(zip(("sum", "typed", "gap"), map(show_fen, sums), strict=True))
        )
    return problems


def show_fen(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"
