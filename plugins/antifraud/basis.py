"""依据对照 of D2: every clause that asks for something, by what it is carried and by which test it is proved.

The clauses of unit duties and of cases stand in ``basis_work.py``.
"""

from portal.campaigns import _, rows_of

_d2 = rows_of("D2")
_LADDER = "assessment/test_scenario_f9_ladder.py::test_"
_ACTIVITIES = "activities/test_services.py::test_"

# fmt: off
ORGANISATION = (
    _d2("O-17", "R", _("一"), _("领导小组名单写明组长、副组长和 25 个成员的单位与职务。"), page="units.index",
        tests=("plugins/antifraud/test_declarations.py::test_roster_has_one_unit_without_duties",)),
    _d2("O-18", "R", _("一"), _("办公室设在公安局，明确办公室主任。"), page="administration.body",
        tests=("tenants/test_bodies.py::test_the_bodys_words_are_the_offices_to_change",)),
    _d2("O-19", "W", _("二（七）第1项"), _("公安局承担办公室的协调、督导、考核、表彰。"), page="supervision.index",
        tests=("supervision/test_flow.py::test_f5_decision_2",)),
    _d2("O-20", "R", _("二（十七）、（十八）"), _("分组职责落到组内每个单位。"), page="duties.index",
        tests=("duties/test_duties.py::test_the_fraud_document_expands_to_157_pairs_over_26_units",)),
    _d2("O-21", "R", _("二（十六）"), _("银保监组是工作组，不是独立单位。"), page="units.groups",
        tests=("units/test_groups.py::test_a_group_is_founded_renamed_with_its_posts_and_ended",)),
    _d2("M-27", "W", _("二（二）第2项、（五）第2项、（六）第2项"), _("政法机关定期会商。"), carried=("meeting:consultation",),
        tests=("meetings/test_lists.py::test_the_list_tells_each_reader_what_is_theirs",)),
)

INFORMATION = (
    _d2("I-20", "W", _("二（一）第2项"), _("最新手法和防范措施推送到各单位。"), page="information.advisories",
        tests=("information/test_advisory_pushes.py::test_a_push_to_the_units_reaches_them_at_once",)),
    _d2("I-21", "W", _("二（三）第2项"), _("各单位通报的涉诈网址、应用报上级封堵。"), carried=("request:block_sites",),
        tests=("information/test_requests.py::test_a_request_goes_up_and_its_end_comes_down",)),
    _d2("I-22", "W", _("二（三）第3项"), _("可疑通信、网络特征、新型黑灰产通报各单位。"), page="information.items",
        tests=("information/test_item_pages.py::test_a_liaison_writes_and_the_office_answers",)),
    _d2("I-23", "Q", _("二（五）第9项"), _("法院及时反馈审判数据。"), carried=("ledger:proceeding", "form:monthly_report"),
        tests=("duties/owed/test_pages.py::test_soft_words_count_days_and_are_never_overdue",)),
    _d2("I-24", "Q", _("二（六）第6项"), _("检察院定期反馈起诉数据。"), carried=("ledger:proceeding", "form:monthly_report"),
        tests=("plugins/test_sources_of_figures.py::test_every_register_feeds_a_figure_and_every_action_is_counted",)),
    _d2("I-26", "R", _("二（七）第5项"), _("公安机关研判通报，印发提示函。"), carried=("document:police_letter",),
        tests=("information/test_advisories.py::test_the_police_write_their_own_letter_and_nobody_else_does",)),
)

OVERSIGHT = (
    _d2("R-26", "H", _("二（一）第3项"), _("每个单位每月至少组织或参加一次宣传活动。"), page="activities.cover",
        tests=("reporting/test_scenario_f9.py::test_at_the_end_of_june_twenty_five_of_twenty_six",
               "browser/test_joint_activity.py::test_entered_once_credited_to_four_and_offered_in_their_forms")),
    _d2("S-03", "W", _("二（二）第1项"), _("通报、约谈、挂牌督办、重点管理、一票否决逐级实施。"), page="assessment.ladder",
        tests=(f"{_LADDER}first_second_third_miss_and_nothing_by_itself",
               f"{_LADDER}a_veto_needs_the_commission_the_units_chance_and_a_later_day")),
    _d2("S-04", "R", _("二（二）第1项"), _("履职不到位、重点人员失管、宣传不力的启动问责。"), page="assessment.ladder",
        tests=("plugins/antifraud/test_oversight.py::test_five_steps_three_reasons_and_the_veto_is_the_commissions",)),
    _d2("S-05", "W", _("二（七）第1项"), _("日常督导、考核通报、总结表彰。"), page="supervision.visits",
        tests=("supervision/test_pages.py::test_inspections",)),
    _d2("S-06", "Q", _("二（一）第2、3项"), _("宣传部门督促各单位开展活动。"), page="activities.cover",
        tests=("activities/test_pages.py::test_the_month_that_is_over_names_who_is_missing",)),
    _d2("S-07", "W", _("二（十）第4项"), _("约谈被公安机关通报的运营商并督促整改。"), page="assessment.ladder", carried=("ledger:number",),
        tests=("plugins/test_sources_of_figures.py::test_every_register_feeds_a_figure_and_every_action_is_counted",)),
    _d2("S-08", "S", _("二（十六）第5、6项"), _("银行奖惩和考核权重。"), page="assessment.scores",
        tests=("assessment/test_scores.py::test_caps_hold_and_the_total_can_be_recomputed_by_hand",)),
)

PUBLICITY = (
    _d2("P-04", "R", _("二（一）第1项"), _("宣传列为重点，统筹媒体安排。"), page="activities.index",
        tests=("activities/test_pages.py::test_three_cells_are_enough",)),
    _d2("P-05", "R", _("二（一）第2项"), _("各单位建立反诈宣传群。"), page="activities.index",
        reason=_("各单位用既有群宣传，系统不建群、不统计群活跃；群内宣传按活动登记。")),
    _d2("P-06", "H", _("二（一）第3项"), _("每月至少一次公开宣传活动。"), page="activities.cover",
        tests=("reporting/test_scenario_f9.py::test_at_the_end_of_june_twenty_five_of_twenty_six",)),
    _d2("P-07", "Q", _("二（各节）"), _("内部教育，系统内部零发案。"), carried=("ledger:internal", "policy:internal_case"),
        tests=("assessment/test_zero_case.py::test_the_banks_case_is_known_to_the_bank_the_office_and_the_commission",)),
    _d2("P-08", "R", _("二（七）第9项"), _("进社区、农村、家庭、学校、企业。"), page="activities.places",
        tests=("activities/test_places.py::test_a_list_is_pasted_once_and_a_visit_shows_where_nobody_was",)),
    _d2("P-09", "R", _("二（九）第1、3项，（十二）第1项"), _("校园宣传、学生社团、谁执法谁普法。"), page="activities.index",
        tests=(f"{_ACTIVITIES}one_entry_is_credited_to_each_unit_and_to_no_other",)),
    _d2("P-10", "R", _("二（十四）第2项"), _("营业场所播放视频、现场宣讲。"), page="activities.index",
        tests=("activities/test_pages.py::test_three_cells_are_enough",)),
    _d2("P-11", "R", _("二（十五）"), _("专题报道案例、预警和指南。"), page="activities.index",
        tests=("plugins/test_sources_of_figures.py::test_publicity_comes_from_activities_alone",)),
    _d2("P-12", "R", _("二（十七）第5项"), _("短信、应用提醒。"), carried=("form:monthly_report",),
        tests=("plugins/antifraud/test_declarations.py::test_every_figure_has_one_owner_and_says_what_it_counts",)),
    _d2("C-11", "P", _("二（三）第4项、（十一）第3项"), _("落实个人信息保护。"), carried=("ledger:lead",),
        tests=("plugins/antifraud/test_declarations.py::test_leads_hold_no_personal_data",)),
    _d2("L-09", "W", _("二（三）第2项、（八）第1项"), _("封堵请求和失信名单上报。"), carried=("request:block_sites", "request:dishonesty_list"),
        tests=("information/test_requests.py::test_what_the_city_asks_ends_with_the_answer_from_outside",)),
)

GENERAL = (*ORGANISATION, *INFORMATION, *OVERSIGHT, *PUBLICITY)
# fmt: on
