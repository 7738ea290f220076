"""The public page for tips on telecom fraud. The law promises rewards without amounts, so no bands are proposed here."""

from __future__ import annotations

from portal.campaigns import Field, FieldKind, MatchKind, Tips, _

from .sources import law

TIPS = Tips(
    title=_("举报电信网络诈骗线索"),
    intro=(
        _("可以举报诈骗网址和应用、买卖或租借电话卡和银行卡、架设“猫池”等涉诈设备、招募“跑分”和引流的线索。"),
        _("正在转账或刚刚被骗的，请立即拨打 110 或 96110，不要等待这里的答复。"),
    ),
    protection=(
        _("不必留姓名和电话。留下的只有受理单位能看到，每次查看都有记录。"),
        _("不要为了取证继续转账、共享屏幕或者提供验证码。"),
        _("请不要填写自己和他人的身份证号、银行卡号和密码。"),
        _("请记下回执码，凭它查询答复和补充材料；不要告诉别人。"),
    ),
    fields=(
        Field(key="channel", label=_("接触渠道"), kind=FieldKind.CHOICE, choices="contact_channel"),
        Field(key="fraud_type", label=_("诈骗类型"), kind=FieldKind.CHOICE, choices="fraud_type"),
        Field(
            key="sites", label=_("涉诈网址"), kind=FieldKind.LONG_TEXT, max_length=1000, match=MatchKind.URL,
            definition=_("一行一个。"),
        ),
        Field(
            key="apps", label=_("涉诈应用或平台名称"), kind=FieldKind.TEXT, match=MatchKind.NAME,
            definition=_("多个用顿号隔开。"),
        ),
    ),
    ledger="lead",
    receivers=("police", "network_center", "industry", "banking_regulator"),
    clause=law(_("第三十条"), _("举报应及时处理，并奖励和保护举报人；天数和金额原文没有写。")),
)  # fmt: skip
