"""What waits in rewards: for the unit, the office, accounting and the leader, each the step that is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.posts import Right
from portal.core.reader import Reader
from portal.core.text import Message, Text, _
from portal.core.todo import Todo
from portal.deadlines.models import Deadline
from portal.deadlines.state import state_of
from portal.rewards.access import Hand, hands_of
from portal.rewards.models import RewardApplication, RewardClaim
from portal.rewards.states import LIGHTS, STATES, State

MOST = 200
_UNIT: dict[State, Text] = {
    State.DRAFT: _("备材料"),
    State.RETURNED: _("补正"),
    State.NOTIFIED: _("登记回单联"),
    State.PAID: _("报分配"),
}
_HANDS: dict[State, tuple[tuple[Hand, ...], Text]] = {
    State.SENT: ((Hand.PREPARE,), _("填审批表")),
    State.PREPARED: ((Hand.REVIEW,), _("审查")),
    State.REVIEWED: ((Hand.APPROVE,), _("审批")),
    State.SENT_UP: ((Hand.PREPARE,), _("登记批复")),
    State.APPROVED: ((Hand.PREPARE,), _("发通知单")),
    State.SLIP: ((Hand.PREPARE, Hand.REVIEW), _("拨付")),
}


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """Two statements for all posts; none for who has no part in rewards."""
    return (*_of_units(session, reader), *_of_payers(session, reader, now))


def _of_units(session: Session, reader: Reader) -> list[Todo]:
    places = reader.places(Right.REWARD_APPLY)
    if not places:
        return []
    rows = session.execute(
        sa.select(
            RewardApplication.tenant_id,
            RewardApplication.campaign,
            RewardApplication.id,
            RewardApplication.title,
            RewardApplication.state,
            RewardApplication.case_number,
        )
        .where(
            sa.tuple_(
                RewardApplication.tenant_id, RewardApplication.mechanism_id, RewardApplication.unit_id
            ).in_(places),
            RewardApplication.state.in_([s.value for s in _UNIT]),
        )
        .order_by(RewardApplication.changed_at)
        .limit(MOST)
    )
    found = []
    for tenant_id, campaign, number, title, key, case_number in rows:
        state = State(key)
        found.append(
            Todo(
                tenant_id=tenant_id, campaign=campaign, light=LIGHTS[state], state=STATES[state],
                what=Message(_("奖励申请：%(title)s"), title=title), note=case_number, step=_UNIT[state],
                endpoint="rewards.application", args={"application_id": number},
            )
        )  # fmt: skip
    return found


def _of_payers(session: Session, reader: Reader, now: datetime) -> list[Todo]:
    wanted = (Right.REWARD_PREPARE, Right.REWARD_REVIEW, Right.REWARD_APPROVE)
    desks = {
        (d.tenant_id, d.mechanism_id): d for d in reader.desks if d.campaign and d.rights.intersection(wanted)
    }
    if not desks:
        return []
    subject = sa.literal("reward:") + sa.cast(RewardClaim.application_id, sa.String)
    rows = session.execute(
        sa.select(
            RewardClaim.tenant_id, RewardClaim.mechanism_id, RewardClaim.campaign, RewardClaim.application_id, RewardClaim.title, RewardClaim.state, RewardClaim.unit_id, RewardClaim.unit_name,
            Deadline.started_at, Deadline.due_at,
        )
        .outerjoin(Deadline, sa.and_(Deadline.tenant_id == RewardClaim.tenant_id, Deadline.subject == subject))
        .where(sa.tuple_(RewardClaim.tenant_id, RewardClaim.mechanism_id).in_(list(desks)), RewardClaim.state.in_([s.value for s in _HANDS]))
        .order_by(RewardClaim.changed_at)
        .limit(MOST)
    )  # fmt: skip
    found = []
    for tenant_id, mechanism_id, campaign, number, title, key, unit_id, unit_name, started, due in rows:
        state = State(key)
        hands, step = _HANDS[state]
        if not hands_of(desks[tenant_id, mechanism_id].posts, unit_id).intersection(hands):
            continue
        clock = state_of(started, due, None, now) if state is State.APPROVED and due is not None else None
        found.append(
            Todo(
                tenant_id=tenant_id, campaign=campaign, light=clock.light if clock else LIGHTS[state],
                state=STATES[state], what=Message(_("奖励申请：%(title)s"), title=title), source=unit_name,
                due=due if clock else None, step=step, endpoint="rewards.application",
                args={"application_id": number},
            )
        )  # fmt: skip
    return found
