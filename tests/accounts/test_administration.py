"""The security administrator: accounts of the own subtree, one-time passwords, nobody else's business."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts import services
from portal.accounts.models import Account
from portal.accounts.services import State
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.posts import PostKind, check_separation
from portal.core.scope import Actor
from portal.tenants.models import Tenant
from tests.accounts.people import PASSWORD, acts, person, refreshed, send, sign_in, text
from tests.conftest import TestClock
from tests.factories import Factory

GUARD = Actor(1, "security")


@pytest.fixture
def city(make: Factory) -> Tenant:
    return make.tenant("阳泉市")


@pytest.fixture
def county(make: Factory, city: Tenant) -> Tenant:
    return make.tenant("平定县", city)


@pytest.fixture
def guard(make: Factory, county: Tenant, login: Callable[[str], FlaskClient]) -> FlaskClient:
    make.post(county, "guard", PostKind.SECURITY_ADMINISTRATOR)
    return login("guard")


def shown_password(page: str) -> str:
    found = re.search(r'id="first-password">([^<]+)<', page)
    assert found is not None
    return found[1]


def test_a_new_account_logs_in_with_the_password_shown_once(
    app: Flask, make: Factory, county: Tenant, guard: FlaskClient
) -> None:
    index = f"/{county.code}/admin/accounts"
    answer = send(
        guard, f"{index}/new", username="PD_GAJ", display_name="平定县公安局 联络员", tenant=str(county.id)
    )
    assert answer.status_code == 200
    password = shown_password(text(answer))
    assert password not in text(guard.get(index))
    assert "未改一次性密码" in text(guard.get(index))
    person_ = app.test_client()
    assert sign_in(person_, "pd_gaj", password).status_code == 303
    assert person_.get("/account").location == "/account/password"
    assert "account.create" in acts(make, county)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("username", "", "请填写用户名"),
        ("username", "中文名", "小写字母"),
        ("username", "guard", "已有人使用"),
        ("username", "x" * 41, "最多"),
        ("display_name", "", "请填写显示名"),
        ("display_name", "a\u202eb", "控制字符"),
        ("tenant", "1", "请选择本级或下级地区"),
        ("tenant", "x", ""),
    ],
)
def test_a_wrong_account_form_keeps_what_was_typed(
    make: Factory, county: Tenant, guard: FlaskClient, field: str, value: str, why: str
) -> None:
    form = {"username": "newone", "display_name": "矿区办公室", "tenant": str(county.id)} | {field: value}
    before = make.session.query(Account).count()
    answer = send(guard, f"/{county.code}/admin/accounts/new", **form)
    assert answer.status_code == 422
    page = text(answer)
    assert why in page
    assert form["username" if field != "username" else "display_name"] in page
    make.session.rollback()
    assert make.session.query(Account).count() == before


def test_a_reset_password_ends_sessions_and_must_be_changed(
    app: Flask, make: Factory, county: Tenant, guard: FlaskClient, clock: TestClock
) -> None:
    account = person(make, county, "lan")
    account.locked_until = clock.now + timedelta(minutes=1)
    make.session.commit()
    page = f"/{county.code}/admin/accounts/{account.id}"
    password = shown_password(
        text(send(guard, page, f"{page}/password", password="chosen by the administrator"))
    )
    assert "chosen" not in password
    client = app.test_client()
    assert sign_in(client, "lan", PASSWORD).status_code == 200
    assert sign_in(client, "lan", password).status_code == 303
    assert client.get("/account").location == "/account/password"
    clock.now += timedelta(days=7)
    assert "一次性密码已过有效期" in text(sign_in(client, "lan", password))
    assert acts(make, county)[:1] == ["password.reset"]


def test_disable_enable_unlock_and_clearing_the_second_factor(
    make: Factory, county: Tenant, guard: FlaskClient, clock: TestClock
) -> None:
    account = person(make, county, "lan")
    account.locked_until, account.failures, account.totp_secret = clock.now + timedelta(hours=1), 5, "sealed"
    make.session.commit()
    page = f"/{county.code}/admin/accounts/{account.id}"
    for step in ("unlock", "totp", "disable", "enable"):
        assert send(guard, page, f"{page}/{step}").location == page
    after = refreshed(make, account)
    assert (after.locked_until, after.failures, after.totp_secret, after.disabled_at) == (None, 0, "", None)
    assert acts(make, county) == ["account.unlock", "totp.reset", "account.disable", "account.enable"]
    assert send(guard, page, f"{page}/totp").status_code == 409


def test_accounts_outside_the_subtree_are_not_there(
    make: Factory, city: Tenant, county: Tenant, guard: FlaskClient
) -> None:
    neighbour = make.tenant("盂县", city)
    for tenant in (city, neighbour):
        account = person(make, tenant, f"other{tenant.code}")
        page = f"/{county.code}/admin/accounts/{account.id}"
        assert guard.get(page).status_code == 404
        for step in ("disable", "enable", "unlock", "password", "totp"):
            assert send(guard, f"/{county.code}/admin/accounts/new", f"{page}/{step}").status_code == 404
        assert refreshed(make, account).disabled_at is None
        assert account.username not in text(guard.get(f"/{county.code}/admin/accounts"))
        assert guard.get(f"/{tenant.code}/admin/accounts").status_code == 404


def test_a_city_reaches_its_counties_and_the_county_s_trail_says_so(
    make: Factory, city: Tenant, county: Tenant, login: Callable[[str], FlaskClient]
) -> None:
    make.post(city, "cityguard", PostKind.SECURITY_ADMINISTRATOR)
    account = person(make, county, "lan")
    guard = login("cityguard")
    page = f"/{city.code}/admin/accounts/{account.id}"
    assert send(guard, page, f"{page}/disable").status_code == 303
    assert acts(make, county) == ["account.disable"]
    assert acts(make, city) == []


@pytest.mark.parametrize("kind", [PostKind.SYSTEM_ADMINISTRATOR, PostKind.AUDITOR])
def test_the_other_administrators_have_no_say(
    make: Factory, county: Tenant, login: Callable[[str], FlaskClient], kind: PostKind
) -> None:
    make.post(county, "else", kind)
    assert login("else").get(f"/{county.code}/admin/accounts").status_code == 403


def test_nobody_administers_the_own_account(make: Factory, county: Tenant, guard: FlaskClient) -> None:
    mine = make.session.query(Account).filter_by(username="guard").one()
    page = f"/{county.code}/admin/accounts/{mine.id}"
    assert "另一位安全管理员" in text(guard.get(page))
    answer = send(guard, f"/{county.code}/admin/accounts/new", f"{page}/disable")
    assert answer.status_code == 409


def test_the_list_is_filtered_by_text_and_state_and_pages_by_name(
    make: Factory, county: Tenant, guard: FlaskClient, clock: TestClock
) -> None:
    states: dict[str, dict[str, Any]] = {"on": {}, "wait": {"must_change_password": True}, "off": {"disabled_at": clock.now},
              "lock": {"locked_until": clock.now + timedelta(minutes=1)},
              "dead": {"must_change_password": True, "initial_expires_at": clock.now}}  # fmt: skip
    for name, values in states.items():
        account = make.account(county, name)
        for key, value in values.items():
            setattr(account, key, value)
    make.session.commit()
    with make.enter(county) as session:
        found = {s: [a.username for a in services.list_accounts(session, clock.now, state=s)] for s in State}
        every = services.list_accounts(session, clock.now)
    assert found == {
        State.ACTIVE: ["guard", "on"], State.WAITING: ["wait"], State.EXPIRED: ["dead"], State.LOCKED: ["lock"],
        State.DISABLED: ["off"],
    }  # fmt: skip
    assert {a.username: a.state for a in every} == {n: s for s, names in found.items() for n in names}
    page = text(guard.get(f"/{county.code}/admin/accounts?q=W%25&state=waiting"))
    assert ">wait<" not in page
    assert ">wait<" in text(guard.get(f"/{county.code}/admin/accounts?q=WA&state=nonsense"))
    with make.enter(county) as session:
        session.add_all(
            Account(username=f"m{n:03}", display_name="m", home_tenant_id=county.id, password_hash="!",
                    password_changed_at=clock.now) for n in range(60)
        )  # fmt: skip
    first = text(guard.get(f"/{county.code}/admin/accounts?q=m0"))
    assert "m049" in first
    assert "m050" not in first
    assert "m050" in text(guard.get(f"/{county.code}/admin/accounts?q=m0&after=m049"))


def test_services_refuse_what_the_pages_never_send(
    make: Factory, county: Tenant, city: Tenant, clock: TestClock
) -> None:
    with make.enter(county) as session:
        with pytest.raises(Invalid):
            services.create_account(
                session, GUARD, clock.now, tenant_id=city.id, username="lan", display_name="x"
            )
        with pytest.raises(NotFound):
            services.disable_account(session, GUARD, clock.now, account_id=1)


def test_the_three_administrators_are_three_accounts() -> None:
    check_separation([PostKind.AUDITOR, PostKind.LIAISON])
    check_separation([PostKind.AUDITOR, PostKind.AUDITOR])
    with pytest.raises(Conflict):
        check_separation([PostKind.AUDITOR, PostKind.SECURITY_ADMINISTRATOR])
