"""依据对照 of D4 and D3: duties of each unit, leads, cases, measures, petitions, tips and what crosses borders."""

from portal.campaigns import _, rows_of

from .basis import GENERAL

_d3, _d4 = rows_of("D3"), rows_of("D4")
_LEDGERS = "plugins/illegal_fundraising/test_ledgers.py::test_"
_PLAN = "plugins/illegal_fundraising/test_declarations.py::test_"
_F7 = "reporting/test_scenario_f7_matters.py::test_"
_MARCH = f"{_F7}what_was_closed_in_march_comes_up_in_the_fifth_phase_and_is_reopened"
_STATES = f"{_LEDGERS}every_state_is_reached_and_left_and_steps_ask_for_their_own_fields"
_BOTH_WAYS = f"{_LEDGERS}matters_go_both_ways_between_administration_police_and_procuratorate"
_KEY = f"{_F7}case_a_is_key_from_the_amount_and_case_b_by_time_alone"
_APPROVAL = f"{_LEDGERS}who_must_approve_what_under_the_regulation"
_ASSIGNED = "ledger/test_workflow.py::test_the_office_assigns_units_read_and_the_clock_goes_to_the_new_lead"
_STOCKS = f"{_LEDGERS}premises_sectors_and_channels_are_stocks_of_the_last_day"

# fmt: off
MATTERS = (
    _d4("I-40", "W", _("五（三）"), _("大额可疑交易线索同时报牵头部门和监管部门。"), carried=("handing:unusual_funds",),
        tests=(_BOTH_WAYS, "transfers/test_transfers.py::test_both_get_it_at_once_and_a_second_click_sends_nothing")),
    _d4("I-41", "R", _("五（四）"), _("各乡镇、单位设立并公布举报电话和信箱。"), page="tips.channel", carried=("ledger:channel",), tests=(_STOCKS,)),
    _d4("I-42", "W", _("五（四）"), _("举报第一时间核实、查办、反馈。"), page="tips.index", tests=("tips/test_work.py::test_from_the_tip_to_the_answer", "tips/test_work.py::test_clocks_run_from_the_moment_it_came_in",)),
    _d4("K-01", "W", _("二（二）"), _("分类建立风险排查台账，逐项销号。"), carried=("ledger:lead",), tests=(_MARCH,)),
    _d4("K-02", "R", _("四（二）"), _("台账式管理，底数清、情况明。"), carried=("ledger:grid", "ledger:sector_base"), tests=(_STOCKS,)),
    _d4("K-03", "W", _("五（二）"), _("行业线索受理初核。"), carried=("ledger:lead", "ledger:sector_base"), tests=(_STATES,)),
    _d4("K-04", "W", _("六（一）"), _("案件分类建账，按进展逐项销号。"), carried=("ledger:case",),
        tests=(f"{_F7}a_case_goes_through_its_stages_and_comes_back_from_them",)),
    _d4("K-05", "R", _("三"), _("重点领域分投融资、传统、新兴、假冒挂靠四组。"), carried=("ledger:lead",), tests=(f"{_LEDGERS}sectors_of_the_plan_stand_in_four_groups",)),
    _d4("K-06", "H", _("三"), _("央批部督案件为重点案件。"), carried=("ledger:case", "rule:key_case"), tests=("plugins/illegal_fundraising/test_rules.py::test_each_flag_is_enough",)),
    _d4("K-07", "H", _("三"), _("涉案亿元以上为重点案件。"), carried=("ledger:case", "rule:key_case"), tests=(_KEY,)),
    _d4("K-08", "H", _("三"), _("刑事立案 5 年以上为重点案件。"), carried=("ledger:case", "rule:key_case"), tests=(_KEY,)),
    _d4("K-09", "W", _("三"), _("信访突出、涉稳、重大跨区域为重点案件。"), carried=("ledger:case", "rule:key_case"), tests=("plugins/illegal_fundraising/test_rules.py::test_each_flag_is_enough",)),
    _d4("K-10", "R", _("五（一）"), _("排查写字楼、商铺、产业园区、中介机构。"), carried=("ledger:screening", "ledger:grid"), tests=(_STOCKS,)),
    _d4("K-11", "W", _("五（五）"), _("分级分类处置：纳入审批、纳入机制、移送公安。"), carried=("ledger:lead", "handing:to_police", "handing:to_regulator"), tests=(_STATES, _BOTH_WAYS)),
    _d4("K-12", "W", _("五（五）"), _("县级定性，有争议的报市级。"), carried=("ledger:lead", "handing:referral"),
        tests=(f"{_F7}measures_need_two_officers_the_head_and_the_city", "transfers/test_disputes.py::test_the_superior_is_asked_and_its_answer_takes_effect")),
    _d4("K-13", "R", _("五（六）"), _("约谈、整改、查封、清退、罚款等措施。"), carried=("ledger:lead",), tests=(_APPROVAL, f"{_LEDGERS}measures_are_told_by_their_days")),
    _d4("K-14", "W", _("五（六）"), _("行刑双向衔接，检察建议。"), page="transfers.index", carried=("handing:to_police", "handing:police_to_lead", "handing:procuratorial_advice"),
        tests=(_BOTH_WAYS, "transfers/test_transfers.py::test_from_finance_to_the_police_and_back")),
    _d4("K-15", "W", _("五（七）"), _("重大案件联合处置，政法委协调。"), carried=("ledger:case",), tests=(_STATES,)),
    _d4("K-16", "Q", _("五（八）"), _("追赃挽损和资产处置按金额跟踪。"), carried=("ledger:case", "form:quarterly_statistics"),
        tests=(f"{_F7}a_case_goes_through_its_stages_and_comes_back_from_them",)),
    _d4("K-17", "W", _("五（九）"), _("信访处置闭环。"), carried=("ledger:petition",), tests=(f"{_F7}a_petition_goes_round_until_it_is_revisited",)),
    _d4("K-18", "W", _("五（三）"), _("分析异常账户，线索报两个部门。"), carried=("handing:unusual_funds",), tests=(_BOTH_WAYS,)),
    _d4("K-19", "W", _("四（五）"), _("已销号事项回头看。"), carried=("ledger:lead", "phase:consolidation"), tests=(_MARCH,)),
    _d3("K-20", "W", _("5.2"), _("案件线索报办公室，办公室定期通报进展。"), page="ledger.index", tests=("ledger/test_ledger.py::test_who_sees_the_entry",)),
    _d3("K-21", "W", _("5.2"), _("重大复杂案件由办公室明确责任主体和配合单位。"), page="ledger.index", carried=("handing:major_coordination",), tests=(_ASSIGNED,)),
    _d3("K-22", "R", _("5.2"), _("处理结果：没收、罚款、吊销。"), carried=("ledger:lead",), tests=(f"{_LEDGERS}measures_are_told_by_their_days",)),
    _d3("K-23", "R", _("5.2"), _("案后总结教训和改进建议。"), carried=("ledger:lead", "ledger:case"), tests=(f"{_PLAN}ledger_examples_fit_their_fields",)),
    _d3("K-24", "W", _("3.3、3.4"), _("联合执法，跨区域跨部门联合调查。"), carried=("ledger:lead", "handing:assistance"), tests=(_STATES, _ASSIGNED)),
    _d4("C-10", "P", _("五（四）"), _("保护举报人。"), page="tips.index", tests=("tips/test_public.py::test_what_is_told_lies_sealed_and_names_no_source", "tips/test_work.py::test_a_tip_becomes_an_entry_without_its_teller",)),
    _d4("L-06", "W", _("五（五）"), _("定性争议报市级决定。"), carried=("handing:referral",),
        tests=("transfers/test_disputes.py::test_the_superior_decides_and_what_was_refused_is_accepted",)),
    _d3("L-11", "W", _("5.2、3.4"), _("跨区域案件由办公室协调。"), page="matching.joints", tests=("matching/test_scenario_f8.py::test_two_counties_are_joined_and_count_once",)),
    _d4("W-34", "W", _("五（四）"), _("降低奖励门槛，提高标准，及时兑现，保护举报人。"), page="tips.rewards", tests=("tips/test_rewards.py::test_a_nameless_reward_from_proposal_to_voucher",)),
    _d3("W-35", "R", _("6.2、七"), _("表彰信息共享好的单位和个人。"), page="assessment.commendations",
        tests=("assessment/test_surveys.py::test_who_proposes_a_commendation_does_not_decide_it",)),
)

DUTIES = (
    _d3("U-39", "W", _("4.2、4.3"), _("成员单位及时响应并完成上级任务。"), page="supervision.index", tests=("supervision/test_flow.py::test_f5_decision_2",)),
    _d4("U-40", "W", _("五（一）"), _("乡镇、单位清楼扫街，列网格清单。"), carried=("duty:task_01_all", "ledger:grid"), tests=(_STOCKS,)),
    _d4("U-41", "W", _("五（二）"), _("行业主管部门建账，全覆盖无盲区。"), carried=("duty:task_02_all", "ledger:sector_base"), tests=(f"{_LEDGERS}what_is_odd_is_said_and_not_refused",)),
    _d4("U-42", "W", _("五（三）"), _("牵头部门和监管部门监测资金异动。"), carried=("duty:task_03_government_office", "duty:task_03_financial_regulator", "handing:unusual_funds"), tests=(_BOTH_WAYS,)),
    _d4("U-43", "W", _("五（四）"), _("畅通举报，落实奖励和保护。"), carried=("duty:task_04_all", "ledger:channel"), page="tips.index",
        tests=(f"{_LEDGERS}tips_become_leads_and_their_rewards_are_drafts",)),
    _d4("U-44", "W", _("五（五）"), _("县政府分类处置、定性。"), carried=("duty:task_05_all", "duty:task_05_government_office", "duty:task_05_financial_regulator", "ledger:lead"), tests=(_APPROVAL,)),
    _d4("U-45", "W", _("五（六）"), _("行政措施和双向移送。"), carried=("duty:task_06_government_office", "duty:task_06_police", "duty:task_06_procuratorate"),
        tests=(f"{_F7}measures_need_two_officers_the_head_and_the_city",)),
    _d4("U-46", "W", _("五（七）"), _("公检法和政法委联合处置重大案件。"),
        carried=("duty:task_07_police", "duty:task_07_procuratorate", "duty:task_07_court", "duty:task_07_political_legal_committee"), tests=(f"{_PLAN}task_names_its_members",)),
    _d4("U-47", "W", _("五（八）"), _("存案化解。"), carried=("duty:task_08_all", "duty:task_08_government_office", "duty:task_08_court", "duty:task_08_procuratorate", "ledger:case"),
        tests=("plugins/test_sources_of_figures.py::test_the_stock_of_cases_balances_by_itself",)),
    _d4("U-48", "W", _("五（九）"), _("信访闭环，舆情引导。"), carried=("duty:task_09_all", "duty:task_09_petitions", "duty:task_09_cyberspace_office", "ledger:petition"),
        tests=(f"{_F7}a_petition_goes_round_until_it_is_revisited",)),
    _d4("U-49", "W", _("五（十）"), _("宣传月活动。"), carried=("duty:task_10_all", "obligation:publicity_month"), tests=(f"{_PLAN}what_is_owed_by_a_day_or_each_period",)),
    _d4("U-50", "W", _("六（二）"), _("四个工作组各尽其责。"), carried=(
            "duty:group_01_court", "duty:group_01_procuratorate", "duty:group_01_police", "duty:group_02_financial_regulator", "duty:group_03_administrative_approval",
            "duty:group_03_market_regulation", "duty:group_04_cyberspace_office", "duty:group_04_industry_science"), tests=(f"{_PLAN}ten_tasks_and_four_groups_have_duties",)),
)

BASIS = (*GENERAL, *MATTERS, *DUTIES)
# fmt: on
