"""The pages of what is owed: a unit's own, the matrix, the one line; and what of it stands on the to-do list."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.campaigns.meetings import MeetingType
from portal.core.posts import PostKind
from portal.duties.models import DutyRecord
from tests.activities.test_pages import page
from tests.activities.test_services import rally
from tests.conftest import TestClock
from tests.duties.owed.conftest import held, line
from tests.factories import Factory, csrf
from tests.home.test_todo import _account, statements, todo
from tests.reporting.county import County, found_county

Login = Callable[[str], FlaskClient]
SUPERVISION = "duties/lines/publicity_dept_3"


@pytest.fixture
def office(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.OFFICE_STAFF))


@pytest.fixture
def publicity(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, "宣传部"))


@pytest.fixture
def school(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, "教科局"))


def post(client: FlaskClient, url: str, token_at: str, **data: str) -> Any:
    return client.post(url, data={"csrf_token": csrf(client, token_at)} | data)


def unit_arg(county: County, unit: str) -> str:
    county.enter()
    return f"?unit={county.units[unit].id}"


# ---------------------------------------------------------------------------------------------- the matrix
class TestMatrix:
    def test_the_office_sees_who_has_not_and_by_name(self, county: County, office: FlaskClient) -> None:
        rally(county, held_on=date(2026, 8, 5))
        shown = page(county, office, "duties/owed?at=2026-08")
        assert "2026年8月：应办 8 家，已办 4 家" in shown
        gaps = re.search(r"未办：([^<\n]*)", shown)
        assert gaps is not None
        assert [n.rstrip("0123456789") for n in gaps[1].strip().split("、")] == [
            "司法局",
            "工商银行",
            "联通公司",
            "宣传部",
        ]
        assert "本期未结束" in page(county, office, "duties/owed")

    def test_only_the_gaps(self, county: County, office: FlaskClient) -> None:
        rally(county, held_on=date(2026, 8, 5))
        whole = page(county, office, "duties/owed?at=2026-08").count('scope="row"')
        assert (whole, page(county, office, "duties/owed?at=2026-08&gap=1").count('scope="row"')) == (8, 4)

    def test_a_duty_of_one_unit_has_one_row(self, county: County, office: FlaskClient) -> None:
        shown = page(county, office, "duties/owed?of=publicity_dept_3")
        assert shown.count('scope="row"') == 1
        assert "督导各成员单位当月的公开宣教活动" in shown

    def test_a_unit_sees_its_own_row_alone(self, county: County, school: FlaskClient) -> None:
        shown = page(county, school, "duties/owed")
        assert shown.count('scope="row"') == 1
        assert "司法局" not in shown

    def test_observers_read_the_duties_and_not_how_units_stand(self, county: County, login: Login) -> None:
        observer = login(county.account(PostKind.OBSERVER))
        assert observer.get(county.url("duties/owed")).status_code == 403
        assert (
            "限时任务"
            not in page(county, observer, "duties" + unit_arg(county, "教科局")).split("<table", 1)[1]
        )

    @pytest.mark.parametrize(
        "odd", ["of=x", "year=1", "year=x", "at=2026-13", "at=2020-01", "gap=2", "of=%00"]
    )
    def test_odd_addresses_show_the_page(self, county: County, office: FlaskClient, odd: str) -> None:
        assert "应办 8 家" in page(county, office, f"duties/owed?{odd}") or odd == "of=%00"

    def test_where_nothing_is_owed_by_units_the_office_still_has_its_own(
        self, make: Factory, clock: TestClock, login: Login
    ) -> None:
        fakes = found_county(make, {"公安局": "police"}, key="anticounterfeit")
        shown = page(fakes, login(fakes.account(PostKind.OFFICE_DIRECTOR)), "duties/owed")
        assert "召开联络员会议" in shown
        assert "原则上" in shown
        unit = page(fakes, login(fakes.account(PostKind.LIAISON, "公安局")), "duties/owed")
        assert "没有规定按期办理的事项" in unit
        assert "召开联络员会议" not in unit

    def test_statements_do_not_grow(self, make: Factory, clock: TestClock, login: Login) -> None:
        counts = []
        for size in (1, 30):
            county = found_county(
                make, {"公安局": "police"} | {f"银行{n}": "banks" for n in range(size + 1)}, key="antifraud"
            )
            rally(county, units=[f"银行{n}" for n in range(size)])
            client = login(county.account(PostKind.OFFICE_STAFF))
            page(county, client, "duties/owed")
            with statements(county.make.app) as sent:
                page(county, client, "duties/owed")
            counts.append(len(sent))
        assert counts[0] == counts[1] <= 6, (counts, sent)


# ------------------------------------------------------------------------------------------- a unit's page
class TestUnit:
    def test_it_shows_period_record_and_where_to_enter(self, county: County, school: FlaskClient) -> None:
        before = page(county, school, "duties")
        assert "未到期" in before
        assert county.url("activities/new") in before
        held = rally(county)
        shown = page(county, school, "duties")
        assert "已办" in shown
        assert county.url(f"activities/{held.id}") in shown
        assert "反诈进校园" in shown

    def test_soft_words_count_days_and_are_never_overdue(
        self, county: County, clock: TestClock, login: Login
    ) -> None:
        police = login(county.account(PostKind.LIAISON, "公安局"))
        assert page(county, police, "duties").count("没有记录") == 3
        line(county, "police_5", date(2026, 9, 4), "公安局", "police")
        shown = page(county, police, "duties")
        assert "距上次 12 天" in shown
        line(county, "police_5", date(2026, 9, 16), "公安局", "police")
        shown = page(county, police, "duties")
        assert "今天已办" in shown
        assert "距上次" not in shown.replace("只显示距上次的天数", "")
        clock.at("2027-09-16T12:00:00")
        police = login(county.account(PostKind.LIAISON, "公安局"))
        assert "距上次 365 天" in page(county, police, "duties")

    def test_the_office_reads_and_does_not_enter_for_the_unit(
        self, county: County, office: FlaskClient
    ) -> None:
        shown = page(county, office, "duties" + unit_arg(county, "宣传部"))
        assert "督导各成员单位当月的公开宣教活动" in shown
        assert ">登记一行<" not in shown
        assert 'name="note"' not in page(county, office, SUPERVISION + unit_arg(county, "宣传部"))
        answer = post(
            office,
            county.url(SUPERVISION + unit_arg(county, "宣传部")),
            "/account",
            done_on="2026-09-01",
            note="x",
        )
        assert answer.status_code == 403

    def test_other_campaigns_of_the_unit_show_their_own_rooms(
        self, county: County, make: Factory, login: Login
    ) -> None:
        """One page over all campaigns; who has no post in the other body sees the duties there, not how they stand."""
        county.enter()
        body = make.mechanism(county.tenant, "anticounterfeit", {"police": county.units["公安局"]})
        police, office = county.account(PostKind.LIAISON, "公安局"), county.account(PostKind.OFFICE_STAFF)
        line_there = f"/{county.tenant.code}/anticounterfeit/duties/lines/police_5"
        assert line_there not in page(county, login(police), "duties?all=1")
        make.post(county.tenant, _account(make, police), PostKind.LIAISON, body, county.units["公安局"])
        assert line_there in page(county, login(police), "duties?all=1")
        seen = page(county, login(office), "duties" + unit_arg(county, "公安局") + "&all=1")
        assert "适时开展打击假币犯罪的专项行动" in seen
        assert line_there not in seen


# -------------------------------------------------------------------------------------------------- a line
class TestLine:
    def test_one_line_is_written_read_and_withdrawn(self, county: County, publicity: FlaskClient) -> None:
        url = county.url(SUPERVISION + unit_arg(county, "宣传部"))
        answer = post(publicity, url, url, done_on="2026年9月3日", note="查看三家单位")
        assert (answer.status_code, answer.location) == (303, url)
        assert "查看三家单位" in page(county, publicity, SUPERVISION + unit_arg(county, "宣传部"))
        assert "已办" in page(county, publicity, "duties")
        county.enter()
        (found,) = county.session.scalars(sa.select(DutyRecord)).all()
        assert found.done_on == date(2026, 9, 3)
        gone = county.url(f"duties/lines/{found.id}/withdraw")
        assert post(publicity, gone, url).status_code == 303
        assert post(publicity, gone, url).status_code == 409
        shown = page(county, publicity, SUPERVISION + unit_arg(county, "宣传部"))
        assert "<s>查看三家单位</s>" in shown
        assert "已撤销" in shown

    @pytest.mark.parametrize(
        ("day", "note", "said"),
        [("2026-09-17", "督导", "不能晚于今天"), ("昨天", "督导", "请填日期"), ("", "督导", "请填写办理日期"),
         ("2026-09-01", "", "请写一句办了什么"), ("2026-09-01", "字" * 501, "最多 500 字")],
    )  # fmt: skip
    def test_a_wrong_cell_says_so_and_keeps_what_was_typed(
        self, county: County, publicity: FlaskClient, day: str, note: str, said: str
    ) -> None:
        url = county.url(SUPERVISION + unit_arg(county, "宣传部"))
        answer = post(publicity, url, url, done_on=day, note=note)
        shown = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert said in shown
        assert not note or note in shown
        assert county.session.scalars(sa.select(DutyRecord)).all() == []

    def test_others_find_nothing(self, county: County, school: FlaskClient, publicity: FlaskClient) -> None:
        theirs = SUPERVISION + unit_arg(county, "宣传部")
        assert school.get(county.url(theirs)).status_code == 404
        assert post(school, county.url(theirs), "/account", done_on="2026-09-01", note="x").status_code == 404
        assert publicity.get(county.url(SUPERVISION)).status_code == 404, "the office's side"
        for odd in ("?unit=1", "?unit=x", f"?unit={2**70}"):
            assert publicity.get(county.url(SUPERVISION + odd)).status_code == 404
        written = line(county, "publicity_dept_3", date(2026, 9, 1))
        gone = county.url(f"duties/lines/{written.id}/withdraw")
        assert post(school, gone, "/account").status_code == 404


# ------------------------------------------------------------------------------------------------- to do
class TestHome:
    @pytest.mark.parametrize(
        ("at", "light"),
        [("2026-09-20T23:59:59", ""), ("2026-09-21T00:00:00", "临期 9 天"), ("2026-09-30T23:59:59", "今日到期"),
         ("2026-10-01T00:00:00", "今日逾期"), ("2026-10-08T09:00:00", "逾期 7 天")],
    )  # fmt: skip
    def test_it_appears_ten_days_before_the_end(
        self, county: County, clock: TestClock, at: str, light: str
    ) -> None:
        rally(county, units=(), host="教科局", held_on=date(2026, 8, 9))
        clock.at(at)
        shown = todo(county.make.login(county.account(PostKind.LIAISON, "教科局")))
        assert ("每月至少一场公开反诈宣教活动 2026年9月" in shown) is bool(light)
        assert light in shown
        assert not light or f'href="{county.url("activities/new")}"' in shown

    def test_a_missed_month_leaves_after_another(self, county: County, clock: TestClock) -> None:
        """Nothing can be done about it any more; the matrix keeps it."""
        label = "宣教活动 2026年8月"
        for at, shows in (("2026-10-01T09:00:00", True), ("2026-10-02T09:00:00", False)):
            clock.at(at)
            shown = todo(county.make.login(county.account(PostKind.LIAISON, "教科局")))
            assert (label in shown) is shows, at

    def test_what_is_met_is_counted_and_not_listed(self, county: County, clock: TestClock) -> None:
        clock.at("2026-09-25T10:00:00")
        client = county.make.login(county.account(PostKind.LIAISON, "教科局"))
        assert "已办 0 / 应办 1" in todo(client)
        rally(county)
        shown = todo(client)
        assert "已办 1 / 应办 1" in shown
        assert "宣教活动 2026年9月" not in shown

    def test_the_liaison_meeting_is_hinted_at_in_december_to_the_office_alone(
        self, make: Factory, clock: TestClock, login: Login
    ) -> None:
        """F5.7: once, and no warning that a conference is overdue."""
        county = found_county(make, {"公安局": "police"}, key="anticounterfeit")
        office, unit = county.account(PostKind.OFFICE_STAFF), county.account(PostKind.LIAISON, "公安局")
        seen = {}
        for at in (
            "2026-11-30T23:59:59",
            "2026-12-01T00:00:00",
            "2026-12-31T23:59:59",
            "2027-01-01T00:00:00",
        ):
            clock.at(at)
            shown = todo(login(office))
            seen[at] = shown.count("召开联络员会议")
            assert "light late" not in shown
            assert "召开联络员会议" not in todo(login(unit))
        assert list(seen.values()) == [0, 1, 1, 0]
        clock.at("2026-12-10T09:00:00")
        assert "提示" in todo(login(office))
        held(county, MeetingType.PLENARY, date(2026, 5, 5))
        assert "召开联络员会议" in todo(login(office))
        held(county, MeetingType.LIAISON, date(2026, 5, 6))
        assert "召开联络员会议" not in todo(login(office))

    def test_forms_are_listed_once(self, make: Factory, clock: TestClock, login: Login) -> None:
        clock.at("2025-09-25T10:00:00")
        county = found_county(make, {"公安": "police"})
        county.open()
        shown = todo(login(county.account(PostKind.LIAISON, "公安")))
        assert shown.count(">填报<") == 1
        assert "报送季度进展和统计表" not in shown

    def test_one_list_in_order_of_due_instant(self, county: County, clock: TestClock) -> None:
        """The missed month, the form due on the last working day, the running month: one list."""
        county.since = date(2026, 10, 1)
        clock.at("2026-10-25T10:00:00")
        county.open()
        shown = todo(county.make.login(county.account(PostKind.LIAISON, "教科局")))
        dues = re.findall(r'<td class="nowrap">(\d+月\d+日)', shown)
        assert dues == ["9月30日", "10月30日", "10月31日"], "August is not mended any more"
        assert "还有 6 天" in shown
