"""The room as people use it: enter on one page, see it in every unit's list, take it back, count the months."""

from __future__ import annotations

import dataclasses
import html
import re
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.activities.coverage import percent
from portal.activities.models import Activity, ActivityUnit
from portal.campaigns.problems import problems
from portal.core.audit import AuditEvent
from portal.core.posts import PostKind
from portal.tenants.policies import set_policy
from tests.activities.test_services import JOINT, counts, rally, rows
from tests.home.test_todo import statements
from tests.ledger.cast import fields_of
from tests.reporting.county import OFFICE, County, found_county

Login = Callable[[str], FlaskClient]


def text(response: TestResponse) -> str:
    return html.unescape(response.get_data(as_text=True))


@pytest.fixture
def police(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, "公安局"))


@pytest.fixture
def school(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, "教科局"))


@pytest.fixture
def office(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.OFFICE_STAFF))


def enter(
    county: County, client: FlaskClient, units: Any = JOINT, posted: Any = (), **more: Any
) -> TestResponse:
    """``posted``: further ids among the ticks, as typed."""
    url = county.url("activities/new")
    given = fields_of(client.get(url)) | {"kind": "rally", "title": "广场集中宣传"}
    county.enter()
    data: dict[str, Any] = given | {"units": [*(str(county.units[u].id) for u in units), *posted]}
    return client.post(url, data=data | more)


def page(county: County, client: FlaskClient, path: str) -> str:
    response = client.get(county.url(path))
    assert response.status_code == 200, response.status
    return text(response)


class TestEntering:
    def test_three_cells_are_enough(self, county: County, police: FlaskClient) -> None:
        """Day and kind are there already: a name and the ticks, and it is credited to four units."""
        answer = enter(county, police)
        assert answer.status_code == 303
        shown = text(police.get(answer.location))
        assert "广场集中宣传" in shown
        assert "教科局" in shown
        assert counts(county) == {}  # it is of the sixteenth, after the day the helper asks for
        (found,) = rows(county, Activity)
        assert (found.held_on, found.kind, found.campaigns) == (date(2026, 9, 16), "rally", [county.key])
        assert len(rows(county, ActivityUnit)) == 4

    @pytest.mark.parametrize(
        ("field", "typed", "told"),
        [
            ("title", "", "请填写活动名称"),
            ("title", "好\u202e", "看不见的控制字符"),
            ("title", "字" * 121, "最多 120 字"),
            ("held_on", "2026-09-17", "晚于今天"),
            ("held_on", "2025-08-15", "只能登记 2025-08-16 以后的活动"),
            ("held_on", "昨天", "请填日期"),
            ("held_on", "", "请填写活动日期"),
            ("kind", "party", "请选择活动形式"),
            ("audience", "moon", "请从列表中选择"),
            ("reach", "三百", "不能用中文数字"),
            ("reach", "-1", "不能填负数"),
            ("reach", "1000001", "0 至 1,000,000"),
            ("materials", "1e9", "科学计数法"),
            ("note", "字" * 501, "最多 500 字"),
            ("posted", "1", "没有保存"),
            ("posted", "x", "没有保存"),
            ("campaigns", "anticounterfeit", ""),
            ("request_key", "", "页面已失效"),
        ],
    )
    def test_a_wrong_cell_says_so_and_keeps_what_was_typed(
        self, county: County, police: FlaskClient, field: str, typed: str, told: str
    ) -> None:
        answer = enter(county, police, **{"place": "广场东侧", field: typed})
        if not told:  # the only campaign of the unit: what was posted is not read
            assert answer.status_code == 303
            assert rows(county, Activity)[0].campaigns == [county.key]
            return
        assert answer.status_code == 422
        shown = text(answer)
        assert told in shown
        assert "广场东侧" in shown
        assert rows(county, Activity) == rows(county, ActivityUnit) == []

    def test_full_width_and_separators_are_read(self, county: County, police: FlaskClient) -> None:
        assert enter(county, police, reach="１，２００", materials="3,000").status_code == 303
        (found,) = rows(county, Activity)
        assert (found.reach, found.materials) == (1200, 3000)

    def test_two_clicks_are_one_activity(self, county: County, police: FlaskClient) -> None:
        url = county.url("activities/new")
        given = fields_of(police.get(url)) | {"kind": "visit", "title": "进村"}
        first, second = (police.post(url, data=given) for _n in range(2))
        assert first.location == second.location
        assert len(rows(county, Activity)) == 1

    def test_the_office_enters_for_any_member(self, county: County, office: FlaskClient) -> None:
        county.enter()
        unit = county.units["司法局"].id
        assert enter(county, office, (), unit=str(unit)).status_code == 303
        assert [a.unit_id for a in rows(county, Activity)] == [unit]
        assert enter(county, office, (), unit="7").status_code == 422

    def test_a_head_only_reads(self, county: County, login: Login) -> None:
        convenor = login(county.account(PostKind.CONVENOR))
        rally(county)
        assert "反诈进校园" in page(county, convenor, "activities")
        assert convenor.get(county.url("activities/new")).status_code == 403
        assert login(county.account(PostKind.OBSERVER)).get(county.url("activities")).status_code == 403

    def test_a_foreign_unit_in_the_ticks_refuses_the_whole(
        self, county: County, police: FlaskClient, make: Any
    ) -> None:
        """A04."""
        other = found_county(make, {"公安局": "police"}, key=county.key)
        other.enter()
        foreign = str(other.units["公安局"].id)
        county.enter()
        own = str(county.units["教科局"].id)
        answer = enter(county, police, units=(), posted=[own, foreign])
        assert answer.status_code == 422
        assert rows(county, Activity) == rows(county, ActivityUnit) == []


class TestChanging:
    def edit(self, county: County, client: FlaskClient, found: int, **more: Any) -> TestResponse:
        url = county.url(f"activities/{found}/edit")
        shown = client.get(url)
        ticked = re.findall(r'name="units" value="(\d+)" checked', text(shown))
        return client.post(url, data=fields_of(shown) | {"kind": "rally", "units": ticked} | more)

    def test_the_organiser_and_the_office_change_others_do_not(
        self, county: County, police: FlaskClient, school: FlaskClient, office: FlaskClient
    ) -> None:
        found = rally(county).id
        assert self.edit(county, police, found, title="改一").status_code == 303
        assert self.edit(county, office, found, title="改二").status_code == 303
        assert school.get(county.url(f"activities/{found}/edit")).status_code == 403
        assert [a.title for a in rows(county, Activity)] == ["改二"]
        assert set(counts(county)) == {"公安局", *JOINT}

    def test_a_second_editor_is_told_and_keeps_the_typing(
        self, county: County, police: FlaskClient, office: FlaskClient
    ) -> None:
        found = rally(county).id
        url = county.url(f"activities/{found}/edit")
        mine = fields_of(police.get(url)) | {"kind": "rally", "title": "我的标题"}
        assert self.edit(county, office, found, title="别人的标题").status_code == 303
        answer = police.post(url, data=mine)
        assert answer.status_code == 409
        assert "我的标题" in text(answer)
        again = fields_of(answer) | {"kind": "rally"}
        assert police.post(url, data=again).status_code == 303
        assert [a.title for a in rows(county, Activity)] == ["我的标题"]

    def test_the_page_says_that_filed_forms_stay(self, county: County, police: FlaskClient) -> None:
        found = rally(county).id
        assert "已经报送的报表不会自动更改" in page(county, police, f"activities/{found}/edit")

    def test_withdrawing_asks_why_and_stops_counting(self, county: County, police: FlaskClient) -> None:
        found = rally(county)
        url, data = county.url(f"activities/{found.id}/withdraw"), {"version": str(found.version)}
        token = {"csrf_token": fields_of(police.get(county.url("activities/new")))["csrf_token"]}
        refused = police.post(url, data=token | data)
        assert refused.status_code == 422
        assert "请填写理由" in text(refused)
        assert police.post(url, data=token | data | {"version": "9", "reason": "重复"}).status_code == 409
        assert counts(county)
        assert police.post(url, data=token | data | {"reason": "登记重复"}).status_code == 303
        assert counts(county) == {}
        assert "反诈进校园" not in page(county, police, "activities")
        assert "登记重复" in page(county, police, f"activities/{found.id}")
        assert "反诈进校园" in page(county, police, "activities?withdrawn=1")
        assert police.post(url, data=token | data | {"reason": "再撤销"}).status_code == 409

    def test_a_unit_that_was_not_there_gives_its_credit_back(
        self, county: County, police: FlaskClient, school: FlaskClient
    ) -> None:
        found = rally(county).id
        assert "参加" in page(county, school, "activities")
        url = county.url(f"activities/{found}/decline")
        token = {"csrf_token": fields_of(school.get(county.url("activities/new")))["csrf_token"]}
        assert school.post(url, data=token | {"reason": "\u200b"}).status_code == 422
        assert school.post(url, data=token | {"reason": "当日未派人"}).status_code == 303
        assert school.get(county.url(f"activities/{found}")).status_code == 404
        assert set(counts(county)) == {"公安局", "农业银行", "移动公司"}
        assert "当日未派人" in text(police.get("/inbox"))
        own = {
            "csrf_token": fields_of(police.get(county.url("activities/new")))["csrf_token"],
            "reason": "不算",
        }
        assert police.post(url, data=own).status_code == 403


class TestLists:
    def test_a_unit_sees_its_own_and_the_office_all(
        self, county: County, school: FlaskClient, office: FlaskClient, login: Login
    ) -> None:
        joint, alone = rally(county), rally(county, (), title="单独办的", request_key="b")
        seen = {who: page(county, c, "activities") for who, c in (("school", school), ("office", office))}
        assert "反诈进校园" in seen["school"]
        assert "单独办的" not in seen["school"]
        assert "单独办的" in seen["office"]
        assert school.get(county.url(f"activities/{joint.id}")).status_code == 200
        assert school.get(county.url(f"activities/{alone.id}")).status_code == 404
        justice = login(county.account(PostKind.LIAISON, "司法局"))
        assert "反诈进校园" not in page(county, justice, "activities")
        assert "本月还没有活动" in page(county, justice, "activities")
        assert "本月已开展 1 场" in seen["school"]

    def test_filters_find_what_they_say(
        self, county: County, office: FlaskClient, school: FlaskClient
    ) -> None:
        rally(county)
        rally(
            county,
            (),
            host="教科局",
            title="八月讲座",
            kind="lecture",
            held_on=date(2026, 8, 3),
            request_key="b",
        )
        county.enter()
        unit = county.units["农业银行"].id
        found = {
            "month=2026-08": ("八月讲座", "反诈进校园"),
            "kind=rally": ("反诈进校园", "八月讲座"),
            f"unit={unit}": ("反诈进校园", "八月讲座"),
        }
        for query, (seen, hidden) in found.items():
            shown = page(county, office, f"activities?{query}").split("<tbody>")[1]
            assert seen in shown, query
            assert hidden not in shown, query
        for query, seen in {"role=host": "八月讲座", "role=joined": "反诈进校园"}.items():
            shown = page(county, school, f"activities?{query}").split("<tbody>")[1]
            assert seen in shown
            assert shown.count('class="nowrap"') == 1
        for query in ("month=2099-01", "month=x", "unit=x", "kind=x", "page=0", "role=x", f"unit={'9' * 40}"):
            assert office.get(county.url(f"activities?{query}")).status_code == 200

    def test_statements_stay_the_same_however_many_activities(
        self, county: County, office: FlaskClient
    ) -> None:
        used = []
        for n in range(2):
            for m in range(1 + 4 * n):
                rally(county, request_key=f"{n}-{m}", title=f"第{n}{m}场")
            found = []
            for path in ("activities", "activities/coverage"):
                office.get(county.url(path))
                with statements(county.make.app) as sent:
                    assert office.get(county.url(path)).status_code == 200
                found.append(len(sent))
            used.append(found)
        assert used[0] == used[1]
        assert max(used[0]) <= 8, used

    def test_the_spreadsheet_holds_what_the_page_lists(self, county: County, office: FlaskClient) -> None:
        """Formulas stay text (A51), and taking it away leaves a trace."""
        rally(county, title="=cmd|' /C calc'!A0", place="@SUM(1)")
        rally(county, (), title="八月的", held_on=date(2026, 8, 3), request_key="b")
        answer = office.get(county.url("activities.xlsx?month=2026-09"))
        assert answer.status_code == 200
        sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
        assert sheet is not None
        cells = [[c.value for c in row] for row in sheet.iter_rows(min_row=4)]
        assert cells[0][1] == "=cmd|' /C calc'!A0"
        assert sheet.cell(4, 2).data_type == "s"
        assert sheet.cell(4, 5).data_type == "s"
        assert str(cells[0][6]).count("、") == 2
        assert not any("八月的" in str(cell) for row in cells for cell in row)
        with zipfile.ZipFile(BytesIO(answer.data)) as archive:
            assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()
        event = [e for e in rows(county, AuditEvent) if e.act == "export"][-1]
        assert (event.subject, event.data) == ("activities", {"month": "2026-09"})

    def test_a_units_spreadsheet_holds_its_own_with_all_who_took_part(
        self, county: County, school: FlaskClient
    ) -> None:
        rally(county)
        rally(county, (), title="单独办的", request_key="b")
        sheet = openpyxl.load_workbook(
            BytesIO(school.get(county.url("activities.xlsx?role=joined")).data)
        ).active
        assert sheet is not None
        named = [row for row in sheet.iter_rows(min_row=4, values_only=True) if row[1]]
        assert [row[1] for row in named] == ["反诈进校园"]
        assert str(named[0][6]).count("、") == 2

    def test_names_are_text_on_every_page(self, county: County, police: FlaskClient) -> None:
        """A48."""
        name = '"><script>alert(1)</script>{{7*7}}'
        found = rally(county, title=name, place=name, note=name).id
        for path in ("activities", f"activities/{found}", f"activities/{found}/edit"):
            raw = police.get(county.url(path)).get_data(as_text=True)
            assert "<script>alert" not in raw
            assert "&lt;script&gt;alert(1)" in raw
            assert "{{7*7}}" in raw

    def test_the_ledgers_lead_here_and_stay_lit(self, county: County, police: FlaskClient) -> None:
        assert county.url("activities") in page(county, police, "ledger")
        shown = page(county, police, "activities")
        assert f'<a href="{county.url("ledger")}" class="on" aria-current="page">' in shown


class TestCoverage:
    def test_the_month_that_is_over_names_who_is_missing(self, county: County, office: FlaskClient) -> None:
        everybody = tuple(u for u in county.units if u not in ("公安局", "司法局"))
        rally(county, everybody, held_on=date(2026, 8, 20))
        shown = page(county, office, "activities/coverage?month=2026-08")
        assert "7 个成员单位中 6 个已开展，85.71%" in shown
        missing = shown.split("缺：")[1].split("</p>")[0]
        assert missing.startswith("司法局")
        assert "、" not in missing

    def test_the_month_still_running_accuses_nobody(self, county: County, office: FlaskClient) -> None:
        rally(county)
        shown = page(county, office, "activities/coverage")
        assert "7 个成员单位中 4 个已开展，57.14%" in shown
        assert "尚未开展：" in shown
        assert "缺：" not in shown

    def test_a_unit_sees_itself_alone(self, county: County, school: FlaskClient) -> None:
        rally(county)
        shown = page(county, school, "activities/coverage").split("<main")[1]
        assert "教科局" in shown
        assert "司法局" not in shown
        assert "个成员单位中" not in shown
        book = openpyxl.load_workbook(BytesIO(school.get(county.url("activities/coverage.xlsx")).data)).active
        assert book is not None
        assert not any("司法局" in str(c.value) for row in book.iter_rows() for c in row)

    def test_whoever_joined_later_was_not_asked_before(self, county: County, office: FlaskClient) -> None:
        from portal.units.models import Membership

        with county.inside() as session:
            for membership in session.query(Membership).filter_by(member="justice"):
                membership.since = date(2026, 9, 1)
        rally(county, (), held_on=date(2026, 8, 20))
        assert "6 个成员单位中 1 个已开展" in page(county, office, "activities/coverage?month=2026-08")
        assert "7 个成员单位中" in page(county, office, "activities/coverage?month=2026-09")

    def test_where_no_text_asks_for_it_there_is_no_such_page(
        self, make: Any, login: Login, clock: Any
    ) -> None:
        county = found_county(make, {"公安局": "police"}, key="anticounterfeit")
        client = login(county.account(PostKind.OFFICE_STAFF))
        assert client.get(county.url("activities/coverage")).status_code == 404
        assert "场次覆盖" not in text(client.get(county.url("activities")))
        assert client.get(county.url("activities")).status_code == 200

    def test_where_only_the_organiser_counts_the_pages_say_so(
        self, county: County, office: FlaskClient
    ) -> None:
        found = rally(county).id
        with county.inside() as session:
            set_policy(
                session, OFFICE, county.now, campaign=county.campaign, key="joint_activity", value="host", reason="按主办计"
            )  # fmt: skip
        shown = page(county, office, "activities/coverage")
        assert "7 个成员单位中 1 个已开展" in shown
        assert "只计主办单位" in shown
        assert "只计主办单位" in page(county, office, f"activities/{found}")

    def test_an_obligation_names_records_that_exist(self, county: County) -> None:
        duty = dataclasses.replace(county.campaign.obligations[0], pool="nowhere")
        told = problems(dataclasses.replace(county.campaign, obligations=(duty,), basis=()))
        assert ["nowhere" in str(m) for m in told] == [True]

    @pytest.mark.parametrize(
        ("done", "expected", "shown"),
        [(25, 26, "96.15"), (26, 26, "100.00"), (27, 26, "100.00"), (99_999, 100_000, "99.99"), (0, 26, "0.00"), (0, 0, "")],
    )  # fmt: skip
    def test_the_percentage_never_flatters(self, done: int, expected: int, shown: str) -> None:
        assert percent(done, expected) == shown
