"""附件3 and the stock of cases as one ledger: from inquiry to conclusion, recovery of losses, key cases made by time.

A legacy case may be taken straight to the stage it has reached. D4 prints no columns (Q-19).
"""

from __future__ import annotations

from portal.campaigns import Closing, Field, Ledger, State, Step, Text, Who, _

from .cells import PEOPLE, choice, count, day, flag, money, text, words
from .lead_steps import CONSOLIDATION
from .ledger_checks import CASE_CHECKS
from .ledger_examples import CASES
from .rules import FLAGS, key_reasons
from .sources import d3, d4, regulation
from .subjects import CODE, NAME, REGION, TRACES, TYPE, find_jurisdiction

_STRUCK = d4(_("五（七）"))
_STOCK = d4(_("五（八）"))

FIELDS: tuple[Field, ...] = (
    choice("case_kind", _("案件类别"), "case_kind", _("刑事立案前按行政案件或风险事件填。")),
    choice("stock_kind", _("存量或增量"), "stock_kind", _("专项行动开始前已有的为存量。"), clause=_STOCK),
    flag("cross_province", _("跨省"), _("跨省案件另列入附件3。")),
    *(flag(key, label, _("由人判断后勾选。"), clause=d4(_("三"))) for key, label in FLAGS.items()),
    text("principal_place", _("主案地"), _("写到省、市、县。")),
    text("branch_places", _("分案地"), _("写到省、市、县，多个用顿号隔开。")),
    NAME,
    CODE,
    TYPE,
    REGION,
    *TRACES,
    text("filing_authority", _("立案机关"), _("写单位名称。")),
    day("filed_on", _("刑事立案日期"), _("满 5 年即为重点案件；也决定新立案计入哪个季度。"), clause=d4(_("三"))),
    choice("charge", _("罪名"), "charge", _("以立案决定为准。")),
    money("amount", _("涉案金额（全案）"), _("达 1 亿元即为重点案件。"), clause=d4(_("三"))),
    money("local_amount", _("涉案金额（本地）"), _("本县集资参与人投入的资金。")),
    count("participants", _("集资参与人（全案）"), PEOPLE, _("全案已核实的集资参与人。")),
    count("local_participants", _("集资参与人（本地）"), PEOPLE, _("其中本县的集资参与人。")),
    money("local_unpaid", _("未兑付金额（本地）"), _("本县集资参与人尚未收回的本金。")),
    money("local_assets", _("查封冻结资产（本地）"), _("本县查封、扣押、冻结的资产估值。")),
    money("recovered_amount", _("追赃挽损金额"), _("累计追缴、退赔和资产处置所得。"), clause=_STOCK),
    money("disposed_amount", _("其中：资产处置金额"), _("累计变价处置所得，含先行处置。"), clause=_STOCK),
    money("returned_amount", _("已返还金额"), _("累计返还本县集资参与人的资金。"), clause=_STOCK),
    count("returned_people", _("返还人数"), PEOPLE, _("累计收到返还的集资参与人。"), clause=_STOCK),
    day("prosecuted_on", _("移送起诉日期"), _("检察院受理移送审查起诉之日。"), clause=_STRUCK),
    count("prosecuted_people", _("移送起诉人数"), PEOPLE, _("移送审查起诉的人数。")),
    day("charged_on", _("提起公诉日期"), _("检察院提起公诉之日。"), clause=_STRUCK),
    day("verdict_on", _("一审宣判日期"), _("一审宣判之日。"), clause=_STRUCK),
    count("verdict_people", _("一审宣判人数"), PEOPLE, _("一审宣判的被告人。")),
    flag("in_stock", _("计入本单位存量"), _("按属地计，一案只由一个单位勾选，存量才不会重复。"), clause=_STOCK),
    day("concluded_on", _("化解日期"), _("经同意销号时由系统填写。"), clause=_STOCK),
    day("joint_on", _("联合处置启动日期"), _("公检法等部门启动联合处置之日。"), clause=_STRUCK),
    text("joint_units", _("联合处置单位"), _("写单位名称，多个用顿号隔开。"), clause=_STRUCK),
    words("cooperation", _("协作事项"), _("请外地协助或协助外地的事项。"), clause=regulation(_("第二十条"))),
    words("coordination", _("需协调的问题"), _("请上级协调的事项。")),
    words("progress", _("当前进展"), _("写到最近一步和下一步。")),
    words("lessons", _("经验教训"), _("案件特点和改进措施，供专班参考；可不填。"), clause=d3(_("5.2"))),
    text("responsible_unit", _("责任单位"), _("写单位名称。"), required=True),
)  # fmt: skip

STATES = (
    State(key="registered", label=_("已登记")),
    State(key="administrative", label=_("行政调查")),
    State(key="risk", label=_("风险处置，未立案")),
    State(key="investigation", label=_("侦查")),
    State(key="prosecution", label=_("审查起诉")),
    State(key="trial", label=_("审判")),
    State(key="enforcement", label=_("执行和资金清退")),
    State(key="concluded", label=_("结案"), final=True),
)

_BY = (Who.LEAD, Who.SUPPORT, Who.OFFICE)
_NOT_FILED = ("registered", "administrative", "risk")


def _to(
    end: str,
    label: Text,
    start: tuple[str, ...],
    *requires: str,
    more: tuple[str, ...] = (),
    note: bool = False,
) -> Step:
    return Step(
        key=f"to_{end}", label=label, start=start, end=end, by=_BY, fields=(*requires, *more), requires=requires, note=note,
        clause=_STRUCK,
    )  # fmt: skip


def _back(key: str, label: Text, start: tuple[str, ...], end: str) -> Step:
    clause = d4(_("五（六）"), _("双向衔接，写明理由。"))
    return Step(key=key, label=label, start=start, end=end, by=_BY, note=True, clause=clause)


def _beside(state: State, key: str, label: Text, fields: tuple[str, ...], requires: tuple[str, ...]) -> Step:
    """A step that moves nothing is declared for each stage in which it may be taken."""
    clause = _STOCK if key == "recover" else _STRUCK
    return Step(
        key=f"{key}_{state.key}", label=label, start=(state.key,), end=state.key, by=_BY, fields=fields, requires=requires,
        note=True, clause=clause,
    )  # fmt: skip


_RECOVERY = ("recovered_amount", "disposed_amount", "returned_amount", "returned_people")

STEPS = (
    _to("administrative", _("转行政调查"), ("registered", "risk")),
    _to("risk", _("转风险处置"), ("registered", "administrative"), note=True),
    _to("investigation", _("登记刑事立案"), _NOT_FILED, "filed_on", "filing_authority", "charge", more=("case_kind",)),
    _to("prosecution", _("移送起诉"), ("registered", "investigation"), "filed_on", "prosecuted_on", "prosecuted_people"),
    _to("trial", _("提起公诉"), ("registered", "prosecution"), "filed_on", "charged_on"),
    Step(
        key="verdict", label=_("登记一审宣判"), start=("trial",), end="trial", by=_BY,
        fields=("verdict_on", "verdict_people"), requires=("verdict_on", "verdict_people"), clause=_STRUCK,
    ),
    _to("enforcement", _("转执行和清退"), ("registered", "trial"), "filed_on", more=("verdict_on", "verdict_people")),
    Step(
        key="conclude", label=_("结案"), start=("administrative", "risk", "enforcement"), end="concluded", by=_BY,
        fields=("progress", *_RECOVERY), requires=("progress",), evidence=True, clause=_STOCK,
    ),
    _back("reinvestigate", _("退回补充侦查"), ("prosecution",), "investigation"),
    _back("not_prosecuted", _("不起诉或撤案，转行政处理"), ("investigation", "prosecution"), "administrative"),
    *(
        _beside(s, "recover", _("登记追赃挽损"), _RECOVERY, ("recovered_amount",))
        for s in STATES
        if s.key in ("administrative", "risk", "investigation", "prosecution", "trial", "enforcement")
    ),
    *(
        _beside(s, "joint", _("启动联合处置"), ("joint_on", "joint_units"), ("joint_on", "joint_units"))
        for s in STATES
        if s.key in ("investigation", "prosecution", "trial", "enforcement")
    ),
)  # fmt: skip

CASE = Ledger(
    key="case",
    label=_("案件台账"),
    numbering=_("案"),
    fields=FIELDS,
    clause=d4(_("六（一）、附件3"), _("栏目为草案；原文只有表名。")),
    writers=("government_office", "political_legal_committee", "police", "procuratorate", "court"),
    examples=CASES,
    states=STATES,
    steps=STEPS,
    closing=Closing(
        clause=d4(_("五（八）、六（一）"), _("按处置进展逐项销号。")),
        requires=("case_kind",),
        checklist=(
            _("判决、处罚或处置协议已执行，附有文书。"),
            _("追缴、处置、返还金额已核对。"),
            _("涉案资产已处理，没有遗留的查封冻结。"),
            _("信访事项已办结，没有新的涉稳隐患。"),
        ),
        closed_on="concluded_on",
        look_back_phase=CONSOLIDATION,
        look_back_clause=d4(_("四（五）"), _("巩固提升阶段回头看。")),
    ),
    key_reasons=key_reasons,
    views=("case_kind", "charge", "stock_kind"),
    later=(
        "recovered_amount",
        "disposed_amount",
        "returned_amount",
        "returned_people",
        "prosecuted_on",
        "prosecuted_people",
        "charged_on",
        "verdict_on",
        "verdict_people",
        "concluded_on",
        "joint_on",
        "joint_units",
        "lessons",
    ),
    checks=CASE_CHECKS,
    jurisdiction=find_jurisdiction,
)
