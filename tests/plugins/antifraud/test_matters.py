"""Leads and their handing on, suggestions with answers, 谁开卡谁负责, key persons as numbers, types by date, draws."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from plugins.antifraud import CAMPAIGN
from portal.campaigns import FieldKind, Form, Grade, Ledger, MatchKind, Reach, Who
from portal.campaigns.testing import check_campaign
from portal.web.declared import read_values

FORM: Form = CAMPAIGN.forms[0]
FIRST, LAST = date(2026, 6, 1), date(2026, 6, 30)


def ledger(key: str) -> Ledger:
    found = CAMPAIGN.ledger(key)
    assert found is not None
    return found


def said(kept: Ledger, **values: Any) -> dict[str, str]:
    found = {c.key: c.find(values) for c in kept.checks}
    return {key: str(message) for key, message in found.items() if message is not None}


def refused(kept: Ledger, **values: Any) -> set[str]:
    return {c.key for c in kept.checks if c.grade is Grade.ERROR and c.find(values)}


def drawn(key: str, *entries: dict[str, Any]) -> int:
    (draw,) = next(f for f in FORM.fields if f.key == key).draws
    return sum(draw.amount({"known_on": "2026-06-10"} | e, FIRST, LAST) for e in entries)


def test_rules_answer_for_empty_entries_and_examples_pass() -> None:
    check_campaign(CAMPAIGN)
    for kept in CAMPAIGN.ledgers:
        assert refused(kept) == refused(kept, **{f.key: None for f in kept.fields}) == set()
        for example in kept.examples:
            assert refused(kept, **example) == set(), example["title"]


# ----------------------------------------------------------------------------------------------- types by date
@pytest.mark.parametrize(
    ("key", "on", "taken"),
    [
        ("loan_2022", "2022-06-01", True),
        ("loan_2022", "2024-06-24", True),
        ("loan_2022", "2024-06-25", False),
        ("loan", "2024-06-24", False),
        ("loan", "2024-06-25", True),
        ("dating", "2023-12-31", False),
        ("other", "2022-01-01", True),
    ],
)
def test_a_type_is_taken_on_the_days_of_its_list(key: str, on: str, taken: bool) -> None:
    """domain.md 1.3: five types in 2022, ten in 2024, renamed by year."""
    field = next(f for f in ledger("lead").fields if f.key == "fraud_type")
    values, _typed, wrong = read_values(
        (field,), MultiDict({"fraud_type": key}), CAMPAIGN, on=date.fromisoformat(on)
    )
    assert (values["fraud_type"] == key, "fraud_type" in wrong) == (taken, not taken)


# ------------------------------------------------------------------------------------------------------- leads
def test_a_lead_holds_no_number_that_belongs_to_somebody() -> None:
    lead = ledger("lead")
    # Composed here: no file of the repository holds a number that could be somebody's.
    for text in (f"来电138{'0' * 8}要求转账", f"证件140302{'0' * 11}X", f"转入6222{'0' * 15}"):
        assert refused(lead, summary=text) == {"no_numbers"}
        assert refused(lead, summary="无", measures=text) == {"no_numbers"}
    assert refused(lead, summary="2026年6月9日接报3起，涉及96110咨询、编号20260609001") == set()
    assert said(lead, summary="无", receiver="police") == {"handed": "移送单位和移送日期要同时填写。"}
    assert {f.key: f.match for f in lead.matched} == {"sites": MatchKind.URL, "apps": MatchKind.NAME}


def test_every_state_is_reached_and_no_step_has_a_clock() -> None:
    for kept in CAMPAIGN.ledgers:
        states = {s.key for s in kept.states}
        reached, before = {kept.states[0].key} if kept.states else set(), -1
        while len(reached) != before:
            before = len(reached)
            reached |= {s.end for s in kept.steps if reached & set(s.start)}
        assert reached == states, kept.key
        for step in kept.steps:
            assert set(step.requires) <= set(step.fields) <= {f.key for f in kept.fields}, step.key
            assert step.starts is None, "及时、快速、定期 are no numbers (Q-29)"


def test_each_handing_names_members_that_exist_and_has_no_invented_limit() -> None:
    roster = {m.key for m in CAMPAIGN.roster}
    handings = {h.key: h for h in CAMPAIGN.handings}
    for h in handings.values():
        assert set(h.senders) | set(h.receivers) | set(h.both) <= roster, h.key
        assert all(CAMPAIGN.ledger(key) for key in h.ledgers)
        assert (h.accept, h.result) == (None, None)
    # I-25, I-27 to I-29: banks, operators, departments and the post all report to the police.
    assert (handings["to_police"].senders, handings["to_police"].receivers) == ((), ("police",))
    assert handings["to_industry"].receivers == ("industry",)
    assert handings["to_network"].receivers == ("network_center",)
    assert handings["to_county"].reach == (Reach.COUNTY,)
    assert handings["suggest"].senders == ledger("suggestion").writers == ("court", "procuratorate")
    assert {r.key for r in CAMPAIGN.exchange.requests} == {"block_sites", "dishonesty_list"}


# ------------------------------------------------------------------------------------------------- suggestions
def test_a_suggestion_is_followed_from_issue_to_what_came_of_it() -> None:
    """K-32. The answer is due on the day that the paper names, or on none."""
    kept = ledger("suggestion")
    order = ("issued_on", "signed_on", "replied_on", "implemented_on")
    days: dict[str, Any] = dict(zip(order, ("2026-05-12", "2026-05-14", "2026-06-05", "2026-07-01"), strict=True))  # fmt: skip
    assert said(kept, **days) == {}
    assert said(kept, **days | {"replied_on": "2026-05-13"})["ordered"] == (
        "回复日期 2026-05-13 早于签收日期 2026-05-14。请核对。"
    )
    assert refused(kept, issued_on="2026-05-12", reply_by="2026-05-11") == {"limit"}
    assert (
        "晚 3 天"
        in said(kept, issued_on="2026-05-12", reply_by="2026-06-02", replied_on="2026-06-05")["late"]
    )
    taken = {s.key: s for s in kept.steps}
    assert set(taken["reply"].requires) == {"replied_on", "adopted", "reply"}
    assert taken["implement"].by == (Who.KEEPER,), "who suggested says whether it was put right"
    paper = {"kind": "judicial", "issued_on": "2026-05-12", "replied_on": "2026-06-05"}
    assert drawn("judicial_suggestion_count", paper) == 0
    assert drawn("judicial_suggestion_count", paper | {"issued_on": "2026-06-01"}) == 1
    assert drawn("judicial_suggestion_reply_count", paper) == 1
    assert drawn("procuratorial_suggestion_count", paper | {"kind": "procuratorial", "issued_on": "2026-06-30"}) == 1  # fmt: skip


# ------------------------------------------------------------------------------------------------ 谁开卡谁负责
def test_cards_are_counted_per_bank_and_operator_in_the_month_they_were_traced() -> None:
    """K-28."""
    kept = ledger("card_trace")
    assert kept.views == ("issuer", "card", "finding")
    batches: list[dict[str, Any]] = [
        {"issuer": "abc", "card": "bank_card", "cards": 3, "traced_on": "2026-06-10"},
        {"issuer": "mobile", "card": "phone_card", "cards": 5, "traced_on": "2026-06-18"},
        {"issuer": "mobile", "card": "phone_card", "cards": 7, "traced_on": "2026-07-01"},
        {"issuer": "virtual", "card": "phone_card", "cards": 2},
    ]
    assert drawn("account_trace_back_count", *batches) == 3
    assert drawn("number_trace_back_count", *batches) == 5
    (table,) = FORM.tables
    assert table.row is not None
    rows = [r for b in batches if (r := table.row(b, FIRST, LAST))]
    assert [(r["issuer"], r["cards"]) for r in rows] == [("abc", 3), ("mobile", 5)]
    assert set(rows[0]) == {c.key for c in table.columns}
    assert table.owners == kept.writers == ("industry", "banking_regulator")
    check = next(c for c in FORM.checks if c.key == "traced_as_listed")
    told = {"card_traces": rows, "account_trace_back_count": 3, "number_trace_back_count": 6}
    assert str(check.find(told)) == "电话卡倒查填报 6，分机构合计 5，相差 1。请核对或说明原因。"
    assert check.find(told | {"number_trace_back_count": 5}) is None
    assert check.find({"number_trace_back_count": 6}) is None, "no rows, nothing to compare"
    assert refused(kept, cards=2, faulty=3) == {"faulty_part"}


def test_what_is_ordered_to_be_put_right_has_the_day_of_its_paper() -> None:
    kept = ledger("rectification")
    assert "晚 2 天" in said(kept, rectify_by="2026-06-30", rectified_on="2026-07-02")["rectified"]
    assert drawn("rectified_platform_count", {"kind": "platform"}, {"kind": "talk"}, {"kind": "line"}) == 1
    assert drawn("operator_talk_count", {"kind": "platform"}, {"kind": "talk"}, {"kind": "line"}) == 1


# ------------------------------------------------------------------------------------------ numbers, not names
def test_key_persons_and_cases_inside_are_numbers_only() -> None:
    """K-29 and Q-27: victims and offenders apart, nobody named."""
    for key in ("key_person", "internal"):
        assert {f.kind for f in ledger(key).fields} == {FieldKind.INTEGER}, key
    assert ledger("key_person").writers == ("justice",)
    assert refused(ledger("key_person"), stock=2, added=3) == {"added_part"}
    assert drawn("corrected_person_lessons", {"lessons": 6}, {"lessons": None}) == 6
    internal = {"victims": 1, "offenders": 2}
    assert (drawn("internal_victim_count", internal), drawn("internal_offender_count", internal)) == (1, 2)


def test_dissuasion_is_told_by_urgency_and_its_parts_stay_within_the_whole() -> None:
    """K-27: visits, calls, messages, and cards protected for a time."""
    day = {
        "face_to_face_dissuasion_count": 3,
        "phone_dissuasion_count": 5,
        "message_dissuasion_count": 2,
        "temporary_protection_count": 1,
    }
    for key, n in day.items():
        assert drawn(key, day) == n
    check = next(c for c in FORM.checks if c.key == "ways_within_dissuasion")
    assert check.find(day | {"dissuasion_count": 10}) is None
    assert "多 1 人次" in str(check.find(day | {"dissuasion_count": 9}))
    assert check.find({"dissuasion_count": 9, "face_to_face_dissuasion_count": 99}) is None


def test_stopping_freezing_and_returning_have_an_owner_each() -> None:
    """K-31, U-35, U-37: the police own the sums, the banks what they helped with."""
    owners = {f.key: f.owners for f in FORM.fields}
    for key in ("stop_payment_amount", "freeze_amount", "refund_amount"):
        assert owners[key] == ("police",)
    for key, action in (
        ("protective_stop_count", "protective"),
        ("freeze_assist_count", "freeze_assisted"),
        ("refund_assist_count", "refund_assisted"),
    ):
        assert owners[key] == ("banks",)
        assert drawn(key, {"action": action, "quantity": 4}) == 4


# --------------------------------------------------------------------------------------------- the public page
def test_the_public_page_asks_for_no_person_and_sends_the_hurried_to_110() -> None:
    tips = CAMPAIGN.tips
    assert tips is not None
    assert {f.key for f in tips.fields} == {"channel", "fraud_type", "sites", "apps"}
    assert "110" in "".join(tips.intro)
    assert (tips.first_check, tips.answer, tips.rewards) == (None, None, ())


def test_every_duty_is_carried_by_something_to_do() -> None:
    """U-20 to U-38: each member owns figures or keeps registers of its own, or its duties are lines that it writes."""
    own: dict[str, set[str]] = {m.key: set() for m in CAMPAIGN.roster}
    for f in FORM.fields:
        for key in f.owners:
            own[key].add(f"form:{f.key}")
    for kept in CAMPAIGN.ledgers:
        for key in kept.writers:
            own[key].add(f"ledger:{kept.key}")
    for o in CAMPAIGN.obligations:
        for key in o.members:
            own[key].add(f"obligation:{o.key}")
    for c in (*CAMPAIGN.exchange.categories, *CAMPAIGN.exchange.advisories, *CAMPAIGN.exchange.requests):
        for key in c.writers:
            own[key].add(f"exchange:{c.key}")
    for rung in CAMPAIGN.oversight.ladder:
        if rung.decided_by:
            own[rung.decided_by].add(f"rung:{rung.key}")
    assert {key for key, found in own.items() if not found} == {"npc_legal", "digital_government"}
