"""What must I do, by when, and why: one page over all campaigns and tenants, in few statements."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from portal.core.db import db
from portal.core.posts import PostKind
from portal.core.text import Message
from portal.notices.models import Notice
from portal.notices.services import notify
from tests.conftest import TestClock
from tests.factories import Factory, csrf
from tests.reporting.county import F6, KEY, County, found_county
from tests.reporting.test_filling import PLAIN, give_back
from tests.reporting.test_upward import decide, submit

Login = Callable[[str], FlaskClient]
BUDGET = 34
"""Statements of the to-do page, however many rows, counties and plugins there are: two for the reader, one for each
kind of thing that may wait and each room whose records meet what is owed (activities, ledgers, forms, meetings, visits,
lines). Papers, supervision and the score may add two each, meetings and their minutes four, questionnaires one,
entries and rewards one each, tips, transfers and matching two. 34 is who sits in an office and in a unit at once; a city's
office is sent 30."""


def todo(client: FlaskClient) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return html.unescape(answer.get_data(as_text=True)).split("<main", 1)[1]


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement sent meanwhile, transaction control aside."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.upper().startswith(("SET ", "BEGIN", "PRAGMA", "COMMIT", "ROLLBACK")):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


# ------------------------------------------------------------------------------------------- by post
def test_a_liaison_sees_its_own_open_forms(county: County, login: Login) -> None:
    shown = todo(login(county.account(PostKind.LIAISON, "甲镇")))
    sheet = county.sheet("甲镇")
    assert str(county.form.label) in shown
    assert "2025年三季度" in shown
    assert "9月30日 周二 24:00" in shown
    assert county.units["甲镇"].full_name in shown
    assert county.units["乙镇"].full_name not in shown
    assert f'href="{county.url(f"reports/{sheet.id}")}"' in shown
    assert "可一键零报告" in shown
    assert "已办 0 / 应办 1" in shown


def test_what_is_filed_leaves_the_list_and_counts(county: County, login: Login) -> None:
    county.file("甲镇", PLAIN)
    shown = todo(login(county.account(PostKind.LIAISON, "甲镇")))
    assert "没有待办事项" in shown
    assert "已办 1 / 应办 1" in shown


def test_returned_comes_back_with_its_reason(county: County, login: Login) -> None:
    county.file("甲镇", PLAIN)
    give_back(county, "甲镇", leads="与台账差 1 条")
    shown = todo(login(county.account(PostKind.LIAISON, "甲镇")))
    assert "退回原因：与台账差 1 条" in shown
    assert "修改" in shown


@pytest.mark.parametrize(
    ("at", "light"),
    [("2025-09-20T10:00:00", "正常"), ("2025-09-28T10:00:00", "临期 2 天"), ("2025-09-30T23:59:00", "今日到期"),
     ("2025-10-01T00:01:00", "今日逾期"), ("2025-10-03T00:00:00", "逾期 2 天")],
)  # fmt: skip
def test_the_light_says_how_it_stands(county: County, clock: TestClock, at: str, light: str) -> None:
    clock.at(at)
    assert light in todo(county.make.login(county.account(PostKind.LIAISON, "甲镇")))


def test_the_leader_sees_what_waits_for_a_signature(county: County, login: Login) -> None:
    county.file("甲镇", PLAIN, needs_signature=True)
    leader, liaison = (
        login(county.account(k, "甲镇")) for k in (PostKind.LEADER_IN_CHARGE, PostKind.LIAISON)
    )
    assert "签批" in todo(leader)
    assert "签批" not in todo(liaison)
    other = login(county.account(PostKind.LEADER_IN_CHARGE, "乙镇"))
    assert "签批" not in todo(other)


def test_the_office_sees_what_to_do_next_about_a_report(county: County, login: Login) -> None:
    office = login(county.account(PostKind.OFFICE_STAFF))
    report = county.report()
    assert "查看缺报" in todo(office)
    county.file("甲镇", PLAIN)
    shown = todo(office)
    assert "受理 1 份" in shown
    assert "已报 1 / 10" in shown
    for unit in F6:
        if unit != "甲镇":
            county.file(unit)
    with county.inside():
        for unit in F6:
            county.sheet(unit).state = "accepted"
    shown = todo(office)
    assert county.url(f"board/{report.id}/submit") in shown


def test_a_citys_office_sees_what_arrived_and_the_county_what_came_back(county: County, login: Login) -> None:
    for unit in F6:
        if unit != "丙乡":
            county.file(unit, PLAIN)
    body = county.make.mechanism(county.city, KEY)
    name = f"city{county.city.code}"
    county.make.post(county.city, name, PostKind.OFFICE_STAFF, body)
    office, city = login(county.account(PostKind.OFFICE_STAFF)), login(name)
    assert county.tenant.full_name not in todo(city)
    submit(county)
    shown = todo(city)
    assert county.tenant.full_name in shown
    assert f"/{county.city.code}/{KEY}/overview/{county.tenant.code}/{county.report().id}" in shown
    assert str(county.form.label) not in todo(office)
    decide(county, "return", reason="第 3 栏请核对")
    assert county.tenant.full_name not in todo(city)
    assert "第 3 栏请核对" in todo(office)


@pytest.mark.parametrize("kind", [PostKind.CONVENOR, PostKind.OBSERVER, PostKind.GROUP_MEMBER])
def test_posts_without_forms_have_an_empty_list(county: County, login: Login, kind: PostKind) -> None:
    assert "没有待办事项" in todo(login(county.account(kind)))


def test_administrators_are_told_that_nothing_is_theirs(county: County, login: Login) -> None:
    name = f"adm{county.tenant.code}"
    county.make.post(county.tenant, name, PostKind.SYSTEM_ADMINISTRATOR)
    client = login(name)
    assert "您的岗位不承办业务事项" in todo(client)
    whole = html.unescape(client.get("/").get_data(as_text=True))
    assert county.units["甲镇"].full_name not in whole


def test_an_ended_post_ends_its_list_at_the_next_request(county: County, login: Login) -> None:
    """A15, with the session open."""
    client = login(county.account(PostKind.LIAISON, "甲镇"))
    assert str(county.form.label) in todo(client)
    from portal.units.models import Post

    with county.inside() as session:
        session.get_one(
            Post, (county.tenant.id, county.ids[county.account(PostKind.LIAISON, "甲镇")])
        ).until = county.now
    assert str(county.form.label) not in todo(client)


def test_a_campaign_that_is_switched_off_leaves_the_list(county: County, login: Login) -> None:
    from portal.tenants.models import CampaignSwitch

    client = login(county.account(PostKind.LIAISON, "甲镇"))
    with county.inside() as session:
        session.scalars(sa.select(CampaignSwitch)).one().enabled = False
    assert str(county.form.label) not in todo(client)


def test_one_person_with_posts_in_two_counties_has_one_list(
    make: Factory, clock: TestClock, login: Login
) -> None:
    clock.at("2025-09-20T10:00:00")
    one, two = found_county(make, {"公安": "police"}), found_county(make, {"公安": "police"})
    for county in (one, two):
        county.open()
    name = one.account(PostKind.LIAISON, "公安")
    from portal.accounts.models import Account

    account = make.session.scalars(sa.select(Account).where(Account.username == name)).one()
    make.post(two.tenant, account, PostKind.LIAISON, two.mechanism, two.units["公安"])
    shown = todo(login(name))
    for county in (one, two):
        county.enter()
        assert county.units["公安"].full_name in shown
        assert f'/{county.tenant.code}/{KEY}/reports/{county.sheet("公安").id}"' in shown
    assert "2 个工作机制" in shown


# -------------------------------------------------------------------------------------- number of statements
def test_the_page_asks_few_questions_however_many_rows_there_are(
    app: Flask, make: Factory, clock: TestClock, login: Login
) -> None:
    """1 against 59 forms and reports: 57 quarters since the campaign began, and its two dated forms."""
    clock.at("2038-09-20T10:00:00")
    counts = []
    for since in (date(2038, 7, 1), date(2011, 10, 1)):
        county = found_county(make, {"公安": "police", "财政": "finance"})
        county.since = since
        county.open()
        name = county.account(PostKind.LIAISON, "公安")
        make.post(county.tenant, _account(make, name), PostKind.OFFICE_STAFF, county.mechanism)
        client = login(name)
        todo(client)
        with statements(app) as sent:
            shown = todo(client)
        assert shown.count(">填报<") == (1 if since.year == 2038 else 59), "rows on the page"
        counts.append(len(sent))
    assert counts[0] == counts[1] <= BUDGET, (counts, sent)


def test_the_page_asks_few_questions_however_many_campaigns_there_are(
    app: Flask, make: Factory, clock: TestClock, login: Login
) -> None:
    clock.at("2026-09-20T10:00:00")
    counts = []
    keys = ["antifraud", KEY, "anticounterfeit"]  # the first asks every room that the others ask
    for number in (1, 3):
        county = found_county(make, {"公安": "police"}, key=keys[0])
        name = county.account(PostKind.LIAISON, "公安")
        for key in keys[1:number]:
            body = make.mechanism(county.tenant, key, {"police": county.units["公安"]})
            make.post(county.tenant, _account(make, name), PostKind.LIAISON, body, county.units["公安"])
            _open(county, key, body.id)
        county.since = date(2026, 9, 1)
        county.open()
        client = login(name)
        todo(client)
        with statements(app) as sent:
            shown = todo(client)
        assert shown.count(">填报<") == number
        counts.append(len(sent))
    assert counts[0] == counts[1] <= BUDGET, (counts, sent)


def test_a_citys_office_page_stays_within_the_budget(app: Flask, county: County, login: Login) -> None:
    body = county.make.mechanism(county.city, KEY)
    name = f"city{county.city.code}"
    county.make.post(county.city, name, PostKind.OFFICE_DIRECTOR, body)
    client = login(name)
    todo(client)
    with statements(app) as sent:
        todo(client)
    assert len(sent) <= BUDGET, sent


def _account(make: Factory, name: str) -> Any:
    from portal.accounts.models import Account

    return make.session.scalars(sa.select(Account).where(Account.username == name)).one()


def _open(county: County, key: str, mechanism_id: int) -> None:
    from portal.core.scope import SYSTEM
    from portal.core.workdays import WorkCalendar
    from portal.reporting.opening import open_periods
    from portal.units.bodies import list_members

    campaign = county.make.app.extensions["portal"].registry.find(key)
    with county.inside() as session:
        open_periods(
            session, SYSTEM, county.now, campaign=campaign, mechanism_id=mechanism_id,
            members=list_members(session, mechanism_id, county.now.date()), since=date(2026, 9, 1),
            calendar=WorkCalendar(),
        )  # fmt: skip


# ------------------------------------------------------------------------------------------------- inbox
def send_notice(county: County, unit: str | None, text: str, link: str = "") -> int:
    with county.inside() as session:
        notify(
            session, county.now, mechanism_id=county.mechanism.id, sender="办公室", link=link, detail="<b>甲</b>",
            unit_id=county.units[unit].id if unit else None, text=Message(text),
        )  # fmt: skip
        session.flush()
        return session.scalars(sa.select(Notice.id).order_by(Notice.id.desc())).first() or 0


def test_a_notice_is_read_once_by_whoever_holds_the_post(county: County, login: Login) -> None:
    notice = send_notice(county, "甲镇", "请核对", link="/inbox")
    names = [county.account(kind, "甲镇") for kind in (PostKind.LIAISON, PostKind.LEADER_IN_CHARGE)]
    first, second = map(login, names)
    raw = first.get("/inbox").get_data(as_text=True)
    assert "请核对" in raw
    assert "<b>甲</b>" not in raw
    url = f"/inbox/{county.tenant.id}/{notice}"
    answer = first.post(url, data={"csrf_token": csrf(first, "/inbox")})
    assert (answer.status_code, answer.location) == (303, "/inbox")
    second.post(url, data={"csrf_token": csrf(second, "/inbox")})
    county.enter()
    read = county.session.scalars(sa.select(Notice).where(Notice.id == notice)).one()
    assert (read.read_by, read.read_at) == (names[0], county.now)


def test_a_notice_reaches_its_unit_alone_and_the_office_its_own(county: County, login: Login) -> None:
    send_notice(county, "甲镇", "给甲镇的通知")
    send_notice(county, None, "给办公室的通知")
    seen = {
        who: login(county.account(kind, unit)).get("/inbox").get_data(as_text=True)
        for who, kind, unit in (
            ("甲镇", PostKind.LIAISON, "甲镇"), ("乙镇", PostKind.LIAISON, "乙镇"),
            ("office", PostKind.OFFICE_STAFF, ""), ("convenor", PostKind.CONVENOR, ""),
        )
    }  # fmt: skip
    assert [who for who, text in seen.items() if "给甲镇的通知" in text] == ["甲镇"]
    assert [who for who, text in seen.items() if "给办公室的通知" in text] == ["office"]


def test_nobody_reads_a_notice_of_others(county: County, login: Login) -> None:
    notice = send_notice(county, "甲镇", "给甲镇的通知")
    for who in (county.account(PostKind.LIAISON, "乙镇"), county.account(PostKind.OFFICE_STAFF)):
        client = login(who)
        answer = client.post(
            f"/inbox/{county.tenant.id}/{notice}", data={"csrf_token": csrf(client, "/account")}
        )
        assert answer.status_code == 404
    county.enter()
    assert county.session.scalars(sa.select(Notice.read_at).where(Notice.id == notice)).one() is None


def test_unread_stand_first_and_pages_hold_thirty(county: County, login: Login) -> None:
    for number in range(31):
        notice = send_notice(county, "甲镇", f"通知{number:02}。")
    client = login(county.account(PostKind.LIAISON, "甲镇"))
    client.post(f"/inbox/{county.tenant.id}/{notice}", data={"csrf_token": csrf(client, "/inbox")})
    first, second = (client.get(f"/inbox?page={n}").get_data(as_text=True).split("<main")[1] for n in (1, 2))
    assert "通知30。" not in first
    assert "通知30。" in second
    assert first.count("通知") >= 30
    for odd in ("0", "-5", "x", "9" * 30):
        assert client.get(f"/inbox?page={odd}").status_code == 200
