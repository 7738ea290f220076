"""A step that waits for a second person: agreed to, or returned with the reason (条例 第二十四条)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.workflow import Step
from portal.core.audit import Act, record
from portal.core.errors import Conflict, NotAllowed
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.ledger.acting import begin, last_event, need_words, refuse_same, tell
from portal.ledger.clocks import subject_of, tell_story
from portal.ledger.following import tell_followers
from portal.ledger.hands import WHO_LABELS, Hands, lead_of
from portal.ledger.models import Record, RecordEvent
from portal.ledger.services import list_events
from portal.ledger.workflow import check_values, effect


def _pending(ledger: Ledger, found: Record) -> Step:
    step = ledger.step(found.pending) if found.pending else None
    if step is None:
        raise Conflict(_("没有等待批准的步骤，可能已由他人办理。"))
    return step


def agree_step(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    version: int | None = None, request_key: str | None = None, note: str = "", link: str = "",
) -> RecordEvent:  # fmt: skip
    """The second person agrees, and the step takes effect. ``NotAllowed`` for the proposer and for the wrong post."""
    made = begin(session, found, request_key, version)
    if made is not None:
        return made
    step = _pending(ledger, found)
    asked = last_event(list_events(session, found), "asked")
    if asked is None:
        raise Conflict(_("没有等待批准的步骤，可能已由他人办理。"))
    if step.approval not in hands.agrees:
        who = WHO_LABELS[step.approval] if step.approval else Text("")
        raise NotAllowed(Message(_("“%(step)s”须由%(who)s批准。"), step=step.label, who=who))
    refuse_same(actor, asked.account_id, _("提请的人不能自己批准，请由另一人办理。"))
    changes = {key: pair for key, pair in asked.changes.items() if key != "link"}
    declared = {f.key for f in ledger.fields}
    check_values(ledger, found, {k: pair[1] for k, pair in changes.items() if k in declared}, {})
    late = changes.pop("late_reason", [None, ""])[1]
    event = effect(
        session, actor, now, campaign, ledger, found, step, "agreed", changes, note, late, request_key, waited=True
    )  # fmt: skip
    record(session, Act.RECORD_AGREE, subject_of(found), actor, now, {"step": step.key})
    tell(
        session, actor, now, found, [lead_of(found)], _("%(number)s “%(title)s”：%(step)s，已批准。"), step=step.label,
        link=link, detail=note,
    )  # fmt: skip
    return event


def return_step(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, hands: Hands,
    version: int | None = None, request_key: str | None = None, note: str = "", link: str = "",
) -> RecordEvent:  # fmt: skip
    """Not agreed to, with the reason; or taken back by the side that proposed it. Everything is as before."""
    made = begin(session, found, request_key, version)
    if made is not None:
        return made
    step = _pending(ledger, found)
    if step.approval not in hands.agrees and not hands.may_take(step):
        raise NotAllowed
    need_words(note, _("请写明退回的原因。"))
    found.pending, found.pending_by, found.pending_unit_id, found.changed_at = "", "", None, now
    event = tell_story(
        session, actor, now, found, "returned", None, note, step=step.key, request_key=request_key
    )
    record(session, Act.RECORD_REFUSE, subject_of(found), actor, now, {"step": step.key})
    tell(
        session, actor, now, found, [lead_of(found)], _("%(number)s “%(title)s”：%(step)s，已退回。"), step=step.label,
        link=link, detail=note,
    )  # fmt: skip
    session.flush()
    tell_followers(session, actor, now, campaign, ledger, found)
    return event
