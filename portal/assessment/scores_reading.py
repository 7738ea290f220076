"""The events behind the scores of a year: entered ones and those that follow from obligations. Constant in statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.assessment.models import ScoreEvent, ScoreObjection, ScoreSheet
from portal.assessment.scores_counting import Addition, Event, Line, add_up
from portal.assessment.scores_events import objection_limit
from portal.campaigns.declarations import Campaign, Obligation
from portal.core.clock import SHANGHAI
from portal.core.periods import Period
from portal.core.text import Message, _
from portal.core.workdays import WorkCalendar
from portal.duties.obligations import Item, Standing, declared, periods_of
from portal.duties.reading import Ask, read_items


@dataclass(frozen=True)
class UnitScore:
    """``object_by``: event -> last instant of an objection; ``objections``: event -> what the unit said."""

    addition: Addition
    object_by: Mapping[str, datetime]
    objections: Mapping[str, ScoreObjection]
    entered: Mapping[str, ScoreEvent]


def countable(campaign: Campaign) -> list[Obligation]:
    """What a line of the sheet may be derived from: owed by units in every period, without a soft word (Q-29)."""
    return [o for o in declared(campaign) if o.cadence and not o.soft and not o.by_office]


def read_scores(
    session: Session, sheet: ScoreSheet, campaign: Campaign, lines: Sequence[Line], units: Sequence[int],
    calendar: WorkCalendar, now: datetime,
) -> dict[int, UnitScore]:  # fmt: skip
    """Of each unit, also of those to which nothing happened."""
    of_line = {line.key: line for line in lines}
    events: dict[int, list[Event]] = defaultdict(list)
    until: dict[int, dict[str, datetime]] = defaultdict(dict)
    entered: dict[int, dict[str, ScoreEvent]] = defaultdict(dict)
    objections: dict[int, dict[str, ScoreObjection]] = defaultdict(dict)
    wanted = (ScoreObjection.sheet_id == sheet.id, ScoreObjection.unit_id.in_(units))
    for objection in session.scalars(sa.select(ScoreObjection).where(*wanted)):
        objections[objection.unit_id][objection.event] = objection
    rows = session.scalars(
        sa.select(ScoreEvent).where(ScoreEvent.sheet_id == sheet.id, ScoreEvent.unit_id.in_(units))
    )
    for row in rows:
        key, line = f"event:{row.id}", of_line.get(row.line)
        points = (row.points if row.points is not None else line.each) if line else 0
        said = objections[row.unit_id].get(key)
        excused = row.withdrawn_at is not None or bool(said and said.upheld)
        events[row.unit_id].append(
            Event(key, row.line, points, row.happened_on, row.evidence, row.by, excused, row.page)
        )
        until[row.unit_id][key], entered[row.unit_id][key] = row.object_by, row
    ends: dict[datetime, datetime] = {}
    for unit_id, line, item in _missed(session, sheet, campaign, lines, units, now):
        key = f"{item.obligation.key}:{item.period.key}"
        said = objections[unit_id].get(key)
        text = Message(_("%(period)s “%(what)s”%(how)s"), period=item.period.label, what=item.obligation.label, how=item.text if line.late else _("未完成"))  # fmt: skip
        events[unit_id].append(
            Event(key, line.key, line.each, item.period.end, str(text), "", bool(said and said.upheld))
        )
        start = max(item.due, sheet.published_at or item.due)
        if start not in ends:
            ends[start] = objection_limit(start, calendar).due
        until[unit_id][key] = ends[start]
    return {u: UnitScore(add_up(lines, events[u]), until[u], objections[u], entered[u]) for u in units}


def _missed(
    session: Session,
    sheet: ScoreSheet,
    campaign: Campaign,
    lines: Sequence[Line],
    units: Sequence[int],
    now: datetime,
) -> list[tuple[int, Line, Item]]:
    """Periods of the year that were missed, or met late, for each line that counts them."""
    known = {o.key for o in countable(campaign)}
    derived = [line for line in lines if line.obligation in known]
    if not derived or not units:
        return []
    today = now.astimezone(SHANGHAI).date()

    def periods(of: Campaign, obligation: Obligation) -> Sequence[Period]:
        last = min(today, date(sheet.year, 12, 31))
        found = periods_of(of, obligation, date(sheet.year, 1, 1), last)
        return [p for p in found if p.end.year == sheet.year and p.end < today]

    ask = Ask(
        sheet.mechanism_id, campaign, frozenset(units), keys=frozenset(line.obligation for line in derived)
    )
    items = read_items(session, now, [ask], periods)
    return [
        (item.unit_id, line, item)
        for line in derived
        for item in items
        if item.obligation.key == line.obligation
        and item.unit_id is not None
        and item.standing is (Standing.MET_LATE if line.late else Standing.OVERDUE)
    ]
