"""What anybody may do: nothing is kept that names him, nothing that he sends does harm, nothing typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import AuditEvent
from portal.tips import brakes, intake
from portal.tips.models import TipAttempt
from tests.contract.pages import faults
from tests.security.dump import rows_as_text
from tests.tips.conftest import CAMPAIGN, FILE, NAME, PHONE, WHAT, County, code_in, token_in, upload

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
POLYGLOT = b"GIF89a/*<script>alert(1)</script>*/=1;"
XSS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "{{7*7}}", "${7*7}",
    "</textarea><svg onload=alert(1)>", "' onmouseover='alert(1)",
)  # fmt: skip


def test_an_address_that_is_off_is_no_address(county: County) -> None:
    """Off, never set up, no such campaign, no such place, no address at all: one and the same answer."""

    def answer(url: str) -> tuple[int, str]:
        response = county.anybody().get(url)
        return response.status_code, response.get_data(as_text=True).replace(url.split("?")[0], "")

    nowhere = answer("/no/such/address")
    assert nowhere[0] == 404
    county.switch(enabled=False)
    code = county.codes["county"]
    for url in (
        county.url(), county.url("/follow"), county.url(tenant="other"), f"/{code}/none/tip", f"/999999/{CAMPAIGN}/tip",
        f"/{code}/antifraud/tip",
    ):  # fmt: skip
        status, text = answer(url)
        assert status == 404, url
        assert _bare(text) == _bare(nowhere[1]), url
    for path in ("", "/follow", "/more", "/word"):
        assert county.send(path, token="1.2.3.4", code="x").status_code == 404
    county.switch()
    assert answer(county.url())[0] == 200


def _bare(text: str) -> str:
    """Without the address that the language link repeats."""
    return re.sub(r"next=[^\"&]*", "", text)


def test_the_page_needs_neither_cookie_nor_script_and_shows_nothing_inside(county: County) -> None:
    for path in ("", "/follow"):
        response = county.anybody().get(county.url(path))
        html = response.get_data(as_text=True)
        assert list(faults(response)) == []
        assert "Set-Cookie" not in response.headers
        assert "<script" not in html
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["Cache-Control"] == "no-store"
        assert "0353-1234000" in html
        assert "/login" not in html
        assert "平定县公安局" not in html
    receipt = county.tell()
    assert "Set-Cookie" not in receipt.headers
    assert re.fullmatch(r"(?:[A-HJKMNPRSTV-Z]{4}-){3}[A-HJKMNPRSTV-Z]{4}", code_in(receipt))


def test_what_is_told_lies_sealed_and_names_no_source(
    county: County, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    code, tip_id = county.told(
        tip_identity="named", tip_name=NAME, tip_phone=PHONE, tip_where="城区某街", subject_name="某某康养部",
        phones="0353-7654321", tip_files=[upload(b"evidence")], address="203.0.113.77",
    )  # fmt: skip
    county.send("/follow", "203.0.113.77", code="WRONG")
    stored = rows_as_text(county.app.extensions["portal"].settings)
    for text in (
        WHAT[:8],
        NAME,
        PHONE,
        "城区某街",
        "某某康养部",
        "7654321",
        code,
        code.replace("-", ""),
        "203.0.113",
    ):
        assert text not in stored, text
        assert text not in caplog.text, text
    with county.enter() as inside:
        events = inside.scalars(sa.select(AuditEvent).where(AuditEvent.subject == f"tip:{tip_id}")).all()
        assert {e.act for e in events} == {"tip.file"}
        assert {e.address for e in inside.scalars(sa.select(AuditEvent)) if e.actor_name == "公众"} == {""}
    page = county.get("office", f"/{tip_id}").get_data(as_text=True)
    assert WHAT in page
    assert "城区某街" in page
    assert FILE in page
    assert NAME not in page
    assert PHONE not in page


def test_each_failing_field_is_told_and_what_was_typed_is_kept(county: County) -> None:
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"tip_what": ""}, "请写明您要举报的情况。"),
        ({"tip_what": "字" * 4001}, "最多 4000 字"),
        ({"tip_where": "地\u202e点"}, "看不见的控制字符"),
        ({"tip_what": "密件\n机密★1年\n内容"}, "涉密内容不得写入本系统"),
        ({"phones": "字" * 300}, "最多"),
        ({"amount": "很多"}, "金额"),
        ({"tip_identity": ""}, "请选择匿名或实名。"),
        ({"tip_identity": "named"}, "实名举报请填写姓名。"),
        ({"tip_name": NAME}, "您选择了匿名，请删去姓名和电话"),
        ({"tip_identity": "named", "tip_name": NAME, "tip_phone": "12"}, "电话号码不完整"),
        ({"tip_consent": ""}, "请确认后再提交。"),
        ({"tip_website": "https://example.org"}, "这一栏请留空。"),
        ({"tip_files": [upload(SVG, "a.svg")]}, "不收网页、SVG"),
        ({"tip_files": [upload(b"<html><script>1</script></html>", "a.jpg")]}, "不收网页、SVG"),
        ({"tip_files": [upload(POLYGLOT, "a.gif")]}, "没有保存"),
        ({"tip_files": [upload(b"MZ\x90\x00", "a.png")]}, "不收程序和脚本。"),
        ({"tip_files": [upload(b"x") for _n in range(6)]}, "最多 5 个文件"),
        ({"tip_files": [upload(b"x" * (7 * 2**20), f"{n}.txt") for n in range(3)]}, "文件合计超过 20 MB"),
    )  # fmt: skip
    for given, sentence in cases:
        response = county.tell(**{"tip_where": "城关镇"} | given)
        html = response.get_data(as_text=True)
        assert response.status_code == 422, given
        assert sentence in html, given
        assert ("城关镇" in html) or "tip_where" in given
        assert 'class="code"' not in html
    assert county.count() == 0
    refused = county.tell(token="forged." * 3)
    assert refused.status_code == 422
    assert WHAT in refused.get_data(as_text=True)


def test_one_form_is_one_tip_and_belongs_to_one_place(county: County) -> None:
    token = county.token()
    first, second = county.tell(token=token), county.tell(token=token, tip_what=f"{WHAT}，后改的")
    assert code_in(first) == code_in(second)
    assert county.count() == 1
    parts = token.split(".")
    for forged in (".".join([*parts[:3], "0" * 32]), f"7.{'.'.join(parts[1:])}", "...", "x", "１.2.3.4"):
        assert county.tell(token=forged).status_code == 422
    with county.enter(
        county.other
    ) as session:  # its page is on too: a token of one is worth nothing in the other
        from portal.tips.channel import Published, set_channel
        from portal.units.models import Mechanism

        body = session.scalars(sa.select(Mechanism)).one()
        set_channel(
            session, county.act("stranger"), county.clock.now, mechanism_id=body.id, campaign=CAMPAIGN, enabled=True,
            published=Published(receiver="办公室", phone="0353-1234001"), version=0,
        )  # fmt: skip
    assert county.tell(token=county.token("other")).status_code == 422
    late = county.token()
    county.clock.now += timedelta(hours=5)
    response = county.tell(token=late)
    assert response.status_code == 422
    assert "页面打开的时间太长" in response.get_data(as_text=True)
    assert county.tell(token=token_in(response)).status_code == 200
    assert county.count() == 2
    cross = county.anybody().post(
        county.url(), data={"token": county.token()}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert cross.status_code == 400


def test_guessing_is_slowed_and_leaves_no_address(county: County, session: Session) -> None:
    code, _tip = county.told()
    for _n in range(brakes.SLOW_AFTER):
        assert county.follow("ABCD-EFGH-JKMN-PRST", "198.51.100.9").status_code == 422
    waiting = county.follow(code, "198.51.100.9")
    assert waiting.status_code == 429
    assert int(waiting.headers["Retry-After"]) <= brakes.SLOW.total_seconds()
    assert county.follow(code, "198.51.100.10").status_code == 200, "others are not held up"
    county.clock.now += brakes.SLOW
    assert county.follow(f" {code.lower().replace('-', ' ')} ", "198.51.100.9").status_code == 200
    county.clock.now += brakes.WINDOW
    assert county.follow("nonsense").status_code == 422
    with county.enter() as inside:
        assert inside.scalar(sa.select(sa.func.count()).select_from(TipAttempt)) == 1, "older ones are gone"


def test_floods_are_stopped_per_source_and_per_county(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(brakes.PER_SOURCE, brakes.TIP, 2)
    monkeypatch.setitem(brakes.PER_TENANT, brakes.TIP, 3)
    assert [county.tell(address="198.51.100.1").status_code for _n in range(3)] == [200, 200, 429]
    assert [county.tell(address=f"2001:db8::{n}").status_code for n in range(2)] == [200, 429]
    held = county.tell(address="198.51.100.1", tip_where="城关镇")
    assert "城关镇" in held.get_data(as_text=True), "typed text is kept"
    county.clock.now += brakes.WINDOW
    assert county.tell(address="198.51.100.1").status_code == 200


def test_a_body_without_end_is_refused_before_it_is_read(county: County) -> None:
    response = county.anybody().post(
        county.url(), data=b"--x\r\n", content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(500 * 2**20)},
    )  # fmt: skip
    assert response.status_code == 413
    assert "附件太大" in response.get_data(as_text=True)
    plain = county.anybody().post(county.url(), data={"tip-what": "x" * 2**21})
    assert plain.status_code == 413


def test_switched_off_while_the_form_is_open(county: County) -> None:
    token = county.token()
    county.switch(enabled=False)
    response = county.tell(token=token)
    assert response.status_code == 409
    assert WHAT in response.get_data(as_text=True), "to be copied"
    assert county.count() == 0
    assert county.tell(token="1.2.3.4").status_code == 404


def test_what_was_told_before_is_answered_after_the_page_is_off(county: County) -> None:
    code, _tip = county.told()
    county.switch(enabled=False)
    assert county.follow(code).status_code == 200
    assert "我要举报" not in county.anybody().get(county.url("/follow")).get_data(as_text=True)


def test_scripts_are_letters_everywhere(county: County) -> None:
    code, tip_id = county.told(tip_what="\n".join(XSS), tip_where=XSS[1], subject_name=XSS[0], urls=XSS[2])
    shown = county.follow(code)
    given: dict[str, Any] = {"tip-more": "\n".join(XSS), "tip-files": [upload(b"x", f"{XSS[0]}.txt")]}
    more = county.send("/more", token=token_in(shown), **given)
    assert more.status_code == 200
    county.check(tip_id, title=XSS[0], words=XSS[1])
    for response in (
        county.follow(code),
        county.get("office"),
        county.get("office", f"/{tip_id}"),
        county.tell(tip_what=XSS[0], tip_consent=""),
    ):
        html = response.get_data(as_text=True)
        assert list(faults(response)) == []
        for payload in ("<script>alert", "<img src=x", "<svg onload", "' onmouseover='alert(1)'"):
            assert payload not in html
        assert "49" not in re.findall(r"\b49\b", html)


def test_names_of_files_break_no_header(county: County) -> None:
    names = ('a"; x=1\r\nSet-Cookie: a=b.txt', "..\\..\\etc\\passwd", "甲\u202etxt.exe.txt")
    _code, tip_id = county.told(tip_files=[upload(b"text", name) for name in names])
    page = county.get("office", f"/{tip_id}").get_data(as_text=True)
    found = re.findall(r'href="(/[^"]+/files/[0-9]+)"', page)
    assert len(found) == 3
    for url in found:
        response = county.client("office").get(url)
        assert response.headers["Content-Disposition"].startswith("attachment;")
        assert "Set-Cookie" not in response.headers or "a=b" not in response.headers["Set-Cookie"]
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert county.client("market").get(url).status_code == 404, "another unit"
        assert county.client("superior").get(url).status_code == 404
        assert county.anybody().get(url).status_code == 302


def test_the_supplement_is_counted_and_bounded(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_ADDED", 2)
    code, tip_id = county.told()
    page = county.follow(code)
    empty = county.send("/more", **{"token": token_in(page), "tip-more": " "})
    assert "请写明要补充的内容" in empty.get_data(as_text=True)
    token = token_in(page)
    for _n in range(2):  # twice the same form
        assert county.send("/more", **{"token": token, "tip-more": "再说一点"}).status_code == 200
    done = county.send("/more", **{"token": token_in(county.follow(code)), "tip-more": "又一点"})
    assert done.get_data(as_text=True).count('strong">您的补充') == 2
    full = county.send("/more", **{"token": token_in(done), "tip-more": "第三次的话"})
    assert full.status_code == 409
    assert "第三次的话" in full.get_data(as_text=True)
    assert "有补充" in county.get("office").get_data(as_text=True)
    stale = token_in(county.follow(code))
    county.clock.now += timedelta(hours=5)
    assert county.send("/more", **{"token": stale, "tip-more": "x"}).status_code == 422
    assert (
        county.send("/more", **{"token": stale.replace(str(tip_id), "7"), "tip-more": "x"}).status_code == 422
    )
