"""The door: one answer to every failure, brakes that let go again, sessions that end when they must."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts import signin
from portal.accounts.models import LoginFailure, LoginSession
from portal.core.posts import PostKind
from portal.core.text import Text
from portal.web.inputs import local_path
from tests.accounts.people import PASSWORD, acts, person, refreshed, send, sign_in, text
from tests.conftest import TestClock
from tests.factories import Factory, csrf

WRONG = "not the right one"


def test_a_right_password_opens_a_session_and_the_trail_says_so(client: FlaskClient, make: Factory) -> None:
    county = make.tenant()
    person(make, county, "lan")
    answer = sign_in(client, " Lan ")
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/account").status_code == 200
    assert acts(make, county) == ["session.open"]


def test_unknown_user_and_wrong_password_get_the_same_answer(client: FlaskClient, make: Factory) -> None:
    """A28."""
    person(make, make.tenant(), "lan")
    answers = []
    for name in ("lan", "nobody"):
        answer = sign_in(client, name, WRONG)
        page = text(answer).replace(f'value="{name}"', "").split("csrf_token")
        answers.append((answer.status_code, page[0], [part.split(">", 1)[1] for part in page[1:]]))
    assert answers[0] == answers[1]
    assert str(signin.REFUSAL) in str(answers[0])


def test_locked_and_disabled_accounts_get_the_same_answer_too(client: FlaskClient, make: Factory) -> None:
    county = make.tenant()
    disabled, locked = person(make, county, "off"), person(make, county, "shut")
    disabled.disabled_at, locked.locked_until = make.clock(), make.clock() + timedelta(minutes=5)
    make.session.commit()
    for name in ("off", "shut"):
        answer = sign_in(client, name)
        assert answer.status_code == 200
        assert str(signin.REFUSAL) in text(answer)
    assert client.get("/account").status_code == 302


@pytest.mark.slow
def test_an_unknown_user_is_not_answered_sooner(app: Flask, make: Factory) -> None:
    """A28: the hash outweighs everything else, and it is computed in both cases."""
    person(make, make.tenant(), "lan")
    times: dict[str, list[float]] = {"lan": [], "nobody": []}
    for turn in range(24):
        name = ("lan", "nobody")[turn % 2]
        begun = time.perf_counter()
        refused = signin.authenticate(make.session, name, WRONG, address=f"10.0.0.{turn}", now=make.clock())
        times[name].append(time.perf_counter() - begun)
        assert isinstance(refused, signin.Refused)
        make.session.commit()
    known, unknown = (statistics.median(times[name]) for name in ("lan", "nobody"))
    assert unknown > known * 0.5


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(
    client: FlaskClient, make: Factory, clock: TestClock
) -> None:
    """A30."""
    county = make.tenant()
    account = person(make, county, "lan")
    for _turn in range(5):
        sign_in(client, "lan", WRONG)
    assert sign_in(client, "lan").status_code == 200
    assert acts(make, county) == ["session.refuse"] * 5
    assert refreshed(make, account).locked_until == clock.now + timedelta(minutes=15)
    clock.now += timedelta(minutes=15, seconds=1)
    assert sign_in(client, "lan").status_code == 303
    assert refreshed(make, account).failures == 0


def test_locks_grow_but_attempts_during_a_lock_do_not_prolong_it(make: Factory, clock: TestClock) -> None:
    account = person(make, make.tenant(), "lan")

    def fail(times: int) -> None:
        for turn in range(times):
            signin.authenticate(
                make.session, "lan", WRONG, address=f"10.1.{account.failures}.{turn}", now=clock.now
            )

    for minutes in (15, 30, 60, 60):
        fail(5)
        until = clock.now + timedelta(minutes=minutes)
        assert account.locked_until == until
        clock.now += timedelta(minutes=5)
        fail(3)
        assert account.locked_until == until
        clock.now = until + timedelta(seconds=1)
    found = signin.authenticate(make.session, "lan", PASSWORD, address="10.2.0.1", now=clock.now)
    assert found is account
    assert (account.failures, account.locked_until) == (0, None)


def test_an_address_with_many_failures_has_to_wait_but_is_never_shut_out(
    client: FlaskClient, make: Factory, clock: TestClock
) -> None:
    person(make, make.tenant(), "lan")
    for turn in range(signin.BRAKE_AFTER):
        assert sign_in(client, f"guess{turn}", WRONG).status_code == 200
    answer = sign_in(client, "lan")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")
    clock.now += signin.BRAKE_WAIT
    assert sign_in(client, "lan").status_code == 303


def test_old_failures_are_forgotten(make: Factory, clock: TestClock) -> None:
    signin.authenticate(make.session, "nobody", WRONG, address="10.0.0.1", now=clock.now)
    clock.now += timedelta(hours=1)
    signin.authenticate(make.session, "nobody", WRONG, address="10.0.0.2", now=clock.now)
    assert [f.address for f in make.session.query(LoginFailure)] == ["10.0.0.2"]


def test_an_ipv6_network_counts_as_one_address() -> None:
    assert signin.network_of("2001:db8::1") == signin.network_of("2001:db8::ffff") == "2001:db8::/64"
    assert signin.network_of("10.0.0.1") == "10.0.0.1"
    assert signin.network_of("") == ""


@pytest.mark.parametrize(("length", "status"), [(129, 422), (1_000_000, 422), (13_000_000, 413)])
def test_an_endless_password_is_refused_before_it_is_hashed(
    client: FlaskClient, make: Factory, length: int, status: int
) -> None:
    """A32."""
    token = csrf(client, "/login")
    begun = time.perf_counter()
    answer = client.post("/login", data={"csrf_token": token, "username": "lan", "password": "x" * length})
    assert answer.status_code == status
    assert time.perf_counter() - begun < 2
    assert make.session.query(LoginFailure).count() == 0


@pytest.mark.parametrize("username", ["a\x00b", "x" * 200, "", "' or 1=1 --", "\u202elan", "<script>"])
def test_odd_usernames_are_refused_politely(client: FlaskClient, make: Factory, username: str) -> None:
    make.tenant()
    assert sign_in(client, username, WRONG).status_code in (200, 422)


def test_a_cookie_set_before_log_in_does_not_survive_it(client: FlaskClient, make: Factory) -> None:
    """A33."""
    person(make, make.tenant(), "lan")
    csrf(client, "/login")
    with client.session_transaction() as cookie:
        cookie["planted"], cookie["_user_id"] = "by the attacker", "known-token"
    sign_in(client, "lan")
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["_user_id"] != "known-token"


def test_a_copied_cookie_is_worthless_after_log_out(app: Flask, client: FlaskClient, make: Factory) -> None:
    """A34."""
    county = make.tenant()
    person(make, county, "lan")
    sign_in(client, "lan")
    kept = client.get_cookie("lianxi")
    assert kept is not None
    assert send(client, "/account", "/logout").location == "/login"
    thief = app.test_client()
    thief.set_cookie("lianxi", kept.value)
    assert thief.get("/account").status_code == 302
    assert acts(make, county) == ["session.open", "session.close"]


def test_disabling_ends_the_session_at_the_next_request(
    client: FlaskClient, make: Factory, login: Callable[[str], FlaskClient]
) -> None:
    county = make.tenant()
    account = person(make, county, "lan")
    make.post(county, "guard", PostKind.SECURITY_ADMINISTRATOR)
    sign_in(client, "lan")
    guard = login("guard")
    page = f"/{county.code}/admin/accounts/{account.id}"
    assert send(guard, page, f"{page}/disable").status_code == 303
    assert client.get("/account").status_code == 302


def test_an_idle_session_ends(client: FlaskClient, make: Factory, clock: TestClock) -> None:
    person(make, make.tenant(), "lan")
    sign_in(client, "lan")
    for _turn in range(3):
        clock.now += timedelta(minutes=29)
        assert client.get("/account").status_code == 200
    clock.now += timedelta(minutes=31)
    answer = client.get("/account")
    assert (answer.status_code, answer.location) == (302, "/login?next=/account")
    assert "长时间没有操作" in text(client.get("/login"))


def test_the_last_request_is_noted_at_most_once_a_minute(
    client: FlaskClient, make: Factory, clock: TestClock
) -> None:
    person(make, make.tenant(), "lan")
    sign_in(client, "lan")
    client.get("/account")
    clock.now += timedelta(seconds=59)
    assert "Set-Cookie" not in client.get("/account").headers
    clock.now += timedelta(seconds=1)
    assert "Set-Cookie" in client.get("/account").headers


def test_a_session_ends_after_its_hours_however_busy(
    client: FlaskClient, make: Factory, clock: TestClock
) -> None:
    person(make, make.tenant(), "lan")
    sign_in(client, "lan")
    for _turn in range(12 * 3 - 1):
        clock.now += timedelta(minutes=20)
        assert client.get("/account").status_code == 200
    clock.now += timedelta(minutes=20)
    assert client.get("/account").status_code == 302


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "\\\\evil", "/\\evil", "javascript:alert(1)", "http:evil", "https://localhost.evil/",
     "/%0d%0aSet-Cookie:x\r\n", "///evil", "/\t/evil", " //evil", "evil", "http://localhost/"],
)  # fmt: skip
def test_log_in_never_leads_out_of_the_portal(client: FlaskClient, make: Factory, target: str) -> None:
    """A37."""
    person(make, make.tenant(), "lan")
    assert sign_in(client, "lan", next=target).location == "/"


def test_log_in_leads_back_to_the_page_asked_for(client: FlaskClient, make: Factory) -> None:
    person(make, make.tenant(), "lan")
    asked = client.get("/account?tab=1")
    assert asked.location == "/login?next=/account?tab%3D1"
    assert sign_in(client, "lan", next="/account?tab=1").location == "/account?tab=1"
    assert local_path("/140321/antifraud/报送") == "/140321/antifraud/报送"


@pytest.mark.parametrize(
    "path", ["/login", "/logout", "/account/password", "/account/totp", "/account/sessions/end"]
)
def test_no_form_is_taken_without_its_token(
    make: Factory, login: Callable[[str], FlaskClient], path: str
) -> None:
    """A39."""
    person(make, make.tenant(), "lan")
    client = login("lan")
    before = make.session.query(LoginSession).count()
    assert client.post(path, data={"username": "lan", "password": PASSWORD}).status_code == 400
    other = csrf(make.app.test_client(), "/login")
    assert client.post(path, data={"csrf_token": other, "password": PASSWORD}).status_code == 400
    assert make.session.query(LoginSession).count() == before


def test_the_door_cannot_be_framed_or_cached(client: FlaskClient) -> None:
    """A43."""
    headers = client.get("/login").headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"].replace("default-src 'self'", "")
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_cookie_is_small_and_http_only(client: FlaskClient, make: Factory) -> None:
    """A44."""
    person(make, make.tenant(), "lan")
    cookie = sign_in(client, "lan").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert len(cookie) < 4096


class TestBehindTls:
    @pytest.fixture
    def settings_extra(self) -> dict[str, str]:
        return {"HTTPS": "1"}

    def test_the_cookie_is_bound_to_host_and_tls(self, client: FlaskClient, make: Factory) -> None:
        """A44."""
        person(make, make.tenant(), "lan")
        page = client.get("/login", base_url="https://localhost")
        assert page.headers["Strict-Transport-Security"]
        cookie = page.headers["Set-Cookie"]
        assert cookie.startswith("__Host-lianxi=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie


def test_a_first_password_dies_after_a_week(client: FlaskClient, make: Factory, clock: TestClock) -> None:
    account = person(make, make.tenant(), "lan")
    account.must_change_password, account.initial_expires_at = True, clock.now + timedelta(days=7)
    make.session.commit()
    clock.now += timedelta(days=7)
    answer = sign_in(client, "lan")
    assert (answer.status_code, "一次性密码已过有效期" in text(answer)) == (200, True)


def test_messages_are_interface_text() -> None:
    assert isinstance(signin.REFUSAL, Text)
