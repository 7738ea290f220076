"""Choices of forms and ledgers. Fraud types follow the published lists, which are renamed every few years."""

from __future__ import annotations

from datetime import date, timedelta

from portal.campaigns import Choice, CodeList, _

_FIVE = date(2022, 5, 11)
_FIRST_TEN = date(2023, 6, 15)
_TEN = date(2024, 6, 25)
_HANDBOOK = date(2025, 6, 18)


def _until(successor: date) -> date:
    """A name is used up to the day before the list that replaced it."""
    return successor - timedelta(days=1)


FRAUD_TYPES = CodeList(
    key="fraud_type",
    label=_("诈骗类型"),
    choices=(
        Choice(key="brushing", label=_("刷单返利"), valid_from=_FIVE),
        Choice(key="investment", label=_("虚假网络投资理财"), valid_from=_FIRST_TEN),
        Choice(key="shopping", label=_("虚假购物服务"), valid_from=_TEN),
        Choice(key="customer_service", label=_("冒充电商物流客服"), valid_from=_FIRST_TEN),
        Choice(key="loan", label=_("虚假贷款"), valid_from=_TEN),
        Choice(key="credit_record", label=_("虚假征信"), valid_from=_FIRST_TEN),
        Choice(key="acquaintance", label=_("冒充领导熟人"), valid_from=_TEN),
        Choice(key="authority", label=_("冒充公检法及政府机关"), valid_from=_TEN),
        Choice(key="dating", label=_("网络婚恋交友"), valid_from=_TEN),
        Choice(key="game_trade", label=_("网络游戏产品虚假交易"), valid_from=_TEN),
        Choice(key="ticket_change", label=_("机票退改签"), valid_from=_HANDBOOK),
        Choice(key="other", label=_("其他")),
        Choice(key="investment_2022", label=_("虚假投资理财"), valid_from=_FIVE, valid_to=_until(_FIRST_TEN)),
        Choice(
            key="customer_service_2022", label=_("冒充客服"), valid_from=_FIVE, valid_to=_until(_FIRST_TEN)
        ),
        Choice(key="loan_2022", label=_("虚假网络贷款"), valid_from=_FIVE, valid_to=_until(_TEN)),
        Choice(key="authority_2022", label=_("冒充公检法"), valid_from=_FIVE, valid_to=_until(_TEN)),
    ),
    note=_(
        "名称依公安部2022年5月11日、2023年6月15日、2024年6月25日公布的高发类型；"
        "机票退改签见2025年版宣传手册。手册把贷款、征信并为一类，为保持可比仍分列。"
    ),
)

LEAD_CATEGORIES = CodeList(
    key="lead_category",
    label=_("事项类别"),
    choices=(Choice(key="lead", label=_("涉诈线索")), Choice(key="typical_case", label=_("典型案例"))),
)

CONTACT_CHANNELS = CodeList(
    key="contact_channel",
    label=_("接触渠道"),
    choices=(
        Choice(key="call", label=_("电话")),
        Choice(key="text_message", label=_("短信")),
        Choice(key="chat", label=_("即时通讯")),
        Choice(key="web_or_app", label=_("网站或 APP")),
        Choice(key="video_platform", label=_("短视频或直播")),
        Choice(key="parcel", label=_("寄递")),
        Choice(key="offline", label=_("线下")),
        Choice(key="other", label=_("其他")),
    ),
)

LEAD_SOURCES = CodeList(
    key="lead_source",
    label=_("线索来源"),
    choices=(
        Choice(key="public", label=_("群众举报")),
        Choice(key="bank", label=_("金融机构报送")),
        Choice(key="telecom", label=_("通信企业报送")),
        Choice(key="network_patrol", label=_("网上巡查")),
        Choice(key="inspection", label=_("行业检查")),
        Choice(key="superior", label=_("上级交办")),
        Choice(key="other", label=_("其他")),
    ),
)

RECEIVERS = CodeList(
    key="receiver",
    label=_("移送单位"),
    choices=(
        Choice(key="police", label=_("公安机关")),
        Choice(key="banking_regulator", label=_("金融监管部门")),
        Choice(key="industry", label=_("工信部门")),
        Choice(key="network", label=_("网信部门")),
        Choice(key="market", label=_("市场监管部门")),
        Choice(key="other", label=_("其他")),
    ),
)

OUTCOMES = CodeList(
    key="outcome",
    label=_("移送结果"),
    choices=(
        Choice(key="pending", label=_("待回复")),
        Choice(key="accepted", label=_("已受理")),
        Choice(key="case_filed", label=_("已立案")),
        Choice(key="handled", label=_("已处置")),
        Choice(key="returned", label=_("已退回")),
    ),
)

ACCOUNT_ACTIONS = CodeList(
    key="account_action",
    label=_("账户事项"),
    choices=(
        Choice(key="involved", label=_("涉案账户（个）")),
        Choice(key="restricted", label=_("限额或非柜面管控（户）")),
        Choice(key="refused", label=_("开户拦截（起）")),
        Choice(key="blocked", label=_("柜面堵截（起）")),
        Choice(key="protective", label=_("紧急保护性止付，只进不出（户）")),
        Choice(key="disciplined", label=_("内部问责（人）")),
        Choice(key="freeze_assisted", label=_("协助紧急查冻（户）")),
        Choice(key="refund_assisted", label=_("协助返还（笔）")),
        Choice(key="inspected", label=_("督导检查银行（家次）")),
    ),
    note=_("末项由监管部门登记，其余由银行登记；责任倒查登记在两卡责任倒查台账。"),
)

NUMBER_ACTIONS = CodeList(
    key="number_action",
    label=_("号码事项"),
    choices=(
        Choice(key="involved", label=_("涉案号码（个）")),
        Choice(key="closed", label=_("关停号码（个）")),
        Choice(key="reverified", label=_("二次实人认证（户）")),
        Choice(key="messages", label=_("拦截诈骗短信（万条）")),
        Choice(key="calls", label=_("拦截诈骗电话（次）")),
    ),
    note=_("责任倒查、约谈和限期整改另有台账。"),
)

HANDLING_ACTIONS = CodeList(
    key="handling_action",
    label=_("处置事项"),
    choices=(
        Choice(key="url", label=_("处置涉诈网址和 APP（个）")),
        Choice(key="network_account", label=_("处置网络账号（个）")),
        Choice(key="licence", label=_("吊销营业执照（家）")),
        Choice(key="abnormal", label=_("列入经营异常名录（家）")),
        Choice(key="dishonest", label=_("列入严重失信名单（人）")),
        Choice(key="parcel", label=_("查验重点地区邮件（件）")),
    ),
)

PROCEEDING_STEPS = CodeList(
    key="proceeding_step",
    label=_("办理环节"),
    choices=(
        Choice(key="arrest", label=_("批准逮捕")),
        Choice(key="prosecution", label=_("提起公诉")),
        Choice(key="judgment", label=_("一审宣判")),
        Choice(key="restitution", label=_("执行退赔")),
        Choice(key="supervised", label=_("挂牌督办或提级办理")),
        Choice(key="public_interest", label=_("公益诉讼")),
    ),
    note=_("司法建议和检察建议另有台账。"),
)

SUGGESTION_KINDS = CodeList(
    key="suggestion_kind",
    label=_("文书种类"),
    choices=(
        Choice(key="judicial", label=_("司法建议")),
        Choice(key="procuratorial", label=_("检察建议")),
    ),
)

ADOPTED = CodeList(
    key="adopted",
    label=_("采纳情况"),
    choices=(
        Choice(key="yes", label=_("采纳")),
        Choice(key="partly", label=_("部分采纳")),
        Choice(key="no", label=_("不采纳")),
    ),
)

CARD_ISSUERS = CodeList(
    key="card_issuer",
    label=_("开卡机构"),
    choices=(
        Choice(key="rural_bank", label=_("农村商业银行、信用社")),
        Choice(key="abc", label=_("农业银行")),
        Choice(key="icbc", label=_("工商银行")),
        Choice(key="ccb", label=_("建设银行")),
        Choice(key="boc", label=_("中国银行")),
        Choice(key="psbc", label=_("邮储银行")),
        Choice(key="city_bank", label=_("城市商业银行")),
        Choice(key="other_bank", label=_("其他银行和支付机构")),
        Choice(key="mobile", label=_("中国移动")),
        Choice(key="unicom", label=_("中国联通")),
        Choice(key="telecom", label=_("中国电信")),
        Choice(key="broadnet", label=_("中国广电")),
        Choice(key="virtual", label=_("移动转售企业")),
    ),
    note=_("按机构分类计数，用于“谁开卡、谁负责”倒查；不作排名。"),
)

CARD_KINDS = CodeList(
    key="card_kind",
    label=_("卡种"),
    choices=(Choice(key="bank_card", label=_("银行卡")), Choice(key="phone_card", label=_("电话卡"))),
)

TRACE_FINDINGS = CodeList(
    key="trace_finding",
    label=_("倒查结论"),
    choices=(
        Choice(key="fault", label=_("开卡违规")),
        Choice(key="weakness", label=_("管理有漏洞")),
        Choice(key="no_fault", label=_("未发现违规")),
    ),
)

RECTIFICATION_KINDS = CodeList(
    key="rectification_kind",
    label=_("事项"),
    choices=(
        Choice(key="platform", label=_("短信平台限期整改")),
        Choice(key="talk", label=_("约谈企业")),
        Choice(key="line", label=_("专线、中继线和代理商整改")),
        Choice(key="internet", label=_("互联网企业整改")),
        Choice(key="bank", label=_("银行业务整改")),
        Choice(key="other", label=_("其他整改")),
    ),
)

CODE_LISTS = (
    FRAUD_TYPES,
    LEAD_CATEGORIES,
    CONTACT_CHANNELS,
    LEAD_SOURCES,
    RECEIVERS,
    OUTCOMES,
    ACCOUNT_ACTIONS,
    NUMBER_ACTIONS,
    HANDLING_ACTIONS,
    PROCEEDING_STEPS,
    SUGGESTION_KINDS,
    ADOPTED,
    CARD_ISSUERS,
    CARD_KINDS,
    TRACE_FINDINGS,
    RECTIFICATION_KINDS,
)
