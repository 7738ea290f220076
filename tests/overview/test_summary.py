"""Across campaigns: what may be seen, how it is counted, and the way into a county's units."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient
from openpyxl import load_workbook

from portal.core.audit import AuditEvent
from portal.core.posts import PostKind
from tests.conftest import TestClock
from tests.factories import Factory
from tests.overview.test_overview import statements, text_of
from tests.overview.world import LONG_AGO, Place, World

Login = Callable[[str], FlaskClient]
QUARTER = "2025Q3"


@pytest.fixture(autouse=True)
def forget(app: Flask) -> None:
    """The test's open application context outlives its requests; each must find its own reader and moment."""
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: g.__dict__.clear())


def url(place: Place, campaign: str, tail: str = "/summary", **args: str) -> str:
    query = "&".join(f"{k}={v}" for k, v in args.items())
    return f"/{place.code}/{campaign}/overview{tail}{'?' if query else ''}{query}"


@pytest.fixture
def fundraising(make: Factory) -> World:
    return World(make, "illegal_fundraising")


@pytest.fixture
def city(fundraising: World, clock: TestClock) -> Place:
    """朔州市 and 山阴县 as in F6: ten reporters, eight in time, one two days late, one missing."""
    city = fundraising.place("朔州市", units=0, office="sz_office")
    county = fundraising.place("山阴县", city, units=10, office="sy_office")
    due = fundraising.due(QUARTER)
    fundraising.report(
        county, QUARTER, [{"leads": 2}] * 9 + [None], late=[8], submitted=due + timedelta(days=2), why="机构改革未移交"
    )  # fmt: skip
    clock.now = due + timedelta(days=10)
    return city


def test_f6_nine_of_ten_and_eight_in_time(city: Place, login: Login) -> None:
    client = login("sz_office")
    html = client.get(url(city, "illegal_fundraising", at=QUARTER)).get_data(as_text=True)
    page = text_of(html)
    assert "山阴县 ■ 9/10 · 80% 完整 90%" in page
    assert "应报 10，已报 9，完整 90%，按时 80%" in html
    assert not re.search(r"\b1[0-9][1-9]%", page)
    book = load_workbook(
        BytesIO(client.get(url(city, "illegal_fundraising", "/summary.xlsx", at=QUARTER)).data)
    )
    row = next(r for r in book.worksheets[0].iter_rows() if r[0].value == "朔州市山阴县")
    assert [c.value for c in row[1:]] == [10, 9, 0.9, 0.8, "已上报"]


def test_a_report_belongs_to_the_span_in_which_its_period_ends(
    make: Factory, login: Login, clock: TestClock
) -> None:
    world = World(make, "anticounterfeit")
    city = world.place("阳泉市", units=0, office="yq_office")
    county = world.place("甲县", city)
    for month, forms in (("2026-07", [{}, {}]), ("2026-08", [{}, None]), ("2026-10", [{}, {}])):
        world.report(county, month, forms, submitted=world.due(month))
    clock.now = world.due("2026-10")
    client = login("yq_office")
    quarter = text_of(client.get(url(city, "anticounterfeit", at="2026Q3")).get_data(as_text=True))
    assert "甲县 ■ 3/4 · 75% 完整 75% 7月 8月 各单位" in quarter
    assert "合计 3/4 · 75%" in quarter
    assert "2/2 · 100%" in text_of(
        client.get(url(city, "anticounterfeit", at="2026-10")).get_data(as_text=True)
    )
    nothing = text_of(client.get(url(city, "anticounterfeit", at="2026-09")).get_data(as_text=True))
    assert "这一时段没有到期的报表" in nothing
    late = text_of(client.get(url(city, "anticounterfeit", at="2026Q3", show="gaps")).get_data(as_text=True))
    assert "甲县" in late
    full = text_of(client.get(url(city, "anticounterfeit", at="2026-10", show="gaps")).get_data(as_text=True))
    assert "没有未齐或迟报的" in full
    assert client.get(url(city, "anticounterfeit", at="2026-08-31")).status_code == 422
    assert client.get(url(city, "anticounterfeit", at="x")).status_code == 422


def test_campaigns_without_a_post_stay_out_even_as_a_count(
    city: Place, make: Factory, login: Login, clock: TestClock
) -> None:
    """The same county reports in a second campaign; only who oversees both sees both."""
    other = World(make, "anticounterfeit")
    body = make.mechanism(city.tenant, "anticounterfeit")
    county = other.place("右玉县", city, units=3)
    other.report(county, "2025-09", [{}, {}, None], submitted=other.due("2025-09"))
    one = text_of(login("sz_office").get(url(city, "illegal_fundraising", at=QUARTER)).get_data(as_text=True))
    assert "右玉县" not in one
    assert "2/3" not in one
    assert "合计 9/10 · 80%" in one
    both = make.account(city.tenant, "sz_both")
    make.post(city.tenant, both, PostKind.CONVENOR, city.mechanism, since=LONG_AGO)
    make.post(city.tenant, both, PostKind.CONVENOR, body, since=LONG_AGO)
    client = login("sz_both")
    page = text_of(client.get(url(city, "illegal_fundraising", at=QUARTER)).get_data(as_text=True))
    assert "右玉县 ■ 2/3 · 67%" in page
    assert "未启用" in page
    liaison = make.account(city.tenant, "sz_mixed")
    unit = make.unit(city.tenant, "市公安局")
    make.post(city.tenant, liaison, PostKind.OFFICE_STAFF, city.mechanism, since=LONG_AGO)
    make.post(city.tenant, liaison, PostKind.LIAISON, body, unit, since=LONG_AGO)
    mixed = text_of(
        login("sz_mixed").get(url(city, "illegal_fundraising", at=QUARTER)).get_data(as_text=True)
    )
    assert "右玉县" not in mixed, "a liaison oversees nothing"


def test_a_county_sees_its_own_units(city: Place, login: Login) -> None:
    client = login("sy_office")
    code = str(int(city.code) + 1)
    page = text_of(
        client.get(f"/{code}/illegal_fundraising/overview/summary?at={QUARTER}").get_data(as_text=True)
    )
    assert "山阴县第0单位 ● 已报" in page
    assert "山阴县第8单位 ■ 已报 迟报 2 天" in page
    assert re.search(r"山阴县第9单位 ◆ 未报", page)


def test_the_way_into_a_countys_units(city: Place, login: Login, clock: TestClock) -> None:
    client = login("sz_office")
    code = str(int(city.code) + 1)
    html = client.get(url(city, "illegal_fundraising", f"/{code}/units")).get_data(as_text=True)
    page = text_of(html)
    assert "山阴县第0单位" in page
    assert "■ 迟报 2 天" in page
    assert "◆ 缺报 机构改革未移交" in page
    assert "9/10 已上报" in page
    assert "/forms/" in html
    book = load_workbook(
        BytesIO(client.get(url(city, "illegal_fundraising", f"/{code}/units.xlsx", n="1")).data)
    )
    rows = {r[0]: r[1] for r in book.worksheets[0].iter_rows(min_row=4, values_only=True) if r[0]}
    assert (rows["山阴县第0单位"], rows["山阴县第9单位"]) == ("按时", "缺报：机构改革未移交")
    assert client.get(url(city, "illegal_fundraising", "/999999/units")).status_code == 404
    assert login("sy_office").get(f"/{code}/illegal_fundraising/overview/{code}/units").status_code == 404


def test_statements_do_not_grow_with_counties_and_campaigns(
    make: Factory, login: Login, clock: TestClock
) -> None:
    worlds = [World(make, key) for key in ("anticounterfeit", "antifraud", "illegal_fundraising")]
    city = worlds[0].place("阳泉市", units=1, office="yq_office")
    clock.now = worlds[0].due("2026-09")
    counts = {}
    for upto in (1, 6):
        for n in range(0 if upto == 1 else 1, upto):
            county = worlds[0].place(f"第{n}县", city)
            for month in ("2026-07", "2026-08", "2026-09"):
                worlds[0].report(county, month, [{}, None], submitted=worlds[0].due(month))
        client = login("yq_office")
        with statements() as found:
            assert client.get(url(city, "anticounterfeit", at="2026Q3")).status_code == 200
        counts[upto] = len(found)
        others = [s for s in found if "login_session" not in s and "FROM post" not in s]
        assert len(others) <= 4, others
        with statements() as inside:
            path = url(city, "anticounterfeit", f"/{county.code}/units", n="12")
            assert client.get(path).status_code == 200
        assert len(inside) <= 9, inside
    assert counts[1] == counts[6]


def test_the_export_is_audited(city: Place, login: Login, make: Factory) -> None:
    assert login("sz_office").get(url(city, "illegal_fundraising", "/summary.xlsx")).status_code == 200
    with make.enter(city.tenant) as session:
        found = session.scalars(sa.select(AuditEvent).where(AuditEvent.subject == "overview:summary")).one()
        assert (found.act, found.data["campaigns"]) == ("export", ["illegal_fundraising"])
