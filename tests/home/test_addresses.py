"""The language switch and where it may lead."""

from __future__ import annotations

from flask.testing import FlaskClient

from portal.web.inputs import local_path

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


def test_what_leads_elsewhere_is_nowhere() -> None:
    """A37."""
    assert {target: local_path(target) for target in EVIL} == dict.fromkeys(EVIL, "")


def test_a_path_of_the_portal_is_kept() -> None:
    for target in ("/", "/inbox?page=2", "/140321/antifraud/board?report=1#x", "/a//b", "/账号"):
        assert local_path(target) == target


def test_the_switch_never_redirects_elsewhere(client: FlaskClient) -> None:
    for target in EVIL:
        answer = client.get("/language/en", query_string={"next": target})
        assert (answer.status_code, answer.location) == (302, "/"), target
        assert "a=b" not in str(answer.headers)
