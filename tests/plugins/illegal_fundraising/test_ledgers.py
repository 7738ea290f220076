"""Ledgers of the campaign: their ways, who must approve, jurisdiction, doubts, and what the forms draw of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from plugins.illegal_fundraising import CAMPAIGN
from plugins.illegal_fundraising.draws import MEASURE_DAYS, measures_taken
from plugins.illegal_fundraising.subjects import (
    doubt_credit_code,
    find_jurisdiction,
    is_credit_code,
    is_region,
)
from plugins.illegal_fundraising.tables import _CONCLUSIONS
from portal.campaigns import Field, Grade, Ledger, MatchKind, Reach, Step, Values, Who

LEDGERS = {x.key: x for x in CAMPAIGN.ledgers}
LEAD, CASE = LEDGERS["lead"], LEDGERS["case"]
GOOD_CODE = "91140621MA0GY0001Y"
"""Fictional; its last character agrees with the rest, and its third to eighth name 140621."""


def said(ledger: Ledger, grade: Grade, **values: Any) -> dict[str, str]:
    """Check -> sentence, of one grade."""
    found = {c.key: c.find(values) for c in ledger.checks if c.grade is grade}
    return {key: str(message) for key, message in found.items() if message}


def step(ledger: Ledger, key: str) -> Step:
    found = ledger.step(key)
    assert found is not None, key
    return found


# ---------------------------------------------------------------------------------------------------- the ways
@pytest.mark.parametrize("ledger", [x for x in CAMPAIGN.ledgers if x.states], ids=lambda x: x.key)
def test_every_state_is_reached_and_left_and_steps_ask_for_their_own_fields(ledger: Ledger) -> None:
    states = {s.key for s in ledger.states}
    fields = {f.key for f in ledger.fields}
    reached = {ledger.states[0].key}
    for _round in states:
        reached |= {s.end for s in ledger.steps if reached & set(s.start)}
    assert reached == states
    left = {start for s in ledger.steps for start in s.start if s.end != start}
    assert {s.key for s in ledger.states if not s.final} <= left
    for s in ledger.steps:
        assert {*s.start, s.end} <= states, s.key
        assert set(s.requires) <= set(s.fields) <= fields, s.key
    if ledger.closing is not None:
        assert any(s.final for s in ledger.states)
        assert {ledger.closing.closed_on, *ledger.closing.requires} <= fields
        assert ledger.closing.look_back_phase in {p.key for p in CAMPAIGN.phases}


def test_who_must_approve_what_under_the_regulation() -> None:
    """条例 18-25: the head of the lead department for accounts, seizure and sale; the city for a ban on leaving."""
    approved = {s.key for s in LEAD.steps if s.approval}
    assert approved == {"query", "seal", "recall"}
    assert {s.approval for s in LEAD.steps if s.approval} == {Who.OFFICE_HEAD}
    assert all(step(LEAD, key).evidence for key in approved)
    assert {s.key: s.upward for s in LEAD.steps if s.upward} == {"refer": "referral", "exit_ban": "exit_ban"}
    articles = {key: str(step(LEAD, key).clause.article) for key in ("talk", "rectify", "query", "suspend", "stop", "seal", "recall", "exit_ban", "repay")}  # fmt: skip
    assert articles == {
        "talk": "第十八条", "rectify": "第十八条", "query": "第二十一条", "suspend": "第二十二条", "stop": "第二十三条",
        "seal": "第二十四条第一项", "recall": "第二十四条第二项", "exit_ban": "第二十四条第三项",
        "repay": "第二十五条、第二十六条",
    }  # fmt: skip
    assert {Who.LEAD, Who.OFFICE} == set(step(LEAD, "talk").by), "行业主管、监管部门 may talk, too"
    assert all(step(LEAD, key).by == (Who.OFFICE,) for key in (*approved, "suspend", "stop", "determine"))


def test_nobody_is_called_a_victim() -> None:
    texts = [str(x) for ledger in CAMPAIGN.ledgers for f in ledger.fields for x in (f.label, f.definition)]
    texts += [str(s.label) for ledger in CAMPAIGN.ledgers for s in ledger.steps]
    texts += [str(s.label) for ledger in CAMPAIGN.ledgers for s in ledger.states]
    assert CAMPAIGN.tips is not None
    texts += [str(x) for x in (*CAMPAIGN.tips.intro, *CAMPAIGN.tips.protection)]
    assert not [t for t in texts if any(word in t for word in ("受害", "投资人", "投资者"))]
    assert any("集资参与人" in t for t in texts)


def test_no_step_starts_a_clock() -> None:
    """Neither D4 nor the regulation gives days for any step: 及时 is no limit."""
    assert not [s.key for ledger in CAMPAIGN.ledgers for s in ledger.steps if s.starts]
    assert not [h.key for h in CAMPAIGN.handings if h.accept or h.result]
    assert CAMPAIGN.tips is not None
    assert (CAMPAIGN.tips.first_check, CAMPAIGN.tips.answer) == (None, None)


def test_sectors_of_the_plan_stand_in_four_groups() -> None:
    """K-05: every field that 三 names; K-10: every kind of premises that 五（一） names."""
    labels = [str(c.label) for c in CAMPAIGN.code_list("sector").choices]
    groups = [label.split("·")[0] for label in labels]
    assert {g: groups.count(g) for g in dict.fromkeys(groups)} == {
        "投融资": 7, "传统": 4, "新兴": 5, "假冒挂靠": 6, "其他": 1,
    }  # fmt: skip
    premises = [str(c.label) for c in CAMPAIGN.code_list("premises").choices]
    assert premises[:4] == ["写字楼", "商铺", "产业园区", "中介机构"]


# ------------------------------------------------------------------------------------------------- jurisdiction
@pytest.mark.parametrize(
    ("values", "region", "word"),
    [
        ({"subject_type": "company", "registered_region": "140321"}, "140321", "登记地 140321"),
        ({"subject_type": "natural_person", "registered_region": "140322"}, "140322", "住所地 140322"),
        ({"subject_type": "company", "credit_code": GOOD_CODE}, "140621", "登记机关在 140621"),
        (
            {"subject_type": "company", "registered_region": "140321", "credit_code": GOOD_CODE},
            "140321",
            "登记地 140321",
        ),
        ({"subject_type": "natural_person", "credit_code": GOOD_CODE}, "", "住所地"),
        ({"subject_type": "company", "credit_code": f"{GOOD_CODE[:-1]}7"}, "", "登记地"),
        ({"registered_region": "本县"}, "", "登记地"),
        ({}, "", "登记地"),
    ],
)
def test_a_firm_belongs_where_it_is_registered_a_person_where_he_lives(
    values: Values, region: str, word: str
) -> None:
    found = find_jurisdiction(values)
    assert (found.region, found.clause.article) == (region, "第二十条")
    assert word in str(found.reason)
    assert {x.jurisdiction for x in (LEAD, CASE)} == {find_jurisdiction}


@pytest.mark.parametrize(
    ("code", "sound"),
    [("140621", True), ("110000", True), ("14062", False), ("1406211", False), ("990621", False), ("本县", False),
     ("１４０６２１", False), (None, False), (140621, False)],
)  # fmt: skip
def test_a_region_has_six_digits_and_a_province(code: Any, sound: bool) -> None:
    assert is_region(code) is sound
    if isinstance(code, str):
        errors = said(LEAD, Grade.ERROR, registered_region=code)
        assert ("region" in errors) is not sound


def test_a_credit_code_is_doubted_never_refused() -> None:
    assert is_credit_code(GOOD_CODE)
    assert doubt_credit_code(GOOD_CODE.lower()) is None
    assert str(doubt_credit_code("9114")) == "统一社会信用代码应为 18 位，现为 4 位，请核对。"
    swapped = GOOD_CODE[:9] + GOOD_CODE[10] + GOOD_CODE[9] + GOOD_CODE[11:]
    assert "校验位" in str(doubt_credit_code(swapped))
    assert said(LEAD, Grade.ERROR, credit_code=swapped) == {}


def test_what_identifies_a_subject_is_compared_and_sealed() -> None:
    for ledger in (LEAD, CASE):
        kinds = {f.key: (f.match, f.sensitive) for f in ledger.matched}
        assert kinds == {
            "subject_name": (MatchKind.NAME, True),
            "credit_code": (MatchKind.COMPANY_CODE, True),
            "phones": (MatchKind.PHONE, True),
            "accounts": (MatchKind.ACCOUNT, True),
            "urls": (MatchKind.URL, False),
        }


# --------------------------------------------------------------------------------------------- doubts and errors
def test_days_of_a_lead_stand_in_order() -> None:
    lead = {"found_on": "2025-07-08"}
    for day in MEASURE_DAYS.values():
        early = said(LEAD, Grade.ERROR, **lead, **{day: "2025-07-07"})
        ordered = day in {"licensing_on", "regulator_on", "deregistered_on", "revoked_on", "sites_closed_on"}
        assert ordered or any("早于发现日期" in x for x in early.values()), day
        late = said(LEAD, Grade.ERROR, **lead, **{day: "2025-07-08"})
        assert not any("早于" in x for x in late.values())
    found = said(LEAD, Grade.ERROR, police_on="2025-07-09", police_filed_on="2025-07-08")
    assert found == {
        "police_on_police_filed_on": "公安立案日期 2025-07-08 早于移送公安日期 2025-07-09，请核对。"
    }


@pytest.mark.parametrize(
    ("ledger", "values", "key", "sentence"),
    [
        (LEAD, {"amount": 100, "repaid_amount": 200}, "repaid_amount_within", "清退金额 0.0002 万元，多于"),
        (LEAD, {"people": 3, "repaid_people": 4}, "repaid_people_within", "清退人数 4 人，多于涉及人数 3 人"),
        (CASE, {"amount": 100, "local_amount": 200}, "local_amount_within", "涉案金额（本地）"),
        (CASE, {"recovered_amount": 0, "returned_amount": 1_000_000}, "returned_within", "已返还金额 1 万元"),
        (CASE, {"recovered_amount": 100, "disposed_amount": 200}, "disposed_amount_within", "资产处置金额"),
        (CASE, {"filed_on": "2025-02-01", "verdict_on": "2025-01-01"}, "filed_on_verdict_on", "一审宣判日期"),
        (LEDGERS["sector_base"], {"entities": 3, "covered": 4}, "covered_within", "已纳入监测 4 家，多于监管对象 3 家"),
        (LEDGERS["petition"], {"batches": 3, "people": 2}, "people", "信访 3 批 2 人次"),
        (LEDGERS["channel"], {"published_on": "2025-01-01"}, "published", "至少填一项"),
        (LEDGERS["grid"], {"clear": True}, "screened", "请填写最近排查日期"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_numbers(
    ledger: Ledger, values: Values, key: str, sentence: str
) -> None:
    assert sentence in said(ledger, Grade.ERROR, **values)[key]


@pytest.mark.parametrize(
    ("ledger", "values", "key", "word"),
    [
        (LEAD, {"amount": 5_000, "people": 10}, "per_person", "人均 5 元"),
        (LEAD, {"amount": 500_000_000_000, "people": 10}, "per_person", "金额单位是万元"),
        (LEAD, {"fined_on": "2025-08-01"}, "clear_first", "先清退"),
        (LEAD, {"stopped_on": "2025-08-01"}, "stopped", "没有登记性质认定"),
        (LEAD, {"determination": "not_illegal", "fined_on": "2025-08-01", "repaid_on": "2025-08-01"}, "not_illegal", "请核对"),
        (LEAD, {"amount": 100_000_000, "fine": 10_000_000}, "fine_range", "两成至一倍"),
        (LEAD, {"licensed": True}, "regulator", "金融管理部门"),
        (CASE, {"returned_amount": 1_000_000}, "returned", "没有填追赃挽损"),
        (CASE, {"local_amount": 100, "local_unpaid": 90, "returned_amount": 20}, "unpaid", "请核对"),
        (CASE, {"stock_kind": "legacy", "case_kind": "criminal"}, "legacy", "满 5 年"),
        (LEDGERS["sector_base"], {"entities": 9, "covered": 7}, "blind_spot", "还有 2 家"),
        (LEDGERS["petition"], {"group": True}, "group", "稳控"),
    ],
)  # fmt: skip
def test_what_is_odd_is_said_and_not_refused(ledger: Ledger, values: Values, key: str, word: str) -> None:
    assert word in said(ledger, Grade.HINT, **values)[key]
    assert said(ledger, Grade.ERROR, **values) == {}


def test_yuan_typed_as_ten_thousands_is_doubted() -> None:
    amount: Field = next(f for f in LEAD.fields if f.key == "amount")
    assert amount.warn is not None
    assert amount.warn(99_999_999_999_9) is None
    assert (
        str(amount.warn(2_000_000 * 1_000_000))
        == "2,000,000 万元即 200 亿元；本栏单位是万元，请核对是否按元填写。"
    )


@pytest.mark.parametrize("ledger", CAMPAIGN.ledgers, ids=lambda x: x.key)
def test_examples_and_empty_entries_break_no_rule(ledger: Ledger) -> None:
    for example in ledger.examples:
        assert said(ledger, Grade.ERROR, **example) == {}
    empty = said(ledger, Grade.ERROR, **{f.key: None for f in ledger.fields})
    assert set(empty) <= {"published"}


# ----------------------------------------------------------------------------------------- what the forms draw
def test_measures_are_told_by_their_days() -> None:
    choices = {c.key for c in CAMPAIGN.code_list("measure").choices}
    assert choices == {*MEASURE_DAYS, "confiscation"}
    taken = {"talked_on": "2025-07-01", "sealed_on": "2025-10-01", "fined_on": "2025-09-30", "confiscated": 5}
    assert measures_taken(taken, date(2025, 9, 30)) == ["warning_talk", "penalty", "confiscation"]
    assert measures_taken({}, date(2025, 9, 30)) == []
    assert set(_CONCLUSIONS.values()) <= {c.key for c in CAMPAIGN.code_list("check_result").choices}
    assert set(_CONCLUSIONS) | {"registered", "checking"} == {s.key for s in LEAD.states}
    assert [c.key for c in CAMPAIGN.code_list("case_stage").choices] == [s.key for s in CASE.states]


def test_premises_sectors_and_channels_are_stocks_of_the_last_day() -> None:
    form = CAMPAIGN.forms[0]
    first, last = date(2025, 7, 1), date(2025, 9, 30)

    def drawn(key: str, pool: str, **more: Any) -> int:
        draws = [d for f in form.fields if f.key == key for d in f.draws]
        assert {d.pool for d in draws} == {pool}
        entries = [{"known_on": "2025-01-05", **e, **more} for e in LEDGERS[pool].examples]
        return sum(d.amount(e, first, last) for e in entries for d in draws)

    assert (drawn("grid_places", "grid"), drawn("grid_screened", "grid")) == (87, 71)
    assert drawn("grid_places", "grid", known_on="2025-10-01") == 0
    assert (drawn("sector_entities", "sector_base"), drawn("sector_covered", "sector_base")) == (100, 93)
    assert drawn("tip_channels", "channel") == 1
    assert drawn("tip_channels", "channel", ended_on="2025-09-30") == 0
    assert (drawn("buildings", "screening"), drawn("companies", "screening")) == (0, 0)
    assert drawn("buildings", "screening", known_on="2025-07-05") == 4
    assert drawn("companies", "screening", known_on="2025-07-05") == 17
    hint = next(c for c in form.checks if c.key == "blind_spot")
    assert (
        str(hint.find({"sector_entities": 100, "sector_covered": 93}))
        == "监管对象 100 家，还有 7 家未纳入监测。"
    )


# ------------------------------------------------------------------------------------------- handing on and tips
def test_matters_go_both_ways_between_administration_police_and_procuratorate() -> None:
    ways = {h.key: (h.senders, h.receivers) for h in CAMPAIGN.handings}
    assert ways["to_police"] == ((), ("police",))
    assert ways["police_to_lead"][0] == ("police",)
    assert ways["to_procuratorate"] == (("police",), ("procuratorate",))
    assert ways["procuratorial_advice"][0] == ("procuratorate",)
    assert "procuratorate" in ways["supervision"][1]
    funds = next(h for h in CAMPAIGN.handings if h.key == "unusual_funds")
    assert funds.both == ("government_office", "financial_regulator"), "I-40: both of them"
    upward = {h.key: set(h.agrees) for h in CAMPAIGN.handings if h.reach == (Reach.SUPERIOR,)}
    assert upward == {
        "referral": {"illegal", "crime", "not_illegal"}, "exit_ban": {"decided"}, "major_coordination": set(),
    }  # fmt: skip
    members = {m.key for m in CAMPAIGN.roster}
    for h in CAMPAIGN.handings:
        assert {*h.senders, *h.receivers, *h.both} <= members, h.key
        known = {f.key for key in h.ledgers for f in LEDGERS[key].fields}
        assert set(h.carries) <= known, h.key
        assert len(h.outcomes) >= 2, h.key


def test_tips_become_leads_and_their_rewards_are_drafts() -> None:
    tips = CAMPAIGN.tips
    assert tips is not None
    fields = {f.key: f for f in LEAD.fields}
    assert tips.ledger == LEAD.key
    for f in tips.fields:
        assert (f.kind, f.choices, f.sensitive) == (
            fields[f.key].kind, fields[f.key].choices, fields[f.key].sensitive,
        )  # fmt: skip
        assert not f.required
    assert tips.begins is not None
    assert tips.begins(date(2026, 9, 20)) == {"lead_source": "tipoff", "found_on": "2026-09-20"}
    bands = [(b.lowest, b.highest) for b in tips.rewards]
    assert bands == sorted(bands)
    assert all(low < high for low, high in bands)
    assert all("草案" in str(b.clause.note) for b in tips.rewards)
