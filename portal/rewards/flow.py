"""The one way an application moves: locked, checked, told, and mirrored to the claim of who pays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.rewards import RewardScheme
from portal.core.audit import Act, record
from portal.core.errors import Conflict, NotAllowed
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.documents.marks import refuse_marks
from portal.notices.services import notify
from portal.rewards.access import Opened
from portal.rewards.models import RewardApplication, RewardClaim, RewardStep
from portal.rewards.payers import inside
from portal.rewards.states import KINDS, STATES, Kind, State

Link = Callable[[int, int], str]
"""(tenant id, application id) -> address of its page there, for notices."""


def no_link(_tenant_id: int, _application_id: int) -> str:
    return ""


@dataclass(frozen=True)
class Move:
    """``tell``: the other side gets a notice. ``same``: the step may follow itself without being a second click."""

    kind: Kind
    wanted: tuple[State, ...]
    to: State | None = None
    """None = it stays where it is."""
    note: str = ""
    facts: Mapping[str, Any] | None = None
    tell: bool = True
    same: bool = False


def subject_of(application_id: int) -> str:
    return f"reward:{application_id}"


def scheme_in_force(opened: Opened) -> RewardScheme:
    """``NotAllowed`` when the campaign has dropped it: what is there can only be read."""
    if opened.scheme is None:
        raise NotAllowed(_("这项奖励的定义已停用，已有内容只能查看。"))
    return opened.scheme


def advance(
    session: Session, actor: Actor, now: datetime, opened: Opened, move: Move, *,
    write: Callable[[RewardApplication], None] = lambda _found: None, link: Link = no_link,
) -> RewardStep | None:  # fmt: skip
    """None when this very person has just done it (a second click). ``Conflict`` names who was faster.

    ``write`` runs in the application's tenant, on the locked row, before the step is stored.
    """
    refuse_marks({"note": move.note})
    found = opened.found
    with inside(session, found.tenant_id):
        session.refresh(found, with_for_update=True)
        if not move.same and _repeated(session, found, actor, move):
            return None
        if State(found.state) not in move.wanted:
            last = last_step(session, found)
            text = _("%(who)s已先办理，这项申请现在是“%(state)s”。请刷新页面后再看。")
            raise Conflict(Message(text, who=last.by if last else "", state=STATES[State(found.state)]))
        write(found)
        if move.to is not None:
            found.state = move.to.value
        found.changed_at = now
        step = add_step(session, actor, now, found, move.kind, move.note, move.facts)
        data = {"step": move.kind.value, "number": found.case_number}
        record(session, Act.REWARD_STEP, subject_of(found.id), actor, now, data)
        if move.tell and opened.claim is not None and not opened.mine:
            _tell_unit(session, actor, now, found, move, link)
    _mirror(session, actor, now, opened, move, link)
    return step


def add_step(
    session: Session, actor: Actor, now: datetime, found: RewardApplication, kind: Kind, note: str = "",
    facts: Mapping[str, Any] | None = None,
) -> RewardStep:  # fmt: skip
    step = RewardStep(
        application_id=found.id, kind=kind.value, note=note, facts=dict(facts or {}), account_id=actor.account_id,
        by=actor.name, at=now, released_at=found.released_at and now,
    )  # fmt: skip
    session.add(step)
    session.flush()
    return step


def _repeated(session: Session, found: RewardApplication, actor: Actor, move: Move) -> bool:
    last = last_step(session, found)
    return last is not None and (last.kind, last.account_id) == (move.kind.value, actor.account_id) and (
        move.to is None or found.state == move.to.value
    )  # fmt: skip


def last_step(session: Session, found: RewardApplication, *kinds: Kind) -> RewardStep | None:
    wanted = [RewardStep.tenant_id == found.tenant_id, RewardStep.application_id == found.id]
    if kinds:
        wanted.append(RewardStep.kind.in_([k.value for k in kinds]))
    query = sa.select(RewardStep).where(*wanted).order_by(RewardStep.at.desc(), RewardStep.id.desc()).limit(1)
    return session.scalars(query).first()


def list_steps(session: Session, found: RewardApplication) -> list[RewardStep]:
    """The story; one statement."""
    return list(
        session.scalars(
            sa.select(RewardStep)
            .where(RewardStep.tenant_id == found.tenant_id, RewardStep.application_id == found.id)
            .order_by(RewardStep.at, RewardStep.id)
        )
    )


def _tell_unit(
    session: Session, actor: Actor, now: datetime, found: RewardApplication, move: Move, link: Link
) -> None:
    text = Message(_("奖励申请“%(title)s”：%(step)s"), title=found.title[:60], step=KINDS[move.kind])
    notify(session, now, mechanism_id=found.mechanism_id, unit_id=found.unit_id, text=text, sender=actor.name,
           link=link(found.tenant_id, found.id), detail=move.note)  # fmt: skip


def _mirror(session: Session, actor: Actor, now: datetime, opened: Opened, move: Move, link: Link) -> None:
    """The claim shows what the application says; the office of who pays hears of what the unit did."""
    found = opened.found
    facts = (found.state, found.amount, found.tier, found.paid_on, found.unit_name)
    application_id, title, step = found.id, found.title, KINDS[move.kind]
    with inside(session, found.payer_tenant_id):
        claim = session.scalars(
            sa.select(RewardClaim).where(
                RewardClaim.tenant_id == found.payer_tenant_id, RewardClaim.application_id == application_id
            )
        ).one_or_none()
        if claim is None:
            return
        claim.state, claim.amount, claim.tier, claim.paid_on = facts[:4]
        claim.changed_at = now
        if found.tenant_id != claim.tenant_id and not opened.mine:
            data = {"step": move.kind.value, "number": claim.case_number}
            record(session, Act.REWARD_STEP, subject_of(application_id), actor, now, data)
        if move.tell and opened.mine:
            text: Message = Message(
                _("%(unit)s 奖励申请“%(title)s”：%(step)s"), unit=facts[4], title=title[:60], step=step
            )
            notify(session, now, mechanism_id=claim.mechanism_id, unit_id=None, text=text, sender=actor.name,
                   link=link(claim.tenant_id, application_id), detail=move.note)  # fmt: skip


def state_label(key: str) -> Text:
    return STATES[State(key)] if key in set(State) else Text(key)
