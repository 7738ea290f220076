"""附件2 and 附件3 as ledgers, without personal data. D4 prints no columns: these are our draft (Q-19).

Number, title, moment of knowing, place, state and closing belong to the portal, not to the entry.
"""

from __future__ import annotations

from typing import Any

from portal.campaigns import Field, FieldKind, Ledger, Text, _

from .rules import FLAGS
from .sources import d4, regulation


def _text(key: str, label: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.TEXT, **more)


def _long(key: str, label: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.LONG_TEXT, max_length=2000, **more)


def _money(key: str, label: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.MONEY, unit=_("万元"), **more)


def _people(key: str, label: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.INTEGER, unit=_("人"), **more)


def _date(key: str, label: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.DATE, **more)


def _choice(key: str, label: Text, choices: str, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.CHOICE, choices=choices, **more)


def _flag(key: str, label: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.FLAG, **more)


LEAD = Ledger(
    key="lead",
    label=_("风险线索台账"),
    numbering=_("线"),
    fields=(
        _choice("lead_source", _("线索来源"), "lead_source", required=True),
        _date("found_on", _("发现日期"), required=True),
        _text("subject_name", _("涉及主体"), sensitive=True, definition=_("单位写全称；自然人写姓氏加某。")),
        _text("credit_code", _("统一社会信用代码"), max_length=18, sensitive=True),
        _choice("subject_type", _("主体类型"), "subject_type"),
        _text(
            "registered_region",
            _("登记地"),
            definition=_("主体登记地的行政区划代码；自然人填住所地。跨地区时据此确定调查认定地。"),
            clause=regulation(_("第二十条")),
        ),
        _choice("sector", _("行业领域"), "sector", required=True, clause=d4(_("三"))),
        _text("controller_role", _("控制人身份"), definition=_("只写职务或身份，不写姓名。")),
        _text("scheme", _("主要手法")),
        _text("promised_return", _("承诺回报")),
        _money("amount", _("涉及金额")),
        _people("people", _("涉及人数"), definition=_("集资参与人。")),
        _flag("elderly", _("涉老")),
        _flag("stability_risk", _("涉稳")),
        _flag("cross_region", _("跨区域")),
        _choice("risk_level", _("风险等级"), "risk_level"),
        _text("regulator", _("行业主（监）管部门")),
        _text("responsible_unit", _("属地责任单位")),
        _choice("check_result", _("初核结论"), "check_result", clause=d4(_("五（二）、（五）"))),
        Field(
            key="measures",
            label=_("处置措施"),
            kind=FieldKind.CHOICES,
            choices="measure",
            clause=d4(_("五（六）")),
        ),
        _date("measured_on", _("措施日期")),
        _money("repaid_amount", _("清退金额")),
        _long("progress", _("当前进展")),
        _text("responsible_post", _("责任人职务"), definition=_("只写职务，不写姓名。")),
        _text("remark", _("备注")),
    ),
    clause=d4(_("五（二）、附件2"), _("栏目为草案；原文只有表名。")),
    examples=(
        {
            "title": _("××养老服务中心（演示）"),
            "lead_source": "grid",
            "found_on": "2025-07-08",
            "subject_type": "non_enterprise",
            "sector": "elderly_care",
            "scheme": _("预付卡返利"),
            "amount": 213_000_000,
            "people": 86,
            "elderly": True,
            "risk_level": "orange",
            "check_result": "suspected",
            "measures": ["warning_talk", "rectification"],
            "measured_on": "2025-07-21",
        },
        {
            "title": _("××农业合作社（演示）"),
            "lead_source": "industry",
            "found_on": "2025-07-15",
            "subject_type": "cooperative",
            "sector": "agriculture",
            "scheme": _("认养羊只返本"),
            "amount": 96_000_000,
            "people": 41,
            "risk_level": "yellow",
        },
        {
            "title": _("××解债咨询（演示）"),
            "lead_source": "tipoff",
            "found_on": "2025-08-04",
            "subject_type": "company",
            "sector": "debt_relief",
            "risk_level": "red",
            "check_result": "consultation",
        },
        {
            "title": _("××文旅投资（演示）"),
            "lead_source": "superior",
            "found_on": "2025-08-19",
            "subject_type": "company",
            "sector": "culture_tourism",
            "amount": 340_000_000,
            "people": 57,
            "cross_region": True,
            "risk_level": "orange",
            "check_result": "other_place",
        },
        {
            "title": _("××数字藏品（演示）"),
            "lead_source": "opinion",
            "found_on": "2025-09-02",
            "subject_type": "platform",
            "sector": "blockchain",
            "risk_level": "blue",
        },
        {
            "title": _("××二手车托管（演示）"),
            "lead_source": "industry",
            "found_on": "2025-07-03",
            "subject_type": "company",
            "sector": "commercial_services",
            "risk_level": "yellow",
            "check_result": "suspected",
            "measures": ["rectification", "repayment", "penalty"],
            "measured_on": "2025-08-11",
            "repaid_amount": 64_000_000,
            "progress": _("资金已全部清退，已申请销号。"),
        },
    ),
)

CASE = Ledger(
    key="case",
    label=_("重大和跨省案件台账"),
    numbering=_("案"),
    fields=(
        _flag("cross_province", _("跨省"), definition=_("跨省案件另列入附件3。")),
        *(_flag(key, label, clause=d4(_("三"))) for key, label in FLAGS.items()),
        _text("principal_place", _("主案地"), definition=_("写到省、市、县。")),
        _text("branch_places", _("分案地")),
        _text("subject_name", _("涉案主体"), sensitive=True, definition=_("单位写全称；自然人写姓氏加某。")),
        _text("filing_authority", _("立案机关")),
        _date("filed_on", _("刑事立案日期"), definition=_("满 5 年即为重点案件。"), clause=d4(_("三"))),
        _choice("charge", _("罪名"), "charge"),
        _money("amount", _("涉案金额（全案）"), definition=_("达 1 亿元即为重点案件。"), clause=d4(_("三"))),
        _money("local_amount", _("涉案金额（本地）")),
        _people("participants", _("集资参与人（全案）")),
        _people("local_participants", _("集资参与人（本地）")),
        _money("local_unpaid", _("未兑付金额（本地）")),
        _money("local_assets", _("查封冻结资产（本地）")),
        _money("returned_amount", _("已返还金额")),
        _choice("case_stage", _("当前环节"), "case_stage", required=True),
        _long("cooperation", _("协作事项")),
        _long("coordination", _("需协调的问题")),
        _text("responsible_unit", _("责任单位"), required=True),
    ),
    clause=d4(_("六（一）、附件3"), _("栏目为草案；原文只有表名。")),
    writers=("government_office", "political_legal_committee", "police", "procuratorate", "court"),
    examples=(
        {
            "title": _("××文旅投资案（演示）"),
            "cross_province": True,
            "principal_place": _("外省某县（演示）"),
            "filed_on": "2025-08-28",
            "charge": "public_deposits",
            "local_amount": 340_000_000,
            "local_participants": 57,
            "case_stage": "investigation",
            "responsible_unit": _("县公安局"),
        },
        {
            "title": _("××商贸陈案（演示）"),
            "filed_on": "2019-06-20",
            "charge": "fundraising_fraud",
            "amount": 9_999_000_000,
            "participants": 420,
            "case_stage": "enforcement",
            "responsible_unit": _("县人民法院"),
        },
    ),
)
