"""What people typed stays text, on whatever page it comes out."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from portal.core.posts import PostKind
from tests.contract.pages import faults
from tests.contract.world import World
from tests.security.forms import Form, forms_of_world

CANARY = "<lx-canary onx=1>'\"`{{7*7}}%(x)s%s{0}"
"""An element, both ends of an attribute, and the places of every kind of template."""
OWN = {"csrf_token", "action", "request_key", "entry-request_key", "version", "entry-version", "preview"}
SHORT = 40


def _hostile(form: Form) -> dict[str, str]:
    """The canary wherever free text may stand; numbers, dates and choices as they were."""
    found = {}
    for name, value in form.fields.items():
        plain = (
            name in OWN
            or value[:1].isdigit()
            or name in ("username", "unit", "kind", "rank", "member", "parent")
        )
        dated = any(
            mark in name for mark in ("since", "until", "_at", "_on", "day", "date", "code", "amount")
        )
        found[name] = value if plain or dated or (value and value.isascii() and name != "q") else CANARY
    return found


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "lx-canary" or any(
            name.startswith(("on", "lx-", "<", "'", '"', "{")) for name, _v in attrs
        ):
            self.wrong.append(f"<{tag} {attrs}>")


def _alive(html: str) -> list[str]:
    reader = _Elements()
    reader.feed(html)
    return reader.wrong + (["49"] if CANARY.replace("{{7*7}}", "49")[12:] in html else [])


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_people_typed_is_inert_everywhere(world: World) -> None:
    """A48, A49: typed into every field of every form, then looked for on every page of every post."""
    place, wrong, saved = world.counties[1], [], 0
    for who, form in [*forms_of_world(world, place)]:
        if form.method != "post" or form.action == "/logout":
            continue
        response = world.send(place, who, "POST", form.action, _hostile(form) | {"csrf_token": world.token})
        saved += response.status_code == 303
        if response.mimetype == "text/html":  # a preview answers with a PDF
            wrong += [f"answer of {form.action}: {x}" for x in _alive(response.get_data(as_text=True))]
    seen = 0
    for rule in world.rules():
        if "GET" not in (rule.methods or ()):
            continue
        for who in PostKind:
            response = world.client(place, who).get(world.url(rule, place), query_string={"q": CANARY})
            if response.mimetype != "text/html":
                continue
            html = response.get_data(as_text=True)
            seen += "lx-canary" in html
            wrong += [f"{rule.rule} as {who}: {x}" for x in (*_alive(html), *faults(response))]
    assert not wrong, "\n".join(wrong)
    assert saved > 8, "the forms were taken"
    assert seen > 20, "and what they said is shown"
