"""A way that leads nowhere is found before any request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from portal.campaigns import Closing, Limit, LimitKind, State, Step, _
from portal.campaigns.problems import problems
from tests.broken_plugins.sample import CLAUSE
from tests.ledger.plugins.way import CAMPAIGN, LEDGER


def step(**values: Any) -> Step:
    sound: dict[str, Any] = {
        "key": "odd", "label": _("步骤"), "start": ("entered",), "end": "checked", "clause": CLAUSE,
    }  # fmt: skip
    return Step(**(sound | values))


def closing(**values: Any) -> Closing:
    return Closing(**({"clause": CLAUSE} | values))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"steps": (step(start=("nowhere",)),)}, "“nowhere”"),
        ({"steps": (step(end="nowhere"),)}, "“nowhere”"),
        ({"steps": (step(start=()),)}, "从哪里开始"),
        ({"steps": (step(fields=("weight",)),)}, "“weight”"),
        ({"steps": (step(requires=("amount",)),)}, "没有地方填写"),
        ({"steps": (step(members=("navy",)),)}, "“navy”"),
        ({"steps": (step(starts=Limit(kind=LimitKind.DAYS, n=0)),)}, "超出范围"),
        ({"steps": (step(), step())}, "出现了 2 次"),
        ({"steps": (step(upward="nobody"),)}, "“nobody”"),
        ({"states": (*LEDGER.states, State(key="x" * 33, label=_("长")))}, "超过 32 个字符"),
        ({"states": (LEDGER.states[0],), "steps": ()}, "没有终结状态"),
        ({"closing": closing(requires=("weight",))}, "“weight”"),
        ({"closing": closing(closed_on="amount")}, "“amount”"),
        ({"closing": closing(look_back_phase="never")}, "“never”"),
        ({"views": ("amount",)}, "“amount”"),
    ],
)
def test_it_is_named(changed: dict[str, Any], said: str) -> None:
    found = " ".join(map(str, problems(replace(CAMPAIGN, ledgers=(replace(LEDGER, **changed),)))))
    assert said in found


def test_the_sample_is_sound() -> None:
    assert problems(CAMPAIGN) == ()
