"""What all parts of the room share: who acts, one tip under its lock, its story, who is told."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.scope import Actor, get_scope
from portal.core.secret import Secret
from portal.core.text import Message, Text, _
from portal.deadlines.models import Deadline
from portal.deadlines.services import meet_deadline
from portal.deadlines.state import ask_reason, state_of
from portal.notices.services import notify
from portal.tips.models import Outcome, Stage, Tip, TipEvent

PUBLIC = Actor(None, str(_("公众")))
"""Whoever told. The trail keeps no address of it (``public_pages`` clears it)."""
WHAT, WHERE, WHEN, WORDS, TITLE = 4000, 200, 100, 2000, 60
"""Characters that are taken."""
MOST_ADDED = 30
"""Texts that the public adds to one tip."""
CHECK, ANSWER, PAY = "tip.check", "tip.answer", "tip.pay"
"""Rules of the clocks."""
OPEN = (Stage.NEW.value, Stage.CHECKED.value, Stage.PASSED.value, Stage.DRAFTED.value)

STAGES: dict[Stage, Text] = {
    Stage.NEW: _("待初查"),
    Stage.CHECKED: _("办公室办理"),
    Stage.PASSED: _("单位核查"),
    Stage.DRAFTED: _("答复待审"),
    Stage.ANSWERED: _("已答复"),
    Stage.MOVED: _("已移送"),
    Stage.JOINED: _("已并入首报"),
}
PUBLIC_STAGES: dict[Stage, Text] = {
    Stage.NEW: _("已收到"),
    Stage.CHECKED: _("核查中"),
    Stage.PASSED: _("核查中"),
    Stage.DRAFTED: _("核查中"),
    Stage.ANSWERED: _("已答复"),
    Stage.MOVED: _("已移送"),
    Stage.JOINED: _("核查中"),
}
"""In the words of the page that the public sees."""
OUTCOMES: dict[Outcome, Text] = {
    Outcome.HOLDS: _("成立"),
    Outcome.FAILS: _("不成立"),
    Outcome.ELSEWHERE: _("不属本单位"),
}


def subject_of(tip: Tip) -> str:
    return f"tip:{tip.id}"


def lock_tip(session: Session, tip: Tip, *stages: Stage) -> Tip:
    """The tip's row, held until the transaction ends. ``Conflict`` when it is in none of ``stages``."""
    session.refresh(tip, with_for_update=True)
    if stages and Stage(tip.stage) not in stages:
        raise Conflict(_("这件举报刚刚由他人办理过，请看最新情况后再办。"))
    return tip


def find_event(session: Session, tip: Tip, request_key: str) -> TipEvent | None:
    """What the same page has written already. ``Conflict`` for a page of another tip."""
    found = session.scalars(
        sa.select(TipEvent).where(
            TipEvent.tenant_id == get_scope(session).home, TipEvent.request_key == request_key
        )
    ).one_or_none()
    if found is not None and found.tip_id != tip.id:
        raise Conflict
    return found


def write_event(
    session: Session, actor: Actor, now: datetime, tip: Tip, kind: str, act: Act, text: str = "", *,
    public: bool = False, request_key: str | None = None, **data: object,
) -> TipEvent:  # fmt: skip
    """Into the story, sealed, and into the trail, where no word of it stands."""
    event = TipEvent(
        tip_id=tip.id, kind=kind, words={"text": Secret(text)} if text else {}, public=public, by=actor.name,
        account_id=actor.account_id, at=now, request_key=request_key,
    )  # fmt: skip
    session.add(event)
    if actor is PUBLIC:
        tip.told_at = now
    else:
        tip.worked_at = now
    session.flush()
    record(session, act, subject_of(tip), actor, now, {"number": tip.number} | data)
    return event


def list_events(session: Session, tip: Tip, *, public: bool = False) -> list[TipEvent]:
    """Oldest first."""
    query = sa.select(TipEvent).where(TipEvent.tenant_id == tip.tenant_id, TipEvent.tip_id == tip.id)
    if public:
        query = query.where(TipEvent.public)
    return list(session.scalars(query.order_by(TipEvent.at, TipEvent.id)))


def tell(session: Session, actor: Actor, now: datetime, tip: Tip, text: Message, link: str) -> None:
    """A notice to who handles it. It names the number alone."""
    notify(
        session,
        now,
        mechanism_id=tip.mechanism_id,
        unit_id=tip.unit_id,
        text=text,
        sender=actor.name,
        link=link,
    )


def tell_office(session: Session, actor: Actor, now: datetime, tip: Tip, text: Message, link: str) -> None:
    notify(session, now, mechanism_id=tip.mechanism_id, unit_id=None, text=text, sender=actor.name, link=link)


def clock_of(session: Session, tip: Tip, rule: str) -> Deadline | None:
    return session.scalars(
        sa.select(Deadline).where(
            Deadline.tenant_id == tip.tenant_id,
            Deadline.subject == subject_of(tip),
            Deadline.rule == rule,
        )
    ).one_or_none()


def meet_clock(
    session: Session, actor: Actor, now: datetime, tip: Tip, rule: str, late_reason: str = ""
) -> None:
    """``Invalid`` at ``late_reason`` when it is late and none is given."""
    clock = clock_of(session, tip, rule)
    if clock is None or clock.met_at is not None:
        return
    state = state_of(clock.started_at, clock.due_at, now, now)
    if state.late and not late_reason:
        raise Invalid({"late_reason": ask_reason(state, reported=False)})
    meet_deadline(session, actor, now, clock, late_reason=late_reason)


def get_tip(session: Session, tip_id: int, campaign: str) -> Tip:
    """Of the scope's home tenant."""
    tip = session.get(Tip, (get_scope(session).home, tip_id))
    if tip is None or tip.campaign != campaign:
        raise NotFound
    return tip


def put(tip: Tip, **texts: str) -> None:
    """Into ``content``, each as a secret."""
    tip.content = {**tip.content, **{key: Secret(text) for key, text in texts.items()}}
