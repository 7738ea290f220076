"""Information that the task force exchanges. Kinds and the agreement follow D3, a reference text without issuer.

D3 names kinds (3.2, 6.2) and asks for an agreement (6.1); no number is taken from it.
"""

from __future__ import annotations

from portal.campaigns import Agreement, Category, Clause, Exchange, Text, _

from .sources import d3, d4, regulation

_SCOPE = d3(_("3.2"), _("参考文本列举的五类非法金融活动。"))
_CONTENT = d3(_("6.2"), _("参考文本列举的共享内容。"))


def _kind(key: str, label: Text, clause: Clause, *, urgent: bool = False) -> Category:
    return Category(key=key, label=label, clause=clause, urgent=urgent)


AGREEMENT = Agreement(
    title=_("保密承诺"),
    version=1,
    paragraphs=(
        _("一、本机制的会议内容、讨论情况、会议材料和信息只用于防范和处置工作，不作他用。"),
        _("二、未经会议组织单位同意，不复印、转发、摘录、拍照，不向无关人员透露。"),
        _("三、对涉及的单位、机构和个人信息按最小范围使用，发现泄露立即停止并报告办公室。"),
        _("四、本系统不处理国家秘密；岗位变动后继续履行本承诺，并交回所持材料。"),
        _("五、违反承诺的，按有关规定承担责任。"),
    ),
    clause=d3(_("6.1"), _("参会人员须签署保密协议；文字由本系统拟定。")),
)

EXCHANGE = Exchange(
    categories=(
        _kind("work_news", _("专项行动进展"), d4(_("六（四）"))),
        _kind("illegal_fundraising", _("非法集资情况"), _SCOPE),
        _kind("securities", _("非法证券期货活动情况"), _SCOPE),
        _kind("payment", _("非法支付结算情况"), _SCOPE),
        _kind("foreign_exchange", _("非法外汇交易情况"), _SCOPE),
        _kind("financial_fraud", _("金融诈骗情况"), _SCOPE),
        _kind(
            "unusual_funds",
            _("资金异动和可疑交易"),
            d4(_("五（三）"), _("同时送处置非法集资牵头部门和金融监管部门。")),
        ),
        _kind(
            "major_matter",
            _("重大紧急情况"),
            d3(_("5.4、6.2"), _("金额巨大、情节严重、影响恶劣的应即时报送。")),
            urgent=True,
        ),
        _kind("progress", _("案件进展反馈"), d3(_("3.2"), _("对已共享的信息跟踪反馈。"))),
    ),
    advisories=(
        _kind("risk_warning", _("风险提示"), d3(_("三"), _("面向可能受害的群众和单位。"))),
        _kind("notice", _("情况通报"), d4(_("六（三）"))),
    ),
    materials=(
        _kind("institutions", _("机构信息"), _CONTENT),
        _kind("leads", _("线索资料"), _CONTENT),
        _kind("persons", _("涉案人员情况"), d3(_("6.2、6.3"), _("只写案件编号和人数，不写姓名和证件号码。"))),
        _kind("laws", _("法律法规"), _CONTENT),
        _kind("policy_documents", _("政策文件"), _CONTENT),
        _kind("teaching", _("宣传资料"), regulation(_("第八条"))),
    ),
    agreement=AGREEMENT,
)
