"""What must be true of every page, whatever it shows."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO

from werkzeug.test import TestResponse

BANNER = re.compile(
    r'<div class="secrecy">\s*(?:本系统为非涉密系统，严禁|This system is not for classified information)'
)
_OUTSIDE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_ADDRESSES = {"href", "src", "action", "formaction", "srcset", "poster", "data", "background"}


def words(response: TestResponse) -> str:
    """Everything readable in the answer, also inside a spreadsheet or document."""
    body = response.get_data()
    if not body.startswith(b"PK"):
        return body.decode()
    with zipfile.ZipFile(BytesIO(body)) as archive:
        return "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in_title = tag == "title"
        if (tag == "script" and not given.get("src")) or tag == "style":
            self.faults.append(f"inline <{tag}>")
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.faults.append(f"inline script: {name}={value}")
            if name in _ADDRESSES and _OUTSIDE.match(value or ""):
                self.faults.append(f"outside address: {name}={value}")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
            self._in_title = False


def faults(response: TestResponse) -> Iterator[str]:
    """What is wrong with an answer of the portal, as a page and in its headers."""
    policy = response.headers.get("Content-Security-Policy", "")
    for part in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        if part not in policy:
            yield f"no {part} in the content policy {policy!r}"
    if "script-src" in policy or "unsafe-eval" in policy:
        yield f"scripts allowed by {policy!r}"
    if response.headers.get("X-Content-Type-Options") != "nosniff":
        yield "no nosniff"
    if response.mimetype != "text/html" or response.status_code in (301, 302, 303):
        return
    html = response.get_data(as_text=True)
    if not BANNER.search(html):
        yield "no banner"
    reader = _Reader()
    reader.feed(html)
    yield from reader.faults
    if not reader.title.split("·")[0].strip():
        yield f"no title: {reader.title!r}"
