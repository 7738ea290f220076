"""The division of duties: the number of pairs, the pages of liaison and office."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.campaigns.declarations import EVERY_MEMBER, Campaign, MemberKind
from portal.campaigns.registry import Registry, load_registry
from portal.core.db import db
from portal.core.posts import PostKind
from portal.duties.services import expand_duties, filter_rows, list_own_rows, list_rows, member_choices
from portal.tenants.models import Tenant
from portal.units.bodies import MemberUnit
from tests.conftest import ROOT
from tests.factories import Factory

Login = Callable[[str], FlaskClient]


@pytest.fixture(scope="module")
def campaigns() -> dict[str, Campaign]:
    from portal.campaigns.registry import load_registry

    return dict(load_registry(ROOT / "plugins", strict=True).campaigns)


def members_of(campaign: Campaign, **sizes: int) -> list[MemberUnit]:
    """One unit a line, ``sizes`` units for a class."""
    found: list[MemberUnit] = []
    for m in campaign.roster:
        for n in range(sizes.get(m.key, 1) if m.kind is MemberKind.CLASS else 1):
            name = f"{m.label}{n or ''}"
            found.append(MemberUnit(len(found) + 1, name, name, len(found), m.key))
    return found


def test_the_fraud_document_expands_to_157_pairs_over_26_units(campaigns: dict[str, Campaign]) -> None:
    campaign = campaigns["antifraud"]
    pairs = expand_duties(campaign, members_of(campaign, telecom=3, banks=7))
    assert len(campaign.duties) == 97
    assert len(pairs) == 157
    assert len({unit.unit_id for unit, _duty in pairs}) == 26


def test_common_duties_are_everybodys_but_a_guests(campaigns: dict[str, Campaign]) -> None:
    campaign = campaigns["anticounterfeit"]
    common = [d for d in campaign.duties if d.member == EVERY_MEMBER]
    assert len(common) == 5
    members = members_of(campaign, banks=2, county_offices=1)
    guest = MemberUnit(999, "列席单位", "列席单位", 999, "")
    pairs = expand_duties(campaign, [*members, guest])
    assert {u.unit_id for u, d in pairs if d in common} == {m.unit_id for m in members}
    own = list_own_rows(campaign, "police")
    assert len(own) == 5 + 5
    assert list_own_rows(campaign, "") == []


def test_filters(campaigns: dict[str, Campaign]) -> None:
    campaign = campaigns["antifraud"]
    rows = list_rows(campaign, members_of(campaign, telecom=3, banks=7))
    assert [r.number for r in rows] == list(range(1, 98))
    assert len(filter_rows(campaign, rows, member="banks")) == 8
    kinds = [len(filter_rows(campaign, rows, kind=k)) for k in ("dated", "soft", "plain")]
    assert sum(kinds) == 97
    assert kinds[0] == 1
    assert len(filter_rows(campaign, rows, text="各银行机构6")) == 8
    assert filter_rows(campaign, rows, text="没有这样的词") == []


@pytest.fixture
def county(make: Factory, app: Flask) -> Tenant:
    county = make.tenant("平定县", make.tenant("阳泉市"), code="140321")
    police, school = make.unit(county, "平定县公安局"), make.unit(county, "平定县教育局")
    fraud = make.mechanism(county, "antifraud", {"police": police, "education": school})
    make.mechanism(county, "anticounterfeit", {"police": police})
    make.post(county, "liaison", PostKind.LIAISON, fraud, police)
    make.post(county, "office", PostKind.OFFICE_STAFF, fraud)
    make.post(county, "observer", PostKind.OBSERVER, fraud)
    return county


def read(client: FlaskClient, page: str, status: int = 200) -> str:
    with (
        client.application.app_context()
    ):  # a request of its own: the fixture's context would share its ``g``
        answer = client.get(page)
    html = answer.get_data(as_text=True)
    assert answer.status_code == status, html
    return re.sub(r"<[^>]*>|\s+", " ", html)


PAGE = "/140321/antifraud/duties"


def test_a_liaison_sees_the_own_unit(county: Tenant, login: Login) -> None:
    client = login("liaison")
    page = read(client, PAGE)
    assert "平定县公安局 职责" in page
    assert "· 11 条" in page
    assert "平定县教育局" not in page
    both = read(client, f"{PAGE}?all=1")
    assert "· 11 条" in both
    assert "· 10 条" in both
    read(client, f"{PAGE}?unit=1", 404)


@pytest.mark.parametrize("who", ["office", "observer"])
def test_the_office_sees_the_whole_and_each_unit(county: Tenant, login: Login, who: str) -> None:
    client = login(who)
    page = read(client, PAGE)
    assert "97 条职责，落到 2 个单位共 15 项" in page
    assert "没有对应单位" in page
    found = re.search(r"\?unit=(\d+)", client.get(PAGE).get_data(as_text=True))
    assert found is not None
    assert "平定县公安局 职责" in read(client, f"{PAGE}?unit={found[1]}")
    assert "共 11 条" in read(client, f"{PAGE}?member=police&kind=&q=")
    assert "没有符合条件的职责" in read(client, f"{PAGE}?q=%3Cscript%3E")
    read(client, f"{PAGE}?unit=1", 404)


def test_statements_do_not_grow_with_units_or_campaigns(county: Tenant, make: Factory, login: Login) -> None:
    client = login("office")

    def count(page: str) -> int:
        statements: list[str] = []

        def listen(*a: object) -> None:
            statements.append(str(a[2]))

        sa.event.listen(db.engine, "before_cursor_execute", listen)
        read(client, page)
        sa.event.remove(db.engine, "before_cursor_execute", listen)
        return len([s for s in statements if s.lstrip().upper().startswith("SELECT")])

    before = count(PAGE)
    for n in range(5):
        make.unit(county, f"银行{n}", kind="bank")
    assert count(PAGE) == before <= 4


def test_a_stranger_finds_nothing(county: Tenant, make: Factory, login: Login) -> None:
    other = make.tenant("盂县", code="140322")
    make.post(other, "stranger", PostKind.OFFICE_STAFF, make.mechanism(other, "antifraud"))
    read(login("stranger"), PAGE, 404)
    read(login("stranger"), "/140322/antifraud/duties")


def test_missing_plugin(county: Tenant, app: Flask, login: Login) -> None:
    registry: Registry = app.extensions["portal"].registry
    client = login("office")
    read(client, PAGE)
    del registry.plugins["antifraud"]
    assert "插件未加载" in read(client, PAGE, 503)


def test_a_shared_duty_is_found_under_each_of_its_members() -> None:
    campaign = load_registry(ROOT / "plugins", strict=True).campaigns["anticounterfeit"]
    rows = list_rows(campaign, ())
    keys = {
        m: {r.duty.key for r in filter_rows(campaign, rows, member=m)}
        for m in ("government_office", "county_offices")
    }
    assert keys["county_offices"] == keys["government_office"] == {"government_office_1"}
    assert "county_offices" in dict(member_choices(campaign))
