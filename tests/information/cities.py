"""Two cities with two counties each in one campaign: what is pushed down, and asked for upward, crosses between them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.core.posts import PostKind
from portal.core.scope import Scope, set_scope
from portal.tenants.models import CampaignSwitch, Tenant
from portal.units.models import Mechanism
from tests.accounts.people import Visitor
from tests.conftest import TestClock
from tests.factories import Factory

CAMPAIGN = "antifraud"
UNITS = {"police": "公安局", "court": "人民法院", "finance": "财政局"}
WORDS = {
    "situation": "近期冒充客服退款诈骗多发。",
    "risk": "诱导共享屏幕。",
    "advice": "加强网点提示。",
    "feedback": "",
}


@dataclass
class Seat:
    """One tenant; ids only, because another tenant's scope does not show its rows."""

    slug: str
    tenant: Tenant
    tenant_id: int
    code: str
    body_id: int
    units: dict[str, int] = field(default_factory=dict)

    def url(self, path: str) -> str:
        return f"/{self.code}/{CAMPAIGN}/{path}"


@dataclass
class Cities:
    make: Factory
    clock: TestClock
    seats: dict[str, Seat]
    clients: dict[str, tuple[FlaskClient, datetime]] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        return self.make.session

    def __getitem__(self, slug: str) -> Seat:
        return self.seats[slug]

    def enter(self, slug: str) -> Session:
        """Read the tenant's rows past its pages."""
        self.session.rollback()
        self.session.expire_all()
        home = self[slug].tenant_id
        set_scope(self.session, Scope(own=(home,), home=home))
        return self.session

    def as_(self, who: str) -> FlaskClient:
        """``a1_office``, ``a1_police``, ``a_office`` …"""
        client, at = self.clients.get(who) or (None, None)
        if client is None or at != self.clock.now:  # a session ends when nobody uses it for a while
            self.session.rollback()
            client = self.make.login(who)
            self.clients[who] = client, self.clock.now
        return client

    def get(self, who: str, path: str, place: str = "") -> Any:
        return self.as_(who).get(self[place or who.split("_")[0]].url(path))

    def text(self, who: str, path: str, place: str = "") -> str:
        """What a page of status 200 says."""
        page = self.get(who, path, place)
        assert page.status_code == 200, page.status_code
        return plain(page)

    def post(self, who: str, path: str, data: dict[str, Any] | None = None, place: str = "") -> Any:
        client = self.as_(who)
        return client.post(
            self[place or who.split("_")[0]].url(path), data=(data or {}) | {"csrf_token": token(client)}
        )

    def new(self, who: str, path: str, **more: Any) -> Any:
        """Open the form at ``path`` and send it with ``more`` instead of what stands in it."""
        page = self.get(who, path)
        assert page.status_code == 200, page.status_code
        return self.post(who, path, inputs(page) | more)

    def disable(self, slug: str) -> None:
        with self.make.enter(self[slug].tenant) as session:
            session.execute(sa.update(CampaignSwitch).values(enabled=False))


def token(client: FlaskClient) -> str:
    html = client.get("/").get_data(as_text=True)
    return html.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def plain(page: Any) -> str:
    html = page.get_data(as_text=True)
    main = html[html.index("<main") :] if "<main" in html else html
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def inputs(page: Any) -> dict[str, Any]:
    """Hidden and filled inputs, text areas, chosen options and ticked boxes of the last form of the page."""
    html = page.get_data(as_text=True)
    start = html.rindex('<form method="post"')
    form = html[start : html.index("</form>", start)]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'{what}="([^"]*)"', tag) for what in ("name", "value"))
        ticks = re.search('type="(checkbox|radio)"', tag)
        if not name or 'type="file"' in tag or (ticks and (" checked" not in tag or "disabled" in tag)):
            continue
        given = unescape(value[1]) if value else ""
        if ticks and ticks[1] == "checkbox":
            found.setdefault(name[1], []).append(given)
        else:
            found[name[1]] = given
    found |= {
        n: unescape(v)
        for n, v in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\s*([^<]*)</textarea>', form)
    }
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options) or re.search(
            r'<option value="([^"]*)"', options
        )
        found[name] = chosen[1] if chosen else ""
    return found


def build_cities(make: Factory, clock: TestClock) -> Cities:
    make.app.test_client_class = Visitor
    seats: dict[str, Seat] = {}
    for letter in "ab":
        city = make.tenant(f"{letter}市")
        seats[letter] = _seat(make, letter, city)
        for n in "12":
            seats[letter + n] = _seat(make, letter + n, make.tenant(f"{letter}{n}县", city))
    return Cities(make, clock, seats)


def _seat(make: Factory, slug: str, tenant: Tenant) -> Seat:
    units = {key: make.unit(tenant, f"{slug}{name}") for key, name in UNITS.items()}
    ids = {key: unit.id for key, unit in units.items()}
    body: Mechanism = make.mechanism(tenant, CAMPAIGN, units, name=f"{slug}领导小组", office=f"{slug}办公室")
    seat = Seat(slug, tenant, tenant.id, tenant.code, body.id, ids)
    for key, unit in units.items():
        make.post(tenant, f"{slug}_{key}", PostKind.LIAISON, body, unit)
    make.post(tenant, f"{slug}_office", PostKind.OFFICE_STAFF, body)
    make.post(tenant, f"{slug}_convenor", PostKind.CONVENOR, body)
    make.post(tenant, f"{slug}_group", PostKind.GROUP_MEMBER, body)
    return seat
