# ruff: noqa: F811  (fixtures are imported and then asked for by name)
"""Hostile workbooks through the pages of a form: a sentence or a difference, never a crash, and nothing foreign."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.core.posts import PostKind
from tests.reporting.books import filled, opened, saved, send_file
from tests.reporting.conftest import app, clock, county  # noqa: F401
from tests.reporting.county import County
from tests.reporting.test_upload import (  # noqa: F401
    OTHER,
    TOWN,
    Login,
    address,
    blank,
    board,
    bring,
    confirm,
    liaison,
    office,
    page,
)

FIGURE, MONEY = "专题会议", "清退金额"
HOLD = "ZZZZ"


def tampered(content: bytes, put: str, find: str = HOLD) -> bytes:
    """The workbook with ``put`` in place of ``find`` in its raw XML, as no program would write it."""
    stream, count = BytesIO(), 0
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            data = old.read(member)
            count += data.count(find.encode())
            new.writestr(member.filename, data.replace(find.encode(), put.encode()))
    assert count, find
    return stream.getvalue()


def goes_on(client: FlaskClient, county: County, answer: Any) -> None:
    """Refused with a sentence, or shown, confirmed, handed back and the form opened again."""
    assert answer.status_code in (303, 422), page(answer)[-300:]
    if answer.status_code == 303:
        assert client.get(answer.location).status_code == 200
        assert confirm(client, answer.location, tick=["meetings"]).status_code in (303, 422)
        assert client.get(f"{answer.location}/rest.xlsx").status_code in (200, 303)
    assert client.get(address(county)).status_code == 200


TEXTS = ("a_x0000_b", "_xD800_1", "_xDC00__xD800_", "9" * 5000, "&#9;=1+1")
NUMBERS = ("NaN", "1e999", "-1e999", "-5", "9223372036854775808")


@pytest.mark.parametrize("label", [FIGURE, MONEY])
def test_a_text_that_no_database_holds(county: County, liaison: FlaskClient, label: str) -> None:
    """NUL is refused by PostgreSQL, half a pair by every encoder: both crashed the page once."""
    content = filled(blank(county, liaison), {label: HOLD})
    for text in TEXTS:
        goes_on(liaison, county, send_file(liaison, address(county) + "/upload", tampered(content, text)))
    assert county.sheet(TOWN).values.get("meetings") in (None, 0)


def test_a_number_that_is_none_or_too_large(county: County, liaison: FlaskClient) -> None:
    """A78, as raw cell values; infinity is no JSON for PostgreSQL."""
    content = filled(blank(county, liaison), {FIGURE: 777777})
    for number in NUMBERS:
        given = tampered(content, f"<v>{number}</v>", "<v>777777</v>")
        goes_on(liaison, county, send_file(liaison, address(county) + "/upload", given))
    assert county.sheet(TOWN).values.get("meetings") in (None, 0)


NONSENSE = ("²", "9" * 5000, "-1", "_x0000_", "_xD800_", str(2**63))


@pytest.mark.parametrize("place", ["unit_id", "submission_id", "digest"])
def test_a_mark_with_nonsense_in_it(
    county: County,
    liaison: FlaskClient,
    office: FlaskClient,
    place: str,
) -> None:
    book = opened(blank(county, liaison))
    hidden = next(s for s in book.worksheets if s.sheet_state != "visible")
    cell = next(c for c in hidden[2] if str(c.value) == _of_mark(county, place, hidden))
    cell.value = HOLD
    content = saved(book)
    for value in NONSENSE:
        given = tampered(content, value)
        assert send_file(liaison, address(county) + "/upload", given).status_code == 422
        answer = send_file(office, board(county, "upload"), given)
        assert answer.status_code == 303
        assert "标识与本系统签发的不符" in page(office.get(answer.location))
        confirm(office, answer.location, action="file")
    assert county.sheet(TOWN).edition == 0


def _of_mark(county: County, place: str, hidden: Any) -> str:
    sheet = county.sheet(TOWN)
    values = {"unit_id": str(sheet.unit_id), "submission_id": str(sheet.id)}
    return values.get(place) or next(
        str(c.value) for c in hidden[2] if re.fullmatch("[0-9a-f]{64}", str(c.value))
    )


NAMES = ("a\0b.xlsx", "\u202ea.xlsx", "../../x.xlsx", "字" * 400 + ".xlsx", "<img src=x onerror=1>.xlsx", "con.xlsx",
         "%(x)s{0}{{7*7}}.xlsx")  # fmt: skip


@pytest.mark.parametrize("who", ["office", "liaison"])
def test_names_of_files_are_cleaned(
    county: County,
    liaison: FlaskClient,
    office: FlaskClient,
    who: str,
) -> None:
    content = filled(blank(county, liaison), {FIGURE: "3万"})
    client, url = (
        (office, board(county, "upload")) if who == "office" else (liaison, address(county) + "/upload")
    )
    for name in NAMES:
        answer = send_file(client, url, content, names=(name,))
        assert answer.status_code == 303, name
        html = client.get(answer.location).get_data(as_text=True)
        assert "<img src=x" not in html
        assert "\u202e" not in html
        rest = client.get(f"{answer.location}/rest.xlsx")
        assert rest.status_code == 200, name
        assert ".." not in rest.headers["Content-Disposition"]


class TestReplay:
    """A genuine sheet of somebody else, of another period, of another county, of another campaign."""

    def refused(self, client: FlaskClient, county: County, content: bytes) -> str:
        answer = send_file(client, address(county) + "/upload", content)
        assert answer.status_code == 422
        assert county.sheet(TOWN).values == {}
        return page(answer)

    def test_of_another_unit(self, county: County, liaison: FlaskClient, login: Login) -> None:
        other = login(county.account(PostKind.LIAISON, OTHER))
        assert "的表格，本页是" in self.refused(liaison, county, blank(county, other, OTHER))

    def test_of_another_county(
        self,
        county: County,
        liaison: FlaskClient,
        login: Login,
        make: Any,
        clock: Any,
    ) -> None:
        from tests.reporting.county import F6, found_county

        sibling = found_county(make, F6, city=county.city)
        sibling.open()
        content = blank(sibling, login(sibling.account(PostKind.LIAISON, TOWN)))
        assert "不是本地区的表格" in self.refused(liaison, county, content)

    def test_of_another_period(self, county: County, liaison: FlaskClient, login: Login, clock: Any) -> None:
        content = blank(county, liaison)
        clock.at("2025-12-20T10:00:00")
        county.open()
        liaison = login(county.account(PostKind.LIAISON, TOWN))
        later = county.sheet(TOWN, "2025Q4")
        answer = send_file(liaison, county.url(f"reports/{later.id}/upload"), content)
        assert answer.status_code == 422
        assert "报告期" in page(answer)

    def test_each_part_of_the_mark_is_signed(self, county: County, liaison: FlaskClient) -> None:
        content = blank(county, liaison)
        for column in range(2, 10):
            book = opened(content)
            hidden = next(s for s in book.worksheets if s.sheet_state != "visible")
            cell = hidden.cell(2, column)
            cell.value = f"{cell.value}1"
            self.refused(liaison, county, saved(book))


def test_an_upload_is_its_accounts_alone(
    county: County, liaison: FlaskClient, office: FlaskClient, login: Login
) -> None:
    """Neither the office nor another liaison looks at it, decides in it or confirms it; nor does a later post."""
    url = bring(county, liaison, filled(blank(county, liaison), {FIGURE: 3}))
    other = login(county.account(PostKind.LIAISON, OTHER))
    for client in (office, other):
        assert client.get(url).status_code == 404
        assert client.get(f"{url}/rest.xlsx").status_code == 404
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").get_data(as_text=True))
        assert token
        data = {"csrf_token": token[1], "action": "draft", "seen": "1"}
        assert client.post(url, data=data).status_code == 404
        assert client.post(url.replace("/uploads/", "/uploads/bulk/") + "/1", data=data).status_code in (
            403,
            404,
        )
    assert county.sheet(TOWN).values == {}
