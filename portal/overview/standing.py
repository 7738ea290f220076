"""How one tenant or unit stands in one period: light, words, percentages. Derived when shown, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.core.text import Message, Text, _
from portal.reporting.models import COUNTED, ReportState, State
from portal.reporting.standing import NEAR, STATE_LABELS, lateness, light_of

Words = Message | Text | str

STATE_WORDS: dict[ReportState, Text] = {
    ReportState.COLLECTING: _("未上报"),
    ReportState.SUBMITTED: _("已上报"),
    ReportState.ACCEPTED: _("已受理"),
    ReportState.RETURNED: _("已退回"),
}


def percent(part: int, whole: int) -> int | None:
    """Whole percent; 100 only when nothing is missing, and never more. None where nothing was expected."""
    if not whole:
        return None
    return 100 if part >= whole else min(99, (200 * part + whole) // (2 * whole))


@dataclass(frozen=True)
class Standing:
    """``light``: ok, near, slow, late, or '' while there is nothing to say yet."""

    filed: int
    expected: int
    on_time: int
    light: str
    text: Words
    """Beside the light: ``9/10``, or the word that matters more."""
    word: Words = ""
    """State of the report."""
    note: Words = ""
    """Said in place of the percentages."""
    link: int = 0
    """Id of the report or form that the reader may open; 0 = none."""

    @property
    def complete(self) -> int | None:
        return percent(self.filed, self.expected)

    @property
    def timely(self) -> int | None:
        return percent(self.on_time, self.expected)


def tenant_standing(row: Any, now: datetime, *, own: bool = False) -> Standing:
    """``row``: counts, state and instants of a report. Of ``own`` units only the forms matter, not the way upward."""
    state, counts = ReportState(row.state), (row.filed, row.expected, row.on_time)
    shown = f"{row.filed}/{row.expected}"
    if own:
        return Standing(*counts, _own_light(row, now), shown, link=row.id)
    match state:
        case ReportState.SUBMITTED | ReportState.ACCEPTED:
            return Standing(*counts, _submitted_light(row, now), shown, STATE_WORDS[state], link=row.id)
        case ReportState.RETURNED:
            note = Message(_("退回前 %(counts)s"), counts=shown)
            return Standing(*counts, "slow", STATE_WORDS[state], STATE_WORDS[state], note, row.id)
    light = "late" if now > row.due_at else "near" if row.due_at - now <= NEAR else ""
    note = Message(_("汇总中 %(counts)s"), counts=shown)
    return Standing(*counts, light, STATE_WORDS[state], STATE_WORDS[state], note)


def _own_light(row: Any, now: datetime) -> str:
    if row.filed >= row.expected:
        return "ok"
    if now > row.due_at:
        return "slow"
    return "near" if row.due_at - now <= NEAR else ""


def _submitted_light(row: Any, now: datetime) -> str:
    complete, in_time = row.filed >= row.expected, row.submitted_at <= row.due_at
    if complete and in_time:
        return "ok"
    return "slow" if not in_time or now > row.due_at else "near"


def explain_gap(row: Any, now: datetime) -> tuple[Words, ...]:
    """Why a tenant's report of the chosen period is not complete, in its own words where it gave any."""
    if row.state == ReportState.RETURNED:
        return (Message(_("已退回：%(reason)s"), reason=row.review_reason),)
    if row.state == ReportState.COLLECTING:
        return (_not_submitted(row.due_at, now),)
    found: list[Words] = []
    late = lateness(row.due_at, row.submitted_at)
    if late:
        found.append(
            Message(_("%(late)s（%(reason)s）"), late=late, reason=row.late_reason)
            if row.late_reason
            else late
        )
    found += [Message(_("%(unit)s（%(reason)s）"), unit=g["unit"], reason=g["reason"]) for g in row.gaps]
    arrived = len(row.gaps) - (row.expected - row.filed)
    if row.gaps and arrived > 0:
        found.append(Message(_("其中 %(n)s 家已补报"), n=arrived))
    return tuple(found)


def _not_submitted(due_at: datetime, now: datetime) -> Message | Text:
    days = (due_at.date() - now.date()).days
    if now > due_at:
        return Message(_("尚未上报，已逾期 %(n)s 天"), n=max(1, -days))
    if days == 0:
        return _("尚未上报，今日 24:00 到期")
    return Message(_("尚未上报，%(m)s月%(d)s日 24:00 到期"), m=due_at.month, d=due_at.day)


def unit_gap(name: str, state: State) -> Message:
    return Message(_("%(unit)s（%(reason)s）"), unit=name, reason=STATE_LABELS[state])


def unit_standing(row: Any, now: datetime) -> Standing:
    """``row``: state and instants of one unit's form."""
    state = State(row.state)
    if state not in COUNTED:
        light = light_of(row.due_at, now, state)
        word = STATE_LABELS[state]
        if light.state == "ok":
            return Standing(0, 1, 0, "", word, word, link=row.id)
        return Standing(0, 1, 0, light.state, word, word, light.text, row.id)
    late = lateness(row.due_at, row.first_filed_at)
    note: Words = _("零报告") if row.zero else ""
    text: Words = STATE_LABELS[state]
    return Standing(1, 1, 0 if late else 1, "slow" if late else "ok", text, text, late or note, row.id)
