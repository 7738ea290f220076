"""Repeating tables: typed, kept, refused at their cell, filed, shown and printed, and left out of every sum."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.campaigns import Field, FieldKind, _
from portal.campaigns.problems import problems
from portal.core.posts import PostKind
from portal.reporting.models import State
from tests.conftest import TestClock
from tests.factories import Factory
from tests.reporting.county import County
from tests.reporting.parts_form import parts_campaign, parts_county

UNIT = "公安"


@pytest.fixture(autouse=True)
def _form(app: Flask) -> Iterator[None]:
    with parts_campaign(app):
        yield


@pytest.fixture
def county(make: Factory, clock: TestClock) -> County:
    return parts_county(make, clock)


@pytest.fixture
def liaison(county: County, login: Callable[[str], FlaskClient]) -> FlaskClient:
    return login(county.account(PostKind.LIAISON, UNIT))


def page(response: TestResponse) -> str:
    return html.unescape(response.get_data(as_text=True))


def address(county: County) -> str:
    return county.url(f"reports/{county.sheet(UNIT).id}")


def send(client: FlaskClient, url: str, **form: Any) -> TestResponse:
    shown = client.get(url).get_data(as_text=True)
    token = shown.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    version = re.search(r'name="version" value="(\d+)"', shown)
    return client.post(url, data={"csrf_token": token, "version": version[1] if version else "0"} | form)


def row(n: object, name: str, **cells: str) -> dict[str, str]:
    return {f"cases-{n}-name": name} | {f"cases-{n}-{key}": value for key, value in cells.items()}


def inputs(text: str) -> dict[str, str]:
    """Name -> value of the table's text inputs."""
    found = re.findall(r'<input[^>]*name="(cases-[^"]*)"[^>]*?value="([^"]*)"', text)
    return {name: html.unescape(value) for name, value in found}


def test_rows_are_filed_in_the_order_of_the_page(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    rows = row(7, "第二", whole="12.5", local="3", moved="1") | row(
        2, "第一", kind="b", found_on="2025-09-01"
    )
    empty = row(4, "  ", whole="", kind="")
    assert send(liaison, url, action="file", total="2", **rows, **empty).status_code == 303
    blank = {"kind": None, "found_on": None, "whole": None, "local": None, "moved": False}
    assert county.sheet(UNIT).values["cases"] == [
        blank | {"name": "第二", "whole": 12_500_000, "local": 3_000_000, "moved": True},
        blank | {"name": "第一", "kind": "b", "found_on": "2025-09-01"},
    ]
    shown = page(liaison.get(url))
    assert 'name="cases-' not in shown
    assert shown.index("第二") < shown.index("第一")
    assert "乙类" in shown
    assert county.rollup() == {"total": 2}, "a table is in no sum"
    assert county.consistent()


def test_the_header_has_two_levels(county: County, liaison: FlaskClient) -> None:
    shown = page(liaison.get(address(county)))
    assert re.search(r'<th scope="colgroup" class="over" colspan="2">涉案金额</th>', shown)
    assert re.search(r'<th scope="col" rowspan="2">案件名称', shown)
    assert re.search(r'<th scope="col" class="num">全案', shown)
    assert shown.index("涉案金额") < shown.index(">全案")


def test_problems_stand_at_their_cell_and_everything_typed_stays(
    county: County, liaison: FlaskClient
) -> None:
    refused = send(liaison, address(county), action="file", total="1", **row(1, "好的", whole="1"),
                   **row(9, "", whole="10万", found_on="昨天", kind="zzz"))  # fmt: skip
    shown = page(refused)
    assert refused.status_code == 422
    assert county.sheet(UNIT).state == State.EXPECTED
    for column in ("name", "whole", "found_on", "kind"):
        assert f'id="cases-2-{column}-problem"' in shown
    assert "cases-1-name-problem" not in shown
    kept = inputs(refused.get_data(as_text=True))
    assert (kept["cases-1-name"], kept["cases-1-whole"]) == ("好的", "1")
    assert (kept["cases-2-whole"], kept["cases-2-found_on"]) == ("10万", "昨天")


def test_only_the_choices_of_the_period_are_offered_and_taken(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    shown = page(liaison.get(url))
    assert '<option value="b">' in shown
    assert "旧类" not in shown
    refused = page(send(liaison, url, action="file", total="1", **row(1, "一", kind="past")))
    assert "“旧类”在所填日期不适用，请另选。" in refused
    assert '<option value="past" selected>' in refused, "what was chosen is kept"


def test_a_draft_may_lack_what_is_required(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    assert send(liaison, url, action="save", **row(1, "", whole="5")).status_code == 303
    assert county.sheet(UNIT).values["cases"][0]["whole"] == 5_000_000
    assert inputs(liaison.get(url).get_data(as_text=True))["cases-1-whole"] == "5"
    refused = send(liaison, url, action="save", **row(1, "", whole="五"))
    assert refused.status_code == 422
    assert county.sheet(UNIT).values["cases"][0]["whole"] == 5_000_000


def test_too_many_rows_are_refused_with_both_numbers(county: County, liaison: FlaskClient) -> None:
    rows = {k: v for n in range(6) for k, v in row(n, f"案{n}").items()}
    refused = send(liaison, address(county), action="save", **rows)
    assert refused.status_code == 422
    assert "最多 5 行，现有 6 行" in page(refused)
    assert len([n for n in inputs(refused.get_data(as_text=True)) if n.endswith("-name")]) == 6
    assert county.sheet(UNIT).state == State.EXPECTED


@pytest.mark.parametrize(
    "name",
    ["cases-99999999999999999999-name", "cases--1-name", "cases-x-name", "cases-1-other", "cases-１-name", "cases-1-",
     "cases", "cases-1-name-", "Cases-1-name", "cases-1-name\x00", "other-1-name", "cases-0x1-name"],
)  # fmt: skip
def test_hostile_row_numbers_do_no_harm(county: County, liaison: FlaskClient, name: str) -> None:
    """A45: such names are nobody's."""
    answer = send(liaison, address(county), action="save", **{name: "x"}, **row(999999, "真的"))
    assert answer.status_code == 303
    assert [r["name"] for r in county.sheet(UNIT).values["cases"]] == ["真的"]


def test_rows_come_and_go_without_scripts(county: County, liaison: FlaskClient) -> None:
    """The two buttons send the form; nothing is saved, nothing typed is lost."""
    url = address(county)
    more = send(liaison, url, action="row-add-cases", total="x", **row(1, "甲"), **row(2, "乙", whole="不对"))
    assert more.status_code == 200
    text = more.get_data(as_text=True)
    assert [inputs(text)[f"cases-{n}-name"] for n in (1, 2, 3)] == ["甲", "乙", ""]
    assert inputs(text)["cases-2-whole"] == "不对"
    assert re.search(r'name="total"[^>]*value="x"', text)
    less = send(liaison, url, action="row-drop-cases-1", **row(1, "甲"), **row(2, "乙"))
    assert inputs(less.get_data(as_text=True)) | {"cases-1-name": "乙"} == inputs(less.get_data(as_text=True))
    assert "甲" not in inputs(less.get_data(as_text=True)).values()
    assert county.sheet(UNIT).state == State.EXPECTED
    for odd in (
        "row-",
        "row-add-other",
        "row-drop-cases-",
        "row-drop-cases-99",
        "row-drop-cases-\u0661",
        "row-x-y-z",
    ):
        answer = send(liaison, url, action=odd, **row(1, "甲"))
        assert answer.status_code == 200
        assert inputs(answer.get_data(as_text=True))["cases-1-name"] == "甲"


def test_a_full_table_takes_no_more_rows(county: County, liaison: FlaskClient) -> None:
    rows = {k: v for n in range(5) for k, v in row(n, f"案{n}").items()}
    text = send(liaison, address(county), action="row-add-cases", **rows).get_data(as_text=True)
    assert len([n for n in inputs(text) if n.endswith("-name")]) == 5


def test_hostile_text_in_a_table_is_text(county: County, liaison: FlaskClient) -> None:
    """A48, A49."""
    hostile = "<svg/onload=x>{{7*7}}"[:20]
    url = address(county)
    assert send(liaison, url, action="file", total="1", **row(1, hostile)).status_code == 303
    for path in (url, f"{url}/editions/1"):
        text = liaison.get(path).get_data(as_text=True)
        assert "<svg" not in text
        assert html.escape(hostile) in text


def test_a_zero_report_has_no_rows(county: County, liaison: FlaskClient) -> None:
    url = address(county)
    assert send(liaison, url, action="zero", **row(1, "甲")).status_code == 303
    assert not county.sheet(UNIT).values.get("cases")
    assert liaison.get(url).status_code == 200
    assert county.rollup()["total"] == 0


def test_an_edition_shows_its_rows_with_the_header_of_then(
    county: County, liaison: FlaskClient, app: Flask
) -> None:
    url = address(county)
    send(liaison, url, action="file", total="1", **row(1, "旧案", whole="8", kind="a"))
    send(liaison, f"{url}?edit=1", action="file", total="1")
    assert (county.sheet(UNIT).edition, county.sheet(UNIT).values["cases"]) == (2, [])
    old = page(liaison.get(f"{url}/editions/1"))
    assert "旧案" in old
    assert "涉案金额" in old
    assert "甲类" in old


def test_attachments_stand_in_no_table_and_no_ledger(county: County) -> None:
    paper = Field(key="paper", label=_("附件"), kind=FieldKind.FILES)
    table = dataclasses.replace(county.form.tables[0], columns=(paper,), heads=())
    ledgers = tuple(dataclasses.replace(x, fields=(*x.fields, paper)) for x in county.campaign.ledgers[:1])
    forms = (dataclasses.replace(county.form, tables=(table,)),)
    wrong = [str(p) for p in problems(dataclasses.replace(county.campaign, forms=forms))]
    assert [p for p in wrong if "不能是附件" in p] == [
        "字段 parts.cases.paper 不能是附件：附件只能是报表的一栏。"
    ]
    kept = dataclasses.replace(county.campaign, ledgers=(*ledgers, *county.campaign.ledgers[1:]))
    assert any("不能是附件" in str(p) for p in problems(kept))


def test_many_cells_are_no_attack(county: County, liaison: FlaskClient) -> None:
    """A61: a full table of the widest kind goes through, a hundred thousand parts do not."""
    url = address(county)
    wide = {f"cases-{n}-x{m}": "" for n in range(200) for m in range(30)}
    assert send(liaison, url, action="save", total="1", **wide).status_code == 303
    parts = {f"cases-{n}-name": "" for n in range(9000)}
    assert send(liaison, url, action="save", **parts).status_code == 413
