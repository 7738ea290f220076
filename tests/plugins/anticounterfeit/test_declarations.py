"""What D0 fixes: members, 5 + 50 duties, four triggers; and the monthly table's own checks."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from plugins.anticounterfeit import CAMPAIGN, portal_campaign
from portal.campaigns import DueKind, FieldKind, Grade, MemberKind, Shift
from portal.campaigns.problems import problems

FORM = CAMPAIGN.forms[0]
LEDGER = CAMPAIGN.ledgers[0]

DUTIES = {
    "political_legal": 1,
    "government_office": 1,
    "court": 3,
    "procuratorate": 3,
    "development_reform": 1,
    "education": 1,
    "police": 5,
    "finance": 1,
    "transport": 1,
    "commerce": 2,
    "culture_tourism": 3,
    "market_regulation": 4,
    "postal": 3,
    "customs": 3,
    "pboc": 10,
    "financial_regulator": 3,
    "broadcasting": 1,
    "banks": 4,
}


def test_the_declaration_is_sound() -> None:
    assert problems(CAMPAIGN) == ()
    assert portal_campaign() is CAMPAIGN


def test_roster_is_17_units_and_2_classes() -> None:
    kinds = Counter(member.kind for member in CAMPAIGN.roster)
    assert kinds == {MemberKind.UNIT: 17, MemberKind.CLASS: 2}
    assert {m.key: m.unit_kind for m in CAMPAIGN.roster if m.unit_kind} == {
        "county_offices": "county_office",
        "banks": "bank",
    }
    names = [name for member in CAMPAIGN.roster for name in (member.label, *member.aliases)]
    assert len(names) == len(set(names))
    assert CAMPAIGN.body.lead == "pboc"
    assert set(CAMPAIGN.body.titles) == {"convenor", "deputy_convenor", "office_director"}


def test_duties_are_5_common_and_50_in_18_sections() -> None:
    counts = Counter(duty.member for duty in CAMPAIGN.duties)
    assert counts.pop("*") == 5
    assert counts == DUTIES
    assert sum(DUTIES.values()) == 50
    assert len({duty.text for duty in CAMPAIGN.duties}) == len(CAMPAIGN.duties)
    assert len({duty.clause.article for duty in CAMPAIGN.duties}) == len(CAMPAIGN.duties)


def test_soft_duties_hold_their_soft_word_and_nothing_has_a_cadence() -> None:
    soft = {duty.key for duty in CAMPAIGN.duties if duty.soft}
    assert soft == {"procuratorate_2", "police_5", "finance_1", "commerce_2", "postal_3", "banks_4"}
    assert all(duty.soft in duty.text for duty in CAMPAIGN.duties if duty.soft)
    assert not any(duty.cadence for duty in CAMPAIGN.duties)


def test_sources_say_which_reward_rules_are_in_force() -> None:
    assert CAMPAIGN.source("D0").effective_from == date(2026, 3, 31)
    assert CAMPAIGN.source("R2005").effective_to == date(2015, 12, 31)
    assert CAMPAIGN.source("R2016").effective_to is None


def triggered(values: dict[str, Any]) -> set[str]:
    return {threshold.key for threshold in CAMPAIGN.thresholds if threshold.when(values)}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, set()),
        ({"currency": "cny", "face_value": 9_990_000}, set()),
        ({"currency": "cny", "face_value": 9_999_999}, set()),
        ({"currency": "cny", "face_value": 10_000_000}, {"large_amount"}),
        ({"currency": "cny", "face_value": 20_000_000, "one_time_face": 9_999_999}, set()),
        ({"currency": "cny", "face_value": 20_000_000, "one_time_face": 10_000_000}, {"large_amount"}),
        ({"currency": "cny", "face_value": 20_000_000, "one_time_face": 0}, {"large_amount"}),
        ({"currency": "usd", "face_value": 90_000_000}, set()),
        ({"currency": "cny", "face_value": 100, "new_forging_means": True}, {"new_forging_means"}),
        ({"face_value": None, "one_time_face": None, "new_crime_means": True}, {"new_crime_means"}),
        ({"currency": "usd", "face_value": 0, "cross_border": True}, {"cross_border"}),
        ({"new_forging_means": False, "new_crime_means": None}, set()),
    ],
)
def test_rapid_reports(values: dict[str, Any], expected: set[str]) -> None:
    assert triggered(values) == expected


def test_every_trigger_gives_24_hours_and_a_reason() -> None:
    assert len(CAMPAIGN.thresholds) == 4
    for threshold in CAMPAIGN.thresholds:
        assert threshold.hours == 24
        assert str(threshold.reason({"face_value": 10_000_000}))
    assert "100,000.00" in str(CAMPAIGN.thresholds[0].reason({"face_value": 10_000_000}))


def test_only_the_two_large_examples_are_reported_at_once() -> None:
    assert [triggered(dict(example)) for example in LEDGER.examples].count({"large_amount"}) == 2
    for example in LEDGER.examples:
        fields = {f.key: f for f in LEDGER.fields}
        assert {f.key for f in LEDGER.fields if f.required} <= set(example)
        for key, value in example.items():
            if key != "title" and fields[key].choices:
                known = {choice.key for choice in CAMPAIGN.code_list(fields[key].choices).choices}
                assert set(value if isinstance(value, list) else [value]) <= known


# ------------------------------------------------------------------------------------- the monthly table
def said(**changes: Any) -> dict[str, str]:
    """Check key -> sentence for the example with ``changes``."""
    values = dict(FORM.example) | changes
    found = {check.key: check.find(values) for check in FORM.checks}
    return {key: str(message) for key, message in found.items() if message is not None}


def test_the_table_is_a_draft_due_on_the_last_working_day() -> None:
    assert FORM.draft
    assert (FORM.due.kind, FORM.due.shift) == (DueKind.LAST_WORKING_DAY, Shift.EARLIER)
    assert len(FORM.headline) <= 8


def test_every_figure_is_defined_and_only_outreach_is_asked_of_all() -> None:
    words = (FieldKind.CHOICES, FieldKind.LONG_TEXT)
    assert all(f.definition and f.clause for f in FORM.fields)
    assert all(f.unit for f in FORM.fields if f.kind not in words)
    shared = {f.key for f in FORM.fields if not f.owners}
    assert shared == {
        "publicity_activities",
        "publicity_reach",
        "publicity_materials",
        "training_sessions",
        "training_people",
    }
    assert {f.element for f in FORM.fields if f.element} == shared


def test_the_example_fills_every_cell_and_passes() -> None:
    assert set(FORM.example) == {f.key for f in FORM.fields}
    assert said() == {}


def test_an_empty_table_and_a_zero_report_pass() -> None:
    assert all(check.find({}) is None for check in FORM.checks)
    zero: dict[str, Any] = {f.key: [] if f.kind is FieldKind.CHOICES else 0 for f in FORM.fields}
    assert all(check.find(zero) is None for check in FORM.checks)
    assert all(metric.evaluate({}) in (None, 0) for metric in FORM.metrics)


def test_the_face_total_must_follow_from_the_counts() -> None:
    sentence = said(counter_face=130_850)["face_total"]
    assert "1,408.50" in sentence
    assert "1,308.50" in sentence
    assert "100.00" in sentence
    assert said(coin_1j=1, counter_face=140_860) == {}
    assert said(other_face=200, counter_face=141_050) == {}
    assert "face_total" in said(counter_face=None)


@pytest.mark.parametrize(
    ("check", "changes", "numbers"),
    [
        ("series_total", {"series_2005": 10}, ("17", "18", "1")),
        ("altered_part", {"altered_notes": 20}, ("20", "18", "2")),
        ("batches_part", {"batches": 17}, ("17", "15", "2")),
        ("foreign_named", {"foreign_currencies": []}, ("1",)),
        ("semi_finished_part", {"semi_finished_face": 3_860_001}, ("38,600.01", "38,600.00", "0.01")),
        ("police_face_missing", {"police_face": 0}, ("386",)),
        ("large_month", {"police_face": 10_000_000}, ("100,000.00",)),
        ("prosecuted_people", {"prosecuted_people": 0}, ("0", "1")),
        ("arrest_people", {"arrest_cases": 2}, ("1", "2")),
        ("final_people", {"final_cases": 4}, ("1", "4")),
        ("machines_part", {"machines_failed": 21}, ("21", "20", "1")),
        ("online_leads_part", {"online_leads_moved": 3}, ("3", "2", "1")),
        ("genuine_part", {"appraised_genuine": 5}, ("5", "2", "3")),
        ("school_part", {"school_events": 5}, ("5", "4", "1")),
        ("retail_part", {"retail_events": 6}, ("6", "4", "2")),
        ("scenic_part", {"scenic_events": 7}, ("7", "4", "3")),
    ],
)
def test_each_check_speaks_with_its_numbers(
    check: str, changes: dict[str, Any], numbers: tuple[str, ...]
) -> None:
    found = said(**changes)
    assert set(found) == {check}
    assert all(number in found[check] for number in numbers)


def test_what_can_be_right_is_not_refused() -> None:
    grades = {check.key: check.grade for check in FORM.checks}
    assert grades["large_month"] is Grade.HINT
    for key in ("arrest_people", "prosecuted_people", "final_people", "batches_part"):
        assert grades[key] is Grade.EXPLAIN


def test_policies_cover_the_open_questions_of_this_campaign() -> None:
    numbers = {str(policy.note)[:4] for policy in CAMPAIGN.policies}
    assert numbers == {f"Q-{n:02}" for n in (*range(1, 14), 26, 29, 31)}
