"""The work on a tip: first check, passing on, an entry of the ledger, questions, the answer by two persons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.tips import Tips
from portal.core.audit import Act
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.documents.marks import refuse_marks
from portal.ledger.models import Record
from portal.ledger.services import Entry, create_record, writable_ledgers
from portal.tips.duplicates import list_joined
from portal.tips.models import Outcome, Stage, Tip
from portal.tips.services import (
    ANSWER,
    CHECK,
    clock_of,
    find_event,
    list_events,
    lock_tip,
    meet_clock,
    put,
    subject_of,
    tell,
    tell_office,
    write_event,
)
from portal.units.bodies import MemberUnit, list_members

Link = Callable[[int], str]


def check(
    session: Session, actor: Actor, now: datetime, *, tip: Tip, outcome: Outcome, title: str, words: str,
    moved_to: str = "", late_reason: str = "",
) -> None:  # fmt: skip
    """First check by the office. ``title``: its own neutral words. 不属本单位 ends it here: ``moved_to`` is told to who
    asks with the receipt code."""
    problems: dict[str, Message | Text] = {}
    if not title:
        problems["title"] = _("请给这件举报写一个简短名称，不写举报人。")
    if outcome is not Outcome.HOLDS and not words:
        problems["words"] = _("请写明理由。")
    if outcome is Outcome.ELSEWHERE and not moved_to:
        problems["moved_to"] = _("请写明移送到哪里，举报人会看到。")
    if problems:
        raise Invalid(problems)
    refuse_marks({"title": title, "words": words, "moved_to": moved_to})
    lock_tip(session, tip, Stage.NEW)
    meet_clock(session, actor, now, tip, CHECK, late_reason)
    tip.title, tip.outcome, tip.checked_at, tip.stage = title, outcome.value, now, Stage.CHECKED.value
    write_event(session, actor, now, tip, "checked", Act.TIP_CHECK, words, outcome=outcome.value)
    if outcome is Outcome.ELSEWHERE:
        meet_clock(session, actor, now, tip, ANSWER, late_reason)
        tip.stage, tip.closed_at = Stage.MOVED.value, now
        put(tip, moved_to=moved_to)
        write_event(session, actor, now, tip, "moved", Act.TIP_ANSWER, moved_to, public=True)


def list_receivers(session: Session, tips: Tips, mechanism_id: int, now: datetime) -> list[MemberUnit]:
    members = list_members(session, mechanism_id, now.astimezone(SHANGHAI).date())
    return [m for m in members if not tips.receivers or m.member in tips.receivers]


def pass_on(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    tip: Tip,
    tips: Tips,
    unit_id: int,
    words: str,
    link: str,
) -> None:
    """To a unit of the tenant; the answer's clock goes with it. From here on only that unit reads who told."""
    refuse_marks({"words": words})
    receivers = {m.unit_id: m for m in list_receivers(session, tips, tip.mechanism_id, now)}
    if unit_id not in receivers:
        raise Invalid({"unit": _("请选择承办单位，须是可以承办举报的成员单位。")})
    lock_tip(session, tip, Stage.CHECKED, Stage.PASSED)
    if tip.outcome != Outcome.HOLDS:
        raise Conflict(_("初查成立的举报才转单位承办。"))
    if tip.unit_id == unit_id:
        raise Conflict(_("这件举报已由该单位承办。"))
    tip.unit_id, tip.stage = unit_id, Stage.PASSED.value
    clock = clock_of(session, tip, ANSWER)
    if clock is not None and clock.met_at is None:
        clock.unit_id = unit_id
    for joined in list_joined(session, tip):
        joined.unit_id = unit_id
    unit = receivers[unit_id].short_name
    write_event(session, actor, now, tip, "passed", Act.TIP_PASS, words, unit=unit, unit_id=unit_id)
    tell(
        session, actor, now, tip, Message(_("转来举报 %(number)s，请核查并拟答复。"), number=tip.number), link
    )


def send_back(session: Session, actor: Actor, now: datetime, *, tip: Tip, words: str, link: str) -> None:
    """By the unit that it was passed to wrongly: the office has it in hand again, with what goes with that."""
    refuse_marks({"words": words})
    if not words:
        raise Invalid({"words": _("请写明退回理由。")})
    lock_tip(session, tip, Stage.PASSED)
    tip.unit_id, tip.stage = None, Stage.CHECKED.value
    for joined in list_joined(session, tip):
        joined.unit_id = None
    clock = clock_of(session, tip, ANSWER)
    if clock is not None and clock.met_at is None:
        clock.unit_id = None
    write_event(session, actor, now, tip, "sent_back", Act.TIP_PASS, words)
    tell_office(
        session, actor, now, tip, Message(_("%(number)s 被单位退回，请另行转办。"), number=tip.number), link
    )


def choose_keeper(
    session: Session, campaign: Campaign, tip: Tip, unit_ids: Sequence[int], now: datetime
) -> dict[int, Ledger]:
    """Of these units the ones that keep the ledger of tips; one statement."""
    wanted = campaign.tips.ledger if campaign.tips else ""
    on = now.astimezone(SHANGHAI).date()
    found = writable_ledgers(session, campaign, tip.mechanism_id, tuple(unit_ids), on)
    return {unit: x for unit, kept in found.items() for x in kept if x.key == wanted}


def enter_ledger(
    session: Session, actor: Actor, now: datetime, *, tip: Tip, campaign: Campaign, unit_id: int
) -> Record:
    """An entry of the unit that grew out of the tip, with the fields that both ask for. Never who told."""
    lock_tip(session, tip, Stage.CHECKED, Stage.PASSED, Stage.DRAFTED, Stage.ANSWERED)
    if tip.record_id is not None:
        raise Conflict(_("这件举报已登记台账。"))
    if tip.outcome != Outcome.HOLDS:
        raise Conflict(_("初查成立的举报才登记台账。"))
    ledger = choose_keeper(session, campaign, tip, (unit_id,), now).get(unit_id)
    if ledger is None:
        raise Invalid({"unit": _("该单位不登记这个台账，请另选单位。")})
    asked = {f.key for f in campaign.tips.fields} if campaign.tips else set()
    given = tip.content.get("values", {})
    begins = campaign.tips.begins if campaign.tips else None
    values = dict(begins(tip.filed_at.astimezone(SHANGHAI).date()) if begins else {}) | {
        f.key: str(v) if isinstance(v, str) else v
        for f in ledger.fields
        if f.key in asked and (v := given.get(f.key)) is not None
    }
    found = create_record(
        session, actor, now, mechanism_id=tip.mechanism_id, unit_id=unit_id, campaign=campaign, ledger=ledger,
        entry=Entry(title=tip.title, place=str(tip.content["where"])[:120], known_at=tip.filed_at, values=values),
        request_key=f"tip-{tip.id}", origin=subject_of(tip), checked=True,
    )  # fmt: skip
    tip.record_id = found.id
    write_event(session, actor, now, tip, "entered", Act.TIP_ENTER, found.number, record=found.id)
    return found


def ask(session: Session, actor: Actor, now: datetime, *, tip: Tip, text: str, request_key: str) -> None:
    """A question that stands under the receipt code."""
    refuse_marks({"text": text})
    if not text:
        raise Invalid({"text": _("请写明要问什么。")})
    lock_tip(session, tip, Stage.NEW, Stage.CHECKED, Stage.PASSED, Stage.DRAFTED)
    if find_event(session, tip, request_key) is None:
        write_event(
            session, actor, now, tip, "asked", Act.TIP_ASK, text, public=True, request_key=request_key
        )


def draft_answer(session: Session, actor: Actor, now: datetime, *, tip: Tip, text: str, link: str) -> None:
    """Written by who handles it; nobody outside sees it before a second person has released it."""
    refuse_marks({"text": text})
    if not text:
        raise Invalid({"text": _("请写答复内容。")})
    lock_tip(session, tip, Stage.CHECKED, Stage.PASSED, Stage.DRAFTED)
    tip.stage, tip.drafted_by_id = Stage.DRAFTED.value, actor.account_id
    put(tip, answer=text)
    write_event(session, actor, now, tip, "drafted", Act.TIP_DRAFT, text)
    tell_office(
        session, actor, now, tip, Message(_("%(number)s 已拟答复，请审核。"), number=tip.number), link
    )


def return_answer(session: Session, actor: Actor, now: datetime, *, tip: Tip, words: str, link: str) -> None:
    refuse_marks({"words": words})
    if not words:
        raise Invalid({"words": _("请写明退回理由。")})
    lock_tip(session, tip, Stage.DRAFTED)
    tip.stage = (Stage.PASSED if tip.unit_id is not None else Stage.CHECKED).value
    write_event(session, actor, now, tip, "returned", Act.TIP_RETURN, words)
    tell(session, actor, now, tip, Message(_("%(number)s 的答复已退回，请修改。"), number=tip.number), link)


def draft_of(session: Session, tip: Tip) -> int:
    """The event with which the answer was last written; 0 = there is none."""
    drafts = [e.id for e in list_events(session, tip) if e.kind == "drafted"]
    return drafts[-1] if drafts else 0


def release_answer(
    session: Session, actor: Actor, now: datetime, *, tip: Tip, late_reason: str = "", read: int | None = None
) -> int:  # fmt: skip
    """The office lets the answer stand under the receipt code, and under those of the tips that joined this one.
    Answers how many tips were answered. ``read``: the draft that was read (``draft_of``); ``Conflict`` for an older one."""
    lock_tip(session, tip, Stage.DRAFTED)
    if read is not None and read != draft_of(session, tip):
        raise Conflict(_("答复刚刚改写过，请看过新的答复再发布。"))
    if tip.drafted_by_id is not None and tip.drafted_by_id == actor.account_id:
        raise Conflict(_("答复须由另一人审核发布。"))
    meet_clock(session, actor, now, tip, ANSWER, late_reason)
    tip.stage, tip.closed_at = Stage.ANSWERED.value, now
    answer = str(tip.content["answer"])
    write_event(session, actor, now, tip, "answered", Act.TIP_ANSWER, answer, public=True)
    joined = [one for one in list_joined(session, tip) if one.closed_at is None]
    for one in joined:
        one.closed_at = now
        write_event(session, actor, now, one, "answered", Act.TIP_ANSWER, answer, public=True)
    return 1 + len(joined)
