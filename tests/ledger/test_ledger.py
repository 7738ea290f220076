"""Entries of a ledger: numbers, thresholds, double clicks, two editors, hostile text, who sees what."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.core.audit import verify
from portal.core.posts import PostKind
from portal.deadlines.models import Deadline
from portal.ledger.models import Record, RecordEvent
from portal.notices.models import Notice
from portal.units.models import Mechanism
from tests.ledger.cast import Cast, fields_of

Login = Callable[[str], FlaskClient]


def rows(cast: Cast, model: Any) -> list[Any]:
    with cast.make.enter(cast.county) as session:
        session.expire_all()
        return list(session.scalars(sa.select(model).order_by(model.id)))


def record_url(response: Any) -> str:
    assert response.status_code == 303, response.get_data(as_text=True)
    return str(response.location)


@pytest.mark.parametrize(
    ("face", "starts"), [("100000", True), ("99900", False), ("100,000.01", True), ("99999.99", False)]
)
def test_threshold_is_inclusive_and_starts_the_clock_by_itself(
    cast: Cast, login: Login, face: str, starts: bool
) -> None:
    page = login("jq_bank").get(record_url(cast.enter(login("jq_bank"), face))).get_data(as_text=True)
    clocks = rows(cast, Deadline)
    assert len(clocks) == starts
    if starts:
        assert clocks[0].due_at.isoformat() == "2026-10-01T17:40:00+08:00"  # National Day or not
        assert clocks[0].entered_at.isoformat() == "2026-09-30T17:52:00+08:00"
        assert "第十七条（一）" in page
        assert "10月1日 周四 17:40" in page
        assert [str(n.text % n.params) for n in rows(cast, Notice)] == [
            "案〔2026〕1号 达到急报条件，须在 24 小时内上报。"
        ]
    else:
        assert "标为重要" in page


def test_a_ticked_means_starts_the_clock_at_any_amount(cast: Cast, login: Login) -> None:
    cast.enter(login("jq_bank"), "100", new_forging_means="1")
    assert [d.rule for d in rows(cast, Deadline)] == ["new_forging_means"]


def test_two_finds_of_one_day_are_not_summed_but_offered_as_related(cast: Cast, login: Login) -> None:
    client = login("jq_bank")
    cast.enter(client, "60000")
    second = record_url(cast.enter(client, "50000", **{"entry-title": "另一网点收缴假币"}))
    assert rows(cast, Deadline) == []
    page = client.get(second).get_data(as_text=True)
    assert "可能关联" in page
    assert "某网点收缴假币" in page


def test_marked_important_by_hand_it_has_24_hours_too(cast: Cast, login: Login) -> None:
    client = login("jq_bank")
    url = record_url(cast.enter(client, "99900"))
    token = fields_of(client.get(url))
    assert client.post(f"{url}/important", data=token).status_code == 303
    assert [(d.rule, d.due_at.isoformat()) for d in rows(cast, Deadline)] == [
        ("important", "2026-10-01T17:40:00+08:00")
    ]
    assert client.post(f"{url}/important", data=token).status_code == 409
    assert len(rows(cast, Deadline)) == 1


def test_a_change_across_the_threshold_starts_the_clock_and_back_takes_it_back(
    cast: Cast, login: Login
) -> None:
    client = login("jq_bank")
    url = record_url(cast.enter(client, "99900"))

    def change(**fields: str) -> None:
        posted = (
            fields_of(client.get(f"{url}/edit")) | {"found_channel": "counter", "currency": "cny"} | fields
        )
        assert client.post(f"{url}/edit", data=posted).status_code == 303

    change(face_value="100000")
    assert [d.rule for d in rows(cast, Deadline)] == ["large_amount"]
    change(**{"entry-known_at": "2026-09-30T16:00"})
    assert rows(cast, Deadline)[0].due_at.isoformat() == "2026-10-01T16:00:00+08:00"
    change(face_value="9990")
    assert rows(cast, Deadline) == []
    story = client.get(url).get_data(as_text=True)
    assert "面额合计 99,900 元 → 100,000 元" in story
    assert "上报时限撤销" in story


def test_numbers_have_no_gaps_and_a_refused_entry_takes_none(cast: Cast, login: Login) -> None:
    client = login("jq_bank")
    cast.enter(client)
    assert cast.enter(client, "十万").status_code == 422
    cast.enter(client, "1")
    assert [r.number for r in rows(cast, Record)] == ["案〔2026〕1号", "案〔2026〕2号"]


def test_a_double_click_makes_one_row_and_shows_the_first(cast: Cast, login: Login) -> None:
    client = login("jq_bank")
    first = cast.enter(client, **{"entry-request_key": "twice"})
    again = cast.enter(client, **{"entry-request_key": "twice"})
    assert first.location == again.location
    assert len(rows(cast, Record)) == len(rows(cast, Deadline)) == 1
    assert len(rows(cast, RecordEvent)) == 1


def test_the_second_of_two_editors_is_told_and_loses_nothing(cast: Cast, login: Login) -> None:
    client = login("jq_bank")
    url = record_url(cast.enter(client))
    opened = fields_of(client.get(f"{url}/edit")) | {"found_channel": "counter", "currency": "cny"}
    assert client.post(f"{url}/edit", data=opened | {"entry-title": "先保存的"}).status_code == 303
    stale = client.post(f"{url}/edit", data=opened | {"entry-title": "后保存的", "features": "新手法"})
    page = stale.get_data(as_text=True)
    assert stale.status_code == 409
    assert "先保存的" in page
    assert "后保存的" in page
    assert "新手法" in page
    assert rows(cast, Record)[0].title == "先保存的"
    again = fields_of(stale) | {"found_channel": "counter", "currency": "cny"}
    assert client.post(f"{url}/edit", data=again).status_code == 303
    assert rows(cast, Record)[0].title == "后保存的"


REFUSED = [
    ("entry-title", "", "请填写事项名称"),
    ("entry-title", "平\u202e定", "看不见的控制字符"),
    ("entry-title", "a\x00b", "看不见的控制字符"),
    ("entry-title", "字" * 121, "最多 120 字"),
    ("entry-place", "郊\u200b区", "看不见的控制字符"),
    ("entry-known_at", "", "请填写得知时间"),
    ("entry-known_at", "昨天下午", "请填日期和时间"),
    ("entry-known_at", "2026-09-30T17:55", "不能晚于现在"),
    ("entry-known_at", "1999-12-31T23:59", "早于 2000 年"),
    ("face_value", "10万", "请填 100,000"),
    ("face_value", "-5", "负数"),
    ("face_value", "NaN", "阿拉伯数字"),
    ("face_value", str(2**63), "过大"),
    ("face_value", "", "请填写“面额合计”"),
    ("note_count", "1.5", "整数"),
    ("site", "moon", "不在列表中"),
    ("delivered_on", "2026-02-30", "没有这一天"),
    ("features", "字" * 2001, "最多 2000 字"),
    ("entry-request_key", "", "页面已失效"),
]


def test_bad_input_is_refused_at_its_field_with_what_was_typed(cast: Cast, login: Login) -> None:
    client = login("jq_bank")
    for field, typed, says in REFUSED:
        answer = cast.enter(client, **({"serial_prefixes": "保留我"} | {field: typed}))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, (field, typed)
        assert says in page, (field, typed)
        assert "保留我" in page, (field, typed)
    assert rows(cast, Record) == []


def test_the_clock_of_the_office_machine_may_be_two_minutes_ahead(cast: Cast, login: Login) -> None:
    assert cast.enter(login("jq_bank"), **{"entry-known_at": "2026-09-30T17:54"}).status_code == 303


HOSTILE = ["<script>alert(1)</script>", "=cmd|'/c calc'!A1", "{{7*7}}", '" onmouseover="x', "%(x)s"]


def test_hostile_text_is_stored_as_typed_and_inert_on_every_page(cast: Cast, login: Login) -> None:
    client = login("jq_bank")
    urls = []
    for text in HOSTILE:
        more = {"entry-title": text, "entry-place": text, "features": text, "serial_prefixes": text}
        urls.append(record_url(cast.enter(client, **more)))
    assert [r.title for r in rows(cast, Record)] == HOSTILE
    lists = [cast.at(cast.county, "ledger"), cast.at(cast.county, "urgent")]
    for page in (*urls, *(f"{url}/edit" for url in urls), *lists):
        answer = client.get(page)
        html = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert "<script>alert" not in html
        assert 'onmouseover="x' not in html
        assert ">49<" not in html


def test_who_sees_the_entry(cast: Cast, login: Login) -> None:
    url = record_url(cast.enter(login("jq_bank")))
    assert login("jq_office").get(url).status_code == 200
    assert login("jq_police").get(url).status_code == 404  # another unit of the same county
    assert login("pd_office").get(url).status_code == 404
    number = url.rsplit("/", 1)[1]
    assert login("pd_office").get(cast.at(cast.sibling, f"ledger/{number}")).status_code == 404
    assert (
        login("yq_office").get(cast.at(cast.city, f"ledger/{number}")).status_code == 404
    )  # not released yet
    assert "某网点" not in login("yq_office").get(cast.at(cast.city, "ledger?below=1")).get_data(as_text=True)
    assert "某网点" not in login("jq_police").get(cast.at(cast.county, "ledger")).get_data(as_text=True)
    assert "某网点" in login("jq_office").get(cast.at(cast.county, "ledger")).get_data(as_text=True)


def test_the_office_reads_but_does_not_write(cast: Cast, login: Login) -> None:
    url = record_url(cast.enter(login("jq_bank")))
    assert login("jq_office").get(f"{url}/edit").status_code == 403
    assert login("jq_office").get(cast.at(cast.county, "ledger/new")).status_code == 403
    assert login("jq_police").get(f"{url}/edit").status_code == 404


def test_a_unit_that_is_no_member_keeps_no_ledger(cast: Cast, login: Login) -> None:
    guest = cast.make.unit(cast.county, "郊区某协会")
    with cast.make.enter(cast.county) as session:
        mechanism = session.scalars(sa.select(Mechanism)).one()
    cast.make.post(cast.county, "jq_guest", PostKind.LIAISON, mechanism, guest)
    assert login("jq_guest").get(cast.at(cast.county, "ledger/new")).status_code == 403


SEARCHES: list[tuple[str, list[str] | None]] = [
    ("q=100%25", ["100%真"]),
    ("q=_", ["a_b"]),
    ("q=A_B", ["a_b"]),
    ("q=%5C", []),
    ("q=%00%27", []),
    ("sort=evil&page=-1", None),
    ("page=99999999999999999999", None),
    ("unit=99999999999999999999999&sort=known", None),
    ("ledger=nope", None),
]


def test_the_list_searches_literally_and_survives_any_address(cast: Cast, login: Login) -> None:
    titles = ["100%真", "a_b", "普通"]
    for title in titles:
        cast.enter(login("jq_bank"), "1", **{"entry-title": title})
    office = login("jq_office")
    for query, found in SEARCHES:
        answer = office.get(cast.at(cast.county, f"ledger?{query}"))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200, query
        assert found is None or [t for t in titles if f"<td>{t}<" in page] == found, query


def test_fifty_a_page_in_the_order_asked_for(cast: Cast, login: Login) -> None:
    client = login("jq_bank")
    for n in range(52):
        assert (
            cast.enter(
                client,
                "1",
                **{"entry-title": f"事项{n:02}", "entry-known_at": f"2026-08-{n % 28 + 1:02}T08:00"},
            ).status_code
            == 303
        )
    base = cast.at(cast.county, "ledger")
    first = client.get(f"{base}?sort=created").get_data(as_text=True)
    assert re.findall(r"事项\d\d", first) == [f"事项{n:02}" for n in range(50)]
    second = client.get(f"{base}?sort=created&page=2").get_data(as_text=True)
    assert re.findall(r"事项\d\d", second) == ["事项50", "事项51"]


def test_the_trail_holds(cast: Cast, login: Login) -> None:
    cast.enter(login("jq_bank"))
    with cast.make.enter(cast.county) as session:
        assert list(verify(session)) == []
