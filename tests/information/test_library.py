"""The library finds, counts and offers only what its reader may read: every reader, every level, both databases (A10)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import event, make_url

from portal.core import search
from portal.core.db import db
from portal.core.scope import Scope, set_scope
from portal.information.access import look_below
from portal.information.items import revise_item, withdraw_item
from portal.information.library import Asked, Found, look_up
from portal.information.models import Item, Level
from tests.information.conftest import CAMPAIGN, POLICE, READERS, WORDS, Town

WORD = {
    Level.OWN: "青龙",
    Level.OFFICE: "白虎",
    Level.CHOSEN: "朱雀",
    Level.MEMBERS: "玄武",
    Level.UPWARD: "麒麟",
}
"""Each level's item holds a word of its own, in title and text."""
SEEN = {
    "own": set(Level), "leader": set(Level), "left": set(), "sibling": set(), "stranger": set(),
    "other": {Level.MEMBERS, Level.UPWARD}, "group": {Level.MEMBERS, Level.UPWARD},
    "chosen": {Level.CHOSEN, Level.MEMBERS, Level.UPWARD}, "office": set(Level) - {Level.OWN},
    "convenor": set(Level) - {Level.OWN}, "city": {Level.UPWARD},
}  # fmt: skip
COMMON = "假币案件通报"


@pytest.fixture
def levels(town: Town) -> dict[Level, Item]:
    """One item of each level by the police, each of a category of its own; the narrower the newer."""
    kinds = [c.key for c in town.campaign.exchange.categories]
    found = {}
    for n, (level, category) in enumerate(zip(reversed(Level), kinds, strict=False)):
        town.clock.now += timedelta(minutes=n + 1)
        readers = ["court"] if level is Level.CHOSEN else []
        words = WORDS | {"situation": f"{COMMON}，涉及{WORD[level]}小区。"}
        found[level] = town.file(
            level, readers=readers, category=category, title=f"{WORD[level]}行动", sections=words
        )
    return found


def ask(town: Town, who: str, question: str = "", **more: Any) -> Found:
    desk = town.desk(who, "antifraud" if who == "stranger" else CAMPAIGN)
    session = town.make.session
    look_below(session, desk)
    return look_up(session, desk, Asked(question, **more), town.clock.now)


def url(town: Town, who: str) -> str:
    place = {"city": town.city, "sibling": town.sibling}.get(who, town.county)
    return f"/{place.code}/{'antifraud' if who == 'stranger' else CAMPAIGN}/library"


def test_every_reader_is_answered_from_what_it_may_read(town: Town, levels: dict[Level, Item]) -> None:
    """Rows, order, counts and the choices of the filters, with a question and without."""
    assert set(SEEN) == set(READERS)
    for who in READERS:
        newest = [levels[x].id for x in Level if x in SEEN[who]]  # the narrower was filed later
        for question in ("", "通报", COMMON, "行动"):
            found = ask(town, who, question)
            assert [r.id for r in found.rows] == newest, (who, question)
            assert found.total == len(newest)
            kinds = {o.value: o.number for o in found.options["category"]}
            assert kinds == {levels[x].category: 1 for x in SEEN[who]}, who
            assert sum(o.number for o in found.options["source"]) == len(newest)
            assert sum(o.number for o in found.options["year"]) == len(newest)
        for level, word in WORD.items():
            found = ask(town, who, word)
            assert found.total == (1 if level in SEEN[who] else 0), (who, level)
            assert bool(found.options["kind"]) == (level in SEEN[who])
            assert not ask(town, who, "", category=levels[level].category).rows or level in SEEN[who]
            unit = str(levels[level].unit_id)
            assert (ask(town, who, word, source=unit).total == 1) == (level in SEEN[who] and who != "city")


def test_the_page_shows_each_reader_no_other_words(
    town: Town, levels: dict[Level, Item], login: Callable[[str], FlaskClient]
) -> None:
    for who in READERS:
        client = login(who)
        for question in ("", COMMON, *WORD.values()):
            answer = client.get(url(town, who), query_string={"q": question})
            html = answer.get_data(as_text=True)
            assert answer.status_code == 200, (who, question)
            main = re.sub(r'<input class="grow".*?>|<title>.*?</title>', "", html, flags=re.DOTALL)
            for level, word in WORD.items():
                there = re.sub(r"</?mark>", "", main)
                assert word not in there or level in SEEN[who], (who, question, level)
                assert str(levels[level].id) not in html or level in SEEN[who]
                assert levels[level].category not in html or level in SEEN[who]


def test_the_word_is_marked_and_its_surroundings_are_escaped(
    town: Town, login: Callable[[str], FlaskClient]
) -> None:
    text = "<script>alert(1)</script> " + "前文" * 60 + "银行网点发现ＡＴＭ机 & 假币，" + "后文" * 60
    town.file(title="<b>银行</b>网点", sections={"situation": text})
    html = login("office").get(url(town, "office") + "?q=银行 atm").get_data(as_text=True)
    assert "&lt;b&gt;<mark>银行</mark>&lt;/b&gt;网点" in html
    assert "<mark>银行</mark>网点发现<mark>ＡＴＭ</mark>机 &amp; 假币" in html
    assert "<script>alert" not in html
    assert "…" in html


def test_filters_narrow_and_the_address_says_all(
    town: Town, levels: dict[Level, Item], login: Callable[[str], FlaskClient]
) -> None:
    town.clock.now += timedelta(days=200)
    later = town.file(unit=None, level=Level.OFFICE, title="次年的动态")
    found = ask(town, "office")
    years = {o.value: o.number for o in found.options["year"]}
    assert years == {"2027": 1, "2026": 4}
    assert [o.name for o in found.options["source"]] == ["", "县公安局"]
    assert [r.id for r in ask(town, "office", year=2027).rows] == [later.id]
    assert ask(town, "office", year=2026).total == 4
    assert [r.id for r in ask(town, "office", source="office").rows] == [later.id]
    under = ask(town, "office", source="office").options
    assert {o.value for o in under["category"]} == {later.category}
    assert ask(town, "office", "动态", year=2026, source="office").total == 0
    html = login("office").get(url(town, "office") + "?q=动态&year=2027").get_data(as_text=True)
    assert "次年的动态" not in html  # the word is marked within
    assert "次年的<mark>动态</mark>" in html


def test_a_city_finds_what_was_reported_upward_under_the_county(
    town: Town, levels: dict[Level, Item], login: Callable[[str], FlaskClient]
) -> None:
    found = ask(town, "city")
    assert [(o.value, o.name) for o in found.options["source"]] == [(f"t{town.county.id}", "阳泉市平定县")]
    assert ask(town, "city", source=f"t{town.county.id}").total == 1
    assert ask(town, "city", source=f"t{town.sibling.id}").total == 0
    assert ask(town, "office", source=f"t{town.sibling.id}").total == 0
    assert "平定县" in login("city").get(url(town, "city")).get_data(as_text=True)


def test_pages_hold_twenty_and_do_not_run_off_the_end(
    town: Town, login: Callable[[str], FlaskClient]
) -> None:
    items = []
    for n in range(45):
        town.clock.now += timedelta(seconds=1)
        items.append(town.file(title=f"第{n}条").id)
    pages = [[r.id for r in ask(town, "office", "假币", page=n).rows] for n in (1, 2, 3)]
    assert [i for page in pages for i in page] == items[::-1]
    assert ask(town, "office", "假币", page=9).page == 3
    assert [ask(town, "office", page=n).more for n in (1, 2, 3)] == [True, True, False]
    html = login("office").get(url(town, "office") + "?q=假币&page=2").get_data(as_text=True)
    assert "共 45 条" in html
    assert re.search(r'href="[^"]*q=%E5%81%87%E5%B8%81&(amp;)?page=3"', html)


def test_withdrawn_and_changed_items_are_found_as_they_stand(town: Town, levels: dict[Level, Item]) -> None:
    item = levels[Level.MEMBERS]
    with town.enter() as session:
        revise_item(session, POLICE, town.clock.now, item=session.get_one(Item, (item.tenant_id, item.id)), edition=1,
                    title="改名", sections=WORDS | {"situation": "换成貔貅"}, level=Level.MEMBERS, why="更正")  # fmt: skip
    assert ask(town, "other", WORD[Level.MEMBERS]).total == 0
    assert ask(town, "other", "貔貅").total == 1
    with town.enter() as session:
        withdraw_item(
            session, POLICE, town.clock.now, item=session.get_one(Item, (item.tenant_id, item.id)), why="误报"
        )
    for who in READERS:
        assert ask(town, who, "貔貅").total == 0, who
    assert ask(town, "other").total == 1
    assert ask(town, "own").total == 5  # the writer still finds it in the list


def test_nonsense_in_the_address_is_an_empty_or_a_plain_page(
    town: Town, levels: dict[Level, Item], login: Callable[[str], FlaskClient]
) -> None:
    client, page = login("office"), url(town, "office")
    long = {"q": "消防" * 3000}
    for asked in (
        {"q": "%"}, {"q": '"'}, {"q": "AND"}, {"q": "NEAR(消防"}, {"q": "\u202e"}, {"q": "😀"}, {"kind": "x' or 1=1"},
        {"category": "'"}, {"source": "t"}, {"source": "t" + "9" * 18}, {"source": "-1"}, {"year": "9999999999"},
        {"year": "-5"}, {"page": "0"}, {"page": "-1"}, {"page": "9" * 30}, {"source": "1 or 1=1"}, {"kind": "bulletin"}, long,
    ):  # fmt: skip
        assert client.get(page, query_string=asked).status_code in (200, 414), asked
    for wild in ("%", "_", "\\", "通_", "%报"):
        found = ask(town, "office", wild)
        assert (found.total or 0) in (0, 4), wild
    assert ask(town, "office", "通%告").total == 0


def test_a_page_takes_the_same_statements_whatever_it_holds(
    town: Town, login: Callable[[str], FlaskClient]
) -> None:
    client, counts = login("office"), []
    for rows in (1, 12):
        for _n in range(rows):
            town.file()
        seen: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any, seen: list[str] = seen) -> None:
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        client.get(url(town, "office") + "?q=假币")
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len([s for s in seen if s.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 8


def test_the_index_can_be_made_anew_from_the_rows(town: Town, levels: dict[Level, Item]) -> None:
    """As after a tenant was brought back from its rows: the same is found, and nothing that was withdrawn."""

    def answers() -> dict[tuple[str, str], list[int]]:
        return {
            (who, q): [r.id for r in ask(town, who, q).rows]
            for who in READERS for q in (COMMON, "通报", "小区", *WORD.values())
        }  # fmt: skip

    with town.enter() as session:
        withdraw_item(session, POLICE, town.clock.now, item=session.get_one(Item, (town.county.id, levels[Level.CHOSEN].id)), why="误报")  # fmt: skip
    before = answers()
    with town.enter() as session:
        search.put(session, 12345, f"{COMMON} 没有这一条")  # left over from a row that is gone
        search.put(session, levels[Level.MEMBERS].id, "错了")
        search.drop(session, levels[Level.UPWARD].id)
    assert answers() != before
    with town.enter() as session:
        assert search.rebuild(session) == 4
    assert answers() == before


def test_each_layer_alone_keeps_unreleased_rows_from_the_city(
    town: Town, levels: dict[Level, Item], engine: str
) -> None:
    """The guard alone on SQLite, the policies and functions alone on PostgreSQL; no condition of ours on readers."""
    scope = Scope(own=(town.city.id,), below=(town.county.id, town.sibling.id), home=town.city.id)
    if engine == "sqlite":
        session = town.make.session
        set_scope(session, scope)
        hits = search.matching(session, "通报", Item.tenant_id, Item.id)
        assert hits is not None
        ids = set(session.scalars(sa.select(Item.id).join(*hits)))
    else:
        place = make_url(town.make.app.extensions["portal"].settings.database_url)
        with psycopg.connect(
            host=str(place.query["host"]), user=place.username, password=place.password, dbname=place.database
        ) as link:
            link.execute(scope.settings)
            ids = {
                r[0]
                for r in link.execute(
                    "select i.id from info_item i join search_find('''{t}通报''') f on f.item_id = i.id"
                )
            }
    assert ids == {levels[Level.UPWARD].id}
