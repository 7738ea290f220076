"""五进 places, hours of a training, files of an activity, the publicity month."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.activities.models import Activity, ActivityVisit, Place
from portal.core.posts import PostKind
from tests.activities.test_pages import enter, page, text
from tests.activities.test_services import rows
from tests.factories import Factory, csrf
from tests.home.test_todo import statements
from tests.reporting.county import County, found_county

Login = Callable[[str], FlaskClient]
LINES = "冠山镇 西关村\n冠山镇 西关村\n娘子关镇 磨河滩村\n东回村"


@pytest.fixture
def police(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, "公安局"))


@pytest.fixture
def school(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, "教科局"))


@pytest.fixture
def bank(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, "工商银行"))


@pytest.fixture
def office(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.OFFICE_STAFF))


def send(county: County, client: FlaskClient, target: str, data: dict[str, Any]) -> TestResponse:
    """With the token of a page that everybody may open."""
    return client.post(target, data={"csrf_token": csrf(client, county.url("activities/new"))} | data)


def keep(county: County, office: FlaskClient, kind: str = "rural", lines: str = LINES) -> None:
    answer = send(county, office, county.url("activities/places"), {"kind": kind, "lines": lines})
    assert answer.status_code == 303, text(answer)
    county.enter()


def test_a_list_is_pasted_once_and_a_visit_shows_where_nobody_was(
    county: County, office: FlaskClient, police: FlaskClient, school: FlaskClient, bank: FlaskClient
) -> None:
    keep(county, office)
    keep(county, office)
    known = {p.name: p for p in rows(county, Place)}
    assert {(p.area, p.name) for p in known.values()} == {
        ("冠山镇", "西关村"), ("娘子关镇", "磨河滩村"), ("", "东回村"),
    }  # fmt: skip
    answer = enter(county, police, units=("教科局",), place_id=str(known["西关村"].id))
    assert answer.status_code == 303
    (found,) = rows(county, Activity)
    assert found.audience == "rural"
    assert "西关村" in text(police.get(answer.location))
    for reader, times in (
        (office, 1),
        (police, 1),
        (school, 1),
        (bank, 0),
    ):  # who did not take part sees no visit
        assert page(county, reader, "activities/places").count("到过 1 次") == times
    book = openpyxl.load_workbook(BytesIO(office.get(county.url("activities/places.xlsx")).data))
    cells = [tuple(c.value for c in row) for row in book.worksheets[0].iter_rows()]
    assert any(r[2] == "西关村" and r[3] == 1 for r in cells)
    assert any(r[2] == "东回村" and r[3] == 0 for r in cells)


def test_moving_it_elsewhere_is_a_change_and_a_closed_place_keeps_what_was_held_there(
    county: County, office: FlaskClient, police: FlaskClient
) -> None:
    keep(county, office)
    known = {p.name: p.id for p in rows(county, Place)}
    location = enter(county, police, units=(), place_id=str(known["西关村"])).location
    closed = send(county, office, county.url("activities/places/close"), {"place": known["西关村"]})
    assert closed.status_code == 303
    assert "已停用" in page(county, office, "activities/places")
    form = text(police.get(f"{location}/edit"))
    assert "西关村" in form  # it stands there already, so it may stay
    assert "西关村" not in page(county, police, "activities/new")
    county.enter()
    (found,) = rows(county, Activity)
    given = {"title": found.title, "held_on": found.held_on.isoformat(), "kind": "rally", "version": found.version,
             "place_id": known["东回村"]}  # fmt: skip
    assert send(county, police, f"{location}/edit", given).status_code == 303
    county.enter()
    assert [v.place_id for v in rows(county, ActivityVisit)] == [known["东回村"]]


@pytest.mark.parametrize(
    ("kind", "lines", "told"),
    [
        ("rural", "", "请填写场所"),
        ("moon", "甲村", "请选择场所类别"),
        ("rural", "镇 " + "村" * 81, "第 1 行过长"),
        ("rural", "\n".join(f"镇 村{n}" for n in range(501)), "一次最多 500 处"),
        ("rural", "镇 甲\u202e村", "看不见的控制字符"),
    ],
)
def test_nonsense_is_refused_and_kept(
    county: County, office: FlaskClient, kind: str, lines: str, told: str
) -> None:
    answer = send(county, office, county.url("activities/places"), {"kind": kind, "lines": lines})
    assert answer.status_code == 422
    assert told in text(answer)
    assert rows(county, Place) == []


def test_units_keep_no_list_and_nobody_names_a_place_of_another_county(
    county: County, office: FlaskClient, police: FlaskClient
) -> None:
    assert (
        send(county, police, county.url("activities/places"), {"kind": "rural", "lines": "甲村"}).status_code
        == 403
    )
    keep(county, office)
    (first, *_others) = rows(county, Place)
    assert enter(county, police, units=(), place_id=str(first.id + 1)).status_code == 422
    assert (
        send(county, office, county.url("activities/places/close"), {"place": first.id + 1}).status_code
        == 404
    )


def test_a_training_keeps_its_hours(county: County, police: FlaskClient) -> None:
    wrong = enter(county, police, kind="lecture", hours="401")
    assert wrong.status_code == 422
    assert "0 至 400" in text(wrong)
    shown = text(police.get(enter(county, police, kind="lecture", hours="6").location))
    assert "学时" in shown
    assert rows(county, Activity)[0].hours == 6


def test_files_are_for_those_who_took_part(
    county: County, police: FlaskClient, school: FlaskClient, bank: FlaskClient, office: FlaskClient
) -> None:
    location = enter(county, police, units=("教科局",)).location
    nothing = send(county, police, f"{location}/files", {})
    assert nothing.status_code == 422
    script = {"files": (BytesIO(b"<html><script>1</script></html>"), "a.html")}
    assert send(county, police, f"{location}/files", script).status_code == 422
    sent = send(county, police, f"{location}/files", {"files": (BytesIO("名单表".encode()), "名单.txt")})
    assert sent.status_code == 303
    shown = text(police.get(location))
    address = shown.partition("/files/")[2].partition('"')[0]
    url = county.url(f"files/{address}")
    assert [c.get(url).status_code for c in (police, school, office, bank)] == [200, 200, 200, 404]
    assert send(county, school, f"{location}/files", {"files": (BytesIO(b"x"), "a.txt")}).status_code == 403
    number = shown.partition('name="file" value="')[2].partition('"')[0]
    assert send(county, police, f"{location}/files/drop", {"file": number}).status_code == 303
    assert police.get(url).status_code == 404


def test_nobody_is_late_in_a_publicity_month(county: County, make: Factory, login: Login) -> None:
    """D4 五（十） names no month: the chosen one shows who took part, and what is missing is not overdue."""
    other = found_county(make, {"公安局": "police", "教育局": "education"}, key="illegal_fundraising")
    reader = login(other.account(PostKind.OFFICE_STAFF))
    shown = text(reader.get(other.url("activities/coverage?month=2026-08")))
    assert "宣传月" in shown
    assert "没有登记" in shown
    assert "缺" not in shown.partition("<main")[2]


def test_the_list_of_places_takes_as_many_statements_however_many_there_are(
    county: County, office: FlaskClient, police: FlaskClient
) -> None:
    def asked() -> int:
        with statements(county.make.app) as found:
            page(county, office, "activities/places")
        return len(found)

    keep(county, office)
    few = asked()
    keep(county, office, lines="\n".join(f"某镇 村{n}" for n in range(40)))
    ids = [p.id for p in rows(county, Place)]
    for n in range(3):
        assert (
            enter(county, police, title=f"活动{n}", request_key=f"k{n}", place_id=str(ids[n])).status_code
            == 303
        )
        county.enter()
    assert asked() == few
