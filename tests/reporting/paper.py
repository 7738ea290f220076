"""A form as a browser sends it: what stands in its inputs, with what a person changed."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Forms(HTMLParser):
    """``found``: address of each form on the page -> its inputs by name, as they would be sent."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, list[str]]] = {}
        self._form: dict[str, list[str]] | None = None
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attributes}
        if tag == "form":
            self._form = self.found.setdefault(given.get("action", ""), {})
        if self._form is None:
            return
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in ("checkbox", "file", "radio"):
            self._form.setdefault(name, []).append(given.get("value", ""))
        elif tag == "input" and given.get("type") == "checkbox" and "checked" in given:
            self._form.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "select":
            self._select = name
            self._form.setdefault(name, [])
        elif tag == "option" and self._select and "selected" in given:
            self._form[self._select].append(given.get("value", ""))
        elif tag == "textarea" and name:
            self._area = name
            self._form[name] = [""]

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area:
            self._form[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


REASON = "与台账核对后更正"


def send(client: FlaskClient, url: str, to: str = "", *, reasons: Any = True, **form: Any) -> TestResponse:
    """Post the form that goes to ``to`` from the page at ``url``, with ``form`` typed into it.

    ``reasons``: whoever changes an offered figure says why; the leads of 打非 are listed elsewhere.
    """
    shown = Forms(client.get(url).get_data(as_text=True)).found
    path = urlsplit(to or url).path
    given: dict[str, Any] = dict(
        next((f for action, f in shown.items() if urlsplit(action or url).path == path), {})
    )
    if "csrf_token" not in given:  # a step that this page does not show
        given["csrf_token"] = next(f["csrf_token"] for f in shown.values() if "csrf_token" in f)
    if reasons:
        given |= {f"correct-{key}": REASON for key in form if given.get(f"correct-{key}") == [""]}
        given |= {"explain-leads_as_listed": "另报"} if "leads" in form else {}
    return client.post(to or url, data=given | form)
