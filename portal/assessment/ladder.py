"""Steps of the ladder: the office proposes, the unit may object; a named person decides (``ladder_deciding``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.assessment.ladder_access import (
    Seat,
    decider_units,
    find_rung,
    has_step,
)
from portal.assessment.ladder_derived import Proposal
from portal.assessment.models import Answer, Measure, MeasureState
from portal.campaigns.declarations import Campaign
from portal.campaigns.exchange import Limit, LimitKind
from portal.campaigns.oversight import Rung
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.i18n import show_moment
from portal.core.posts import PostKind
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.limits import Reached, reach
from portal.documents.secrecy import find_mark_in
from portal.notices.services import notify
from portal.units.bodies import MemberUnit

OBJECT_DAYS, FEWEST_DAYS, MOST_DAYS = 5, 3, 30
"""Working days in which the unit may object; the portal's own default, and what the office may choose."""
REASON, LINE, LINES = 1000, 300, 20
MEMORY = timedelta(days=365)
"""How long a milder step counts as the one before."""
Link = Callable[[int], str]
"""Id of a measure -> address of its page, for notices."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What the office proposes. ``evidence``: what shows it, one line each, with the record behind it or ''."""

    unit_id: int
    rung: str
    reason: str
    trigger: str = ""
    evidence: tuple[tuple[str, str], ...] = ()
    skipped_why: str = ""
    days: int = OBJECT_DAYS


def no_link(_measure_id: int) -> str:
    return ""


def subject_of(measure: Measure) -> str:
    return f"measure:{measure.id}"


def objection_limit(start: datetime, days: int, calendar: WorkCalendar) -> Reached:
    return reach(Limit(kind=LimitKind.WORKING_DAYS, n=days), start, calendar)


def steps_of(session: Session, mechanism_id: int, unit_id: int, now: datetime) -> set[str]:
    """Keys of the steps decided for the unit in the last year; one statement."""
    rows = session.scalars(
        sa.select(Measure.rung).where(
            Measure.mechanism_id == mechanism_id,
            Measure.unit_id == unit_id,
            Measure.state == MeasureState.CONFIRMED.value,
            Measure.decided_at > now - MEMORY,
        )
    )
    return set(rows)


def all_steps(session: Session, mechanism_id: int, now: datetime) -> Sequence[tuple[int, str]]:
    """The same of every unit of the body: (unit, step)."""
    rows = session.execute(
        sa.select(Measure.unit_id, Measure.rung).where(
            Measure.mechanism_id == mechanism_id,
            Measure.state == MeasureState.CONFIRMED.value,
            Measure.decided_at > now - MEMORY,
        )
    )
    return [(unit_id, rung) for unit_id, rung in rows]


def propose(
    session: Session, actor: Actor, now: datetime, *, seat: Seat, campaign: Campaign, draft: Draft,
    calendar: WorkCalendar, request_key: str, derived: Proposal | None = None, link: Link = no_link,
) -> Measure:  # fmt: skip
    """Tell the unit what is proposed and until when it may object. The same ``request_key`` again is the first one.

    ``derived``: the row that the portal proposed; its misses are the evidence, and are not proposed twice.
    """
    if first := _find_sent(session, seat, request_key):
        return first
    rung = find_rung(campaign, draft.rung)
    _check(session, seat, campaign, draft, rung, now, bool(derived))
    assert rung is not None
    reached = objection_limit(now, draft.days, calendar)
    found = _new(seat, campaign, rung, draft, derived, MeasureState.PROPOSED, actor, now, request_key)
    found.object_by, found.object_span = reached.due, dict(reached.span)
    if kept := _store(session, seat, found):
        return kept
    data = {"unit": found.unit_id, "rung": found.rung, "object_by": found.object_by.isoformat()}
    record(session, Act.MEASURE_PROPOSE, subject_of(found), actor, now, data)
    text = Message(
        _("拟对本单位采取“%(label)s”，如有异议请于 %(due)s 前申辩"), label=found.label, due=show_moment(found.object_by)
    )  # fmt: skip
    for post in (PostKind.LIAISON, PostKind.LEADER_IN_CHARGE):
        notify(
            session, now, mechanism_id=found.mechanism_id, unit_id=found.unit_id, text=text, sender=seat.desk.office_name,
            link=link(found.id), detail=found.reason, post=post,
        )  # fmt: skip
    session.flush()
    return found


def drop(
    session: Session, actor: Actor, now: datetime, *, seat: Seat, campaign: Campaign, derived: Proposal, why: str,
    request_key: str,
) -> Measure:  # fmt: skip
    """The office does not take up what the portal proposed; the unit is not told, the misses count no longer."""
    if first := _find_sent(session, seat, request_key):
        return first
    need(why, "why", _("请写明不提出的理由。"))
    draft = Draft(unit_id=derived.unit_id, rung=derived.rung.key, reason=str(derived.sentence))
    found = _new(seat, campaign, derived.rung, draft, derived, MeasureState.DROPPED, actor, now, request_key)
    found.object_by, found.decision_why = now, why
    if kept := _store(session, seat, found):
        return kept
    record(
        session, Act.MEASURE_DROP, subject_of(found), actor, now, {"unit": found.unit_id, "mark": found.mark}
    )
    return found


def _new(
    seat: Seat, campaign: Campaign, rung: Rung, draft: Draft, derived: Proposal | None, state: MeasureState, actor: Actor,
    now: datetime, request_key: str,
) -> Measure:  # fmt: skip
    source = campaign.source(rung.clause.source)
    lines = [{"text": text, "subject": subject} for text, subject in draft.evidence]
    if derived is not None:
        lines = [
            {"text": "", "subject": "", "period": i.period.key, "obligation": i.obligation.key} for i in derived.missed
        ] + lines  # fmt: skip
    return Measure(
        mechanism_id=seat.desk.mechanism_id, campaign=campaign.key, unit_id=draft.unit_id, rung=rung.key,
        label=str(rung.label), basis=f"{source.number}《{source.title}》{rung.clause.article}", trigger=draft.trigger, decider=rung.decided_by,
        reason=draft.reason, evidence=lines, obligation=derived.obligation.key if derived else "",
        periods=derived.periods if derived else [], mark=derived.mark if derived else None,
        skipped_why=draft.skipped_why, state=state.value, proposed_at=now, proposed_by=actor.name,
        proposed_by_id=actor.account_id, request_key=request_key,
    )  # fmt: skip


def _store(session: Session, seat: Seat, found: Measure) -> Measure | None:
    """The measure of an earlier, equal click, or None once this one is stored."""
    try:
        with session.begin_nested():
            session.add(found)
    except IntegrityError:  # a second click, or a colleague who took up the same row
        if first := _find_sent(session, seat, found.request_key):
            return first
        raise Conflict(_("该建议已由他人办理，请刷新页面查看。")) from None
    return None


def _find_sent(session: Session, seat: Seat, key: str) -> Measure | None:
    wanted = (Measure.tenant_id == seat.desk.tenant_id, Measure.request_key == key)
    found = session.scalars(sa.select(Measure).where(*wanted)).one_or_none()
    if found is not None and found.mechanism_id != seat.desk.mechanism_id:
        raise Conflict
    return found


def _check(
    session: Session,
    seat: Seat,
    campaign: Campaign,
    draft: Draft,
    rung: Rung | None,
    now: datetime,
    derived: bool,
) -> None:
    problems: dict[str, Message | Text] = {}
    if draft.unit_id not in {m.unit_id for m in seat.members}:
        problems["unit"] = _("请选择成员单位。")
    triggers = campaign.oversight.triggers
    trigger = next((t for t in triggers if t.key == draft.trigger), None)
    if rung is None:
        problems["rung"] = _("请选择措施。")
    elif draft.trigger and (trigger is None or (trigger.rungs and rung.key not in trigger.rungs)):
        problems["trigger"] = _("该情形不适用所选措施，请核对。")
    if not draft.reason:
        problems["reason"] = _("请写明事由，单位据此申辩。")
    if not draft.evidence and not derived:
        problems["evidence"] = _("请至少列一条依据，如记录、日期和数字。")
    if not FEWEST_DAYS <= draft.days <= MOST_DAYS:
        problems["days"] = Message(_("申辩期限应为 %(a)s 至 %(b)s 个工作日。"), a=FEWEST_DAYS, b=MOST_DAYS)
    if rung is not None and not problems and not draft.skipped_why:
        done = steps_of(session, seat.desk.mechanism_id, draft.unit_id, now)
        if not has_step(done, campaign, rung):
            at = campaign.oversight.ladder.index(rung)
            milder = campaign.oversight.ladder[at - 1].label
            problems["skipped_why"] = Message(
                _("近一年没有对该单位作出过“%(milder)s”，越级提出的请写明理由。"), milder=milder
            )
    for field, text in (("reason", draft.reason), ("evidence", "\n".join(t for t, _s in draft.evidence))):
        refuse_secret(problems, field, text)
    if problems:
        raise Invalid(problems)


def refuse_secret(problems: dict[str, Message | Text], field: str, text: str) -> None:
    if mark := find_mark_in("", text):
        problems[field] = Message(_("这里有“%(mark)s”字样，没有保存。涉密内容不得写入本系统。"), mark=mark)


def need(text: str, field: str, sentence: Text) -> None:
    problems: dict[str, Message | Text] = {} if text.strip() else {field: sentence}
    refuse_secret(problems, field, text)
    if problems:
        raise Invalid(problems)


# ---------------------------------------------------------------------------------------------------- the unit
def answer(
    session: Session, actor: Actor, now: datetime, *, seat: Seat, campaign: Campaign, measure: Measure, said: Answer,
    objection: str = "", link: Link = no_link,
) -> None:  # fmt: skip
    """The unit objects, or says that it has nothing to object; once, until the last instant of its time."""
    if measure.unit_id not in seat.own:
        raise NotAllowed(_("申辩由被提出措施的单位作出。"))
    session.refresh(measure, with_for_update=True)
    if measure.state != MeasureState.PROPOSED:
        raise Conflict(_("该建议已决定或已撤回，不再接受申辩。"))
    if measure.answer:
        raise Conflict(
            Message(_("本单位已于 %(at)s 答复，不能再改。"), at=show_moment(measure.answered_at or now))
        )
    if now > measure.object_by:
        raise Conflict(Message(_("申辩期限已于 %(due)s 届满。"), due=show_moment(measure.object_by)))
    if said is Answer.OBJECTED:
        need(objection, "objection", _("请写明申辩的事实和理由。"))
    measure.answer, measure.objection = said.value, objection if said is Answer.OBJECTED else ""
    measure.answered_at, measure.answered_by, measure.answered_by_id = now, actor.name, actor.account_id
    record(session, Act.MEASURE_ANSWER, subject_of(measure), actor, now, {"answer": said.value})
    words = _("%(unit)s对“%(label)s”提出申辩，待决定") if said is Answer.OBJECTED else _("%(unit)s对“%(label)s”无异议，待决定")  # fmt: skip
    text = Message(words, unit=name_of(seat.members, measure.unit_id), label=measure.label)
    for unit_id in (None, *(u.unit_id for u in decider_units(measure, seat.members))):
        notify(
            session, now, mechanism_id=measure.mechanism_id, unit_id=unit_id, text=text, sender=actor.name,
            link=link(measure.id), post=PostKind.LEADER_IN_CHARGE if unit_id else "",
        )  # fmt: skip
    session.flush()


def tell(
    session: Session,
    now: datetime,
    seat: Seat,
    measure: Measure,
    text: Message,
    sender: str,
    link: Link,
    detail: str,
) -> None:
    """The unit and the office."""
    for unit_id in (measure.unit_id, None):
        told = text if unit_id else Message(
            _("%(unit)s：%(text)s"), unit=name_of(seat.members, measure.unit_id), text=str(text)
        )  # fmt: skip
        notify(
            session, now, mechanism_id=measure.mechanism_id, unit_id=unit_id, text=told, sender=sender,
            link=link(measure.id), detail=detail,
        )  # fmt: skip
    session.flush()


def name_of(members: Sequence[MemberUnit], unit_id: int) -> str:
    return next((m.short_name for m in members if m.unit_id == unit_id), "")
