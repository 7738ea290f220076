"""附件2 as a ledger: risk leads, their first check, grading and disposal. D4 prints no columns (Q-19).

Each measure has a day of its own, asked for by its step (``lead_steps``): the quarterly form counts by these days.
People whose money was raised are 集资参与人, as the regulation calls them.
"""

from __future__ import annotations

from portal.campaigns import Field, Ledger, Text, _

from .cells import PEOPLE, PLACES, POST_ONLY, UNIT_NAME, choice, count, day, flag, money, text, words
from .lead_steps import LEAD_CLOSING, LEAD_STATES, LEAD_STEPS
from .ledger_checks import LEAD_CHECKS
from .ledger_examples import LEADS
from .sources import d3, d4, regulation
from .subjects import CODE, NAME, REGION, TRACES, TYPE, find_jurisdiction


def _taken(key: str, label: Text, article: Text | None = None, definition: Text | None = None) -> Field:
    """The day of a measure; with ``article`` of the regulation, otherwise of D4 五（六）."""
    clause = regulation(article) if article else d4(_("五（六）"))
    return day(key, label, definition or _("最近一次采取之日，决定计入哪个季度。"), clause=clause)


FOUND: tuple[Field, ...] = (
    choice("lead_source", _("线索来源"), "lead_source", _("首次得知的渠道，只选一个。"), required=True),
    day("found_on", _("发现日期"), _("本单位得知之日，决定计入哪个季度。"), required=True),
    NAME,
    CODE,
    TYPE,
    REGION,
    *TRACES,
    choice("sector", _("行业领域"), "sector", _("按实际经营的主要领域。"), required=True, clause=d4(_("三"))),
    choice("premises", _("场所类别"), "premises", _("经营场所所在的场所；没有场所的留空。"), clause=d4(_("五（一）"))),
    text("controller_role", _("控制人身份"), POST_ONLY),
    text("scheme", _("主要手法"), _("一句话写清以什么名义、向谁收钱。")),
    text("promised_return", _("承诺回报"), _("年化收益、返本期限或实物回报。")),
    money("amount", _("涉及金额"), _("已掌握的吸收资金，不扣除已退还部分。")),
    count("people", _("涉及人数"), PEOPLE, _("集资参与人。")),
    flag("elderly", _("涉老"), _("集资参与人以老年人为主。")),
    flag("stability_risk", _("涉稳"), _("已有或可能有群体性诉求。")),
    flag("cross_region", _("跨区域"), _("集资参与人或经营地不止一个县。"), clause=regulation(_("第二十条"))),
    flag("licensed", _("持牌或登记备案主体"), _("持有金融牌照、控股金融机构或私募登记备案的，由金融管理部门监管。"), clause=d4(_("五（五）"))),
)  # fmt: skip

JUDGED: tuple[Field, ...] = (
    choice("risk_level", _("风险等级"), "risk_level", _("会商后填写，可随进展调整。"), clause=d4(_("五（五）"))),
    text("regulator", _("行业主（监）管部门"), UNIT_NAME),
    text("responsible_unit", _("属地责任单位"), UNIT_NAME, clause=d4(_("五（五）"))),
    text("responsible_post", _("责任人职务"), POST_ONLY),
    choice("determination", _("性质认定"), "determination", _("以县人民政府的认定文书为准。"), clause=d4(_("五（五）"))),
    day("determined_on", _("行政认定日期"), _("作出认定结论之日。"), clause=d4(_("五（五）"))),
)  # fmt: skip

MEASURES: tuple[Field, ...] = (
    _taken("talked_on", _("警示约谈日期"), _("第十八条")),
    _taken("rectified_on", _("责令整改日期"), _("第十八条")),
    day("rectify_by", _("整改期限"), _("要求整改完毕之日。"), clause=regulation(_("第十八条"))),
    _taken("investigated_on", _("调查日期"), _("第二十一条")),
    count("officers", _("调查人员"), PEOPLE, _("到场的调查人员，不少于 2 人。"), clause=regulation(_("第二十一条"))),
    flag("certificates_shown", _("已出示执法证件"), _("调查时已向对方出示。"), clause=regulation(_("第二十一条"))),
    _taken("queried_on", _("查询账户日期"), _("第二十一条")),
    _taken("suspended_on", _("暂停集资日期"), _("第二十二条")),
    _taken("stopped_on", _("责令停止日期"), _("第二十三条")),
    _taken("sealed_on", _("查封扣押日期"), _("第二十四条")),
    count("sealed_premises", _("查封场所"), PLACES, _("本线索查封的经营场所。")),
    count("seized_assets", _("查封扣押资产"), _("项"), _("本线索查封、扣押的资产。")),
    _taken("recalled_on", _("责令追回、变价日期"), _("第二十四条")),
    money("recalled_amount", _("追回、变价金额"), _("追回和变价所得，用于清退。"), clause=regulation(_("第二十四条"))),
    _taken("exit_banned_on", _("限制出境日期"), _("第二十四条"), _("设区的市以上牵头部门决定之日。")),
    _taken("repaid_on", _("责令清退日期"), _("第二十五条")),
    money("repaid_amount", _("清退金额"), _("累计实际退给集资参与人的资金。"), clause=regulation(_("第二十五条"))),
    count("repaid_people", _("清退人数"), PEOPLE, _("实际收到清退资金的集资参与人。")),
    _taken("fined_on", _("处罚日期"), _("第三十条"), _("处罚决定书的日期；先清退，后罚款。")),
    money("fine", _("罚款"), _("处罚决定书载明的金额，含对协助人和单位责任人员的。"), clause=regulation(_("第三十条、第三十一条"))),
    money("confiscated", _("没收违法所得"), _("处罚决定书载明的金额。"), clause=d3(_("5.2"))),
    day("revoked_on", _("吊销日期"), _("吊销许可证或营业执照之日。"), clause=d3(_("5.2"))),
    _taken("licensing_on", _("转办审批或备案日期"), None, _("提交金融管理部门之日。")),
    _taken("regulator_on", _("移交监管部门日期"), None, _("纳入相应工作机制之日。")),
    _taken("deregistered_on", _("注销主体日期")),
    _taken("sites_closed_on", _("关停网络平台日期")),
    day("joint_on", _("联合执法日期"), _("最近一次多部门联合行动之日。"), clause=d3(_("3.3、3.4"))),
    _taken("police_on", _("移送公安日期"), _("第二十三条"), _("公安机关签收之日。")),
    day("police_filed_on", _("公安立案日期"), _("移送公安后立案的日期，未立案的留空。")),
)  # fmt: skip

RESULT: tuple[Field, ...] = (
    words("progress", _("当前进展"), _("写到最近一步和下一步。")),
    day("closed_on", _("销号日期"), _("经同意销号时由系统填写。"), clause=d4(_("六（一）"))),
    words("lessons", _("经验教训"), _("案件特点和改进措施，供专班参考；可不填。"), clause=d3(_("5.2"))),
    text("remark", _("备注"), _("其他需要说明的。")),
)

LEAD = Ledger(
    key="lead",
    label=_("风险线索台账"),
    numbering=_("线"),
    fields=(*FOUND, *JUDGED, *MEASURES, *RESULT),
    clause=d4(_("五（二）、附件2"), _("栏目为草案；原文只有表名。")),
    examples=LEADS,
    states=LEAD_STATES,
    steps=LEAD_STEPS,
    closing=LEAD_CLOSING,
    views=("sector", "risk_level", "lead_source"),
    later=("determination", "determined_on", *(f.key for f in MEASURES), "closed_on", "lessons"),
    checks=LEAD_CHECKS,
    jurisdiction=find_jurisdiction,
)
