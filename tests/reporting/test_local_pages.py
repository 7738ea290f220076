"""The editor of own columns and forms, as a browser without scripts uses it, and as an attacker does."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.core.posts import PostKind
from portal.reporting.design.local_content import Content
from portal.reporting.models import LocalForm
from tests.conftest import TestClock
from tests.factories import csrf
from tests.home.test_todo import statements
from tests.reporting.county import County, found_county
from tests.reporting.own import WELL, columns, publish

Login = Callable[[str], FlaskClient]
ADMITTED = {
    "basis": WELL["basis"],
    "readers": WELL["readers"],
    "ends-on": "2026-06-30",
    "reason": WELL["reason"],
}
NEW = {"label": "走访情况", "period": "month", "rule": "last_working_day", "shift": "earlier"}


@pytest.fixture
def office(county: County, login: Login) -> FlaskClient:
    return login(county.account(PostKind.OFFICE_STAFF))


def text(response: TestResponse) -> str:
    return html.unescape(response.get_data(as_text=True))


def begin(county: County, office: FlaskClient, form: str = "") -> str:
    """Start a draft; its address."""
    page = county.url("board/forms")
    answer = office.post(page, data={"csrf_token": csrf(office, page), "form": form})
    assert answer.status_code == 303
    return str(answer.location)


def send(office: FlaskClient, url: str, action: str, **inputs: Any) -> TestResponse:
    shown = office.get(url).get_data(as_text=True)
    token = shown.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    version = re.search(r'name="version" value="(\d+)"', shown)
    assert version
    return office.post(url, data={"csrf_token": token, "version": version[1], "action": action} | inputs)


def row(n: int, label: str, **more: str) -> dict[str, str]:
    given = {"label": label, "kind": "integer", "unit": "", "definition": "", "key": "", "element": ""} | more
    return {f"c{n}-{k}": v for k, v in given.items()}


def value_of(shown: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*value="([^"]*)"', shown)
    assert found, name
    return html.unescape(found[1])


def stored(county: County, url: str) -> LocalForm:
    county.session.rollback()
    county.enter()
    found = county.session.get_one(LocalForm, (county.tenant.id, int(url.rsplit("/", 1)[1])))
    county.session.refresh(found)
    return found


# ----------------------------------------------------------------------------------------------- editing
def test_a_form_is_made_column_by_column_and_published(county: County, office: FlaskClient) -> None:
    url = begin(county, office)
    more = send(office, url, "add", **NEW)
    assert (more.status_code, value_of(more.get_data(as_text=True), "label")) == (200, "走访情况")
    more = send(office, url, "add", **NEW, **row(0, "走访商铺", unit="家"))
    shown = more.get_data(as_text=True)
    assert value_of(shown, "c0-label") == "走访商铺"
    assert value_of(shown, "c1-label") == ""
    assert "autofocus" in shown
    assert stored(county, url).definition == {}, "a row more stores nothing"
    two = row(0, "走访商铺", unit="家") | row(1, "删去的") | row(2, "发现苗头") | {"c2-owners": "police"}
    less = send(office, url, "remove-1", **NEW, **two).get_data(as_text=True)
    assert (value_of(less, "c0-label"), value_of(less, "c1-label")) == ("走访商铺", "发现苗头")
    assert re.search(r'name="c1-owners" value="police" checked', less)
    kept = send(
        office, url, "save", **NEW, **row(0, "走访商铺", unit="家"), **row(3, "发现苗头"), **row(7, "")
    )
    assert kept.status_code == 303
    assert [f["label"] for f in stored(county, url).definition["fields"]] == ["走访商铺", "发现苗头"]
    keys = row(0, "走访商铺", unit="家", key="local_1") | row(1, "发现苗头", key="local_2")
    done = send(office, url, "publish", **NEW, **ADMITTED, **keys)
    assert done.status_code == 303
    assert stored(county, url).released_at is not None
    listed = text(office.get(county.url("board/forms")))
    assert "走访情况" in listed
    assert "2026-06-30 停报" in listed
    assert "走访商铺" in text(office.get(url))
    assert office.post(url, data={"csrf_token": csrf(office, county.url("board/forms"))}).status_code == 409
    county.open()
    clerk = county.make.login(county.account(PostKind.LIAISON, "甲镇"))
    for page in ("/", county.url("reports")):
        assert "走访情况" in text(clerk.get(page))
    board = text(office.get(county.url("board")))
    assert "走访情况" in board
    assert "own_" not in board


def test_a_known_column_is_linked_without_scripts(county: County, office: FlaskClient) -> None:
    url = begin(county, office)
    known = next(f for f in county.form.fields if f.element)
    column = row(0, f"{known.label}数", unit=str(known.unit or ""))
    refused = send(office, url, "publish", **NEW, **ADMITTED, **column)
    shown = text(refused)
    assert refused.status_code == 422
    assert "1 栏中 1 栏已有" in shown
    assert str(known.label) in shown
    assert value_of(refused.get_data(as_text=True), "c0-label") == f"{known.label}数"
    linked = send(office, url, "link-0", **NEW, **ADMITTED, **column).get_data(as_text=True)
    name = value_of(linked, "c0-element")
    assert str(county.form.label) in name
    assert send(office, url, "publish", **NEW, **ADMITTED, **column | {"c0-element": name}).status_code == 303
    assert stored(county, url).definition["fields"][0]["element"] == known.element
    assert stored(county, url).overlaps[0]["linked"] is True
    assert "取用已有数字" in text(office.get(url))


def test_kept_with_a_reason_it_is_shown_with_it(county: County, office: FlaskClient) -> None:
    url = begin(county, office)
    known = next(f for f in county.form.fields if f.element)
    column = row(0, str(known.label), unit=str(known.unit or "")) | {"c0-keep": "只计集市场次"}
    assert send(office, url, "publish", **NEW, **ADMITTED, **column).status_code == 303
    assert "单独填报：只计集市场次" in text(office.get(url))


def test_a_declared_form_gets_columns_an_earlier_date_and_words(county: County, office: FlaskClient) -> None:
    url = begin(county, office, county.form.key)
    assert begin(county, office, county.form.key) == url, "there is one draft"
    first = county.form.fields[0]
    inputs = {"days-earlier": "5", f"label-{first.key}": "改后的名称", f"define-{first.key}": "只计本年"}
    done = send(office, url, "publish", **ADMITTED, **inputs, **row(0, "走访大户", unit="户"))
    assert done.status_code == 303
    found = stored(county, url)
    assert (found.days_earlier, found.definition["labels"]) == (5, {first.key: "改后的名称"})
    shown = text(office.get(url))
    assert "提前 5 天、增加 1 项" in shown
    assert f"{first.label} → 改后的名称" in shown
    again = begin(county, office, county.form.key)
    assert again != url
    assert value_of(office.get(again).get_data(as_text=True), "c0-label") == "走访大户"


def test_what_was_typed_stays_when_something_is_wrong(county: County, office: FlaskClient) -> None:
    url = begin(county, office, county.form.key)
    bad = {"days-earlier": "三天", "ends-on": "2026-02-30", "basis": "甲" * 201, "reason": "x\u202ey"}
    answer = send(
        office, url, "save", **bad, **row(0, "走访大户", element="没有这个", definition="口径" * 200)
    )
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for name, value in bad.items():
        assert value_of(shown, name) == value
        assert f'id="{name}-problem"' in shown
    for name in ("c0-element", "c0-definition"):
        assert f'id="{name}-problem"' in shown
    assert value_of(shown, "c0-element") == "没有这个"
    assert stored(county, url).definition == {}


def test_a_page_that_somebody_saved_meanwhile(county: County, office: FlaskClient) -> None:
    url = begin(county, office)
    assert send(office, url, "save", **NEW, **row(0, "先存的")).status_code == 303
    data = {"csrf_token": csrf(office, url), "version": "1", "action": "save"}
    answer = office.post(url, data=data | NEW | row(0, "后存的"))
    assert answer.status_code == 409
    assert value_of(answer.get_data(as_text=True), "c0-label") == "后存的"
    assert [f["label"] for f in stored(county, url).definition["fields"]] == ["先存的"]
    assert send(office, url, "discard").status_code == 303
    assert office.get(url).status_code == 404


def test_statements_do_not_grow_with_versions(county: County, office: FlaskClient, clock: TestClock) -> None:
    publish(county, Content(columns=columns("走访大户")), county.form.key)
    page = county.url("board/forms")
    office.get(page)
    with statements(county.make.app) as few:
        assert office.get(page).status_code == 200
    for n in range(4):
        publish(county, Content(label=f"第{n}张表", columns=columns(*(f"第{n}张第{m}栏" for m in range(9)))))
        publish(county, Content(columns=columns("走访大户", f"第{n}项")), county.form.key)
    with statements(county.make.app) as many:
        assert office.get(page).status_code == 200
    assert len(many) == len(few)


# ---------------------------------------------------------------------------------------------- attacks
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "{% raw %}${7*7}{0.__class__}",
    "%(n)s%s%",
    "=cmd|'/c calc'!A1",
    "＝＋－＠",
    "'; drop table report; --",
]


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_labels_are_printed_as_they_are(
    county: County, office: FlaskClient, login: Login, label: str
) -> None:
    """A48, A49, A51: in the editor, the version, the lists, the unit's form and its workbook."""
    url = begin(county, office)
    inputs = NEW | ADMITTED | {"label": label[:40], "reason": label, "basis": label, "c0-definition": label}
    inputs |= row(0, label[:40], definition=label, unit=label[:10])
    assert send(office, url, "save", **inputs).status_code == 303
    pages = [office.get(url).get_data(as_text=True)]
    done = send(office, url, "publish", **inputs)
    assert done.status_code == 303
    county.open()
    liaison = login(county.account(PostKind.LIAISON, "甲镇"))
    mine = liaison.get(county.url("reports")).get_data(as_text=True)
    link = next(x for x in re.findall(r'href="([^"]*/reports/\d+)"', mine) if _is_of(liaison, x, label[:40]))
    pages += [
        office.get(url).get_data(as_text=True),
        office.get(county.url("board/forms")).get_data(as_text=True),
        office.get(county.url("board")).get_data(as_text=True),
        office.get(county.url("board/burden")).get_data(as_text=True),
        mine,
        liaison.get(link).get_data(as_text=True),
        liaison.get("/").get_data(as_text=True),
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert ">49<" not in page
    assert all(
        html.escape(label[:40], quote=False)[:12] in html.escape(html.unescape(p), quote=False) for p in pages
    )


def _is_of(client: FlaskClient, url: str, title: str) -> bool:
    return title in text(client.get(url))


@pytest.mark.parametrize("label", ["a\x00b", "甲\u202e乙", "甲\u200b乙", "甲\n乙", "甲" * 41])
def test_characters_that_nobody_sees_are_refused(county: County, office: FlaskClient, label: str) -> None:
    url = begin(county, office)
    answer = send(office, url, "save", **NEW, **row(0, label))
    assert answer.status_code == 422
    assert 'id="c0-label-problem"' in answer.get_data(as_text=True)
    assert stored(county, url).definition == {}


@pytest.mark.parametrize(("count", "status"), [(61, 422), (400, 422), (10_000, 413)])
def test_too_many_columns(county: County, office: FlaskClient, count: int, status: int) -> None:
    url = begin(county, office)
    rows: dict[str, str] = {}
    for n in range(count):
        rows |= {f"c{n}-kind": "integer", f"c{n}-label": f"第{n}项"}
    answer = send(office, url, "save", **NEW, **rows)
    assert answer.status_code == status
    if status == 422:
        assert f"这里有 {count} 栏" in text(answer)
        assert text(answer).count('-label" value=') <= 60
    assert stored(county, url).definition == {}


def test_mass_assignment_reaches_nothing_else(county: County, office: FlaskClient) -> None:
    url = begin(county, office, county.form.key)
    before = stored(county, url)
    form, number, tenant = before.form, before.number, before.tenant_id
    forged = {
        "released_at": "2020-01-01", "published_by": "某人", "number": "99", "form": "own_stolen", "tenant_id": "1",
        "campaign": "antifraud", "mechanism_id": "1", "definition": "{}", "overlaps": "[]", "label": "改表名",
        "period": "year", "once": "2025-12-01", "members": "police", "c0-snapshot": "{}", "c0-sensitive": "1",
        "label-no_such": "x", "hide-no_such": "1",
    }  # fmt: skip
    assert send(office, url, "save", **forged, **row(0, "走访大户")).status_code == 303
    after = stored(county, url)
    assert (after.form, after.number, after.tenant_id, after.campaign) == (form, number, tenant, county.key)
    assert after.released_at is None
    assert after.label == ""
    assert set(after.definition) == {"fields", "next", "labels", "definitions", "hidden"}
    assert after.definition["labels"] == {}
    assert set(after.definition["fields"][0]) == {
        "key", "label", "kind", "unit", "definition", "owners", "required", "element", "keep",
    }  # fmt: skip


def test_another_tenants_draft_is_not_there(county: County, office: FlaskClient, login: Login) -> None:
    url = begin(county, office)
    other = found_county(county.make, {"公安": "police"})
    stranger = login(other.account(PostKind.OFFICE_STAFF))
    foreign = other.url(f"board/forms/{url.rsplit('/', 1)[1]}")
    assert stranger.get(foreign).status_code == 404
    assert stranger.get(url).status_code == 404
    token = csrf(stranger, other.url("board/forms"))
    for action in ("save", "publish", "discard", "add"):
        data = {"csrf_token": token, "version": "1", "action": action, "label": "改"}
        assert stranger.post(foreign, data=data).status_code == 404
    form = stored(county, url).form
    for key in (form, "own_x", "no_such", "x" * 400):
        page = other.url("board/forms")
        assert stranger.post(page, data={"csrf_token": token, "form": key}).status_code == 404
    assert stored(county, url).label == ""


@pytest.mark.parametrize("action", ["remove-99", "link-0", "up-0", "remove--1", "remove-１", "drop"])
def test_unknown_actions_are_not_found(county: County, office: FlaskClient, action: str) -> None:
    url = begin(county, office)
    assert send(office, url, action, **NEW, **row(0, "任意一栏")).status_code == 404
