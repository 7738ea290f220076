"""Workbooks through the pages: nothing enters before it is confirmed, nothing becomes 0, nobody is overwritten."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.core.audit import AuditEvent
from portal.core.posts import PostKind
from portal.core.scope import Actor
from portal.reporting.excel.uploads import purge_uploads
from portal.reporting.models import State, Upload
from portal.reporting.services import save_draft
from tests.conftest import TestClock
from tests.documents.test_reading import HOSTILE
from tests.factories import csrf
from tests.reporting.books import filled, opened, row_of, saved, send_file
from tests.reporting.county import County, found_county

TOWN, OTHER = "甲镇", "乙镇"
READ = {"专题会议": "3万", "清退金额": "0.5 亿元", "方案和文件": "２", "出动人员": "—", "排查商铺": 7}
"""Scenario F6.5 with one plain figure beside it."""
Login = Callable[[str], FlaskClient]


def page(response: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(response.get_data(as_text=True))))


@pytest.fixture
def liaison(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, TOWN))


@pytest.fixture
def office(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.OFFICE_STAFF))


def address(county: County, unit: str = TOWN) -> str:
    return county.url(f"reports/{county.sheet(unit).id}")


def board(county: County, path: str) -> str:
    return county.url(f"board/{county.report().id}/{path}")


def blank(county: County, client: FlaskClient, unit: str = TOWN) -> bytes:
    response = client.get(address(county, unit) + ".xlsx")
    assert response.status_code == 200
    return bytes(response.data)


def bring(county: County, client: FlaskClient, content: bytes, unit: str = TOWN) -> str:
    """The address of the difference."""
    answer = send_file(client, address(county, unit) + "/upload", content)
    assert answer.status_code == 303, page(answer)
    return answer.location


def confirm(client: FlaskClient, url: str, **form: Any) -> TestResponse:
    seen = re.search(r'name="seen" value="(\d+)"', client.get(url).get_data(as_text=True))
    given = {"csrf_token": csrf(client, url), "action": "draft"} | ({"seen": seen[1]} if seen else {})
    return client.post(url, data=given | form)


def count_uploads(county: County) -> int:
    county.enter()
    return county.session.scalar(sa.select(sa.func.count(Upload.id))) or 0


# ------------------------------------------------------------------------------------------------ one unit
def test_scenario_f6_5_through_the_page(county: County, liaison: FlaskClient) -> None:
    url = bring(county, liaison, filled(blank(county, liaison), READ))
    shown = page(liaison.get(url))
    assert "“3万”读作 30,000 次，请确认。" in shown
    assert "“0.5 亿元”读作 5,000 万元，请确认。" in shown
    assert "“２”读作 2 个，请确认。" in shown
    assert "“—”不是数字：保持原值，或填 0。" in shown
    assert (county.sheet(TOWN).state, county.sheet(TOWN).values) == (State.EXPECTED, {})

    confirm(liaison, url)
    values = county.sheet(TOWN).values
    assert (values["shops"], values["meetings"], values["plans"]) == (7, None, None)
    assert "3 格保持原值" in page(liaison.get(url)) or "4 格保持原值" in page(liaison.get(url))

    confirm(liaison, url, tick=["meetings", "repaid_amount", "plans"])
    values = county.sheet(TOWN).values
    assert (values["meetings"], values["repaid_amount"], values["plans"]) == (30_000, 5_000_000_000, 2)
    assert values["inspectors"] == 0  # what the ledger offered, as before
    assert county.sheet(TOWN).state == State.DRAFT


def test_what_is_asked_becomes_0_only_when_somebody_says_so(county: County, liaison: FlaskClient) -> None:
    url = bring(county, liaison, filled(blank(county, liaison), {"专题会议": "—", "方案和文件": "无"}))
    answer = confirm(liaison, url, zero=["meetings"])
    assert answer.location == url
    values = county.sheet(TOWN).values
    assert (values["meetings"], values.get("plans")) == (0, None)


def test_a_clean_sheet_goes_straight_to_the_draft(county: County, liaison: FlaskClient) -> None:
    url = bring(
        county, liaison, filled(blank(county, liaison), {"专题会议": 3, "进展说明": "第一行\n=第二行"})
    )
    answer = confirm(liaison, url)
    assert answer.location == address(county)
    sheet = county.sheet(TOWN)
    assert (sheet.values["meetings"], sheet.values["progress"]) == (3, "第一行\n=第二行")
    assert sheet.origins["shops"]["kind"] == "records"
    assert sheet.saved_by.endswith(f"u{county.tenant.code}_liaison_0")
    assert "已写入草稿，尚未提交。" in page(liaison.get(answer.location))


def test_a_corrected_offer_carries_its_reason(county: County, liaison: FlaskClient) -> None:
    url = bring(county, liaison, filled(blank(county, liaison), {"排查商铺": 7}))
    assert "台账：本期没有登记" in page(liaison.get(url))
    confirm(liaison, url, **{"why-shops": "台账漏登"})
    assert county.sheet(TOWN).corrections == {"shops": "台账漏登"}


def test_an_emptied_cell_is_asked_about(county: County, liaison: FlaskClient) -> None:
    with county.inside() as session:
        sheet = county.sheet(TOWN)
        save_draft(session, Actor(None, "x"), county.now, submission=sheet, version=sheet.version,
                   values={"meetings": 5}, explanations={})  # fmt: skip
    content = filled(blank(county, liaison), {"专题会议": None, "方案和文件": 1})
    url = bring(county, liaison, content)
    assert "表中为空，现为 5 次；勾选则清空。" in page(liaison.get(url))
    confirm(liaison, url)
    assert county.sheet(TOWN).values["meetings"] == 5
    confirm(liaison, url, tick=["meetings"])
    assert county.sheet(TOWN).values["meetings"] is None


def test_rows_of_a_table_come_in(county: County, liaison: FlaskClient) -> None:
    table = county.form.tables[0]
    book = opened(blank(county, liaison))
    sheet = book.worksheets[1]
    head = 4 if table.heads else 3
    column = next(n for n in range(2, 40) if sheet.cell(head, n).value or sheet.cell(3, n).value)
    first = sheet.cell(head + 1, column)
    first.value = "某公司"
    url = bring(county, liaison, saved(book))
    assert f"{table.label}第 1 行" in page(liaison.get(url))
    confirm(liaison, url, action="all")
    confirm(
        liaison, url, tick=re.findall(r'name="tick" value="([^"]+)"', liaison.get(url).get_data(as_text=True))
    )
    rows = county.sheet(TOWN).values[table.key]
    assert len(rows) == 1
    assert "某公司" in rows[0].values()


def test_the_rest_comes_back_in_yellow_and_can_be_sent_again(county: County, liaison: FlaskClient) -> None:
    content = filled(blank(county, liaison), {"专题会议": "abc", "方案和文件": "=1+1", "排查商铺": 7})
    url = bring(county, liaison, content)
    confirm(liaison, url)
    rest = liaison.get(f"{url}/rest.xlsx").data
    sheet = opened(rest).worksheets[0]
    cell = sheet.cell(row_of(sheet, "专题会议"), 5)
    assert (cell.value, cell.fill.fgColor.rgb) == ("abc", "FFFFFFCC")
    assert cell.comment is not None
    assert "“abc”读不出数字" in cell.comment.text
    formula = sheet.cell(row_of(sheet, "方案和文件"), 5)
    assert (formula.data_type, formula.comment is not None) == ("s", True)
    shops = sheet.cell(row_of(sheet, "排查商铺"), 5)
    assert (shops.value, shops.comment) == (7, None)
    again = bring(county, liaison, filled(rest, {"专题会议": 4, "方案和文件": 1}))
    confirm(liaison, again)
    assert (county.sheet(TOWN).values["meetings"], county.sheet(TOWN).values["plans"]) == (4, 1)


def test_formulas_are_named_with_their_cell(county: County, liaison: FlaskClient) -> None:
    url = bring(county, liaison, filled(blank(county, liaison), {"专题会议": "=1+1"}))
    assert re.search(r"第 \d+ 行“专题会议” E5：是公式，没有计算结果。", page(liaison.get(url)))


def test_checks_speak_but_a_draft_is_saved(county: County, liaison: FlaskClient) -> None:
    """F6.2: 7 + 18 − 11 = 14, 13 was filled in."""
    stock = {"期初存量": 7, "本期新增": 18, "本期化解": 11, "期末存量": 13}
    url = bring(county, liaison, filled(blank(county, liaison), stock))
    shown = page(liaison.get(url))
    assert "差 1" in shown
    assert "不影响存草稿" in shown
    confirm(liaison, url)
    assert county.sheet(TOWN).values["closing_cases"] == 13


def test_somebody_who_saved_in_between_is_not_overwritten(county: County, liaison: FlaskClient) -> None:
    url = bring(county, liaison, filled(blank(county, liaison), {"专题会议": 3}))
    seen = re.search(r'name="seen" value="(\d+)"', liaison.get(url).get_data(as_text=True))
    assert seen
    with county.inside() as session:
        sheet = county.sheet(TOWN)
        save_draft(session, Actor(None, "分管领导"), county.now, submission=sheet, version=sheet.version,
                   values={"meetings": 9}, explanations={})  # fmt: skip
    answer = liaison.post(url, data={"csrf_token": csrf(liaison, url), "action": "draft", "seen": seen[1]})
    shown = page(liaison.get(answer.location))
    assert "分管领导在您上传之后保存过这张表，没有写入；下面是最新的差异，请重新确认。" in shown
    assert "9 次" in shown
    assert county.sheet(TOWN).values == {"meetings": 9}
    confirm(liaison, url)
    assert county.sheet(TOWN).values["meetings"] == 3


def test_a_form_that_counts_is_not_touched(county: County, liaison: FlaskClient) -> None:
    content, url = blank(county, liaison), address(county) + "/upload"
    waiting = bring(county, liaison, filled(content, {"专题会议": 3}))
    county.file(TOWN)
    assert "这张表现在不能用文件修改" in page(liaison.get(url))
    answer = liaison.post(url, data={"csrf_token": csrf(liaison, waiting)})
    assert answer.status_code == 422
    confirm(liaison, waiting)
    assert "已报，没有覆盖。" in page(liaison.get(waiting))
    assert county.sheet(TOWN).zero


# ----------------------------------------------------------------------------------------- wrong workbooks
def refused(county: County, client: FlaskClient, content: bytes) -> str:
    answer = send_file(client, address(county) + "/upload", content)
    assert answer.status_code == 422
    assert count_uploads(county) == 0
    return page(answer)


def test_other_workbooks_are_refused_with_a_sentence(
    county: County, liaison: FlaskClient, office: FlaskClient, login: Login, clock: TestClock
) -> None:
    content = blank(county, liaison)
    assert f"这是“{OTHER}{county.tenant.code}”的表格，本页是“{TOWN}{county.tenant.code}”的" in refused(
        county, liaison, blank(county, office, OTHER)
    )
    renamed = opened(content)
    renamed.worksheets[0]["A2"] = f"填报单位：{OTHER}{county.tenant.code}"
    assert "“填报单位”写的是“乙镇" in refused(county, liaison, saved(renamed))
    forged = opened(content)
    forged["lianxi"]["I2"] = "1"
    assert "与本系统签发的不符" in refused(county, liaison, saved(forged))
    bare = opened(content)
    del bare["lianxi"]
    assert "文件中没有本系统的表格标识" in refused(county, liaison, saved(bare))
    assert "没有本系统的表格标识" in refused(county, liaison, saved(openpyxl.Workbook()))
    headless = opened(content)
    headless.worksheets[0]["C3"] = "x"
    assert "没有找到表头" in refused(county, liaison, saved(headless))
    clock.at("2025-12-20T10:00:00")
    county.open()
    liaison = login(county.account(PostKind.LIAISON, TOWN))
    later = liaison.get(county.url(f"reports/{county.sheet(TOWN, '2025Q4').id}") + ".xlsx").data
    assert "报告期是2025年四季度，本页是2025年三季度" in refused(county, liaison, later)


def test_an_old_version_and_another_place(county: County, liaison: FlaskClient, login: Login) -> None:
    content = blank(county, liaison)
    with county.inside() as session:
        county.sheet(TOWN).form_version = 99
        session.flush()
    assert f"表格栏目已更新：文件按第 {county.form.version} 版填写，现为第 99 版" in refused(
        county, liaison, content
    )
    other = found_county(county.make, {TOWN: "township", OTHER: "township"})
    other.open()
    stranger = login(other.account(PostKind.LIAISON, TOWN))
    assert "这不是本地区的表格" in refused(county, liaison, blank(other, stranger))
    assert stranger.get(address(county) + ".xlsx").status_code == 404


@pytest.mark.parametrize(
    "name", ["zip bomb", "macros", "truncated", "encrypted", "old format", "html", "far cell"]
)
def test_hostile_files_are_refused_by_the_page(county: County, liaison: FlaskClient, name: str) -> None:
    make, sentence = HOSTILE[name]
    assert sentence.replace("第 5001", "") in refused(county, liaison, make())
    assert liaison.get(address(county)).status_code == 200


def test_nothing_chosen(county: County, liaison: FlaskClient) -> None:
    url = address(county) + "/upload"
    answer = liaison.post(url, data={"csrf_token": csrf(liaison, url)}, content_type="multipart/form-data")
    assert "请选择填好的 .xlsx 文件" in page(answer)


# ------------------------------------------------------------------------------------------------- privacy
def test_only_who_brought_it_sees_it_and_for_a_week(
    county: County, liaison: FlaskClient, office: FlaskClient, login: Login, clock: TestClock
) -> None:
    url = bring(county, liaison, filled(blank(county, liaison), {"专题会议": "abc"}))
    others = (
        office,
        login(county.account(PostKind.LEADER_IN_CHARGE, TOWN)),
        login(county.account(PostKind.LIAISON, OTHER)),
    )
    for other in others:
        assert [other.get(path).status_code for path in (url, f"{url}/rest.xlsx")] == [404, 404]
        assert other.post(url, data={"csrf_token": csrf(other, county.url("duties"))}).status_code in (
            400,
            404,
        )
    assert liaison.get(url).status_code == 200
    clock.now += timedelta(days=7, minutes=1)
    liaison = login(county.account(PostKind.LIAISON, TOWN))
    assert liaison.get(url).status_code == 404
    county.session.rollback()
    assert count_uploads(county) == 1
    purge_uploads(county.session, county.now)
    county.session.commit()
    assert count_uploads(county) == 0


def test_the_trail_names_the_file(county: County, liaison: FlaskClient) -> None:
    bring(county, liaison, filled(blank(county, liaison), {"专题会议": 3}))
    county.enter()
    found = county.session.scalars(sa.select(AuditEvent).where(AuditEvent.act == "submission.upload")).one()
    assert (found.data["file"], len(found.data["sha256"])) == ("1.xlsx", 64)
