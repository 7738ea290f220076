"""The inbox page: filters, marking read, the count in the bar, addressing by post; fast with 50,000 open items."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Account
from portal.core.db import new_id
from portal.core.posts import PostKind
from portal.core.text import Message
from portal.notices.models import Notice, Outgoing
from portal.notices.services import notify
from portal.units.models import Post
from tests.conftest import TestClock
from tests.factories import Factory, csrf
from tests.home.test_todo import statements
from tests.reporting.county import County, found_county

Login = Callable[[str], FlaskClient]


def tell(county: County, words: str, unit: str | None = "甲镇", **more: Any) -> None:
    with county.inside() as session:
        notify(
            session, county.now, mechanism_id=county.mechanism.id, sender="办公室", text=Message("%(w)s", w=words),
            unit_id=county.units[unit].id if unit else None, **more,
        )  # fmt: skip


def inbox(client: FlaskClient, query: str = "") -> str:
    answer = client.get(f"/inbox{query}")
    assert answer.status_code == 200
    return html.unescape(answer.get_data(as_text=True))


def badge(client: FlaskClient, page: str = "/account") -> str:
    found = re.search(r'class="count">.*?</span>([0-9+]*)</span>', client.get(page).get_data(as_text=True))
    return found[1] if found else ""


def rows_of(shown: str) -> str:
    return shown.split("<tbody>", 1)[1] if "<tbody>" in shown else ""


def fill(county: County, many: int, unit: str | None = None, read: int = 0) -> None:
    with county.inside() as session:
        session.execute(sa.delete(Outgoing).where(Outgoing.tenant_id == county.tenant.id))
        session.add_all(
            Notice(
                id=new_id(), mechanism_id=county.mechanism.id, unit_id=county.units[unit].id if unit else None,
                text="%(w)s", params={"w": f"第{n}件"}, sender="x", at=county.now,
                read_at=county.now if n < read else None,
            )
            for n in range(many)
        )  # fmt: skip


def test_filters_narrow_the_list(county: County, clock: TestClock, login: Login) -> None:
    tell(county, "平常一件")
    tell(county, "急的一件", urgent=True)
    tell(county, "到期一件", mark=f"remind:x:{county.tenant.id}")
    client = login(county.account(PostKind.LIAISON, "甲镇"))
    found = {
        query: [w for w in ("平常一件", "急的一件", "到期一件") if w in rows_of(inbox(client, query))]
        for query in ("", "?kind=urgent", "?kind=reminder", "?kind=other", f"?in={county.key}", "?in=antifraud", "?kind=x")
    }  # fmt: skip
    every = ["平常一件", "急的一件", "到期一件"]
    assert found == {
        "": every, "?kind=urgent": ["急的一件"], "?kind=reminder": ["到期一件"], "?kind=other": ["平常一件"],
        f"?in={county.key}": every, "?in=antifraud": every, "?kind=x": every,
    }  # fmt: skip


def test_the_bar_counts_what_is_unread_up_to_99(county: County, login: Login) -> None:
    client = login(county.account(PostKind.LIAISON, "甲镇"))
    assert badge(client) == ""
    for n in range(3):
        tell(county, f"{n}")
    assert [badge(client, page) for page in ("/account", "/", "/inbox")] == ["3"] * 3
    assert badge(client, county.url("reports")) == "3", "also where the scope is one tenant's"
    fill(county, 97, "甲镇")
    assert badge(client) == "99+"


def test_an_error_page_asks_the_database_nothing(app: Flask, county: County, login: Login) -> None:
    tell(county, "一件")
    client = login(county.account(PostKind.LIAISON, "甲镇"))
    answer = client.get("/no-such-page")
    assert answer.status_code == 404
    assert 'class="count"' not in answer.get_data(as_text=True)


def test_all_is_marked_read_but_not_what_came_meanwhile(
    county: County, clock: TestClock, login: Login
) -> None:
    for n in range(3):
        tell(county, f"先到{n}")
    client = login(county.account(PostKind.LIAISON, "甲镇"))
    shown = inbox(client)
    at = re.search(r'name="shown" value="([^"]+)"', shown)
    assert at is not None
    clock.at("2025-09-20T10:05:00")
    tell(county, "后到")
    token = csrf(client, "/inbox")
    answer = client.post("/inbox/read", data={"csrf_token": token, "all": "1", "shown": at[1]})
    assert (answer.status_code, answer.location) == (303, "/inbox")
    left = rows_of(inbox(client, "?state=unread"))
    assert "后到" in left
    assert "先到" not in left
    assert "已将 3 条" in html.unescape(client.get("/account").get_data(as_text=True)) or badge(client) == "1"


def test_a_page_is_marked_read_by_its_rows(county: County, login: Login) -> None:
    fill(county, 40, "甲镇")
    client = login(county.account(PostKind.LIAISON, "甲镇"))
    marks = re.findall(r'name="notice" value="([0-9]+-[0-9]+)"', inbox(client))
    assert len(marks) == 30
    strange = ["x", "1-9999999999999999999999", "-", f"{county.tenant.id}-1"]
    client.post("/inbox/read", data={"csrf_token": csrf(client, "/inbox"), "notice": [*marks, *strange]})
    assert badge(client) == "10"


def test_nobody_marks_what_is_anothers(county: County, login: Login) -> None:
    tell(county, "甲镇的")
    other = login(county.account(PostKind.LIAISON, "乙镇"))
    own = login(county.account(PostKind.LIAISON, "甲镇"))
    marks = re.findall(r'name="notice" value="([0-9]+-[0-9]+)"', inbox(own))
    for data in ({"notice": marks}, {"all": "1"}):
        other.post("/inbox/read", data={"csrf_token": csrf(other, "/inbox"), **data})
    assert badge(own) == "1"


def test_odd_values_are_answered(county: County, login: Login) -> None:
    client = login(county.account(PostKind.LIAISON, "甲镇"))
    for query in ("?page=-1", "?page=x", "?state=%00", "?kind=%F0%9F%92%A9", "?in=../x", "?page=999999"):
        assert client.get(f"/inbox{query}").status_code == 200
    token = csrf(client, "/inbox")
    for shown in ("", "x", "2025-09-20", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+08:00"):
        answer = client.post("/inbox/read", data={"csrf_token": token, "all": "1", "shown": shown})
        assert answer.status_code == 303, shown


def test_a_notice_for_a_post_is_its_holders(county: County, login: Login) -> None:
    names = {k: county.account(k, "甲镇") for k in (PostKind.LIAISON, PostKind.LEADER_IN_CHARGE)}
    for kind, words in (
        (PostKind.LIAISON, "给联络员"),
        (PostKind.LEADER_IN_CHARGE, "给领导"),
        ("", "给本单位"),
    ):
        tell(county, words, post=kind)
    seen = {
        kind: [w for w in ("给联络员", "给领导", "给本单位") if w in rows_of(inbox(login(name)))]
        for kind, name in names.items()
    }
    assert seen == {
        PostKind.LIAISON: ["给联络员", "给本单位"], PostKind.LEADER_IN_CHARGE: ["给领导", "给本单位"]
    }  # fmt: skip


def test_without_a_liaison_the_leader_finds_and_opens_it(
    county: County, clock: TestClock, login: Login
) -> None:
    liaison = county.account(PostKind.LIAISON, "甲镇")
    leader = login(county.account(PostKind.LEADER_IN_CHARGE, "甲镇"))
    tell(county, "给联络员", post=PostKind.LIAISON)
    assert "给联络员" not in inbox(leader)
    with county.inside() as session:
        session.get_one(Post, (county.tenant.id, county.ids[liaison])).until = county.now
        notice = session.scalars(sa.select(Notice.id)).one()
    assert "给联络员" in inbox(leader)
    assert badge(leader) == "1"
    url = f"/inbox/{county.tenant.id}/{notice}"
    assert leader.post(url, data={"csrf_token": csrf(leader, "/inbox")}).status_code == 303
    assert badge(leader) == ""


def test_one_inbox_over_two_counties(make: Factory, clock: TestClock, login: Login) -> None:
    """beyond.md row 19."""
    clock.at("2025-09-20T10:00:00")
    one, two = found_county(make, {"公安": "police"}), found_county(make, {"公安": "police"})
    name = one.account(PostKind.LIAISON, "公安")
    account = make.session.scalars(sa.select(Account).where(Account.username == name)).one()
    make.post(two.tenant, account, PostKind.LIAISON, two.mechanism, two.units["公安"])
    tell(one, "一县的事", "公安")
    tell(two, "二县的事", "公安")
    client = login(name)
    shown = inbox(client)
    assert "一县的事" in shown
    assert "二县的事" in shown
    assert one.tenant.name in rows_of(shown)
    client.post("/inbox/read", data={"csrf_token": csrf(client, "/inbox"), "all": "1"})
    assert badge(client) == ""


def test_hostile_words_are_text(county: County, login: Login) -> None:
    """A48."""
    evil = "<script>alert(1)</script>{{7*7}}%(w)s${x}"
    tell(county, evil, detail="<img src=x onerror=alert(1)>")
    raw = login(county.account(PostKind.LIAISON, "甲镇")).get("/inbox").get_data(as_text=True)
    assert "<script>alert" not in raw
    assert "<img" not in raw
    assert evil in html.unescape(raw)


@pytest.mark.parametrize("many", [1, 300])
def test_the_page_asks_few_questions(app: Flask, county: County, login: Login, many: int) -> None:
    fill(county, many)
    client = login(county.account(PostKind.OFFICE_STAFF))
    inbox(client)
    with statements(app) as sent:
        inbox(client)
    assert len(sent) <= 5, sent
