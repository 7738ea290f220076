"""The main job as its people see it: liaison, county office, city office, in Chromium on the demo."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE = "/140321/anticounterfeit"
ABOVE = "/140300/anticounterfeit"
FORM = "反假货币工作情况统计表"
PEOPLE = Callable[..., Person]


def _row(page: Page, text: str) -> Locator:
    return page.locator("main tr").filter(has_text=text).first


def _fill_figures(page: Page, **figures: str) -> None:
    for key, value in figures.items():
        page.fill(f"input[name={key}]", value)


def _give_reasons(page: Page) -> int:
    """Each figure that departs from the registers shows an input for its reason."""
    inputs = page.locator(".correct:visible input").all()
    for field in inputs:
        field.fill("台账尚未登记")
    return len(inputs)


def test_from_the_liaison_to_the_citys_picture(person: PEOPLE) -> None:
    liaison = person("pd_gaj")
    page = liaison.page
    expect(page.locator("main")).to_contain_text(FORM)
    liaison.picture("to-do")

    # A wrong figure is refused at its cell with the numbers, and nothing typed is lost.
    _row(page, FORM).get_by_role("link", name="填报").click()
    liaison.picture("prefilled-form")
    offered = page.locator(".cell-field.prefilled").count()
    assert offered >= page.locator(".cell-field").count() * 0.6, "what the portal knows is filled in"
    assert _give_reasons(page) == 0
    _fill_figures(
        page, cases_filed="2", cases_solved="1", suspects="3", police_notes="４，２５８", police_face="425,830",
        semi_finished_face="500,000", publicity_activities="1",
    )  # fmt: skip
    assert _give_reasons(page) == offered - page.locator(".cell-field.prefilled").count() > 0
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存", timeout=15_000)
    liaison.picture("corrected-form")
    page.get_by_role("button", name="提交", exact=True).click()
    wrong = page.locator(".cell-field.wrong").first
    expect(wrong).to_contain_text("500,000")
    assert page.input_value("input[name=police_notes]") == "４，２５８"
    liaison.picture("refused-figure")
    page.fill("input[name=semi_finished_face]", "180,000")
    _give_reasons(page)
    page.get_by_role("button", name="保存草稿").last.click()
    expect(page.locator(".note")).to_contain_text("草稿已保存")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".note").first).to_contain_text("已提交")
    liaison.picture("filed-form")
    sheet = page.url

    # The registers of the other campaign are not empty: no zero report over them, but they are the form.
    liaison.open("/")
    _row(page, "反诈工作月报表 2026年9月").get_by_role("link", name="填报").click()
    page.get_by_role("button", name="零报告").click()
    expect(page.locator(".note.bad").first).to_contain_text("本期不是零报告")
    liaison.picture("no-zero-report")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".note").first).to_contain_text("已提交")

    # The office returns it with a reason; the liaison sees it, corrects, files again.
    office = person("pd_bgs")
    office.picture("office-to-do")
    office.open(f"{HERE}/board")
    office.picture("board")
    _row(office.page, "平定县公安局").get_by_role("link").last.click()
    office.page.fill("input[name=reason]", "没收张数请核对")
    office.page.get_by_role("button", name="退回").click()
    expect(office.page.locator(".note").first).to_contain_text("已退回")
    liaison.open("/")
    expect(_row(page, FORM)).to_contain_text("没收张数请核对")
    liaison.picture("returned-to-do")
    _row(page, FORM).get_by_role("link", name="修改").click()
    page.fill("input[name=police_notes]", "4,259")
    _give_reasons(page)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".note").first).to_contain_text("已提交")

    office.page.goto(sheet)
    expect(office.page.locator("main")).to_contain_text("4,259")
    office.page.get_by_role("button", name="受理").click()
    expect(office.page.locator(".note").first).to_contain_text("已受理")

    # Nobody waits for the missing: they are named, with why.
    city = person("yq_bgs")
    city.open(f"{ABOVE}/overview?to=2026-09")
    expect(_row(city.page, "平定县")).to_contain_text("未上报")
    city.picture("overview-before")
    office.open(f"{HERE}/board")
    office.page.get_by_role("link", name="汇总上报").click()
    office.picture("gap-list")
    office.page.get_by_role("button", name="确认上报").click()
    expect(office.page.locator(".note.bad")).to_contain_text("没有写明原因")
    for field in office.page.locator("input[name^=gap-]").all():
        field.fill("单位未报，已催报")
    office.page.get_by_role("button", name="确认上报").click()
    expect(office.page.locator(".note").first).to_contain_text("已上报")

    # The city's picture changes; it opens the very form behind the figure and takes the table away.
    city.open("/")
    city.picture("city-to-do")
    expect(_row(city.page, f"平定县 {FORM}")).to_contain_text("受理")
    city.open(f"{ABOVE}/overview")
    expect(_row(city.page, "平定县")).not_to_contain_text("未上报")
    city.picture("overview-after")
    with city.page.expect_download() as download:
        city.page.get_by_role("link", name="Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()), data_only=False)
    cells = [
        str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row if c is not None
    ]
    assert any("平定县" in c for c in cells)
    assert any("单位未报，已催报" in c for c in cells)
    city.open("/")
    _row(city.page, f"平定县 {FORM}").get_by_role("link", name="受理").first.click()
    city.picture("county-report")
    _row(city.page, "平定县公安局").get_by_role("link", name="查看").click()
    expect(city.page.locator("main")).to_contain_text("4,259")
    expect(city.page.locator("main")).to_contain_text("425,830")
    city.picture("released-form")
    city.page.go_back()
    city.page.get_by_role("button", name="受理").click()
    expect(city.page.locator("main")).to_contain_text("已受理")

    # A sibling county finds none of it.
    stranger = person("yx_bgs")
    assert stranger.page.goto(sheet).status == 404  # type: ignore[union-attr]
    stranger.picture("not-found")


def test_a_case_of_exactly_100000_yuan_starts_the_clock(person: PEOPLE) -> None:
    liaison = person("pd_gaj")
    page = liaison.page
    liaison.open(f"{HERE}/ledger/new")
    page.fill("input[name=entry-title]", "集贸市场查获假币（测试）")
    page.fill("input[name=entry-known_at]", "2026-09-22T09:00")
    page.fill("input[name=entry-place]", "平定县某集贸市场")
    page.select_option("select[name=found_channel]", index=1)
    page.select_option("select[name=currency]", "CNY" if page.locator("option[value=CNY]").count() else "cny")
    page.fill("input[name=face_value]", "100,000")
    liaison.picture("new-record")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("9月23日 周三 09:00")
    liaison.picture("record-with-clock")
    liaison.open("/")
    clock = page.locator(".clock").filter(has_text="集贸市场查获假币")
    expect(clock).to_contain_text("9月23日 周三 09:00")
    liaison.picture("clock-to-do")
    office = person("pd_bgs")
    expect(office.page.locator(".clock").filter(has_text="集贸市场查获假币")).to_be_visible()
    city = person("yq_bgs")
    city.open(f"{ABOVE}/urgent")
    expect(city.page.locator("main")).not_to_contain_text("集贸市场查获假币")

    phone = person("pd_gaj", phone=True)
    phone.picture("to-do")
    phone.page.locator(".clock").filter(has_text="集贸市场查获假币").get_by_role(
        "link", name="写初报"
    ).click()
    phone.picture("first-report")
    phone.page.get_by_role("button", name="发送").click()
    expect(phone.page.locator("main")).to_contain_text("集贸市场查获假币")
    phone.picture("sent")

    city.open(f"{ABOVE}/urgent")
    expect(city.page.locator("main")).to_contain_text("集贸市场查获假币")
    city.picture("urgent-seen-by-the-city")
    sibling = person("yx_bgs")
    sibling.open("/140322/anticounterfeit/urgent")
    expect(sibling.page.locator("main")).not_to_contain_text("集贸市场查获假币")


@pytest.mark.parametrize("phone", [False, True])
def test_every_page_of_the_navigation_fits_its_screen(person: PEOPLE, phone: bool) -> None:
    """No page scrolls sideways, complains, or asks another host; in both languages."""
    for username in ("pd_gaj", "pd_bgs", "yq_bgs"):
        who = person(username, phone=phone)
        links = [a.get_attribute("href") or "" for a in who.page.locator("nav.side a").all()]
        for path in dict.fromkeys([*links, "/inbox"]):
            answer = who.page.goto(who.base + path)
            assert answer is not None
            assert answer.status == 200, path
            who.picture(path.strip("/").replace("/", "_") or "home")
        who.open("/language/en?next=/")
        expect(who.page.locator("h1")).to_contain_text("To do")
        who.picture("english")
