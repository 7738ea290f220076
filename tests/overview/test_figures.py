"""What stands in, beside and above the figures: amendments, net totals, goals, stages, lines, a county's own columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient
from openpyxl import load_workbook

from portal.core.audit import AuditEvent
from portal.overview.lines import _spread, _ticks
from portal.reporting.models import LocalForm, Report, ReportFile, Submission, SubmissionEdition
from tests.conftest import TestClock
from tests.factories import Factory
from tests.overview.test_overview import text_of, url
from tests.overview.world import Place, World

Login = Callable[[str], FlaskClient]
AUGUST = "2026-08"


@pytest.fixture(autouse=True)
def forget(app: Flask) -> None:
    """The test's open application context outlives its requests; each must find its own reader and moment."""
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: g.__dict__.clear())


@pytest.fixture
def world(make: Factory) -> World:
    return World(make, "anticounterfeit")


@pytest.fixture
def city(world: World) -> Place:
    return world.place("阳泉市", units=0, office="yq_office")


def read(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return text_of(answer.get_data(as_text=True))


def change(world: World, place: Place, report_id: int, **values: Any) -> None:
    with world.make.enter(place.tenant) as session:
        session.execute(sa.update(Report).where(Report.id == report_id).values(**values))


def test_an_amended_figure_counts_is_marked_and_the_sum_stands_beside_it(
    world: World, city: Place, login: Login, clock: TestClock
) -> None:
    due = clock.now = world.due(AUGUST)
    first, second = world.place("甲县", city), world.place("乙县", city)
    report, _forms = world.report(first, AUGUST, [{"cases_filed": 5}, {"cases_filed": 6}], submitted=due)
    world.report(second, AUGUST, [{"cases_filed": 1}] * 2, submitted=due)
    own = {"value": 10, "reason": "一案两报", "by": "办公室", "at": due.isoformat()}
    change(world, first, report, amended={"cases_filed": own})
    client = login("yq_office")
    page = read(client, url(world, city))
    assert re.search(r"甲县 .{0,40}※ 10 各单位合计 11 一案两报", page)
    assert re.search(r"合计（2 / 2 县） .{0,40}※ 12 各单位合计 13 阳泉市甲县：一案两报", page)
    everything = read(client, url(world, city, view="all"))
    assert re.search(r"立案 起 — ※ 10 各单位合计 11 一案两报 2 ※ 12", everything)
    drilled = read(client, url(world, city, f"/{first.code}/{report}"))
    assert " 10 " in drilled


def test_raw_four_net_one_with_the_matters_behind_it(
    world: World, city: Place, login: Login, clock: TestClock
) -> None:
    """One joint activity, credited to four units."""
    due = clock.now = world.due(AUGUST)
    first, second = world.place("甲县", city, units=4), world.place("乙县", city, units=1)
    report, _forms = world.report(first, AUGUST, [{"cases_filed": 1}] * 4, submitted=due)
    world.report(second, AUGUST, [{"cases_filed": 2}], submitted=due)
    matter = {"matter": "金融知识进集市", "day": "2026-08-15", "units": ["公安局", "教育局", "农行", "移动"], "extra": {"cases_filed": 3}}  # fmt: skip
    change(world, first, report, net={"cases_filed": 1}, duplicates=[matter])
    client = login("yq_office")
    page = read(client, url(world, city))
    assert re.search(
        r"甲县 .{0,40}4 原始 4 / 去重 1 金融知识进集市（2026-08-15）：公安局、教育局、农行、移动，重复计入 3",
        page,
    )
    assert re.search(r"合计（2 / 2 县） .{0,40}6 原始 6 / 去重 3 金融知识进集市", page)
    assert not re.search(r"乙县 .{0,30}去重", page)
    book = load_workbook(BytesIO(client.get(url(world, city, ".xlsx")).data))
    [row] = book["对账"].iter_rows(min_row=4, max_row=4, values_only=True)
    assert row[0] == "阳泉市甲县"
    assert row[2:6] == (4, 4, None, 1)


def test_goals_say_up_or_down_good_or_bad_in_words(make: Factory, login: Login, clock: TestClock) -> None:
    world = World(make, "antifraud")
    city = world.place("阳泉市", units=0, office="yq_office")
    county = world.place("甲县", city, units=1)
    fields = {"case_solved_count": 10, "arrest_count": 5, "case_filed_count": 20, "loss_amount": 30_000_000}
    world.report(county, "2025-08", [fields], submitted=world.due("2025-08"))
    now = {"case_solved_count": 15, "arrest_count": 4, "case_filed_count": 10, "loss_amount": 30_000_000}
    world.report(county, AUGUST, [now], submitted=world.due(AUGUST))
    clock.now = world.due(AUGUST)
    client = login("yq_office")
    html = client.get(url(world, city)).get_data(as_text=True)
    page = text_of(html)
    assert re.search(r"破案数 起 15 同比 ▲ 升 50\.0% · 向好 目标：升 · 本年累计 15", page)
    assert re.search(r"抓获人数 人 4 同比 ▼ 降 20\.0% · 向差 目标：升", page)
    assert re.search(r"发案数 起 10 同比 ▼ 降 50\.0% · 向好 目标：降", page)
    assert re.search(r"案损 万元 30\.0 同比 = 持平 目标：降", page)
    assert re.search(r"破案率.{0,600}150\.0", page, re.DOTALL), "a rate above 100 is not clamped"
    assert html.count('class="verdict good"') == 2
    assert html.count('class="verdict bad"') == 1
    last = now | {"case_solved_count": 12}
    world.report(county, "2026-09", [last], submitted=world.due("2026-09"))
    clock.now = world.due("2026-09")
    later = read(login("yq_office"), url(world, city))
    assert re.search(r"破案数 起 12 环比 ▼ 降 20\.0% · 向差", later), "where last year is not known"
    other = World(make, "anticounterfeit")
    make.mechanism(city.tenant, "anticounterfeit")
    assert "目标：" not in read(login("yq_office"), f"/{city.code}/antifraud/overview/summary")
    assert not other.form.goals


STAGES = ("部署发动", "风险排查", "打击处置", "建章立制", "巩固提升")


@pytest.mark.parametrize(
    ("day", "active"),
    [
        ("2024-06-19", {"部署发动"}),
        ("2024-10-15", {"打击处置", "建章立制"}),
        ("2025-07-01", {"打击处置", "建章立制", "巩固提升"}),
        ("2026-01-01", set()),
    ],
)
def test_f7_stages_of_the_day(
    day: str, active: set[str], make: Factory, login: Login, clock: TestClock
) -> None:
    world = World(make, "illegal_fundraising")
    city = world.place("朔州市", units=0)
    clock.at(f"{day}T12:00:00")
    make.post(city.tenant, "sz_office", _office(), city.mechanism, since=clock.now - timedelta(days=90))
    html = login("sz_office").get(f"/{city.code}/illegal_fundraising/overview").get_data(as_text=True)
    page = text_of(html)
    said = {s for s in STAGES if re.search(rf"{s}(?: 又称：\S+)? [\d—-]+ 进行中", page)}
    assert said == active
    assert ("目前不在任何阶段内" in page) == (not active)
    assert ("今天" in page) == (day < "2026"), "the line of today stands within the campaign alone"
    assert html.count("<rect") == len(STAGES)


def _office() -> Any:
    from portal.core.posts import PostKind

    return PostKind.OFFICE_STAFF


def test_lines_for_the_sum_for_each_and_for_one(
    world: World, city: Place, login: Login, clock: TestClock
) -> None:
    due = clock.now = world.due(AUGUST)
    counties = [world.place(name, city, units=1) for name in ("甲县", "乙县")]
    for n, county in enumerate(counties):
        for k, month in enumerate(("2026-05", "2026-07", "2026-08")):
            world.report(county, month, [{"cases_filed": 10 * n + k}], submitted=due - timedelta(days=31))
    client = login("yq_office")
    asked = {"chart": "line", "figure": "cases_filed"}
    total = client.get(url(world, city, **asked)).get_data(as_text=True)
    assert total.count("<polyline") == 1, "broken where nothing was reported, and one month is no line"
    assert re.search(r"合计 — 10 — 12 14", text_of(total))
    each = client.get(url(world, city, of="each", **asked)).get_data(as_text=True)
    assert each.count("<polyline") == 2
    assert len(set(re.findall(r"<polyline[^>]*?(?:stroke-dasharray=\"([^\"]*)\")?/>", each))) == 2, (
        "told apart"
    )
    one = text_of(client.get(url(world, city, of=counties[1].code, **asked)).get_data(as_text=True))
    assert re.search(r"乙县 — 10 — 11 12", one)
    assert client.get(url(world, city, of="999999", **asked)).status_code == 200
    for n in range(8):
        world.report(world.place(f"第{n}县", city, units=1), AUGUST, [{"cases_filed": 1}], submitted=due)
    crowded = client.get(url(world, city, of="each", **asked)).get_data(as_text=True)
    assert "折线只画合计" in crowded


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0], [0, 1]), ([3, 47], [0, 10, 20, 30, 40, 50]), ([-4, 6], [-4, -2, 0, 2, 4, 6]), ([1e6], [0, 200000, 400000, 600000, 800000, 1000000])],
)  # fmt: skip
def test_the_axis_has_round_numbers_and_holds_every_value(values: list[Any], expected: list[int]) -> None:
    ticks = _ticks(values)
    assert ticks[0] <= min(values)
    assert ticks[-1] >= max(values)
    if values != [0]:
        assert [int(t) for t in ticks] == expected


def test_names_at_the_end_of_lines_never_cover_each_other() -> None:
    found = sorted(_spread([100.0, 100.0, 101.0, 40.0]))
    assert all(b - a >= 13 for a, b in pairwise(found))


def test_a_countys_own_columns_and_forms_do_not_break_the_citys_pages(
    world: World, city: Place, login: Login, clock: TestClock
) -> None:
    due = clock.now = world.due(AUGUST)
    county = world.place("甲县", city, units=1)
    report, [form] = world.report(county, AUGUST, [{"cases_filed": 5, "local_1": 77}], submitted=due)
    field = {"key": "local_1", "label": "集市摊点数", "kind": "integer", "unit": "个"}
    snapshot = {"label": "集市月报", "sections": [{"label": "本地增加", "fields": [field | {"definition": "", "choices": {}}]}], "tables": []}  # fmt: skip
    own = {"form": "own_market", "label": "集市月报", "definition": {"fields": [field], "snapshot": snapshot}}
    with world.make.enter(county.tenant) as session:
        common = {
            "mechanism_id": county.mechanism.id,
            "campaign": "anticounterfeit",
            "number": 1,
            "released_at": due,
            "published_by": "办公室",
            "changed_at": due,
            "basis": "甲反假办〔2026〕2号",
            "days_earlier": 2,
        }
        session.add(LocalForm(form=world.form.key, definition={"fields": [field]}, **common))
        session.add(LocalForm(**own, **common))
        for model in (Report, Submission, SubmissionEdition):
            session.execute(sa.update(model).values(local=1))
        kept = session.get_one(Report, (county.id, report))
        kept.due_at = due - timedelta(days=2)
    other, [filed] = world.report(county, "2026-07", [{"local_1": 31}], submitted=due)
    with world.make.enter(county.tenant) as session:
        wanted: dict[str, Any] = {"form": "own_market", "local": 1}
        session.execute(sa.update(Report).where(Report.id == other).values(title="集市月报", **wanted))
        session.execute(sa.update(Submission).where(Submission.id == filed).values(**wanted))
        edition = sa.update(SubmissionEdition).where(SubmissionEdition.submission_id == filed)
        session.execute(edition.values(local=1))
    client = login("yq_office")
    assert "集市摊点数" not in read(client, url(world, city, view="all"))
    assert "own_market" not in read(client, f"/{city.code}/anticounterfeit/overview/summary?at=2026-07")
    sheet = read(client, url(world, city, f"/{county.code}/forms/{form}"))
    assert re.search(r"集市摊点数.{0,20}77", sheet)
    assert "集市月报" in read(client, url(world, city, f"/{county.code}/{other}"))
    assert re.search(r"集市摊点数.{0,20}31", read(client, url(world, city, f"/{county.code}/forms/{filed}")))
    page = read(client, f"/{city.code}/anticounterfeit/overview/differences?period={AUGUST}")
    assert re.search(r"甲县 .{0,40}提前 2 天、增加 1 项 .{0,40}增加：集市摊点数", page)
    book = client.get(f"/{city.code}/anticounterfeit/overview/differences.xlsx?period={AUGUST}").data
    [row] = load_workbook(BytesIO(book)).worksheets[0].iter_rows(min_row=4, max_row=4, values_only=True)
    assert row[:3] == ("阳泉市甲县", row[1], "提前 2 天、增加 1 项")
    assert "没有差异" in read(client, f"/{city.code}/anticounterfeit/overview/differences?period=2026-06")


def test_stored_versions_download_byte_for_byte(
    world: World, city: Place, login: Login, clock: TestClock
) -> None:
    due = clock.now = world.due(AUGUST)
    county = world.place("甲县", city, office="jia_office")
    report, _forms = world.report(county, AUGUST, [{"cases_filed": 5}, None], submitted=due)
    with world.make.enter(county.tenant) as session:
        file_id, content = session.execute(
            sa.select(ReportFile.id, ReportFile.content).where(ReportFile.report_id == report)
        ).one()
    client = login("yq_office")
    assert "第 1 版" in read(client, url(world, city, f"/{county.code}/{report}"))
    address = url(world, city, f"/{county.code}/files/{file_id}")
    assert client.get(address).data == content
    assert login("jia_office").get(url(world, county, f"/{county.code}/files/{file_id}")).status_code == 404
    with world.make.enter(city.tenant) as session:
        acts = session.scalars(
            sa.select(AuditEvent.act).where(AuditEvent.subject == f"report_file:{file_id}")
        )
        assert list(acts) == ["export"]


def test_a_form_of_one_date_has_nothing_to_compare(make: Factory, login: Login, clock: TestClock) -> None:
    world = World(make, "illegal_fundraising")
    form = next(f for f in world.campaign.forms if f.once)
    city = world.place("朔州市", units=0, office="sz_office")
    world.place("山阴县", city)
    page = read(login("sz_office"), f"/{city.code}/illegal_fundraising/overview?form={form.key}&n=8")
    assert "环比" not in page
    assert str(form.once.year if form.once else "") in page
