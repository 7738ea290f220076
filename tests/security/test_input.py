"""What may stand in a field or in an address without a page that breaks."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from portal.core.posts import PostKind
from tests.contract.world import CAMPAIGN, PLAIN, World
from tests.security.forms import forms_of_world

HOSTILE = (
    "\0", "9" * 30, "-9223372036854775809", "１２", "NaN", "1e400", "\u202e\u200b", "%(x)s %s {0.__class__} {{7*7}}",
    "字" * 3000, "../../etc/passwd", "' OR 1=1 --", "0001-01-01", "9999-12-31T23:59",
)  # fmt: skip


ALONE = HOSTILE[1:2]
"""This is also put into one field at a time: the others then let the request get further. (A NUL is refused at the door,
wherever it stands.) On PostgreSQL alone, the stricter of the two; SQLite gets every value in all fields at once.
"""


def test_nothing_typed_breaks_a_page(world: World, engine: str) -> None:
    """A45, A73, A78: one hostile value in each field in turn, and in all of them."""
    place, wrong, asked = world.counties[0], [], 0
    found = [*forms_of_world(world, place)]
    alone = ALONE if engine == "postgresql" else ()
    for who, form in found:
        names = [n for n in form.fields if n != "csrf_token"]
        for value in HOSTILE if names else HOSTILE[:1]:  # without a field every request is the same
            for changed in [*([n] for n in names), names] if value in alone else [names]:
                data = form.fields | dict.fromkeys(changed, value)
                if form.method == "post":
                    response = world.send(place, who, "POST", form.action, data | {"csrf_token": world.token})
                else:
                    response = world.send(place, who, "GET", f"{form.action}?{urlencode(data)}")
                asked += 1
                if response.status_code >= 500:
                    wrong.append(f"{form.method} {form.action} {changed} = {value[:30]!r}: {response.status}")
    assert asked > 300
    assert not wrong, "\n".join(wrong)


ASKED = ("at", "show", "span", "period", "from", "chart", "of", "answered", "compare", "page", "report", "edition", "subject", "to", "n", "figure", "view", "compare", "form", "before", "after",
         "below", "tab", "vacant", "kind", "unit", "next", "all", "sort", "ledger", "q", "state", "act", "actor", "since",
         "until", "verify", "text", "member", "edit")  # fmt: skip
ODD = (
    "1-1",
    "2026S9",
    "2026-13-45",
    "\0",
    "9" * 30,
    "9" * 4500,
    "-1",
    "１２",
    "//[",
    "\\\\x",
    "%%%",
    "' OR 1=1 --",
    "\u202e",
    "9999-Q9",
    "0000-01",
    "9999-12",
    "0001-01",
)
WHERE_ENGINES_DIFFER = ("\0", "9" * 30, "9" * 4500, "１２", "\u202e", "0001-01")
"""What PostgreSQL and SQLite take differently; the rest of ``ODD`` is refused before a database is asked."""


def test_no_address_breaks_a_page(world: World, engine: str) -> None:
    """A45, A67: every argument the portal ever asks for, on every page, with something odd in it."""
    place, wrong, seen = world.counties[0], [], set[str]()
    for rule in world.rules():
        if "GET" not in (rule.methods or ()):
            continue
        who = world.holders(world.access(rule))[-1]
        url = world.url(rule, place)
        words = [a for a in rule.arguments - seen if isinstance(place.value(rule, a), str)]
        seen |= {"tenant", "campaign"} & rule.arguments  # read at one place, before any page
        for value in ODD if engine == "postgresql" else WHERE_ENGINES_DIFFER:
            asked = ASKED if len(value) < 99 else ASKED[:1]
            addresses = [f"{url}?{urlencode(dict.fromkeys(asked, value))}"]
            addresses += [world.url(rule, place, {name: value}) for name in words]
            for address in addresses:
                response = world.client(place, who).get(address)
                if response.status_code >= 500:
                    wrong.append(f"{rule.endpoint}: {address[:120]}: {response.status}")
    assert not wrong, "\n".join(wrong)


def test_nothing_typed_into_a_decision_breaks_the_citys_page(world: World) -> None:
    """The one form of a superior; a NUL in the reason was a crash on PostgreSQL."""
    city, county = world.cities[1], world.counties[2]
    page = f"/{city.code}/{CAMPAIGN}/overview/{county.code}/{county.ids['submitted']}"
    html = world.client(city, PostKind.OFFICE_DIRECTOR).get(page).get_data(as_text=True)
    found = re.search(r'name="version" value="(\d+)"', html)
    assert found
    for value in ("\0", "\u202ea", "a\0b", "9" * 30):
        data = {"action": "return", "reason": value, "version": found[1] if value[:1] != "9" else value}
        response = world.send(city, PostKind.OFFICE_DIRECTOR, "POST", f"{page}/review", data)
        assert response.status_code in (409, 422), value
    ended = world.send(city, PostKind.OFFICE_DIRECTOR, "POST", "/account/sessions/end", {"session": "\0"})
    assert ended.status_code < 500


def test_no_address_breaks_a_page_of_a_county_seen_from_above(world: World) -> None:
    """The pages of a place below, with the rows that the place has released."""
    city, county, wrong, asked = world.cities[1], world.counties[3], [], 0
    for rule in world.rules():
        if "place" not in rule.arguments or "GET" not in (rule.methods or ()):
            continue
        foreign = {a: world.row(rule, county, a) for a in rule.arguments - PLAIN}
        url = world.url(rule, city, foreign)
        for value in ODD:
            names = ASKED if len(value) < 99 else ASKED[:1]
            for query in [dict.fromkeys(names, value), *({n: value} for n in ("form", "to", "n", "edition"))]:
                response = world.client(city, PostKind.OFFICE_DIRECTOR).get(f"{url}?{urlencode(query)}")
                asked += response.status_code == 200
                if response.status_code >= 500:
                    wrong.append(f"{rule.endpoint}: {query}"[:120])
    assert asked > 20
    assert not wrong, "\n".join(wrong)
