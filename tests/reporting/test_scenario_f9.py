"""Scenario F9, points 1 and 2: 乡宁县, 26 duty units, June 2026. One joint activity, entered once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.activities.entry import Entry
from portal.activities.models import Activity, ActivityUnit
from portal.activities.services import record_activity
from portal.campaigns import Check, Comparison, Grade
from portal.core.posts import PostKind
from portal.reporting.filing import zero_values
from portal.reporting.models import Report
from portal.reporting.prefill import Offer, as_origins, current_offers
from portal.reporting.services import file_submission
from portal.reporting.upward import submit_report
from tests.conftest import TestClock
from tests.factories import Factory
from tests.ledger.cast import fields_of
from tests.reporting.county import ACTOR, OFFICE, County, found_county

UNITS = {
    "县委政法委": "political_legal", "县委宣传部": "publicity_dept", "县网络服务中心": "network_center",
    "县人大法工委": "npc_legal", "县法院": "court", "县检察院": "procuratorate", "县公安局": "police",
    "县发改局": "development", "县教科局": "education", "县工信局": "industry", "县市场监管局": "market",
    "县司法局": "justice", "县财政局": "finance", "邮政公司": "postal", "县融媒体中心": "media",
    "银保监组": "banking_regulator",
} | dict.fromkeys(("移动公司", "联通公司", "电信公司"), "telecom") | dict.fromkeys(
    ("工商银行", "农业银行", "中国银行", "建设银行", "邮储银行", "农商银行", "村镇银行"), "banks"
)  # fmt: skip
HOST, TOOK_PART, MISSING = "县公安局", ("县教科局", "农业银行", "移动公司"), "县司法局"
JOINT = (HOST, *TOOK_PART)
MONTH = "2026-06"
NEVER = ("登录次数", "点击", "照片", "转发", "打卡", "积分", "得分", "排名", "名次")
"""Nothing of the kind stands on a page of the room."""

Login = Callable[[str], FlaskClient]


@pytest.fixture
def county(make: Factory, clock: TestClock) -> County:
    clock.at("2026-06-26T10:00:00")
    county = found_county(make, UNITS, key="antifraud")
    county.tenant.name = "乡宁县"
    make.session.commit()
    county.since = date(2026, 6, 1)
    county.open()
    return county


def enter_joint(county: County, login: Login) -> None:
    """As the police's liaison does: name, day, three ticks, the people and copies once."""
    police = login(county.account(PostKind.LIAISON, HOST))
    url = county.url("activities/new")
    county.enter()
    ticks = [str(county.units[u].id) for u in TOOK_PART]
    given = fields_of(police.get(url)) | {"title": "反诈宣传进校园", "kind": "rally", "audience": "school",
                                          "held_on": "2026-06-12", "reach": "600", "materials": "900"}  # fmt: skip
    assert police.post(url, data={**given, "units": ticks}).status_code == 303


def enter_others(county: County) -> None:
    """Every other unit but one holds its own."""
    for unit in UNITS:
        if unit not in (*JOINT, MISSING):
            with county.inside() as session:
                record_activity(
                    session, ACTOR, county.now, unit_id=county.units[unit].id, units=(), campaigns=[county.key],
                    entry=Entry(title=f"{unit}宣传", kind="lecture", held_on=date(2026, 6, 18), reach=50),
                    request_key=f"f9-{unit}",
                )  # fmt: skip


def offers(county: County, unit: str) -> dict[str, Offer]:
    with county.inside() as session:
        return current_offers(
            session, campaign=county.campaign, form=county.form, submission=county.sheet(unit, MONTH)
        )


def file_as_offered(county: County, unit: str) -> None:
    """The unit takes what the portal read, and adds nothing."""
    found = offers(county, unit)
    with county.inside() as session:
        sheet = county.sheet(unit, MONTH)
        values: dict[str, Any] = zero_values(county.form, sheet.member)
        values |= {key: offer.value for key, offer in found.items() if key in values}
        rules: list[Check | Comparison] = [*county.form.checks, *county.form.comparisons]
        said = {rule.key: "已核对" for rule in rules if rule.grade is Grade.EXPLAIN}
        file_submission(
            session, ACTOR, county.now, campaign=county.campaign, form=county.form, submission=sheet, values=values,
            version=sheet.version, explanations=said, late_reason="", needs_signature=False, origins=as_origins(found),
        )  # fmt: skip


def page(county: County, client: FlaskClient, path: str) -> str:
    response = client.get(county.url(path))
    assert response.status_code == 200, response.status
    return html.unescape(response.get_data(as_text=True))


def test_one_activity_is_entered_once_and_credited_to_four_units(county: County, login: Login) -> None:
    enter_joint(county, login)
    county.enter()
    assert county.session.query(Activity).count() == 1
    credited = {c.unit_id for c in county.session.query(ActivityUnit)}
    assert credited == {county.units[u].id for u in JOINT}
    for unit in JOINT:
        liaison = login(county.account(PostKind.LIAISON, unit))
        assert "反诈宣传进校园" in page(county, liaison, "activities")
    justice = login(county.account(PostKind.LIAISON, MISSING))
    assert "反诈宣传进校园" not in page(county, justice, "activities")


def test_each_units_form_opens_with_the_figure_and_its_origin(county: County, login: Login) -> None:
    enter_joint(county, login)
    for unit in JOINT:
        offer = offers(county, unit)["publicity_activities"]
        assert (offer.value, str(offer.message)) == (1, "活动记录 1 场"), unit
        sheet = county.sheet(unit, MONTH).id
        shown = page(county, login(county.account(PostKind.LIAISON, unit)), f"reports/{sheet}")
        (cell,) = re.findall(r'<input[^>]*name="publicity_activities"[^>]*>', shown)
        assert 'value="1"' in cell
        assert "活动记录 1 场" in shown
    people = {unit: offers(county, unit)["publicity_reach"].value for unit in JOINT}
    assert people == {HOST: 600} | dict.fromkeys(TOOK_PART, 0)
    assert offers(county, MISSING)["publicity_activities"].value == 0


def test_at_the_end_of_june_twenty_five_of_twenty_six(county: County, login: Login, clock: TestClock) -> None:
    """96.15%, the one missing is named, and nobody is ranked or counted by clicks."""
    enter_joint(county, login)
    enter_others(county)
    name = county.account(PostKind.OFFICE_STAFF)
    clock.at("2026-06-30T17:00:00")
    shown = page(county, login(name), "activities/coverage")
    assert "26 个成员单位中 25 个已开展，96.15%" in shown
    assert "缺：" not in shown
    clock.at("2026-07-01T09:00:00")
    office = login(name)
    shown = page(county, office, f"activities/coverage?month={MONTH}")
    assert "26 个成员单位中 25 个已开展，96.15%" in shown
    missing = shown.split("缺：")[1].split("</p>")[0]
    assert missing.startswith(MISSING)
    assert "、" not in missing
    assert "二（一）第3项" in shown
    for path in (f"activities/coverage?month={MONTH}", "activities", "activities/new"):
        main = page(county, office, path).split("<main")[1]
        assert not [word for word in NEVER if word in main], path


def test_the_county_shows_the_raw_sum_beside_the_net_one(
    county: County, login: Login, clock: TestClock
) -> None:
    """25 credits, 22 activities: the joint one stands four times in the raw sum and once in the net one."""
    enter_joint(county, login)
    enter_others(county)
    clock.at("2026-06-30T15:00:00")
    for unit in UNITS:
        file_as_offered(county, unit)
    with county.inside() as session:
        report = county.report(MONTH)
        submit_report(
            session, OFFICE, county.now, report=report, version=report.version, gap_reasons={}, late_reason="",
            campaign=county.campaign,
        )  # fmt: skip
    report = county.report(MONTH)
    assert isinstance(report, Report)
    assert report.values["publicity_activities"] == 25
    assert report.net["publicity_activities"] == 22
    assert report.values["publicity_reach"] == 600 + 21 * 50 + 0
    assert "publicity_reach" not in report.net
    (matter,) = report.duplicates
    assert matter["matter"] == "反诈宣传进校园"
    assert len(matter["units"]) == 4
    assert matter["extra"]["publicity_activities"] == 3


def test_taken_back_it_is_offered_to_nobody(county: County, login: Login) -> None:
    """What a unit declines or the organiser withdraws changes the offer at once, without a second entry."""
    enter_joint(county, login)
    found = re.findall(
        r"activities/(\d+)", page(county, login(county.account(PostKind.LIAISON, HOST)), "activities")
    )
    school = login(county.account(PostKind.LIAISON, "县教科局"))
    token = {"csrf_token": fields_of(school.get(county.url("activities/new")))["csrf_token"]}
    answer = school.post(
        county.url(f"activities/{found[0]}/decline"), data=token | {"reason": "当日未派人参加"}
    )
    assert answer.status_code == 303
    assert offers(county, "县教科局")["publicity_activities"].value == 0
    assert offers(county, "农业银行")["publicity_activities"].value == 1
