"""Scenario F5 in Chromium: from a unit's topic to a signed decision that is an order, and its feedback."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE = "/140321/anticounterfeit"
TOPIC = "集市假币联合整治（测试）"
UNITS = ("县公安局", "县市场监管局", "县财政局")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()


def tick(page: Page, group: str, *names: str) -> None:
    for name in names:
        page.locator(group).get_by_text(name, exact=True).first.locator("input").check()


def test_a_partial_meeting_from_its_topic_to_an_order(person: Callable[..., Person]) -> None:
    # 1. a unit applies, the office passes it on, the convenor decides on a partial meeting
    police = person("pd_gaj")
    page = police.open(f"{HERE}/topics/new")
    page.fill("[name=title]", TOPIC)
    page.fill("[name=grounds]", "集市假币增多，需要市场监管和财政部门共同研究。")
    police.picture("topic")
    press(page, "提出")
    path = page.url.split("127.0.0.1", 1)[1].split("/", 1)[1]
    office, convenor = person("pd_bgs"), person("pd_zhr")
    page = office.open(f"/{path}")
    page.fill("[name=opinion]", "建议召开部分成员单位会议。")
    press(page, "报召集人")
    page = convenor.open(f"/{path}")
    page.locator("[name=decision][value=partial]").check()
    tick(page, ".ticks", *UNITS)
    convenor.picture("decision")
    press(page, "决定")

    # the office convenes it for this morning
    page = office.open(f"/{path}")
    page.get_by_role("link", name="召集会议").click()
    page.fill("[name=starts_at]", "2026-09-22T10:00")
    page.fill("[name=reply_by]", "2026-09-22T09:58")
    page.fill("[name=place]", "政府第三会议室")
    for name in UNITS:
        box = (
            page.locator("label.box, .ticks label")
            .filter(has=page.locator("input[name=units]"))
            .filter(has_text=name)
            .first.locator("input")
        )
        box.check()
    office.picture("convene")
    press(page, "发出会议通知")
    found = re.search(r"/meetings/(\d+)", page.url)
    assert found, page.url
    meeting = f"{HERE}/meetings/{found[1]}"

    # 2. replies and who came
    page = police.open(f"{meeting}/replies")
    page.locator("[name=reply][value=attend]").check()
    page.fill("[name=attendee]", "副局长")
    police.picture("reply")
    press(page, "提交回执")
    page = office.open(f"{meeting}/sign-in")
    for box in page.locator("input[value=yes]").all():
        box.check()
    office.picture("sign-in")
    press(page, "保存到会情况")

    # the office may enter a meeting as held from an hour before it; its button stands there from the hour on
    token = page.locator("main [name=csrf_token]").first.input_value()
    sent = page.request.post(office.base + f"{meeting}/held", form={"csrf_token": token, "lasted": "50"})
    assert sent.ok, sent.status

    # 4. minutes beside the agenda; a decision without a responsible person cannot be finished
    page = office.open(f"{meeting}/minutes")
    page.get_by_role("link", name="写纪要").click()
    expect(page.locator("[name=attendance]")).to_have_value(re.compile("出席：县公安局副局长"))
    press(page, "加一项")
    page.fill("[name=text-0]", "大集日设立流动鉴别点。")
    page.select_option("[name=lead-0]", label="县市场监管局")
    page.fill("[name=person-0]", "市场规范股股长")
    page.fill("[name=days-0]", "15")
    page.get_by_role("button", name="加一项").click()  # on the spot, without asking the server
    page.fill("[name=text-1]", "线索两日内移送公安机关。")
    page.select_option("[name=lead-1]", label="县公安局")
    page.fill("[name=due-1]", "2026-09-30")
    page.locator("[name=text-1]").press("Alt+ArrowUp")
    expect(page.locator("[data-line] textarea").first).to_have_value("线索两日内移送公安机关。")
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存", timeout=15000)
    office.picture("minutes")
    page.get_by_role("button", name=re.compile("^保存并送")).click()
    row = page.locator("#line-0")
    expect(row).to_contain_text("请写责任人的岗位")
    expect(page.locator("#line-1 .problem")).to_have_count(0)
    office.picture("gap")
    row.get_by_label("责任人（岗位）").fill("分管领导")
    page.get_by_role("button", name=re.compile("^保存并送")).click()
    expect(page.locator(".note.done")).to_contain_text("审核")

    # the chair signs; 5. it goes out by itself, the decisions to everybody
    page = convenor.open(f"{meeting}/minutes")
    convenor.picture("to-sign")
    press(page, "签发")
    expect(page.locator(".note.done")).to_contain_text("转督办 2 件")
    page = police.open(f"{meeting}/minutes")
    police.picture("minutes-of-a-unit")
    press(page, "签收")
    page = office.open(f"{meeting}/minutes")
    expect(page.locator("main")).to_contain_text("2/", timeout=5000)  # minutes and decisions of the one unit
    office.picture("receipts")

    # 6. the order is there without a second entry; on a telephone the unit feeds back
    page = office.open(f"{meeting}/resolutions")
    expect(page.locator("main")).to_contain_text("确定事项2件")
    office.picture("resolutions")
    phone = person("pd_gaj", phone=True)
    page = phone.open(f"{meeting}/resolutions")
    phone.picture("resolutions")
    page.locator("main table a").first.click()
    expect(page.locator("main")).to_contain_text("纪要第1项")
    phone.picture("order")

    # a sibling county finds nothing
    stranger = person("xn_bgs")
    answer = stranger.page.goto(stranger.base + f"{meeting}/minutes")
    assert answer
    assert answer.status == 404
