"""The ladder and the sheet that the campaigns declare, and what the portal refuses of such declarations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from plugins.antifraud import CAMPAIGN
from plugins.antifraud.sources import d2
from plugins.illegal_fundraising import CAMPAIGN as FUNDRAISING
from portal.campaigns import Oversight, PointKind, Rung, RungKind, ScoreItem, _
from portal.campaigns.problems import problems

DECLARED = CAMPAIGN.oversight


def test_five_steps_three_reasons_and_the_veto_is_the_commissions() -> None:
    """D2 二（二）第1项."""
    assert [str(r.label) for r in DECLARED.ladder] == [
        "通报",
        "约谈",
        "挂牌督办",
        "重点管理",
        "年度考核一票否决",
    ]
    assert [r.misses for r in DECLARED.ladder] == [1, 2, 3, 0, 0]
    assert [r.decided_by for r in DECLARED.ladder] == ["", "", "", "", "political_legal"]
    assert {str(t.label) for t in DECLARED.triggers} == {"履职不到位", "重点人员管控失序", "宣传防范不力"}
    assert sum(s.most for s in DECLARED.score if s.kind is PointKind.BASE) == 10_000
    assert {r.clause.article for r in FUNDRAISING.oversight.ladder} == {"六（三）"}
    assert not any(r.misses for r in FUNDRAISING.oversight.ladder)


def _item(**changes: Any) -> Oversight:
    first, *rest = DECLARED.score
    return replace(DECLARED, score=(replace(first, **changes), *rest))


def _rungs(*ladder: Rung) -> Oversight:
    return replace(DECLARED, ladder=ladder)


WRONG = {
    "没有写明依据条款": _item(clause=None),
    "痕迹": _item(label=_("登录次数")),
    "基本分合计应为 100 分": _item(most=2300),
    "分值不对": _item(each=2500),
    "不能是加分": replace(DECLARED, score=(*DECLARED.score, ScoreItem(key="x", label=_("多办"), kind=PointKind.BONUS, most=100, each=1,
                                                     clause=d2(_("二（一）第3项")), obligation="monthly_activity"))),
    "引用了不存在的“court_9”": _item(obligation="court_9"),  # 及时: never a miss
    "引用了不存在的“soft”": replace(DECLARED, watched=("soft",)),
    "一票否决": _rungs(Rung(key="veto", label=_("一票否决"), clause=d2(_("二（二）第1项")), kind=RungKind.VETO, misses=1)),
    "逐级增加": _rungs(*reversed(DECLARED.ladder)),
    "引用了不存在的“nobody”": _rungs(Rung(key="a", label=_("通报"), clause=d2(_("二（二）第1项")), decided_by="nobody")),
}  # fmt: skip


@pytest.mark.parametrize("said", WRONG)
def test_what_is_refused(said: str) -> None:
    found = " ".join(str(p) for p in problems(replace(CAMPAIGN, oversight=WRONG[said])))
    assert said in found
    assert not problems(CAMPAIGN)
