"""Net sums: a matter credited to several units counts once; raw sums stay, and the reconciliation sheet says why."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import sqlalchemy as sa

from portal.activities.entry import Entry
from portal.activities.services import record_activity
from portal.campaigns.forms import (
    ACTIVITIES,
    Due,
    DueKind,
    Field,
    FieldKind,
    Form,
    Section,
    added_up,
    counted,
)
from portal.campaigns.sources import Clause
from portal.core.periods import PeriodKind
from portal.core.posts import PostKind
from portal.core.text import Text
from portal.figures.services import net_sums
from portal.figures.sources import Fact, Shared
from portal.reporting.models import ReportFile
from portal.reporting.upward import submit_report
from tests.reporting.county import OFFICE, County
from tests.reporting.test_pages import page

COUNTED_ONCE = Form(
    key="f", label=Text("f"), version=1, period=PeriodKind.MONTH, due=Due(kind=DueKind.LAST_CALENDAR_DAY),
    clause=Clause(source="s", article=Text("x")),
    sections=(
        Section(key="s", label=Text("s"), fields=(
            Field(key="held", label=Text("held"), kind=FieldKind.INTEGER, draws=(counted(ACTIVITIES),)),
            Field(key="reach", label=Text("reach"), kind=FieldKind.INTEGER, draws=(added_up(ACTIVITIES, "reach"),)),
            Field(key="typed", label=Text("typed"), kind=FieldKind.INTEGER),
        )),
    ),
)  # fmt: skip
DAY = date(2026, 6, 12)


def credited(matter: str, units: tuple[int, ...], reach: int) -> list[Fact]:
    return [Fact(u, matter, {"known_on": DAY.isoformat(), "reach": reach}) for u in units]


def test_a_shared_matter_counts_once_in_the_net_sum() -> None:
    """One joint activity of four units, and one of a single unit: raw 5, net 2."""
    matters = [Shared("activity:1", "集市宣传", ("甲", "乙", "丙", "丁"), DAY)]
    facts = credited("activity:1", (1, 2, 3, 4), 200) + credited("activity:2", (1,), 50)
    reported = {1: {"held": 2, "reach": 250, "typed": 9}, **{u: {"held": 1, "reach": 200} for u in (2, 3, 4)}}
    sums = {"held": 5, "reach": 850, "typed": 9}
    span = (date(2026, 6, 1), date(2026, 6, 30))
    net, repeated = net_sums(COUNTED_ONCE, sums, reported, matters, facts, span)
    assert net == {"held": 2, "reach": 250}
    assert [(r.units, dict(r.extra)) for r in repeated] == [((1, 2, 3, 4), {"held": 3, "reach": 600})]
    missing = {u: v for u, v in reported.items() if u in (1, 2)}
    net, _none = net_sums(COUNTED_ONCE, {"held": 3, "reach": 450}, missing, matters, facts, span)
    assert net == {"held": 2, "reach": 250}, "only forms that count"
    zero = reported | {4: {"held": 0, "reach": 0}}
    net, _none = net_sums(COUNTED_ONCE, {"held": 4, "reach": 650}, zero, matters, facts, span)
    assert net["held"] == 2, "a unit that said 0 did not count it"
    assert net_sums(COUNTED_ONCE, sums, reported, matters, facts, (date(2026, 7, 1), date(2026, 7, 31))) == (
        {},
        [],
    )
    assert net_sums(COUNTED_ONCE, sums, reported, [], facts, span) == ({}, [])


def test_one_joint_activity_of_four_units_in_page_and_file(county: County, login: Any) -> None:
    units = ("公安", "财政", "教育", "税务")
    held = date(2025, 9, 12)
    with county.inside() as session:
        entry = Entry(title="集市防范非法集资宣传", kind="rally", held_on=held, place="县城集市", reach=300)
        record_activity(
            session, OFFICE, county.now, unit_id=county.units["公安"].id, entry=entry, campaigns=[county.key],
            units=[county.units[u].id for u in units], request_key="joint",
        )  # fmt: skip
    for unit in units:
        county.plain(unit, publicity_activities=1)
    with county.inside() as session:
        report = county.report()
        submit_report(
            session, OFFICE, county.now, report=report, version=report.version, late_reason="",
            gap_reasons={u.id: "单位未报" for u in county.units.values()}, campaign=county.campaign,
        )  # fmt: skip
    report = county.report()
    assert report.values["publicity_activities"] == 4
    assert report.net == {"publicity_activities": 1}
    (line,) = report.duplicates
    assert (line["matter"], line["day"], line["extra"]) == (
        entry.title,
        "2025-09-12",
        {"publicity_activities": 3},
    )
    assert line["units"] == [county.units[u].full_name for u in units]
    shown = page(login(county.account(PostKind.OFFICE_STAFF)).get(county.url(f"board/{report.id}/submit")))
    assert "对账单" in shown
    assert entry.title in shown
    county.enter()
    file = county.session.scalars(sa.select(ReportFile)).one()
    sheet = openpyxl.load_workbook(io.BytesIO(file.content))["对账单"]
    (row,) = sheet.iter_rows(min_row=4, max_row=4, values_only=True)
    assert (row[0], row[1], row[2], row[4]) == (entry.title, "2025-09-12", "、".join(line["units"]), 3)
