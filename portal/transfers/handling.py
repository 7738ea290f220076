"""What the receiver does: pass on to a unit, accept or refuse, tell of progress, answer. The sender's row follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.handing import Handing, Reach
from portal.core.audit import Act
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.deadlines.services import meet_deadline
from portal.documents.marks import refuse_marks
from portal.ledger.acting import OPEN
from portal.ledger.assigning import set_units, supporting_units
from portal.ledger.following import tell_followers
from portal.ledger.handling import hand_over
from portal.ledger.hands import lead_of
from portal.ledger.models import Record
from portal.ledger.services import Entry, bar, create_record
from portal.transfers.destinations import name_of, seat_of
from portal.transfers.models import Side, State, Transfer, TransferStep
from portal.transfers.pairs import (
    ACCEPT,
    RESULT,
    Link,
    Pair,
    Said,
    clocks_of,
    facts_of,
    inside,
    lock,
    mirror,
    page_link,
    pair_of,
    receiving,
    say_there,
    signed,
    subject_of,
    tell,
)
from portal.transfers.sending import find_handing, start_clock
from portal.transfers.states import STATES
from portal.transfers.upward import finish_upward
from portal.units.bodies import list_members

WORDS = 3000


def pass_on(
    session: Session, actor: Actor, now: datetime, *, row: Transfer, unit_id: int, link: Link = page_link
) -> None:
    """The receiving office finds the unit that handles it; the clock runs on for that unit."""
    pair, by = pair_of(row), signed(session, actor)
    with receiving(session, pair) as there:
        _check(there, State.SENT)
        if there.unit_id == unit_id:
            return
        seat = seat_of(session, there.mechanism_id)
        members = list_members(session, seat.mechanism_id, _day(now))
        if unit_id not in {m.unit_id for m in members}:
            raise Invalid({"unit": _("请从列表选择承办单位；已退出本机制的单位不能选。")})
        there.unit_id, there.to_name = unit_id, name_of(seat, members, unit_id)
        clock = clocks_of(session, there).get(ACCEPT)
        if clock is not None:
            clock.unit_id = unit_id
        said = Said(kind="pass", act=Act.TRANSFER_PASS, by=by, extra=there.to_name)
        say_there(session, actor, now, there, said, own=True)
        text = Message(_("%(who)s移送：%(title)s（%(number)s），请接收或写明理由退回。"),
                       who=there.from_name, title=there.title[:60], number=there.number)  # fmt: skip
        tell(session, now, there, text, by, link, detail=there.asked, mark="passed")
        facts = facts_of(session, there)
    mirror(session, actor, now, pair, facts, said, link)


def accept_transfer(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, row: Transfer, late_reason: str = "",
    link: Link = page_link,
) -> Record | None:  # fmt: skip
    """接收: inside a tenant the receiver handles the entry from now on, under its number, so that it counts once; in
    another tenant it becomes an entry of the receiver's own, where the unit keeps that ledger.

    The same person's second click changes nothing; anybody else learns who was faster (``Conflict``). Late needs a
    reason (``Invalid`` at ``late_reason``).
    """
    pair, by = pair_of(row), signed(session, actor)
    with receiving(session, pair) as there:
        if (
            there.state == State.ACCEPTED
            and actor.account_id is not None
            and there.decided_by_id == actor.account_id
        ):
            return _entry_of(session, there)
        _check(there, State.SENT)
        found = take_over(session, actor, now, campaign, there, by, late_reason=late_reason)
        said = Said(
            kind="accept", act=Act.TRANSFER_ACCEPT, by=by, extra=there.there_number, story="transfer_accepted",
            notice=Message(_("%(who)s已接收移送 %(number)s。"), who=there.to_name, number=there.number), mark="accepted",
        )  # fmt: skip
        say_there(session, actor, now, there, said, own=True)
        facts = facts_of(session, there)
    mirror(session, actor, now, pair, facts, said, link)
    return found


def take_over(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, there: Transfer, by: str, *, late_reason: str = "",
    decided: bool = False,
) -> Record | None:  # fmt: skip
    """Inside the receiver's tenant, its row locked: state, clocks, the entry. ``decided``: by the superior, so nothing is
    late."""
    _meet(session, actor, now, there, ACCEPT, late_reason or ("-" if decided else ""))
    there.state, there.decided_at, there.decided_by = State.ACCEPTED.value, now, by[:200]
    there.decided_by_id, there.refusal = None if decided else actor.account_id, ""
    handing = find_handing(campaign, there.handing)
    if handing is not None and handing.result is not None and RESULT not in clocks_of(session, there):
        there.result_due = start_clock(
            session, actor, now, campaign, handing, there, RESULT, handing.result
        ).due_at
    session.flush()
    if there.reach == Reach.UNIT:
        return _handle_it(session, actor, now, campaign, there)
    ledger = _kept(session, now, campaign, there)
    if ledger is None or there.unit_id is None or there.reach == Reach.SUPERIOR:
        return None
    fields = {f.key: there.carried.get(f.key) for f in ledger.fields}
    found = create_record(
        session, actor, now, mechanism_id=there.mechanism_id, unit_id=there.unit_id, campaign=campaign, ledger=ledger,
        entry=Entry(there.title, there.place, now, fields), request_key=f"transfer:{there.id}"[:40],
        origin=subject_of(there), checked=True,
    )  # fmt: skip
    there.record_id, there.there_number, there.there_stage = found.id, found.number, stage_of(ledger, found)
    session.flush()
    return found


def _handle_it(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, there: Transfer
) -> Record | None:
    """The receiver leads; who led before helps and reads on. Of two that got it at once the second helps the first."""
    sent = lock(session, pair_of(there), Side.OUT)
    found = session.get(Record, (there.tenant_id, sent.record_id or 0))
    ledger = campaign.ledger(there.ledger)
    if found is None or ledger is None or there.unit_id is None:
        return None
    session.refresh(found, with_for_update=True)
    bar(found)
    if found.closing not in OPEN:
        raise Conflict(_("这件事已申请销号或已销号，不能再接收，请写明理由退回。"))
    lead, helping = lead_of(found), {u.unit_id for u in supporting_units(session, found)}
    if _taken_by(session, there, found) == lead:
        helping.add(there.unit_id)
    else:
        lead, helping = there.unit_id, helping | {lead} - {found.unit_id}
    members = list_members(session, there.mechanism_id, _day(now))
    set_units(session, now, found, lead, helping - {lead}, members)
    hand_over(session, found)
    there.record_id, there.there_number, there.there_stage = found.id, found.number, stage_of(ledger, found)
    session.flush()
    tell_followers(session, actor, now, campaign, ledger, found)
    return found


def _taken_by(session: Session, there: Transfer, found: Record) -> int:
    """The unit that accepted the other half of the same sending; 0 = none."""
    unit_id = session.scalar(
        sa.select(Transfer.unit_id)
        .where(
            Transfer.tenant_id == found.tenant_id,
            Transfer.record_id == found.id,
            Transfer.side == Side.IN.value,
            Transfer.sent_at == there.sent_at,
            Transfer.id != there.id,
            Transfer.state.in_([State.ACCEPTED.value, State.DONE.value]),
        )
        .limit(1)
    )
    return unit_id or 0


def stage_of(ledger: Ledger, found: Record) -> str:
    """What the sender may know of the entry's way."""
    state = ledger.state(found.stage)
    return str(state.label)[:80] if state else ""


def _kept(session: Session, now: datetime, campaign: Campaign, there: Transfer) -> Ledger | None:
    """The ledger, where the receiving unit keeps it today."""
    ledger = campaign.ledger(there.ledger)
    if ledger is None or not ledger.writers:
        return ledger
    members = list_members(session, there.mechanism_id, _day(now))
    return ledger if any(m.unit_id == there.unit_id and m.member in ledger.writers for m in members) else None


def _entry_of(session: Session, there: Transfer) -> Record | None:
    return session.get(Record, (there.tenant_id, there.record_id)) if there.record_id else None


def refuse_transfer(
    session: Session, actor: Actor, now: datetime, *, row: Transfer, text: str, late_reason: str = "",
    link: Link = page_link,
) -> None:  # fmt: skip
    """不予接收, with the reason; the sender keeps its entry and may send it anew."""
    if not text.strip():
        raise Invalid({"text": _("请写明不予接收的理由，移送方将据此办理。")})
    refuse_marks({"text": text, "late_reason": late_reason})
    pair, by = pair_of(row), signed(session, actor)
    with receiving(session, pair) as there:
        _check(there, State.SENT)
        _meet(session, actor, now, there, ACCEPT, late_reason)
        there.state, there.decided_at, there.decided_by = State.REFUSED.value, now, by[:200]
        there.decided_by_id, there.refusal = actor.account_id, text.strip()
        notice = Message(
            _("%(who)s不予接收移送 %(number)s，请查看理由。"), who=there.to_name, number=there.number
        )
        said = Said(
            kind="refuse", act=Act.TRANSFER_REFUSE, by=by, text=text.strip(), story="transfer_refused", notice=notice,
            mark="refused",
        )  # fmt: skip
        say_there(session, actor, now, there, said, own=True)
        facts = facts_of(session, there)
    mirror(session, actor, now, pair, facts, said, link, unread=True)


def report_progress(
    session: Session, actor: Actor, now: datetime, *, row: Transfer, text: str, request_key: str, link: Link = page_link
) -> None:  # fmt: skip
    """A note on how it stands, for the sender to read. The same ``request_key`` again changes nothing."""
    if not text.strip():
        raise Invalid({"text": _("请写进展：做了什么、到什么程度。")})
    refuse_marks({"text": text})
    pair, by = pair_of(row), signed(session, actor)
    with receiving(session, pair) as there:
        if session.scalars(sa.select(TransferStep.id).where(TransferStep.request_key == request_key)).first():
            return
        _check(there, State.ACCEPTED)
        notice = Message(_("%(who)s反馈移送 %(number)s 的进展。"), who=there.to_name, number=there.number)
        said = Said(
            kind="progress", act=Act.TRANSFER_PROGRESS, by=by, text=text.strip(), request_key=request_key[:48],
            notice=notice, story="transfer_progress",
        )  # fmt: skip
        say_there(session, actor, now, there, said, own=True)
        facts = facts_of(session, there)
    mirror(session, actor, now, pair, facts, said, link)


@dataclass(frozen=True)
class Result:
    outcome: str
    text: str
    on: date | None


def finish_transfer(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, row: Transfer, result: Result,
    late_reason: str = "", link: Link = page_link,
) -> None:  # fmt: skip
    """反馈结果: one of the declared outcomes, words and day. What asked the superior takes effect with the answer
    (``Step.upward``). ``Invalid`` at ``outcome``, ``text``, ``result_on``, ``late_reason``."""
    handing = find_handing(campaign, row.handing)
    label = _check_result(handing, row, result, now)
    pair, by = pair_of(row), signed(session, actor)
    with receiving(session, pair) as there:
        if there.state == State.SENT and there.reach == Reach.SUPERIOR:
            take_over(session, actor, now, campaign, there, by, late_reason=late_reason)
        _check(there, State.ACCEPTED)
        _meet(session, actor, now, there, RESULT, late_reason)
        there.state, there.outcome, there.outcome_label = State.DONE.value, result.outcome, label[:80]
        there.result, there.result_on, there.result_at = result.text.strip(), result.on, now
        words = "".join(w for w in (label, str(_("：")) if label else "", result.text.strip()) if w)
        notice = Message(
            _("%(who)s反馈移送 %(number)s 的结果，请查看。"), who=there.to_name, number=there.number
        )
        said = Said(
            kind="result", act=Act.TRANSFER_RESULT, by=by, text=words, extra=result.on.isoformat() if result.on else "",
            notice=notice, story="transfer_result", mark="result",
        )  # fmt: skip
        say_there(session, actor, now, there, said, own=True)
        facts, upward = facts_of(session, there), there.reach == Reach.SUPERIOR
    mirror(session, actor, now, pair, facts, said, link, unread=True)
    if upward and handing is not None:
        _settle_step(session, Actor(None, by), now, campaign, handing, pair, result.outcome, words)


def _settle_step(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, handing: Handing, pair: Pair, outcome: str, words: str
) -> None:  # fmt: skip
    """In the asking tenant: the step that asked takes effect, or does not."""
    agreed = handing.agrees or tuple(key for key, _label in handing.outcomes[:1])
    with inside(session, pair.out_tenant):
        record_id = session.scalars(
            sa.select(Transfer.record_id).where(
                Transfer.tenant_id == pair.out_tenant, Transfer.public_key == pair.public_key,
                Transfer.side == Side.OUT.value,
            )
        ).one()  # fmt: skip
        found = session.get(Record, (pair.out_tenant, record_id)) if record_id else None
        if found is not None:
            finish_upward(
                session, actor, now, campaign=campaign, found=found, handing=handing.key,
                agreed=not handing.outcomes or outcome in agreed, text=words,
            )  # fmt: skip


def _check_result(handing: Handing | None, row: Transfer, result: Result, now: datetime) -> str:
    """The label of the outcome; problems of the whole form at once."""
    problems: dict[str, Message | Text] = {}
    labels = dict(handing.outcomes) if handing else {}
    if labels and result.outcome not in labels:
        problems["outcome"] = _("请选择办理结果。")
    if not result.text.strip():
        problems["text"] = _("请写明办理结果。")
    begun = row.sent_at.astimezone(SHANGHAI).date()
    if result.on is None:
        problems["result_on"] = _("请填写结果日期。")
    elif result.on > _day(now):
        problems["result_on"] = _("结果日期不能晚于今天，请核对。")
    elif result.on < begun:
        problems["result_on"] = Message(_("结果日期早于移送日期 %(day)s，请核对。"), day=begun.isoformat())
    if problems:
        raise Invalid(problems)
    refuse_marks({"text": result.text})
    return str(labels.get(result.outcome, ""))


def _meet(
    session: Session, actor: Actor, now: datetime, there: Transfer, rule: str, late_reason: str
) -> None:
    clock = clocks_of(session, there).get(rule)
    if clock is not None and clock.met_at is None:
        meet_deadline(session, actor, now, clock, late_reason=late_reason.strip())


def _check(there: Transfer, wanted: State) -> None:
    """``Conflict`` that says what somebody else did in the meantime."""
    if there.dispute == "open":
        raise Conflict(_("管辖争议已报请上级决定，决定前不能办理。"))
    if there.state != wanted:
        text = _("这件移送现为“%(state)s”%(by)s，请刷新页面查看。")
        by = Message(_("（%(who)s）"), who=there.decided_by) if there.decided_by else ""
        raise Conflict(Message(text, state=STATES[State(there.state)], by=by))


def _day(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()
