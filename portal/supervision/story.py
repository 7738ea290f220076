"""The story of an order as its page tells it: its steps and what became of its clocks, in one line of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.i18n import show_date
from portal.core.text import Message, Text, _
from portal.deadlines.limits import show_end
from portal.deadlines.models import Deadline, DeadlineChange
from portal.documents.models import Attachment
from portal.supervision.access import Working, may_see
from portal.supervision.files import files_of
from portal.supervision.models import Colour, Order, OrderStep, StepKind
from portal.supervision.services import list_steps
from portal.supervision.states import COLOURS

KINDS: dict[StepKind, Text] = {
    StepKind.ASSIGN: _("立项交办"),
    StepKind.SIGN: _("签收"),
    StepKind.FEED: _("反馈"),
    StepKind.URGE: _("催办"),
    StepKind.HAND_UP: _("提请领导"),
    StepKind.INSTRUCT: _("领导批示"),
    StepKind.PROPOSE: _("申请销号"),
    StepKind.CHECK: _("审核同意"),
    StepKind.RETURN: _("退回"),
    StepKind.CLOSE: _("销号"),
    StepKind.KEEP: _("回头看，维持销号"),
    StepKind.REOPEN: _("回头看，重新督办"),
    StepKind.REASSIGN: _("改派牵头单位"),
    StepKind.WITHDRAW: _("撤销"),
    StepKind.PAPER: _("印发公文"),
}
_CHANGES: dict[str, Text] = {
    "asked": _("申请延期至 %(due)s"),
    "granted": _("同意延期至 %(due)s"),
    "refused": _("不同意延期，时限仍为 %(due)s"),
    "recomputed": _("按公布的日历重算，时限为 %(due)s"),
}
_SLIPS = {Colour.BLUE: "near", Colour.YELLOW: "slow", Colour.RED: "late"}


@dataclass(frozen=True, kw_only=True)
class Told:
    at: datetime
    label: Message | Text
    by: str
    parts: Sequence[tuple[Text | str, str]] = ()
    """Label ('' = none) and words."""
    light: str = ""
    """Of a slip, so that its colour has a shape, too."""
    files: Sequence[Attachment] = field(default_factory=tuple)
    link: tuple[str, str] | None = None
    """Subject and label of a record that is evidence."""


def tell_story(
    session: Session, order: Order, working: Sequence[Working], own: Sequence[int] | None
) -> list[Told]:
    """Latest first, as far as the reader sees it; three statements."""
    steps = [s for s in list_steps(session, order) if may_see(s, order, own)]
    files = files_of(session, steps)
    names = {w.unit_id: w.short_name for w in working}
    story = [_step(s, names, files.get(s.id, [])) for s in steps]
    if own is None or order.lead_id in own:
        story += _changes(session, order)
    return sorted(story, key=lambda t: t.at)[::-1]


def _step(step: OrderStep, names: dict[int, str], files: list[Attachment]) -> Told:
    kind = StepKind(step.kind)
    label: Message | Text = KINDS[kind]
    if kind is StepKind.URGE:
        label = Message(
            _("%(slip)s → %(unit)s"), slip=COLOURS[Colour(step.colour)], unit=names.get(step.unit_id or 0, "")
        )
    elif kind is StepKind.PAPER:
        label = Message(_("印发 %(number)s"), number=step.data.get("number", ""))
    elif kind in (StepKind.SIGN, StepKind.FEED, StepKind.PROPOSE):
        label = Message(_("%(unit)s%(what)s"), unit=names.get(step.unit_id or 0, ""), what=label)
    elif kind is StepKind.REASSIGN:
        old, new = (names.get(step.data.get(k, 0), "") for k in ("old", "new"))
        label = Message(_("改派牵头单位：%(old)s → %(new)s"), old=old, new=new)
    elif kind in (StepKind.CLOSE, StepKind.KEEP) and step.data.get("look_back_on"):
        day = show_date(date.fromisoformat(step.data["look_back_on"]))
        label = Message(_("%(what)s，%(day)s 回头看"), what=label, day=day)
    parts: list[tuple[Text | str, str]] = [
        (_("进展") if kind is StepKind.FEED else "", step.text),
        (_("问题"), step.problems),
        (_("下一步"), step.plan),
        (_("逾期原因"), step.data.get("late_reason", "")),
    ]
    link = (step.data["link"], step.data.get("label", "")) if step.data.get("link") else None
    return Told(
        at=step.at, label=label, by=step.by, parts=[p for p in parts if p[1]],
        light=_SLIPS[Colour(step.colour)] if step.colour else "", files=files, link=link,
    )  # fmt: skip


def _changes(session: Session, order: Order) -> list[Told]:
    """Extensions asked and decided, and what a calendar moved, of all its clocks; one statement."""
    rows = session.execute(
        sa.select(DeadlineChange.kind, DeadlineChange.new_due_at, DeadlineChange.reason, DeadlineChange.by,
                  DeadlineChange.at, Deadline.started_at)
        .join(Deadline, sa.and_(Deadline.tenant_id == DeadlineChange.tenant_id, Deadline.id == DeadlineChange.deadline_id))
        .where(
            Deadline.tenant_id == order.tenant_id, Deadline.subject == f"order:{order.id}",
            DeadlineChange.kind.in_(list(_CHANGES)),
        )
    )  # fmt: skip
    return [
        Told(
            at=at, label=Message(_CHANGES[kind], due=show_end(started, due)), by=by,
            parts=[("", reason)] if reason else [],
        )
        for kind, due, reason, by, at, started in rows
    ]  # fmt: skip
