"""What an office asks, counted by cells: the first edition counts, by quarter, per office that asks."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from openpyxl import load_workbook

from portal.core.audit import AuditEvent
from portal.core.periods import Period, parse_period
from portal.core.posts import PostKind
from portal.core.scope import Scope, set_scope
from portal.reporting.burden import Burden, View, quarters_to, read_burden, total
from portal.reporting.design.local_content import Content
from portal.reporting.models import SubmissionEdition
from portal.reporting.upward import submit_report
from tests.conftest import TestClock
from tests.factories import Factory
from tests.home.test_todo import statements
from tests.reporting.county import KEY, OFFICE, County, found_county
from tests.reporting.own import columns, publish

THIRD = parse_period("2025Q3")


def counted(county: County, unit: str, number: int = 1, **counts: int) -> None:
    """Give an edition its counts, as filing does."""
    sheet = county.sheet(unit)
    with county.inside() as session:
        edition = session.scalars(
            sa.select(SubmissionEdition).where(
                SubmissionEdition.submission_id == sheet.id, SubmissionEdition.number == number
            )
        ).one()
        for name in ("asked", "prefilled", "corrected", "repeated"):
            setattr(edition, name, counts.get(name, 0))


def read(
    county: County, below: tuple[int, ...] = (), quarter: Period = THIRD, on: date | None = None
) -> View:
    home = county.tenant.id
    county.session.rollback()
    set_scope(county.session, Scope(own=(home,), below=below, home=home))
    return read_burden(
        county.session,
        campaign=county.campaign,
        quarters=quarters_to(quarter, 2),
        today=on or county.now.date(),
    )


def test_the_first_edition_counts_and_corrections_are_not_asked_again(county: County) -> None:
    county.plain("甲镇")
    county.plain("甲镇", leads=4)
    county.plain("乙镇")
    counted(county, "甲镇", asked=30, prefilled=18, corrected=2, repeated=1)
    counted(county, "甲镇", 2, asked=30, prefilled=0)
    counted(county, "乙镇", asked=30, prefilled=20)
    view = read(county)
    found = view.own.of(THIRD)
    assert found.filed == 2
    assert (found.asked, found.prefilled, found.corrected, found.repeated) == (60, 38, 2, 1)
    assert found.share == Decimal("63.3")
    assert found.typed == 22
    assert dict(view.own.lines(THIRD))[str(county.form.label)].forms == 10
    assert view.own.of(parse_period("2025Q2")) == Burden()


def test_nothing_asked_has_no_share() -> None:
    assert Burden().share is None
    assert total([]) == Burden()
    assert total([Burden(asked=3, prefilled=1), Burden(asked=1)]).share == Decimal("25.0")


def test_own_additions_and_what_ended(county: County, clock: TestClock) -> None:
    publish(county, Content(columns=columns("走访大户", "召开会议")), county.form.key)
    row = publish(county, Content(label="走访情况", columns=columns("走访商铺"), ends_on=date(2025, 10, 31)))
    clock.at("2025-12-20T10:00:00")
    county.open()
    fourth = parse_period("2025Q4")
    view = read(county, quarter=fourth)
    lines = dict(view.own.lines(fourth))
    assert lines[str(county.form.label)].added == 2
    assert lines["走访情况"].ended == 1
    assert view.own.of(fourth).ended == 1
    assert read(county, quarter=fourth, on=date(2025, 10, 31)).own.of(fourth).ended == 0
    assert row.form not in lines


@pytest.mark.parametrize(
    ("period", "quarter"),
    [
        ("2025-08", "2025Q3"),
        ("2025Q3", "2025Q3"),
        ("2025H1", "2025Q2"),
        ("2025", "2025Q4"),
        ("2025-11-01", "2025Q4"),
    ],
)
def test_every_kind_of_period_falls_into_the_quarter_of_its_end(
    county: County, period: str, quarter: str
) -> None:
    with county.inside() as session:
        report = county.report()
        report.form, report.period, report.title = "own_x", period, "某表"
        session.flush()
    found = read(county, quarter=parse_period(quarter))
    assert dict(found.own.lines(parse_period(quarter)))["某表"].forms == 10
    other = parse_period(quarter).shifted(-1)
    assert "某表" not in dict(found.own.lines(other))


def send_up(county: County) -> None:
    with county.inside() as session:
        report = county.report()
        missing = {u.id: "未核准" for u in county.units.values()}
        submit_report(
            session,
            OFFICE,
            county.now,
            report=report,
            version=report.version,
            gap_reasons=missing,
            late_reason="",
        )


def test_a_city_counts_what_was_released_per_office_that_asks(county: County, make: Factory) -> None:
    body = make.mechanism(county.city, KEY)
    city = County(make, county.city, county.city, body, {})
    county.plain("甲镇")
    counted(county, "甲镇", asked=30, prefilled=18)
    ids = (county.tenant.id,)
    (office,) = read(city, ids).below
    assert (office.of(THIRD).forms, office.of(THIRD).asked) == (10, 0), (
        "asked is known, figures are not released"
    )
    send_up(county)
    (office,) = read(city, ids).below
    assert (office.code, office.of(THIRD).asked, office.of(THIRD).share) == (
        county.tenant.code,
        30,
        Decimal("60.0"),
    )
    with statements(make.app) as few:
        read(city, ids)
    more = [found_county(make, {"公安": "police"}, city=county.city) for _n in range(3)]
    for place in more:
        place.open()
    wider = (*ids, *(p.tenant.id for p in more))
    with statements(make.app) as many:
        assert len(read(city, wider).below) == 4
    assert len(many) == len(few)
    assert read(more[0]).below == ()
    assert read(more[0]).own.of(THIRD).asked == 0


# ------------------------------------------------------------------------------------------------- pages
def test_the_page_and_its_workbook_say_the_same(county: County, login: Callable[[str], FlaskClient]) -> None:
    county.plain("甲镇")
    counted(county, "甲镇", asked=1234, prefilled=800, corrected=3)
    office = login(county.account(PostKind.OFFICE_STAFF))
    shown = html.unescape(office.get(county.url("board/burden?quarter=2025Q3")).get_data(as_text=True))
    assert "要求 1,234 栏，系统带出 800 栏，少填 64.8%" in shown
    assert county.units["甲镇"].full_name not in shown, "per office that asks, never per unit that fills"
    assert "各地办公室" not in shown
    answer = office.get(county.url("board/burden.xlsx?quarter=2025Q3"))
    book = load_workbook(BytesIO(answer.data))
    rows: list[Any] = list(book.worksheets[0].iter_rows(min_row=4, max_row=5, values_only=True))
    assert rows[0][0] == str(county.form.label)
    assert rows[0][3:7] == (1234, 800, 434, 3)
    assert rows[0][8] == pytest.approx(0.648)
    assert len(book.worksheets) == 2
    county.enter()
    assert (
        county.session.scalars(sa.select(AuditEvent.act).order_by(AuditEvent.seq.desc()).limit(1)).one()
        == "export"
    )


def test_who_may_look(county: County, login: Callable[[str], FlaskClient]) -> None:
    for kind, status in ((PostKind.CONVENOR, 200), (PostKind.OFFICE_STAFF, 200)):
        assert login(county.account(kind)).get(county.url("board/burden")).status_code == status
    liaison = login(county.account(PostKind.LIAISON, "甲镇"))
    for path in ("board/burden", "board/burden.xlsx", "board/forms"):
        assert liaison.get(county.url(path)).status_code == 403


@pytest.mark.parametrize("quarter", ["2025-09", "x", "2025Q9", "2025H1", "=1+1"])
def test_nonsense_in_the_address_is_refused_in_words(
    county: County, login: Callable[[str], FlaskClient], quarter: str
) -> None:
    office = login(county.account(PostKind.OFFICE_STAFF))
    answer = office.get(county.url("board/burden"), query_string={"quarter": quarter})
    assert answer.status_code == 422


def test_a_hostile_name_stays_text_in_the_workbook(
    county: County, login: Callable[[str], FlaskClient]
) -> None:
    """A51: a name that begins like a formula."""
    own = Content(label="=cmd|'/c calc'!A1", columns=columns("一栏"), ends_on=date(2025, 9, 30))
    publish(county, replace(own, members=("police",)))
    county.open()
    office = login(county.account(PostKind.OFFICE_STAFF))
    answer = office.get(county.url("board/burden.xlsx?quarter=2025Q3"))
    sheet = load_workbook(BytesIO(answer.data)).worksheets[0]
    cell = next(c for row in sheet.iter_rows() for c in row if str(c.value).startswith("=cmd"))
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
