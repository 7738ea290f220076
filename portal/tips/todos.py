"""What waits in the room of tips: checks and releases of the office, answers of units, rewards of leaders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.posts import Right
from portal.core.reader import Desk, Reader
from portal.core.text import Message, Text, _
from portal.core.todo import Todo
from portal.deadlines.matters import Place, register_place
from portal.deadlines.models import Deadline
from portal.deadlines.state import state_of
from portal.tips.access import is_office, own_units, rewarded
from portal.tips.awards import APPROVED, PROPOSED, STATES
from portal.tips.models import Stage, Tip, TipAward
from portal.tips.services import ANSWER, CHECK, PAY, STAGES

MOST = 100
"""Of all bodies of the reader, the earliest due; the list of tips has the others."""
_STEPS: dict[Stage, Text] = {
    Stage.NEW: _("初查"),
    Stage.CHECKED: _("转办或答复"),
    Stage.PASSED: _("核查答复"),
    Stage.DRAFTED: _("审核答复"),
}

register_place("tip", Place("tips.detail", "tip_id", _("办理"), "tips"))


def _due(*rules: tuple[Any, str]) -> Any:
    """The clock that counts now: (condition, rule)."""
    wanted = sa.case(*((condition, rule) for condition, rule in rules), else_=ANSWER)
    return sa.and_(
        Deadline.tenant_id == Tip.tenant_id,
        Deadline.subject == sa.literal("tip:") + sa.cast(Tip.id, sa.String),
        Deadline.rule == wanted,
    )


def list_todos(session: Session, reader: Reader, now: datetime) -> Sequence[Todo]:
    """At most two statements however many posts: tips, rewards."""
    desks = {(d.tenant_id, d.mechanism_id): d for d in reader.desks if d.campaign}
    offices = [d for d in desks.values() if is_office(d)]
    units = [(d, u) for d in desks.values() for u in own_units(d)]
    leaders = [d for d in desks.values() if Right.REWARD_APPROVE in d.rights]
    todos: list[Todo] = []
    if offices or units:
        todos += [
            _tip(row, desks[row.tenant_id, row.mechanism_id], now) for row in _tips(session, offices, units)
        ]
    if offices or leaders:
        todos += [
            _award(row, desks[row.tenant_id, row.mechanism_id], now)
            for row in _awards(session, offices, leaders)
        ]
    return todos


def _here(desk: Desk) -> sa.ColumnElement[bool]:
    return sa.and_(Tip.tenant_id == desk.tenant_id, Tip.mechanism_id == desk.mechanism_id)


def _tips(session: Session, offices: Sequence[Desk], units: Sequence[tuple[Desk, int]]) -> Sequence[Any]:
    waits = [sa.and_(_here(d), Tip.stage.in_((Stage.NEW, Stage.CHECKED, Stage.DRAFTED))) for d in offices]
    waits += [sa.and_(_here(d), Tip.unit_id == u, Tip.stage == Stage.PASSED.value) for d, u in units]
    return session.execute(
        sa.select(
            Tip.tenant_id,
            Tip.mechanism_id,
            Tip.id,
            Tip.number,
            Tip.title,
            Tip.stage,
            Tip.filed_at,
            Deadline.due_at,
        )
        .outerjoin(Deadline, _due((Tip.stage == Stage.NEW.value, CHECK)))
        .where(sa.or_(*waits))
        .order_by(sa.func.coalesce(Deadline.due_at, Tip.filed_at), Tip.id)
        .limit(MOST)
    ).all()


def _tip(row: Any, desk: Desk, now: datetime) -> Todo:
    state = state_of(row.filed_at, row.due_at, None, now) if row.due_at else None
    return Todo(
        tenant_id=row.tenant_id, campaign=desk.campaign, light=state.light if state else "near",
        state=state.text if state and state.light != "ok" else STAGES[Stage(row.stage)],
        what=Message(_("举报：%(title)s"), title=row.title) if row.title else row.number, note=row.number if row.title else "",
        source=_("公众"), due=row.due_at, step=_STEPS[Stage(row.stage)], endpoint="tips.detail",
        args={"tip_id": row.id},
    )  # fmt: skip


def _awards(session: Session, offices: Sequence[Desk], leaders: Sequence[Desk]) -> Sequence[Any]:
    waits = [sa.and_(_here(d), TipAward.state == APPROVED) for d in offices]
    waits += [sa.and_(_here(d), rewarded(d), TipAward.state == PROPOSED) for d in leaders]
    return session.execute(
        sa.select(
            Tip.tenant_id, Tip.mechanism_id, Tip.id, Tip.number, TipAward.state, TipAward.amount,
            TipAward.proposed_at, Deadline.due_at, Deadline.started_at,
        )
        .join(TipAward, sa.and_(TipAward.tenant_id == Tip.tenant_id, TipAward.tip_id == Tip.id))
        .outerjoin(Deadline, sa.and_(_due((sa.true(), PAY)), TipAward.state == APPROVED))
        .where(sa.or_(*waits))
        .order_by(TipAward.proposed_at, Tip.id)
        .limit(MOST)
    ).all()  # fmt: skip


def _award(row: Any, desk: Desk, now: datetime) -> Todo:
    state = state_of(row.started_at, row.due_at, None, now) if row.due_at else None
    proposed = row.state == PROPOSED
    return Todo(
        tenant_id=row.tenant_id, campaign=desk.campaign, light=state.light if state else "near",
        state=state.text if state and state.light != "ok" else STATES[row.state],
        what=Message(_("举报奖励：%(number)s"), number=row.number),
        note=Message(_("%(n)s 元"), n=f"{row.amount / 100:,.2f}"), due=row.due_at,
        step=_("审批") if proposed else _("发放"), endpoint="tips.award", args={"tip_id": row.id},
    )  # fmt: skip
