"""The rules of items: who may be named, what a revision may change, when an answer is due, whose to-do it is."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.accounts.models import Account
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.reader import Reader
from portal.core.scope import Scope, set_scope
from portal.information.access import look_below
from portal.information.answers import answer_item, list_credits
from portal.information.items import list_editions, reader_ids, revise_item, withdraw_item
from portal.information.models import Answer, Item, ItemEdition, Level
from portal.information.services import OPEN, OVERDUE, Filters, list_items
from portal.information.todos import list_todos
from portal.units.reader import load_posts
from tests.information.conftest import POLICE, READERS, WORDS, Town, end_membership_of
from tests.information.test_items import SEES, sees


def revise(town: Town, item: Item, **more: Any) -> Item:
    values: dict[str, Any] = {"title": item.title, "sections": WORDS, "level": Level(item.level), "why": "更正",
                              "edition": item.edition} | more  # fmt: skip
    if "readers" in values:
        values["readers"] = [town.units[u].id for u in values["readers"]]
    with town.enter() as session:
        return revise_item(session, POLICE, town.clock.now, item=item, **values)


def reply(
    town: Town, item: Item, answer: Answer = Answer.ADOPTED, why: str = "编入简报", to: str = ""
) -> Item:
    with town.enter() as session:
        target = town.units[to].id if to else None
        return answer_item(session, POLICE, town.clock.now, item=item, answer=answer, why=why, to_unit=target)


def reader_of(town: Town, username: str) -> Reader:
    session = town.make.session
    account = session.scalars(sa.select(Account).where(Account.username == username)).one()
    set_scope(session, Scope(own=(town.city.id, town.county.id, town.sibling.id)))
    reader = Reader(account.id, username, username, load_posts(session, account.id, town.clock.now))
    set_scope(session, reader.scope)
    return reader


# ------------------------------------------------------------------------------------------------- filing
def test_a_request_key_names_one_item_of_one_writer(town: Town) -> None:
    first = town.file(request_key="same")
    assert town.file(request_key="same", title="别的").id == first.id
    with pytest.raises(Conflict):
        town.file(request_key="same", unit="finance")
    with town.enter() as session:
        assert [e.number for e in list_editions(session, first)] == [1]


def test_only_members_are_named_and_only_members_write(town: Town) -> None:
    with pytest.raises(NotFound):
        town.file(Level.CHOSEN, readers=["guest"])  # has left
    with pytest.raises(Invalid):
        town.file(Level.CHOSEN, readers=["police"])  # itself alone
    with pytest.raises(Conflict):
        town.file(unit="guest")
    with pytest.raises(Invalid):
        town.file(Level.OWN, unit=None)
    with pytest.raises(Invalid):
        town.file(category="no such")
    with pytest.raises(Invalid):
        town.file(sections={"situation": "", "analysis": ""})


def test_release_follows_the_level(town: Town) -> None:
    upward = town.file(Level.UPWARD)
    assert upward.released_at == town.clock.now
    assert town.file(Level.MEMBERS).released_at is None
    revise(town, upward, level=Level.MEMBERS)
    with town.enter() as session:
        released = session.scalars(
            sa.select(ItemEdition.released_at).where(ItemEdition.item_id == upward.id)
        ).all()
    assert released == [None, None]
    assert not sees(town, "city", upward)


# ------------------------------------------------------------------------------------------------ revising
@pytest.mark.parametrize("before", list(Level))
@pytest.mark.parametrize("after", list(Level))
def test_a_revision_narrows_or_stays(town: Town, before: Level, after: Level) -> None:
    item = town.file(before, readers=["court"])
    if list(Level).index(after) > list(Level).index(before):
        with pytest.raises(Invalid):
            revise(town, item, level=after, readers=["court"])
        wanted = SEES[before]
    else:
        revise(town, item, level=after, readers=["court"], title="更正后的标题")
        wanted = SEES[after]
    assert {who for who in READERS if sees(town, who, item)} == wanted


def test_chosen_readers_become_fewer_never_others(town: Town) -> None:
    item = town.file(Level.CHOSEN, readers=["court", "finance"])
    revise(town, item, readers=["court"], title="一")
    assert not sees(town, "other", item)
    assert sees(town, "chosen", item)
    with pytest.raises(Invalid):
        revise(town, item, readers=["finance"], title="二")
    with pytest.raises(Invalid):
        revise(town, item, readers=[], title="二")
    with town.enter() as session:
        assert reader_ids(session, item) == [town.units["court"].id]


def test_a_revision_of_an_old_page_or_of_nothing_is_refused(town: Town) -> None:
    item = town.file()
    with pytest.raises(Invalid):
        revise(town, item)  # nothing changed
    revise(town, item, title="新标题")
    with pytest.raises(Conflict):
        revise(town, item, title="更新的标题", edition=1)
    reply(town, item)
    with pytest.raises(Invalid):
        revise(town, item, level=Level.OFFICE)  # people act upon it
    revise(town, item, title="文字还能改")
    with town.enter() as session:
        withdraw_item(session, POLICE, town.clock.now, item=item, why="错了")
    with pytest.raises(Conflict):
        revise(town, item, title="太晚")


# ----------------------------------------------------------------------------------------------- answering
@pytest.mark.parametrize(
    ("filed", "due"),
    [
        ("2026-09-16T12:00:00", "2026-09-22"),  # 17, 18, made-up Sunday 20, 21, 22
        ("2026-09-24T23:59:59", "2026-10-09"),  # mid-autumn 25-27, national day 1-7
        ("2026-09-30T00:00:00", "2026-10-13"),  # made-up Saturday 10 October works
        (
            "2026-02-12T09:00:00",
            "2026-02-26",
        ),  # 13, made-up Saturday 14, spring festival until 23, 24, 25, 26
    ],
)
def test_an_answer_is_due_after_five_working_days(town: Town, filed: str, due: str) -> None:
    town.clock.at(filed)
    item = town.file()
    assert item.answer_due_at is not None
    assert item.answer_due_at.astimezone(SHANGHAI).isoformat() == f"{due}T23:59:59.999999+08:00"


def test_overdue_begins_with_the_next_day_and_is_the_offices(town: Town) -> None:
    item = town.file()
    assert item.answer_due_at is not None
    for moment, light in (
        (item.answer_due_at, "near"),
        (item.answer_due_at + timedelta(microseconds=1), "late"),
    ):
        town.clock.now = moment
        (todo,) = list_todos(town.make.session, reader_of(town, "office"), moment)
        assert (todo.light, todo.due, todo.endpoint) == (light, item.answer_due_at, "information.item")
        for who in ("own", "leader", "other", "convenor", "city", "sibling"):
            assert not list_todos(town.make.session, reader_of(town, who), moment)
    reply(town, item)
    assert list_todos(town.make.session, reader_of(town, "office"), town.clock.now) == []


def test_nothing_is_owed_for_own_notes_and_the_offices_items(town: Town) -> None:
    own, office = town.file(Level.OWN), town.file(unit=None)
    assert own.answer_due_at is office.answer_due_at is None
    for item in (own, office):
        with pytest.raises(NotFound):
            reply(town, item)


def test_credits_are_counted_in_official_order(town: Town) -> None:
    reply(town, town.file(unit="finance"))
    reply(town, town.file(unit="police"), Answer.DECLINED, "已有同类")
    reply(town, town.file(Level.OFFICE, unit="police"), Answer.FORWARDED, "请核实", "court")
    town.file(unit="police")
    town.file(Level.OWN, unit="police")
    desk = town.desk("office")
    rows = list_credits(town.make.session, desk, 2026, town.clock.now.date())
    assert [(r.unit_name, *r[2:]) for r in rows] == [
        ("县公安局", 3, 0, 1, 1, 1), ("县财政局", 1, 1, 0, 0, 0), ("县法院", 0, 0, 0, 0, 0),
    ]  # fmt: skip
    assert {r.filed for r in list_credits(town.make.session, desk, 2025, town.clock.now.date())} == {0}


# ------------------------------------------------------------------------------------------------ the list
def listed(town: Town, who: str, **filters: Any) -> list[int]:
    desk = town.desk(who, "antifraud" if who == "stranger" else "anticounterfeit")
    look_below(town.make.session, desk)
    rows, more = list_items(town.make.session, desk, Filters(**filters), town.clock.now)
    assert not more
    return [row.id for row in rows]


def test_the_list_is_what_one_by_one_may_be_read(town: Town) -> None:
    """Random items, revisions, answers and withdrawals: the list of every reader against a hand-written oracle."""
    dice = random.Random(14)
    units = ("police", "finance", "court")
    homes = {"own": "police", "leader": "police", "other": "finance", "chosen": "court"}
    oracle: dict[str, set[int]] = {who: set() for who in READERS}
    for _n in range(40):
        town.clock.now += timedelta(minutes=1)
        writer, level = dice.choice((*units, None)), dice.choice(list(Level))
        if writer is None and level is Level.OWN:
            level = Level.OFFICE
        readers = [u for u in dice.sample(units, dice.randint(1, 2)) if u != writer] or [
            next(u for u in units if u != writer)
        ]
        item = town.file(level, unit=writer, readers=readers)
        if dice.random() < 0.3:
            level = dice.choice(
                [x for x in list(Level)[: list(Level).index(level) + 1] if writer or x is not Level.OWN]
            )
            if level is Level.CHOSEN:
                readers = readers[:1]
            elif level is not Level(item.level):
                readers = readers or []
            revise(town, item, level=level, readers=readers, title="改过")
        if dice.random() < 0.3 and writer and level is not Level.OWN:
            to = next(u for u in units if u != writer)
            reply(town, item, Answer.FORWARDED, "请办", to)
            if level is Level.OFFICE:
                level, readers = Level.CHOSEN, []
            if level is Level.CHOSEN:
                readers = [*readers, to]
        gone = dice.random() < 0.2
        if gone:
            with town.enter() as session:
                withdraw_item(session, POLICE, town.clock.now, item=item, why="撤回")
        for who in READERS:
            mine = writer is not None and homes.get(who) == writer
            office = who in ("office", "convenor") and (level is not Level.OWN)
            named = level is Level.CHOSEN and homes.get(who) in readers
            wide = level in (Level.MEMBERS, Level.UPWARD) and who in (*homes, "group")
            above = who == "city" and level is Level.UPWARD
            if mine or office or (not gone and (named or wide or above)):
                oracle[who].add(item.id)
    assert all(oracle[who] for who in (*homes, "group", "office", "city"))
    for who in READERS:
        assert set(listed(town, who)) == oracle[who], who


def test_filters_narrow_the_list(town: Town) -> None:
    a = town.file(title="甲动态", category="experience")
    b = town.file(title="乙经验", unit="finance")
    c = town.file(unit=None, title="丙通报")
    reply(town, a)
    assert listed(town, "office") == [c.id, b.id, a.id]
    assert listed(town, "office", category="experience") == [a.id]
    assert listed(town, "office", unit_id=town.units["finance"].id) == [b.id]
    assert listed(town, "office", unit_id=0) == [c.id]
    assert listed(town, "office", state=OPEN) == [b.id]
    assert listed(town, "office", state="adopted") == [a.id]
    assert listed(town, "office", text="乙经") == [b.id]
    assert listed(town, "office", text="，。") == []
    assert listed(town, "office", state=OVERDUE) == []
    assert b.answer_due_at is not None
    town.clock.now = b.answer_due_at + timedelta(seconds=1)
    assert listed(town, "office", state=OVERDUE) == [b.id]
    assert listed(town, "city") == listed(town, "stranger") == listed(town, "left") == []


def test_a_unit_that_left_keeps_what_it_wrote(town: Town) -> None:
    written = town.file()
    others = town.file(unit="finance")
    end_membership_of(town, "police")
    assert sees(town, "own", written)
    assert not sees(town, "own", others)
    assert listed(town, "own") == [written.id]
