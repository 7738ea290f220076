"""依据对照 of D4 and D3: organisation, meetings, information, reports, phases, oversight, publicity, secrecy, levels.

D3 is a library text: its mechanisms are carried as parameters, no number or name is taken from it (Q-22 to Q-24).
The clauses of unit duties and of cases stand in ``basis_work.py``.
"""

from portal.campaigns import _, rows_of

_d3, _d4 = rows_of("D3"), rows_of("D4")
_F7 = "reporting/test_scenario_f7.py::test_"
_PLAN = "plugins/illegal_fundraising/test_declarations.py::test_"
_ORDERS = "supervision/test_flow.py::test_"
_MEETINGS = "meetings/test_lists.py::test_the_list_tells_each_reader_what_is_theirs"

# fmt: off
ORGANISATION = (
    _d3("O-22", "R", _("1.3、第二条"), _("机制适用于各级政府和相关部门。"), page="units.index",
        tests=("tenants/test_tree.py::test_a_county_knows_its_city_and_its_path",)),
    _d3("O-23", "R", _("二"), _("办公室可设工作小组，自定规则。"), page="units.groups",
        tests=("units/test_groups.py::test_a_group_is_founded_renamed_with_its_posts_and_ended",)),
    _d3("O-24", "R", _("2.3"), _("常设办公室、联络员、专项工作组和专家。"), page="units.groups",
        tests=("units/test_groups.py::test_an_experts_name_is_for_the_office",)),
    _d3("O-25", "R", _("四"), _("设若干职能小组，各有牵头单位。"), page="units.groups",
        tests=("units/test_groups.py::test_a_group_is_founded_renamed_with_its_posts_and_ended",)),
    _d3("O-26", "W", _("2.2、4.1"), _("办公室办理规则、议题、材料、纪要和培训。"), page="meetings.index",
        tests=("meetings/test_convening.py::test_what_changes_is_told_and_what_is_wrong_is_said",)),
    _d3("O-27", "R", _("八第三条"), _("成员单位制定实施方案。"), page="information.library",
        tests=("information/test_materials.py::test_the_office_keeps_a_material_and_every_member_reads_it",)),
    _d3("O-28", "W", _("八第五条"), _("成员变动须经会议同意。"), page="units.index",
        tests=("units/test_pages.py::test_the_roster_of_the_body",)),
    _d3("O-29", "W", _("8.2、八第八条"), _("修订须征求意见、审议、批准。"), page="assessment.surveys", carried=("policy:revision",),
        tests=("assessment/test_surveys.py::test_nobody_can_tell_whose_a_nameless_answer_is",)),
    _d4("O-30", "R", _("六（一）"), _("专班由分管副县长任组长，26 个成员单位，办公室设在县政府办。"), page="units.index",
        tests=(f"{_PLAN}twenty_six_members_and_two_reporting_classes",)),
    _d4("O-31", "H", _("六（四）"), _("2024年6月25日前报分管领导和联络员。"), carried=("obligation:contacts", "form:contacts"),
        tests=(f"{_F7}contacts_are_in_time_through_the_25th",)),
    _d4("O-32", "R", _("抬头"), _("乡镇和开发区也是报送单位。"), page="units.index",
        tests=(f"{_PLAN}twenty_six_members_and_two_reporting_classes",)),
    _d4("O-33", "R", _("六（一）"), _("注明条例和上级文件依据。"), page="duties.index",
        tests=("duties/owed/test_standing.py::test_the_why_names_document_rule_end_and_source",)),
)

MEETINGS = (
    _d3("M-13", "H", _("三、3.1"), _("例会按本地方案设定的周期召开。"), carried=("meeting:plenary",), tests=(_MEETINGS,)),
    _d3("M-14", "R", _("3.1"), _("例会总结上期、分析形势、部署下期。"), carried=("meeting:plenary",),
        tests=("meetings/test_distribution.py::test_the_next_meeting_goes_through_the_minutes_of_the_last",)),
    _d3("M-15", "W", _("3.1"), _("重大、跨区域、跨部门事项开专题会议。"), carried=("meeting:thematic",), tests=(_MEETINGS,)),
    _d3("M-16", "W", _("3.1"), _("突发紧急事项开临时会议。"), carried=("meeting:temporary",), tests=(_MEETINGS,)),
    _d3("M-17", "W", _("三"), _("重点案件会商，办公室汇集材料。"), carried=("meeting:consultation",),
        tests=("meetings/test_convening.py::test_f5_papers_stay_closed_to_who_has_not_signed",)),
    _d3("M-18", "H", _("3.1"), _("纪要写明事项、时限、责任人。"), page="meetings.index",
        tests=("meetings/test_minutes.py::test_f5_a_decision_without_a_responsible_person_cannot_be_finished",)),
    _d3("M-19", "W", _("五"), _("纪要经主持人审核后印发。"), page="meetings.index",
        tests=("security/test_rooms_5.py::test_a_new_post_makes_no_other_person_of_who_wrote_the_minutes",)),
    _d3("M-20", "W", _("五"), _("办公室审核议题，通知时间和要求。"), page="meetings.topics",
        tests=("meetings/test_convening.py::test_f5_a_topic_goes_from_the_unit_over_the_office_to_the_convenor",)),
    _d3("M-21", "W", _("五"), _("会前收集情况、征求意见、听取专家意见。"), page="assessment.surveys",
        tests=("assessment/test_surveys.py::test_a_named_answer_is_changed_until_the_end_and_kept_when_it_is_refused",)),
    _d3("M-22", "W", _("五"), _("任务按时限和要求落实。"), page="supervision.index", tests=(f"{_ORDERS}f5_decision_2",)),
    _d3("M-23", "W", _("3.1"), _("检查决定落实情况，不落实的问责。"), page="assessment.ladder",
        tests=("assessment/test_scenario_f9_ladder.py::test_first_second_third_miss_and_nothing_by_itself",)),
    _d3("M-24", "W", _("3.2"), _("定期召开信息交流会。"), carried=("meeting:thematic",), tests=(_MEETINGS,)),
    _d3("M-25", "W", _("5.2"), _("召开案件总结会，剖析典型案例。"), carried=("meeting:thematic",),
        tests=("meetings/test_distribution.py::test_a_year_is_compiled_on_paper_and_as_a_list",)),
    _d3("M-26", "W", _("5.4"), _("接重大报告后及时召集会议。"), carried=("meeting:temporary",),
        tests=("exchange/test_scenario_f4.py::test_the_offices_own_duty_is_met_by_feedback_or_a_line",)),
    _d4("M-28", "S", _("二（一）"), _("列入党政主要领导议事内容。"), page="meetings.topics",
        tests=("meetings/test_convening.py::test_f5_a_topic_goes_from_the_unit_over_the_office_to_the_convenor",)),
    _d4("M-29", "W", _("五（五）"), _("及时会商研判定性。"), carried=("meeting:consultation",), tests=(_MEETINGS,)),
)

INFORMATION = (
    _d3("I-30", "R", _("3.2、六"), _("案件、督办、预警信息上传平台。"), page="information.items",
        tests=("information/test_items.py::test_each_level_has_its_readers",)),
    _d3("I-31", "R", _("3.2"), _("信息范围涵盖各类非法金融活动。"), carried=("ledger:lead",), tests=(f"{_PLAN}ledger_examples_fit_their_fields",)),
    _d3("I-32", "R", _("6.2"), _("内容包括机构、线索、法规、政策文件。"), page="information.library",
        tests=("information/test_library.py::test_every_reader_is_answered_from_what_it_may_read",)),
    _d3("I-33", "H", _("6.2"), _("紧急或重要信息即时报送。"), page="exchange.index",
        tests=("exchange/test_scenario_f4.py::test_6_below_the_threshold_nothing_starts_and_a_person_may_mark_it",)),
    _d3("I-34", "W", _("5.1"), _("线索内部调查，结果双线报告。"), page="exchange.index",
        tests=("exchange/test_scenario_f4.py::test_4_a_draft_is_the_units_own_and_the_filed_report_is_above_at_once",)),
    _d3("I-35", "H", _("5.4"), _("重大事项初步核实后 24 小时内报办公室。"), page="exchange.index",
        tests=("exchange/test_scenario_f4.py::test_3_on_time_to_the_second_late_is_accepted_with_its_reason",)),
    _d3("I-36", "W", _("5.4"), _("金额巨大、情节严重、影响恶劣的上报，由人判断。"), page="ledger.index",
        tests=("exchange/test_scenario_f4.py::test_6_below_the_threshold_nothing_starts_and_a_person_may_mark_it",)),
    _d3("I-37", "W", _("5.4"), _("处理完毕报结果。"), page="exchange.index",
        tests=("exchange/test_scenario_f4.py::test_5_the_chain_reads_as_one_document_and_the_final_report_closes_it",)),
    _d3("I-38", "W", _("3.2"), _("共享信息跟踪办理，反馈进展。"), page="information.items",
        tests=("information/test_item_rules.py::test_an_answer_is_due_after_five_working_days",)),
    _d3("I-39", "R", _("三"), _("向群众提示风险。"), carried=("document:risk_warning",),
        tests=("papers/test_writing.py::test_fields_make_title_and_text",)),
)

REPORTING = (
    _d3("R-05", "H", _("5.1"), _("月底前报送月度汇总。"), carried=("form:quarterly_statistics",),
        tests=("reporting/test_local.py::test_longer_periods",)),
    _d3("R-06", "H", _("5.1"), _("季度末前报送季度报告。"), carried=("form:quarterly_statistics",),
        tests=("reporting/test_due.py::test_month_and_quarter_ends_move_to_the_working_day_before",)),
    _d3("R-07", "H", _("5.3"), _("按月、季、年报送监测结果。"), page="overview.index",
        tests=("overview/test_summary.py::test_a_report_belongs_to_the_span_in_which_its_period_ends",)),
    _d3("R-08", "Q", _("5.3"), _("监测规模、案件数量、涉案金额。"), carried=("form:quarterly_statistics",),
        tests=("overview/test_figures.py::test_lines_for_the_sum_for_each_and_for_one",)),
    _d3("R-09", "R", _("5.3"), _("报告包括总结、问题、整改措施。"), carried=("form:summary",),
        tests=(f"{_F7}a_summary_is_kept_while_it_is_written",)),
    _d3("R-10", "R", _("4.1"), _("编写年度报告。"), page="overview.index",
        tests=("overview/test_draft.py::test_figures_are_computed_said_sourced_and_marked",)),
    _d3("R-11", "H", _("七"), _("每半年评估一次。"), page="assessment.rounds",
        tests=("assessment/test_surveys.py::test_an_evaluation_shows_what_is_known_and_each_unit_reads_its_own",)),
    _d3("R-12", "R", _("五"), _("定期报告任务进展、问题和办法。"), page="supervision.figures",
        tests=("supervision/test_states.py::test_the_sentence_of_the_field",)),
    _d4("R-13", "H", _("六（四）"), _("2024年6月25日前一次性报送联系人。"), carried=("form:contacts",),
        tests=(f"{_F7}units_without_leader_and_liaison_are_listed",)),
    _d4("R-14", "H", _("六（四）"), _("每季度报送一次进展。"), carried=("obligation:quarterly_progress", "form:quarterly_statistics"),
        tests=("reporting/test_scenario_f6.py::test_f6",)),
    _d4("R-15", "H", _("六（四）"), _("2025年11月1日前报送总结。"), carried=("obligation:summary", "form:summary"),
        tests=(f"{_F7}the_summary_is_in_time_through_saturday_and_the_last_quarter_still_comes",)),
    _d4("R-16", "H", _("六（四）"), _("表格数据随文字一并报送。"), carried=("form:quarterly_statistics", "form:summary"),
        tests=("plugins/test_sources_of_figures.py::test_annex_one_agrees_with_annex_two_when_both_come_from_the_ledger",)),
    _d4("R-17", "R", _("附件1"), _("工作情况统计表。"), carried=("form:quarterly_statistics",),
        tests=(f"{_PLAN}form_is_a_documented_draft",)),
    _d4("R-18", "R", _("附件2"), _("风险线索排查处置情况统计表。"), carried=("ledger:lead", "form:quarterly_statistics"),
        tests=("plugins/test_sources_of_figures.py::test_annex_two_lists_what_was_found_and_what_was_still_open",)),
    _d4("R-19", "R", _("附件3"), _("跨省案件信息统计表。"), carried=("ledger:case", "form:quarterly_statistics"),
        tests=("plugins/test_sources_of_figures.py::test_annex_three_lists_open_cross_province_cases",)),
    _d4("R-20", "H", _("四（一）"), _("部署发动阶段，2024年5月至6月。"), carried=("phase:deployment",), tests=(f"{_F7}phases_overlap_and_end",)),
    _d4("R-21", "H", _("四（二）"), _("风险排查阶段，2024年7月至8月。"), carried=("phase:screening",), tests=(f"{_F7}phases_overlap_and_end",)),
    _d4("R-22", "H", _("四（三）"), _("打击处置阶段，2024年9月至2025年12月。"), carried=("phase:crackdown",), tests=(f"{_F7}phases_overlap_and_end",)),
    _d4("R-23", "H", _("四（四）"), _("建章立制阶段，2024年10月至2025年12月。"), carried=("phase:rulemaking",), tests=(f"{_F7}phases_overlap_and_end",)),
    _d4("R-24", "H", _("四（五）"), _("巩固提升阶段，2025年6月至12月，组织回头看，各阶段压茬推进。"), carried=("phase:consolidation",),
        tests=(f"{_PLAN}five_phases_and_both_names_of_the_last",)),
    _d4("R-25", "W", _("文末"), _("原以邮件报送，习惯使用表格。"), page="reporting.mine",
        tests=("reporting/test_upload.py::test_scenario_f6_5_through_the_page",)),
)

OVERSIGHT = (
    _d3("S-09", "W", _("5.3"), _("自查与互查。"), page="assessment.rounds",
        tests=("assessment/test_surveys.py::test_each_unit_checks_the_next_and_only_that_one_reads_it",)),
    _d3("S-10", "W", _("5.3"), _("问题督办到解决为止。"), page="supervision.index",
        tests=(f"{_ORDERS}return_extension_reassign_withdraw",)),
    _d3("S-11", "Q", _("5.3"), _("按指标定期监测。"), page="overview.index",
        tests=("overview/test_figures.py::test_goals_say_up_or_down_good_or_bad_in_words",)),
    _d3("S-12", "Q", _("7.1"), _("定期检查成员履职，结果计入年度评价。"), page="assessment.scores",
        tests=("assessment/test_scores.py::test_caps_hold_and_the_total_can_be_recomputed_by_hand",)),
    _d3("S-13", "W", _("7.1"), _("跟踪会议决定。"), page="supervision.index",
        tests=("meetings/test_resolutions.py::test_orders_are_made_when_the_office_asks_and_only_once",)),
    _d3("S-14", "R", _("7.2"), _("采用问卷、访谈、案例和数据分析。"), page="assessment.surveys",
        tests=("assessment/test_survey_questions.py::test_counts_add_up_and_the_mean_is_that_of_the_answers",)),
    _d3("S-15", "Q", _("六"), _("考核信息工作的迟报、错报、泄露。"), page="assessment.scores",
        tests=("assessment/test_scores.py::test_events_objections_and_whose_they_are",)),
    _d3("S-16", "R", _("7.3"), _("不及时或隐瞒不报的问责。"), page="assessment.ladder",
        tests=("assessment/test_scenario_f9_ladder.py::test_what_the_office_does_not_take_up_counts_no_longer",)),
    _d3("S-17", "R", _("7.1"), _("公布电话、邮箱接受社会监督。"), page="tips.channel",
        tests=("tips/test_public.py::test_an_address_that_is_off_is_no_address",)),
    _d3("S-18", "Q", _("7.1"), _("向政府和上级报告，配合审计、纪检。"), page="overview.index",
        tests=("audit/test_page.py::test_the_export_holds_what_the_filter_shows_and_is_recorded",)),
    _d4("S-19", "H", _("六（三）"), _("每季度督导各乡镇和单位。"), carried=("obligation:office_inspection",),
        tests=("supervision/test_evidence.py::test_a_recorded_visit_meets_the_quarter_and_a_plan_does_not",)),
    _d4("S-20", "R", _("六（三）"), _("责任不落实、处置不力的通报批评。"), page="assessment.ladder",
        tests=("assessment/test_scenario_f9_ladder.py::test_first_second_third_miss_and_nothing_by_itself",)),
    _d4("S-21", "R", _("六（三）"), _("擅自清退、推诿塞责等提出问责建议。"), page="assessment.ladder",
        tests=("plugins/illegal_fundraising/test_declarations.py::test_declaration_is_sound",)),
)

PUBLICITY = (
    _d3("P-13", "R", _("三、七"), _("法治宣传和风险提示。"), page="activities.index",
        tests=("activities/test_services.py::test_one_entry_is_credited_to_each_unit_and_to_no_other",)),
    _d3("P-14", "R", _("4.1、6.3"), _("培训成员，定期开展安全培训。"), page="activities.index",
        tests=("activities/test_places.py::test_a_training_keeps_its_hours",)),
    _d4("P-15", "R", _("五（十）"), _("宣传月统一开展活动。"), carried=("obligation:publicity_month",),
        tests=("duties/owed/test_records.py::test_the_publicity_month_is_a_hint_that_activities_meet",
               "activities/test_places.py::test_nobody_is_late_in_a_publicity_month")),
)

CONFIDENTIALITY = (
    _d3("C-02", "P", _("3.2"), _("共享信息未经批准不得外泄。"), page="information.items",
        tests=("information/test_item_rules.py::test_a_revision_narrows_or_stays",)),
    _d3("C-03", "P", _("6.1"), _("会议内容、材料保密，不得复制转发。"), page="meetings.index",
        tests=("meetings/test_distribution.py::test_nobody_else_finds_the_minutes_not_even_a_count",)),
    _d3("C-04", "H", _("6.1"), _("参会人员签保密协议。"), page="meetings.index",
        tests=("meetings/test_convening.py::test_f5_papers_stay_closed_to_who_has_not_signed",)),
    _d3("C-05", "P", _("6.2"), _("敏感信息传输和存储加密。"), page="ledger.index",
        tests=("security/test_sealing.py::test_an_entry_and_its_story_are_sealed_and_read_in_clear",)),
    _d3("C-06", "P", _("6.3"), _("合法、正当、必要，仅限防范打击之用。"), page="ledger.index",
        tests=("security/test_masking.py::test_in_full_with_a_reason_once_and_kept_in_the_trail",)),
    _d3("C-07", "P", _("6.3"), _("使用留痕，全部操作可追溯。"), page="ledger.index",
        tests=("audit/test_chain.py::test_tampering_is_found",)),
    _d3("C-08", "P", _("六"), _("国家秘密、商业秘密、个人隐私严格保护。"), page="information.items",
        tests=("documents/test_contents.py::test_marks_of_secrecy_are_found",)),
    _d3("C-09", "P", _("7.1"), _("向社会公开时隐去涉密内容。"), page="assessment.rounds",
        tests=("assessment/test_surveys.py::test_an_evaluation_shows_what_is_known_and_each_unit_reads_its_own",)),
    _d3("C-13", "R", _("六"), _("泄密单位追责。"), page="assessment.ladder",
        tests=("assessment/test_scores.py::test_events_objections_and_whose_they_are",)),
)

LEVELS = (
    _d3("L-04", "W", _("3.4、5.1"), _("向上级部门和同级政府双线报告。"), page="reporting.mine",
        tests=("reporting/test_upward.py::test_the_missing_are_named_with_their_reason",)),
    _d4("L-05", "R", _("题头"), _("县级方案承接市级方案，可本地调整。"), page="reporting.mine",
        tests=("reporting/test_chain.py::test_city_due_on_the_31st_county_five_days_earlier_and_two_columns",)),
    _d4("L-07", "Q", _("附件3"), _("跨省案件统计。"), carried=("ledger:case",),
        tests=("plugins/test_sources_of_figures.py::test_annex_three_lists_open_cross_province_cases",)),
    _d3("L-10", "W", _("4.3"), _("及时办理上级交办任务。"), page="information.advisories",
        tests=("information/test_advisory_pushes.py::test_a_push_to_the_office_is_handed_on_and_counted_above",)),
)

GENERAL = (
    *ORGANISATION, *MEETINGS, *INFORMATION, *REPORTING, *OVERSIGHT, *PUBLICITY, *CONFIDENTIALITY, *LEVELS,
)
# fmt: on
