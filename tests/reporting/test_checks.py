"""Sentences with numbers: rules of the form, against the last period, of the county. Scenario F6.2."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from portal.campaigns import Check, Comparison, Field, FieldKind, Form, Grade, Message, Section, _
from portal.core.errors import PluginError
from portal.core.i18n import translate
from portal.reporting.checks import county_findings, explained_rules, findings
from tests.reporting.county import County
from tests.reporting.test_filling import PLAIN

WAN = 1_000_000
"""Fen in one 万元."""


@pytest.fixture
def form(county: County) -> Form:
    """A form without rules of its own."""
    fields = (
        Field(key="opening", label=_("期初"), kind=FieldKind.INTEGER, carries="closing"),
        Field(key="closing", label=_("期末"), kind=FieldKind.INTEGER, summed=False),
        Field(key="owed", label=_("期初金额"), kind=FieldKind.MONEY, unit=_("万元"), carries="owing"),
        Field(key="owing", label=_("期末金额"), kind=FieldKind.MONEY, unit=_("万元"), minimum=None),
        Field(key="note", label=_("说明"), kind=FieldKind.TEXT, carries="note"),
    )
    section = Section(key="all", label=_("全部"), fields=fields)
    return dataclasses.replace(county.form, sections=(section,), checks=(), comparisons=(), tables=())


def said(found: Any) -> dict[str, str]:
    return {rule.key: str(translate(sentence)) for rule, sentence in found}


def grades(found: Any) -> dict[str, Grade]:
    return {rule.key: rule.grade for rule, _sentence in found}


# ------------------------------------------------------------------------------------------------ F6.2
def test_f6_the_stock_and_the_transfers(county: County) -> None:
    stock = {"opening_cases": 7, "added_cases": 18, "resolved_cases": 11, "closing_cases": 13}
    found = findings(county.form, PLAIN | stock)
    assert said(found)["stock_balances"] == "期初 7 + 新增 18 − 化解 11 = 14，填报 13，差 1。"
    assert grades(found)["stock_balances"] is Grade.EXPLAIN
    found = findings(county.form, PLAIN | {"transferred_to_police": 5})
    assert grades(found)["transfers_within_leads"] is Grade.ERROR
    assert "移送公安 5 件，多于本期发现线索 3 条" in said(found)["transfers_within_leads"]
    assert not findings(county.form, PLAIN | stock | {"closing_cases": 14})


# ------------------------------------------------------------------------------------- against the last period
@pytest.mark.parametrize(
    ("now", "before", "sentence"),
    [
        ({"opening": 13}, {"closing": 14}, "上期期末 14，本期期初填报 13，差 1。"),
        ({"opening": 1500}, {"closing": 0}, "上期期末 0，本期期初填报 1,500，差 1,500。"),
        ({"opening": 14}, {"closing": 14}, None),
        ({"opening": None}, {"closing": 14}, None),
        ({"opening": 13}, {"closing": None}, None),
        ({"opening": 13}, {}, None),
        ({"owed": 15 * WAN}, {"owing": 12 * WAN}, "上期期末 12，本期期初填报 15，差 3。"),
        ({"note": "x"}, {"note": "y"}, None),
    ],
)
def test_an_opening_figure_is_the_last_closing_one(
    form: Form, now: dict[str, Any], before: dict[str, Any], sentence: str | None
) -> None:
    found = findings(form, now, before)
    assert list(said(found).values()) == ([sentence] if sentence else [])
    assert set(grades(found).values()) <= {Grade.EXPLAIN}


@pytest.mark.parametrize(
    ("key", "now", "before", "sentence"),
    [
        ("closing", 31, 10, "上期 10，本期 31，增加 210%，请核对。"),
        ("closing", 30, 10, None),
        ("closing", 1, 10, "上期 10，本期 1，减少 90%，请核对。"),
        ("closing", 2, 10, None),
        ("closing", 0, 10, "上期 10，本期 0，减少 100%，请核对。"),
        ("closing", 0, 9, None),
        ("closing", 9, 1, None),
        ("closing", 10, 1, "上期 1，本期 10，增加 900%，请核对。"),
        ("closing", 500, 0, None),
        ("closing", None, 500, None),
        ("closing", 2001, 666, "上期 666，本期 2,001，增加 200.5%，请核对。"),
        ("owing", 31 * WAN, 10 * WAN, "上期 10，本期 31，增加 210%，请核对。"),
        ("owing", 9 * WAN, 1 * WAN, None),
        ("owing", -40 * WAN, 10 * WAN, "上期 10，本期 -40，减少 500%，请核对。"),
    ],
)
def test_a_great_change_is_a_hint_with_both_figures(
    form: Form, key: str, now: int | None, before: int, sentence: str | None
) -> None:
    found = findings(form, {key: now}, {key: before})
    assert list(said(found).values()) == ([sentence] if sentence else [])
    assert set(grades(found).values()) <= {Grade.HINT}


def test_without_a_period_before_nothing_is_compared(form: Form) -> None:
    rule = Comparison(
        key="same", grade=Grade.ERROR, fields=("closing",), find=lambda now, then: Message("同")
    )
    form = dataclasses.replace(form, comparisons=(rule,))
    assert findings(form, {"opening": 1, "closing": 900}) == []
    assert said(findings(form, {}, {})) == {"same": "同"}


def test_a_rule_that_breaks_says_its_key_and_no_more(form: Form) -> None:
    broken = Check(key="broken", grade=Grade.ERROR, fields=(), find=lambda values: 1 / 0)  # type: ignore[arg-type,return-value]
    with pytest.raises(PluginError, match="broken"):
        findings(dataclasses.replace(form, checks=(broken,)), {})


def test_which_rules_ask_for_an_explanation(form: Form) -> None:
    rule = Comparison(key="why", grade=Grade.EXPLAIN, fields=(), find=lambda now, then: None)
    assert explained_rules(dataclasses.replace(form, comparisons=(rule,)))[:3] == [
        "why",
        "carries.opening",
        "carries.owed",
    ]


# ------------------------------------------------------------------------------------------------ county
def test_the_county_beside_the_sum_of_its_units(form: Form) -> None:
    amended = {"closing": {"value": 40, "reason": "更正", "by": "办公室", "at": ""}}
    found = county_findings(
        form, {"closing": 41, "owing": 3 * WAN}, amended, {"closing": 41, "owing": 5 * WAN}
    )
    assert said(found) == {
        "amended.closing": "各单位合计 41，本级填报 40，差 1。",
        "summed.owing": "汇总数 3，各单位合计 5，差 2。",
    }
    assert grades(found) == {"amended.closing": Grade.EXPLAIN, "summed.owing": Grade.ERROR}


def test_the_county_s_own_figure_is_what_the_rules_see(county: County) -> None:
    sums = PLAIN | {"opening_cases": 7, "added_cases": 18, "resolved_cases": 11, "closing_cases": 14}
    assert county_findings(county.form, sums, {}, sums) == []
    amended = {"closing_cases": {"value": 13}}
    found = county_findings(county.form, sums, amended, sums, {"closing_cases": 7})
    assert set(said(found)) == {"amended.closing_cases", "stock_balances"}
