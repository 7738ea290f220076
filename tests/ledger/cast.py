"""The cast of scenario F4: a bank outlet in 郊区 finds counterfeit notes; 平定县 must not see it, 阳泉市 only once told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient

from portal.core.posts import PostKind
from portal.tenants.models import Tenant
from tests.conftest import TestClock
from tests.factories import Factory

CAMPAIGN = "anticounterfeit"


@dataclass
class Cast:
    """Three tenants with their offices; in 郊区 a bank and the police, each with a liaison."""

    make: Factory
    clock: TestClock
    city: Tenant
    county: Tenant
    sibling: Tenant
    bank: int
    police: int

    def at(self, tenant: Tenant, path: str) -> str:
        return f"/{tenant.code}/{CAMPAIGN}/{path}"

    def enter(self, client: FlaskClient, face: str = "100000", **more: Any) -> Any:
        """Fill in the ledger's form of 郊区 and save it."""
        url = self.at(self.county, "ledger/new")
        posted = fields_of(client.get(url)) | {
            "entry-title": "某网点收缴假币",
            "entry-place": "郊区",
            "entry-known_at": "2026-09-30T17:40",
            "found_channel": "counter",
            "currency": "cny",
            "face_value": face,
        }
        return client.post(url, data=posted | more)

    def report(self, client: FlaskClient, subject: str = "", **more: Any) -> Any:
        url = self.at(self.county, f"urgent/new?subject={subject}")
        return client.post(url, data=fields_of(client.get(url)) | more)


def fields_of(page: Any) -> dict[str, str]:
    """What a browser would send of the page's form: tokens, hidden and filled inputs, and text areas."""
    html = page.get_data(as_text=True)
    form = html[html.index('<form method="post"', html.index("<main")) :]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form[: form.index("</form>")]):
        name, value = (re.search(rf'{what}="([^"]*)"', tag) for what in ("name", "value"))
        if name and 'type="checkbox"' not in tag:
            found[name[1]] = value[1] if value else ""
    return found | dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\s*([^<]*)</textarea>', form))


def make_cast(make: Factory, clock: TestClock) -> Cast:
    clock.at("2026-09-30T17:52:00")
    city = make.tenant("阳泉市")
    county, sibling = make.tenant("郊区", city), make.tenant("平定县", city)
    bank, police = make.unit(county, "郊区农商银行", "bank"), make.unit(county, "郊区公安局")
    ids = bank.id, police.id  # another tenant's scope will not show these rows
    mechanism = make.mechanism(county, CAMPAIGN, {"banks": bank, "police": police})
    make.post(county, "jq_bank", PostKind.LIAISON, mechanism, bank)
    make.post(county, "jq_police", PostKind.LIAISON, mechanism, police)
    make.post(county, "jq_office", PostKind.OFFICE_STAFF, mechanism)
    other = make.mechanism(sibling, CAMPAIGN)
    make.post(sibling, "pd_office", PostKind.OFFICE_STAFF, other)
    make.post(city, "yq_office", PostKind.OFFICE_STAFF, make.mechanism(city, CAMPAIGN))
    return Cast(make, clock, city, county, sibling, *ids)
