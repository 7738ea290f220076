"""Who reads a measure, and who may decide on it. A unit sees its own, other units not even that there is one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.assessment.models import Measure, MeasureState
from portal.campaigns.declarations import Campaign
from portal.campaigns.oversight import DATED, LASTING, Rung, RungKind
from portal.core.clock import SHANGHAI
from portal.core.errors import NotAllowed, NotFound
from portal.core.i18n import show_date, show_moment
from portal.core.posts import PostKind, Right
from portal.core.reader import Desk
from portal.core.text import Message, Text, _
from portal.units.bodies import MemberUnit, list_members

M = Measure
_HEADS = (PostKind.CONVENOR, PostKind.DEPUTY_CONVENOR, PostKind.OFFICE_DIRECTOR)


@dataclass(frozen=True)
class Seat:
    """The reader before the ladder of one body. ``deciding``: roster lines whose leader the ladder names, held here."""

    desk: Desk
    own: tuple[int, ...]
    office: bool
    oversees: bool
    deciding: frozenset[str]
    leads: frozenset[int]
    """Units that the reader leads (分管领导)."""
    heads: bool
    members: tuple[MemberUnit, ...]

    @property
    def sees_all(self) -> bool:
        return self.oversees or bool(self.deciding)


def take_seat(session: Session, desk: Desk, campaign: Campaign, today: date) -> Seat:
    """One statement."""
    members = tuple(list_members(session, desk.mechanism_id, today))
    own = desk.units_with(Right.ASSESS_FILL)
    named = {r.decided_by for r in campaign.oversight.ladder if r.decided_by}
    return Seat(
        desk, own, Right.ASSESS_SET in desk.rights, Right.REPORT_READ_ALL in desk.rights,
        frozenset(m.member for m in members if m.unit_id in own and m.member in named),
        frozenset(p.unit_id for p in desk.posts if p.kind is PostKind.LEADER_IN_CHARGE and p.unit_id is not None),
        any(p.kind in _HEADS for p in desk.posts), members,
    )  # fmt: skip


def readable(seat: Seat) -> sa.ColumnElement[bool]:
    here = sa.and_(M.tenant_id == seat.desk.tenant_id, M.mechanism_id == seat.desk.mechanism_id)
    if seat.sees_all:
        return here
    return sa.and_(here, M.unit_id.in_(seat.own), M.state != MeasureState.DROPPED.value)


def get_measure(session: Session, seat: Seat, measure_id: int) -> Measure:
    """``NotFound`` for what the reader may not know of."""
    found = session.scalars(sa.select(M).where(M.id == measure_id, readable(seat))).one_or_none()
    if found is None:
        raise NotFound
    return found


def find_rung(campaign: Campaign, key: str) -> Rung | None:
    return next((r for r in campaign.oversight.ladder if r.key == key), None)


def kind_of(campaign: Campaign, measure: Measure) -> RungKind:
    """A step that is declared no longer is a document and nothing more."""
    rung = find_rung(campaign, measure.rung)
    return rung.kind if rung else RungKind.CIRCULAR


def decider_units(measure: Measure, members: Sequence[MemberUnit]) -> list[MemberUnit]:
    """Units whose leader decides; empty = the convenor or the head of the office does. Nobody decides on itself: a
    unit that the ladder names as decider leaves its own case to the convenor."""
    if not measure.decider:
        return []
    return [m for m in members if m.member == measure.decider and m.unit_id != measure.unit_id]


def decider_missing(measure: Measure, members: Sequence[MemberUnit]) -> bool:
    """The ladder names a member that the body does not have, or not yet."""
    return bool(measure.decider) and all(m.member != measure.decider for m in members)


def decides(seat: Seat, measure: Measure) -> bool:
    """By post. That the proposer cannot decide is said by ``decide``, with the reason."""
    if Right.ASSESS_DECIDE not in seat.desk.rights or decider_missing(measure, seat.members):
        return False
    units = decider_units(measure, seat.members)
    if units:
        return any(u.unit_id in seat.leads for u in units)
    return seat.heads


def check_decides(seat: Seat, measure: Measure) -> None:
    if decides(seat, measure):
        return
    if decider_missing(measure, seat.members):
        raise NotAllowed(_("成员名单中没有有权决定的单位，请先在单位与岗位中补齐，再作决定。"))
    units = decider_units(measure, seat.members)
    if units:
        text = _("“%(label)s”由%(unit)s分管领导决定。")
        raise NotAllowed(Message(text, label=measure.label, unit=units[0].full_name))
    raise NotAllowed(Message(_("“%(label)s”由召集人或办公室主任决定。"), label=measure.label))


# ------------------------------------------------------------------------------------------------- how it stands
def is_ready(measure: Measure, now: datetime) -> bool:
    """The unit has answered, or its time to object is over."""
    return bool(measure.answer) or now > measure.object_by


def in_force(measure: Measure, kind: RungKind, today: date) -> bool:
    """Of a step that lasts: decided, with its document, begun, not over and not lifted."""
    if (
        kind not in LASTING
        or measure.state != MeasureState.CONFIRMED
        or not measure.number
        or measure.lifted_at
    ):
        return False
    if kind not in DATED:
        return True
    return bool(measure.starts_on and measure.ends_on and measure.starts_on <= today <= measure.ends_on)


def standing(measure: Measure, kind: RungKind, now: datetime) -> tuple[str, Message | Text]:
    """Light and words."""
    today = now.astimezone(SHANGHAI).date()
    match MeasureState(measure.state):
        case MeasureState.PROPOSED if is_ready(measure, now):
            return "slow", _("待决定")
        case MeasureState.PROPOSED:
            return "near", Message(_("待申辩，至 %(due)s"), due=show_moment(measure.object_by))
        case MeasureState.DECLINED:
            return "done", _("不采取")
        case MeasureState.WITHDRAWN:
            return "done", _("已撤回")
        case MeasureState.DROPPED:
            return "done", _("不提出")
        case MeasureState.CONFIRMED if measure.lifted_at:
            return "done", _("已解除")
        case MeasureState.CONFIRMED if not measure.number:
            return "slow", _("已决定，待发文")
    if kind not in LASTING:
        return "ok", _("已作出")
    if in_force(measure, kind, today):
        return "late", _("执行中")
    if measure.starts_on and measure.starts_on > today:
        return "slow", Message(_("%(day)s 起执行"), day=show_date(measure.starts_on))
    return "done", _("期满")


def has_step(steps: Collection[str], campaign: Campaign, rung: Rung) -> bool:
    """Among ``steps``, keys decided for a unit, is one at least as severe as the one before ``rung``."""
    order = [r.key for r in campaign.oversight.ladder]
    at = order.index(rung.key)
    return at == 0 or any(key in order and order.index(key) >= at - 1 for key in steps)
