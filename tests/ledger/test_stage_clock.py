"""A state that must be left by the day that stands in the entry itself: the answer to a 司法建议 (K-32)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from plugins.antifraud import CAMPAIGN
from portal.campaigns import Who
from portal.core.errors import Invalid
from portal.core.scope import Actor
from portal.deadlines.models import Deadline
from portal.ledger.hands import Hands
from portal.ledger.services import Entry, change_record, create_record
from portal.ledger.workflow import take_step
from tests.conftest import TestClock
from tests.factories import Factory

JUDGE = Actor(1, "法院联络员")
HANDS = Hands(roles=frozenset({Who.KEEPER, Who.LEAD}))
PAPER: dict[str, Any] = {
    "kind": "judicial",
    "paper_number": "司建〔2026〕2号",
    "recipient": "某银行支行",
    "gap": "开户核验不严。",
    "issued_on": "2026-05-12",
}


def test_the_answer_is_due_on_the_day_that_the_paper_names(
    app: Flask, make: Factory, clock: TestClock
) -> None:
    clock.at("2026-05-13T09:00:00")
    county = make.tenant("乡宁县")
    court = make.unit(county, "县人民法院")
    mechanism = make.mechanism(county, CAMPAIGN.key, {"court": court})
    unit_id, mechanism_id = court.id, mechanism.id
    ledger = CAMPAIGN.ledger("suggestion")
    assert ledger is not None
    with make.enter(county) as session:

        def clocks() -> list[tuple[str, str, bool]]:
            found = session.scalars(sa.select(Deadline).order_by(Deadline.id)).all()
            return [(c.rule, c.due_at.date().isoformat(), c.met_at is not None) for c in found]

        def enter(key: str, **values: Any) -> Any:
            entry = Entry("就开户审核发出司法建议", "", clock.now, {**PAPER, **values})
            return create_record(
                session, JUDGE, clock.now, mechanism_id=mechanism_id, unit_id=unit_id, campaign=CAMPAIGN, ledger=ledger,
                entry=entry, request_key=key,
            )  # fmt: skip

        def act(key: str, late_reason: str = "", **values: Any) -> None:
            step = ledger.step(key)
            assert step is not None
            take_step(
                session, JUDGE, clock.now, campaign=CAMPAIGN, ledger=ledger, found=found, step=step, hands=HANDS,
                values=values, late_reason=late_reason,
            )  # fmt: skip

        enter("none")  # the paper names no day
        enter("past", reply_by="2026-05-12")  # entered when it was over
        assert clocks() == []
        found = enter("paper", reply_by="2026-06-12")
        assert clocks() == [("until_issued", "2026-06-12", False)]

        entry = Entry(found.title, "", found.known_at, {**found.values, "reply_by": "2026-06-20"})
        change_record(
            session, JUDGE, clock.now, found=found, version=found.version, campaign=CAMPAIGN, ledger=ledger, entry=entry,
        )  # fmt: skip
        assert clocks()[1:] == [("until_issued:2", "2026-06-20", False)]
        assert clocks()[0][2], "the first one is owed no more"
        again = replace(entry, title="就开户审核发出的司法建议")
        change_record(
            session, JUDGE, clock.now, found=found, version=found.version, campaign=CAMPAIGN, ledger=ledger, entry=again,
        )  # fmt: skip
        assert len(clocks()) == 2, "another change leaves the clock alone"

        act("sign", signed_on="2026-05-14")
        assert clocks()[1:] == [("until_issued:2", "2026-06-20", True), ("until_signed", "2026-06-20", False)]

        clock.at("2026-06-22T10:00:00")
        answer = {"replied_on": "2026-06-22", "adopted": "yes", "reply": "已修订流程。"}
        with pytest.raises(Invalid) as late:
            act("reply", **answer)
        assert "late_reason" in late.value.problems
        act("reply", late_reason="等待上级行批复", **answer)
        assert clocks()[-1] == ("until_signed", "2026-06-20", True)
        assert found.stage == "replied"
