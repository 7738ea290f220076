"""The list of tips, of rewards, and the figures: row tuples, one statement each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.clock import SHANGHAI
from portal.core.reader import Desk
from portal.core.sealing import open_values
from portal.core.text import Text, _
from portal.deadlines.models import Deadline
from portal.deadlines.state import DeadlineState, state_of
from portal.tips.access import readable, rewarded
from portal.tips.awards import PAID
from portal.tips.models import Outcome, Stage, Tip, TipAward, TipMark
from portal.tips.services import ANSWER, CHECK, OPEN, STAGES
from portal.units.models import Unit

PAGE, MAX_PAGE, GIST = 50, 1000, 60
FILTERS: dict[str, Text] = {
    **{stage.value: label for stage, label in STAGES.items()},
    "alike": _("可能重复"),
    "all": _("全部"),
}
"""What the address may ask for; '' = what is not ended."""


@dataclass(frozen=True)
class Row:
    id: int
    number: str
    title: str
    """What the office called it; before that the beginning of what was told, for who may read it anyway."""
    stage: Stage
    outcome: str
    anonymous: bool
    files: int
    filed_at: datetime
    unit: str
    alike: bool
    news: bool
    light: DeadlineState | None
    due: datetime | None


def _clock(rule: str) -> sa.ScalarSelect[datetime]:
    return (
        sa.select(Deadline.due_at)
        .where(
            Deadline.tenant_id == Tip.tenant_id,
            Deadline.subject == sa.literal("tip:") + sa.cast(Tip.id, sa.String),
            Deadline.rule == rule,
        )
        .scalar_subquery()
    )


def _alike() -> sa.ColumnElement[bool]:
    """Another tip, not joined yet, tells the same."""
    own, other, that = sa.orm.aliased(TipMark), sa.orm.aliased(TipMark), sa.orm.aliased(Tip)
    return sa.and_(
        Tip.joined_id.is_(None),
        sa.exists().where(
            own.tenant_id == Tip.tenant_id, own.tip_id == Tip.id, other.tenant_id == own.tenant_id,
            other.digest == own.digest, other.tip_id != own.tip_id, that.tenant_id == other.tenant_id,
            that.id == other.tip_id, that.joined_id.is_(None), that.mechanism_id == Tip.mechanism_id,
        ),
    )  # fmt: skip


def list_tips(
    session: Session, desk: Desk, *, state: str = "", text: str = "", page: int = 1, now: datetime
) -> tuple[list[Row], bool]:
    """One page, the newest first, and whether there are more; one statement."""
    alike = _alike()
    query = (
        sa.select(
            Tip.id, Tip.number, Tip.title, Tip.content, Tip.stage, Tip.outcome, Tip.anonymous, Tip.files, Tip.filed_at,
            Unit.short_name, alike.label("alike"), Tip.told_at, Tip.worked_at, Tip.tenant_id,
            sa.case((Tip.stage == Stage.NEW.value, _clock(CHECK)), else_=_clock(ANSWER)).label("due"),
        )
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Tip.tenant_id, Unit.id == Tip.unit_id))
        .where(readable(desk))
        .order_by(Tip.filed_at.desc(), Tip.id.desc())
    )  # fmt: skip
    if state == "alike":
        query = query.where(alike, Tip.stage.in_(OPEN))
    elif state in STAGES:
        query = query.where(Tip.stage == state)
    elif state != "all":
        query = query.where(Tip.stage.in_(OPEN))
    if text:
        query = query.where(
            sa.or_(Tip.number.contains(text, autoescape=True), Tip.title.contains(text, autoescape=True))
        )
    page = min(max(page, 1), MAX_PAGE)
    rows = session.execute(query.limit(PAGE + 1).offset((page - 1) * PAGE)).all()
    found = []
    for r in rows[:PAGE]:
        # the list opens what the page behind it would show to the same reader; never who told
        content = (
            {} if r.title else open_values(session, r.tenant_id, f"tip:{r.id}", {"what": r.content["what"]})
        )
        open_ = r.stage in OPEN
        found.append(
            Row(
                r.id, r.number, r.title or str(content["what"])[:GIST], Stage(r.stage), r.outcome, r.anonymous,
                r.files, r.filed_at, r.short_name or "", r.alike,
                r.told_at is not None and (r.worked_at is None or r.told_at > r.worked_at),
                state_of(r.filed_at, r.due, None, now) if r.due and open_ else None, r.due if open_ else None,
            )
        )  # fmt: skip
    return found, len(rows) > PAGE


@dataclass(frozen=True)
class AwardRow:
    tip_id: int
    number: str
    state: str
    amount: int
    label: str
    rule: str
    proposed_at: datetime
    voucher: str
    paid_on: date | None


def list_awards(session: Session, desk: Desk, *, page: int = 1) -> tuple[list[AwardRow], bool]:
    """Of the whole body for the office and its leaders, else of the tips that the desk handles. No tip's content."""
    query = (
        sa.select(
            TipAward.tip_id, Tip.number, TipAward.state, TipAward.amount, TipAward.rule, TipAward.proposed_at,
            TipAward.voucher, TipAward.paid_on,
        )
        .join(Tip, sa.and_(Tip.tenant_id == TipAward.tenant_id, Tip.id == TipAward.tip_id))
        .where(rewarded(desk))
        .order_by(TipAward.paid_on.is_not(None), TipAward.proposed_at.desc(), TipAward.id)
    )  # fmt: skip
    page = min(max(page, 1), MAX_PAGE)
    rows = session.execute(query.limit(PAGE + 1).offset((page - 1) * PAGE)).all()
    found = [
        AwardRow(
            r.tip_id, r.number, r.state, r.amount, r.rule["label"], r.rule["number"], r.proposed_at, r.voucher, r.paid_on
        )
        for r in rows[:PAGE]
    ]  # fmt: skip
    return found, len(rows) > PAGE


@dataclass
class Sums:
    """Of a span of days. ``amount`` in fen."""

    received: int = 0
    holds: int = 0
    fails: int = 0
    elsewhere: int = 0
    answered: int = 0
    rewards: int = 0
    amount: int = 0


def sum_up(session: Session, tenant_id: int, mechanism_id: int, first: date, last: date) -> Sums:
    """Received and checked by the day a tip came in, answered by the day of the answer, rewards by the day they were
    paid; two statements. For the tenant itself: nothing of it is released to superiors."""
    start = datetime(first.year, first.month, first.day, tzinfo=SHANGHAI)
    end = datetime(last.year, last.month, last.day, tzinfo=SHANGHAI) + timedelta(days=1)
    came = sa.and_(Tip.filed_at >= start, Tip.filed_at < end)
    outcomes = [sa.and_(came, Tip.outcome == o.value) for o in Outcome]
    ended = sa.and_(Tip.closed_at >= start, Tip.closed_at < end)
    counts = session.execute(
        sa.select(*(sa.func.count(sa.case((c, 1))) for c in (came, *outcomes, ended))).where(
            Tip.tenant_id == tenant_id, Tip.mechanism_id == mechanism_id
        )
    ).one()
    paid = session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(TipAward.amount), 0)).where(
            TipAward.tenant_id == tenant_id, TipAward.mechanism_id == mechanism_id, TipAward.state == PAID,
            TipAward.paid_on >= first, TipAward.paid_on <= last,
        )
    ).one()  # fmt: skip
    return Sums(counts[0], counts[1], counts[2], counts[3], counts[4], paid[0], int(paid[1]))
