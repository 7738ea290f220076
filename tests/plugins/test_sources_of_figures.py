"""Where the three campaigns' figures come from: every draw, row and shared element, with entries as units make them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from plugins import anticounterfeit, antifraud, illegal_fundraising
from portal.campaigns import ACTIVITIES, Campaign, Field, FieldKind, Form, Grade, PeriodKind, Table
from portal.campaigns.testing import check_campaign

CAMPAIGNS: tuple[Campaign, ...] = (
    anticounterfeit.CAMPAIGN,
    antifraud.CAMPAIGN,
    illegal_fundraising.CAMPAIGN,
)
GUIDE = (Path(__file__).parents[2] / "plugins" / "README.md").read_text(encoding="utf-8")
FIRST, LAST = date(2025, 7, 1), date(2025, 9, 30)
DRAWN = [(c, form, f) for c in CAMPAIGNS for form in c.forms for f in form.fields if f.draws]
EVENT = {"kind": "lecture", "audience": "school", "organiser": True, "reach": 40, "materials": 10}


def entry(known_on: str, **values: Any) -> dict[str, Any]:
    """An entry as a pool answers it."""
    return {
        "known_on": known_on,
        "number": "甲〔2025〕1号",
        "title": "某事（演示）",
        "place": "某县",
    } | values


def drawn(form: Form, key: str, *entries: Mapping[str, Any], first: date = FIRST, last: date = LAST) -> int:
    (draw,) = next(f for f in form.fields if f.key == key).draws
    return sum(draw.amount(e, first, last) for e in entries)


def pools_of(c: Campaign, f: Field) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for draw in f.draws:
        ledger = c.ledger(draw.pool)
        if ledger is None:
            found.append(EVENT)
            continue
        found += [dict(e) for e in ledger.examples]
        found.append({x.key: None for x in ledger.fields})
    return found


@pytest.mark.parametrize(("campaign", "form", "field"), DRAWN, ids=lambda x: getattr(x, "key", ""))
def test_a_draw_answers_for_every_entry_and_counts_nothing_of_another_year(
    campaign: Campaign, form: Form, field: Field
) -> None:
    for values in pools_of(campaign, field):
        for draw in field.draws:
            for day in ("2025-08-15", "2031-01-01"):
                amount = draw.amount(entry(day, **values), FIRST, LAST)
                assert type(amount) is int
                assert amount >= 0
        undated = {k: v for k, v in values.items() if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(v))}
        assert sum(d.amount(entry("2031-01-01", **undated), FIRST, LAST) for d in field.draws) == 0


def test_every_register_feeds_a_figure_and_every_action_is_counted() -> None:
    """Nobody keeps a plain register for its own sake; where an entry has steps, it is there to be handled."""
    for c in CAMPAIGNS:
        used = {d.pool for form in c.forms for f in form.fields for d in f.draws}
        assert {x.key for x in c.ledgers if not x.steps} <= used, c.key
    form = antifraud.CAMPAIGN.forms[0]
    for pool in ("account", "number", "handling"):
        actions = antifraud.CAMPAIGN.code_list(f"{pool}_action").choices
        for action in actions:
            hits = [
                f.key
                for f in form.fields
                for d in f.draws
                if d.pool == pool
                and d.amount(entry("2025-08-01", action=action.key, quantity=3), FIRST, LAST) == 3
            ]
            assert len(hits) == 1, (pool, action.key, hits)


def test_a_register_is_kept_by_those_whose_figure_it_is() -> None:
    """A draw from a ledger that the owner may not write would offer nothing for ever."""
    for c, form, f in DRAWN:
        for draw in f.draws:
            ledger = c.ledger(draw.pool)
            if ledger is not None and ledger.writers and f.owners:
                assert set(f.owners) & set(ledger.writers), (form.key, f.key)


def test_shared_elements_stand_in_forms_of_several_campaigns() -> None:
    count = Counter(f.element for c in CAMPAIGNS for form in c.forms for f in form.fields if f.element)
    assert count["publicity_activities"] == count["publicity_reach"] == count["publicity_materials"] == 3
    assert count["training_sessions"] == count["training_people"] == 2
    kinds = {
        (f.element, f.kind, str(f.unit)) for c in CAMPAIGNS for x in c.forms for f in x.fields if f.element
    }
    assert len(kinds) == len(count), "the same figure has the same kind and unit everywhere"


def test_publicity_comes_from_activities_alone() -> None:
    for _c, _form, f in DRAWN:
        if f.element.startswith("publicity_"):
            assert [d.pool for d in f.draws] == [ACTIVITIES]
    for c in CAMPAIGNS:
        form = c.forms[0]
        event = entry("2025-08-15", **EVENT)
        assert drawn(form, "publicity_activities", event, entry("2025-10-01", **EVENT)) == 1
        assert drawn(form, "publicity_reach", event) == 40
        assert drawn(form, "publicity_materials", event) == 10


def test_columns_are_drafts_with_owner_unit_meaning_and_clause() -> None:
    for c in CAMPAIGNS:
        for form in c.forms:
            assert form.draft, form.key
            for f in form.fields:
                assert f.definition, (form.key, f.key)
                assert f.unit or f.kind not in (FieldKind.INTEGER, FieldKind.MONEY), (form.key, f.key)
            for table in form.tables:
                assert all(x.definition for x in table.columns), table.key


# ------------------------------------------------------------------------------------------------ 反假货币
CASH = anticounterfeit.CAMPAIGN.forms[0]


def test_finds_make_the_cash_cells_and_their_face_value_agrees() -> None:
    ledger = anticounterfeit.CAMPAIGN.ledger("find")
    assert ledger is not None
    finds = [entry("2025-08-01", **e) for e in ledger.examples]
    values = {f.key: drawn(CASH, f.key, *finds) for f in CASH.fields if f.draws and f.owners == ("banks",)}
    assert (values["note_100"], values["note_50"], values["coin_1y"], values["vouchers"]) == (3, 2, 6, 7)
    assert values["counter_face"] == 3 * 10_000 + 2_000 + 2 * 5_000 + 6 * 100
    refused = [c.key for c in CASH.checks if c.grade is Grade.ERROR and c.find(values)]
    assert refused == ["foreign_named"], "the currency is a choice, which nobody draws"


def test_a_case_counts_where_it_was_filed_and_where_it_was_solved() -> None:
    case = entry(
        "2025-06-20", found_channel="police", currency="cny", case_kind="den", face_value=500_000, note_count=50,
        suspects=2, gang=True, filed_on="2025-06-20", solved_on="2025-07-03",
    )  # fmt: skip
    june = (date(2025, 6, 1), date(2025, 6, 30))
    july = (date(2025, 7, 1), date(2025, 7, 31))
    for key, in_june, in_july in (
        ("cases_filed", 1, 0), ("cases_solved", 0, 1), ("suspects", 0, 2), ("dens", 0, 1), ("gangs", 0, 1),
        ("police_notes", 50, 0), ("police_face", 500_000, 0),
    ):  # fmt: skip
        assert drawn(CASH, key, case, first=june[0], last=june[1]) == in_june, key
        assert drawn(CASH, key, case, first=july[0], last=july[1]) == in_july, key
    assert drawn(CASH, "police_face", entry("2025-08-01", found_channel="counter", face_value=9)) == 0


def test_effective_judgments_are_compared_with_trials_of_two_months() -> None:
    (rule,) = [r for r in CASH.comparisons if r.key == "finals_after_trials"]
    assert rule.find({"final_cases": 2, "trial_cases": 1}, {"trial_cases": 1}) is None
    said = rule.find({"final_cases": 4, "trial_cases": 1}, {"trial_cases": 1})
    assert str(said) == "判决生效 4 件，多于本月一审 1 件与上月一审 1 件之和，多出 2 件。请核对。"
    assert rule.grade is Grade.HINT


# ---------------------------------------------------------------------------------------------------- 反诈
def test_the_month_of_the_police_is_the_sum_of_its_days_and_of_nobody_else() -> None:
    form = antifraud.CAMPAIGN.forms[0]
    days = [entry("2025-08-01", case_filed_count=3), entry("2025-08-20", case_filed_count=4), entry("2025-10-01", case_filed_count=9)]  # fmt: skip
    assert drawn(form, "case_filed_count", *days) == 7
    tally = antifraud.CAMPAIGN.ledger("tally")
    assert tally is not None
    assert tally.writers == ("police",)
    owners = {f.owners for f in form.fields for d in f.draws if d.pool == "tally"}
    assert owners == {("police",)}
    assert form.goals == ("cases_solved", "arrests", "cases_filed", "losses")
    better = {m.key: m.better for m in form.metrics}
    assert [better[g] for g in form.goals] == ["up", "up", "down", "down"]


def test_cases_inside_a_unit_are_numbers_only() -> None:
    internal = antifraud.CAMPAIGN.ledger("internal")
    assert internal is not None
    assert {f.kind for f in internal.fields} == {FieldKind.INTEGER}


# ---------------------------------------------------------------------------------------------------- 打非
QUARTER = illegal_fundraising.CAMPAIGN.forms[0]
LEADS, CASES = QUARTER.tables


def row(table: Table, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
    assert table.row is not None
    return table.row(values, FIRST, LAST)


def lead(found_on: str, **values: Any) -> dict[str, Any]:
    return entry(found_on, found_on=found_on, lead_source="grid", sector="retail", **values)


def test_annex_two_lists_what_was_found_and_what_was_still_open() -> None:
    found = row(LEADS, lead("2025-08-01"))
    assert found is not None
    assert set(found) == {c.key for c in LEADS.columns}
    assert (found["this_period"], found["moved"], found["number"]) == (True, False, "甲〔2025〕1号")
    old = row(LEADS, lead("2025-03-01"))
    assert old is not None
    assert not old["this_period"]
    assert row(LEADS, lead("2025-03-01", closed_on="2025-06-30")) is None
    assert row(LEADS, lead("2025-03-01", closed_on="2025-07-01")) is not None
    assert row(LEADS, lead("2025-10-01")) is None


def test_annex_three_lists_open_cross_province_cases() -> None:
    assert row(CASES, entry("2025-03-01", stage="trial")) is None
    found = row(CASES, entry("2025-03-01", cross_province=True, stage="trial"))
    assert found is not None
    assert found["case_stage"] == "trial"
    assert set(found) == {c.key for c in CASES.columns}
    assert row(CASES, entry("2025-03-01", cross_province=True, concluded_on="2025-06-01")) is None
    assert CASES.owners == illegal_fundraising.CAMPAIGN.ledgers[1].writers


@pytest.mark.parametrize("table", QUARTER.tables, ids=lambda t: t.key)
def test_heads_span_the_columns_and_the_clause_says_draft(table: Table) -> None:
    assert sum(n for _label, n in table.heads) == len(table.columns)
    assert "草案" in str(table.clause.note)


def test_annex_one_agrees_with_annex_two_when_both_come_from_the_ledger() -> None:
    entries = [
        lead("2025-08-01", police_on="2025-08-09", police_filed_on="2025-09-01"),
        lead("2025-05-01", police_on="2025-07-09"),
        lead("2025-09-01", talked_on="2025-09-03"),
        lead("2025-02-01", closed_on="2025-04-01"),
    ]
    values: dict[str, Any] = {
        f.key: drawn(QUARTER, f.key, *entries)
        for f in QUARTER.fields
        if f.draws and f.draws[0].pool == "lead"
    }
    values["lead_rows"] = [r for e in entries if (r := row(LEADS, e))]
    assert (values["leads"], values["transferred_to_police"], values["earlier_transferred"]) == (2, 1, 1)
    assert (values["transfers_filed"], values["warning_talks"], len(values["lead_rows"])) == (1, 1, 3)
    assert [c.key for c in QUARTER.checks if c.find(values)] == []
    said = {c.key: str(m) for c in QUARTER.checks if (m := c.find(values | {"leads": 3, "leads_grid": 3}))}
    assert said == {"leads_as_listed": "附件1发现风险线索 3 条，附件2本期发现 2 行，差 1。"}
    moved = {c.key: str(m) for c in QUARTER.checks if (m := c.find(values | {"earlier_transferred": 0}))}
    assert moved == {
        "transfers_as_listed": "附件1移送公安 1 件（含往期线索），附件2本期移送公安 2 行，差 1。"
    }
    assert {c.grade for c in QUARTER.checks if c.key.endswith("_as_listed")} == {Grade.EXPLAIN}


def test_the_stock_of_cases_balances_by_itself() -> None:
    cases = [
        entry("2024-01-01", in_stock=True, filed_on="2024-01-01"),
        entry("2024-02-01", in_stock=True, filed_on="2024-02-01", concluded_on="2025-08-01"),
        entry("2025-08-05", in_stock=True, filed_on="2025-08-05"),
        entry("2025-08-06", filed_on="2025-08-06"),
    ]
    before = drawn(QUARTER, "closing_cases", *cases, first=date(2025, 4, 1), last=date(2025, 6, 30))
    added, resolved, closing = (
        drawn(QUARTER, k, *cases) for k in ("added_cases", "resolved_cases", "closing_cases")
    )
    assert (before, added, resolved, closing) == (2, 1, 1, 2)
    opening = next(f for f in QUARTER.fields if f.key == "opening_cases")
    assert (opening.carries, opening.summed) == ("closing_cases", False)


def test_dated_forms_ask_for_no_person() -> None:
    contacts, summary = illegal_fundraising.CAMPAIGN.forms[1:]
    assert [(f.period, str(f.once)) for f in (contacts, summary)] == [
        (PeriodKind.ONCE, "2024-06-25"),
        (PeriodKind.ONCE, "2025-11-01"),
    ]
    assert {f.profile for f in contacts.fields if f.profile} == {"unit_name", "leader_rank", "liaison_rank"}
    assert [f.key for f in contacts.fields if "phone" in f.key] == ["office_phone"]
    assert [f.kind for f in summary.fields].count(FieldKind.FILES) == 1


# --------------------------------------------------------------------------------------------------- guide
def test_the_guide_runs_and_names_every_source_of_a_figure() -> None:
    blocks = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names: dict[str, Any] = {}
    for block in blocks[:1]:
        exec(block, names)
        check_campaign(names["CAMPAIGN"])
    (field,) = [b for b in blocks if b.lstrip().startswith("from portal.campaigns import ACTIVITIES")]
    exec(field, names)
    for cls, keys in (
        (Field, ("draws", "carries", "element", "profile", "kept", "owners", "typical")),
        (Table, ("heads", "ledger", "row")),
        (Form, ("goals", "once", "first")),
    ):
        declared = {f.name for f in fields(cls)}
        for key in keys:
            assert key in declared
            assert re.search(rf"`{key}\b", GUIDE), key
