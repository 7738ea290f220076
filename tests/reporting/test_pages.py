"""The pages: what was typed stays, two people do not overwrite each other, old editions keep their labels."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.campaigns import Field, FieldKind, Section, _
from portal.core.posts import PostKind
from portal.notices.models import Notice
from portal.reporting.models import State
from tests.conftest import TestClock
from tests.factories import csrf
from tests.reporting.county import F6, County
from tests.reporting.paper import send
from tests.reporting.test_filling import PLAIN, give_back

TOWN = "甲镇"


def page(response: TestResponse) -> str:
    return html.unescape(response.get_data(as_text=True))


@pytest.fixture
def liaison(county: County, login: Callable[[str], FlaskClient]) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, TOWN))


@pytest.fixture
def office(county: County, login: Callable[[str], FlaskClient]) -> FlaskClient:
    return login(county.account(PostKind.OFFICE_STAFF))


def address(county: County, unit: str = TOWN) -> str:
    return county.url(f"reports/{county.sheet(unit).id}")


def value_of(text: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', text)
    assert found, f"no input {name}"
    return found[1]


# ------------------------------------------------------------------------------------------------- liaison
def test_fill_and_file(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    assert county.units[TOWN].full_name in page(liaison.get(url))
    answer = send(liaison, url, action="file", leads="１２", leads_grid="12")
    assert (answer.status_code, answer.location) == (303, url)
    shown = page(liaison.get(url))
    assert "已提交。" in shown
    assert 'name="leads"' not in shown, "a filed form is shown for reading"
    assert county.sheet(TOWN).values["leads"] == 12
    assert page(liaison.get(county.url("reports"))).count("已报") >= 1


def test_one_click_files_a_zero_report(county: County, liaison: FlaskClient) -> None:
    assert send(liaison, address(county), action="zero").status_code == 303
    assert "本期为零报告" in page(liaison.get(address(county)))
    assert county.report().zero == 1


def test_a_draft_may_have_gaps_but_nothing_unreadable(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    assert send(liaison, url, action="save", meetings="2").status_code == 303
    assert county.sheet(TOWN).state == State.DRAFT
    assert value_of(page(liaison.get(url)), "meetings") == "2"
    refused = send(liaison, url, action="save", meetings="三")
    assert refused.status_code == 422
    assert value_of(page(refused), "meetings") == "三"
    assert county.sheet(TOWN).values["meetings"] == 2


@pytest.mark.parametrize(
    "typed",
    [
        "-1",
        "1.5",
        "1e3",
        "三",
        "=1+1",
        "<b>7</b>",
        "9" * 39,
        "1\x00",
        "1\u202e",
        "NaN",
        "9223372036854775808",
    ],
)
def test_bad_cells_are_refused_at_their_place_and_kept(
    county: County, liaison: FlaskClient, typed: str
) -> None:
    answer = send(
        liaison, address(county), action="file", leads="3", leads_grid="3", meetings=typed, plans="4"
    )
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="f-meetings-problem"' in shown
    assert html.unescape(value_of(shown, "meetings")).replace("\x00", "") == typed.replace("\x00", "")
    assert value_of(shown, "plans") == "4"
    assert "有 1 处需要改正" in shown
    assert county.sheet(TOWN).state == State.EXPECTED


def test_a_missing_required_figure_is_named(county: County, liaison: FlaskClient) -> None:
    shown = page(send(liaison, address(county), action="file", meetings="1", leads=""))
    assert "请填写“" in shown
    assert 'id="f-leads-problem"' in shown


def test_checks_are_answered_at_their_cells_and_explained(county: County, liaison: FlaskClient) -> None:
    stock = {"leads": "3", "leads_grid": "3", "opening_cases": "7", "added_cases": "18", "resolved_cases": "11",
             "closing_cases": "13"}  # fmt: skip
    refused = send(liaison, address(county), action="file", **stock)
    shown = page(refused)
    assert refused.status_code == 422
    assert "差 1" in shown
    assert 'name="explain-stock_balances"' in shown
    assert value_of(shown, "closing_cases") == "13"
    answer = send(liaison, address(county), action="file", **stock, **{"explain-stock_balances": "并案 1 件"})
    assert answer.status_code == 303
    assert "并案 1 件" in page(liaison.get(address(county)))


@pytest.mark.parametrize("name", ["late-reason", "explain-stock_balances"])
def test_control_characters_in_sentences_are_refused(county: County, liaison: FlaskClient, name: str) -> None:
    for bad in ("x\x00y", "x\u202ey", "x" * 301):
        answer = send(liaison, address(county), action="file", **PLAIN, **{name: bad})
        assert answer.status_code == 422, repr(bad[:5])
        assert county.sheet(TOWN).state == State.EXPECTED


def test_late_asks_for_the_reason_keeps_what_was_typed_and_says_how_late(
    county: County, liaison: FlaskClient, clock: TestClock
) -> None:
    clock.at("2025-10-01T00:30:00")
    liaison = county.make.login(county.account(PostKind.LIAISON, TOWN))
    refused = send(liaison, address(county), action="file", leads="3", leads_grid="3")
    shown = page(refused)
    assert refused.status_code == 422
    assert "请写明迟报原因" in shown
    assert value_of(shown, "leads") == "3"
    done = send(
        liaison, address(county), action="file", leads="3", leads_grid="3", **{"late-reason": "系统问题"}
    )
    assert done.status_code == 303
    assert "迟报 30 分钟" in page(liaison.get(county.url("reports")))
    office = county.make.login(county.account(PostKind.OFFICE_STAFF))
    board = page(office.get(county.url("board?state=late")))
    assert "迟报 30 分钟：系统问题" in board
    assert county.units["乙镇"].full_name not in board


def test_hostile_text_is_shown_as_text(county: County, liaison: FlaskClient) -> None:
    """A48, A49."""
    for hostile in ("<script>alert(1)</script>", "{{7*7}}", "%(n)s", "${7*7}", '"><img src=x>'):
        form = f"{address(county)}?edit=1"
        send(liaison, form, address(county), action="file", leads="3", leads_grid="3", progress=hostile)
        raw = liaison.get(address(county)).get_data(as_text=True)
        assert "<script>alert" not in raw
        assert "<img src=x" not in raw
        assert hostile in html.unescape(raw)


# ------------------------------------------------------------------------------------------ two at one form
def test_the_second_of_two_is_told_and_keeps_what_was_typed(
    county: County, login: Callable[[str], FlaskClient]
) -> None:
    """F10: 409, both texts on the page, nothing lost and nothing overwritten."""
    first, second = (
        login(county.account(kind, TOWN)) for kind in (PostKind.LIAISON, PostKind.LEADER_IN_CHARGE)
    )
    url = address(county)
    opened = second.get(url).get_data(as_text=True)
    version, token = (
        value_of(opened, "version"),
        opened.split('name="csrf_token" value="', 1)[1].split('"', 1)[0],
    )
    assert send(first, url, action="save", meetings="1", plans="8").status_code == 303
    mine = {"action": "save", "meetings": "2", "plans": "8", "progress": "我写的进展", "csrf_token": token}
    answer = second.post(url, data=mine | {"version": version})
    shown = page(answer)
    assert answer.status_code == 409
    assert "已在您打开页面之后保存过这张表" in shown
    assert value_of(shown, "meetings") == "2"
    assert "我写的进展" in shown
    assert "现已保存的是：1" in shown
    assert "现已保存的是：8" not in shown
    assert county.sheet(TOWN).values["meetings"] == 1
    again = second.post(url, data=mine | {"version": value_of(shown, "version")})
    assert again.status_code == 303
    assert county.sheet(TOWN).values["meetings"] == 2


def test_what_was_typed_stays_even_when_the_form_is_closed_by_then(
    county: County, login: Callable[[str], FlaskClient], office: FlaskClient
) -> None:
    first, second = (
        login(county.account(kind, TOWN)) for kind in (PostKind.LIAISON, PostKind.LEADER_IN_CHARGE)
    )
    url = address(county)
    opened = second.get(url).get_data(as_text=True)
    mine = {"action": "file", "leads": "9", "leads_grid": "9", "version": value_of(opened, "version"),
            "csrf_token": opened.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]}  # fmt: skip
    send(first, url, action="file", **PLAIN)
    send(office, url, f"{url}/review", action="accept")
    answer = second.post(url, data=mine)
    assert answer.status_code == 409
    assert value_of(page(answer), "leads") == "9"
    assert county.sheet(TOWN).values["leads"] == 3


def test_a_double_click_files_one_edition(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    opened = liaison.get(url).get_data(as_text=True)
    data = {"action": "zero", "version": value_of(opened, "version"),
            "csrf_token": opened.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]}  # fmt: skip
    assert [liaison.post(url, data=data).status_code for _n in range(3)] == [303, 409, 409]
    assert county.sheet(TOWN).edition == 1


# ------------------------------------------------------------------------------------------- sign and review
def test_with_sign_off_the_leader_signs_or_hands_back(
    county: County, liaison: FlaskClient, login: Callable[[str], FlaskClient]
) -> None:
    with county.inside():
        county.mechanism.sign_off = True
    url, leader = address(county), login(county.account(PostKind.LEADER_IN_CHARGE, TOWN))
    assert "送签" in page(liaison.get(url))
    send(liaison, url, action="file", **PLAIN)
    assert county.sheet(TOWN).state == State.SIGNING
    assert liaison.post(f"{url}/sign", data={"csrf_token": csrf(liaison, "/account")}).status_code == 403
    assert send(leader, url, f"{url}/sign", action="decline", reason=" ").status_code == 422
    assert send(leader, url, f"{url}/sign", action="decline", reason="请核对第 1 栏").status_code == 303
    assert "请核对第 1 栏" in page(liaison.get(url))
    send(liaison, url, action="file", **PLAIN)
    assert send(leader, url, f"{url}/sign", action="sign").status_code == 303
    assert county.sheet(TOWN).state == State.FILED
    assert county.report().filed == 1


def test_the_office_returns_with_a_reason_and_the_unit_sees_it(
    county: County, liaison: FlaskClient, office: FlaskClient
) -> None:
    url = address(county)
    send(liaison, url, action="file", **PLAIN)
    for bad in (" ", "x\x00", "x" * 301):
        refused = send(office, url, f"{url}/review", action="return", reason=bad)
        assert refused.status_code == 422
    assert 'value="' + "x" * 301 in page(refused), "what was typed is kept"
    answer = send(office, url, f"{url}/review", action="return", reason="第 1 栏与台账差 1 件")
    assert answer.status_code == 303
    assert "/board" in answer.location
    shown = page(liaison.get(url))
    assert "第 1 栏与台账差 1 件" in shown
    assert 'name="leads"' in shown
    send(liaison, url, action="file", **PLAIN)
    send(office, url, f"{url}/review", action="accept")
    assert county.sheet(TOWN).state == State.ACCEPTED


def test_the_office_points_at_a_cell_and_the_unit_reads_it_there(
    county: County, liaison: FlaskClient, office: FlaskClient
) -> None:
    url = address(county)
    send(liaison, url, action="file", **PLAIN)
    assert 'name="reason-leads"' in page(office.get(url))
    assert 'name="reason-leads"' not in page(liaison.get(url)), "only who reviews points"
    refused = send(office, url, f"{url}/review", **{"action": "return", "reason-leads": "x" * 301})
    assert (refused.status_code, value_of(page(refused), "reason-leads")) == (422, "x" * 301)
    send(office, url, f"{url}/review", **{"action": "return", "reason-leads": "与台账差 1 件"})
    assert county.sheet(TOWN).reasons == {"leads": "与台账差 1 件"}
    shown = page(liaison.get(url))
    label = next(f.label for f in county.form.fields if f.key == "leads")
    assert f"<li>{label}：与台账差 1 件</li>" in shown
    assert '<p class="hint" id="f-leads-hint">退回原因：与台账差 1 件</p>' in shown
    assert f"{label}：与台账差 1 件" in page(liaison.get("/inbox"))


def test_who_reads_all_but_does_not_review_has_no_buttons(
    county: County, login: Callable[[str], FlaskClient]
) -> None:
    county.file(TOWN, PLAIN)
    convenor = login(county.account(PostKind.CONVENOR))
    shown = page(convenor.get(address(county)))
    assert county.units[TOWN].full_name in shown
    assert "/review" not in shown
    token = csrf(convenor, "/account")
    assert convenor.post(f"{address(county)}/review", data={"csrf_token": token}).status_code == 403


# -------------------------------------------------------------------------------------------------- board
def test_the_board_shows_every_unit_and_reminds_the_missing(county: County, office: FlaskClient) -> None:
    for unit in list(F6)[:3]:
        county.file(unit, PLAIN)
    board = page(office.get(county.url("board")))
    assert all(u.full_name in board for u in county.units.values())
    assert "已报 3 / 10，按时 3，零报告 0" in board
    missing = page(office.get(county.url("board?state=missing")))
    assert county.units["甲镇"].full_name not in missing
    assert county.units["税务"].full_name in missing
    answer = send(office, county.url("board"), county.url(f"board/{county.report().id}/remind"))
    assert answer.status_code == 303
    county.enter()
    told = county.session.scalars(sa.select(Notice.unit_id)).all()
    assert sorted(u for u in told if u) == sorted(county.units[u].id for u in list(F6)[3:])


@pytest.mark.parametrize("asked", ["0", "-1", "x", "1", "9223372036854775808", "9" * 25, "9" * 5000])
def test_any_number_for_a_report_is_answered(county: County, office: FlaskClient, asked: str) -> None:
    assert office.get(county.url(f"board?report={asked}")).status_code in (200, 404)


def test_a_report_of_another_campaign_is_not_found(county: County, office: FlaskClient) -> None:
    """The office of one body does not act on the other body's periods."""
    other = dataclasses.replace(county, key="anticounterfeit", since=county.now.date().replace(day=1))
    other.mechanism = county.make.mechanism(county.tenant, other.key, {"police": county.units["公安"]})
    other.open()
    report_id = other.report("2025-09").id
    token = csrf(office, "/account")
    for path in (f"board?report={report_id}", f"board/{report_id}/submit"):
        assert office.get(county.url(path)).status_code == 404
    for step in ("remind", "submit"):
        answer = office.post(county.url(f"board/{report_id}/{step}"), data={"csrf_token": token})
        assert answer.status_code == 404


def test_the_office_submits_with_named_gaps(county: County, office: FlaskClient) -> None:
    for unit in list(F6)[:9]:
        county.file(unit, PLAIN)
    last = county.units[list(F6)[9]]
    url = county.url(f"board/{county.report().id}/submit")
    shown = page(office.get(url))
    assert "缺报单位 1 / 10" in shown
    assert last.full_name in shown
    assert "27" in shown
    for reason in (" ", "x\x00"):
        refused = send(office, url, **{f"gap-{last.id}": reason, "gap-999": "x", "gap-x": "y"})
        assert refused.status_code == 422
        assert last.full_name in page(refused)
    answer = send(office, url, **{f"gap-{last.id}": "联络员空缺"})
    assert answer.status_code == 303
    assert county.report().gaps[0]["reason"] == "联络员空缺"
    assert "汇总上报" not in page(office.get(county.url("board"))).split("<main", 1)[1].split("办理过程")[0]


# ---------------------------------------------------------------------------------------------- old editions
@pytest.fixture
def changed_form(app: Flask, county: County) -> Iterator[Callable[[], None]]:
    """Gives the plugin's form a second version: another label, one field less, one more."""
    plugin = app.extensions["portal"].registry.plugins[county.key]
    before = plugin.campaign

    def change() -> None:
        form = before.forms[0]
        first = form.sections[0]
        new = Field(key="brand_new", label=_("全新栏目"), kind=FieldKind.INTEGER)
        fields = tuple(
            dataclasses.replace(f, label=_("改过的名称")) if f.key == "meetings" else f for f in first.fields
        )
        sections = (Section(key=first.key, label=first.label, fields=(*fields[:-1], new)), *form.sections[1:])
        plugin.campaign = dataclasses.replace(
            before, forms=(dataclasses.replace(form, version=2, sections=sections, example={}),)
        )

    yield change
    plugin.campaign = before


def test_an_old_edition_keeps_the_labels_it_was_filed_under(
    county: County, liaison: FlaskClient, changed_form: Callable[[], None], clock: TestClock
) -> None:
    label = next(str(f.label) for f in county.form.fields if f.key == "meetings")
    gone = str(county.form.sections[0].fields[-1].label)
    url = address(county)
    send(liaison, url, action="file", meetings="41", **PLAIN)
    send(liaison, f"{url}?edit=1", url, action="file", meetings="42", **PLAIN)
    assert county.sheet(TOWN).edition == 2
    changed_form()
    old = page(liaison.get(f"{url}/editions/1"))
    assert label in old
    assert gone in old
    assert "41" in old
    assert "改过的名称" not in old
    assert "全新栏目" not in old
    assert liaison.get(f"{url}/editions/3").status_code == 404
    clock.at("2025-12-20T10:00:00")
    county.open()
    assert county.report("2025Q4").form_version == 2
    liaison = county.make.login(county.account(PostKind.LIAISON, TOWN))
    assert "全新栏目" in page(liaison.get(county.url(f"reports/{county.sheet(TOWN, '2025Q4').id}")))


def test_a_returned_form_is_corrected_from_the_to_do_list(county: County, liaison: FlaskClient) -> None:
    county.file(TOWN, PLAIN)
    give_back(county, TOWN, leads="与台账差 1 条")
    shown = page(liaison.get("/"))
    assert "与台账差 1 条" in shown
    assert f'href="{address(county)}"' in shown
