"""Scenario F7, points 4 and 5: key cases made by amount and by time alone, and 回头看 in the fifth phase.

Beside them what the regulation asks of measures: two officers, the head's approval, and the figures that come of it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from portal.campaigns import Ledger, Step, Who
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.scope import Actor
from portal.ledger import approving, closing
from portal.ledger.derived import facts_of_record, find_hints, find_key_reasons
from portal.ledger.facts import read_facts
from portal.ledger.files import Evidence
from portal.ledger.filters import Filters
from portal.ledger.hands import Hands
from portal.ledger.listing import list_records
from portal.ledger.models import Closing, Record, RecordEvent
from portal.ledger.services import Entry, change_record, create_record
from portal.ledger.workflow import take_step
from tests.conftest import TestClock
from tests.factories import Factory
from tests.reporting.county import F6, County, found_county

UNIT, STAFF, HEAD = Actor(1, "甲镇 联络员"), Actor(2, "专班办公室 干部"), Actor(3, "专班办公室 主任")
LEADS = Hands(roles=frozenset({Who.KEEPER, Who.LEAD}))
OFFICE = Hands(roles=frozenset({Who.OFFICE}))
HEADS = Hands(roles=frozenset({Who.OFFICE, Who.OFFICE_HEAD}), agrees=frozenset({Who.OFFICE, Who.OFFICE_HEAD}))
PAPER = Evidence(link=("paper:1", "认定书（演示）"))


@pytest.fixture
def shanyin(make: Factory, clock: TestClock) -> County:
    clock.at("2024-06-19T09:00:00")
    return found_county(make, F6)


class Matter:
    """One entry of a county, and the ways to move it."""

    def __init__(
        self, county: County, clock: TestClock, ledger: str, unit: str, title: str, **values: Any
    ) -> None:
        self.county, self.clock = county, clock
        found = county.campaign.ledger(ledger)
        assert found is not None
        self.ledger: Ledger = found
        with county.inside() as session:
            made = create_record(
                session, UNIT, county.now, mechanism_id=county.mechanism.id, unit_id=county.units[unit].id,
                campaign=county.campaign, ledger=found, entry=self.entry(title, values), request_key=f"{ledger}{title}",
            )  # fmt: skip
            self.id, self.number = made.id, made.number

    def entry(self, title: str, values: dict[str, Any]) -> Entry:
        return Entry(title, "", self.county.now - timedelta(minutes=1), values)

    @property
    def record(self) -> Record:
        self.county.enter()
        found = self.county.session.scalars(sa.select(Record).where(Record.id == self.id)).one()
        self.county.session.refresh(found)
        return found

    def change(self, **values: Any) -> Record:
        with self.county.inside() as session:
            found = self.record
            entry = Entry(found.title, "", found.known_at, {**found.values, **values})
            change_record(
                session, UNIT, self.county.now, found=found, version=found.version, campaign=self.county.campaign,
                ledger=self.ledger, entry=entry,
            )  # fmt: skip
        return self.record

    def step(self, key: str, actor: Actor = UNIT, hands: Hands = LEADS, **more: Any) -> Record:
        step = self.ledger.step(key)
        assert isinstance(step, Step)
        with self.county.inside() as session:
            take_step(
                session, actor, self.county.now, campaign=self.county.campaign, ledger=self.ledger, found=self.record,
                step=step, hands=hands, **more,
            )  # fmt: skip
        return self.record

    def do(self, verb: Any, actor: Actor, hands: Hands, **more: Any) -> Record:
        with self.county.inside() as session:
            verb(
                session, actor, self.county.now, campaign=self.county.campaign, ledger=self.ledger, found=self.record,
                hands=hands, **more,
            )  # fmt: skip
        return self.record

    def close(self, on: str) -> Record:
        self.clock.at(f"{on}T10:00:00")
        assert self.ledger.closing is not None
        ticks = range(len(self.ledger.closing.checklist))
        self.do(closing.propose_closing, UNIT, LEADS, note="处置完毕", confirmed=ticks, evidence=PAPER)
        self.do(closing.check_closing, STAFF, OFFICE)
        return self.do(closing.close_record, HEAD, HEADS)

    def listed(self, on: date, **filters: Any) -> bool:
        """Whether the county's list shows it on that day."""
        self.county.enter()
        wanted = Filters(campaign=self.county.key, ledger=self.ledger.key, **filters)
        rows, _more = list_records(self.county.session, self.county.tenant.id, wanted, on)
        return self.id in {r.id for r in rows}

    def facts(self, last: date) -> dict[str, Any]:
        self.county.enter()
        units = [u.id for u in self.county.units.values()]
        found = read_facts(self.county.session, self.county.key, self.ledger.key, units, last)
        return dict(next(f.values for f in found if f.subject == f"record:{self.id}"))

    def drawn(self, field: str, first: date, last: date) -> int:
        """What the quarterly form is offered from this entry."""
        (draw,) = next(f for f in self.county.form.fields if f.key == field).draws
        return draw.amount(self.facts(last), first, last)


FIRST, LAST = date(2025, 1, 1), date(2025, 3, 31)


# --------------------------------------------------------------------------------------------------- 4 key cases
def test_case_a_is_key_from_the_amount_and_case_b_by_time_alone(shanyin: County, clock: TestClock) -> None:
    given = {"responsible_unit": "县公安局", "case_kind": "criminal"}
    a = Matter(shanyin, clock, "case", "公安", "甲案", amount=9_999_000_000, **given)
    b = Matter(shanyin, clock, "case", "公安", "乙案", filed_on="2019-06-20", **given)
    before, day = date(2024, 6, 19), date(2024, 6, 20)
    assert a.record.key_from is None
    assert not a.listed(date(2030, 1, 1), key=True), "99,990,000 元 will never be a key case"
    changed = a.change(amount=10_000_000_000)
    assert changed.key_from == before, "the day it was known"
    assert [str(r.text) for r in find_key_reasons(a.ledger, facts_of_record(changed))] == [
        "涉案金额 100,000,000 元，达到 1 亿元。"
    ]
    assert b.record.key_from == day, "known as soon as it is entered, a day ahead"
    stories = len(list(shanyin.session.scalars(sa.select(RecordEvent).where(RecordEvent.record_id == b.id))))
    assert (b.listed(before, key=True), b.listed(day, key=True)) == (False, True)
    (reason,) = find_key_reasons(b.ledger, facts_of_record(b.record))
    assert (reason.since, str(reason.text)) == (day, "2019-06-20 刑事立案，自 2024-06-20 起满 5 年。")
    assert (b.record.version, stories) == (1, 1), "nobody touched it"


def test_a_case_goes_through_its_stages_and_comes_back_from_them(shanyin: County, clock: TestClock) -> None:
    case = Matter(
        shanyin,
        clock,
        "case",
        "公安",
        "丙案",
        responsible_unit="县公安局",
        local_amount=500_000_000,
        in_stock=True,
    )
    filed = {
        "filed_on": "2024-05-08",
        "filing_authority": "县公安局",
        "charge": "public_deposits",
        "case_kind": "criminal",
    }
    assert case.step("to_investigation", values=filed).stage == "investigation"
    with pytest.raises(Invalid) as refused:
        case.step("to_prosecution", values={"prosecuted_on": "2024-05-01", "prosecuted_people": 3})
    assert str(refused.value.problems["prosecuted_on"]) == (
        "移送起诉日期 2024-05-01 早于刑事立案日期 2024-05-08，请核对。"
    )
    case.step("to_prosecution", values={"prosecuted_on": "2024-06-11", "prosecuted_people": 3})
    assert case.step("reinvestigate", note="补充资金流向").stage == "investigation"
    with pytest.raises(Invalid) as more:
        case.step(
            "recover_investigation", note="先行处置一处房产",
            values={"recovered_amount": 80_000_000, "disposed_amount": 60_000_000, "returned_amount": 90_000_000},
        )  # fmt: skip
    assert (
        str(more.value.problems["returned_amount"])
        == "已返还金额 90 万元，多于追赃挽损金额 80 万元，请核对。"
    )
    case.step("not_prosecuted", note="情节轻微，转行政处理")
    with pytest.raises(Conflict, match="行政调查"):
        case.step("to_trial", values={"charged_on": "2024-06-12"})
    case.step("conclude", values={"progress": "已清退"}, evidence=PAPER)
    assert case.close("2024-08-30").values["concluded_on"] == "2024-08-30"
    assert case.record.look_back_on == date(2025, 6, 1)
    third = date(2024, 7, 1), date(2024, 9, 30)
    assert case.drawn("resolved_cases", *third) == 1
    assert case.drawn("closing_cases", *third) == 0
    assert case.drawn("closing_cases", date(2024, 4, 1), date(2024, 6, 30)) == 1


# --------------------------------------------------------------------------------------- 5 closed, looked at again
def test_what_was_closed_in_march_comes_up_in_the_fifth_phase_and_is_reopened(
    shanyin: County, clock: TestClock
) -> None:
    clock.at("2025-01-08T09:00:00")
    lead = Matter(
        shanyin, clock, "lead", "甲镇", "某预付卡", lead_source="grid", found_on="2025-01-07", sector="retail",
        amount=32_000_000, people=16,
    )  # fmt: skip
    assert (lead.record.stage, lead.record.view_1) == ("registered", "retail")
    lead.step("check")
    with pytest.raises(Invalid) as graded:
        lead.step("handle", values={"responsible_unit": "甲镇政府"})
    assert list(graded.value.problems) == ["risk_level"]
    lead.step("handle", values={"responsible_unit": "甲镇政府", "risk_level": "yellow"})
    lead.step("talk", values={"talked_on": "2025-01-20"})
    lead.step(
        "repay",
        STAFF,
        OFFICE,
        values={"repaid_on": "2025-02-28", "repaid_amount": 32_000_000, "repaid_people": 16},
    )
    with pytest.raises(Conflict):
        lead.do(closing.propose_closing, UNIT, LEADS, note="处置完毕")
    lead.step("settle", values={"progress": "已全部清退，停止售卡。"})
    closed = lead.close("2025-03-10")
    assert (closed.closing, closed.closed_on, closed.values["closed_on"]) == (
        Closing.CLOSED, date(2025, 3, 10), "2025-03-10",
    )  # fmt: skip
    phase = next(p for p in shanyin.campaign.phases if p.key == "consolidation")
    assert closed.look_back_on == phase.start == date(2025, 6, 1)
    assert (lead.listed(date(2025, 5, 31), look=True), lead.listed(phase.start, look=True)) == (False, True)
    for field, figure in (
        ("leads", 1),
        ("warning_talks", 1),
        ("repayment_orders", 1),
        ("repaid_amount", 32_000_000),
    ):
        assert lead.drawn(field, FIRST, LAST) == figure
    clock.at("2025-07-02T09:00:00")
    again = lead.do(closing.reopen_record, STAFF, OFFICE, note="回头看发现又在售卡")
    assert (again.number, again.closing, again.stage) == (lead.number, Closing.NONE, "handling")
    assert (again.closed_on, again.look_back_on, again.values["closed_on"]) == (None, None, None)
    rows = shanyin.form.tables[0]
    assert rows.row is not None
    row = rows.row(lead.facts(date(2025, 9, 30)), date(2025, 7, 1), date(2025, 9, 30))
    assert row is not None, "open again, so it is listed again"
    assert (row["check_result"], row["measures"], row["closed_on"]) == (
        "suspected", ["warning_talk", "repayment"], None,
    )  # fmt: skip
    later = lead.step("settle", values={"progress": "已立案查处。"})
    assert later.stage == "settled"
    assert lead.close("2025-07-20").look_back_on == date(2025, 10, 18), "later in the phase: 90 days"


# ---------------------------------------------------------------------------------- who must approve a measure
def test_measures_need_two_officers_the_head_and_the_city(shanyin: County, clock: TestClock) -> None:
    clock.at("2025-01-08T09:00:00")
    lead = Matter(
        shanyin,
        clock,
        "lead",
        "甲镇",
        "某咨询",
        lead_source="funds",
        found_on="2025-01-07",
        sector="debt_relief",
    )
    lead.step("check")
    lead.step("handle", values={"responsible_unit": "甲镇政府", "risk_level": "red"})
    with pytest.raises(NotAllowed):
        lead.step("seal", values={"sealed_on": "2025-01-08"}, evidence=PAPER)
    with pytest.raises(Invalid) as two:
        lead.step(
            "investigate", STAFF, OFFICE,
            values={"investigated_on": "2025-01-08", "officers": 1, "certificates_shown": False},
        )  # fmt: skip
    assert {k: str(v) for k, v in two.value.problems.items()} == {
        "officers": "调查人员 1 人，不得少于 2 人。",
        "certificates_shown": "调查时应出示执法证件，请确认。",
    }
    lead.step(
        "investigate", STAFF, OFFICE,
        values={"investigated_on": "2025-01-08", "officers": 2, "certificates_shown": True},
    )  # fmt: skip
    asked = lead.step(
        "seal", STAFF, OFFICE, values={"sealed_on": "2025-01-08", "sealed_premises": 1}, evidence=PAPER
    )
    assert (asked.pending, asked.values.get("sealed_on")) == ("seal", None), "nothing takes effect yet"
    typed = lead.change(
        sealed_on="2025-01-08", sealed_premises=3, closed_on="2025-01-08", rectified_on="2025-01-08"
    )
    assert (typed.values.get("sealed_on"), typed.values.get("closed_on")) == (None, None), (
        "nobody types them in"
    )
    assert typed.values["rectified_on"] == "2025-01-08"
    with pytest.raises(NotAllowed):
        lead.do(approving.agree_step, STAFF, OFFICE)
    with pytest.raises(NotAllowed):
        lead.do(approving.agree_step, STAFF, HEADS)
    agreed = lead.do(approving.agree_step, HEAD, HEADS)
    assert (agreed.pending, agreed.stage, agreed.values["sealed_on"]) == ("", "handling", "2025-01-08")
    assert lead.drawn("sealed_premises", FIRST, LAST) == 1
    for upward in ("refer", "exit_ban"):
        with pytest.raises(NotAllowed, match="提请上级"):
            lead.step(upward, STAFF, OFFICE, note="两部门意见不一")
    hints = dict(find_hints(lead.ledger, facts_of_record(lead.change(fined_on="2025-01-08", fine=1_000_000))))
    assert str(hints["fined_on"]).startswith("已处罚，还没有登记清退")
    assert lead.step("to_police", values={"police_on": "2025-01-08"}, evidence=PAPER).stage == "police"
    assert lead.drawn("transferred_to_police", FIRST, LAST) == 1
    assert lead.step("police_back", note="不予立案").stage == "handling"


def test_a_petition_goes_round_until_it_is_revisited(shanyin: County, clock: TestClock) -> None:
    clock.at("2025-02-10T09:00:00")
    petition = Matter(
        shanyin, clock, "petition", "甲镇", "某预付卡退费", kind="visit", received_on="2025-02-07", batches=2, people=9,
        demand="要求退卡。",
    )  # fmt: skip
    petition.step("accept", values={"accepted_on": "2025-02-08"})
    petition.step("handle")
    petition.step("answer", values={"answered_on": "2025-02-09", "answer": "分两批退还。"})
    revisited = {"revisited_on": "2025-02-10", "satisfaction": "dissatisfied"}
    assert petition.step("revisit", values=revisited).stage == "revisited"
    assert petition.step("rework", note="第二批未退").stage == "handling"
    petition.step("answer", values={"answered_on": "2025-02-10", "answer": "已全部退还。"})
    petition.step("revisit", values=revisited | {"satisfaction": "satisfied"})
    assert petition.close("2025-02-20").values["closed_on"] == "2025-02-20"
    figures = {k: petition.drawn(k, FIRST, LAST) for k in ("petition_batches", "petition_people", "petitions_resolved", "opinions_handled")}  # fmt: skip
    assert figures == {
        "petition_batches": 2,
        "petition_people": 9,
        "petitions_resolved": 1,
        "opinions_handled": 0,
    }
    assert datetime(2025, 2, 20, tzinfo=SHANGHAI).date() == petition.record.closed_on
