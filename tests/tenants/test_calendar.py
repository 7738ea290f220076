"""Import of a year's calendar, from pasted lines, .csv and .xlsx."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date
from typing import IO

import pytest
import sqlalchemy as sa
import xlsxwriter
from sqlalchemy.orm import Session

from portal.administration.upload import read_upload
from portal.core.errors import Invalid, NotAllowed
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.core.workdays import WorkCalendar
from portal.tenants.calendar import (
    GivenDay,
    import_year,
    list_years,
    load_calendar,
    packaged_until,
    parse_days,
    parse_rows,
)
from tests.conftest import NOON
from tests.factories import Factory

YEAR = packaged_until() + 1
LINES = f"{YEAR}-01-01,休,元旦\n{YEAR}/2/5，休，春节\n{YEAR}年2月8日\t休\t春节\n"


@dataclass
class File:
    filename: str | None
    stream: IO[bytes]


def upload(name: str, data: bytes) -> list[list[str]]:
    return read_upload(File(name, io.BytesIO(data)))


def workbook(rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            sheet.write(r, c, cell)
    book.close()
    return out.getvalue()


def test_lines_as_people_write_them() -> None:
    assert parse_days(parse_rows(LINES)) == [
        GivenDay(date(YEAR, 1, 1), False, "元旦"),
        GivenDay(date(YEAR, 2, 5), False, "春节"),
        GivenDay(date(YEAR, 2, 8), False, "春节"),
    ]


def test_a_heading_is_no_mistake_and_every_mistake_names_its_line() -> None:
    text = (
        "日期,类别,名称\n2027-01-01,休,元旦\n2027-02-30,休,无\n2027-01-02,不知,x\n2027-01-01,休,元旦\n"
        + "2027-01-03,休,"
        + "长" * 41
    )
    with pytest.raises(Invalid) as refused:
        parse_days(parse_rows(text))
    told = [str(m) for m in refused.value.problems.values()]
    assert [t.split(" ")[1] for t in told] == ["3", "4", "5", "6"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_of_offices(encoding: str) -> None:
    assert len(parse_days(upload("2027.CSV", LINES.encode(encoding)))) == 3


def test_a_workbook_with_real_dates() -> None:
    rows: list[list[object]] = [
        ["日期", "类别", "名称"],
        [date(2027, 1, 1), "休", "元旦"],
        ["2027-01-02", "班", ""],
    ]
    assert parse_days(upload("2027.xlsx", workbook(rows))) == [
        GivenDay(date(2027, 1, 1), False, "元旦"),
        GivenDay(date(2027, 1, 2), True, ""),
    ]


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("xl/worksheets/sheet1.xml", b"0" * (17 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.xlsx", b"not a zip"),
        ("x.xlsx", workbook([["x"]])[:300]),
        ("x.xlsx", _bomb()),
        ("x.xls", b"x"),
        ("x.csv", b"\x81\x00\xff"),
        ("x.csv", b"x" * (1024 * 1024 + 1)),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(name: str, data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        upload(name, data)
    assert list(refused.value.problems) == ["file"]


def test_an_imported_year_is_no_longer_provisional_and_replaces_itself(
    session: Session, make: Factory
) -> None:
    top = make.tenant("阳泉市")
    set_scope(session, Scope(own=(top.id,), home=top.id))
    before = {y.year: y.source for y in list_years(session, date(YEAR, 6, 1))}
    assert before == {YEAR - 1: "", YEAR: None, YEAR + 1: None, YEAR + 2: None}
    assert load_calendar(session).day(date(YEAR, 3, 3)).provisional
    saturday = next(date(YEAR, 2, d) for d in range(1, 8) if date(YEAR, 2, d).weekday() == 5)
    days = [*parse_days(parse_rows(LINES)), GivenDay(saturday, True, "春节")]
    import_year(session, SYSTEM, NOON, year=YEAR, days=days, source="国办发明电〔2026〕1号")
    calendar = load_calendar(session)
    assert not calendar.day(date(YEAR, 3, 3)).provisional
    assert calendar.day(saturday).works
    assert calendar.day(date(YEAR, 2, 5)).reason == "春节"
    found = next(y for y in list_years(session, date(YEAR, 6, 1)) if y.year == YEAR)
    assert (found.source, found.made_up[0].date) == ("国办发明电〔2026〕1号", saturday)
    import_year(session, SYSTEM, NOON, year=YEAR, days=days[:1], source="国办发明电〔2026〕2号")
    assert load_calendar(session).day(date(YEAR, 2, 8)) == WorkCalendar({date(YEAR, 1, 1): (False, "")}).day(
        date(YEAR, 2, 8)
    ), "the earlier import of the year is gone"


def test_the_calendar_is_read_in_one_statement(session: Session) -> None:
    statements: list[str] = []
    sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2]))
    load_calendar(session)
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("days", "source", "field"),
    [
        ([GivenDay(date(2027, 1, 1), False, "元旦")], "", "source"),
        ([GivenDay(date(2028, 1, 1), False, "元旦")], "某号文", "lines"),
        ([], "某号文", "lines"),
        ([GivenDay(date(2027, 1, 1), False, ""), GivenDay(date(2027, 1, 4), True, "")], "某号文", "lines"),
    ],
)
def test_an_import_that_makes_no_sense(
    session: Session, make: Factory, days: list[GivenDay], source: str, field: str
) -> None:
    top = make.tenant("阳泉市")
    set_scope(session, Scope(own=(top.id,), home=top.id))
    with pytest.raises(Invalid) as refused:
        import_year(session, SYSTEM, NOON, year=2027, days=days, source=source)
    assert list(refused.value.problems) == [field]


def test_only_the_top_of_the_tree_changes_everybodys_calendar(session: Session, make: Factory) -> None:
    county = make.tenant("平定县", make.tenant("阳泉市"))
    set_scope(session, Scope(own=(county.id,), home=county.id))
    with pytest.raises(NotAllowed):
        import_year(session, SYSTEM, NOON, year=YEAR, days=parse_days(parse_rows(LINES)), source="某号文")
