"""Where a counterfeit matter goes. The text says 及时 and 配合, never a number of days, so no handing has a limit."""

from __future__ import annotations

from portal.campaigns import Clause, Handing, Reach, Text, _


def _d0(article: Text, note: Text | None = None) -> Clause:
    return Clause(source="D0", article=article, note=note)


_SOFT = _("原文为“及时”，不设天数。")

HANDINGS = (
    Handing(
        key="to_police",
        label=_("移送公安机关"),
        reach=(Reach.UNIT,),
        ledgers=("case",),
        senders=(
            "banks", "market_regulation", "postal", "customs", "commerce", "transport", "culture_tourism", "pboc",
            "financial_regulator",
        ),
        receivers=("police",),
        outcomes=(
            ("filed", _("立案")), ("not_filed", _("不予立案")), ("joined", _("并入已有案件")), ("returned", _("退回补充")),
        ),
        clause=_d0(_("附件·银行业金融机构第4项、市邮政管理局第3项、市商务局第2项、市交通运输局第1项"), _SOFT),
    ),
    Handing(
        key="to_pboc",
        label=_("移交人民银行核查"),
        reach=(Reach.UNIT,),
        ledgers=("case",),
        senders=("market_regulation", "banks", "police", "customs", "postal"),
        receivers=("pboc",),
        outcomes=(
            ("confirmed", _("查实")), ("unfounded", _("不实")), ("passed_on", _("转公安机关")), ("returned", _("退回补充")),
        ),
        clause=_d0(_("附件·市市场监管局第4项"), _("按特征词监测到的线索交人民币主管部门；原文没有写时限。")),
    ),
    Handing(
        key="to_county",
        label=_("移送其他县（区）"),
        reach=(Reach.COUNTY,),
        ledgers=("case",),
        receivers=("police",),
        outcomes=(
            ("filed", _("立案")), ("not_filed", _("不予立案")), ("joined", _("并入已有案件")), ("returned", _("退回补充")),
        ),
        clause=_d0(_("第七条（三）"), _("协调市、县（区）有关部门；没有写时限。")),
    ),
    Handing(
        key="to_procuratorate",
        label=_("移送检察机关"),
        reach=(Reach.UNIT,),
        ledgers=("case",),
        senders=("police", "customs"),
        receivers=("procuratorate",),
        outcomes=(
            ("prosecuted", _("提起公诉")), ("not_prosecuted", _("不起诉")), ("supplement", _("退回补充侦查")),
        ),
        clause=_d0(_("附件·市检察院第1、3项")),
    ),
    Handing(
        key="supervision",
        label=_("提请上级督办"),
        reach=(Reach.SUPERIOR,),
        ledgers=("case",),
        senders=("police", "procuratorate", "court", "pboc"),
        outcomes=(("supervised", _("列为督办案件")), ("guided", _("提出办理意见")), ("declined", _("由本级办理"))),
        clause=_d0(_("附件·市公安局第2、3项，市检察院第1项，市中院第1项")),
    ),
)  # fmt: skip
