"""Many units' workbooks at once: recognised, listed, confirmed as drafts or filed by the office."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import event

from portal.core.db import db
from portal.core.posts import PostKind
from portal.reporting.models import ReportRemark, State
from tests.conftest import TestClock
from tests.documents.test_reading import HOSTILE
from tests.factories import csrf
from tests.reporting.books import opened, row_of, saved, send_file
from tests.reporting.county import County, found_county
from tests.reporting.test_upload import (
    OTHER,
    TOWN,
    Login,
    address,
    blank,
    board,
    confirm,
    count_uploads,
    page,
)


@pytest.fixture
def liaison(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, TOWN))


@pytest.fixture
def office(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.OFFICE_STAFF))


def all_sheets(county: County, office: FlaskClient) -> bytes:
    response = office.get(board(county, "sheets.xlsx"))
    assert response.status_code == 200
    return bytes(response.data)


def bring_many(county: County, office: FlaskClient, *contents: bytes, **more: Any) -> str:
    answer = send_file(office, board(county, "upload"), *contents, **more)
    assert answer.status_code == 303, page(answer)
    return answer.location


def test_one_workbook_with_a_sheet_per_unit(county: County, office: FlaskClient) -> None:
    book = opened(all_sheets(county, office))
    code = county.tenant.code
    assert {f"{TOWN}{code}", f"{OTHER}{code}", f"公安{code}"} <= set(book.sheetnames)
    for unit, cells in ((TOWN, {"专题会议": 3}), (OTHER, {"专题会议": "3万", "方案和文件": "abc"})):
        sheet = book[f"{unit}{code}"]
        for label, value in cells.items():
            sheet.cell(row_of(sheet, label), 5).value = value
    county.file("公安")
    url = bring_many(county, office, saved(book))
    shown = page(office.get(url))
    assert re.search(f"{TOWN}{code} .{{1,60}}未报 ● 1 处变化", shown)
    assert re.search(f"{OTHER}{code} .{{1,60}}未报 ▲ 0 处变化 1 处待确认 1 处读不出", shown)
    assert re.search(f"公安{code} .{{1,60}}已报 ■ 不能覆盖", shown)
    second = next(
        m for m in re.findall(r'href="([^"]+/uploads/bulk/\d+/2)"', office.get(url).get_data(as_text=True))
    )
    assert "“3万”读作 30,000 次" in page(office.get(second))
    assert confirm(office, second, action="keep", tick=["meetings"]).location == url
    confirm(office, url)
    assert county.sheet(TOWN).values["meetings"] == 3
    assert county.sheet(OTHER).values["meetings"] == 30_000
    assert county.sheet("公安").zero
    assert county.sheet("财政").state == State.EXPECTED
    county.enter()
    kinds = county.session.scalars(
        sa.select(ReportRemark.kind).where(ReportRemark.subject == f"submission:{county.sheet(TOWN).id}")
    ).all()
    assert list(kinds) == ["entered"]
    rest = opened(office.get(f"{url}/rest.xlsx").data)
    assert [n for n in rest.sheetnames if n.startswith((TOWN, OTHER)) and " " not in n] == [f"{OTHER}{code}"]


def mailed(name: str, figures: dict[str, Any], period: str = "") -> bytes:
    """A sheet that somebody made at home."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["打击非法集资专项行动工作情况统计表"])
    sheet.append(["填报单位：" + name, None, period])
    sheet.append(["项目", "单位", "本期"])
    for label, value in figures.items():
        sheet.append([label, None, value])
    sheet.append(["填报人：", None, "审核人："])
    return saved(book)


def labels(county: County) -> list[str]:
    return [str(f.label) for f in county.form.fields if not f.owners]


def test_sheets_made_at_home_are_known_by_full_name_short_name_or_alias(
    county: County, office: FlaskClient
) -> None:
    with county.inside():
        county.units[OTHER].aliases = ["乙镇人民政府"]
    figures = dict.fromkeys(labels(county), 0) | {"专题会议": 4, "清退金额": "64万元"}
    del figures["进展说明"], figures["制度名称"]
    code = county.tenant.code
    url = bring_many(
        county, office, mailed(f"{TOWN}{code}", figures), mailed("乙镇人民政府", figures, "报告期：2025年三季度"),
        mailed("丁镇", figures), mailed(f"丙乡{code}", figures, "报告期：2025年二季度"),
        mailed(f"财政{code}", figures), mailed(f"财政{code}", figures), HOSTILE["macros"][0](),
        names=("甲.xlsx", "乙.xlsx", "丁.xlsx", "丙.xlsx", "财1.xlsx", "财2.xlsx", "宏.xlsx"),
    )  # fmt: skip
    shown = page(office.get(url))
    assert "填报单位“丁镇”不在本期报送单位中" in shown
    assert "报告期是2025年二季度，本页是2025年三季度" in shown
    assert f"“财政{code}”有 2 份：财1.xlsx／Sheet、财2.xlsx／Sheet。请只保留一份后重新上传。" in shown
    assert "文件含有宏" in shown
    confirm(office, url)
    assert [county.sheet(u).values.get("meetings") for u in (TOWN, OTHER, "丙乡", "财政")] == [
        4,
        4,
        None,
        None,
    ]


def test_filed_for_the_unit_late_or_not(county: County, login: Login, clock: TestClock) -> None:
    clock.at("2025-10-02T09:00:00")
    office = login(county.account(PostKind.OFFICE_STAFF))
    book = opened(all_sheets(county, office))
    code = county.tenant.code
    for unit, value in ((TOWN, 3), (OTHER, "约3")):
        sheet = book[f"{unit}{code}"]
        sheet.cell(row_of(sheet, "专题会议"), 5).value = value
    for unit in county.units:
        if unit not in (TOWN, OTHER):
            for name in [n for n in book.sheetnames if n.startswith(f"{unit}{code}")]:
                del book[name]
    url = bring_many(county, office, saved(book))
    confirm(office, url, action="file")
    form = county.sheet(TOWN)
    assert (form.state, form.late_reason, form.values["meetings"]) == (
        State.FILED,
        "办公室按报送文件录入",
        3,
    )
    assert form.filed_by.endswith(county.account(PostKind.OFFICE_STAFF))
    story = page(office.get(address(county)))
    assert "按文件代报：1.xlsx" in story
    shown = page(office.get(url))
    assert "还有 1 处待确认或不能读取，没有代报，已存为草稿。" in shown
    assert county.sheet(OTHER).state == State.DRAFT
    assert county.consistent()


def test_a_sheet_that_nobody_filled_is_not_filed_by_itself(county: County, office: FlaskClient) -> None:
    book = opened(all_sheets(county, office))
    sheet = book[f"{TOWN}{county.tenant.code}"]
    for label in labels(county):
        sheet.cell(row_of(sheet, label), 5).value = 0
    url = bring_many(county, office, saved(book))
    assert "家也代报" in page(office.get(url))
    confirm(office, url, action="file")
    assert county.sheet(TOWN).state == State.FILED
    assert county.sheet(OTHER).state == State.EXPECTED
    assert "与下载的表相同，单位没有填写，没有代报。" in page(office.get(url))


def test_a_check_stands_against_filing_but_not_against_the_draft(county: County, office: FlaskClient) -> None:
    code = county.tenant.code
    book = opened(all_sheets(county, office))
    sheet = book[f"{TOWN}{code}"]
    for label, value in {"期初存量": 7, "本期新增": 18, "本期化解": 11, "期末存量": 13}.items():
        sheet.cell(row_of(sheet, label), 5).value = value
    url = bring_many(county, office, saved(book))
    confirm(office, url, action="file", untouched="1")
    assert "没有代报，已存为草稿：" in page(office.get(url))
    assert (county.sheet(TOWN).state, county.sheet(TOWN).values["closing_cases"]) == (State.DRAFT, 13)
    assert county.sheet(OTHER).state == State.FILED
    assert county.consistent()


def test_a_foreign_sheet_in_the_pile(county: County, office: FlaskClient, login: Login) -> None:
    other = found_county(county.make, {TOWN: "township", OTHER: "township"})
    other.open()
    foreign = blank(other, login(other.account(PostKind.LIAISON, TOWN)))
    shown = page(office.get(bring_many(county, office, foreign)))
    assert "这不是本地区的表格" in shown
    assert count_uploads(other) == 0


def test_too_many_and_none(county: County, office: FlaskClient, liaison: FlaskClient) -> None:
    url = board(county, "upload")
    assert "一次最多上传 60 个文件，现有 61 个。" in page(send_file(office, url, *[b"x"] * 61))
    answer = office.post(url, data={"csrf_token": csrf(office, url)}, content_type="multipart/form-data")
    assert "请选择要上传的 .xlsx 文件" in page(answer)
    assert liaison.get(url).status_code == 403
    assert liaison.get(board(county, "sheets.xlsx")).status_code == 403


@contextmanager
def statements() -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_the_list_asks_no_more_for_more_units(county: County, office: FlaskClient) -> None:
    content = all_sheets(county, office)
    few = opened(content)
    for name in [n for n in few.sheetnames if not n.startswith((TOWN, "lianxi"))]:
        del few[name]
    counts = []
    for given in (saved(few), content):
        url = bring_many(county, office, given)
        office.get(url)
        with statements() as found:
            assert office.get(url).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]
