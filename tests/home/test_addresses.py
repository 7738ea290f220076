"""The language switch and where it may lead."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.home.views import local_path

EVIL = (
    "//evil.example",
    "///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "/\\/evil.example",
    "https://evil.example/",
    "http:evil.example",
    "http:/evil.example",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "localhost.evil.example/",
    "http://localhost@evil.example/",
    "@evil.example",
    "/\r\nSet-Cookie: a=b",
    "/%0d%0aSet-Cookie: a=b\r\n",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\u2028x",
    "/\u202ex",
    "/\x00",
    "",
    "?x",
    "#x",
)


@pytest.mark.parametrize("target", EVIL)
def test_what_leads_elsewhere_leads_home(app: Flask, target: str) -> None:
    """A37."""
    with app.test_request_context():
        assert local_path(target) == "/"


@pytest.mark.parametrize(
    "target", ["/", "/inbox?page=2", "/140321/antifraud/board?report=1#x", "/a//b", "/账号"]
)
def test_a_path_of_the_portal_is_kept(app: Flask, target: str) -> None:
    with app.test_request_context():
        assert local_path(target) == target


@pytest.mark.parametrize("target", EVIL)
def test_the_switch_never_redirects_elsewhere(client: FlaskClient, target: str) -> None:
    answer = client.get("/language/en", query_string={"next": target})
    assert answer.status_code == 302
    assert answer.location == "/"
    assert "a=b" not in str(answer.headers)


def test_the_language_stays_until_it_is_changed(client: FlaskClient) -> None:
    assert 'lang="zh-CN"' in client.get("/login").get_data(as_text=True)
    assert client.get("/language/en?next=/login").location == "/login"
    english = client.get("/login").get_data(as_text=True)
    assert '<html lang="en">' in english
    assert "Log in" in english or "Sign in" in english
    client.get("/language/zh_CN")
    assert 'lang="zh-CN"' in client.get("/login").get_data(as_text=True)


@pytest.mark.parametrize("code", ["de", "EN", "zh", "../x", "en%00"])
def test_an_unknown_language_is_not_found(client: FlaskClient, code: str) -> None:
    assert client.get(f"/language/{code}").status_code == 404


def test_the_browsers_preference_is_not_followed(client: FlaskClient) -> None:
    """Offices print what they see."""
    assert 'lang="zh-CN"' in client.get("/login", headers={"Accept-Language": "en"}).get_data(as_text=True)


def test_health_is_answered_without_logging_in(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_the_home_page_asks_for_the_log_in_first(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/login")
