"""The campaign holds what D2 counts, and its monthly table says the right sentences."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from plugins import antifraud
from plugins.antifraud import CAMPAIGN, portal_campaign
from portal.campaigns import (
    ACTIVITIES,
    Cadence,
    Choice,
    DueKind,
    FieldKind,
    Form,
    Grade,
    MemberKind,
    Metric,
    Shift,
)
from portal.campaigns.problems import problems

FORM: Form = CAMPAIGN.forms[0]
FIELDS = {f.key: f for f in FORM.fields}
UNITS_TODAY = {"telecom": 3, "bank": 7}
SECTIONS = {
    "publicity_dept": 4,
    "political_legal": 3,
    "network_center": 6,
    "npc_legal": 1,
    "court": 11,
    "procuratorate": 8,
    "police": 11,
    "development": 2,
    "education": 4,
    "industry": 10,
    "market": 4,
    "justice": 3,
    "finance": 2,
    "postal": 3,
    "media": 4,
    "banking_regulator": 7,
    "telecom": 6,
    "banks": 8,
}
TENS = list("一二三四五六七八九十")
NUMERALS = [*TENS, *(f"十{n}" for n in TENS[:8])]


def findings(**changes: Any) -> dict[str, str]:
    values = {**FORM.example, **changes}
    found = {check.key: check.find(values) for check in FORM.checks}
    return {key: str(message) for key, message in found.items() if message}


def metric(key: str) -> Metric:
    return next(m for m in FORM.metrics if m.key == key)


def units_behind(member: str) -> int:
    found = CAMPAIGN.member(member)
    return UNITS_TODAY[found.unit_kind] if found.kind is MemberKind.CLASS else 1


def test_declaration_is_sound() -> None:
    assert portal_campaign() is CAMPAIGN
    assert problems(CAMPAIGN) == ()


def test_ninety_seven_duties_in_eighteen_sections() -> None:
    assert len(CAMPAIGN.duties) == 97
    assert Counter(d.member for d in CAMPAIGN.duties) == SECTIONS
    assert list(dict.fromkeys(d.member for d in CAMPAIGN.duties)) == list(SECTIONS)


def test_every_duty_names_its_place() -> None:
    expected = [
        f"二（{numeral}）" + (f"第{item}项" if size > 1 else "")
        for numeral, size in zip(NUMERALS, SECTIONS.values(), strict=True)
        for item in range(1, size + 1)
    ]
    assert [str(d.clause.article) for d in CAMPAIGN.duties] == expected
    assert {d.clause.source for d in CAMPAIGN.duties} == {"D2"}


def test_expanded_to_units_there_are_157_pairs_over_26_units() -> None:
    with_duties = {d.member for d in CAMPAIGN.duties}
    assert sum(units_behind(m) for m in with_duties) == 26
    assert sum(units_behind(d.member) for d in CAMPAIGN.duties) == 157


def test_roster_has_one_unit_without_duties() -> None:
    without = {m.key for m in CAMPAIGN.roster} - {d.member for d in CAMPAIGN.duties}
    assert without == {"digital_government"}
    assert CAMPAIGN.body.lead == "police"
    assert [str(title) for title in CAMPAIGN.body.titles.values()] == ["组长", "副组长", "办公室主任"]


def test_every_name_belongs_to_one_member() -> None:
    names = [str(name) for m in CAMPAIGN.roster for name in (m.label, *m.aliases)]
    assert len(names) == len(set(names))
    assert {"银保监", "银保监局"} <= set(CAMPAIGN.member("banking_regulator").aliases)
    assert "县委网信办" in CAMPAIGN.member("network_center").aliases
    assert not any("邮政管理局" in name for name in CAMPAIGN.member("postal").aliases)


def test_no_case_inside_the_system_closes_every_section() -> None:
    last = {d.member: d for d in CAMPAIGN.duties}
    internal = [d for d in CAMPAIGN.duties if "系统内部零发案" in d.text]
    assert internal == list(last.values())
    assert len(internal) == 18
    assert all("全覆盖" in d.text for d in internal)


def test_only_the_monthly_activity_has_a_cadence() -> None:
    assert {d.key: d.cadence for d in CAMPAIGN.duties if d.cadence} == {"publicity_dept_3": Cadence.MONTHLY}
    activity, supervision = CAMPAIGN.obligations
    assert {o.cadence for o in CAMPAIGN.obligations} == {Cadence.MONTHLY}
    assert {o.clause.article for o in CAMPAIGN.obligations} == {"二（一）第3项"}
    assert (activity.pool, activity.members) == (ACTIVITIES, ())
    assert (supervision.key, supervision.members) == ("publicity_dept_3", ("publicity_dept",))


def test_soft_words_stand_beside_the_duty_and_never_with_a_cadence() -> None:
    soft = {d.key: d for d in CAMPAIGN.duties if d.soft}
    assert soft["court_9"].soft == "及时"
    assert soft["procuratorate_6"].soft == "定期"
    assert soft["procuratorate_4"].soft == "适时"
    for duty in soft.values():
        assert duty.cadence is None
        assert all(word in duty.text for word in str(duty.soft).split("、"))


def test_form_is_a_monthly_draft_due_on_the_last_working_day() -> None:
    assert (FORM.key, FORM.draft) == ("monthly_report", True)
    assert (FORM.due.kind, FORM.due.shift) == (DueKind.LAST_WORKING_DAY, Shift.EARLIER)
    assert 0 < len(FORM.headline) <= 8
    assert not any("app_registration" in key for key in FIELDS)


def test_every_figure_has_one_owner_and_says_what_it_counts() -> None:
    for cell in FORM.fields:
        assert len(cell.owners) <= 1, cell.key
        assert cell.definition, cell.key
    common = {f.key for f in FORM.fields if not f.owners}
    assert {"publicity_activities", "internal_victim_count", "internal_offender_count"} <= common
    assert {f.owners for f in FORM.fields if f.key.startswith(("case_", "loss_"))} == {("police",)}
    assert {k for k, f in FIELDS.items() if f.kind is FieldKind.MONEY and f.unit != "万元"} == set()


def test_shared_figures_mean_the_city_wide_element() -> None:
    shared = {f.element for f in FORM.fields if f.element}
    assert shared == {
        "publicity_activities",
        "publicity_reach",
        "publicity_materials",
        "training_sessions",
        "training_people",
    }
    assert all(FIELDS[key].element == key for key in shared)


def test_example_fills_every_figure_and_raises_no_finding() -> None:
    assert set(FIELDS) - set(FORM.example) == {"remarks"}
    assert findings() == {}


def test_a_unit_that_reports_its_own_cells_only_hears_nothing_of_the_others() -> None:
    values = {"publicity_activities": 1, "internal_victim_count": 0, "internal_offender_count": 0}
    assert [c.key for c in FORM.checks if c.find(values)] == []


def test_usual_values_raise_no_finding_whatever_their_combination() -> None:
    for check in FORM.checks:
        ranges = [FIELDS[key].typical for key in check.fields]
        scale = [1_000_000 if FIELDS[key].kind is FieldKind.MONEY else 1 for key in check.fields]
        for ends in product(*[r for r in ranges if r]):
            values = dict(zip(check.fields, (e * s for e, s in zip(ends, scale, strict=True)), strict=True))
            assert check.find(values) is None, (check.key, values)


def test_more_visits_than_due_asks_for_a_reason() -> None:
    found = findings(face_to_face_dissuasion_count=320)
    assert list(found) == ["met_within_due"]
    assert all(number in found["met_within_due"] for number in ("320", "312", "8"))
    assert next(c for c in FORM.checks if c.key == "met_within_due").grade is Grade.EXPLAIN


@pytest.mark.parametrize(
    ("changes", "key", "numbers"),
    [
        ({"top_fraud_type_count": 20}, "top_type_within_filed", ("20", "14", "6")),
        ({"earlier_case_solved_count": 17}, "earlier_within_solved", ("17", "15", "2")),
        ({"dissuasion_count": 290}, "met_within_dissuasion", ("297", "290", "7")),
        ({"judged_people": 1}, "judged_people_per_case", ("2", "1")),
        ({"stop_payment_accounts": 0}, "stop_without_account", ("142.60",)),
        ({"refund_people": 0}, "refund_without_person", ("9.64",)),
        ({"internal_victim_count": 1, "internal_offender_count": 2}, "internal_case", ("1", "2", "3")),
        ({"publicity_activities": 0, "publicity_reach": 0}, "monthly_activity", ("0", "1")),
        ({"publicity_activities": 0}, "reach_without_activity", ("400",)),
    ],
)
def test_sentences_carry_the_numbers(changes: dict[str, int], key: str, numbers: tuple[str, ...]) -> None:
    found = findings(**changes)
    assert key in found
    assert all(re.search(rf"(?<!\d){re.escape(n)}(?!\d)", found[key]) for n in numbers)


def test_rates_are_never_clamped() -> None:
    solved = metric("solved_rate").evaluate
    assert solved({"case_solved_count": 15, "case_filed_count": 12}) == 125.0
    assert solved({"case_solved_count": 3, "case_filed_count": 0}) is None
    assert solved({}) is None
    met = metric("face_to_face_rate").evaluate
    assert met({"face_to_face_dissuasion_count": 330, "face_to_face_due_count": 312}) == 105.77
    assert met({"face_to_face_dissuasion_count": 25, "face_to_face_due_count": 26}) == 96.15


def test_two_up_two_down() -> None:
    better = {m.key: m.better for m in FORM.metrics}
    assert {k for k in ("cases_solved", "arrests") if better[k] == "up"} == {"cases_solved", "arrests"}
    assert {k for k in ("cases_filed", "losses") if better[k] == "down"} == {"cases_filed", "losses"}
    assert {"cases_solved", "arrests", "cases_filed", "losses"} <= set(FORM.headline)
    assert metric("losses").evaluate(FORM.example) == 86.35


def test_fraud_types_follow_the_list_of_the_day() -> None:
    choices = CAMPAIGN.code_list("fraud_type").choices

    def on(day: date) -> set[str]:
        def valid(choice: Choice) -> bool:
            return (choice.valid_from or day) <= day <= (choice.valid_to or day)

        return {c.key for c in choices if valid(c)}

    assert len(on(date(2024, 6, 25))) == 11
    assert on(date(2026, 6, 1)) - on(date(2024, 6, 25)) == {"ticket_change"}
    old = {"brushing", "investment_2022", "customer_service_2022", "loan_2022", "authority_2022", "other"}
    assert on(date(2022, 9, 1)) == old
    assert not {k for k in on(date(2026, 6, 1)) if k.endswith("_2022")}


def test_leads_hold_no_personal_data() -> None:
    ledger = CAMPAIGN.ledger("lead")
    assert ledger is not None
    keys = {f.key for f in ledger.fields}
    assert not keys & {"name", "phone", "id_number", "address", "account_number"}
    choices = {
        f.key: {c.key for c in CAMPAIGN.code_list(f.choices).choices} for f in ledger.fields if f.choices
    }
    for example in ledger.examples:
        assert example["title"].endswith("（演示）")
        assert not re.search(r"\d{7,}", example["title"] + example["summary"])
        assert all(example[f.key] for f in ledger.fields if f.required)
        assert all(example[key] in found for key, found in choices.items() if key in example)


def test_readings_are_visible_and_the_veto_is_fixed() -> None:
    policies = {p.key: p for p in CAMPAIGN.policies}
    assert [str(p.note)[:4] for p in CAMPAIGN.policies] == ["Q-27", "Q-28", "Q-29", "Q-30"]
    assert [c.key for c in policies["veto"].choices] == ["person"]
    assert policies["internal_case"].default == "both"
    assert policies["joint_activity"].default == "each"


def test_the_document_sets_no_threshold() -> None:
    assert CAMPAIGN.thresholds == ()


def test_english_catalogue_is_complete() -> None:
    folder = Path(antifraud.__file__).parent
    with (folder / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    texts = {row[2] for row in extract_from_dir(folder, [("**.py", "python")], keywords={"_": None})}
    place = re.compile(r"%\(\w+\)s")
    for text in texts:
        assert isinstance(text, str)
        message = catalogue.get(text)
        assert message, text
        assert not message.fuzzy
        assert message.string, text
        assert sorted(place.findall(str(message.string))) == sorted(place.findall(text))
    assert {str(m.id) for m in catalogue if m.id} == texts
