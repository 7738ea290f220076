"""How an order stands: what its steps make of it, and the light at one moment. Pure; never stored by time.

The light (field custom, domain.md 3.3, and F5 step 6): green 正常; blue 临期 once three working days or fewer are left;
yellow 滞后 when feedback is missing by its date, when the office returned it, or when those last three working days begin
and the lead unit has said nothing yet; red 逾期 after the due instant; grey once it is closed or withdrawn. So blue and
yellow share the last three days: who has fed back is near, who has not is behind. The unit's clock stops when it
proposes closure; the office's own time to check is not held against it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from portal.core.clock import SHANGHAI, end_of
from portal.core.text import Message, Text, _
from portal.core.workdays import WorkCalendar
from portal.supervision.models import Cadence, Colour, Stage, StepKind

NEAR = 3
"""Working days left when an order is near."""
LEAST_LEAD = timedelta(days=3)
"""No feedback is asked sooner after the assignment."""

STAGES: dict[Stage, Text] = {
    Stage.OPEN: _("办理中"),
    Stage.PROPOSED: _("待审核"),
    Stage.CHECKED: _("待销号"),
    Stage.CLOSED: _("已销号"),
    Stage.WITHDRAWN: _("已撤销"),
}
LIGHTS: dict[str, Text] = {
    "ok": _("正常"),
    "near": _("临期"),
    "slow": _("滞后"),
    "late": _("逾期"),
    "done": _("已销号"),
}
CADENCES: dict[Cadence, Text] = {
    Cadence.NONE: _("办结时反馈"),
    Cadence.WEEKLY: _("每周"),
    Cadence.HALF_MONTHLY: _("每半月"),
    Cadence.MONTHLY: _("每月"),
}
COLOURS: dict[Colour, Text] = {
    Colour.BLUE: _("蓝色提醒单"),
    Colour.YELLOW: _("黄色催办单"),
    Colour.RED: _("红色督办单"),
}


class Step(Protocol):
    """What ``fold`` reads of an ``OrderStep``."""

    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def by_id(self) -> int | None: ...
    @property
    def colour(self) -> str: ...
    @property
    def data(self) -> dict[str, Any]: ...


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the steps so far come to."""

    stage: Stage = Stage.OPEN
    round: int = 1
    fed_at: datetime | None = None
    returned_at: datetime | None = None
    feedback_due: date | None = None
    handed_up_at: datetime | None = None
    handed_up_by: int | None = None
    closed_at: datetime | None = None
    look_back_on: date | None = None
    proposed_by: int | None = None
    """Account; who proposed or checked does not close."""
    checked_by: int | None = None
    slips: frozenset[str] = frozenset()
    """Colours given since the lead unit last said something."""


def fold(steps: Iterable[Step], cadence: Cadence, calendar: WorkCalendar) -> Standing:
    """The steps of one order, oldest first."""
    now = Standing()
    for step in steps:
        now = _after(now, step, cadence, calendar)
    return now


def _after(was: Standing, step: Step, cadence: Cadence, calendar: WorkCalendar) -> Standing:
    day = step.at.astimezone(SHANGHAI).date()
    first = next_feedback(cadence, day, None, calendar)
    match step.kind:
        case StepKind.ASSIGN:
            return replace(was, feedback_due=first)
        case StepKind.REASSIGN:
            return replace(
                was, stage=Stage.OPEN, fed_at=None, returned_at=None, feedback_due=first, slips=frozenset(),
                proposed_by=None, checked_by=None,
            )  # fmt: skip
        case StepKind.FEED if step.data.get("lead"):
            due = next_feedback(cadence, day, was.feedback_due, calendar)
            return replace(was, fed_at=step.at, returned_at=None, feedback_due=due, slips=frozenset())
        case StepKind.URGE:
            return replace(was, slips=was.slips | {step.colour})
        case StepKind.HAND_UP:
            return replace(was, handed_up_at=step.at, handed_up_by=step.by_id)
        case StepKind.INSTRUCT:
            return replace(was, handed_up_at=None, handed_up_by=None)
        case StepKind.PROPOSE:
            return replace(
                was, stage=Stage.PROPOSED, fed_at=step.at, returned_at=None, feedback_due=None, proposed_by=step.by_id,
                slips=frozenset(),
            )  # fmt: skip
        case StepKind.CHECK:
            return replace(was, stage=Stage.CHECKED, checked_by=step.by_id)
        case StepKind.RETURN:
            return replace(
                was,
                stage=Stage.OPEN,
                returned_at=step.at,
                feedback_due=first,
                proposed_by=None,
                checked_by=None,
            )
        case StepKind.CLOSE | StepKind.KEEP:
            return replace(
                was, stage=Stage.CLOSED, closed_at=was.closed_at or step.at, look_back_on=_day(step, "look_back_on"),
                handed_up_at=None, handed_up_by=None,
            )  # fmt: skip
        case StepKind.REOPEN:
            return Standing(round=was.round + 1, feedback_due=first)
        case StepKind.WITHDRAW:
            return replace(
                was,
                stage=Stage.WITHDRAWN,
                returned_at=None,
                feedback_due=None,
                handed_up_at=None,
                handed_up_by=None,
            )
        case _:
            return was


def _day(step: Step, key: str) -> date | None:
    return date.fromisoformat(step.data[key]) if step.data.get(key) else None


def next_feedback(cadence: Cadence, day: date, due: date | None, calendar: WorkCalendar) -> date | None:
    """When the next feedback is due: after an assignment (``due`` None) or a feedback on ``day`` that was due at ``due``.

    Fridays, or the 15th and the last day of the month, or the last day alone; the working day before where that is a
    day off. One feedback in a period is enough, however early; a late one leaves the next date where it is.
    """
    if cadence is Cadence.NONE:
        return None
    if due is None:
        return _scheduled(cadence, day + LEAST_LEAD, calendar)
    if day > due:
        return _scheduled(cadence, day + timedelta(days=1), calendar)
    return _scheduled(cadence, _scheduled(cadence, day, calendar) + timedelta(days=1), calendar)


def _scheduled(cadence: Cadence, first: date, calendar: WorkCalendar) -> date:
    """The first date of the cadence on or after ``first``."""
    day = first
    while True:
        if _falls(cadence, day):
            moved = calendar.shifted(day, -1).date
            if moved >= first:
                return moved
        day += timedelta(days=1)


def _falls(cadence: Cadence, day: date) -> bool:
    last = day.day == monthrange(day.year, day.month)[1]
    match cadence:
        case Cadence.WEEKLY:
            return day.weekday() == 4
        case Cadence.HALF_MONTHLY:
            return last or day.day == 15
        case _:
            return last


@dataclass(frozen=True)
class Facts:
    """What the light is made of, besides the moment."""

    stage: str
    due_at: datetime
    met_at: datetime | None
    """When closure was proposed; None = the clock runs."""
    fed_at: datetime | None
    returned_at: datetime | None
    feedback_due: date | None


@dataclass(frozen=True)
class State:
    """``light``: ok, near, slow, late or done; ``text``: the word with its days; ``why``: what makes it so."""

    light: str
    text: Message | Text
    why: Message | Text


def near_end(now: datetime, calendar: WorkCalendar) -> datetime:
    """What is due until this instant is near: three working days or fewer are left after today."""
    today = now.astimezone(SHANGHAI).date()
    return end_of(calendar.add_working_days(today, NEAR + 1).date - timedelta(days=1))


def state_of(facts: Facts, now: datetime, near: datetime) -> State:
    """The one function of the light; ``near`` is ``near_end`` of ``now``. ``listing.light_is`` says the same in SQL."""
    if facts.stage == Stage.WITHDRAWN:
        return State("done", _("已撤销"), _("已撤销，不再办理。"))
    if facts.stage == Stage.CLOSED:
        return State("done", _("已销号"), _("经审核销号。"))
    if facts.met_at is not None:
        word = STAGES[Stage(facts.stage)]
        if facts.met_at > facts.due_at:
            return State("late", _days_late(facts.due_at, facts.met_at), _("申请销号时已超过办结时限。"))
        return State("ok", word, _("已申请销号，时限停止计算。"))
    if now > facts.due_at:
        return State("late", _days_late(facts.due_at, now), _("已超过办结时限。"))
    if facts.returned_at is not None:
        return State("slow", LIGHTS["slow"], _("办公室已退回，尚未重新反馈。"))
    if facts.feedback_due is not None and now > end_of(facts.feedback_due):
        return State("slow", LIGHTS["slow"], _("到期未反馈进展。"))
    if facts.due_at <= near:
        if facts.fed_at is None:
            return State("slow", LIGHTS["slow"], _("距办结时限不足三个工作日，牵头单位还没有反馈。"))
        return State("near", _days_left(facts.due_at, now), _("距办结时限三个工作日以内。"))
    return State("ok", LIGHTS["ok"], _("按时限办理中。"))


def _days_late(due: datetime, at: datetime) -> Message:
    days = (at.astimezone(SHANGHAI).date() - due.astimezone(SHANGHAI).date()).days
    return Message(_("逾期 %(n)s 天"), n=max(days, 1))


def _days_left(due: datetime, now: datetime) -> Message | Text:
    days = (due.astimezone(SHANGHAI).date() - now.astimezone(SHANGHAI).date()).days
    return Message(_("临期 %(n)s 天"), n=days) if days else _("今天到期")


def slip_bar(colour: Colour, light: str, given: Iterable[str]) -> Text | None:
    """Why a slip of this colour cannot be given yet; None = it can. One colour after the other, unless the light is
    there already."""
    if colour is Colour.YELLOW and light not in ("slow", "late") and Colour.BLUE not in given:
        return _("尚未滞后，也没有发过蓝色提醒单，请先发蓝色提醒单。")
    if colour is Colour.RED and light != "late" and Colour.YELLOW not in given:
        return _("尚未逾期，也没有发过黄色催办单，请先发黄色催办单。")
    return None


def next_slip(light: str, given: Iterable[str]) -> Colour:
    """The colour to offer first."""
    taken = set(given)
    if light == "late" or Colour.YELLOW in taken:
        return Colour.RED
    return Colour.YELLOW if light == "slow" or Colour.BLUE in taken else Colour.BLUE
