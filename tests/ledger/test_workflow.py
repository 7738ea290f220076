"""The way of an entry: order, second person, requirements, clocks, assignment, time-made key matters, two at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.core.audit import verify
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.deadlines.models import Deadline
from portal.deadlines.services import meet_deadline
from portal.ledger import todos
from portal.ledger.approving import agree_step, return_step
from portal.ledger.assigning import assign_record
from portal.ledger.models import RecordEvent, RecordUnit
from portal.ledger.services import Entry, change_record
from portal.ledger.workflow import finish_step, take_step
from portal.notices.models import Notice
from tests.accounts.people import Visitor, send, text
from tests.conftest import TestClock
from tests.factories import Factory, csrf
from tests.home.test_todo import statements
from tests.ledger.way_cast import LINK, PLUGINS, WORDS, Way, a_file, make_way

Login = Callable[[str], FlaskClient]


@pytest.fixture
def settings_extra() -> dict[str, str]:
    return {"PLUGINS": str(PLUGINS)}


@pytest.fixture
def way(app: Flask, make: Factory, clock: TestClock) -> Way:
    app.test_client_class = Visitor
    return make_way(make, clock)


def step(way: Way, who: str, record_id: int, key: str, **more: Any) -> Any:
    declared = way.ledger.step(key)
    assert declared is not None
    return way.act(who, take_step, record_id, step=declared, **more)


def rows(way: Way, model: Any) -> list[Any]:
    with way.make.enter(way.county) as session:
        session.expire_all()
        return list(session.scalars(sa.select(model).order_by(model.id)))


def clocks(way: Way) -> list[tuple[str, bool]]:
    return [(c.rule, c.met_at is not None) for c in rows(way, Deadline)]


def test_steps_ask_for_what_they_need_and_move_the_stage(way: Way) -> None:
    one = way.enter(amount=100)
    assert way.get(one).stage == "entered"
    with pytest.raises(Conflict, match="现在是“登记”，不能办理“办结”"):
        step(way, "market", one, "finish", values={"finished_on": "2026-09-16"})
    with pytest.raises(NotAllowed, match="由主办单位办理"):
        step(way, "police", one, "check", values={"level": "high"}, **WORDS)
    with pytest.raises(NotAllowed):
        step(way, "office", one, "check", values={"level": "high"}, **WORDS)
    with pytest.raises(Invalid) as refused:
        step(way, "market", one, "check")
    assert set(refused.value.problems) == {"level", "note"}
    assert way.get(one).version == 1, "nothing is half done"

    step(way, "market", one, "check", values={"level": "high", "amount": 7, "phone": "010-5550101"}, **WORDS)
    found = way.get(one)
    assert (found.stage, found.view_1, found.values["amount"]) == ("checked", "high", 100), (
        "only its own fields"
    )
    assert clocks(way) == [("check", False)]
    (clock,) = rows(way, Deadline)
    assert (clock.subject, clock.unit_id) == (f"handling:{one}", way.market)
    event = rows(way, RecordEvent)[-1]
    assert (event.kind, event.step, event.note) == ("step", "check", WORDS["note"])
    assert event.changes["stage"] == ["entered", "checked"]
    with way.make.enter(way.county) as session:
        raw = session.scalar(
            sa.select(sa.cast(RecordEvent.changes, sa.String)).where(RecordEvent.id == event.id)
        )
        assert "010-5550101" not in str(raw)
        assert list(verify(session)) == []


def test_a_late_step_is_taken_with_its_reason(way: Way, clock: TestClock) -> None:
    one = way.enter()
    step(way, "market", one, "check", values={"level": "low"}, **WORDS)
    step(way, "market", one, "seal", values={"amount": 5}, evidence=LINK)
    clock.at("2026-09-30T09:00:00")
    way.act("director", agree_step, one)
    assert rows(way, Deadline)[0].late_reason == "等待决定期间到期。"
    two = way.enter()
    step(way, "market", two, "check", values={"level": "low"}, **WORDS)
    clock.at("2026-10-20T09:00:00")
    with pytest.raises(Invalid, match="逾期原因"):
        step(way, "market", two, "seal", values={"amount": 5}, evidence=LINK)
    step(way, "market", two, "seal", values={"amount": 5}, evidence=LINK, late_reason="等待鉴定。")
    way.act("director", agree_step, two)
    assert rows(way, Deadline)[1].late_reason == "等待鉴定。"


def test_a_second_person_of_the_right_post_agrees_and_nothing_takes_effect_before(way: Way) -> None:
    one = way.enter(amount=100)
    step(way, "market", one, "check", values={"level": "high"}, **WORDS)
    with pytest.raises(Invalid, match="佐证"):
        step(way, "market", one, "seal", values={"amount": 900})
    asked = step(way, "market", one, "seal", values={"amount": 900}, evidence=LINK, request_key="a" * 20)
    assert step(way, "market", one, "seal", values={"amount": 900}, request_key="a" * 20).id == asked.id
    found = way.get(one)
    assert (found.stage, found.values["amount"], found.pending) == ("checked", 100, "seal")
    assert found.pending_unit_id == way.police, "the unit that leads the body"
    assert clocks(way) == [("check", False)]
    with pytest.raises(Conflict, match="等待批准"):
        step(way, "market", one, "ask")
    for wrong in ("market", "market_ld", "police", "office"):
        with pytest.raises(NotAllowed, match="须由办公室主任或牵头部门负责人批准"):
            way.act(wrong, agree_step, one)
    with pytest.raises(Invalid, match="原因"):
        way.act("director", return_step, one, note=" ")
    way.act("director", return_step, one, note="金额请核实。")
    assert (way.get(one).pending, way.get(one).values["amount"]) == ("", 100)

    step(way, "market", one, "seal", values={"amount": 800}, evidence=LINK)
    way.act("police_ld", agree_step, one, note="同意。")
    found = way.get(one)
    assert (found.stage, found.values["amount"], found.pending) == ("handled", 800, "")
    assert clocks(way) == [("check", True)]
    with pytest.raises(Conflict, match="没有等待批准"):
        way.act("director", agree_step, one)
    assert [e.kind for e in rows(way, RecordEvent)][-4:] == ["asked", "returned", "asked", "agreed"]


def test_who_proposed_never_agrees(way: Way) -> None:
    one = way.enter(amount=100)
    step(way, "market", one, "check", values={"level": "high"}, **WORDS)
    step(way, "director", one, "seal", values={"amount": 900}, evidence=LINK)
    with pytest.raises(NotAllowed, match="提请的人不能自己批准"):
        way.act("director", agree_step, one)
    way.act("police_ld", agree_step, one)
    assert way.get(one).stage == "handled"


def test_steps_upward_wait_for_the_answer_and_a_wrong_stage_only_tells(way: Way) -> None:
    one = way.enter()
    step(way, "market", one, "check", values={"level": "low"}, **WORDS)
    with pytest.raises(NotAllowed, match="从移送办理"):
        step(way, "market", one, "ask")
    for stage in ("handled", "handled"):
        with way.make.enter(way.county) as session:
            found = way.get(one)
            finish_step(
                session,
                way.actor("office"),
                way.clock(),
                way.campaign,
                way.ledger,
                found,
                "ask",
                note="已认定。",
            )
        assert way.get(one).stage == stage
    assert [e.kind for e in rows(way, RecordEvent)][-2:] == ["step", "answered"]


def test_the_office_assigns_units_read_and_the_clock_goes_to_the_new_lead(way: Way, login: Login) -> None:
    one = way.enter(amount=1)
    step(way, "market", one, "check", values={"level": "low"}, **WORDS)
    page = way.at(f"/{one}")
    police, court = login("police"), login("court")
    assert (police.get(page).status_code, court.get(page).status_code) == (404, 404)
    with pytest.raises(NotAllowed):
        way.act("market", assign_record, one, lead_id=way.police)
    with pytest.raises(Invalid) as refused:
        way.act("office", assign_record, one, lead_id=1, supporting_ids=(2,), due=date(2026, 9, 1))
    assert set(refused.value.problems) == {"lead", "supporting", "due"}
    way.act(
        "office", assign_record, one, lead_id=way.police, supporting_ids=(way.court,), due=date(2026, 10, 9)
    )
    assert (police.get(page).status_code, court.get(page).status_code) == (200, 200)
    assert login("market").get(page).status_code == 200, "the keeper keeps reading"
    assert {(c.rule, c.unit_id) for c in rows(way, Deadline)} == {
        ("check", way.police),
        ("assigned", way.police),
    }
    assert {n.unit_id for n in rows(way, Notice)} == {way.police, way.court, way.market}
    with pytest.raises(NotAllowed):
        step(way, "market", one, "seal", values={"amount": 5}, evidence=LINK)
    step(way, "police", one, "seal", values={"amount": 5}, evidence=LINK)
    way.act("director", agree_step, one)
    with pytest.raises(NotAllowed):
        step(way, "court", one, "arrest")
    step(way, "court", one, "visit", **WORDS)
    step(way, "police", one, "arrest")
    way.act("office", assign_record, one, lead_id=way.police, due=date(2026, 10, 20))
    assert rows(way, RecordUnit) == []
    assert clocks(way) == [("check", True), ("assigned", True), ("assigned:2", False)]
    with way.make.enter(way.county) as session:
        changed = Entry("改名", "城关", way.get(one).known_at, {})
        change_record(
            session, way.actor("market"), way.clock(), found=way.get(one), version=way.get(one).version,
            campaign=way.campaign, ledger=way.ledger, entry=changed,
        )  # fmt: skip


def test_a_report_upward_leaves_the_clocks_of_the_work_alone(way: Way) -> None:
    one = way.enter(amount=60_000_000_000)
    step(way, "market", one, "check", values={"level": "high"}, **WORDS)
    assert clocks(way) == [("large", False), ("check", False)]
    with way.make.enter(way.county) as session:
        meet_deadline(session, way.actor("market"), way.clock(), rows(way, Deadline)[0])
    step(way, "market", one, "seal", values={"amount": 70_000_000_000}, evidence=LINK)
    way.act("director", agree_step, one)
    assert clocks(way) == [("large", True), ("check", True)]


def test_time_alone_makes_a_key_matter_with_its_dated_reason(
    way: Way, clock: TestClock, login: Login
) -> None:
    clock.at("2026-06-19T10:00:00")
    one = way.enter(amount=9_999_000_000, filed_on="2021-06-20", level="high")
    assert way.get(one).key_from == date(2026, 6, 20)
    office = login("office")
    page = text(office.get(way.at(f"/{one}")))
    assert "将于" in page
    assert "成为重点：2021-06-20 立案，满 5 年。" in page
    version = way.get(one).version
    clock.at("2026-06-20T00:00:00")
    page = text(login("office").get(way.at(f"/{one}")))
    assert "将于" not in page
    assert "2021-06-20 立案，满 5 年。" in page
    assert way.get(one).version == version, "nobody touched it"
    with way.make.enter(way.county) as session:
        values = {**way.get(one).values, "amount": 10_000_000_000}
        change_record(
            session, way.actor("market"), way.clock(), found=way.get(one), version=version, campaign=way.campaign,
            ledger=way.ledger, entry=Entry("某门店线索", "城关", way.get(one).known_at, values),
        )  # fmt: skip
    assert way.get(one).key_from == date(2026, 6, 19), "the amount holds from the day of knowing"


def test_the_pages_say_what_is_required_keep_what_was_typed_and_take_two_clicks_as_one(
    way: Way, login: Login
) -> None:
    one = way.enter(amount=100)
    market, office, director = login("market"), login("office"), login("director")
    page = way.at(f"/{one}")
    shown = text(market.get(page))
    assert "须填：等级" in shown
    assert "须写明情况" in shown
    url = f"{page}/steps/check"
    answer = send(market, url, level="", phone="123")
    assert answer.status_code == 422
    assert "请选择“等级”" in text(answer)
    assert 'value="123"' in answer.get_data(as_text=True)
    key = {"act-request_key": "k" * 20, "act-version": "1", "act-note": "属实"}
    token = csrf(market, url)
    for _click in (1, 2):
        sent = market.post(url, data={"csrf_token": token, "level": "high", "phone": "123"} | key)
        assert sent.status_code == 303
    assert len([e for e in rows(way, RecordEvent) if e.kind == "step"]) == 1
    assert "号码位数不对" in text(market.get(page)), "a doubt stands beside and stops nothing"

    # ---- a second editor's step rests on what is there no more
    late = {"csrf_token": token, "level": "low"} | key | {"act-request_key": "m" * 20}
    stale = market.post(url, data=late)
    assert stale.status_code == 409
    assert "刚刚由他人办理过" in text(stale)
    assert market.get(url).status_code == 409, "the step is behind it"
    seal = f"{page}/steps/seal"
    refused = send(market, seal, amount="900", **(key | {"act-link": "/nowhere"}))
    assert refused.status_code == 422
    assert "没有找到这条记录" in text(refused)
    version = str(way.get(one).version)
    sent = market.post(
        seal,
        data={
            "csrf_token": token, "amount": "900", "files": a_file()[::-1], "act-request_key": "s" * 20,
            "act-version": version, "act-note": "<script>alert(1)</script>",
        },
    )  # fmt: skip
    assert sent.status_code == 303, text(sent)
    shown = director.get(page).get_data(as_text=True)
    assert "批准或退回" in shown
    assert "决定书.txt" in shown
    assert "<script>alert(1)" not in shown
    version = str(way.get(one).version)
    agree = {"act-answer": "agree", "act-version": version}
    assert send(office, f"{page}/decide", **agree, **{"act-request_key": "e" * 20}).status_code == 403
    answered = send(director, f"{page}/decide", **agree, **{"act-request_key": "d" * 20})
    assert answered.status_code == 303, text(answered)
    assert way.get(one).stage == "handled"
    assert "查封" in text(office.get(page))

    # ---- strangers
    stranger = login("stranger")
    for tail in ("", "/steps/finish", "/decide", "/assign", "/evidence", "/closing/propose", "/matter/merge"):
        assert stranger.get(f"{page}{tail}").status_code == 404, tail
    assert login("court").get(f"{page}/steps/finish").status_code == 404


def test_the_page_needs_a_constant_number_of_statements_and_todos_name_what_waits(
    way: Way, login: Login, clock: TestClock
) -> None:
    one = way.enter(amount=100)
    office = login("office")
    office.get(way.at(f"/{one}"))
    with statements(way.make.app) as few:
        office.get(way.at(f"/{one}"))
    step(way, "market", one, "check", values={"level": "high"}, **WORDS)
    for n in range(4):
        way.act(
            "office",
            assign_record,
            one,
            lead_id=way.police,
            supporting_ids=(way.court, way.market),
            note=f"{n}",
        )
    step(way, "police", one, "seal", values={"amount": 3}, evidence=LINK)
    with statements(way.make.app) as many:
        office.get(way.at(f"/{one}"))
    assert len(many) == len(few)

    found = {
        who: _todos(way, who) for who in ("police", "market", "court", "office", "director", "police_ld")
    }
    assert found["police"] == ["办理"]
    assert found["court"] == found["market"] == found["office"] == []
    assert found["director"] == ["批准"]
    assert sorted(found["police_ld"]) == ["办理", "批准"]
    clock.now += timedelta(days=30)
    assert _todos(way, "police", "light") == ["late"]


def _todos(way: Way, who: str, what: str = "step") -> list[str]:
    from portal.core.reader import Reader
    from portal.core.scope import set_scope
    from portal.units.reader import load_posts

    session = way.make.session
    reader = Reader(way.ids[who], who, who, load_posts(session, way.ids[who], way.clock()))
    set_scope(session, reader.scope)
    with statements(way.make.app) as sent:
        found = todos.list_todos(session, reader, way.clock())
    assert len(sent) == 1
    return [str(getattr(row, what)) for row in found]
