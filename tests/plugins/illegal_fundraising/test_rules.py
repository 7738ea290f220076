"""Key cases made by amount, by judgement and by time alone (F7.4), and phases on a day (F7.1)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from plugins.illegal_fundraising import CAMPAIGN
from plugins.illegal_fundraising.rules import (
    FLAGS,
    evaluate_key_case,
    evaluate_phases_on,
    key_case_reasons,
    years_after,
)


def ask(**inputs: Any) -> Any:
    explained = evaluate_key_case({"today": "2024-06-20", **inputs})
    return json.loads(json.dumps(explained.value))


@pytest.mark.parametrize(
    ("yuan", "key"),
    [(0, False), (99_990_000, False), (99_999_999, False), (100_000_000, True)],
)
def test_one_hundred_million_is_a_key_case(yuan: int, key: bool) -> None:
    assert ask(amount=yuan) == {"key": key, "reasons": [{"key": "amount", "since": None}] if key else []}


def test_a_case_becomes_key_by_time_alone() -> None:
    assert ask(filed_on="2019-06-20", today="2024-06-19") == {"key": False, "reasons": []}
    assert ask(filed_on="2019-06-20", today="2024-06-20") == {
        "key": True,
        "reasons": [{"key": "filed_five_years", "since": "2024-06-20"}],
    }
    assert ask(filed_on="2019-06-20", today="2026-11-21")["reasons"][0]["since"] == "2024-06-20"


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2019, 6, 20), 5, date(2024, 6, 20)),
        (date(2020, 2, 29), 5, date(2025, 2, 28)),
        (date(2020, 2, 29), 4, date(2024, 2, 29)),
        (date(2019, 2, 28), 5, date(2024, 2, 28)),
    ],
)
def test_anniversaries(day: date, years: int, expected: date) -> None:
    assert years_after(day, years) == expected


def test_filed_on_29_february() -> None:
    assert not ask(filed_on="2020-02-29", today="2025-02-27")["key"]
    assert ask(filed_on="2020-02-29", today="2025-02-28")["reasons"][0]["since"] == "2025-02-28"
    warnings = evaluate_key_case({"filed_on": "2020-02-29", "today": "2025-02-28", "amount": 1}).warnings
    assert [str(w) for w in warnings] == ["立案日为 2 月 29 日，满 5 年按当年 2 月最后一天计。"]


@pytest.mark.parametrize("flag", FLAGS)
def test_each_flag_is_enough(flag: str) -> None:
    assert ask(**{flag: True}) == {"key": True, "reasons": [{"key": flag, "since": None}]}
    assert not ask(**{flag: False})["key"]


def test_all_reasons_are_given_with_their_numbers() -> None:
    explained = evaluate_key_case(
        {"amount": 126_000_000, "filed_on": "2019-06-20", "today": "2025-01-01", "central_listed": True}
    )
    assert [str(step) for step in explained.steps] == [
        "涉案金额 126,000,000 元，达到 1 亿元。",
        "2019-06-20 刑事立案，自 2024-06-20 起满 5 年。",
        "央批部督",
    ]
    assert explained.warnings == ()
    assert explained.clauses[0].source == "D4"


def test_what_was_not_judged_is_said() -> None:
    warnings = [str(w) for w in evaluate_key_case({"today": "2024-06-20"}).warnings]
    assert warnings == ["没有填写涉案金额，未按金额判断。", "没有填写刑事立案日期，未按年限判断。"]


def test_a_ledger_entry_can_be_asked_directly() -> None:
    old = CAMPAIGN.ledgers[1].examples[1]
    assert key_case_reasons(old, date(2024, 6, 19)) == ()
    assert [r.key for r in key_case_reasons(old, date(2024, 6, 20))] == ["filed_five_years"]
    grown = {**old, "amount": 10_000_000_000}
    assert [r.key for r in key_case_reasons(grown, date(2024, 6, 19))] == ["amount"]


@pytest.mark.parametrize(
    "inputs",
    [
        {"today": None},
        {"today": "2024-02-30"},
        {"today": 20240620},
        {"amount": -1},
        {"amount": 1.5},
        {"amount": True},
        {"amount": "1亿"},
        {"filed_on": "2024-06-21"},
        {"central_listed": "yes"},
        {"central_list": True},
    ],
)
def test_nonsense_is_a_value_error(inputs: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        ask(**inputs)


@pytest.mark.parametrize(
    ("on", "keys"),
    [
        ("2024-06-19", ["deployment"]),
        ("2024-10-15", ["crackdown", "rulemaking"]),
        ("2025-07-01", ["crackdown", "rulemaking", "consolidation"]),
        ("2026-01-01", []),
    ],
)
def test_phases_on(on: str, keys: list[str]) -> None:
    explained = evaluate_phases_on({"on": on})
    assert explained.value == {"phases": keys}
    assert explained.steps
    assert explained.clauses
    assert explained.warnings == ()


def test_before_the_plan_was_issued_there_are_phases_but_no_obligations() -> None:
    explained = evaluate_phases_on({"on": "2024-05-10"})
    assert explained.value == {"phases": ["deployment"]}
    assert "2024-06-19" in str(explained.warnings[0])


def test_rules_are_declared_with_their_inputs() -> None:
    assert [rule.key for rule in CAMPAIGN.rules] == ["key_case", "phases_on"]
    assert {f.key for f in CAMPAIGN.rules[0].inputs} == {"amount", "filed_on", "today", *FLAGS}
