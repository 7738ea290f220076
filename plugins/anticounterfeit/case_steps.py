"""The way of a case: lead, check, filing, breaking, prosecution, judgment, 销号.

D0 gives none of these steps a number of days (及时 is no number), so no step starts a clock; the 24 hours of 第十六条（二）
are those of the thresholds.
"""

from __future__ import annotations

from portal.campaigns import Clause, Closing, State, Step, Text, Who, _

INVESTIGATORS = ("police", "customs")


def _d0(article: Text, note: Text | None = None) -> Clause:
    return Clause(source="D0", article=article, note=note)


_LEADS = _d0(_("附件·市邮政管理局第3项、市市场监管局第4项、银行业金融机构第4项"))
_POLICE = _d0(_("附件·市公安局第1、2项"))
_PROSECUTION = _d0(_("附件·市检察院第1、3项"))
_TRIAL = _d0(_("附件·市中院第1、3项"))

CASE_STATES = (
    State(key="lead", label=_("线索登记")),
    State(key="verifying", label=_("核查中")),
    State(key="filed", label=_("已立案")),
    State(key="solved", label=_("已破案")),
    State(key="prosecuted", label=_("已移送起诉")),
    State(key="judged", label=_("判决生效"), final=True),
    State(key="handed", label=_("已移送"), final=True),
    State(key="settled", label=_("不立案或撤案办结"), final=True),
)

CASE_STEPS = (
    Step(
        key="verify", label=_("转入核查"), start=("lead",), end="verifying", by=(Who.KEEPER, Who.LEAD),
        note=True, clause=_LEADS,
    ),
    Step(
        key="hand_over", label=_("记为已移送"), start=("lead", "verifying"), end="handed", by=(Who.KEEPER, Who.LEAD),
        fields=("moved_on",), requires=("moved_on",), clause=_LEADS,
    ),
    Step(
        key="take_back", label=_("退回后继续办理"), start=("handed",), end="lead", by=(Who.KEEPER, Who.LEAD), note=True,
        clause=_LEADS,
    ),
    Step(
        key="file", label=_("立案"), start=("lead", "verifying"), end="filed", members=INVESTIGATORS,
        fields=("filed_on", "filing_number", "case_kind", "span"), requires=("filed_on", "filing_number"),
        clause=_POLICE,
    ),
    Step(
        key="settle", label=_("不立案办结"), start=("lead", "verifying"), end="settled",
        by=(Who.LEAD, Who.OFFICE), note=True, clause=_LEADS,
    ),
    Step(
        key="solve", label=_("破案"), start=("filed",), end="solved", members=INVESTIGATORS,
        fields=("solved_on", "suspects_caught", "suspects", "gang", "case_kind", "face_value", "delivered_on"),
        requires=("solved_on",), clause=_POLICE,
    ),
    Step(
        key="prosecute", label=_("移送起诉"), start=("solved",), end="prosecuted", members=INVESTIGATORS,
        fields=("prosecuted_on", "delivered_on"), requires=("prosecuted_on",), clause=_PROSECUTION,
    ),
    Step(
        key="supplement", label=_("退回补充侦查"), start=("prosecuted",), end="solved",
        by=(Who.LEAD, Who.SUPPORT), note=True, clause=_PROSECUTION,
    ),
    Step(
        key="judge", label=_("判决生效"), start=("prosecuted",), end="judged", by=(Who.LEAD, Who.SUPPORT, Who.OFFICE),
        fields=("judged_on",), requires=("judged_on",), clause=_TRIAL,
    ),
    Step(
        key="drop", label=_("撤案或不起诉"), start=("filed", "solved", "prosecuted"), end="settled",
        by=(Who.LEAD, Who.SUPPORT), note=True, clause=_PROSECUTION,
    ),
    Step(
        key="supervise", label=_("列入督办"), start=("filed",), end="filed", by=(Who.LEAD, Who.SUPPORT, Who.OFFICE),
        fields=("supervision",), requires=("supervision",), note=True,
        clause=_d0(_("附件·市公安局第2项、市检察院第1项")),
    ),
)  # fmt: skip

CASE_CLOSING = Closing(
    clause=_d0(_("第九条（五）"), _("办公室汇集并反馈情况。申请、审核、批准和 90 天回头看由本系统设定。")),
    checklist=(
        _("假币实物已按规定收缴、没收或解缴"),
        _("发现单位已知道办理结果"),
        _("已报急报的，终报已报出"),
    ),
)
