"""The administrator's and the office's pages, driven as a browser would."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.campaigns.registry import Plugin, Registry
from portal.core.posts import PostKind
from portal.core.scope import SYSTEM, Scope, set_scope
from portal.core.text import Message
from portal.tenants.models import Tenant
from portal.tenants.services import find_tenant
from portal.units.bodies import enable_campaign, find_body, list_members
from tests.conftest import NOON
from tests.factories import Factory, csrf

Login = Callable[[str], FlaskClient]


@pytest.fixture
def city(make: Factory) -> Tenant:
    city = make.tenant("阳泉市", code="140300")
    make.tenant("平定县", city, code="140321")
    make.tenant("临汾市", code="141000")
    make.post(city, "city_admin", PostKind.SYSTEM_ADMINISTRATOR)
    return city


@pytest.fixture
def office(make: Factory, session: Session, city: Tenant, registry: Registry) -> Tenant:
    """平定县 with 反诈 on and somebody in its office."""
    county = find_tenant(session, "140321")
    assert county is not None
    make.unit(county, "平定县公安局")
    make.unit(county, "平定县教育局")
    body = enable_campaign(
        session, SYSTEM, NOON, tenant=county, campaign=registry.campaigns["antifraud"], since=date(2026, 9, 1)
    )
    session.commit()
    make.post(county, "office", PostKind.OFFICE_STAFF, body)
    return county


def read(client: FlaskClient, page: str, status: int = 200) -> str:
    with (
        client.application.app_context()
    ):  # a request of its own: the fixture's context would share its ``g``
        answer = client.get(page)
    html = answer.get_data(as_text=True)
    assert answer.status_code == status, html
    return re.sub(r"<[^>]*>|\s+", " ", html)


def send(client: FlaskClient, page: str, to: str = "", **values: str) -> tuple[int, str]:
    with client.application.app_context():
        token = csrf(client, page)
    with client.application.app_context():
        answer = client.post(to or page, data={"csrf_token": token, **values})
    return answer.status_code, answer.get_data(as_text=True)


def test_the_board_shows_the_subtree_and_nothing_else(city: Tenant, login: Login) -> None:
    page = read(login("city_admin"), "/140300/admin/tenants")
    assert "阳泉市平定县" in page
    assert "临汾市" not in page


def test_a_tenant_is_made_and_what_was_typed_is_kept(city: Tenant, session: Session, login: Login) -> None:
    client, page = login("city_admin"), "/140300/admin/tenants/new"
    status, html = send(client, page, parent="140300", code="14032", name="盂县")
    assert status == 422
    assert "应为 6 位数字" in html
    assert 'value="盂县"' in html
    assert send(client, page, parent="141000", code="141029", name="乡宁县")[0] == 404
    assert send(client, page, parent="140300", code="140322", name="盂县")[0] == 303
    session.expire_all()
    made = find_tenant(session, "140322")
    assert made is not None
    assert made.full_name == "阳泉市盂县"


def test_a_campaign_is_switched_on_off_and_on(city: Tenant, session: Session, login: Login) -> None:
    client, page = login("city_admin"), "/140300/admin/tenants/140321/antifraud"
    assert "未启用" in read(client, page)
    for nonsense in ("", "abc", "0001-01-01", "2026-13-01"):
        status, html = send(client, page, f"{page}/enable", since=nonsense)
        assert status == 422
        assert html.count('class="problem"') == 1
        assert "请填日期" in html
    assert send(client, page, f"{page}/enable", since="2026-09-01")[0] == 303
    assert "平定县打击治理电信网络新型违法犯罪工作领导小组" in read(client, page)
    assert send(client, page, f"{page}/disable")[0] == 303
    assert "已停用" in read(client, page)
    assert send(client, page, f"{page}/enable", since="2026-10-01")[0] == 303
    assert "自 2026-10-01 起" in read(client, page)


@pytest.mark.parametrize("path", ["141000/antifraud", "140321/no_such", "999999/antifraud"])
def test_foreign_and_unknown_are_not_found(city: Tenant, login: Login, path: str) -> None:
    read(login("city_admin"), f"/140300/admin/tenants/{path}", 404)


def test_plugins_page_names_the_broken_one_on_top(city: Tenant, registry: Registry, login: Login) -> None:
    registry.plugins["shaky"] = Plugin("shaky", "folder", None, (Message("坏了：%(x)s", x="RuntimeError"),))
    page = read(login("city_admin"), "/140300/admin/plugins")
    assert page.index("坏了：RuntimeError") < page.index("anticounterfeit")
    assert "有问题 1 个" in page


def test_the_calendar_page_imports_and_says_what_is_wrong(city: Tenant, login: Login) -> None:
    client, page = login("city_admin"), "/140300/admin/calendar"
    assert "未公布，暂估" in read(client, page)
    status, html = send(
        client, page, year="2027", source="国办发明电〔2026〕9号", lines="2027-01-01,休,元旦\n2027-13-01,休,x"
    )
    assert status == 422
    assert "第 2 行" in html
    assert "2027-13-01" in html, "what was typed is kept"
    done = send(client, page, year="2027", source="国办发明电〔2026〕9号", lines="2027-01-01,休,元旦")
    assert done[0] == 303
    assert "国办发明电〔2026〕9号" in read(client, page)


def test_readings_are_shown_changed_and_remembered(office: Tenant, login: Login) -> None:
    client = login("office")
    page = read(client, "/140321/antifraud/policies")
    assert "Q-27" in page
    assert "固定，不可选" in page
    change = "/140321/antifraud/policies/internal_case"
    assert send(client, change, value="nonsense", reason="会议议定")[0] == 422
    assert send(client, change, value="victims", reason="")[0] == 422
    assert send(client, change, value="victims", reason="领导小组会议议定")[0] == 303
    page = read(client, "/140321/antifraud/policies")
    assert "领导小组会议议定" in page
    assert "只计本单位人员被骗" in page
    read(client, "/140321/antifraud/policies/no_such", 404)
    assert "依据明确" in read(client, "/140321/antifraud/policies/veto")


def test_the_administrators_readings_stand_beside(city: Tenant, login: Login) -> None:
    client = login("city_admin")
    assert "各专项通用" in read(client, "/140300/admin/policies")
    assert send(client, "/140300/admin/policies/cut_off_day", value="day_25", reason="统一要求")[0] == 303
    assert "当月25日" in read(client, "/140300/admin/policies")


def test_the_office_changes_its_body(office: Tenant, session: Session, login: Login) -> None:
    client, page = login("office"), "/140321/antifraud/body"
    assert "县数字政务中心" in read(client, page)
    words = {"name": "平定县反诈领导小组", "office": "县反诈办", "convenor": "总组长", "sign_off": "y"}
    assert send(client, page, **(words | {"name": ""}))[0] == 422
    assert send(client, page, **words)[0] == 303
    session.expire_all()
    set_scope(session, Scope(own=(office.id,), home=office.id))
    body = find_body(session, office.id, "antifraud")
    assert body is not None
    assert (body.name, body.sign_off, body.titles["convenor"]) == ("平定县反诈领导小组", True, "总组长")
    session.rollback()


def test_the_office_binds_a_unit_and_ends_it(
    office: Tenant, make: Factory, session: Session, login: Login
) -> None:
    unit = make.unit(office, "数字化服务局")
    client, page = login("office"), "/140321/antifraud/body"
    values = {"member": "digital_government", "unit": str(unit.id), "since": "2026-09-01"}
    session.rollback()
    assert send(client, page, f"{page}/members", **(values | {"member": "nonsense"}))[0] == 422
    assert send(client, page, f"{page}/members", **values)[0] == 303
    status, html = send(client, page, f"{page}/members", **values)
    assert status == 422
    assert "已是成员单位" in html
    set_scope(session, Scope(own=(office.id,), home=office.id))
    body = find_body(session, office.id, "antifraud")
    assert body is not None
    assert "数字化服务局" in [m.full_name for m in list_members(session, body.id, NOON.date())]
    session.rollback()
    with client.application.app_context():
        html = client.get(page).get_data(as_text=True)
    row = re.search(rf"{page}/members/(\d+)/end", html.split("数字化服务局</td>")[1])
    assert row is not None
    assert send(client, page, row[0], last_day="")[0] == 422
    assert send(client, page, row[0], last_day="2026-09-15")[0] == 303
    assert "数字化服务局" not in [m.full_name for m in list_members(session, body.id, NOON.date())]


def test_who_may_not(office: Tenant, city: Tenant, login: Login) -> None:
    read(login("office"), "/140321/admin/tenants", 404)
    read(login("city_admin"), "/140321/admin/tenants", 404)
    read(login("city_admin"), "/140321/antifraud/policies", 404)
