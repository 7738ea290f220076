"""Scenario F9, points 1 and 2, in Chromium: one joint activity is entered once, on a phone, and credited to four units."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE = "/141029/antifraud"
TITLE = "校园与网点反诈联合宣传（测试）"


def _enter(who: Person, title: str, *participants: str, host: str = "") -> None:
    page = who.page
    who.open(f"{HERE}/activities/new")
    if host:
        page.select_option("select[name=unit]", label=host)
    page.fill("input[name=title]", title)
    page.fill("input[name=held_on]", "2026-09-21")
    page.select_option("select[name=kind]", index=1)
    for name in participants:
        page.locator("label.box").filter(has_text=name).locator("input").check()
    page.fill("input[name=reach]", "240")
    who.picture("joint-activity")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text(title)


def test_entered_once_credited_to_four_and_offered_in_their_forms(person: Callable[..., Person]) -> None:
    police = person("xn_gaj", phone=True)
    _enter(police, TITLE, "县教科局", "农行乡宁县支行", "移动乡宁县分公司")

    # A participant finds it in its list and its monthly form filled from it, with the origin beside the figure.
    bank = person("xn_nh")
    bank.open(f"{HERE}/activities")
    expect(bank.page.locator("main tr").filter(has_text=TITLE)).to_contain_text("参加")
    bank.open(f"{HERE}/reports")
    bank.page.locator("main tr").filter(has_text="2026年9月").get_by_role("link").last.click()
    cell = bank.page.locator(".cell-field").filter(has_text="宣传活动").first
    expect(cell).to_contain_text("活动记录")
    bank.picture("form-of-a-participant")

    # The office enters one for those that still have none, but for one unit: of 26 units 25 are done, it is named.
    office = person("xn_bgs")
    office.open(f"{HERE}/activities/coverage?month=2026-09")
    main = office.page.locator("main")
    named = re.search(r"尚未开展：(\S+)", main.inner_text())
    assert named
    idle = [unit for unit in named[1].split("、") if unit != "县司法局"]
    if idle:
        _enter(office, "集市反诈宣讲（测试）", *idle[1:], host=idle[0])
        office.open(f"{HERE}/activities/coverage?month=2026-09")
    expect(main).to_contain_text("26 个成员单位中 25 个已开展，96.15%")
    expect(main).to_contain_text("尚未开展：县司法局")
    office.picture("coverage")

    # Another county sees nothing of it.
    stranger = person("pd_gaj")
    stranger.open("/140321/antifraud/activities")
    expect(stranger.page.locator("main")).not_to_contain_text(TITLE)
