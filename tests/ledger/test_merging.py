"""Merged, split, withdrawn: numbers stay, nothing is counted twice or lost, and all of it can be undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.deadlines.matters import find_matter, list_near, release_matter
from portal.deadlines.models import Deadline
from portal.ledger import following
from portal.ledger.assigning import assign_record
from portal.ledger.evidence import read_evidence
from portal.ledger.facts import read_facts
from portal.ledger.merging import (
    merge_record,
    restore_record,
    split_record,
    unmerge_record,
    withdraw_record,
)
from portal.ledger.models import Record, RecordEvent, RecordUnit
from portal.ledger.workflow import take_step
from tests.accounts.people import Visitor, text
from tests.conftest import TestClock
from tests.factories import Factory, csrf
from tests.ledger.test_workflow import clocks, rows, step
from tests.ledger.way_cast import LINK, PLUGINS, WORDS, Way, make_way

Login = Callable[[str], FlaskClient]


@pytest.fixture
def settings_extra() -> dict[str, str]:
    return {"PLUGINS": str(PLUGINS)}


@pytest.fixture
def way(app: Flask, make: Factory, clock: TestClock) -> Way:
    app.test_client_class = Visitor
    return make_way(make, clock)


def counted(way: Way) -> set[int]:
    """Entries that figures, evidence and the offers of related ones are made of."""
    today = way.clock().date()
    with way.make.enter(way.county) as session:
        facts = read_facts(session, "way", "case", [way.market], today)
        proof = read_evidence(session, {("way", "case")}, [way.market], today, today)
        found = {int(f.subject.partition(":")[2]) for f in facts}
        assert found == {int(str(e.subject).partition(":")[2]) for e in proof}
        for one in rows(way, Record):
            matter = find_matter(session, f"record:{one.id}")
            assert matter is not None
            assert {n.subject for n in list_near(session, matter, None)} == {
                f"record:{n}" for n in found - {one.id}
            }
    return found


def test_merged_it_keeps_number_and_story_counts_nowhere_and_can_be_undone(
    way: Way, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: list[tuple[int, int | None]] = []
    monkeypatch.setattr(following, "_followers", [])
    following.register_follower(
        lambda _s, _a, _n, _c, _l, found: followed.append((found.id, found.merged_into_id))
    )
    one, two = way.enter(amount=5), way.enter(amount=7)
    step(way, "market", two, "check", values={"level": "high"}, **WORDS)
    with pytest.raises(NotAllowed):
        way.act("market", merge_record, two, into=way.get(one), **WORDS)
    with pytest.raises(Invalid, match="不能并入自己"):
        way.act("office", merge_record, two, into=way.get(two), **WORDS)
    with pytest.raises(Invalid, match="为什么是同一件事"):
        way.act("office", merge_record, two, into=way.get(one), note="")
    followed.clear()
    way.act("office", merge_record, two, into=way.get(one), **WORDS)
    assert (two, one) in followed
    assert counted(way) == {one}
    assert clocks(way) == [("check", True)], "withdrawn, and the deadline says so"
    number = way.get(two).number
    office = login("office")
    assert number in text(office.get(way.at(f"/{one}")))
    shown = text(office.get(way.at(f"/{two}")))
    for words in ("已并入", "线〔2026〕1号", WORDS["note"], "撤销合并"):
        assert words in shown
    for service, more in (
        (take_step, {"step": way.ledger.steps[1]}),
        (assign_record, {"lead_id": way.police}),
    ):
        with pytest.raises(Conflict, match="已并入另一件"):
            way.act("office", service, two, **more)
    with pytest.raises(Invalid, match="已并入别处"):
        way.act("office", merge_record, one, into=way.get(two), **WORDS)
    with pytest.raises(Conflict, match="先撤销合并"):
        way.act("market", withdraw_record, one, **WORDS)

    way.act("office", unmerge_record, two, note="两个门店。")
    assert counted(way) == {one, two}
    assert (way.get(two).number, way.get(two).stage) == (number, "checked")
    assert clocks(way) == [("check", True), ("check:2", False)]
    started = [d.started_at for d in rows(way, Deadline)]
    assert started[0] == started[1], "it begins where it had begun"


def test_an_obligation_to_report_is_not_merged_away(way: Way) -> None:
    small, large = way.enter(amount=5), way.enter(amount=60_000_000_000)
    with pytest.raises(Conflict, match="急报时限正在计时"):
        way.act("office", merge_record, large, into=way.get(small), **WORDS)
    way.act("office", merge_record, small, into=way.get(large), **WORDS)
    assert clocks(way) == [("large", False)]


def test_a_part_becomes_an_entry_of_its_own_once(way: Way) -> None:
    one = way.enter(amount=5, level="high", phone="010-5550101")
    way.act("office", assign_record, one, lead_id=way.police, supporting_ids=(way.court,))
    step(way, "police", one, "check", values={"level": "high"}, **WORDS)
    given: dict[str, Any] = {"title": "另一处门店", "keys": ("level", "phone"), "request_key": "s" * 20}
    with pytest.raises(NotAllowed):
        way.act("market", split_record, one, **given, **WORDS)
    version = way.get(one).version
    parts = {way.act("office", split_record, one, version=version, **given, **WORDS).id for _click in (1, 2)}
    assert len(parts) == 1
    part = way.get(parts.pop())
    assert (part.number, part.title, part.stage) == ("线〔2026〕2号", "另一处门店", "entered")
    assert part.values == {
        "level": "high", "phone": "010-5550101", "amount": None, "filed_on": None, "finished_on": None, "result": None,
        "closed_on": None,
    }  # fmt: skip
    assert (part.origin, part.lead_unit_id, part.unit_id) == (f"record:{one}", way.police, way.market)
    assert {(u.record_id, u.unit_id) for u in rows(way, RecordUnit)} == {
        (one, way.court),
        (part.id, way.court),
    }
    assert counted(way) == {one, part.id}
    with way.make.enter(way.county) as session:
        raw = session.execute(sa.select(sa.cast(Record.values, sa.String))).scalars().all()
    assert not any("010-5550101" in str(text) for text in raw)
    story = {e.record_id: e for e in rows(way, RecordEvent) if e.kind in ("split", "split_from")}
    assert story[part.id].changes["link"][0] == f"record:{one}"


def test_withdrawn_in_error_it_counts_nowhere_and_comes_back(
    way: Way, clock: TestClock, login: Login
) -> None:
    one = way.enter(amount=60_000_000_000)
    way.act("office", assign_record, one, lead_id=way.police, due=date(2026, 9, 30))
    step(way, "police", one, "check", values={"level": "low"}, **WORDS)
    step(way, "police", one, "seal", values={"amount": 60_000_000_000}, evidence=LINK)
    with way.make.enter(way.county) as session:
        matter = find_matter(session, f"record:{one}")
        assert matter is not None
        release_matter(session, way.actor("office"), way.clock(), matter)
    with pytest.raises(NotAllowed, match="由登记单位或办公室办理"):
        way.act("police", withdraw_record, one, **WORDS)
    with pytest.raises(Invalid, match="原因"):
        way.act("market", withdraw_record, one, note="")
    way.act("market", withdraw_record, one, **WORDS)
    found = way.get(one)
    assert found.withdrawn_at is not None
    assert found.pending == ""
    assert counted(way) == set()
    assert [c for c in clocks(way) if not c[1]] == []
    assert all(e.released_at for e in rows(way, RecordEvent)), "superiors read on"
    page = text(login("office").get(way.at(f"/{one}")))
    assert "撤回，不计入任何数字" in page
    with pytest.raises(Conflict, match="已撤回"):
        way.act("police", take_step, one, step=way.ledger.steps[1], values={"amount": 1})
    clock.at("2026-09-16T11:00:00")
    way.act("market", restore_record, one, note="并非误登。")
    assert counted(way) == {one}
    assert way.get(one).stage == "checked"
    running = {c.rule: c.due_at.isoformat() for c in rows(way, Deadline) if c.met_at is None}
    assert running["large"] == "2026-09-17T10:00:00+08:00", (
        "24 hours from knowing, whatever happened in between"
    )
    assert running["assigned:2"] == "2026-09-30T23:59:59.999999+08:00"
    assert "check:2" in running


def test_over_the_wire_by_number(way: Way, login: Login) -> None:
    one, two = way.enter(), way.enter()
    office, market = login("office"), login("market")
    url = way.at(f"/{two}/matter/merge")
    common = {
        "csrf_token": csrf(office, url),
        "act-version": "1",
        "act-request_key": "m" * 20,
        "act-note": "同一门店。",
    }
    wrong = office.post(url, data=common | {"act-number": "线〔2026〕9号"})
    assert wrong.status_code == 422
    assert "没有这个编号" in text(wrong)
    done = office.post(url, data=common | {"act-number": " 线〔2026〕1号 "})
    assert (done.status_code, str(done.location)) == (303, way.at(f"/{one}"))
    assert market.post(
        url, data=common | {"csrf_token": csrf(market, way.at(f"/{one}/matter/withdraw"))}
    ).status_code in (403, 422)
    assert office.get(way.at(f"/{one}/matter/nonsense")).status_code == 404
