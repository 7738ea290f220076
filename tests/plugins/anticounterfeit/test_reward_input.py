"""What the reward rule reads, refuses and calls nonsense."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.anticounterfeit.rules import REWARD
from portal.campaigns import Explained, Message, Refused


def reward(kind: str, **case: Any) -> Explained:
    return REWARD.evaluate({"kind": kind, "suspects_caught": True} | case)


def coins(pieces: int, denomination: str | int = 1) -> list[dict[str, Any]]:
    return [{"denomination": denomination, "pieces": pieces}]


def test_amounts_may_be_typed_as_people_write_them() -> None:
    assert reward("den", notes_face="5,500,000.00").value["reward"] == "190000.00"
    assert (
        reward("den", notes_face=5_500_000.0, coins=[], span="", currency="cny").value["reward"]
        == "190000.00"
    )
    assert reward("den", notes_face="", coins="1×60,000\n0.5*40000").value["addition"] == "6400.00"


def test_foreign_fakes_and_suspects_at_large_are_refused_with_the_clause() -> None:
    for case in ({"currency": "USD", "notes_face": 100}, {"currency": "USD"}, {"suspects_caught": False}):
        with pytest.raises(Refused) as refused:
            reward("circulation", **case)
        assert refused.value.clause.source == "D1"
        assert str(refused.value.reason)


NONSENSE: tuple[Any, ...] = (
    None,
    [],
    "den",
    {},
    {"kind": "other"},
    {"kind": None},
    {"kind": ["den"]},
    {"span": "world"},
    {"span": 3},
    {"suspects_caught": None},
    {"suspects_caught": 1},
    {"suspects_caught": "true"},
    {"currency": 1},
    {"currency": "dollars"},
    {"kind": "circulation"},
    {"kind": "circulation", "notes_face": 0},
    {"notes_face": -1},
    {"notes_face": True},
    {"notes_face": float("nan")},
    {"notes_face": float("inf")},
    {"notes_face": float("-inf")},
    {"notes_face": 1e300},
    {"notes_face": 10**400},
    {"notes_face": "1e9999999"},
    {"notes_face": "NaN"},
    {"notes_face": "１００"},
    {"notes_face": "1,00"},
    {"notes_face": 0.001},
    {"notes_face": 5e-324},
    {"notes_face": Decimal("1E-999999999")},
    {"notes_face": Decimal("sNaN")},
    {"notes_face": []},
    {"semi_finished_face": -0.01},
    {"semi_finished_face": {}},
    {"coins": 5},
    {"coins": True},
    {"coins": {"denomination": 1, "pieces": 1}},
    {"coins": [1]},
    {"coins": [{"denomination": 1}]},
    {"coins": [{"denomination": 1, "pieces": 1, "note": ""}]},
    {"coins": coins(-1)},
    {"coins": [{"denomination": 1, "pieces": 1.5}]},
    {"coins": [{"denomination": 1, "pieces": True}]},
    {"coins": [{"denomination": 1, "pieces": None}]},
    {"coins": coins(5, 0)},
    {"coins": coins(5, -1)},
    {"coins": coins(10**12, 100)},
    {"coins": "1 yuan"},
    {"coins": "1..5×3"},
    {"policy": []},
    {"policy": {"mixed_case": "guess"}},
    {"policy": {"mixed_case": []}},
    {"policy": {"unheard_of": "x"}},
    {"note_face": 100},
    {3: 4},
)


@pytest.mark.parametrize("case", NONSENSE, ids=lambda case: repr(case)[:60])
def test_nonsense_is_a_value_error_with_a_sentence(case: Any) -> None:
    asked = {"kind": "den", "suspects_caught": True} | case if isinstance(case, dict) and case else case
    with pytest.raises(ValueError, match=r"\S") as error:
        REWARD.evaluate(asked)
    assert isinstance(error.value.args[0], Message)


@given(
    case=st.dictionaries(
        st.text(max_size=8) | st.sampled_from(sorted({f.key for f in REWARD.inputs})),
        st.none()
        | st.booleans()
        | st.floats()
        | st.integers()
        | st.text(max_size=12)
        | st.lists(st.integers(), max_size=2),
    )
)
def test_any_object_is_computed_refused_or_a_value_error(case: dict[str, Any]) -> None:
    with suppress(Refused, ValueError):
        assert Decimal(REWARD.evaluate(case).value["reward"]) >= 0
