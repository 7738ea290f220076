"""What the portal proposes: steps that follow from watched obligations missed in a row. Derived, stored by nobody.

A period counts once it is over and the unit was asked for it the whole time (``obligations.is_asked``: a month before
the membership began does not count). A record that is entered later makes the miss go away. A miss that was decided
on, or that the office did not take up, is not proposed again; one that was declined no longer counts into a row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.assessment.models import Measure, MeasureState
from portal.campaigns.declarations import Campaign, Obligation
from portal.campaigns.oversight import Rung
from portal.core.clock import SHANGHAI
from portal.core.periods import Period, period_of
from portal.core.text import Message, _
from portal.duties.obligations import KINDS, Item, Standing, periods_of
from portal.duties.reading import Ask, read_items

PERIODS_BACK = 6
"""How many periods are looked at: what is older is proposed by hand or not at all."""
EXCUSED = (MeasureState.DECLINED, MeasureState.DROPPED)


@dataclass(frozen=True)
class Proposal:
    """A step for a unit, with the missed periods that speak for it, oldest first."""

    unit_id: int
    unit: str
    rung: Rung
    obligation: Obligation
    missed: tuple[Item, ...]

    @property
    def mark(self) -> str:
        return mark_of(self.obligation.key, self.missed[-1].period)

    @property
    def periods(self) -> list[str]:
        return [i.period.key for i in self.missed]

    @property
    def sentence(self) -> Message:
        """What goes before the unit as the reason."""
        if len(self.missed) == 1:
            text = _("%(period)s未完成“%(what)s”。")
            return Message(text, period=self.missed[0].period.label, what=self.obligation.label)
        text = _("%(first)s至%(last)s连续 %(n)s 期未完成“%(what)s”。")
        return Message(
            text, first=self.missed[0].period.label, last=self.missed[-1].period.label, n=len(self.missed),
            what=self.obligation.label,
        )  # fmt: skip


@dataclass
class _Known:
    """What was done about a unit's misses of one obligation."""

    marks: set[str] = field(default_factory=set)
    excused: set[str] = field(default_factory=set)
    steps: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    """(rung, periods) proposed or confirmed."""


def mark_of(obligation: str, period: Period) -> str:
    return f"{obligation}:{period.key}"


def list_proposals(
    session: Session,
    mechanism_id: int,
    campaign: Campaign,
    now: datetime,
    units: frozenset[int] | None = None,
) -> list[Proposal]:
    """The most severe first, each in official order of the units; ``units`` None = all. Constant in statements."""
    return list_everywhere(session, [(mechanism_id, campaign)], now, units).get(mechanism_id, [])


def list_everywhere(
    session: Session,
    places: Sequence[tuple[int, Campaign]],
    now: datetime,
    units: frozenset[int] | None = None,
) -> dict[int, list[Proposal]]:
    """The same by body, for several of them in as many statements as for one."""
    rungs = {m: [r for r in c.oversight.ladder if r.misses] for m, c in places if c.oversight.watched}
    asks = [Ask(m, c, units, keys=frozenset(c.oversight.watched)) for m, c in places if rungs.get(m)]
    if not asks:
        return {}
    today = now.astimezone(SHANGHAI).date()
    known = _read_known(session, [a.mechanism_id for a in asks])
    rows: dict[tuple[int, int, str], list[Item]] = defaultdict(list)
    for item in read_items(session, now, asks, lambda c, o: ended_periods(c, o, today)):
        if item.unit_id is not None:
            rows[item.mechanism_id, item.unit_id, item.obligation.key].append(item)
    found: dict[int, list[Proposal]] = defaultdict(list)
    for (body, unit_id, key), line in rows.items():
        done = known[body, unit_id, key]
        for run in _runs(line, done):
            rung = _due_rung(rungs[body], key, run, done)
            if rung is not None:
                found[body].append(Proposal(unit_id, run[0].unit, rung, run[0].obligation, tuple(run)))
    return {body: sorted(proposals, key=lambda p: -p.rung.misses) for body, proposals in found.items()}


def ended_periods(campaign: Campaign, obligation: Obligation, today: date) -> Sequence[Period]:
    assert obligation.cadence is not None
    since = period_of(today, KINDS[obligation.cadence]).shifted(-PERIODS_BACK).start
    return [p for p in periods_of(campaign, obligation, since, today) if p.end < today]


def _runs(line: Sequence[Item], known: _Known) -> list[list[Item]]:
    """Missed periods in a row."""
    runs: list[list[Item]] = [[]]
    for item in line:
        if item.standing is Standing.OVERDUE and item.period.key not in known.excused:
            runs[-1].append(item)
        elif runs[-1]:
            runs.append([])
    return [r for r in runs if r]


def _due_rung(rungs: Sequence[Rung], key: str, run: Sequence[Item], known: _Known) -> Rung | None:
    """The most severe step that the row has reached, unless this very miss was dealt with or the step stands already."""
    if mark_of(key, run[-1].period) in known.marks:
        return None
    rung = [r for r in rungs if r.misses <= len(run)][-1:]
    periods = {i.period.key for i in run}
    if not rung or any(step == rung[0].key and periods & dealt for step, dealt in known.steps):
        return None
    return rung[0]


def _read_known(session: Session, mechanisms: Sequence[int]) -> Mapping[tuple[int, int, str], _Known]:
    """By (body, unit, obligation)."""
    found: dict[tuple[int, int, str], _Known] = defaultdict(_Known)
    rows = session.execute(
        sa.select(
            Measure.mechanism_id, Measure.unit_id, Measure.obligation, Measure.rung, Measure.periods, Measure.mark, Measure.state
        ).where(
            Measure.mechanism_id.in_(mechanisms),
            Measure.obligation != "",
            Measure.state != MeasureState.WITHDRAWN.value,
        )
    )  # fmt: skip
    for body, unit_id, obligation, rung, periods, mark, state in rows:
        known = found[body, unit_id, obligation]
        known.marks.add(mark or "")
        if state in EXCUSED:
            known.excused.update(periods)
        else:
            known.steps.append((rung, frozenset(periods)))
    return found
