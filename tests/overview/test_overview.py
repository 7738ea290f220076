"""What the city sees: who has reported, what the figures add up to, and nothing that was not released."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.core.audit import AuditEvent
from portal.core.db import db
from portal.core.scope import Scope, set_scope
from portal.overview.standing import percent
from portal.reporting.models import Report, ReportState, Submission
from tests.conftest import TestClock
from tests.factories import Factory, csrf
from tests.overview.world import Place, World

Login = Callable[[str], FlaskClient]
AUGUST = "2026-08"


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every SELECT that reaches the database meanwhile."""
    found: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def text_of(page: str) -> str:
    """What a reader reads, blanks folded."""
    body = re.sub(r"<(script|style|head).*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).strip()


@pytest.fixture(autouse=True)
def forget(app: Flask) -> None:
    """The test's open application context outlives its requests; each must find its own reader and moment."""
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: g.__dict__.clear())


@pytest.fixture
def world(make: Factory) -> World:
    return World(make, "anticounterfeit")


@pytest.fixture
def city(world: World) -> Place:
    return world.place("阳泉市", units=2, office="yq_office")


def url(world: World, place: Place, tail: str = "", **args: str) -> str:
    query = "&".join(f"{k}={v}" for k, v in args.items())
    return f"/{place.code}/{world.campaign.key}/overview{tail}{'?' if query else ''}{query}"


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (9, 10, 90),
        (8, 10, 80),
        (28, 30, 93),
        (199, 200, 99),
        (999, 1000, 99),
        (10, 10, 100),
        (11, 10, 100),
        (0, 3, 0),
    ],
)
def test_a_percentage_is_100_only_when_nothing_is_missing(part: int, whole: int, expected: int) -> None:
    assert percent(part, whole) == expected
    assert percent(0, 0) is None


def test_nine_of_ten_filed_and_one_late_read_90_and_80_percent_with_the_gap_named(
    make: Factory, login: Login, clock: TestClock
) -> None:
    world = World(make, "illegal_fundraising")
    city = world.place("朔州市", units=0, office="sz_office")
    county = world.place("山阴县", city, units=10)
    due = world.due("2025Q3")
    world.report(
        county, "2025Q3", [{"leads": 2}] * 9 + [None], late=[8], submitted=due + timedelta(days=2), why="=HYPERLINK(1)"
    )  # fmt: skip
    clock.now = due + timedelta(days=10)
    client = login("sz_office")
    page = text_of(client.get(url(world, city)).get_data(as_text=True))
    assert "9/10" in page
    assert "完整 90%" in client.get(url(world, city)).get_data(as_text=True)
    assert "按时 80%" in page
    assert "山阴县第9单位（=HYPERLINK(1)）" in page
    assert "迟报 2 天（领导外出）" in page
    book = load_workbook(BytesIO(client.get(url(world, city, ".xlsx")).data))
    row = next(r for r in book.worksheets[0].iter_rows() if r[0].value == "朔州市山阴县")
    assert [c.value for c in row[-6:-1]] == [10, 9, 0.9, 0.8, "已上报"]
    assert "山阴县第9单位（=HYPERLINK(1)）" in str(row[-1].value)
    assert row[-1].data_type == "s"


def test_lights_say_complete_late_near_and_overdue(
    world: World, city: Place, login: Login, clock: TestClock
) -> None:
    due = world.due(AUGUST)
    counties = [world.place(name, city) for name in ("甲县", "乙县", "丙县", "丁县")]
    full, partial = [{"cases_filed": 1}, {"cases_filed": 2}], [{"cases_filed": 1}, None]
    world.report(counties[0], AUGUST, full, submitted=due - timedelta(hours=1))
    world.report(counties[1], AUGUST, partial, submitted=due - timedelta(hours=1))
    world.report(counties[2], AUGUST, full, submitted=due + timedelta(days=1))
    world.report(counties[3], AUGUST, partial)
    clock.now = due - timedelta(hours=2)
    client = login("yq_office")
    before = text_of(client.get(url(world, city, n="1")).get_data(as_text=True))
    assert "▲ 未上报" in before
    assert "尚未上报，今日 24:00 到期" in before
    clock.now = due + timedelta(days=2)
    client = login("yq_office")
    page = text_of(client.get(url(world, city, n="1")).get_data(as_text=True))
    assert re.search(r"甲县 ● 2/2 已上报", page)
    assert re.search(r"乙县 ■ 1/2 已上报 按时 50%", page)
    assert re.search(r"丙县 ■ 2/2 已上报", page)
    assert re.search(r"丁县 ◆ 未上报 汇总中 1/2", page)
    assert "尚未上报，已逾期 2 天" in page


def test_totals_add_submitted_counties_and_own_units_and_nothing_else(
    world: World, city: Place, login: Login, clock: TestClock
) -> None:
    due = world.due(AUGUST)
    first, second, third = (world.place(name, city) for name in ("甲县", "乙县", "丙县"))
    world.report(city, AUGUST, [{"counter_face": 100_00, "cases_filed": 4}, None])
    values = [{"counter_face": 300_00, "cases_filed": 2}, {"counter_face": 50, "cases_filed": 1}]
    world.report(first, "2026-07", values, submitted=due - timedelta(days=31))
    world.report(first, AUGUST, values, submitted=due)
    world.report(second, AUGUST, [{"counter_face": 7_777_00, "cases_filed": 77}] * 2)
    world.report(third, "2026-07", [{"cases_filed": 9}, None], submitted=due - timedelta(days=31))
    clock.now = due + timedelta(days=1)
    client = login("yq_office")
    page = text_of(client.get(url(world, city)).get_data(as_text=True))
    assert "合计（1 / 3 县）" in page
    assert re.search(r"甲县 0 300\.50 = 0\.0% 601 3 = 0\.0%", page)
    assert re.search(r"合计（1 / 3 县） 0 400\.50 = 0\.0% 701 7 = 0\.0%", page), "compared with 甲县 alone"
    assert re.search(r"乙县( —){9}", page)
    for secret in ("7,777", "15,554", "154"):
        assert secret not in page
    everything = text_of(client.get(url(world, city, view="all")).get_data(as_text=True))
    assert re.search(r"立案 起 4 3 — — 7 — = 0\.0% 19", everything)


def test_the_workbook_equals_the_page_and_is_audited(
    world: World, city: Place, login: Login, clock: TestClock, make: Factory
) -> None:
    due = world.due(AUGUST)
    county = world.place("甲县", city)
    world.report(county, AUGUST, [{"counter_face": 12_345, "cases_filed": 3}] * 2, submitted=due)
    clock.now = due
    client = login("yq_office")
    answer = client.get(url(world, city, ".xlsx", to=AUGUST, n="2"))
    assert answer.status_code == 200
    book = load_workbook(BytesIO(answer.data))
    assert book.sheetnames == ["报送情况", "主要指标", "全部指标"]
    totals = list(book["主要指标"].iter_rows(min_row=3, values_only=True))
    head = dict(zip(totals[0], next(r for r in totals if r[0] == "阳泉市甲县"), strict=True))
    foot = dict(zip(totals[0], next(r for r in totals if str(r[0]).startswith("合计")), strict=True))
    assert next(v for k, v in head.items() if "累计" in str(k)) == 246.9
    assert next(v for k, v in foot.items() if "立案" in str(k)) == 6
    every = {r[1]: r[3:] for r in book["全部指标"].iter_rows(min_row=4, values_only=True) if r[1]}
    assert every["立案"] == ("—", 6, 6, 6)
    assert all(c.data_type != "f" for sheet in book for row in sheet.iter_rows() for c in row)
    assert book["报送情况"]["A2"].value.startswith("汇总单位：")
    with make.enter(city.tenant) as session:
        acts = session.scalars(sa.select(AuditEvent.act).where(AuditEvent.subject.like("overview:%"))).all()
    assert acts == ["export"]


def test_a_sibling_city_and_a_stranger_see_none_of_it(
    world: World, city: Place, login: Login, clock: TestClock
) -> None:
    due = world.due(AUGUST)
    county = world.place("甲县", city, office="jia_office")
    report, forms = world.report(county, AUGUST, [{"cases_filed": 4321}] * 2, submitted=due)
    other = world.place("临汾市", office="lf_office")
    world.report(other, AUGUST, [{"cases_filed": 1}, None])
    clock.now = due
    client = login("lf_office")
    page = text_of(client.get(url(world, other)).get_data(as_text=True))
    assert "甲县" not in page
    assert "8,642" not in page
    code = county.code
    for tail in (f"/{code}/{report}", f"/{code}/forms/{forms[0]}"):
        assert client.get(url(world, other, tail)).status_code == 404
        assert client.get(url(world, city, tail)).status_code == 404
        assert login("jia_office").get(url(world, county, tail)).status_code == 404, (
            "a county has nobody below"
        )
        assert login("yq_office").get(url(world, city, tail)).status_code == 200


def test_unreleased_reports_and_forms_are_not_found(
    world: World, city: Place, login: Login, clock: TestClock, make: Factory
) -> None:
    due = world.due(AUGUST)
    county = world.place("甲县", city)
    report, forms = world.report(county, AUGUST, [{"cases_filed": 5}, None])
    clock.now = due
    client, base = login("yq_office"), f"/{county.code}"
    page = client.get(url(world, city)).get_data(as_text=True)
    assert str(report) not in page
    assert client.get(url(world, city, f"{base}/{report}")).status_code == 404
    for form in forms:
        assert client.get(url(world, city, f"{base}/forms/{form}")).status_code == 404


def test_the_city_reads_the_released_edition_not_a_later_draft(
    world: World, city: Place, login: Login, clock: TestClock, make: Factory
) -> None:
    due = world.due(AUGUST)
    county = world.place("甲县", city)
    report, forms = world.report(county, AUGUST, [{"cases_filed": 5}, None], submitted=due)
    with make.enter(county.tenant) as session:
        form = session.get(Submission, (county.id, forms[0]))
        assert form
        form.state, form.values = "draft", {"cases_filed": 98765}
    clock.now = due
    client, base = login("yq_office"), f"/{county.code}"
    listed = text_of(client.get(url(world, city, f"{base}/{report}")).get_data(as_text=True))
    assert "甲县第0单位 ● 按时 1" in listed
    assert "甲县第1单位 ◆ 缺报 系统切换" in listed
    page = text_of(client.get(url(world, city, f"{base}/forms/{forms[0]}")).get_data(as_text=True))
    assert re.search(r"立案 .{0,80}?5 起", page)
    assert "98,765" not in page
    assert client.get(url(world, city, f"{base}/forms/{forms[0]}", edition="2")).status_code == 404


def test_the_city_returns_with_a_reason_and_accepts(
    world: World, city: Place, login: Login, clock: TestClock, session: Session
) -> None:
    due = world.due(AUGUST)
    county = world.place("甲县", city)
    report, _forms = world.report(county, AUGUST, [{"cases_filed": 5}, None], submitted=due)
    clock.now = due
    client = login("yq_office")
    page = url(world, city, f"/{county.code}/{report}")

    def send(**typed: str) -> Any:
        session.rollback()
        html = client.get(page).get_data(as_text=True)
        version = re.search(r'name="version" value="(\d+)"', html)
        token = csrf(client, page)
        return client.post(
            f"{page}/review", data={"csrf_token": token, "version": version[1] if version else "1"} | typed
        )

    refused = send(action="return", reason="  ")
    assert refused.status_code == 422
    assert "请写明退回原因" in refused.get_data(as_text=True)
    assert send(action="return", reason="面额合计不符", version="99").status_code == 409
    assert send(action="return", reason="面额合计不符").status_code == 303
    shown = text_of(client.get(url(world, city, n="1")).get_data(as_text=True))
    assert re.search(r"甲县 ■ 已退回 退回前 1/2 已退回：面额合计不符", shown)
    assert re.search(r"甲县( —){9}", shown), "a returned report no longer counts"
    assert client.get(page).status_code == 200
    set_scope(session, Scope(own=(county.id,), home=county.id))
    found = session.get(Report, (county.id, report), populate_existing=True)
    assert found
    found.state = ReportState.SUBMITTED.value
    session.commit()
    assert send(action="accept").status_code == 303
    assert "甲县 ▲ 1/2 按时 50%" in text_of(client.get(url(world, city, n="1")).get_data(as_text=True))


def test_statements_do_not_grow_with_counties(
    world: World, city: Place, login: Login, clock: TestClock, app: Flask
) -> None:
    due = world.due(AUGUST)
    clock.now = due
    client = login("yq_office")
    counts = {}
    world.report(city, AUGUST, [{"cases_filed": 5}, None])
    for upto in (2, 12):
        for n in range(0 if upto == 2 else 2, upto):
            county = world.place(f"第{n}县", city)
            world.report(county, AUGUST, [{"cases_filed": 5}, None], submitted=due)
            world.report(county, "2026-07", [{"cases_filed": 5}] * 2, submitted=due)
        with statements() as found:
            assert client.get(url(world, city)).status_code == 200
        counts[upto] = len(found)
        others = [s for s in found if "login_session" not in s and "FROM post" not in s]
        assert len(others) <= 7, others
    assert counts[2] == counts[12]


def test_a_county_sees_the_same_pages_over_its_own_units(
    world: World, city: Place, login: Login, clock: TestClock
) -> None:
    due = world.due(AUGUST)
    county = world.place("甲县", city, units=3, office="jia_office")
    forms = [{"counter_face": 100_00, "cases_filed": 3}, {"counter_face": 11, "cases_filed": 1}, None]
    _report, ids = world.report(county, AUGUST, forms, late=[1])
    clock.now = due + timedelta(days=3)
    client = login("jia_office")
    page = client.get(url(world, county, n="1")).get_data(as_text=True)
    read = text_of(page)
    assert "甲县第0单位 ● 已报" in read
    assert "甲县第1单位 ■ 已报 迟报 2 天" in read
    assert "甲县第2单位 ◆ 未报 逾期 3 天" in read
    assert "2/3 按时 33%" in read
    assert "合计（2 / 3 家）" in read
    assert f"/reports/{ids[0]}" in page
    book = load_workbook(BytesIO(client.get(url(world, county, ".xlsx")).data))
    every = {r[1]: r[3:] for r in book["全部指标"].iter_rows(min_row=4, values_only=True) if r[1]}
    assert every["立案"] == (3, 1, "—", 4, 4)


@pytest.mark.parametrize("args", [{"to": "2026Q3"}, {"to": "x"}, {"to": "2026-13"}])
def test_a_period_that_is_none_is_refused_in_words(
    world: World, city: Place, login: Login, args: dict[str, str]
) -> None:
    answer = login("yq_office").get(url(world, city, **args))
    assert answer.status_code == 422
    assert "报告期" in answer.get_data(as_text=True)


def test_odd_filters_fall_back(world: World, city: Place, login: Login) -> None:
    world.report(city, AUGUST, [{"cases_filed": 5}, None])
    client = login("yq_office")
    for args in ({"n": "-3"}, {"n": "abc"}, {"n": "99999"}, {"view": "<b>"}, {"figure": "no"}):
        assert client.get(url(world, city, **args)).status_code == 200
    assert client.get(url(world, city, form="no")).status_code == 404
