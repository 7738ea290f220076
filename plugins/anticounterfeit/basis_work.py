"""依据对照 of D0 and D1: duties of each unit, cases, and the rewards."""

from portal.campaigns import _, rows_of

from .basis import GENERAL

_d0, _d1 = rows_of("D0"), rows_of("D1")
_WORK = "plugins/anticounterfeit/test_matters.py::test_"
_RULE = "plugins/anticounterfeit/test_reward.py::test_"
_INPUT = "plugins/anticounterfeit/test_reward_input.py::test_"
_FIGURES = "plugins/test_sources_of_figures.py::test_"
_F1 = "rewards/test_scenario_f1.py::test_f1_a_printing_den_from_application_to_payment"
_F2 = "rewards/test_scenarios_f2_f3.py::test_"
_HANDINGS = f"{_WORK}each_handing_names_members_that_exist_and_has_no_invented_limit"
_COUNTED = "plugins/anticounterfeit/test_declarations.py::test_duties_are_5_common_and_50_in_18_sections"


def _duties(member: str, last: int) -> tuple[str, ...]:
    return tuple(f"duty:{member}_{n}" for n in range(1, last + 1))


# fmt: off
MATTERS = (
    _d0("I-17", "W", _("附件·人行"), _("建立假币信息库和新型假币快速反应机制。"), carried=("ledger:specimen", "document:new_counterfeit", "advisory:new_counterfeit"),
        tests=(f"{_WORK}what_is_new_is_answered_at_once_and_kept",)),
    _d0("I-18", "W", _("附件·市市场监管局"), _("监测交易平台关键词，线索移交人民币主管部门。"), carried=("ledger:case", "handing:to_pboc"),
        tests=(f"{_WORK}registers_feed_the_month", _HANDINGS)),
    _d0("I-19", "W", _("附件·邮政、商务、银行"), _("发现线索立即报公安机关。"), carried=("ledger:case", "handing:to_police"),
        tests=(_HANDINGS, "transfers/test_transfers.py::test_from_finance_to_the_police_and_back")),
    _d0("R-02", "H", _("第九条（六）"), _("办公室起草年度计划和年度总结。"), carried=("obligation:annual_plan", "obligation:annual_summary", "document:annual_plan", "document:annual_summary"),
        tests=(f"{_WORK}plan_and_summary_of_the_year_are_owed_and_have_their_papers",)),
    _d1("K-25", "R", _("奖励适用范围"), _("案件分三类：印制窝点、再加工窝点、出售购买运输持有使用。"), carried=("ledger:case",),
        tests=(f"{_WORK}a_case_can_go_from_the_lead_to_judgment_and_no_step_has_a_clock",)),
    _d0("K-26", "W", _("附件·公安、检察"), _("督办重大假币案件。"), carried=("ledger:case", "handing:supervision"),
        tests=(f"{_WORK}why_a_case_is_a_key_one",)),
    _d1("L-08", "H", _("奖励审批"), _("按跨区域范围确定审批层级。"), carried=("rule:reward", "reward:case"),
        tests=(f"{_RULE}the_area_can_only_raise_the_tier",)),
)

DUTIES = (
    _d0("U-01", "W", _("附件·共同职责"), _("各成员单位的 5 项共同职责。"), carried=_duties("common", 5), tests=(_COUNTED,)),
    _d0("U-02", "W", _("附件·市委政法委"), _("纳入平安建设考核，通报结果，督促整改。"), carried=_duties("political_legal", 1), page="assessment.scores",
        tests=("assessment/test_scores.py::test_events_objections_and_whose_they_are",)),
    _d0("U-03", "W", _("附件·市政府办、县（区）政府办"), _("统筹协调，纳入综合业绩考评，督查、问责、约谈。"), carried=_duties("government_office", 1), page="assessment.ladder",
        tests=("duties/test_duties.py::test_a_shared_duty_is_found_under_each_of_its_members",)),
    _d0("U-04", "W", _("附件·市中院"), _("审判统计和以案普法。"), carried=(*_duties("court", 3), "ledger:proceeding"),
        tests=(f"{_FIGURES}effective_judgments_are_compared_with_trials_of_two_months",)),
    _d0("U-05", "W", _("附件·市检察院"), _("大要案督办，登记法律疑难。"), carried=(*_duties("procuratorate", 3), "ledger:case"),
        tests=(f"{_WORK}why_a_case_is_a_key_one",)),
    _d0("U-06", "W", _("附件·市发改委"), _("支持项目审批。"), carried=_duties("development_reform", 1),
        tests=("duties/owed/test_pages.py::test_one_line_is_written_read_and_withdrawn",)),
    _d0("U-07", "W", _("附件·市教育局"), _("开展校园教育活动。"), carried=_duties("education", 1), page="activities.index",
        tests=(f"{_FIGURES}publicity_comes_from_activities_alone",)),
    _d0("U-08", "W", _("附件·市公安局"), _("掌握犯罪形势，建立案件库，专项打击，跨境办案。"), carried=(*_duties("police", 5), "ledger:case"),
        tests=(f"{_WORK}only_investigators_file_and_solve",)),
    _d0("U-09", "W", _("附件·市财政局"), _("保障经费，落实举报奖励办法。"), carried=_duties("finance", 1), page="tips.rules",
        tests=("tips/test_rewards.py::test_versions_of_the_rule",)),
    _d0("U-10", "W", _("附件·市交通运输局"), _("发现运输线索。"), carried=(*_duties("transport", 1), "handing:to_police"), tests=(_HANDINGS,)),
    _d0("U-11", "W", _("附件·市商务局"), _("培训商贸企业，线索报公安机关。"), carried=(*_duties("commerce", 2), "handing:to_police"), tests=(_HANDINGS,)),
    _d0("U-12", "W", _("附件·市文旅局"), _("在文旅场所宣传。"), carried=_duties("culture_tourism", 3), page="activities.places",
        tests=("activities/test_places.py::test_a_list_is_pasted_once_and_a_visit_shows_where_nobody_was",)),
    _d0("U-13", "W", _("附件·市市场监管局"), _("监管机具生产销售和质量，监测网络线索。"), carried=(*_duties("market_regulation", 4), "ledger:inspection"),
        tests=(f"{_WORK}registers_of_members_refuse_more_than_there_is",)),
    _d0("U-14", "W", _("附件·市邮政管理局"), _("收寄验视、实名收寄、过机安检。"), carried=(*_duties("postal", 3), "ledger:parcel_check"),
        tests=(f"{_WORK}registers_feed_the_month",)),
    _d0("U-15", "W", _("附件·阳泉海关"), _("通报查获情况。"), carried=(*_duties("customs", 3), "ledger:case"),
        tests=(f"{_WORK}only_investigators_file_and_solve",)),
    _d0("U-16", "W", _("附件·人行市分行"), _("拟订计划，管理银行，建设假币信息库。"), carried=(*_duties("pboc", 10), "ledger:specimen", "document:annual_plan"),
        tests=(f"{_WORK}what_is_new_is_answered_at_once_and_kept",)),
    _d0("U-17", "W", _("附件·金融监管分局"), _("督促银行内控，处理纠纷。"), carried=(*_duties("financial_regulator", 3), "ledger:dispute"),
        tests=(f"{_WORK}a_case_can_go_from_the_lead_to_judgment_and_no_step_has_a_clock",)),
    _d0("U-18", "W", _("附件·市广播电视台"), _("公益宣传。"), carried=_duties("broadcasting", 1), page="activities.index",
        tests=(f"{_FIGURES}publicity_comes_from_activities_alone",)),
    _d0("U-19", "W", _("附件·银行业金融机构"), _("培训、机具管理、收缴和报告线索。"), carried=(*_duties("banks", 4), "ledger:find", "ledger:inspection"),
        tests=(f"{_WORK}five_pieces_at_a_counter_are_to_be_reported",)),
)

REWARDS = (
    _d1("W-01", "H", _("奖励适用范围"), _("只奖励三类案件。"), carried=("rule:reward",), tests=(f"{_INPUT}nonsense_is_a_value_error_with_a_sentence",)),
    _d1("W-02", "H", _("奖励适用范围"), _("三类案件都须抓获主要涉案人员。"), carried=("rule:reward",),
        tests=(f"{_INPUT}foreign_fakes_and_suspects_at_large_are_refused_with_the_clause",)),
    _d1("W-03", "H", _("奖励适用范围"), _("只奖励假人民币，不含假外币。"), carried=("rule:reward", "policy:currency_scope"),
        tests=(f"{_F2}f2_what_the_rule_does_not_cover_is_refused_and_information_stays_possible",)),
    _d1("W-04", "H", _("奖励对象"), _("申请单位为公安、海关、国家安全、市场监管。"), carried=("reward:case",),
        tests=(f"{_F2}f2_one_case_one_application_in_the_unit_the_county_and_the_whole_city",)),
    _d1("W-05", "W", _("奖励对象"), _("受奖单位按贡献足额分配。"), page="rewards.index", tests=(_F1,)),
    _d1("W-06", "H", _("奖励申请程序"), _("破案且实物解缴人民银行后才能申请。"), carried=("reward:case",), tests=(_F1,)),
    _d1("W-07", "R", _("申请材料（一）"), _("附假币收入凭证或没收凭证复印件。"), carried=("reward:case",), tests=(_F1,)),
    _d1("W-08", "R", _("申请材料（二）"), _("附立案决定书、批准逮捕决定书、起诉意见书各一份。"), carried=("reward:case",), tests=(_F1,)),
    _d1("W-09", "R", _("申请材料（三）"), _("附奖励申请表原件。"), carried=("document:reward_application",), tests=(_F1,)),
    _d1("W-10", "R", _("奖励申请程序"), _("材料逐页加盖申请单位公章。"), page="rewards.index", tests=(_F1,)),
    _d1("W-11", "H", _("奖励申请程序"), _("不再要求法院判决书。"), carried=("reward:case",), tests=(_F1,)),
    _d1("W-12", "H", _("奖励审批"), _("一案一批，不得合并或分次申请。"), carried=("reward:case",),
        tests=(f"{_F2}f2_one_case_one_application_in_the_unit_the_county_and_the_whole_city",)),
    _d1("W-13", "H", _("奖励审批"), _("3 万元以下由地市级分行审批。"), carried=("rule:reward", "policy:tier_edge"),
        tests=(f"{_F2}f2_f3_the_tables_as_the_room_calculates_them_from_a_ledger_entry",)),
    _d1("W-14", "H", _("奖励审批"), _("3 万元至 15 万元由省级分行审批。"), carried=("rule:reward", "policy:tier_edge"),
        tests=(f"{_RULE}limits_of_approval_are_flagged_and_follow_the_policy",)),
    _d1("W-15", "H", _("奖励审批"), _("15 万元以上由总行审批。"), carried=("rule:reward", "policy:tier_edge"), tests=(_F1,)),
    _d1("W-16", "H", _("奖励审批"), _("跨省案件一律由总行审批。"), carried=("rule:reward",), tests=(f"{_RULE}the_area_can_only_raise_the_tier",)),
    _d1("W-17", "H", _("奖励审批"), _("省内跨地市案件由省级审批。"), carried=("rule:reward",), tests=(f"{_RULE}the_area_can_only_raise_the_tier",)),
    _d1("W-18", "W", _("奖励审批"), _("货币金银部门填表，会计部门审核，行领导或上级行审批。"), page="rewards.index",
        tests=("rewards/test_scenario_f1.py::test_the_steps_keep_persons_apart_and_two_clicks_are_one",)),
    _d1("W-19", "R", _("奖励审批"), _("以本行名义上报。"), carried=("document:reward_approval",), tests=(_F1,)),
    _d1("W-20", "H", _("奖励审批"), _("批准后 15 个工作日内发出发放通知单。"), carried=("document:reward_notice", "policy:notice_days"),
        tests=(_F1, "deadlines/test_limits.py::test_fifteen_working_days_from_an_approval")),
    _d1("W-21", "W", _("奖励拨付"), _("收到回单联后及时足额拨付。"), page="rewards.index", tests=(_F1,)),
    _d1("W-22", "R", _("奖励拨付"), _("在行政事业类支出的反假货币经费列支。"), carried=("reward:case",), tests=(_F1,)),
    _d1("W-23", "H", _("奖励标准（一）"), _("第一类基数 5 万元。"), carried=("rule:reward",), tests=(f"{_RULE}paper",)),
    _d1("W-24", "H", _("奖励标准（一）1"), _("面额 100 万元或 10 万枚以下加计 8%。"), carried=("rule:reward",), tests=(f"{_RULE}paper", f"{_RULE}coins_in_a_den")),
    _d1("W-25", "H", _("奖励标准（一）2"), _("中间一档从 8 万元到 20 万元线性加计。"), carried=("rule:reward", "policy:coin_measure"),
        tests=(f"{_RULE}paper_and_circulation_never_fall", f"{_RULE}coins_never_fall_and_jump_only_at_the_edge")),
    _d1("W-26", "H", _("奖励标准（一）3"), _("1000 万元或 50 万枚以上加计 20 万元。"), carried=("rule:reward",), tests=(f"{_RULE}caps_sums_and_tiers",)),
    _d1("W-27", "H", _("奖励标准（二）"), _("第二类基数 2 万元，加计相同。"), carried=("rule:reward",), tests=(f"{_RULE}paper",)),
    _d1("W-28", "H", _("奖励标准（三）1"), _("第三类 100 万元以下奖励 10%。"), carried=("rule:reward",),
        tests=(f"{_F2}f2_f3_the_tables_as_the_room_calculates_them_from_a_ledger_entry",)),
    _d1("W-29", "H", _("奖励标准（三）2"), _("第三类 100 万元以上为 10 万元加超出部分 1%。"), carried=("rule:reward",),
        tests=(f"{_F2}f2_f3_the_tables_as_the_room_calculates_them_from_a_ledger_entry",)),
    _d1("W-30", "H", _("奖励标准（三）3"), _("第三类最高 18 万元。"), carried=("rule:reward",), tests=(f"{_RULE}caps_sums_and_tiers",)),
    _d1("W-31", "H", _("奖励标准（结尾段）"), _("半成品按面额全额计算。"), carried=("rule:reward",), tests=(f"{_RULE}semi_finished_fakes_count_in_full",)),
    _d1("W-32", "H", _("引言"), _("2016 年办法施行，2005 年办法废止，按案件日期适用。"), carried=("reward:case",),
        tests=("plugins/anticounterfeit/test_declarations.py::test_sources_say_which_reward_rules_are_in_force",)),
    _d0("W-33", "R", _("附件·市财政局"), _("地方举报奖励办法另行适用，文本由租户录入。"), page="tips.rules",
        tests=(f"{_WORK}the_public_page_takes_over_into_the_case_ledger_and_promises_no_money",)),
    _d0("W-36", "R", _("第七条（五）"), _("总结表彰先进。"), page="assessment.commendations",
        tests=("assessment/test_surveys.py::test_who_proposes_a_commendation_does_not_decide_it",)),
)

BASIS = (*GENERAL, *MATTERS, *DUTIES, *REWARDS)
# fmt: on
