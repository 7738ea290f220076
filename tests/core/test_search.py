"""Words of two characters are found on both databases, nothing that is typed harms, no tenant meets another's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from portal.core import search
from portal.core.scope import ForeignRow, Scope, set_scope
from portal.information.models import Item, ItemKind, Level
from portal.tenants.models import Tenant
from tests.factories import Factory

TEXTS = {
    "raid": "消防部门与公安局联合检查ＡＴＭ机具 37 台，收缴 HD90 开头的假币 1,200 张",
    "apart": "取消，防伪宣传另行安排；公开、安全",
    "report": "公安局通报：2026年第三季度冠字号 YJ12345678",
    "split": "安全防范与公安工作，治安局面平稳",
}
HARMLESS = [
    "AND", "OR", "NOT", "NEAR(消防 检查)", "*", "消*", '"', '"消防"', "消防:检查", "words:消防", "tenant:1", "%", "_", "\\", "'",
    "'; drop table search_words; --", "\0", "消\0防", "😀", "👨‍👩‍👧", "\u202e消防", "\u200b", "\ud800", "{t}", "{t}消防", "()&|!<->",
    "ﷺ" * 200, "x" * 100_000, "消防" * 50_000, "消 " * 50_000, "\u0301", "^消防", "消防 -检查", "(((((", "1:*", "消防':*", "𫠠消",
    "\u2028", "\t", "ﬁ", "①", "Ⅻ",
]  # fmt: skip


@pytest.fixture
def county(make: Factory) -> Tenant:
    return make.tenant("平定县")


def add(session: Session, mechanism: int, text: str, title: str = "标题") -> Item:
    from portal.core.db import new_id
    from tests.conftest import NOON

    item = Item(
        id=new_id(), mechanism_id=mechanism, campaign="x", kind=ItemKind.INFORMATION, title=title, text=text,
        level=Level.MEMBERS, filed_at=NOON, filed_by="x", request_key=str(new_id()),
    )  # fmt: skip
    session.add(item)
    session.flush()
    search.put(session, item.id, f"{title}\n{text}")
    return item


@pytest.fixture
def filled(make: Factory, county: Tenant) -> dict[int, str]:
    """Item id -> name of its text."""
    body = make.mechanism(county, "x")
    with make.enter(county) as session:
        return {add(session, body.id, text).id: name for name, text in TEXTS.items()}


def find(session: Session, question: str) -> set[int] | None:
    """As the library asks: joined to the rows, which the guard limits, and the longer words looked for there."""
    hits = search.matching(session, question, Item.tenant_id, Item.id)
    if hits is None:
        return None
    found, on = hits
    query = sa.select(Item.id).join(found, on).where(search.exactly(question, Item.title, Item.text))
    return set(session.scalars(query))


ASKED: list[tuple[str, set[str]]] = [
    ("消防", {"raid"}),
    ("公安", {"raid", "report", "split"}),
    ("公安局", {"raid", "report"}),  # "split" holds 公安 and 安局, not the word
    ("安全", {"apart", "split"}),
    ("消", {"raid", "apart"}),
    ("局", {"raid", "report", "split"}),
    ("atm", {"raid"}),
    ("ＡＴＭ", {"raid"}),
    ("AT", {"raid"}),
    ("TM", set()),
    ("hd9", {"raid"}),
    ("2026", {"report"}),
    ("２０２６", {"report"}),
    ("202", {"report"}),
    ("026", set()),
    ("yj1234", {"report"}),
    ("公安 检查", {"raid"}),
    ("公安局检查", set()),
    ("第三季度冠字号", {"report"}),
    ("ATM机具", {"raid"}),
    ("标题", {"raid", "apart", "report", "split"}),
    ("银行", set()),
]


def test_words_are_found(session: Session, filled: dict[int, str]) -> None:
    for question, names in ASKED:
        assert {filled[i] for i in find(session, question) or ()} == names, question


def test_whatever_is_typed_is_only_looked_for(session: Session, filled: dict[int, str]) -> None:
    for question in HARMLESS:
        found = find(session, question)
        assert found is None or found <= set(filled), question
        assert {filled[i] for i in find(session, "消防 检查") or ()} == {"raid"}


def test_whatever_is_written_can_be_indexed(session: Session, make: Factory, county: Tenant) -> None:
    body = make.mechanism(county, "x")
    with make.enter(county) as session:
        item = add(session, body.id, "空")
    for text in HARMLESS:
        with make.enter(county) as session:
            search.put(session, item.id, "后记 " + text)
            item.text = "后记 " + text.replace("\0", "").replace("\ud800", "")
        assert find(session, "后记") == {item.id}, text


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_is_asked_is_made_of_words_alone(question: str, text: str) -> None:
    """No sign of a query language reaches either database; each word of a text finds it."""
    for word in search._parts(question):
        assert word.isalnum()
        assert word == search.normalise(word)
    words = search.index_words(text)
    for run in search.asked_words(text):
        for part, begins in search._parts(run).items():
            assert any(w.startswith(part) if begins else w == part for w in words)


def test_what_is_changed_or_dropped_is_no_longer_found(
    session: Session, make: Factory, county: Tenant, filled: dict[int, str]
) -> None:
    raid = next(i for i, name in filled.items() if name == "raid")
    with make.enter(county) as session:
        search.put(session, raid, "另有内容")
    assert find(session, "另有") == {raid}
    assert find(session, "机具") == set()
    with make.enter(county) as session:
        search.drop(session, raid)
    assert find(session, "另有") == set()
    with make.enter(county) as session:
        search.clear(session)
    assert find(session, "公安") == set()


def test_tenants_do_not_meet(session: Session, make: Factory, county: Tenant, filled: dict[int, str]) -> None:
    """The same id put elsewhere overwrites nothing; neither finds what the other indexed."""
    other = make.tenant("盂县")
    raid = next(i for i, name in filled.items() if name == "raid")
    set_scope(session, Scope(own=(other.id,), home=other.id))
    assert find(session, "公安") == set()
    try:
        search.put(session, raid, "盂县的内容")
        session.commit()
    except ForeignRow:  # on SQLite an id can stand there once
        session.rollback()
    search.drop(session, raid)
    search.clear(session)
    session.commit()
    assert find(session, "盂县") == set()
    set_scope(session, Scope(own=(county.id,), home=county.id))
    assert raid in (find(session, "消防") or ())
    assert find(session, "盂县") == set()


def test_words_of_tenants_below_are_found_only_where_the_scope_reaches(
    session: Session, make: Factory, county: Tenant, filled: dict[int, str]
) -> None:
    city = make.tenant("阳泉市")
    set_scope(session, Scope(own=(city.id,), below=(county.id,), home=city.id))
    assert find(session, "消防") == set()  # nothing was released
    with make.enter(county) as session:
        raid = session.get_one(Item, (county.id, next(i for i, name in filled.items() if name == "raid")))
        raid.released_at = raid.filed_at
    set_scope(session, Scope(own=(city.id,), below=(county.id,), home=city.id))
    assert find(session, "消防") == {raid.id}


def test_nothing_is_put_without_a_home(session: Session, county: Tenant) -> None:
    set_scope(session, Scope(own=(county.id,)))
    acts: tuple[Callable[[], None], ...] = (
        lambda: search.put(session, 1, "x"),
        lambda: search.drop(session, 1),
        lambda: search.clear(session),
    )
    for act in acts:
        with pytest.raises(ForeignRow):
            act()


# ------------------------------------------------------------------------------------- the database's own layer
@pytest.fixture
def as_the_portal(app: Flask) -> Any:
    """The application's role on a connection without our guard."""
    url = make_url(app.extensions["portal"].settings.database_url)
    with psycopg.connect(
        host=str(url.query["host"]), user=url.username, password=url.password, dbname=url.database
    ) as link:
        yield link


only_postgresql = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
"""SQLite has no layer of its own."""


@only_postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "select * from search_words", "select count(*) from search_words", "delete from search_words",
        "update search_words set words = ''", "insert into search_words values (1, 1, '')",
        "copy search_words to stdout", "truncate search_words",
    ],
)  # fmt: skip
def test_the_application_cannot_read_the_words(as_the_portal: Any, filled: Any, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_the_portal.execute(statement)


@only_postgresql
def test_the_functions_answer_the_tenants_that_were_told(
    as_the_portal: Any, county: Tenant, filled: dict[int, str]
) -> None:
    def ids(asked: str) -> set[int]:
        return {r[1] for r in as_the_portal.execute("select * from search_find(%s)", (asked,))}

    raid = next(i for i, name in filled.items() if name == "raid")
    here = f"'{county.id:x}x消防'"
    assert ids("'{t}消防'") == ids(here) == set()  # no scope, no rows
    as_the_portal.execute(Scope(own=(county.id + 1,), home=county.id + 1).settings)
    assert ids("'{t}消防'") == ids(here) == ids(f"'{{t}}消防' | {here}") == set()
    as_the_portal.execute("select search_drop(%s), search_clear()", (raid,))
    as_the_portal.execute(Scope(own=(county.id,), home=county.id).settings)
    assert ids("'{t}消防'") == {raid}


@only_postgresql
def test_no_other_schema_stands_in_for_what_the_functions_use(as_the_portal: Any, filled: Any) -> None:
    """A function that runs as the owner must not pick up a table or an operator of the caller's making."""
    rows = as_the_portal.execute(
        "select proname, prosecdef, proconfig from pg_proc where proname like 'search!_%' escape '!'"
    ).fetchall()
    assert {name for name, *_rest in rows} == {"search_put", "search_drop", "search_clear", "search_find"}
    assert all(definer and config == ["search_path=pg_catalog, pg_temp"] for _name, definer, config in rows)
