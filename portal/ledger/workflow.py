"""The way of an entry: the steps its ledger declares, taken by one person or proposed by one and agreed to by another.

Rooms above call ``finish_step`` when the answer to a step that was asked upward has come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.workflow import Step, Who
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.i18n import join_words
from portal.core.posts import PostKind
from portal.core.scope import Actor
from portal.core.sealing import mark_secret
from portal.core.text import Message, Text, _
from portal.ledger import handling
from portal.ledger.acting import OPEN, Problems, begin, stage_of, state_of, tell
from portal.ledger.clocks import fired_thresholds, keep_clock, subject_of, tell_story
from portal.ledger.derived import check_entry, derive, facts_of
from portal.ledger.files import NONE, Evidence, attach
from portal.ledger.following import tell_followers
from portal.ledger.hands import WHO_LABELS, Hands, lead_of
from portal.ledger.models import Record, RecordEvent
from portal.units.bodies import list_members


def next_steps(ledger: Ledger, found: Record) -> list[Step]:
    """Those that begin where the entry stands."""
    if found.closing not in OPEN or found.pending:
        return []
    return [s for s in ledger.steps if stage_of(ledger, found) in s.start]


# ---------------------------------------------------------------------------------------------------------- steps
def take_step(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, found: Record, step: Step,
    hands: Hands, version: int | None = None, request_key: str | None = None,
    values: Mapping[str, Any] | None = None, note: str = "", evidence: Evidence = NONE, late_reason: str = "",
    link: str = "",
) -> RecordEvent:  # fmt: skip
    """Take a step, or propose it where a second person must agree (``Step.approval``): then nothing takes effect yet.

    ``values``: of the fields in ``Step.fields``; others are ignored. ``Conflict`` out of order, ``NotAllowed`` for others
    than ``Step.by``, ``Invalid`` at the fields, ``note``, ``files`` and ``late_reason``.
    """
    made = begin(session, found, request_key, version)
    if made is not None:
        return made
    check_order(ledger, found, step)
    if not hands.may_take(step):
        raise NotAllowed(Message(_("“%(step)s”由%(who)s办理。"), step=step.label, who=name_takers(step)))
    if step.upward:
        raise NotAllowed(Message(_("“%(step)s”须提请上级，请从移送办理。"), step=step.label))
    changes = _read(ledger, found, step, values or {}, note, evidence)
    moves = step.end != stage_of(ledger, found)
    late_reason = handling.check_late(handling.clocks_of(session, found) if moves else [], now, late_reason)
    attach(session, actor, now, found, evidence, hands.unit_id)
    if evidence.link:
        changes["link"] = list(evidence.link)
    if step.approval is None:
        event = effect(
            session,
            actor,
            now,
            campaign,
            ledger,
            found,
            step,
            "step",
            changes,
            note,
            late_reason,
            request_key,
        )
        record(session, Act.RECORD_STEP, subject_of(found), actor, now, {"step": step.key})
        if not hands.leads:
            tell(
                session, actor, now, found, [lead_of(found)], _("%(number)s “%(title)s”：%(step)s。"),
                step=step.label, link=link, detail=note,
            )  # fmt: skip
        return event
    if late_reason:
        changes["late_reason"] = [None, late_reason]
    found.pending, found.pending_by = step.key, step.approval.value
    found.pending_unit_id = _unit_that_agrees(session, campaign, found, step.approval, now)
    found.changed_at = now
    event = tell_story(
        session, actor, now, found, "asked", changes, note, step=step.key, request_key=request_key
    )
    record(session, Act.RECORD_ASK, subject_of(found), actor, now, {"step": step.key})
    session.flush()
    unit = found.pending_unit_id if step.approval is not Who.OFFICE_HEAD else None
    tell(
        session, actor, now, found, [unit], _("%(number)s “%(title)s”：%(step)s，等待批准。"), step=step.label, link=link,
        detail=note, post=PostKind.LEADER_IN_CHARGE if unit else "",
    )  # fmt: skip
    return event


def check_order(ledger: Ledger, found: Record, step: Step) -> None:
    """``Conflict`` where the step cannot follow."""
    if found.closing not in OPEN:
        raise Conflict(_("这件事已申请销号或已销号，不能再办理其他步骤。"))
    if found.pending:
        raise Conflict(_("有一步正在等待批准，批准或退回之后再办理。"))
    if stage_of(ledger, found) not in step.start:
        state = state_of(ledger, found)
        raise Conflict(
            Message(
                _("这件事现在是“%(state)s”，不能办理“%(step)s”，请刷新页面查看。"),
                state=state.label if state else found.stage, step=step.label,
            )
        )  # fmt: skip


def name_takers(step: Step) -> Text:
    return Text(join_words(WHO_LABELS[who] for who in step.by))


def _read(
    ledger: Ledger, found: Record, step: Step, values: Mapping[str, Any], note: str, evidence: Evidence
) -> dict[str, Any]:
    """What the step changes: field key -> [before, after]. Every problem at once."""
    given = {key: values[key] for key in step.fields if key in values}
    given = mark_secret([f.key for f in ledger.fields if f.sensitive], given)
    problems = missing(ledger, {**found.values, **given}, step.requires)
    if step.note and not note.strip():
        problems["note"] = _("请写明情况。")
    if step.evidence and not evidence:
        problems["files"] = _("请上传佐证附件，或填写关联记录。")
    check_values(ledger, found, given, problems)
    return {key: [found.values.get(key), v] for key, v in given.items() if found.values.get(key) != v}


def missing(ledger: Ledger, values: Mapping[str, Any], keys: Sequence[str]) -> Problems:
    labels = {f.key: f.label for f in ledger.fields}
    return {
        key: Message(_("请填写“%(label)s”。"), label=labels.get(key, Text(key)))
        for key in keys
        if values.get(key) in (None, "", [])
    }


def check_values(ledger: Ledger, found: Record, given: Mapping[str, Any], problems: Problems) -> None:
    """``Invalid`` with ``problems`` and with what the ledger's rules find in the entry as it would become."""
    facts = facts_of({**found.values, **given}, title=found.title, place=found.place, known_at=found.known_at)
    try:
        check_entry(ledger, facts)
    except Invalid as error:
        problems = {**error.problems, **problems}
    if problems:
        raise Invalid(problems)


def effect(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, ledger: Ledger, found: Record, step: Step,
    kind: str, changes: dict[str, Any], note: str, late_reason: str, request_key: str | None = None, *,
    waited: bool = False,
) -> RecordEvent:  # fmt: skip
    """Set the values, move the stage, meet and start clocks, tell the story and whoever follows."""
    before = stage_of(ledger, found)
    declared = {f.key for f in ledger.fields}
    set_ = {key: pair[1] for key, pair in changes.items() if key in declared}
    if step.end != before:
        handling.meet_clocks(session, actor, now, found, late_reason, waited=waited)
        changes = {**changes, "stage": [before, step.end]}
    if late_reason:
        changes["late_reason"] = [None, late_reason]
    found.values = {**found.values, **set_}
    found.stage, found.changed_at = step.end, now
    found.pending, found.pending_by, found.pending_unit_id = "", "", None
    derive(ledger, found)
    event = tell_story(
        session, actor, now, found, kind, changes, note, step=step.key, request_key=request_key
    )
    session.flush()
    handling.start_step_clock(session, actor, now, campaign, found, step, now)
    handling.keep_stage_clock(session, actor, now, ledger, found)
    keep_clock(session, actor, now, campaign, found, fired_thresholds(campaign, ledger, found.values))
    tell_followers(session, actor, now, campaign, ledger, found)
    return event


def _unit_that_agrees(
    session: Session, campaign: Campaign, found: Record, approval: Who, now: datetime
) -> int | None:
    match approval:
        case Who.KEEPER:
            return found.unit_id
        case Who.LEAD | Who.SUPPORT:
            return lead_of(found)
        case Who.OFFICE_HEAD:  # the unit that leads the body: its leader may agree, too
            members = list_members(session, found.mechanism_id, now.astimezone(SHANGHAI).date())
            return next((m.unit_id for m in members if m.member == campaign.body.lead), None)
    return None


# --------------------------------------------------------------------------------------------------- from elsewhere
def finish_step(
    session: Session, actor: Actor, now: datetime, campaign: Campaign, ledger: Ledger, found: Record, step_key: str, *,
    note: str = "", values: Mapping[str, Any] | None = None,
) -> RecordEvent | None:  # fmt: skip
    """The answer to a step that was asked upward (``Step.upward``) has come: it takes effect.

    None, and the answer is only told in the story, where the entry has moved on, is closed, merged or withdrawn.
    """
    session.refresh(found, with_for_update=True)
    step = ledger.step(step_key)
    gone = found.withdrawn_at is not None or found.merged_into_id is not None
    if (
        step is None
        or gone
        or found.pending
        or found.closing not in OPEN
        or stage_of(ledger, found) not in step.start
    ):
        tell_story(session, actor, now, found, "answered", None, note, step=step_key)
        session.flush()
        return None
    allowed = {k: v for k, v in (values or {}).items() if k in step.fields}
    changes: dict[str, Any] = {k: [found.values.get(k), v] for k, v in allowed.items()}
    event = effect(session, actor, now, campaign, ledger, found, step, "step", changes, note, "", waited=True)
    record(session, Act.RECORD_STEP, subject_of(found), actor, now, {"step": step.key, "upward": step.upward})
    return event
