"""The list: stages with their counts, views, key matters, what is hidden; found by words; exported as it is filtered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from portal.core import search
from portal.core.db import db
from portal.core.scope import SYSTEM
from portal.documents.models import Export
from portal.ledger import export, words
from portal.ledger.models import Record, SavedFilter
from portal.ledger.services import Entry, create_record
from portal.operations import worker
from portal.units.models import Mechanism
from tests.factories import csrf
from tests.ledger.cast import Cast

Login = Callable[[str], FlaskClient]


@pytest.fixture
def ledger(cast: Cast, app: Flask) -> Any:
    """Twelve entries of the bank, as if worked on for a while: open, closed, key, merged, withdrawn, led by another."""
    campaign = app.extensions["portal"].registry.find("anticounterfeit")
    kept = campaign.ledger("case")
    now = cast.clock.now
    with cast.make.enter(cast.county) as session:
        mechanism = session.scalars(sa.select(Mechanism.id)).one()
        made = [
            create_record(
                session, SYSTEM, now, mechanism_id=mechanism, unit_id=cast.bank, campaign=campaign, ledger=kept,
                entry=Entry(f"网点{n:02}收缴", f"第{n % 3}街", now - timedelta(days=n + 1),
                            {"found_channel": "counter", "currency": "cny", "face_value": 100 + n}), request_key=f"v{n}",
            )
            for n in range(12)
        ]  # fmt: skip
        first = kept.states[0].key
        made[1].closing, made[1].closed_on, made[1].look_back_on = (
            "closed",
            date(2026, 6, 1),
            date(2026, 9, 1),
        )
        made[2].closing = "proposed"
        made[3].withdrawn_at = now
        made[4].merged_into_id = made[0].id
        made[5].key_from, made[6].key_from = now.date(), now.date() + timedelta(days=3)
        made[7].stage = kept.states[1].key
        made[8].lead_unit_id = cast.police
        assert made[0].stage == first
    return kept


def titles(response: Any) -> list[str]:
    assert response.status_code == 200, response.get_data(as_text=True)[:500]
    return re.findall(r"<td>(网点\d\d)", response.get_data(as_text=True))


def numbered(*left_out: int) -> set[str]:
    return {f"网点{n:02}" for n in range(12) if n not in left_out}


@contextmanager
def counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_what_each_tab_and_filter_shows(cast: Cast, login: Login, ledger: Any) -> None:
    office, base = login("jq_office"), cast.at(cast.county, "ledger")
    second = ledger.states[1].key
    shown: dict[str, set[str]] = {
        "ledger=case": numbered(1, 3, 4),
        "ledger=case&state=closed": {"网点01"},
        "ledger=case&state=all": numbered(3, 4),
        "ledger=case&state=all&hidden=1": numbered(),
        f"ledger=case&stage={second}": {"网点07"},
        "ledger=case&stage=nonsense": numbered(1, 3, 4),
        "ledger=case&key=1": {"网点05"},
        "ledger=case&state=closed&look=1": {"网点01"},
        "ledger=case&place=第2街": {f"网点{n:02}" for n in (2, 5, 8, 11)},
        "ledger=case&from=2026-09-24&to=2026-09-25": {"网点05"},
        f"unit={cast.police}": {"网点08"},
        "q=网点07": {"网点07"},
        "q=点0": numbered(3, 4, 10, 11),
        "q=案〔2026〕8号": {"网点07"},
        "from=9999-12-31&to=0001-01-01&page=1000000000&v1=%27&sort=drop": numbered(3, 4),
    }  # fmt: skip
    for query, expected in shown.items():
        assert set(titles(office.get(f"{base}?{query}"))) == expected, query
    page = office.get(f"{base}?ledger=case").get_data(as_text=True)
    tabs = dict(re.findall(r">([^<>]+?) <b class=\"n\">([\d,]+)</b>", page))
    assert (tabs["未办结"], tabs["已销号"], tabs["全部"]) == ("9", "1", "10")
    assert "★" in page
    assert 'class="starred"' in page
    assert "主办 郊区公安局" in page
    police = login("jq_police")
    assert titles(police.get(f"{base}?state=all")) == ["网点08"], "who leads an entry reads it"
    assert "网点" not in login("pd_office").get(cast.at(cast.sibling, "ledger?state=all")).get_data(
        as_text=True
    )


def test_the_statements_of_the_page_stay_the_same_and_words_are_made_anew(
    cast: Cast, login: Login, ledger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, base = login("jq_office"), cast.at(cast.county, "ledger?ledger=case")
    office.get(base)
    with counted() as many:
        office.get(base)
    with cast.make.enter(cast.county) as session:
        found = {r.title: r for r in session.scalars(sa.select(Record))}
        for title, row in found.items():
            row.withdrawn_at = row.withdrawn_at if title == "网点00收缴" else cast.clock.now
    with counted() as few:
        assert titles(office.get(base)) == ["网点00"]
    assert len(many) == len(few) <= 14, len(many)
    url = cast.at(cast.county, "ledger?hidden=1&q=网点09")
    with cast.make.enter(cast.county) as session:
        search.clear(session)
    assert titles(office.get(url)) == []
    with cast.make.enter(cast.county) as session:
        assert search.rebuild(session) == 12
    assert titles(office.get(url)) == ["网点09"]
    monkeypatch.setattr(words, "MOST_HITS", 3)  # a word that stands everywhere: the order of the list is read
    assert titles(office.get(url)) == ["网点09"]


def test_a_long_export_is_left_to_the_worker(
    cast: Cast, login: Login, app: Flask, ledger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, url = login("jq_office"), cast.at(cast.county, "ledger.xlsx?ledger=case&state=all&sort=created")
    direct = openpyxl.load_workbook(BytesIO(office.get(url).data)).worksheets[0]
    heads = [c.value for c in direct[3]]
    assert heads[:4] == ["编号", "事项", "地区", "登记单位"]
    assert {"主办单位", "配合单位", "阶段", "办结情况", "销号日期"} <= set(heads)
    monkeypatch.setattr(export, "MOST_ROWS", 5)
    assert office.get(url).location.endswith("/exports")
    while worker._step(app):
        pass
    with cast.make.enter(cast.county) as session:
        made = session.scalars(sa.select(Export)).one()
        assert (made.done_rows, made.error) == (10, "")
    with office.get(f"/exports/{made.id}") as answer:
        written = openpyxl.load_workbook(BytesIO(answer.data)).worksheets[0]
    assert [[c.value for c in r] for r in written.iter_rows(min_row=3, max_row=13)] == [
        [c.value for c in r] for r in direct.iter_rows(min_row=3, max_row=13)
    ]
    lead = heads.index("主办单位")
    assert {r[lead].value for r in written.iter_rows(min_row=4, max_row=13)} == {"郊区农商银行", "郊区公安局"}


def test_filters_are_saved_opened_and_dropped_by_their_owner(cast: Cast, login: Login, ledger: Any) -> None:
    office, base = login("jq_office"), cast.at(cast.county, "ledger")
    token = csrf(office, f"{base}?ledger=case&key=1")

    def save(name: str, query: str = "ledger=case&key=1&evil=%3Cscript%3E&page=7") -> Any:
        return office.post(f"{base}/filters?{query}", data={"csrf_token": token, "name": name})

    def kept() -> list[tuple[str, str]]:
        with cast.make.enter(cast.county) as session:
            rows = session.execute(sa.select(SavedFilter.name, SavedFilter.query).order_by(SavedFilter.id))
            return [(name, query) for name, query in rows]

    assert save("<b>重点").location.endswith("?ledger=case&key=1")
    assert save("<b>重点", "ledger=case&look=1").status_code == 303
    assert kept() == [("<b>重点", "ledger=case&look=1")], "the same name stands for the new filters"
    page = office.get(base).get_data(as_text=True)
    assert "&lt;b&gt;重点" in page
    assert "ledger=case&amp;look=1" in page
    for name, query, said in (
        ("", "key=1", "名称"),
        ("甲", "page=3", "没有筛选条件"),
        ("甲" * 41, "key=1", "最多 40 字"),
    ):
        answer = save(name, query)
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True)
    for n in range(19):
        assert save(f"第{n}个").status_code == 303
    assert save("再一个").status_code == 422
    with cast.make.enter(cast.county) as session:
        own = session.scalars(sa.select(SavedFilter.id).limit(1)).one()
    other = login("jq_bank")
    drop = f"{base}/filters/{own}/delete"
    assert other.post(drop, data={"csrf_token": csrf(other, base)}).status_code == 404
    assert office.post(drop, data={"csrf_token": token}).status_code == 303
    assert office.post(drop, data={"csrf_token": token}).status_code == 404
    assert len(kept()) == 19
