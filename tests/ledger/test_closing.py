"""销号: evidence, checklist, three persons, dates, look-back by date and by phase, reopened under the same number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.core.clock import SHANGHAI, end_of
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.deadlines.models import Deadline
from portal.ledger import closing, reminding
from portal.ledger.assigning import assign_record
from portal.ledger.models import Record, RecordEvent
from portal.ledger.services import Entry, change_record
from portal.ledger.workflow import take_step
from tests.accounts.people import Visitor, text
from tests.conftest import TestClock
from tests.factories import Factory, csrf
from tests.ledger.test_workflow import _todos
from tests.ledger.way_cast import LINK, PLUGINS, WORDS, Way, a_file, make_way

Login = Callable[[str], FlaskClient]
RESULT = {"values": {"result": "已办结，群众已答复。"}, "confirmed": (0, 1), **WORDS}


@pytest.fixture
def settings_extra() -> dict[str, str]:
    return {"PLUGINS": str(PLUGINS)}


@pytest.fixture
def way(app: Flask, make: Factory, clock: TestClock) -> Way:
    app.test_client_class = Visitor
    return make_way(make, clock)


def finished(way: Way, **values: Any) -> int:
    """An entry in its final state: everything is done but for the closure. No evidence stands behind it."""
    one = way.enter(**values)
    with way.make.enter(way.county) as session:
        session.get_one(Record, (way.county.id, one)).stage = "handled"
    step = way.ledger.step("finish")
    assert step is not None
    way.act("market", take_step, one, step=step, values={"finished_on": "2026-09-16"})
    return one


def closed(way: Way, **values: Any) -> int:
    one = finished(way, **values)
    way.act("market", closing.propose_closing, one, evidence=LINK, **RESULT)
    way.act("office", closing.check_closing, one)
    way.act("office_2", closing.close_record, one)
    return one


def change(way: Way, one: int) -> None:
    found = way.get(one)
    with way.make.enter(way.county) as session:
        change_record(
            session, way.actor("market"), way.clock(), found=found, version=found.version, campaign=way.campaign,
            ledger=way.ledger, entry=Entry("改", "", found.known_at, {}),
        )  # fmt: skip


def kinds(way: Way) -> list[str]:
    with way.make.enter(way.county) as session:
        return list(session.scalars(sa.select(RecordEvent.kind).order_by(RecordEvent.at, RecordEvent.id)))


def test_without_evidence_checklist_and_result_it_is_impossible(way: Way) -> None:
    early = way.enter()
    with pytest.raises(Conflict, match="还不能申请销号"):
        way.act("market", closing.propose_closing, early, evidence=LINK, **RESULT)
    one = finished(way, filed_on="2026-09-01")
    with pytest.raises(Invalid) as refused:
        way.act("market", closing.propose_closing, one, note="", confirmed=(0,))
    assert set(refused.value.problems) == {"result", "note", "checklist", "files"}
    with pytest.raises(Invalid) as refused:
        way.act("market", closing.propose_closing, one, **RESULT)
    assert list(refused.value.problems) == ["files"]
    for who in ("office", "police", "director"):
        with pytest.raises(NotAllowed, match="由主办单位申请"):
            way.act(who, closing.propose_closing, one, evidence=LINK, **RESULT)
    assert way.get(one).closing == ""


def test_dates_out_of_order_are_refused_at_the_field(way: Way) -> None:
    one = way.enter(filed_on="2026-09-10")
    with way.make.enter(way.county) as session:
        session.get_one(Record, (way.county.id, one)).stage = "handled"
    step = way.ledger.step("finish")
    assert step is not None
    with pytest.raises(Invalid) as refused:
        way.act("market", take_step, one, step=step, values={"finished_on": "2026-09-09"})
    assert {k: str(m) for k, m in refused.value.problems.items()} == {"finished_on": "办结日期早于立案日期。"}


def test_three_different_persons_bring_it_out_and_each_step_only_in_order(way: Way) -> None:
    one = finished(way)
    with pytest.raises(Conflict, match="没有等待审核"):
        way.act("office", closing.check_closing, one)
    way.act("market", closing.propose_closing, one, evidence=LINK, **RESULT)
    with pytest.raises(Conflict, match="尚未审核"):
        way.act("office", closing.close_record, one)
    with pytest.raises(NotAllowed):
        way.act("market", closing.check_closing, one)
    way.act("office", closing.check_closing, one)
    with pytest.raises(NotAllowed, match="审核的人不能自己销号"):
        way.act("office", closing.close_record, one)
    with pytest.raises(Invalid, match="退回须写明原因"):
        way.act("office_2", closing.return_closing, one, note="")
    way.act("office_2", closing.return_closing, one, note="缺处置凭证。")
    assert way.get(one).closing == ""
    way.act("market", closing.propose_closing, one, evidence=LINK, **RESULT)
    way.act("office", closing.check_closing, one)
    way.act("office_2", closing.close_record, one)
    found = way.get(one)
    assert (found.closing, found.closed_on, found.values["closed_on"]) == (
        "closed",
        date(2026, 9, 16),
        "2026-09-16",
    )
    with pytest.raises(Conflict, match="退回或重新办理之后才能修改"):
        change(way, one)
    way.make.session.rollback()


def test_one_of_the_office_who_leads_it_too_neither_checks_nor_closes_his_own(way: Way) -> None:
    one = finished(way)
    ids = way.ids
    way.act("market", closing.propose_closing, one, evidence=LINK, **RESULT)
    way.ids = {**ids, "office": ids["market"]}  # the same account at another desk
    hands = way.act("office_2", lambda *_given, hands, **_more: hands, one)
    with way.make.enter(way.county) as session, pytest.raises(NotAllowed, match="申请销号的人不能自己审核"):
        closing.check_closing(
            session, way.actor("office"), way.clock(), campaign=way.campaign, ledger=way.ledger, found=way.get(one),
            hands=hands,
        )  # fmt: skip
    way.make.session.rollback()
    way.act("office_2", closing.check_closing, one)
    with way.make.enter(way.county) as session, pytest.raises(NotAllowed, match="申请销号的人不能自己销号"):
        closing.close_record(
            session, way.actor("office"), way.clock(), campaign=way.campaign, ledger=way.ledger, found=way.get(one),
            hands=hands,
        )  # fmt: skip
    way.make.session.rollback()
    way.ids = ids


def test_asking_for_closure_meets_the_limit_and_returning_lets_it_run_on(way: Way, clock: TestClock) -> None:
    one = way.enter()
    way.act("office", assign_record, one, lead_id=way.market, due=date(2026, 9, 20))
    with way.make.enter(way.county) as session:
        session.get_one(Record, (way.county.id, one)).stage = "done"
    clock.at("2026-09-21T09:00:00")
    with pytest.raises(Invalid, match="逾期原因"):
        way.act("market", closing.propose_closing, one, evidence=LINK, **RESULT)
    way.act("market", closing.propose_closing, one, evidence=LINK, late_reason="等待鉴定。", **RESULT)
    clock.at("2026-09-21T10:00:00")
    way.act("office", closing.return_closing, one, note="请补充。")
    with way.make.enter(way.county) as session:
        (row,) = session.scalars(sa.select(Deadline))
        assert (row.met_at, row.late_reason) == (None, "")


@pytest.mark.parametrize(
    ("closed_on", "look_back_on"),
    [
        ("2026-03-10", "2026-11-01"),  # before the phase that looks at everything again: its first day (F7)
        ("2026-10-31", "2026-11-01"),
        ("2026-11-01", "2026-12-31"),  # inside it: while it lasts
        ("2027-01-04", "2027-04-04"),  # after it: 90 days
    ],
)
def test_the_day_of_the_look_back(closed_on: str, look_back_on: str) -> None:
    from tests.ledger.plugins.way import CAMPAIGN, LEDGER

    assert LEDGER.closing is not None
    day = closing.look_back_day(CAMPAIGN, LEDGER.closing, date.fromisoformat(closed_on))
    assert day == date.fromisoformat(look_back_on)


def test_it_comes_up_in_its_phase_and_lives_again_under_its_number(way: Way, clock: TestClock) -> None:
    clock.at("2026-03-10T10:00:00")
    one = closed(way)
    number = way.get(one).number
    assert way.get(one).look_back_on == date(2026, 11, 1)
    clock.at("2026-10-31T23:59:00")
    assert _todos(way, "office") == []
    clock.at("2026-11-01T00:00:00")
    assert _todos(way, "office") == ["回头看"], "by time alone"
    assert _todos(way, "market") == []
    with way.make.enter(way.county) as session:
        due = list(
            reminding.list_due(session, way.clock() - timedelta(days=1), way.clock() + timedelta(days=1))
        )
    assert [(d.due, d.link) for d in due] == [(end_of(date(2026, 11, 1)), way.at(f"/{one}"))]
    assert len(due[0].subject) <= 40

    with pytest.raises(Invalid, match="看了什么"):
        way.act("office", closing.keep_closed, one, note="")
    with pytest.raises(Invalid, match="今天以后"):
        way.act("office", closing.keep_closed, one, note="现场查看，无反复。", again=date(2026, 11, 1))
    way.act("office", closing.keep_closed, one, note="现场查看，无反复。", again=date(2026, 12, 1))
    clock.at("2026-12-01T08:00:00")
    with pytest.raises(NotAllowed):
        way.act("market", closing.reopen_record, one, note="又有动静。")
    with pytest.raises(Invalid, match="从哪一步"):
        way.act("office", closing.reopen_record, one, note="又有动静。", stage="done")
    way.act("office", closing.reopen_record, one, note="又有动静。")
    found = way.get(one)
    assert (found.number, found.closing, found.stage) == (number, "", "handled")
    assert (found.closed_on, found.look_back_on, found.values["closed_on"]) == (None, None, None)
    with pytest.raises(Conflict, match="没有销号"):
        way.act("office", closing.keep_closed, one, note="再看。")

    clock.at("2026-12-02T08:00:00")
    step = way.ledger.step("finish")
    assert step is not None
    way.act("market", take_step, one, step=step, values={"finished_on": "2026-12-02"})
    with pytest.raises(Invalid, match="没有佐证"):
        way.act("market", closing.propose_closing, one, **RESULT)
    way.act("market", closing.propose_closing, one, evidence=LINK, **RESULT)
    assert kinds(way)[-4:] == ["kept_closed", "reopened", "step", "close_proposed"]


def test_over_the_wire_with_a_file_and_two_persons_at_once(way: Way, login: Login) -> None:
    one = finished(way)
    market, office, second = login("market"), login("office"), login("office_2")
    page = way.at(f"/{one}")
    url = f"{page}/closing/propose"
    token = csrf(market, url)
    common = {"csrf_token": token, "act-version": str(way.get(one).version), "act-note": "已办结。"}
    bare = market.post(url, data=common | {"result": "清退完毕", "act-request_key": "p" * 20})
    assert bare.status_code == 422
    for words in ("没有佐证不能申请销号", "逐项核对", "清退完毕", "资产已处置"):
        assert words in text(bare)
    full = common | {"result": "清退完毕", "act-checklist": ["1", "2"], "act-request_key": "p" * 20}
    assert market.post(url, data=full | {"files": a_file()[::-1]}).status_code == 303
    assert way.get(one).closing == "proposed"
    assert "待审核" in text(office.get(page))

    version = str(way.get(one).version)
    check = {"act-version": version, "act-request_key": "c" * 20, "act-note": "佐证齐全。"}
    shown = text(office.get(f"{page}/closing/check"))
    for words in ("已办结。", "资产已处置", a_file()[0]):
        assert words in shown
    assert (
        office.post(
            f"{page}/closing/check", data=check | {"csrf_token": csrf(office, f"{page}/closing/check")}
        ).status_code
        == 303
    )
    late = {"act-version": version, "act-request_key": "r" * 20, "act-note": "缺凭证。"}
    lost = second.post(
        f"{page}/closing/return", data=late | {"csrf_token": csrf(second, f"{page}/closing/return")}
    )
    assert lost.status_code == 409
    assert "缺凭证。" in text(lost), "what was typed is kept"
    assert "您是第二人" in text(second.get(page))
    assert "等待办公室办理" in text(office.get(page))
    done = {"act-version": str(way.get(one).version), "act-request_key": "d" * 20}
    for _click in (1, 2):
        sent = second.post(
            f"{page}/closing/close", data=done | {"csrf_token": csrf(second, f"{page}/closing/close")}
        )
        assert sent.status_code == 303
    assert "已销号" not in text(login("court").get(page))
    assert "已销号" in text(market.get(page))
    assert kinds(way).count("closed") == 1
    attached = market.get(page).get_data(as_text=True).split("/files/")[1].split('"')[0]
    file = f"/{way.county.code}/way/files/{attached}"
    assert market.get(file).status_code == 200
    assert login("court").get(file).status_code == 404
    assert login("stranger").get(file).status_code == 404


def test_a_day_is_a_day_in_shanghai(way: Way, clock: TestClock) -> None:
    clock.now = datetime(2026, 9, 17, 0, 30, tzinfo=SHANGHAI)
    assert way.get(closed(way)).closed_on == date(2026, 9, 17)
