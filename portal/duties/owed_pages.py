"""限时任务: what is owed once a period or by a day. A unit's own, and the whole body as a matrix with its gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request

from portal.campaigns.declarations import Campaign, Obligation, Phase
from portal.core.clock import SHANGHAI
from portal.core.errors import NotAllowed
from portal.core.periods import Period, PeriodKind, period_of
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Message, Text, _
from portal.deadlines.since import days_since
from portal.duties.obligations import CADENCE_LABELS, KINDS, Item, Standing, bounds, declared, periods_of
from portal.duties.reading import Ask, last_days, read_items
from portal.duties.todos import entry_of, step_of
from portal.duties.views import blueprint
from portal.figures.evidence import Evidence, find_room, room_of
from portal.web.access import now, require, the_campaign, the_desk, the_reader, the_session
from portal.web.shell import address

YEARS_BACK = 3


def _today() -> date:
    return now().astimezone(SHANGHAI).date()


def may_see(desk: Desk | None, unit_id: int) -> bool:
    """How a unit stands in a body: for itself and for those who read every unit's reports there."""
    return desk is not None and (
        Right.REPORT_READ_ALL in desk.rights or unit_id in desk.units_with(Right.REPORT_FILL)
    )


def active_phases(campaign: Campaign, on: date) -> list[Phase]:
    return [p for p in campaign.phases if p.start <= on <= p.end]


@dataclass(frozen=True)
class OwedRow:
    """One obligation of one owner: how its running period stands, and the one before."""

    item: Item
    before: Item | None


def _running(campaign: Campaign, obligation: Obligation) -> Sequence[Period]:
    """The running period and the one before; a dated one as long as it is there."""
    if obligation.cadence is None:
        return periods_of(campaign, obligation, date.min, _today())
    since = period_of(_today(), KINDS[obligation.cadence]).shifted(-1).start
    return periods_of(campaign, obligation, since, _today())


def _rows(items: Sequence[Item]) -> list[OwedRow]:
    """Of items of one owner; what nobody was ever asked for is left out."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.obligation.key, []).append(item)
    rows = [OwedRow(g[-1], g[-2] if len(g) > 1 else None) for g in groups.values()]
    return [r for r in rows if r.item.standing is not Standing.NOT_ASKED or (r.before and r.before.light)]


def read_owed(
    unit_id: int, places: Sequence[tuple[int, Campaign, str]]
) -> tuple[dict[int, list[OwedRow]], dict[tuple[int, str], Message | Text]]:
    """Mechanism -> what the unit owes there; (mechanism, duty) -> 距上次 n 天 for duties with a soft word."""
    asks = [Ask(mechanism, campaign, frozenset({unit_id})) for mechanism, campaign, _member in places]
    if not places:
        return {}, {}
    items = read_items(the_session(), now(), asks, _running)
    found = {m: _rows([i for i in items if i.mechanism_id == m]) for m, _campaign, _member in places}
    latest = last_days(the_session(), [m for m, _campaign, _member in places], unit_id)
    since = {key: days_since(day, _today()).words for key, day in latest.items()}
    return found, since


def desk_of(mechanism_id: int) -> Desk | None:
    """The reader's desk in that body: a unit's page shows all its campaigns, the reader may be at home in some."""
    return next((d for d in the_reader().desks if d.mechanism_id == mechanism_id), None)


def writes_at(desk: Desk, unit_id: int | None) -> bool:
    if unit_id is None:
        return Right.REPORT_REVIEW in desk.rights
    return unit_id in desk.units_with(Right.RECORD_WRITE)


def owed_link(item: Item) -> dict[str, Any]:
    """For the templates: the button that leads to where the record is entered, and the records that met it."""
    desk, room = desk_of(item.mechanism_id), find_room(room_of(item.obligation))
    if desk is None:
        return {"url": "", "records": []}
    at = {"tenant": desk.tenant_code, "campaign": desk.campaign}
    reads = bool({Right.RECORD_READ_ALL, Right.RECORD_WRITE} & desk.rights)
    endpoint, args = entry_of(item)

    def page(record: Evidence) -> str:
        """'' for a line of the register: the item's own page lists it."""
        if room is None:
            return ""
        detail, argument = room.detail
        return address(detail, **at, **{argument: int(record.subject.partition(":")[2])})

    return {
        "step": step_of(item),
        "url": address(endpoint, **at, **args) if writes_at(desk, item.unit_id) else "",
        "records": [(r, page(r)) for r in item.met_by] if reads else [],
    }


@dataclass(frozen=True)
class UnitLine:
    unit_id: int
    name: str
    cells: tuple[Item, ...]
    """By period, oldest first."""


@blueprint.get("/<tenant>/<campaign>/duties/owed")
@require(Right.DUTY_READ)
def owed() -> Any:
    """Who oversees the body sees every unit and what the office owes; a unit its own."""
    desk, campaign = the_desk(), the_campaign()
    own, oversees = desk.units_with(Right.REPORT_FILL), Right.REPORT_READ_ALL in desk.rights
    if not own and not oversees:
        raise NotAllowed(_("限时任务的办理情况由本单位、办公室和召集人查看。"))
    offered = [o for o in declared(campaign) if not o.by_office]
    chosen = next((o for o in offered if o.key == request.args.get("of")), offered[0] if offered else None)
    years = _years(campaign, chosen)
    year = request.args.get("year", 0, int)
    year = year if year in years else years[0]
    items = _read_matrix(campaign, chosen, year, None if oversees else frozenset(own), oversees)
    lines = _lines([i for i in items if i.unit_id is not None])
    periods = [i.period for i in lines[0].cells] if lines else []
    at = next((p for p in periods if p.key == request.args.get("at")), periods[-1] if periods else None)
    column = {line.unit_id: next(c for c in line.cells if c.period == at) for line in lines}
    gaps = request.args.get("gap") == "1"
    return render_template(
        "duties/owed.html",
        declared=campaign,
        offered=offered,
        chosen=chosen,
        year=year,
        years=years,
        at=at,
        periods=periods,
        column=column,
        lines=[x for x in lines if not gaps or column[x.unit_id].waiting or _missed(column[x.unit_id])],
        asked=sum(c.done or c.waiting or _missed(c) for c in column.values()),
        done=sum(c.done for c in column.values()),
        missing=[c.unit for c in column.values() if c.waiting or _missed(c)],
        why=next((c.why for c in column.values()), ()),
        over=bool(at and at.end < _today()),
        gaps=gaps,
        oversees=oversees,
        office=_rows([i for i in items if i.unit_id is None]),
        office_name=desk.office_name,
        phases=active_phases(campaign, _today()),
        cadences=CADENCE_LABELS,
        column_label=column_label,
        owed_link=owed_link,
    )


def _missed(item: Item) -> bool:
    """A soft word that nobody followed: named as a gap, never as overdue."""
    return item.standing is Standing.PASSED


def _years(campaign: Campaign, obligation: Obligation | None) -> list[int]:
    """Newest first: the years in which it is owed, at most four of them."""
    today = _today()
    if obligation is None:
        return [today.year]
    first, last = bounds(campaign, obligation)
    end = min(today, last).year if last else today.year
    end = obligation.due.year if obligation.due else max(end, first.year)
    return list(range(end, max(first.year, end - YEARS_BACK) - 1, -1)) if not obligation.due else [end]


def _read_matrix(
    campaign: Campaign, chosen: Obligation | None, year: int, units: frozenset[int] | None, office: bool
) -> list[Item]:
    today = _today()
    keys = {o.key for o in declared(campaign) if o.by_office} | ({chosen.key} if chosen else set())

    def periods(of: Campaign, obligation: Obligation) -> Sequence[Period]:
        if obligation.by_office:
            return _running(of, obligation)
        if obligation.due is not None:
            return periods_of(of, obligation, date.min, today)
        return periods_of(of, obligation, date(year, 1, 1), min(today, date(year, 12, 31)))

    ask = Ask(the_desk().mechanism_id, campaign, units, office, frozenset(keys))
    return read_items(the_session(), now(), [ask], periods)


def _lines(items: Sequence[Item]) -> list[UnitLine]:
    """Units that were asked in one of the periods, or did it unasked, in official order.

    Periods before anybody was asked are left out.
    """
    asked = [i.period for i in items if _matters(i)]
    groups: dict[int, list[Item]] = {}
    for item in items:
        if asked and item.period >= min(asked):
            groups.setdefault(item.unit_id or 0, []).append(item)
    return [
        UnitLine(unit, cells[0].unit, tuple(cells))
        for unit, cells in groups.items()
        if any(map(_matters, cells))
    ]


def _matters(item: Item) -> bool:
    return item.standing is not Standing.NOT_ASKED or bool(item.met_by)


_QUARTERS = (_("一季度"), _("二季度"), _("三季度"), _("四季度"))


def column_label(period: Period) -> Message | Text:
    """Head of a narrow column; the year stands in the filter."""
    if period.kind is PeriodKind.MONTH:
        return Message(_("%(n)s月"), n=period.start.month)
    if period.kind is PeriodKind.QUARTER:
        return _QUARTERS[(period.start.month - 1) // 3]
    return period.label
