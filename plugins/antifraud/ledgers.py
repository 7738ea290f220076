"""Leads and typical cases without anything that identifies a person; with ``registers.py`` all ledgers.

Files of cases, victims and suspects stay in the systems of the police.
"""

from __future__ import annotations

from portal.campaigns import Field, FieldKind, Ledger, _

from .registers import REGISTERS
from .sources import d2

LEADS = Ledger(
    key="lead",
    label=_("涉诈线索和典型案例"),
    numbering=_("诈线"),
    fields=(
        Field(
            key="category",
            label=_("事项类别"),
            kind=FieldKind.CHOICE,
            choices="lead_category",
            required=True,
        ),
        Field(
            key="fraud_type", label=_("诈骗类型"), kind=FieldKind.CHOICE, choices="fraud_type", required=True
        ),
        Field(
            key="channel",
            label=_("接触渠道"),
            kind=FieldKind.CHOICE,
            choices="contact_channel",
            required=True,
        ),
        Field(key="origin", label=_("线索来源"), kind=FieldKind.CHOICE, choices="lead_source"),
        Field(
            key="amount",
            label=_("涉及金额"),
            kind=FieldKind.MONEY,
            unit=_("万元"),
            definition=_("已知被骗或险些被骗的金额，不扣除已追回部分；不清楚的留空，不估填。"),
            typical=(1, 40),
        ),
        Field(
            key="accounts",
            label=_("涉及账户"),
            kind=FieldKind.INTEGER,
            unit=_("个"),
            definition=_("只填数量，不填账号、户名。"),
            typical=(1, 6),
        ),
        Field(
            key="numbers",
            label=_("涉及号码"),
            kind=FieldKind.INTEGER,
            unit=_("个"),
            definition=_("只填数量，不填电话号码。"),
            typical=(0, 5),
        ),
        Field(
            key="people",
            label=_("涉及群众"),
            kind=FieldKind.INTEGER,
            unit=_("人"),
            definition=_("被骗或险些被骗的人数。"),
            typical=(1, 5),
        ),
        Field(
            key="summary",
            label=_("概要"),
            kind=FieldKind.LONG_TEXT,
            required=True,
            max_length=1000,
            definition=_("写手法、经过和防范要点；不写姓名、身份证号、电话、账号、住址。"),
        ),
        Field(
            key="receiver",
            label=_("移送单位"),
            kind=FieldKind.CHOICE,
            choices="receiver",
            definition=_("未移送的留空。"),
        ),
        Field(key="handed_on", label=_("移送日期"), kind=FieldKind.DATE),
        Field(key="outcome", label=_("移送结果"), kind=FieldKind.CHOICE, choices="outcome"),
    ),
    clause=d2(
        _("二（十）第6项"),
        _("行业发现的线索移送公安等部门；公安局研判和法院、检察院印发典型案例另见各自职责。"),
    ),
    examples=(
        {
            "title": _("冒充物流客服诱导屏幕共享（演示）"),
            "category": "lead",
            "fraud_type": "customer_service",
            "channel": "call",
            "origin": "bank",
            "amount": 1_860_000,
            "accounts": 2,
            "numbers": 1,
            "people": 1,
            "summary": _(
                "柜面发现客户一边通话一边要求提高转账限额，经劝阻中止汇款，收款账户已报公安机关核查。"
            ),
            "receiver": "police",
            "handed_on": "2026-06-09",
            "outcome": "accepted",
        },
        {
            "title": _("兼职点赞群垫资做任务（演示）"),
            "category": "typical_case",
            "fraud_type": "brushing",
            "channel": "chat",
            "origin": "public",
            "amount": 7_420_000,
            "accounts": 5,
            "numbers": 0,
            "people": 3,
            "summary": _(
                "先付小额佣金取得信任，再以连单为由要求垫资，提现时失联。要点：先交钱的兼职都不要做。"
            ),
            "receiver": "police",
            "handed_on": "2026-05-21",
            "outcome": "case_filed",
        },
        {
            "title": _("短信平台群发仿冒积分链接（演示）"),
            "category": "lead",
            "fraud_type": "other",
            "channel": "text_message",
            "origin": "telecom",
            "numbers": 4,
            "summary": _("外包短信平台出现仿冒积分兑换链接，已关停发送端口，清理记录移交工信部门。"),
            "receiver": "industry",
            "handed_on": "2026-06-17",
            "outcome": "handled",
        },
        {
            "title": _("仿冒贷款 APP 网址（演示）"),
            "category": "lead",
            "fraud_type": "loan",
            "channel": "web_or_app",
            "origin": "network_patrol",
            "amount": 350_000,
            "accounts": 1,
            "people": 1,
            "summary": _("巡查发现仿冒银行名义的贷款 APP，以解冻费名义收款，网址已报上级封堵。"),
            "receiver": "network",
            "handed_on": "2026-06-24",
            "outcome": "pending",
        },
    ),
)

LEDGERS = (LEADS, *REGISTERS)
