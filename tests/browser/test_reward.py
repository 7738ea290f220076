"""Scenario F1 in Chromium: a printing den from the application to the payment, by the posts whose steps they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COUNTY, CITY = "/140322/anticounterfeit", "/140300/anticounterfeit"
TITLE = "捣毁假币印制窝点案（测试）"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()


def scan(folder: Path, name: str) -> Path:
    path = folder / f"{name}.pdf"
    path.write_bytes(PDF + name.encode())
    return path


def test_a_den_is_applied_for_decided_above_and_paid(person: Callable[..., Person], tmp_path: Path) -> None:
    police = person("yx_gaj")
    page = police.open(f"{COUNTY}/ledger/new?ledger=case")
    page.fill("[name=entry-title]", TITLE)
    page.fill("[name=entry-known_at]", "2026-09-02T09:00")
    for name, value in {
        "face_value": "5500000", "semi_finished_face": "1300000", "filed_on": "2026-08-20", "solved_on": "2026-09-02",
        "filing_number": "盂公（经）立字〔2026〕900号",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    for name, value in {
        "found_channel": "police",
        "case_kind": "den",
        "currency": "cny",
        "span": "city",
    }.items():
        page.select_option(f"[name={name}]", value)
    page.check("[name=suspects_caught]")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()
    entry = page.url

    # 1. not delivered: named, and nothing to press
    page.get_by_role("link", name="申请奖励").click()
    expect(page.get_by_text(re.compile("实物尚未解缴，不能申请.*W-06"))).to_be_visible()
    expect(page.get_by_role("button", name="建立申请")).to_have_count(0)
    police.picture("too-early")

    # 2. delivered; the checklist, one missing
    page.goto(f"{entry}/edit")
    page.fill("[name=delivered_on]", "2026-09-10")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()
    page.get_by_role("link", name="申请奖励").click()
    press(page, "建立申请")
    for key in ("voucher", "filing_decision", "arrest_approval", "application_form"):
        page.set_input_files(f"[name={key}]", scan(tmp_path, key))
    press(page, "上传材料")
    page.check("[name=stamped]")
    press(page, "报送申请")
    expect(page.get_by_text("缺 1 项材料：起诉意见书复印件。").first).to_be_visible()
    expect(page.get_by_text("判决")).to_have_count(0)
    police.picture("one-missing")
    page.set_input_files("[name=prosecution_opinion]", scan(tmp_path, "opinion"))
    press(page, "上传材料")

    # 3. the sheet, and it goes to the city
    expect(page.locator("#sheet")).to_contain_text("190,000.00")
    page.check("[name=stamped]")
    press(page, "报送申请")
    police.picture("sent")
    number = page.url.rsplit("/", 1)[1]
    path, mine = f"{CITY}/rewards/{number}", f"{COUNTY}/rewards/{number}"

    # 4. office, accounting, leader; the prefecture may not approve
    office, accounts, head = person("yq_bgs"), person("yq_kj"), person("yq_zr")
    page = office.open(path)
    page.fill("#prepare-note", "材料齐全，拟同意。")
    press(page, "填写审批表")
    page = accounts.open(path)
    press(page, "审查通过")
    accounts.picture("reviewed")
    page = head.open(path)
    expect(page.get_by_role("button", name="同意")).to_have_count(0)
    expect(page.get_by_text("本级不得审批").first).to_be_visible()
    press(page, "报上级审批")

    # 5. the superior's decision, and when the notice is due
    page = office.open(path)
    page.locator("[name=agreed][value=yes]").check()
    page.fill("#decide-number", "银发〔2026〕8号")
    page.set_input_files("#decide-files", scan(tmp_path, "decision"))
    office.picture("decide")
    press(page, "登记上级审批")
    page.fill("#notify-number", "阳银奖〔2026〕90号")
    press(page, "登记通知单")

    # 6. the distribution to the fen
    page = police.open(mine)
    for n, (who, fen) in enumerate((("刑侦大队", "100000"), ("经侦大队", "60000"), ("派出所", "29000"))):
        page.locator("[name=who]").nth(n).fill(who)
        page.locator("[name=why]").nth(n).fill("参与侦破")
        page.locator("[name=share]").nth(n).fill(fen)
    press(page, "保存分配清单")
    expect(page.get_by_text(re.compile("少 1,000.00 元"))).to_be_visible()
    page.locator("[name=share]").nth(2).fill("30000")
    press(page, "保存分配清单")
    police.picture("shared")

    # 7. the slip, then the payment
    page.set_input_files("#slip-files", scan(tmp_path, "slip"))
    press(page, "登记回单联")
    page = accounts.open(path)
    page.fill("#pay-voucher", "记-9")
    press(page, "登记拨付")
    expect(page.get_by_text("已办结").first).to_be_visible()
    accounts.picture("paid")
    assert [p.complaints for p in (police, office, accounts, head)] == [[], [], [], []]
