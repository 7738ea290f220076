"""The ladder of D2 二（二）第1项, and a sheet to begin a year's assessment with.

D2 names five steps and three reasons, no number of misses and no points. That the month's activity is what the
portal counts, and every figure of the sheet, is the portal's default; the office changes the sheet before it publishes.
"""

from __future__ import annotations

from portal.campaigns import Clause, Oversight, PointKind, Rung, RungKind, ScoreItem, Text, Trigger, _

from .sources import d2

_STEPS = d2(_("二（二）第1项"))
_POINTS = _("原文没有分值，分值由本级确定。")


def _rung(
    key: str, label: Text, kind: RungKind, misses: int = 0, template: str = "", decided_by: str = ""
) -> Rung:
    return Rung(
        key=key, label=label, clause=_STEPS, kind=kind, misses=misses, template=template, decided_by=decided_by
    )  # fmt: skip


def _base(key: str, label: Text, most: int, clause: Clause, each: int = 0, obligation: str = "") -> ScoreItem:
    return ScoreItem(
        key=key, label=label, kind=PointKind.BASE, most=most, clause=clause, each=each, obligation=obligation
    )  # fmt: skip


OVERSIGHT = Oversight(
    ladder=(
        _rung("circular", _("通报"), RungKind.CIRCULAR, misses=1, template="circular"),
        _rung("interview", _("约谈"), RungKind.INTERVIEW, misses=2, template="interview"),
        _rung("listed", _("挂牌督办"), RungKind.LISTED, misses=3),
        _rung("managed", _("重点管理"), RungKind.MANAGED),
        _rung("veto", _("年度考核一票否决"), RungKind.VETO, decided_by="political_legal"),
    ),
    triggers=(
        Trigger(key="poor_duty", label=_("履职不到位"), clause=_STEPS),
        Trigger(key="lost_control", label=_("重点人员管控失序"), clause=_STEPS),
        Trigger(key="weak_publicity", label=_("宣传防范不力"), clause=_STEPS),
    ),
    watched=("monthly_activity",),
    score=(
        _base("monthly_activity", _("每月公开反诈宣教"), 2400, d2(_("二（一）第3项"), _POINTS), 200, "monthly_activity"),
        _base("internal_cases", _("系统内部零发案"), 2000, d2(_("二（一）第4项"), _POINTS)),
        _base("own_duties", _("本单位分工任务落实"), 3000, d2(_("二（二）第1项"), _POINTS)),
        _base("key_persons", _("重点人员管控"), 1600, d2(_("二（二）第1项"), _POINTS)),
        _base("agreed_matters", _("领导小组议定事项落实"), 1000, d2(_("二（七）第1项"), _POINTS)),
        ScoreItem(
            key="commended", label=_("受到总结表彰"), kind=PointKind.BONUS, most=500, each=100,
            clause=d2(_("二（七）第1项"), _POINTS),
        ),
        ScoreItem(
            key="not_put_right", label=_("督导检查指出的问题逾期未整改"), kind=PointKind.DEDUCTION, most=1000, each=200,
            clause=d2(_("二（七）第1项"), _POINTS),
        ),
    ),
)  # fmt: skip
