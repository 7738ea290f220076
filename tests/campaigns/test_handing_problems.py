"""Ways of handing on that point nowhere are named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.campaigns.exchange import Limit, LimitKind
from portal.campaigns.handing import Reach
from portal.campaigns.problems import problems
from tests.transfers.cast import HANDINGS, declare


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"receivers": ("nobody",)}, "nobody"),
        ({"both": ("nobody",)}, "nobody"),
        ({"ledgers": ("nothing",)}, "nothing"),
        ({"carries": ("no_field",)}, "no_field"),
        ({"agrees": ("maybe",)}, "maybe"),
        ({"reach": ()}, "移送范围"),
        ({"reach": (Reach.COUNTY,), "both": ("police",)}, "本级单位之间"),
        ({"accept": Limit(kind=LimitKind.DAYS, n=0)}, "0"),
    ],
)
def test_a_handing_that_points_nowhere_is_named(change: dict[str, object], said: str) -> None:
    campaign = declare()
    assert not problems(campaign)
    broken = replace(HANDINGS[0], **change)  # type: ignore[arg-type]
    found = [str(p) for p in problems(replace(campaign, handings=(broken, *HANDINGS[1:])))]
    assert any(said in text for text in found), found


def test_a_step_that_asks_by_no_way_is_named() -> None:
    without = [h for h in HANDINGS if h.key != "determine"]
    assert any("determine" in str(p) for p in problems(replace(declare(), handings=tuple(without))))
