"""Requests that are turned away before anybody is asked who they are."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.core.posts import PostKind
from portal.web.inputs import local_path
from tests.contract.world import World

FORM = {"content_type": "application/x-www-form-urlencoded"}


class Endless:
    """A body that goes on until nobody reads any more."""

    def __init__(self, part: bytes) -> None:
        self.part, self.given = part, 0

    def read(self, size: int = -1) -> bytes:
        size = min(size, 65536) if size > 0 else 65536
        self.given += size
        assert self.given < 8 << 20, "nobody stops reading"
        return (self.part * (size // len(self.part) + 1))[:size]

    def readinto(self, buffer: Any) -> int:
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


@pytest.mark.parametrize("body", [b"a=" + b"x" * (1 << 20), b"a=&" * 8001])
def test_an_enormous_form_is_not_even_read(world: World, body: bytes) -> None:
    """A61: one huge field, or very many small ones; Werkzeug itself bounds multipart forms only."""
    assert world.anonymous().post("/login", data=body, **FORM).status_code == 413


def test_a_form_of_unknown_length_is_read_to_the_limit_only(world: World) -> None:
    """Sent in chunks, as gunicorn hands it over."""
    endless = {"wsgi.input": Endless(b"a=&"), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    response = world.anonymous().post("/login", environ_overrides=endless, **FORM)
    assert response.status_code == 413


def test_an_ordinary_form_still_passes(world: World) -> None:
    fields = {f"field-{n}": "x" for n in range(1900)} | {"csrf_token": world.token}
    assert world.anonymous().post("/login", data=fields).status_code == 422


REFUSED = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
)
TAKEN: tuple[dict[str, str], ...] = (
    {},
    {"Origin": "http://localhost"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://named.otherwise.by.the.proxy"},
)


@pytest.mark.parametrize("headers", REFUSED)
def test_a_form_of_another_site_is_refused_even_with_the_token(world: World, headers: dict[str, str]) -> None:
    """A39."""
    client = world.client(world.counties[0], PostKind.OFFICE_STAFF)
    data = {"csrf_token": world.token}
    assert client.post("/account/sessions/end", data=data, headers=headers).status_code == 400
    assert client.get("/account", headers=headers).status_code == 200, "the session lives on"


@pytest.mark.parametrize("headers", TAKEN)
def test_the_portals_own_forms_are_taken(world: World, headers: dict[str, str]) -> None:
    data = {"csrf_token": world.token, "username": "nobody", "password": "x" * 12}
    assert world.anonymous().post("/login", data=data, headers=headers).status_code in (200, 429)


@pytest.mark.parametrize("kind", ["application/json", "text/xml", "text/plain"])
def test_other_bodies_carry_no_token(world: World, kind: str) -> None:
    body = f'{{"csrf_token": "{world.token}", "username": "x", "password": "y"}}'
    assert world.anonymous().post("/login", data=body, content_type=kind).status_code == 400


class TestHost:
    @pytest.fixture
    def settings_extra(self) -> dict[str, str]:
        return {"HOSTS": "portal.example,10.0.0.7"}

    @pytest.mark.parametrize(
        "host", ["evil.example", "portal.example.evil.example", "portal.example@evil", ""]
    )
    def test_an_unknown_host_is_a_bad_request(self, client: FlaskClient, host: str) -> None:
        """A38, and no crash: the error page has no address to build."""
        response = client.get("/login", headers={"Host": host})
        assert response.status_code == 400
        assert response.mimetype == "text/plain"
        assert "evil" not in response.get_data(as_text=True)
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]

    def test_a_known_host_is_served(self, client: FlaskClient) -> None:
        assert client.get("/login", headers={"Host": "portal.example"}).status_code == 200


ELSEWHERE = (
    "//evil.example", "///evil.example", "//[", "//[::1", "\\\\evil.example", "/\\evil.example", "/\t/evil.example",
    "https://evil.example", "https:evil.example", "javascript:alert(1)", "/\r\nX-Evil: 1", "/\u2028", " //evil.example", "",
)  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_the_way_back_leads_nowhere_else(world: World, target: str) -> None:
    """A37: for a reader who is logged in already, and for the choice of language."""
    assert local_path(target) == ""
    client = world.client(world.counties[0], PostKind.LIAISON)
    for page in ("/login", "/language/zh_CN"):
        response = client.get(page, query_string={"next": target})
        assert (response.status_code, response.location) == (302, "/")


@pytest.mark.parametrize("target", ["/", "/inbox?page=2", "/140301/x/ledger?q=%E5%81%87"])
def test_the_way_back_leads_back(target: str) -> None:
    assert local_path(target) == target


def test_a_broken_request_takes_one_line_of_the_log_and_shows_nothing(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A82, A53: line ends of the address stay inside the line; the page says nothing of the inside."""

    def fail(**_arguments: object) -> str:
        raise RuntimeError("secret-detail")

    app.view_functions["home.language"] = fail
    with caplog.at_level(logging.ERROR):
        response = client.get("/language/en%0AERROR%20forged")
    assert response.status_code == 500
    assert "secret-detail" not in response.get_data(as_text=True)
    assert any("\\nERROR forged" in r.getMessage() for r in caplog.records)
    assert not any("\n" in r.getMessage() for r in caplog.records if r.name == "portal.web.errors")


def test_an_error_in_the_log_does_not_carry_what_was_typed(app: Flask) -> None:
    """A83: SQLAlchemy prints parameters, and with them passwords' hashes and secrets, unless told not to."""
    from portal.core.db import db

    assert db.engine.hide_parameters
