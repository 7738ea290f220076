"""Scenario F4 in Chromium, the unit on a phone: a find, the clock, first report, follow-up, final; the city sees each."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE, CITY, SIBLING = "/140311/anticounterfeit", "/140300/anticounterfeit", "/140321/anticounterfeit"
TITLE = "某网点收缴 100 元假币 1,000 张（测试）"


def _enter_find(bank: Person) -> None:
    bank.open(f"{HERE}/ledger/new")
    page = bank.page
    page.fill("input[name=entry-title]", TITLE)
    page.fill("input[name=entry-known_at]", "2026-09-22T09:00")
    page.fill("input[name=entry-place]", "郊区某网点")
    page.select_option("select[name=found_channel]", "counter")
    page.select_option("select[name=currency]", "cny")
    page.fill("input[name=face_value]", "100000")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".clock").first).to_contain_text("一次假币面额 10 万元以上")
    bank.picture("find-with-clock")


def test_from_the_find_to_the_final_report_on_a_phone(person: Callable[..., Person]) -> None:
    bank, city = person("jq_nh", phone=True), person("yq_bgs")
    _enter_find(bank)
    page = bank.page

    # The first report is prefilled and saves itself; nobody above sees the draft.
    page.get_by_role("link", name="写初报").first.click()
    expect(page.locator("textarea[name=what]")).to_have_value(TITLE)
    expect(page.locator("input[name=amount]")).to_have_value("100,000")
    page.fill("textarea[name=what]", f"{TITLE}，持有人已离开，正在核实。")
    page.fill("input[name=phoned_at]", "2026-09-22T09:10")
    page.fill("input[name=phoned_to]", "区反假办值班室")
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存", timeout=20_000)
    bank.picture("first-report")
    city.open(f"{CITY}/urgent")
    expect(city.page.locator("main")).not_to_contain_text("持有人已离开")
    city.open("/")
    expect(city.page.locator("main")).not_to_contain_text("持有人已离开")
    bank.open("/")
    expect(page.locator("main")).to_contain_text("草稿未发送")
    page.locator("tr").filter(has_text="草稿未发送").get_by_role("link", name="继续写").click()
    expect(page.locator("input[name=phoned_to]")).to_have_value("区反假办值班室")
    page.get_by_role("button", name="发送").click()
    main = page.locator("main")
    expect(main).to_contain_text("按时报送")
    expect(main).to_contain_text("上级待签收")
    bank.picture("sent")

    # The city finds it on its list at once and signs; the reporter sees who has read it and when.
    city.open("/")
    row = city.page.locator("tr").filter(has_text="持有人已离开")
    expect(row).to_contain_text("初报待签收")
    city.picture("todo")
    row.get_by_role("link", name="去签收").click()
    city.page.get_by_role("button", name="签收").click()
    expect(city.page.locator("main")).to_contain_text("本办公室研判反馈")
    city.picture("received")
    page.reload()
    expect(main).to_contain_text(re.compile("阳泉市.*已签收"))

    # What is new, then the end; the office's words in between.
    page.get_by_role("link", name="续报").click()
    page.fill("textarea[name=what]", "另清点出 20 张，已联系公安。")
    page.fill("input[name=amount]", "102000")
    page.fill("textarea[name=measures]", "已封存实物")
    bank.picture("follow-up")
    page.get_by_role("button", name="发送").click()
    expect(main).to_contain_text("102,000 元")
    city.page.reload()
    city.page.fill("#feedback textarea[name=what]", "请区办跟进来源")
    city.page.get_by_role("button", name="发送反馈").click()
    expect(city.page.locator("main")).to_contain_text("反馈已发送")
    page.reload()
    expect(main).to_contain_text("请区办跟进来源")
    page.get_by_role("link", name="终报").click()
    expect(page.locator("input[name=kind][value=final]")).to_be_checked()
    page.fill("textarea[name=what]", "来源查清，已移交公安。")
    page.get_by_role("button", name="发送").click()
    expect(main).to_contain_text("已终报")
    expect(page.get_by_role("link", name="续报")).to_have_count(0)
    bank.picture("closed")
    city.page.reload()
    headings = city.page.locator(".chain h2").all_inner_texts()
    assert [re.split(r"\s", h)[0] for h in headings] == ["初报", "续报", "反馈", "终报"]
    city.picture("chain")
    with city.page.expect_download() as download:
        city.page.get_by_role("link", name="信息快报（Word）").click()
    assert download.value.suggested_filename.endswith(".docx")

    stranger = person("pd_bgs")
    stranger.open(f"{SIBLING}/urgent")
    expect(stranger.page.locator("main")).not_to_contain_text("持有人已离开")
