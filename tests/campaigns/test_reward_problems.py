"""A reward whose keys lead nowhere is found before any request."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from portal.campaigns import Clause, DatedRule, Limit, LimitKind, _
from portal.campaigns.problems import problems
from portal.campaigns.registry import load_registry
from tests.conftest import ROOT

CAMPAIGN = next(c for c in load_registry(ROOT / "plugins", strict=True).campaigns.values() if c.rewards)
(SCHEME,) = CAMPAIGN.rewards
CLAUSE = SCHEME.clause


@pytest.mark.parametrize(
    "change",
    [
        {"ledger": "nothing"}, {"case_number": "nothing"}, {"case_day": "filing_number"}, {"confirm_field": "filed_on"},
        {"applicants": ("nobody",)}, {"documents": {"notice": "nothing"}}, {"materials": ()}, {"tiers": ()},
        {"materials": SCHEME.materials * 2}, {"shown": ("nothing",)}, {"rules": ()}, {"rules": SCHEME.rules[::-1]},
        {"rules": (DatedRule(since=date(2016, 1, 1), label=_("x"), clause=CLAUSE),)},
        {"rules": (DatedRule(since=date(2016, 1, 1), label=_("x"), clause=CLAUSE, rule="nothing"),)},
        {"clause": Clause(source="nothing", article=_("x"))}, {"notice": Limit(kind=LimitKind.WORKING_DAYS, n=0)},
    ],
    ids=str,
)  # fmt: skip
def test_a_reward_that_leads_nowhere_is_named(change: dict[str, object]) -> None:
    wrong = replace(CAMPAIGN, rewards=(replace(SCHEME, **change),))  # type: ignore[arg-type]
    assert [p for p in problems(wrong) if SCHEME.key in str(p) or "nothing" in str(p)]


def test_a_sound_one_is_not() -> None:
    assert problems(CAMPAIGN) == ()
    assert problems(replace(CAMPAIGN, rewards=(SCHEME, SCHEME)))
    assert problems(replace(CAMPAIGN, rewards=(1,)))  # type: ignore[arg-type]
