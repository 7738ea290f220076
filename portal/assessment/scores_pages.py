"""Pages of the score: the body in official order with its median, and a unit's sheet with the addition line by line."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for

from portal.assessment.ladder_access import take_seat
from portal.assessment.models import ScoreResult, ScoreSheet
from portal.assessment.scores import CLOSERS, find_sheet, get_sheet, list_versions, list_years
from portal.assessment.scores_counting import (
    Addition,
    Line,
    changes,
    median,
    read_lines,
    show_points,
)
from portal.assessment.scores_files import list_files
from portal.assessment.scores_reading import UnitScore, read_scores
from portal.assessment.views import at, blueprint
from portal.campaigns.oversight import PointKind
from portal.core.clock import SHANGHAI
from portal.core.errors import NotFound
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Message, Text, _
from portal.tenants.calendar import load_calendar
from portal.units.bodies import MemberUnit, list_members
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import row_id

SHEET = "<int(max=9223372036854775807):sheet_id>"
UNIT = "<int(max=9223372036854775807):unit_id>"
KINDS: dict[PointKind, Text] = {
    PointKind.BASE: _("基本分"),
    PointKind.BONUS: _("加分"),
    PointKind.DEDUCTION: _("扣分"),
}


@blueprint.app_template_filter("points")
def _points(points: int) -> str:
    return show_points(points)


def today() -> Any:
    return now().astimezone(SHANGHAI).date()


def oversees(desk: Desk) -> bool:
    """The office and the convenors, who answer objections too."""
    return Right.REPORT_READ_ALL in desk.rights


def sees_all(desk: Desk) -> bool:
    """They, and the member whose leader the ladder names as decider (政法委, D2 二（二）第1项); any other unit sees
    its own sheet only."""
    if oversees(desk):
        return True
    return take_seat(the_session(), desk, the_campaign(), today()).sees_all


def own_units(desk: Desk) -> tuple[int, ...]:
    return desk.units_with(Right.ASSESS_FILL)


def members_of(sheet: ScoreSheet) -> list[MemberUnit]:
    """Units that are assessed: those of the year's last day, or of today while it runs; guests are not."""
    day = min(today(), today().replace(year=sheet.year, month=12, day=31))
    return [m for m in list_members(the_session(), sheet.mechanism_id, day) if m.member]


def lines_of(sheet: ScoreSheet) -> tuple[Line, ...]:
    """As published last; before that the draft."""
    versions = list_versions(the_session(), sheet)
    return read_lines(versions[0].lines if versions else sheet.draft)


def scores_of(sheet: ScoreSheet, lines: Sequence[Line], units: Sequence[int]) -> dict[int, UnitScore]:
    session = the_session()
    return read_scores(session, sheet, the_campaign(), lines, units, load_calendar(session), now())


def results_of(sheet: ScoreSheet) -> dict[int, ScoreResult]:
    """What was kept when the year was closed."""
    if sheet.closed_at is None:
        return {}
    rows = the_session().query(ScoreResult).filter(ScoreResult.sheet_id == sheet.id)
    return {r.unit_id: r for r in rows}


def link(sheet: ScoreSheet) -> Any:
    """Unit -> address of its sheet, for notices."""

    def page(unit_id: int) -> str:
        return url_for("assessment.score_unit", sheet_id=sheet.id, unit_id=unit_id, **at(the_desk()))

    return page


def status_of(sheet: ScoreSheet) -> tuple[str, Message | Text]:
    if sheet.closed_at is not None:
        return "done", Message(_("已定档 %(number)s"), number=sheet.closed_number)
    if not sheet.version:
        return "slow", _("未发布")
    return "near", Message(_("预览，第 %(n)s 版"), n=sheet.version)


@blueprint.get("/<tenant>/<campaign>/assessment/scores")
@require(Right.ASSESS_READ)
def scores() -> Any:
    """Of the office and the convenors; a unit is led to its own sheet."""
    desk, session = the_desk(), the_session()
    years = list_years(session, desk)
    year = row_id(request.args.get("year", "")) or (years[0] if years else today().year)
    sheet = find_sheet(session, desk, year)
    shown = sheet if sheet is not None and (sheet.version or oversees(desk)) else None
    if shown is not None and not sees_all(desk):
        units = [u for u in own_units(desk) if u in {m.unit_id for m in members_of(shown)}]
        if units:
            return redirect(
                url_for("assessment.score_unit", sheet_id=shown.id, unit_id=units[0], **at(desk)), 303
            )
        shown = None
    rows: list[tuple[MemberUnit, int | None, int]] = []
    if shown is not None and shown.version:
        rows = list_rows(shown)
    totals = [total for _m, total, _n in rows if total is not None]
    return render_template(
        "assessment/scores.html", at=at(desk), declared=the_campaign(), sheet=shown, rows=rows, years=years, year=year,
        median=median(totals), status=status_of(shown) if shown else None, oversees=oversees(desk),
        office=Right.ASSESS_SET in desk.rights, closes=any(p.kind in CLOSERS for p in desk.posts), offered=_offered(years),
        over=today().year > year, problems={}, typed={},
    )  # fmt: skip


def _offered(years: Sequence[int]) -> list[int]:
    """Years for which the office may begin a sheet."""
    return [y for y in (today().year, today().year - 1, today().year + 1) if y not in years]


def list_rows(sheet: ScoreSheet) -> list[tuple[MemberUnit, int | None, int]]:
    """(unit, total, objections that wait) in official order. No ranking, not as a column and not as an order."""
    members, kept = members_of(sheet), results_of(sheet)
    if kept:
        return [(m, kept[m.unit_id].total if m.unit_id in kept else None, 0) for m in members]
    found = scores_of(sheet, lines_of(sheet), [m.unit_id for m in members])
    return [
        (m, found[m.unit_id].addition.total, sum(o.answered_at is None for o in found[m.unit_id].objections.values()))
        for m in members
    ]  # fmt: skip


def open_unit(sheet_id: int, unit_id: int) -> tuple[ScoreSheet, MemberUnit]:
    """``NotFound`` for another unit's sheet."""
    desk = the_desk()
    sheet = get_sheet(the_session(), desk, sheet_id)
    if unit_id not in own_units(desk) and not sees_all(desk):
        raise NotFound
    unit = next((m for m in members_of(sheet) if m.unit_id == unit_id), None)
    if unit is None:
        raise NotFound
    return sheet, unit


@blueprint.get(f"/<tenant>/<campaign>/assessment/scores/{SHEET}/units/{UNIT}")
@require(Right.ASSESS_READ)
def score_unit(sheet_id: int, unit_id: int) -> Any:
    return unit_page(*open_unit(sheet_id, unit_id))


def unit_page(
    sheet: ScoreSheet, unit: MemberUnit, problems: Mapping[str, Message | Text] | None = None, step: str = "", status: int = 200,
) -> Any:  # fmt: skip
    desk, session = the_desk(), the_session()
    versions = list_versions(session, sheet)
    lines = read_lines(versions[0].lines if versions else sheet.draft)
    score = scores_of(sheet, lines, [unit.unit_id])[unit.unit_id]
    kept = results_of(sheet).get(unit.unit_id)
    page = render_template(
        "assessment/score_unit.html", at=at(desk), declared=the_campaign(), sheet=sheet, unit=unit, score=score, kept=kept,
        lines=lines, kinds=KINDS, status=status_of(sheet), office=Right.ASSESS_SET in desk.rights and not sheet.closed_at,
        own=unit.unit_id in own_units(desk) and not sheet.closed_at, oversees=oversees(desk), versions=versions,
        changed=changes(read_lines(versions[1].lines), lines) if len(versions) > 1 else [], sum_of=sentence,
        entering=[line for line in lines if not line.obligation], problems=problems or {}, step=step,
        typed=request.form if problems else {}, request_key=secrets.token_urlsafe(18), moment=now(), me=the_actor().account_id, files=list_files(session, score),
        numbers=score_numbers(score.addition), several=unit.unit_id not in own_units(desk) or oversees(desk),
    )  # fmt: skip
    return page, status


def sentence(addition: Addition) -> str:
    """The addition as one calculates it: 24 + 20 - 2 + 1 = 43."""
    parts = [show_points(s.value) if s.value < 0 else f"+{show_points(s.value)}" for s in addition.lines]
    return f"{' '.join(parts).removeprefix('+')} = {show_points(addition.raw)}"


def score_numbers(addition: Addition) -> dict[str, int]:
    """Event -> its number on the page, so that an objection and its answer name the same line."""
    keys = [e.key for s in addition.lines for e in s.events]
    return {key: n for n, key in enumerate(keys, 1)}


def last_window(found: Mapping[int, UnitScore]) -> datetime | None:
    return max((until for s in found.values() for until in s.object_by.values()), default=None)
