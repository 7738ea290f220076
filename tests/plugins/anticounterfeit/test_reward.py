"""The reward rule: vectors of scenarios F1 to F3 and domain report 2.3, and what must always hold."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.anticounterfeit import CAMPAIGN
from plugins.anticounterfeit.reward_formula import cents, circulation_reward, coin_addition, paper_addition
from plugins.anticounterfeit.rules import REWARD
from portal.campaigns import Explained

TIERS = ("prefecture", "province", "head_office")


def reward(kind: str, **case: Any) -> Explained:
    return REWARD.evaluate({"kind": kind, "suspects_caught": True} | case)


def coins(pieces: int, denomination: str | int = 1) -> list[dict[str, Any]]:
    return [{"denomination": denomination, "pieces": pieces}]


def worth(found: Explained) -> tuple[str, str]:
    return found.value["reward"], found.value["tier"]


# ------------------------------------------------------------------------------------------ known cases
@pytest.mark.parametrize(
    ("kind", "face", "expected", "tier"),
    [
        ("den", 0, "50000.00", "province"),
        ("den", 500_000, "90000.00", "province"),
        ("den", 1_000_000, "130000.00", "province"),
        ("den", 1_000_001, "130000.01", "province"),
        ("den", 2_500_000, "150000.00", "province"),
        ("den", 5_000_000, "183333.33", "head_office"),
        ("den", 9_999_999, "249999.99", "head_office"),
        ("den", 10_000_000, "250000.00", "head_office"),
        ("den", 30_000_000, "250000.00", "head_office"),
        ("reprocessing", 0, "20000.00", "prefecture"),
        ("reprocessing", 120_000, "29600.00", "prefecture"),
        ("reprocessing", 125_000, "30000.00", "prefecture"),
        ("reprocessing", 1_000_000, "100000.00", "province"),
        ("circulation", 3_000, "300.00", "prefecture"),
        ("circulation", 299_999, "29999.90", "prefecture"),
        ("circulation", 300_000, "30000.00", "prefecture"),
        ("circulation", 300_010, "30001.00", "province"),
        ("circulation", 999_900, "99990.00", "province"),
        ("circulation", 999_999, "99999.90", "province"),
        ("circulation", 1_000_000, "100000.00", "province"),
        ("circulation", 3_500_000, "125000.00", "province"),
        ("circulation", 6_000_000, "150000.00", "province"),
        ("circulation", 6_000_100, "150001.00", "head_office"),
        ("circulation", 8_999_900, "179999.00", "head_office"),
        ("circulation", 9_000_000, "180000.00", "head_office"),
        ("circulation", 12_000_000, "180000.00", "head_office"),
        ("circulation", 20_000_000, "180000.00", "head_office"),
    ],
)
def test_paper(kind: str, face: int, expected: str, tier: str) -> None:
    assert worth(reward(kind, notes_face=face)) == (expected, tier)


@pytest.mark.parametrize(
    ("pieces", "denomination", "addition", "tier"),
    [
        (20_000, 1, "1600.00", "province"),
        (80_000, 1, "6400.00", "province"),
        (80_000, "0.1", "640.00", "province"),
        (99_999, 1, "7999.92", "province"),
        (100_000, 0.1, "800.00", "province"),
        (100_000, 1, "8000.00", "province"),
        (100_001, 1, "80000.30", "province"),
        (300_000, 1, "140000.00", "head_office"),
        (500_000, 1, "200000.00", "head_office"),
        (600_000, 1, "200000.00", "head_office"),
    ],
)
def test_coins_in_a_den(pieces: int, denomination: Any, addition: str, tier: str) -> None:
    found = reward("den", coins=coins(pieces, denomination))
    assert found.value["addition"] == addition
    assert worth(found) == (f"{Decimal(addition) + 50_000:.2f}", tier)


def test_semi_finished_fakes_count_in_full() -> None:
    found = reward("den", notes_face=4_200_000, semi_finished_face=1_300_000)
    assert found.value["base"] == "50000.00"
    assert found.value["addition"] == "140000.00"
    assert worth(found) == ("190000.00", "head_office")
    assert (
        reward("reprocessing", notes_face=232_000, semi_finished_face=180_000).value["reward"] == "52960.00"
    )


@pytest.mark.parametrize(
    ("span", "tier"), [("city", "prefecture"), ("cross_city", "province"), ("cross_province", "head_office")]
)
def test_the_area_can_only_raise_the_tier(span: str, tier: str) -> None:
    assert worth(reward("circulation", notes_face=200_000, span=span)) == ("20000.00", tier)
    assert reward("den", notes_face=5_000_000, span=span).value["tier"] == "head_office"


@pytest.mark.parametrize(
    ("choice", "addition"), [("separate", "82400.00"), ("merged", "80400.00"), ("larger", "76000.00")]
)
def test_notes_and_coins_follow_the_policy_and_say_so(choice: str, addition: str) -> None:
    found = reward("den", notes_face=950_000, coins=coins(80_000), policy={"mixed_case": choice})
    assert found.value["addition"] == addition
    assert found.value["policy"]["mixed_case"] == choice
    assert any("Q-03" in str(step) for step in found.steps)
    assert any("82,400.00" in str(w) and "80,400.00" in str(w) for w in found.warnings)


def test_notes_and_coins_together_never_add_more_than_the_cap() -> None:
    assert reward("den", notes_face=9_000_000, coins=coins(400_000)).value["addition"] == "200000.00"


def test_exactly_100_000_coins_follow_the_policy() -> None:
    upper = reward("den", coins=coins(100_000), policy={"band_edge": "upper"})
    assert upper.value["reward"] == "130000.00"
    assert reward("den", coins=coins(99_999), policy={"band_edge": "upper"}).value["reward"] == "57999.92"


@pytest.mark.parametrize(
    ("pieces", "warned", "confirmed_twice"),
    [
        (89_999, False, False),
        (90_000, True, False),
        (94_999, True, False),
        (95_000, True, True),
        (100_000, True, True),
        (100_001, True, True),
        (105_000, True, True),
        (105_001, True, False),
        (110_001, False, False),
    ],
)
def test_the_jump_is_announced(pieces: int, warned: bool, confirmed_twice: bool) -> None:
    found = reward("den", coins=coins(pieces))
    assert any("Q-01" in str(w) for w in found.warnings) is warned
    assert found.value["second_confirmation"] is confirmed_twice


def test_limits_of_approval_are_flagged_and_follow_the_policy() -> None:
    for face, lower, upper in ((300_000, "prefecture", "province"), (6_000_000, "province", "head_office")):
        assert any("Q-05" in str(w) for w in reward("circulation", notes_face=face).warnings)
        assert reward("circulation", notes_face=face).value["tier"] == lower
        assert reward("circulation", notes_face=face, policy={"tier_edge": "upper"}).value["tier"] == upper
    assert not reward("circulation", notes_face=300_010).warnings


def test_every_result_explains_itself() -> None:
    found = reward("den", notes_face=5_000_000)
    assert found.value["exact"] == "550000/3"
    assert len(found.steps) >= 4
    assert all(str(step) for step in found.steps)
    known = {source.key for source in CAMPAIGN.sources}
    assert {clause.source for clause in found.clauses} <= known
    assert len(found.clauses) == 4
    assert found.version == "yinfa-2016-21/1"


# -------------------------------------------------------------------------------------- what always holds
yuan = st.integers(0, 50_000_000)
pieces = st.integers(0, 1_000_000)


@given(low=yuan, high=yuan)
def test_paper_and_circulation_never_fall(low: int, high: int) -> None:
    low, high = sorted((low, high))
    assert paper_addition(Fraction(low)) <= paper_addition(Fraction(high)) <= 200_000
    assert circulation_reward(Fraction(low)) <= circulation_reward(Fraction(high)) <= 180_000


@given(low=pieces, high=pieces, edge=st.sampled_from(["lower", "upper"]))
def test_coins_never_fall_and_jump_only_at_the_edge(low: int, high: int, edge: str) -> None:
    low, high = sorted((low, high))
    assert coin_addition(low, Fraction(low), edge) <= coin_addition(high, Fraction(high), edge) <= 200_000


@given(
    kind=st.sampled_from(["den", "reprocessing", "circulation"]),
    notes=yuan,
    semi=yuan,
    count=pieces,
    denomination=st.sampled_from(["1", "0.5", "0.1", "10"]),
    span=st.sampled_from(["city", "cross_city", "cross_province"]),
    mixed=st.sampled_from(["separate", "merged", "larger"]),
)
def test_caps_sums_and_tiers(
    kind: str, notes: int, semi: int, count: int, denomination: str, span: str, mixed: str
) -> None:
    if kind == "circulation" and not notes + semi + count:
        notes = 1
    found = reward(
        kind,
        notes_face=notes,
        semi_finished_face=semi,
        coins=coins(count, denomination),
        span=span,
        policy={"mixed_case": mixed},
    ).value
    total, base, addition = (Decimal(found[key]) for key in ("reward", "base", "addition"))
    assert total == base + addition
    assert 0 <= addition <= (180_000 if kind == "circulation" else 200_000)
    assert base == {"den": 50_000, "reprocessing": 20_000, "circulation": 0}[kind]
    by_amount = 0 if total <= 30_000 else 1 if total <= 150_000 else 2
    by_area = ["city", "cross_city", "cross_province"].index(span)
    assert found["tier"] == TIERS[max(by_amount, by_area)]


@given(numerator=st.integers(0, 10**12), denominator=st.integers(1, 1000))
def test_rounding_is_half_up_to_the_fen(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    assert -Fraction(1, 200) < Fraction(cents(exact)) - exact <= Fraction(1, 200)
