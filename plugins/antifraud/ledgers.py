"""Leads and typical cases without anything that identifies a person; with ``registers.py`` all ledgers.

Files of cases, victims and suspects stay in the systems of the police.
"""

from __future__ import annotations

import re

from portal.campaigns import Check, Field, FieldKind, Grade, Ledger, MatchKind, Message, Values, _

from .lead_steps import LEAD_CLOSING, LEAD_STATES, LEAD_STEPS
from .registers import REGISTERS
from .sources import d2

_PERSONAL = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx]|\d{15,19})(?!\d)")
"""A mobile number, an identity number, an account: what the summary must not hold."""


def _no_numbers(values: Values) -> Message | None:
    for key in ("summary", "measures"):
        found = _PERSONAL.search(str(values.get(key) or ""))
        if found:
            text = _("文中的“%(start)s…”像电话、证件或账号。请删去，只写数量和手法。")
            return Message(text, start=found[0][:4])
    return None


def _handed(values: Values) -> Message | None:
    if bool(values.get("receiver")) == bool(values.get("handed_on")):
        return None
    return Message(_("移送单位和移送日期要同时填写。"))


LEAD_CHECKS = (
    Check(key="no_numbers", grade=Grade.ERROR, fields=("summary",), find=_no_numbers),
    Check(key="handed", grade=Grade.HINT, fields=("handed_on",), find=_handed),
)

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
            definition=_("未移送的留空；用移送办理的，记为已移送时填写。"),
        ),
        Field(key="handed_on", label=_("移送日期"), kind=FieldKind.DATE),
        Field(key="outcome", label=_("移送结果"), kind=FieldKind.CHOICE, choices="outcome"),
        Field(
            key="sites",
            label=_("涉诈网址"),
            kind=FieldKind.LONG_TEXT,
            max_length=1000,
            definition=_("一行一个；各县之间只比对，不展示。需封堵的另提上级请求。"),
            clause=d2(_("二（三）第2项")),
            match=MatchKind.URL,
        ),
        Field(
            key="apps",
            label=_("涉诈应用或平台名称"),
            kind=FieldKind.TEXT,
            definition=_("多个用顿号隔开；不写个人账号和昵称。"),
            clause=d2(_("二（三）第2项")),
            match=MatchKind.NAME,
        ),
        Field(
            key="measures",
            label=_("处置措施"),
            kind=FieldKind.LONG_TEXT,
            max_length=1000,
            definition=_("劝阻、拦截、关停、封堵、立案等；不写个人信息。"),
        ),
    ),
    clause=d2(
        _("二（十）第6项"),
        _("行业发现的线索移送公安等部门；公安局研判和法院、检察院印发典型案例另见各自职责。"),
    ),
    states=LEAD_STATES,
    steps=LEAD_STEPS,
    closing=LEAD_CLOSING,
    views=("category", "fraud_type", "channel"),
    checks=LEAD_CHECKS,
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
            "sites": "http://loan.example.com/app",
            "apps": _("某贷款（仿冒）"),
        },
    ),
)

LEDGERS = (LEADS, *REGISTERS)
