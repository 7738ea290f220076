"""附件2 and 附件3 as ledgers, and the register of screenings; no personal data. D4 prints no columns (Q-19).

Number, title, moment of knowing and place belong to the portal, not to the entry. What is entered here is not
typed again: the quarterly form counts it (``draws.py``) and lists it (``tables.py``).
"""

from __future__ import annotations

from typing import Any

from portal.campaigns import Field, FieldKind, Ledger, Text, _

from .ledger_examples import CASES, LEADS, SCREENINGS
from .rules import FLAGS
from .sources import d4, regulation

_POST_ONLY = _("只写职务或身份，不写姓名。")
_SUBJECT = _("单位写全称；自然人写姓氏加某。")


def _text(key: str, label: Text, definition: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.TEXT, definition=definition, **more)


def _long(key: str, label: Text, definition: Text, **more: Any) -> Field:
    return Field(
        key=key, label=label, kind=FieldKind.LONG_TEXT, max_length=2000, definition=definition, **more
    )


def _money(key: str, label: Text, definition: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.MONEY, unit=_("万元"), definition=definition, **more)


def _count(key: str, label: Text, unit: Text, definition: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.INTEGER, unit=unit, definition=definition, **more)


def _date(key: str, label: Text, definition: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.DATE, definition=definition, **more)


def _choice(key: str, label: Text, choices: str, definition: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.CHOICE, choices=choices, definition=definition, **more)


def _flag(key: str, label: Text, definition: Text, **more: Any) -> Field:
    return Field(key=key, label=label, kind=FieldKind.FLAG, definition=definition, **more)


_PEOPLE = _("人")

LEAD = Ledger(
    key="lead",
    label=_("风险线索台账"),
    numbering=_("线"),
    fields=(
        _choice("lead_source", _("线索来源"), "lead_source", _("首次得知的渠道，只选一个。"), required=True),
        _date("found_on", _("发现日期"), _("本单位得知之日，决定计入哪个季度。"), required=True),
        _text("subject_name", _("涉及主体"), _SUBJECT, sensitive=True),
        _text(
            "credit_code",
            _("统一社会信用代码"),
            _("未登记的留空。"),
            max_length=18,
            sensitive=True,
            mask="id",
        ),
        _choice("subject_type", _("主体类型"), "subject_type", _("按登记类型；没有登记的选未登记组织。")),
        _text(
            "registered_region",
            _("登记地"),
            _("主体登记地的行政区划代码；自然人填住所地。跨地区时据此确定调查认定地。"),
            clause=regulation(_("第二十条")),
        ),
        _choice(
            "sector", _("行业领域"), "sector", _("按实际经营的主要领域。"), required=True, clause=d4(_("三"))
        ),
        _text("controller_role", _("控制人身份"), _POST_ONLY),
        _text("scheme", _("主要手法"), _("一句话写清以什么名义、向谁收钱。")),
        _text("promised_return", _("承诺回报"), _("年化收益、返本期限或实物回报。")),
        _money("amount", _("涉及金额"), _("已掌握的吸收资金，不扣除已退还部分。")),
        _count("people", _("涉及人数"), _PEOPLE, _("集资参与人。")),
        _flag("elderly", _("涉老"), _("参与人以老年人为主。")),
        _flag("stability_risk", _("涉稳"), _("已有或可能有群体性诉求。")),
        _flag("cross_region", _("跨区域"), _("参与人或经营地不止一个县。")),
        _choice("risk_level", _("风险等级"), "risk_level", _("会商后填写，可随进展调整。")),
        _text("regulator", _("行业主（监）管部门"), _("写单位名称；没有的写“无”。")),
        _text("responsible_unit", _("属地责任单位"), _("写单位名称。")),
        _choice(
            "check_result",
            _("初核结论"),
            "check_result",
            _("初核后填写，未核的留空。"),
            clause=d4(_("五（二）、（五）")),
        ),
        Field(
            key="measures",
            label=_("处置措施"),
            kind=FieldKind.CHOICES,
            choices="measure",
            definition=_("已经采取的都选。"),
            clause=d4(_("五（六）")),
        ),
        _date("measured_on", _("措施日期"), _("最近一次采取措施之日，决定措施计入哪个季度。")),
        _count("sealed_premises", _("查封场所"), _("处"), _("本线索查封的经营场所。")),
        _count("seized_assets", _("查封扣押资产"), _("项"), _("本线索查封、扣押的资产。")),
        _money("repaid_amount", _("清退金额"), _("实际退给集资参与人的资金。")),
        _count("repaid_people", _("清退人数"), _PEOPLE, _("实际收到清退资金的人。")),
        _date("determined_on", _("行政认定日期"), _("作出认定结论之日。"), clause=d4(_("五（五）"))),
        _money("fine", _("罚款"), _("处罚决定书载明的金额。")),
        _date("police_filed_on", _("公安立案日期"), _("移送公安后立案的日期，未立案的留空。")),
        _long("progress", _("当前进展"), _("写到最近一步和下一步。")),
        _date(
            "closed_on",
            _("销号日期"),
            _("处置完毕并经同意销号之日；未销号的留空。"),
            clause=d4(_("六（一）")),
        ),
        _text("responsible_post", _("责任人职务"), _POST_ONLY),
        _text("remark", _("备注"), _("其他需要说明的。")),
    ),
    clause=d4(_("五（二）、附件2"), _("栏目为草案；原文只有表名。")),
    examples=LEADS,
)

CASE = Ledger(
    key="case",
    label=_("重大和跨省案件台账"),
    numbering=_("案"),
    fields=(
        _flag("cross_province", _("跨省"), _("跨省案件另列入附件3。")),
        *(_flag(key, label, _("由人判断后勾选。"), clause=d4(_("三"))) for key, label in FLAGS.items()),
        _text("principal_place", _("主案地"), _("写到省、市、县。")),
        _text("branch_places", _("分案地"), _("写到省、市、县，多个用顿号隔开。")),
        _text("subject_name", _("涉案主体"), _SUBJECT, sensitive=True),
        _text("filing_authority", _("立案机关"), _("写单位名称。")),
        _date(
            "filed_on",
            _("刑事立案日期"),
            _("满 5 年即为重点案件；也决定新立案计入哪个季度。"),
            clause=d4(_("三")),
        ),
        _choice("charge", _("罪名"), "charge", _("以立案决定为准。")),
        _money("amount", _("涉案金额（全案）"), _("达 1 亿元即为重点案件。"), clause=d4(_("三"))),
        _money("local_amount", _("涉案金额（本地）"), _("本县集资参与人投入的资金。")),
        _count("participants", _("集资参与人（全案）"), _PEOPLE, _("全案已核实的参与人。")),
        _count("local_participants", _("集资参与人（本地）"), _PEOPLE, _("其中本县的参与人。")),
        _money("local_unpaid", _("未兑付金额（本地）"), _("本县参与人尚未收回的本金。")),
        _money("local_assets", _("查封冻结资产（本地）"), _("本县查封、扣押、冻结的资产估值。")),
        _money("returned_amount", _("已返还金额"), _("累计返还本县参与人的资金。")),
        _choice("case_stage", _("当前环节"), "case_stage", _("填报时所处的环节。"), required=True),
        _date(
            "prosecuted_on", _("移送起诉日期"), _("检察院受理移送审查起诉之日。"), clause=d4(_("五（七）"))
        ),
        _count("prosecuted_people", _("移送起诉人数"), _PEOPLE, _("移送审查起诉的人数。")),
        _date("verdict_on", _("一审宣判日期"), _("一审宣判之日。"), clause=d4(_("五（七）"))),
        _count("verdict_people", _("一审宣判人数"), _PEOPLE, _("一审宣判的被告人。")),
        _flag(
            "in_stock",
            _("计入本单位存量"),
            _("按属地计，一案只由一个单位勾选，存量才不会重复。"),
            clause=d4(_("五（八）")),
        ),
        _date(
            "concluded_on", _("化解日期"), _("办结并经同意销号之日；未化解的留空。"), clause=d4(_("五（八）"))
        ),
        _long("cooperation", _("协作事项"), _("请外地协助或协助外地的事项。")),
        _long("coordination", _("需协调的问题"), _("请上级协调的事项。")),
        _text("responsible_unit", _("责任单位"), _("写单位名称。"), required=True),
    ),
    clause=d4(_("六（一）、附件3"), _("栏目为草案；原文只有表名。")),
    writers=("government_office", "political_legal_committee", "police", "procuratorate", "court"),
    examples=CASES,
)

SCREENING = Ledger(
    key="screening",
    label=_("风险排查登记"),
    numbering=_("查"),
    fields=(
        _count("inspectors", _("出动人员"), _("人次"), _("同一人每出动一次计一次。"), required=True),
        _count("buildings", _("排查楼宇、园区"), _("处"), _("本季度已登记过的不再计。")),
        _count("shops", _("排查商铺"), _("家"), _("沿街和商场内的铺面；本季度已登记过的不再计。")),
        _count("companies", _("排查企业、机构"), _("家"), _("含中介机构；本季度已登记过的不再计。")),
        _count("sites", _("排查网络平台"), _("个"), _("网站、应用程序、公众号等；本季度已登记过的不再计。")),
        _text("remark", _("备注"), _("发现问题的，另在风险线索台账登记。")),
    ),
    clause=d4(_("五（一）"), _("每次排查登记一条，季度统计表由此合计。")),
    examples=SCREENINGS,
)

LEDGERS = (LEAD, CASE, SCREENING)
