"""The campaign holds what D4 counts, and its form says the right sentences."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from plugins.illegal_fundraising import CAMPAIGN, portal_campaign
from plugins.illegal_fundraising.duties import DUTIES, GROUPS, TASKS
from plugins.illegal_fundraising.phases import active_phases
from portal.campaigns import EVERY_MEMBER, Cadence, Field, FieldKind, Form, Grade, MemberKind, Values
from portal.campaigns.problems import problems

FORM: Form = CAMPAIGN.forms[0]


def findings(**changes: Any) -> dict[str, str]:
    values = {**FORM.example, **changes}
    found = {check.key: check.find(values) for check in FORM.checks}
    return {key: str(message) for key, message in found.items() if message}


def test_declaration_is_sound() -> None:
    assert portal_campaign() is CAMPAIGN
    assert problems(CAMPAIGN) == ()


def test_twenty_six_members_and_two_reporting_classes() -> None:
    units = [m for m in CAMPAIGN.roster if m.kind is MemberKind.UNIT]
    classes = {m.unit_kind for m in CAMPAIGN.roster if m.kind is MemberKind.CLASS}
    assert len(units) == 26
    assert classes == {"township", "development_zone"}


def test_every_name_belongs_to_one_member() -> None:
    names = [str(name) for m in CAMPAIGN.roster for name in (m.label, *m.aliases)]
    assert len(names) == len(set(names))
    regulator = CAMPAIGN.member("financial_regulator")
    assert {"国家金融监督管理总局山阴监管支局", "国家金融监督管理总局山阴支局"} <= set(regulator.aliases)
    assert "县行政审批服务管理局" in CAMPAIGN.member("administrative_approval").aliases
    assert "县网信办" in CAMPAIGN.member("cyberspace_office").aliases


def test_body_has_its_own_titles() -> None:
    assert list(CAMPAIGN.body.titles.values()) == ["组长", "副组长", "办公室主任"]
    assert CAMPAIGN.body.lead == "government_office"


def test_ten_tasks_and_four_groups_have_duties() -> None:
    assert len(TASKS) == 10
    assert len(GROUPS) == 4
    assert {d.key[:7] for d in DUTIES if d.key.startswith("task_")} == set(TASKS)
    groups = {group: [d.member for d in DUTIES if d.key.startswith(group)] for group in GROUPS}
    assert groups == {
        "group_01": ["court", "procuratorate", "police"],
        "group_02": ["financial_regulator"],
        "group_03": ["administrative_approval", "market_regulation"],
        "group_04": ["cyberspace_office", "industry_science"],
    }


@pytest.mark.parametrize(
    ("task", "article", "members"),
    [
        ("task_01", "五（一）", {EVERY_MEMBER}),
        ("task_03", "五（三）", {"government_office", "financial_regulator"}),
        ("task_06", "五（六）", {"government_office", "police", "procuratorate"}),
        ("task_07", "五（七）", {"police", "procuratorate", "court", "political_legal_committee"}),
        ("task_09", "五（九）", {EVERY_MEMBER, "petitions", "cyberspace_office"}),
        ("task_10", "五（十）", {EVERY_MEMBER}),
    ],
)
def test_task_names_its_members(task: str, article: str, members: set[str]) -> None:
    duties = [d for d in DUTIES if d.key.startswith(task)]
    assert {d.member for d in duties} == members
    assert {d.clause.article for d in duties} == {article}


def test_only_the_inspection_has_a_cadence() -> None:
    assert {d.key: d.cadence for d in DUTIES if d.cadence} == {"office_inspection": Cadence.QUARTERLY}


def test_every_member_has_a_duty() -> None:
    assert all(CAMPAIGN.duties_of(m.key) for m in CAMPAIGN.roster)


@pytest.mark.parametrize(
    ("on", "labels"),
    [
        (date(2024, 4, 30), []),
        (date(2024, 6, 19), ["部署发动"]),
        (date(2024, 8, 31), ["风险排查"]),
        (date(2024, 9, 1), ["打击处置"]),
        (date(2024, 10, 15), ["打击处置", "建章立制"]),
        (date(2025, 7, 1), ["打击处置", "建章立制", "巩固提升"]),
        (date(2025, 12, 31), ["打击处置", "建章立制", "巩固提升"]),
        (date(2026, 1, 1), []),
    ],
)
def test_phases_overlap(on: date, labels: list[str]) -> None:
    assert [p.label for p in active_phases(on)] == labels


def test_five_phases_and_both_names_of_the_last() -> None:
    assert len(CAMPAIGN.phases) == 5
    assert CAMPAIGN.phases[-1].aliases == ("巩固提高",)


def test_what_is_owed_by_a_day_or_each_period() -> None:
    """R-13 to R-15, S-19, P-15; each form meets its own obligation."""
    assert {o.key: (o.due or o.cadence, o.form) for o in CAMPAIGN.obligations} == {
        "contacts": (date(2024, 6, 25), "contacts"),
        "quarterly_progress": (Cadence.QUARTERLY, "quarterly_statistics"),
        "summary": (date(2025, 11, 1), "summary"),
        "office_inspection": (Cadence.QUARTERLY, ""),
        "publicity_month": (Cadence.YEARLY, ""),
    }


def test_example_passes_its_own_checks() -> None:
    assert findings() == {}
    assert all(FORM.example.get(f.key) is not None for f in FORM.fields if f.required)


def test_form_is_a_documented_draft() -> None:
    assert FORM.draft
    assert len(FORM.headline) <= 8
    assert all(f.definition and (f.unit or f.kind is FieldKind.LONG_TEXT) for f in FORM.fields)
    assert {f.key for f in FORM.fields if not f.summed} == {
        "opening_cases",
        "closing_cases",
        "grid_places",
        "sector_entities",
        "sector_covered",
        "tip_channels",
    }


def test_criminal_figures_are_asked_of_their_owners_only() -> None:
    criminal = next(s for s in FORM.sections if s.key == "criminal")
    assert {owner for f in criminal.fields for owner in f.owners} == {"police", "procuratorate", "court"}
    assert all(f.owners for f in criminal.fields)


def test_shared_elements() -> None:
    assert {f.element for f in FORM.fields if f.element} == {
        "publicity_activities",
        "publicity_materials",
        "publicity_reach",
    }


def test_closing_stock_must_balance() -> None:
    stock = {"opening_cases": 7, "added_cases": 18, "resolved_cases": 11}
    assert findings(**stock, closing_cases=14) == {}
    assert findings(**stock, closing_cases=13) == {
        "stock_balances": "期初 7 + 新增 18 − 化解 11 = 14，填报 13，差 1。",
    }
    assert grade("stock_balances") is Grade.EXPLAIN


def test_more_transfers_than_leads_is_an_error() -> None:
    found = findings(leads=3, transferred_to_police=5)
    assert list(found) == ["transfers_within_leads"]
    assert found["transfers_within_leads"].startswith("移送公安 5 件，多于本期发现线索 3 条")
    assert grade("transfers_within_leads") is Grade.ERROR
    no_leads = {"leads": 0, "leads_grid": 0, "leads_tipoff": 0}
    assert findings(**no_leads, transferred_to_police=0, earlier_transferred=5) == {}


def test_leads_are_the_sum_of_their_sources() -> None:
    assert findings(leads=3, leads_grid=4, leads_tipoff=1) == {
        "leads_add_up": "发现线索 3 条，各来源之和 5 条，差 2 条。",
    }


def test_money_needs_its_count() -> None:
    assert findings(repaid_people=0) == {"repaid_people": "清退 64 万元，清退人数为 0。"}
    assert findings(fines=1_500_000, penalties=None) == {"fines": "罚款 1.5 万元，行政处罚为 0 件。"}


def test_an_empty_form_has_no_findings() -> None:
    zeros = {f.key: 0 for f in FORM.fields if f.kind is not FieldKind.LONG_TEXT}
    for values in ({}, zeros):
        assert [check.key for check in FORM.checks if check.find(values)] == []


@pytest.mark.parametrize(
    ("values", "rate"),
    [
        ({"opening_cases": 8, "resolved_cases": 3}, 37.5),
        ({"opening_cases": 7, "resolved_cases": 11}, 157.1),
        ({"opening_cases": 0, "resolved_cases": 2}, None),
        ({}, None),
    ],
)
def test_resolution_rate_is_never_clamped(values: Values, rate: float | None) -> None:
    assert FORM.metrics[0].evaluate(values) == rate


def test_ledgers_ask_for_no_persons() -> None:
    fields = [f for ledger in CAMPAIGN.ledgers for f in ledger.fields]
    assert not [f.label for f in fields if any(word in f.label for word in ("姓名", "电话", "身份证"))]
    matched = {f.key: f.sensitive for f in fields if f.match}
    assert matched == {
        "subject_name": True,
        "credit_code": True,
        "phones": True,
        "accounts": True,
        "urls": False,
    }


@pytest.mark.parametrize("ledger", CAMPAIGN.ledgers, ids=lambda x: x.key)
def test_ledger_examples_fit_their_fields(ledger: Any) -> None:
    for example in ledger.examples:
        assert "演示" in example["title"]
        for field in ledger.fields:
            assert_fits(field, example.get(field.key))
            assert not field.required or field.key in example


def test_no_clause_gives_hours() -> None:
    assert CAMPAIGN.thresholds == ()


def test_each_ambiguity_is_stated_once() -> None:
    assert [p.note[:4] for p in CAMPAIGN.policies] == [f"Q-{n}" for n in range(14, 26)]


def grade(key: str) -> Grade:
    return next(check.grade for check in FORM.checks if check.key == key)


def assert_fits(field: Field, value: Any) -> None:
    if value is None:
        return
    match field.kind:
        case FieldKind.INTEGER | FieldKind.MONEY:
            assert isinstance(value, int)
            assert value >= 0
        case FieldKind.DATE:
            date.fromisoformat(value)
        case FieldKind.CHOICE | FieldKind.CHOICES:
            known = {c.key for c in CAMPAIGN.code_list(field.choices).choices}
            assert set([value] if isinstance(value, str) else value) <= known
        case FieldKind.FLAG:
            assert isinstance(value, bool)
        case _:
            assert len(value) <= field.max_length
