"""Scenario F8 in Chromium: a lead is entered that another county has, the city joins the two, both accept, it counts once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CAMPAIGN = "illegal_fundraising"
NUMBER = "1" + "390000" + "8765"
"""No real one; composed, because no file of ours holds a number that could be."""


def enter(who: Person, code: str, title: str) -> str:
    """A lead by its form; the address of its page."""
    page = who.open(f"/{code}/{CAMPAIGN}/ledger/new?ledger=lead")
    page.fill("input[name=entry-title]", title)
    page.fill("input[name=entry-known_at]", "2026-09-21T10:00")
    page.select_option("select[name=lead_source]", index=1)
    page.fill("input[name=found_on]", "2026-09-21")
    page.select_option("select[name=sector]", index=1)
    page.fill("input[name=registered_region]", "140321")
    page.fill("input[name=phones]", NUMBER)
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_load_state()
    expect(page.locator("h1")).to_contain_text(title)
    return page.url


def accept(who: Person, number: str) -> Page:
    page = who.open("/")
    page.locator("main tr").filter(has_text=number).get_by_role("link").last.click()
    who.picture("proposal")
    page.get_by_label("同意", exact=True).check()
    page.get_by_role("button", name="答复", exact=True).click()
    expect(page.locator("main")).to_contain_text("已答复市办公室")
    return page


def test_two_counties_one_matter(person: Callable[..., Person]) -> None:
    one, other = person("pd_gaj"), person("yx_gaj")
    here = enter(one, "140321", "某理财工作室揽储（测试）")
    there = enter(other, "140322", "某养生会所预付返利（测试）")
    hint = "另有 1 个县存在相同要素（电话）"
    expect(other.page.locator("main")).to_contain_text(hint)
    other.picture("hint")
    one.page.goto(here)
    expect(one.page.locator("main")).to_contain_text(hint)
    expect(one.page.locator("main")).not_to_contain_text("养生会所")

    city = person("yq_bgs")
    page = city.open(f"/140300/{CAMPAIGN}/matching")
    city.picture("pairs")
    page.locator("main tr").filter(has_text="某理财工作室揽储（测试）").get_by_role("link").first.click()
    main = page.locator("main")
    expect(main).to_contain_text("某养生会所预付返利（测试）")
    expect(main).to_contain_text("第二十条")
    city.picture("pair")
    page.get_by_role("button", name="提议并案", exact=True).click()
    number = page.locator("h1").inner_text()
    assert re.match(r"并〔\d{4}〕\d+号", number)

    accept(person("pd_bgs"), number)
    accept(person("yx_bgs"), number)
    other.page.goto(there)
    expect(other.page.locator("main")).to_contain_text("某理财工作室揽储（测试）")
    expect(other.page.locator("main")).to_contain_text("本县协办")
    other.picture("joined")
    page = city.open(f"/140300/{CAMPAIGN}/matching/totals?period=2026Q3")
    expect(page.locator("main tr").filter(has_text=number)).to_have_count(2)
    city.picture("totals")
