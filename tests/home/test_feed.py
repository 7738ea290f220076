"""What leaves the portal for a person: the wish for mail, and the calendar behind a secret address."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.accounts.models import Account
from portal.core.clock import SHANGHAI
from portal.core.posts import PostKind
from portal.deadlines.models import Deadline
from portal.notices.models import CalendarFeed
from portal.units.models import Post
from tests.conftest import TestClock
from tests.factories import csrf
from tests.reporting.county import County

Login = Callable[[str], FlaskClient]
PAGE = "/account/reminders"


def account(county: County, name: str) -> Account:
    county.session.rollback()
    return county.session.scalars(sa.select(Account).where(Account.username == name)).one()


def make_address(client: FlaskClient) -> str:
    shown = client.post(f"{PAGE}/calendar", data={"csrf_token": csrf(client, PAGE)})
    found = re.search(r'id="feed-address">http://localhost(/calendar/[^<]+)<', shown.get_data(as_text=True))
    assert found is not None
    return found[1]


def events(client: FlaskClient, address: str) -> dict[str, Any]:
    """Summary -> event, of a valid calendar."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, max-age=900"
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert (calendar["VERSION"], not calendar.errors) == ("2.0", True)
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))
    return {str(e["SUMMARY"]): e for e in calendar.walk("VEVENT")}


def run_clock(county: County, due: datetime, unit: str | None = "甲镇", title: str = "迅速上报") -> int:
    with county.inside() as session:
        clock = Deadline(
            mechanism_id=county.mechanism.id, unit_id=county.units[unit].id if unit else None,
            subject=f"record:{title}", rule="r", title=title, reason={"hours": 24}, started_at=due - timedelta(hours=24),
            entered_at=county.now, due_at=due,
        )  # fmt: skip
        session.add(clock)
        session.flush()
        return clock.id


# ------------------------------------------------------------------------------------------------- mail
@pytest.mark.parametrize(
    "typed",
    ["x", "a@b", "甲@example.cn", "a@example.cn\r\nBcc: b@example.cn", "a@example.cn,b@example.cn", "<a@example.cn>",
     "a b@example.cn", "@example.cn", "a@-example.cn", "a" * 70 + "@example.cn", "a@" + "b." * 120 + "cn", "'--@x.cn;"],
)  # fmt: skip
def test_what_is_no_address_is_refused_beside_the_field(county: County, login: Login, typed: str) -> None:
    name = county.account(PostKind.LIAISON, "甲镇")
    client = login(name)
    answer = client.post(
        f"{PAGE}/mail", data={"csrf_token": csrf(client, PAGE), "email": typed, "mail_on": "1"}
    )
    shown = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "请填写一个单位邮箱地址" in shown
    assert typed.split("\r")[0][:60] in shown, "what was typed is kept"
    assert account(county, name).email == ""


def test_the_wish_is_kept_and_can_be_taken_back(county: County, login: Login) -> None:
    name = county.account(PostKind.LIAISON, "甲镇")
    client = login(name)
    for email, on, want in (
        ("lianluo@pd.gov.cn", "1", ("lianluo@pd.gov.cn", True)), ("lianluo@pd.gov.cn", "", ("lianluo@pd.gov.cn", False)),
        ("", "", ("", False)),
    ):  # fmt: skip
        data = {"csrf_token": csrf(client, PAGE), "email": email, "mail_on": on}
        assert client.post(f"{PAGE}/mail", data=data).status_code == 303
        found = account(county, name)
        assert (found.email, found.mail_on) == want
    answer = client.post(f"{PAGE}/mail", data={"csrf_token": csrf(client, PAGE), "email": "", "mail_on": "1"})
    assert answer.status_code == 422


# ---------------------------------------------------------------------------------------------- calendar
def test_the_calendar_has_what_the_posts_owe(county: County, clock: TestClock, login: Login) -> None:
    run_clock(county, datetime(2025, 9, 21, 17, 40, tzinfo=SHANGHAI))
    run_clock(county, datetime(2025, 9, 22, 17, 40, tzinfo=SHANGHAI), "乙镇", "别家的")
    address = make_address(login(county.account(PostKind.LIAISON, "甲镇")))
    found = events(county.make.app.test_client(), address)
    form = f"到期：{county.form.label}2025年三季度"
    assert set(found) == {"到期：迅速上报", form}
    clock_, day = found["到期：迅速上报"], found[form]
    assert clock_["DTEND"].dt == datetime(2025, 9, 21, 17, 40, tzinfo=SHANGHAI)
    assert clock_["DTEND"].params["TZID"] == "Asia/Shanghai"
    assert (day["DTSTART"].dt, day["DTEND"].dt) == (date(2025, 9, 30), date(2025, 10, 1))
    again = events(county.make.app.test_client(), address)
    assert {k: str(e["UID"]) for k, e in again.items()} == {k: str(e["UID"]) for k, e in found.items()}


def test_what_is_done_vanishes(county: County, login: Login) -> None:
    number = run_clock(county, datetime(2025, 9, 21, 17, 40, tzinfo=SHANGHAI))
    address = make_address(login(county.account(PostKind.LIAISON, "甲镇")))
    county.file("甲镇")
    with county.inside() as session:
        session.get_one(Deadline, (county.tenant.id, number)).met_at = county.now
    assert events(county.make.app.test_client(), address) == {}


def test_an_office_has_each_report_once(county: County, login: Login) -> None:
    run_clock(county, datetime(2025, 9, 21, 17, 40, tzinfo=SHANGHAI), None, "本办公室的")
    address = make_address(login(county.account(PostKind.OFFICE_STAFF)))
    found = events(county.make.app.test_client(), address)
    assert set(found) == {"到期：本办公室的", f"到期：{county.form.label}2025年三季度"}
    assert not any("甲镇" in str(e.to_ical()) for e in found.values())


def test_the_address_is_shown_once_kept_as_a_hash_and_ends(county: County, login: Login) -> None:
    name = county.account(PostKind.LIAISON, "甲镇")
    client, outside = login(name), county.make.app.test_client()
    first = make_address(client)
    token = first.removeprefix("/calendar/").removesuffix(".ics")
    assert token not in client.get(PAGE).get_data(as_text=True)
    kept = county.session.scalars(sa.select(CalendarFeed)).all()
    assert not any(token in repr(vars(row)) for row in kept)
    second = make_address(client)
    assert (outside.get(first).status_code, outside.get(second).status_code) == (404, 200)
    client.post(f"{PAGE}/calendar", data={"csrf_token": csrf(client, PAGE), "end": "1"})
    assert outside.get(second).status_code == 404
    for odd in ("x", "%00", "../x", token.swapcase(), "a" * 5000):
        assert outside.get(f"/calendar/{odd}.ics").status_code in (404, 414)


@pytest.mark.parametrize("end", ["account", "post"])
def test_it_ends_with_the_account_and_the_post(county: County, login: Login, end: str) -> None:
    name = county.account(PostKind.LIAISON, "甲镇")
    address = make_address(login(name))
    outside = county.make.app.test_client()
    assert outside.get(address).status_code == 200
    if end == "account":
        account(county, name).disabled_at = county.now
        county.session.commit()
    else:
        with county.inside() as session:
            session.get_one(Post, (county.tenant.id, county.ids[name])).until = county.now
    assert outside.get(address).status_code == 404


def test_reading_it_writes_nothing_and_opens_nothing_else(county: County, login: Login) -> None:
    address = make_address(login(county.account(PostKind.LIAISON, "甲镇")))
    outside = county.make.app.test_client()
    answer = outside.get(address)
    assert "Set-Cookie" not in answer.headers
    assert outside.get("/inbox").status_code == 302


def test_hostile_titles_are_one_property(county: County, login: Login) -> None:
    """A48, A53 in a calendar."""
    evil = "甲\r\nEND:VEVENT\r\nBEGIN:VALARM\nACTION:PROCEDURE;,\\"
    run_clock(county, datetime(2025, 9, 21, 17, 40, tzinfo=SHANGHAI), title=evil)
    address = make_address(login(county.account(PostKind.LIAISON, "甲镇")))
    answer = county.make.app.test_client().get(address)
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert list(calendar.walk("VALARM")) == []
    assert max(str(e["SUMMARY"]) for e in calendar.walk("VEVENT")).startswith("到期：")
    assert b"\nBEGIN:VALARM" not in answer.data.replace(b"\r\n ", b"")
