"""The forms of a page as a browser would send them, and what a hostile one sends instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from portal.core.posts import PostKind
from tests.contract.world import Place, World


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open: Form | None = None
        self._name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._open = Form(given.get("action") or "", (given.get("method") or "get").lower())
            self.found.append(self._open)
        if self._open is None:
            return
        name, value = given.get("name") or "", given.get("value") or ""
        match tag:
            case "select" | "textarea":
                self._name = name
                self._open.fields.setdefault(name, "")
            case "option" if self._name and ("selected" in given or not self._open.fields[self._name]):
                self._open.fields[self._name] = value
            case "input" | "button" if name:
                if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                    self._open.fields.setdefault(name, value)
                else:
                    self._open.fields.setdefault(name, "")

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._name and not self._open.fields.get(self._name):
            self._open.fields[self._name] = data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag in ("select", "textarea"):
            self._name = ""


def forms_of(html: str, page: str) -> list[Form]:
    reader = _Forms()
    reader.feed(html)
    for form in reader.found:
        form.action = form.action or page
    return reader.found


def forms_of_world(world: World, place: Place) -> Iterator[tuple[str, Form]]:
    """Every form that some post of ``place`` is shown, once for each kind of action: (who, form)."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    adapter = world.app.url_map.bind("localhost")
    for rule in world.rules():
        if "GET" not in (rule.methods or ()):
            continue
        for who in PostKind:
            url = world.url(rule, place)
            response = world.client(place, who).get(url)
            if response.status_code != 200 or response.mimetype != "text/html":
                continue
            for form in forms_of(response.get_data(as_text=True), url):
                path = form.action.partition("#")[0].partition("?")[0]
                endpoint, _arguments = adapter.match(path, method=form.method.upper())
                key = (f"{form.method} {endpoint}", tuple(sorted(form.fields)))
                if key not in seen:
                    seen.add(key)
                    yield who, form
