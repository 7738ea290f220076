"""One's own account: password, second factor, sessions."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.core.posts import PostKind
from tests.accounts.people import PASSWORD, Visitor, acts, code_for, person, refreshed, send, sign_in, text
from tests.conftest import TestClock
from tests.factories import Factory

NEW = "green lantern under river"


def change(client: FlaskClient, current: str = PASSWORD, new: str = NEW, again: str = "") -> tuple[int, str]:
    answer = send(client, "/account/password", current=current, password=new, again=again or new)
    return answer.status_code, text(answer)


def enrol(client: FlaskClient, make: Factory, **form: str) -> tuple[int, str]:
    """Scan the secret from the page and send the code of the moment; the status and the secret."""
    page = text(client.get("/account/totp"))
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found is not None
    secret = found[1].replace(" ", "")
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    answer = client.post("/account/totp", data={"csrf_token": token, "code": code_for(secret, make)} | form)
    return answer.status_code, secret


def give_code(client: FlaskClient, secret: str, make: Factory) -> int:
    return send(client, "/account/second-factor", code=code_for(secret, make)).status_code


def test_a_changed_password_ends_the_other_sessions(app: Flask, client: FlaskClient, make: Factory) -> None:
    """A34."""
    county = make.tenant()
    person(make, county, "lan")
    sign_in(client, "lan")
    elsewhere, thief = Visitor(app), Visitor(app)
    sign_in(elsewhere, "lan")
    kept = client.get_cookie("lianxi")
    assert kept is not None
    thief.set_cookie("lianxi", kept.value)
    assert change(client)[0] == 303
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert thief.get("/account").status_code == 302
    assert sign_in(elsewhere, "lan").status_code == 200
    assert sign_in(elsewhere, "lan", NEW).status_code == 303
    assert "password.change" in acts(make, county)


@pytest.mark.parametrize(
    ("current", "new", "again", "status", "why"),
    [
        ("wrong", NEW, "", 200, "当前密码不正确"),
        (PASSWORD, "short", "", 422, "密码至少 10 个字符"),
        (PASSWORD, NEW, "another one entirely", 422, "不一致"),
        (PASSWORD, PASSWORD, "", 422, "不能与当前密码相同"),
        (PASSWORD, "password2026", "", 422, "太常见"),
        (PASSWORD, "lanlan lanlan", "", 422, "不含用户名"),
    ],
)
def test_a_refused_change_changes_nothing(
    client: FlaskClient, make: Factory, current: str, new: str, again: str, status: int, why: str
) -> None:
    account = person(make, make.tenant(), "lanlan")
    before = account.password_hash
    sign_in(client, "lanlan")
    answer, page = change(client, current, new, again)
    assert answer == status
    assert why in page or "不能含用户名" in page
    assert refreshed(make, account).password_hash == before


def test_guessing_the_current_password_locks_as_at_the_door(client: FlaskClient, make: Factory) -> None:
    account = person(make, make.tenant(), "lan")
    sign_in(client, "lan")
    for _turn in range(5):
        change(client, "wrong")
    assert refreshed(make, account).locked_until is not None
    assert change(client)[0] == 200


def test_a_one_time_password_must_be_changed_first(client: FlaskClient, make: Factory) -> None:
    account = person(make, make.tenant(), "lan")
    account.must_change_password = True
    make.session.commit()
    sign_in(client, "lan")
    assert client.get("/account").location == "/account/password"
    assert client.get("/").location == "/account/password"
    assert "一次性密码" in text(client.get("/account/password"))
    assert change(client)[0] == 303
    assert client.get("/account").status_code == 200


class TestRenewal:
    @pytest.fixture
    def settings_extra(self) -> dict[str, str]:
        return {"PASSWORD_PROFILE": "mlps3"}

    def test_mlps_asks_for_a_new_password_after_90_days(
        self, client: FlaskClient, make: Factory, clock: TestClock
    ) -> None:
        person(make, make.tenant(), "lan")
        clock.now += timedelta(days=89)
        sign_in(client, "lan")
        assert client.get("/account").status_code == 200
        clock.now += timedelta(days=1)
        sign_in(client, "lan")
        assert client.get("/account").location == "/account/password"
        assert "更换期限" in text(client.get("/account/password"))
        assert change(client, new="Green lantern under river")[0] == 303
        assert client.get("/account").status_code == 200


def test_an_administrator_enrols_a_second_factor_before_anything_else(
    client: FlaskClient, make: Factory, clock: TestClock
) -> None:
    county = make.tenant()
    account = person(make, county, "guard", PostKind.SECURITY_ADMINISTRATOR)
    sign_in(client, "guard")
    assert client.get(f"/{county.code}/admin/accounts").location == "/account/totp"
    status, secret = enrol(client, make)
    assert status == 303
    assert secret not in refreshed(make, account).totp_secret
    assert client.get(f"/{county.code}/admin/accounts").status_code == 200

    sign_in(client, "guard")
    assert client.get(f"/{county.code}/admin/accounts").location == "/account/second-factor"
    for page in ("/account/password", "/account/totp"):  # a password alone must not replace the other factor
        assert client.get(page).location == "/account/second-factor"
    clock.now += timedelta(seconds=30)
    assert give_code(client, secret, make) == 303
    assert client.get(f"/{county.code}/admin/accounts").status_code == 200
    assert "totp.enrol" in acts(make, county)


def test_a_code_is_taken_once_and_only_for_its_account(
    app: Flask, client: FlaskClient, make: Factory, clock: TestClock
) -> None:
    """A42."""
    county = make.tenant()
    for name in ("lan", "mei"):
        person(make, county, name)
    secrets = {}
    for name in ("lan", "mei"):
        sign_in(client, name)
        secrets[name] = enrol(client, make)[1]
    sign_in(client, "lan")
    assert give_code(client, secrets["lan"], make) == 200, "the code that enrolled it"
    clock.now += timedelta(seconds=60)
    assert give_code(client, secrets["mei"], make) == 200, "another account's code"
    assert give_code(client, secrets["lan"], make) == 303
    again = Visitor(app)
    sign_in(again, "lan")
    assert give_code(again, secrets["lan"], make) == 200, "the same code again"
    clock.now += timedelta(seconds=90)
    late = code_for(secrets["lan"], make)
    clock.now += timedelta(seconds=60)
    assert send(again, "/account/second-factor", code=late).status_code == 200, "two steps late"
    assert give_code(again, secrets["lan"], make) == 303


def test_guessing_codes_locks_the_account(client: FlaskClient, make: Factory, clock: TestClock) -> None:
    account = person(make, make.tenant(), "lan")
    sign_in(client, "lan")
    secret = enrol(client, make)[1]
    sign_in(client, "lan")
    clock.now += timedelta(seconds=60)
    for guess in ("000000", "abc", "１２３４５６", "123456", "-1"):
        assert send(client, "/account/second-factor", code=guess).status_code == 200
    assert refreshed(make, account).locked_until is not None
    assert give_code(client, secret, make) == 200
    clock.now += timedelta(minutes=16)
    assert give_code(client, secret, make) == 303


def test_a_password_alone_does_not_clear_the_count_of_wrong_codes(
    client: FlaskClient, make: Factory, clock: TestClock
) -> None:
    account = person(make, make.tenant(), "lan")
    sign_in(client, "lan")
    enrol(client, make)
    clock.now += timedelta(seconds=60)
    for _turn in range(5):
        sign_in(client, "lan")
        send(client, "/account/second-factor", code="000000")
    assert refreshed(make, account).locked_until is not None


def test_replacing_a_second_factor_needs_the_password(
    client: FlaskClient, make: Factory, clock: TestClock
) -> None:
    account = person(make, make.tenant(), "lan")
    sign_in(client, "lan")
    enrol(client, make)
    before = refreshed(make, account).totp_secret
    assert enrol(client, make)[0] == 200
    assert refreshed(make, account).totp_secret == before
    assert enrol(client, make, current=PASSWORD)[0] == 303
    assert refreshed(make, account).totp_secret != before


def test_the_code_picture_is_an_svg_without_scripts(client: FlaskClient, make: Factory) -> None:
    person(make, make.tenant(), "lan")
    sign_in(client, "lan")
    page = text(client.get("/account/totp"))
    picture = page[page.index("<svg") : page.index("</svg>")]
    assert "<path" in picture
    assert "script" not in picture
    assert "otpauth" not in page


def test_own_sessions_are_listed_and_can_be_ended(
    app: Flask, client: FlaskClient, make: Factory, login: Callable[[str], FlaskClient]
) -> None:
    county = make.tenant()
    person(make, county, "lan")
    person(make, county, "mei")
    sign_in(client, "lan")
    others = [Visitor(app), Visitor(app)]
    for other in others:
        sign_in(other, "lan")
    page = text(client.get("/account"))
    found = re.findall(r'name="session" value="(\w{64})"', page)
    assert len(found) == 2
    assert "本次" in page
    stranger = login("mei")
    answer = send(stranger, "/account", "/account/sessions/end", session=found[0])
    assert answer.status_code == 404
    assert send(client, "/account", "/account/sessions/end", session=found[0]).status_code == 303
    assert sorted(other.get("/account").status_code for other in others) == [200, 302]
    assert send(client, "/account", "/account/sessions/end").status_code == 303
    assert client.get("/account").status_code == 200
    assert [other.get("/account").status_code for other in others] == [302, 302]
