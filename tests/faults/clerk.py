"""A person with a browser's manners: real log-in, cookies, the token of the page that was opened."""

from __future__ import annotations

import http.client
import http.cookiejar
import re
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from html import unescape
from typing import Any

_HIDDEN = re.compile(r'name="(csrf_token|version|entry-request_key)"[^>]*?value="([^"]*)"')


class Lost(Exception):
    """The connection broke: nobody knows whether it was stored."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    headers: Message

    @property
    def hidden(self) -> dict[str, str]:
        """Token, version and request key of the page's form (its last one: the first is the log-out)."""
        return {name: unescape(value) for name, value in _HIDDEN.findall(self.body)}


class _AsAnswered(urllib.request.HTTPErrorProcessor):
    """No redirect is followed and no code is an error: what came is the answer."""

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:
        return response


class Clerk:
    def __init__(self, base: str, username: str, password: str, timeout: float = 30) -> None:
        self.base, self.username, self.password, self.timeout = base, username, password, timeout
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies), _AsAnswered, urllib.request.ProxyHandler({})
        )

    def get(self, path: str) -> Answer:
        return self._ask(urllib.request.Request(self.base + path))

    def post(self, path: str, fields: Mapping[str, Any]) -> Answer:
        data = urllib.parse.urlencode(fields, doseq=True).encode()
        return self._ask(urllib.request.Request(self.base + path, data, {"Referer": self.base + path}))

    def log_in(self) -> None:
        page = self.get("/login")
        answer = self.post("/login", page.hidden | {"username": self.username, "password": self.password})
        assert answer.status == 303, (answer.status, answer.body[:2000])

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            with self.opener.open(request, timeout=self.timeout) as answer:
                return Answer(answer.status, answer.read().decode(), answer.headers)
        except (OSError, http.client.HTTPException) as error:
            raise Lost(repr(error)) from error
