"""The room's pages as the office, a liaison, a successor and a stranger use them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.accounts.models import Account
from portal.accounts.own import set_mail
from portal.core.audit import AuditEvent
from portal.core.db import db
from portal.core.posts import PostKind
from portal.core.scope import SYSTEM
from portal.core.text import _
from portal.units.handover import OpenItem
from portal.units.models import Handover, Post, Unit
from tests.factories import csrf
from tests.units.conftest import County
from tests.units.test_roster import sheet

Login = Callable[[str], FlaskClient]


@pytest.fixture
def base(county: County) -> str:
    return f"/{county.tenant.code}/anticounterfeit"


@pytest.fixture
def office(county: County, login: Login) -> FlaskClient:
    return login("office")


def text(response: TestResponse) -> str:
    return html.unescape(response.get_data(as_text=True))


def send(client: FlaskClient, page: str, to: str = "", **form: Any) -> TestResponse:
    db.session.rollback()
    return client.post(to or page, data={"csrf_token": csrf(client, page)} | form)


def one(county: County, query: Any) -> Any:
    db.session.rollback()
    with county.enter() as session:
        return session.scalars(query).first()


def test_the_roster_of_the_body(county: County, office: FlaskClient, base: str) -> None:
    unit = county.units["commerce"]
    county.make.post(county.tenant, "pd_sw", PostKind.LIAISON, county.body, unit)
    county.make.post(
        county.tenant, "pd_leader", PostKind.LEADER_IN_CHARGE, county.body, county.units["police"]
    )
    page = text(office.get(f"{base}/units"))
    assert "平定县商务局" in page
    assert "pd_sw" in page
    assert "空缺超过 5 个工作日 3 个" in page
    assert "pd_leader代办" in page
    assert "无人代办" in page
    only = text(office.get(f"{base}/units?vacant=1"))
    assert "平定县商务局</a></th>" not in only
    for tab in ("body", "all", "handovers", "nonsense"):
        assert office.get(f"{base}/units?tab={tab}").status_code == 200


def test_the_office_sees_whose_address_the_mail_server_refused(
    county: County, office: FlaskClient, base: str, login: Login
) -> None:
    unit = county.units["commerce"]
    county.make.post(county.tenant, "pd_sw", PostKind.LIAISON, county.body, unit)
    pages = (f"{base}/units", f"{base}/units/{unit.id}")
    assert not any("邮箱被拒收" in text(office.get(page)) for page in pages)
    with county.enter() as session:
        account = session.scalars(sa.select(Account).where(Account.username == "pd_sw")).one()
        account.email, account.mail_refused_at = "sw@example.gov.cn", county.now
    assert [text(office.get(page)).count("邮箱被拒收") for page in pages] == [1, 1]
    assert "sw@example.gov.cn" not in text(office.get(pages[1]))
    assert "邮箱被拒收" not in text(login("pd_sw").get(pages[1]))
    with county.enter() as session:
        account = session.scalars(sa.select(Account).where(Account.username == "pd_sw")).one()
        set_mail(
            session,
            SYSTEM,
            county.now,
            account_id=account.id,
            email="new@example.gov.cn",
            mail_on=True,
        )
    assert not any("邮箱被拒收" in text(office.get(page)) for page in pages)


def test_who_sees_what(county: County, base: str, login: Login) -> None:
    commerce, police = county.units["commerce"].id, county.units["police"].id
    county.make.post(county.tenant, "pd_sw", PostKind.LIAISON, county.body, county.units["commerce"])
    body = county.make.mechanism(
        county.other, "anticounterfeit", {"police": county.make.unit(county.other, "盂县公安局")}
    )
    county.make.post(county.other, "yx_office", PostKind.OFFICE_STAFF, body)
    liaison, stranger, nobody = login("pd_sw"), login("yx_office"), county.make.app.test_client()
    assert liaison.get(f"{base}/units/{commerce}").status_code == 200
    assert "任命" not in text(liaison.get(f"{base}/units/{commerce}"))
    assert liaison.get(f"{base}/units/{police}").status_code == 404
    for path in (
        "",
        "/new",
        "/import",
        "/export",
        "/blank",
        "/posts/new",
        f"/{commerce}/edit",
        f"/{commerce}/merge",
    ):
        assert liaison.get(f"{base}/units{path}").status_code == 403
        assert stranger.get(f"{base}/units{path}").status_code == 404
        assert nobody.get(f"{base}/units{path}").status_code == 302
    own = f"/{county.other.code}/anticounterfeit"
    for path in (
        f"{commerce}",
        f"{commerce}/edit",
        f"{commerce}/rename",
        f"{commerce}/split",
        f"{commerce}/end",
    ):
        assert stranger.get(f"{own}/units/{path}").status_code == 404
    assert stranger.get(f"{own}/units").status_code == 200


def test_making_changing_and_ending_a_unit(county: County, office: FlaskClient, base: str) -> None:
    form = {
        "full_name": "平定县税务局",
        "short_name": "县税务局",
        "aliases": "税局，税务",
        "kind": "",
        "sort_no": "５",
        "reason": "新设",
    }
    wrong = send(
        office, f"{base}/units/new", **(form | {"full_name": "县公安局", "sort_no": "五", "reason": ""})
    )
    assert wrong.status_code == 422
    assert "不能用中文数字" in text(wrong)
    assert "请填写事由" in text(wrong)
    taken = send(office, f"{base}/units/new", **(form | {"full_name": "县 公安局"}))
    assert "已是平定县公安局的名称或别名" in text(taken)
    assert 'value="县税务局"' in text(taken)
    assert send(office, f"{base}/units/new", **form).status_code == 303
    unit = one(county, sa.select(Unit).where(Unit.full_name == "平定县税务局"))
    assert (unit.sort_no, unit.aliases) == (5, ["税局", "税务"])
    page = f"{base}/units/{unit.id}"
    assert 'value="税局、税务"' in text(office.get(f"{page}/edit"))
    assert send(office, f"{page}/edit", **(form | {"sort_no": "7"})).status_code == 303
    renamed = send(office, f"{page}/rename", full_name="平定县国税局", short_name="县国税", reason="改革")
    assert renamed.status_code == 303
    assert (
        send(
            office, f"{page}/split", parts="平定县税一局，税一\n平定县税二局", keep="y", reason="分设"
        ).status_code
        == 303
    )
    assert send(office, f"{page}/merge", into=county.units["finance"].id, reason="合并").status_code == 303
    shown = text(office.get(page))
    assert "本单位已并入" in shown
    for word in ("建立", "更名", "分设", "并入"):
        assert f">{word}<" in shown
    other = f"{base}/units/{county.units['bank'].id}"
    assert send(office, f"{other}/end", reason="撤销").status_code == 303
    assert send(office, f"{other}/end", reason="恢复").status_code == 303
    refused = send(office, other, to=f"{base}/units/{county.units['commerce'].id}/delete")
    assert refused.status_code == 409


def test_importing(county: County, office: FlaskClient, base: str) -> None:
    page = f"{base}/units/import"

    def upload(content: bytes, name: str = "a.xlsx") -> TestResponse:
        return send(office, page, file=(BytesIO(content), name))

    assert "请选择要导入" in text(send(office, page))
    assert "不是 Excel" in text(upload(b"<html>", "roster.xlsx"))
    faulty = upload(sheet([1, "甲局"], ["x", ""]))
    assert faulty.status_code == 422
    assert "有 2 处需要改正" in text(faulty)
    shown = text(upload(sheet([1, "甲局", "=甲"], [2, "平定县公安局", "县公安"])))
    assert "确认导入" in shown
    preview = re.search(r'name="preview" value="([^"]+)"', shown)
    assert preview is not None
    assert one(county, sa.select(Unit).where(Unit.full_name == "甲局")) is None
    confirm = f"{page}/confirm"
    assert send(office, page, to=confirm, preview=preview[1] + "x", reason="导入").status_code == 422
    again = send(office, page, to=confirm, preview=preview[1], reason="")
    assert again.status_code == 422
    assert "请填写事由" in text(again)
    assert send(office, page, to=confirm, preview=preview[1], reason="导入").status_code == 303
    assert one(county, sa.select(Unit).where(Unit.full_name == "甲局")).short_name == "=甲"
    stale = send(office, page, to=confirm, preview=preview[1], reason="导入")
    assert stale.status_code == 422
    assert "预览之后单位名录已有变化" in text(stale)
    exported = office.get(f"{base}/units/export")
    assert exported.status_code == 200
    assert "filename*=UTF-8''" in exported.headers["Content-Disposition"]
    assert "与现有名录完全一致" in text(upload(exported.data))
    assert office.get(f"{base}/units/blank").data.startswith(b"PK")
    acts = one(
        county, sa.select(sa.func.count()).select_from(AuditEvent).where(AuditEvent.act == "unit.export")
    )
    assert acts == 1


def test_appointing_opens_an_account_and_shows_its_password_once(
    county: County, office: FlaskClient, base: str
) -> None:
    page = f"{base}/units/posts/new?unit={county.units['police'].id}&kind=liaison"
    form: dict[str, Any] = {
        "username": "pd_gaj_01", "display_name": "平定县公安局 联络员", "kind": "liaison", "unit": county.units["police"].id,
        "rank": "科员", "rank_reason": "", "group": "", "since": "",
    }  # fmt: skip
    refused = send(office, page, **form)
    assert refused.status_code == 422
    assert "“科员”不符合" in text(refused)
    assert one(county, sa.select(Account).where(Account.username == "pd_gaj_01")) is None
    done = send(office, page, **(form | {"rank_reason": "无科级干部"}))
    assert done.status_code == 200
    assert 'class="secret"' in text(done)
    second = send(office, page, **(form | {"username": "pd_gaj_02"}))
    assert "每个单位只设一名联络员" in text(second)
    assert "无科级干部" in text(office.get(f"{base}/units/{county.units['police'].id}"))
    assert one(county, sa.select(Account).where(Account.username == "pd_gaj_02")) is None
    assert send(office, page, **(form | {"kind": "system_administrator"})).status_code == 422


def test_leaving_and_handing_over(
    county: County, app: Flask, office: FlaskClient, base: str, login: Login
) -> None:
    """F10 on the pages; the leaving liaison signs although no post is left."""
    app.extensions["open_items"] = [lambda _s, _m, _u: [OpenItem(kind=_("草稿"), title="九月月报")]]
    unit = county.units["commerce"]
    post = county.make.post(county.tenant, "pd_sw_01", PostKind.LIAISON, county.body, unit)
    post_id, unit_id = post.id, unit.id
    leaver = login("pd_sw_01")
    assert leaver.get(f"{base}/units/{unit_id}").status_code == 200
    end = f"{base}/units/posts/{post_id}/end"
    assert send(office, end, until="昨天", reason="工作调动").status_code == 422
    ended = send(office, end, until="2026-09-16T11:00", reason="工作调动")
    assert ended.status_code == 303
    assert ended.location.endswith(f"/posts/{post_id}/notice")
    assert leaver.get(f"{base}/units/{unit_id}").status_code == 404
    county.clock.now += timedelta(minutes=5)
    made = send(office, ended.location, number="平商函〔2026〕3号", noticed_on="2026-09-16")
    assert made.status_code == 303
    sheet_page = made.location
    sheet_id = one(county, sa.select(Handover.id))
    shown = text(office.get(sheet_page))
    assert "九月月报" in shown
    assert "平商函〔2026〕3号" in shown
    assert "不再担任" in text(office.get(f"{sheet_page}/notice"))
    assert send(office, sheet_page, to=f"{sheet_page}/acknowledge").status_code == 303
    form = {"username": "pd_sw_02", "display_name": "平定县商务局 联络员", "rank": "科级", "rank_reason": ""}
    named = send(office, f"{sheet_page}/successor", **form)
    assert named.status_code == 200
    mine = f"/handovers/{sheet_id}"
    page = leaver.get(mine)
    assert page.status_code == 200
    assert "签字" in text(page)
    assert send(leaver, mine, to=f"{mine}/sign").status_code == 303
    taker = login("pd_sw_02")
    account = one(county, sa.select(Account).where(Account.username == "pd_sw_02"))
    with county.enter() as session:
        session.merge(account).must_change_password = False
    assert taker.get(f"{base}/units/{unit_id}").status_code == 404  # not in office yet
    assert "平定县商务局" in text(taker.get("/handovers"))
    assert send(taker, mine, to=f"{mine}/sign").status_code == 303
    assert taker.get(f"{base}/units/{unit_id}").status_code == 200
    assert leaver.get(mine).status_code == 404
    assert office.get(mine).status_code == 404  # neither leaves nor comes
    holders = one(
        county,
        sa.select(sa.func.count()).select_from(Post).where(Post.kind == "liaison", Post.until.is_(None)),
    )
    assert holders == 1
    assert "已交接" in text(office.get(f"{base}/units?tab=handovers"))
    assert "平定县商务局 联络员" in text(office.get(f"{base}/units"))


@pytest.mark.parametrize(
    "value", ["<script>alert(1)</script>", "{{7*7}}", "a\x00b", "a\u202eb", "=1+1", "长" * 500]
)
def test_hostile_names_are_inert_or_refused(
    county: County, office: FlaskClient, base: str, value: str
) -> None:
    form = {
        "full_name": value,
        "short_name": "",
        "aliases": "",
        "kind": "",
        "sort_no": "",
        "reason": value[:100],
    }
    response = send(office, f"{base}/units/new", **form)
    assert response.status_code in (303, 422)
    page = office.get(response.location if response.status_code == 303 else f"{base}/units?tab=all")
    assert "<script>alert" not in page.get_data(as_text=True)
    assert ">49<" not in page.get_data(as_text=True)
