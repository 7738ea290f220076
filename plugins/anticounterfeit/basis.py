"""依据对照 of D0: every clause that asks for something, by what it is carried and by which test it is proved.

The clauses of unit duties, cases and rewards stand in ``basis_work.py``.
"""

from portal.campaigns import _, rows_of

_d0 = rows_of("D0")
_F5 = "meetings/test_convening.py::test_f5_"
_F4 = "exchange/test_scenario_f4.py::test_"
_ITEMS = "information/test_item_pages.py::test_"

# fmt: off
ORGANISATION = (
    _d0("O-01", "R", _("第一条"), _("机制写明依据文件和上级机制。"), page="administration.body",
        tests=("tenants/test_bodies.py::test_the_bodys_words_are_the_offices_to_change",)),
    _d0("O-02", "R", _("第二条"), _("成员名单为 17 个单位和 2 类单位。"), page="units.index",
        tests=("plugins/anticounterfeit/test_declarations.py::test_roster_is_17_units_and_2_classes",)),
    _d0("O-03", "R", _("第二条"), _("按类列入的成员随现有单位展开，新设的自动列入。"), page="units.index",
        tests=("tenants/test_bodies.py::test_a_new_bank_joins_without_anybody_editing_the_list",)),
    _d0("O-04", "R", _("第二条"), _("各单位分管领导为会议成员。"), page="units.index",
        tests=("units/test_posts.py::test_vacancy_acting_and_five_working_days",)),
    _d0("O-05", "R", _("第二条"), _("牵头单位、召集人按职务确定，不按姓名。"), page="units.index",
        tests=("units/test_posts.py::test_seats_follow_posts",)),
    _d0("O-06", "R", _("第八条"), _("办公室设在牵头单位，由其分管领导任主任。"), page="administration.body",
        tests=("tenants/test_bodies.py::test_the_bodys_words_are_the_offices_to_change",)),
    _d0("O-07", "W", _("第九条（一）"), _("办公室调研、提出建议，向会议报告，向成员通报。"), page="information.bulletins",
        tests=("information/test_bulletins.py::test_the_office_compiles_issues_and_withdraws_on_the_pages",)),
    _d0("O-08", "S", _("第九条（三）"), _("办公室协调成员单位的工作关系。"), page="supervision.index",
        tests=("supervision/test_flow.py::test_return_extension_reassign_withdraw",)),
    _d0("O-09", "Q", _("第九条（四）"), _("了解、指导县（区）办公室，县级机制与市级对应。"), page="overview.index",
        tests=("overview/test_overview.py::test_nine_of_ten_filed_and_one_late_read_90_and_80_percent_with_the_gap_named",)),
    _d0("O-10", "H", _("第十条"), _("每个单位确定一名科级联络员。"), page="units.index",
        tests=("units/test_posts.py::test_rank",)),
    _d0("O-11", "R", _("第十一条（一）至（四）"), _("联络员协助领导、联系反馈、参会、支持日常工作和督导。"), page="duties.index",
        tests=("duties/test_duties.py::test_a_liaison_sees_the_own_unit",)),
    _d0("O-12", "W", _("第十一条（五）"), _("联络员监督办公室工作，可以提出建议。"), page="reporting.mine",
        tests=("reporting/test_questions.py::test_an_unanswered_question_becomes_overdue_for_the_office",)),
    _d0("O-13", "W", _("第十三条"), _("联络员调动的，及时更换并书面告知办公室。"), page="units.index",
        tests=("units/test_scenario_f10.py::test_the_liaison_leaves_in_the_middle",)),
    _d0("O-14", "R", _("第十九条、第二十条"), _("办公室解释和修订，自印发起施行，保留各版本和生效日期。"), page="administration.policies",
        tests=("tenants/test_policies.py::test_a_choice_counts_keeps_its_history_and_stays_in_its_campaign",)),
    _d0("O-15", "R", _("抄送栏"), _("公文写明抄送单位和公开方式。"), page="papers.index",
        tests=("documents/test_official.py::test_each_layout_is_sound_and_says_everything",)),
    _d0("O-16", "R", _("第二条"), _("可以会同非成员部门开展工作。"), page="units.index",
        tests=("duties/test_duties.py::test_common_duties_are_everybodys_but_a_guests",)),
    _d0("O-34", "R", _("第二条、附件"), _("同一单位的多个名称按一个单位识别。"), page="units.index",
        tests=("units/test_services.py::test_every_alias_of_the_documents_finds_its_one_unit",)),
)

MEETINGS = (
    _d0("M-01", "R", _("第三条"), _("会议由召集人主持。"), page="meetings.index",
        tests=("browser/test_meeting.py::test_a_partial_meeting_from_its_topic_to_an_order",)),
    _d0("M-02", "H", _("第三条"), _("不能到会的，由本单位同级领导代为出席。"), page="meetings.index",
        tests=(f"{_F5}a_substitute_of_lower_rank_needs_a_reason_that_is_kept",)),
    _d0("M-03", "W", _("第四条"), _("会议不定期召开，时间由召集人确定。"), page="meetings.index",
        tests=(f"{_F5}nothing_is_ever_overdue_and_the_liaisons_meeting_is_hinted_in_december",)),
    _d0("M-04", "R", _("第四条"), _("可以召开部分成员单位会议。"), carried=("meeting:partial",),
        tests=("browser/test_meeting.py::test_a_partial_meeting_from_its_topic_to_an_order",)),
    _d0("M-05", "H", _("第四条"), _("部分成员单位会议的结果通报全体成员。"), page="meetings.index",
        tests=("meetings/test_minutes.py::test_f5_signed_distributed_supervised_closed",)),
    _d0("M-06", "W", _("第五条"), _("单位申请议题，经办公室报召集人决定开会形式。"), page="meetings.topics",
        tests=(f"{_F5}a_topic_goes_from_the_unit_over_the_office_to_the_convenor",)),
    _d0("M-07", "H", _("第六条"), _("会议纪要由办公室印送各成员单位。"), page="meetings.index",
        tests=("meetings/test_minutes.py::test_f5_signed_distributed_supervised_closed",)),
    _d0("M-08", "W", _("第九条（二）"), _("办公室准备议题、起草材料、组织会议。"), page="meetings.index",
        tests=("meetings/test_convening.py::test_what_changes_is_told_and_what_is_wrong_is_said",)),
    _d0("M-09", "W", _("第九条（二）"), _("办公室督办议定事项的落实。"), page="supervision.index",
        tests=("meetings/test_resolutions.py::test_f5_decision_2_is_followed_to_its_closure_and_looked_back_at",)),
    _d0("M-10", "H", _("第十二条"), _("联络员会议原则上每年一次。"), carried=("meeting:liaison",),
        tests=(f"{_F5}nothing_is_ever_overdue_and_the_liaisons_meeting_is_hinted_in_december",)),
    _d0("M-11", "W", _("第十二条"), _("可临时召开部分单位联络员会议。"), carried=("meeting:liaison",),
        tests=("meetings/test_convening.py::test_what_changes_is_told_and_what_is_wrong_is_said",)),
    _d0("M-12", "R", _("附件·共同职责"), _("参加专题会议和专项行动。"), carried=("meeting:thematic",),
        tests=("meetings/test_lists.py::test_the_list_tells_each_reader_what_is_theirs",)),
)

INFORMATION = (
    _d0("I-01", "S", _("第十四条"), _("信息及时、准确、完整，共享共用。"), page="information.items",
        tests=("information/test_items.py::test_each_level_has_its_readers",)),
    _d0("I-02", "R", _("第十五条"), _("信息分 7 类报送。"), page="information.items",
        tests=(f"{_ITEMS}a_liaison_writes_and_the_office_answers",)),
    _d0("I-03", "P", _("第十六条（一）"), _("情况真实可靠，数字准确。"), carried=("form:monthly_statistics",),
        tests=("plugins/anticounterfeit/test_declarations.py::test_the_face_total_must_follow_from_the_counts",)),
    _d0("I-04", "H", _("第十六条（二）"), _("紧急、重要、突发情况 24 小时内报送。"), page="exchange.index",
        tests=(f"{_F4}3_on_time_to_the_second_late_is_accepted_with_its_reason",)),
    _d0("I-05", "W", _("第十六条（二）"), _("必要时连续报送。"), page="exchange.index",
        tests=(f"{_F4}5_the_chain_reads_as_one_document_and_the_final_report_closes_it",)),
    _d0("I-06", "R", _("第十六条（三）"), _("信息包括情况、分析、建议，简明扼要。"), page="information.items",
        tests=(f"{_ITEMS}bad_input_is_refused_at_its_field_and_kept",)),
    _d0("I-07", "H", _("第十七条（一）"), _("一次破获或发现面额 10 万元以上的迅速上报。"), carried=("threshold:large_amount",),
        tests=(f"{_F4}1_saving_the_find_starts_the_duty_by_itself",
               "browser/test_main_job.py::test_a_case_of_exactly_100000_yuan_starts_the_clock")),
    _d0("I-08", "H", _("第十七条（二）"), _("新型造假手段迅速上报。"), carried=("threshold:new_forging_means",),
        tests=(f"{_F4}7_what_is_ticked_starts_the_same_duty_at_any_amount",)),
    _d0("I-09", "H", _("第十七条（三）"), _("新的犯罪手段迅速上报。"), carried=("threshold:new_crime_means",),
        tests=(f"{_F4}7_what_is_ticked_starts_the_same_duty_at_any_amount",)),
    _d0("I-10", "H", _("第十七条（四）"), _("跨国大要案线索迅速上报。"), carried=("threshold:cross_border",),
        tests=(f"{_F4}7_what_is_ticked_starts_the_same_duty_at_any_amount",)),
    _d0("I-11", "R", _("第十八条"), _("可以用简报报送。"), page="information.bulletins",
        tests=("information/test_bulletins.py::test_the_paper_holds_what_is_needed_in_this_order",)),
    _d0("I-12", "Q", _("第十八条"), _("有条件的建立资料库，随时可查。"), page="information.library",
        tests=("information/test_library.py::test_every_reader_is_answered_from_what_it_may_read",)),
    _d0("I-13", "W", _("第九条（五）"), _("办公室收集、整理、反馈信息。"), page="information.items",
        tests=("information/test_item_rules.py::test_overdue_begins_with_the_next_day_and_is_the_offices",)),
    _d0("I-14", "W", _("第十一条（二）"), _("联络员及时反馈情况。"), page="information.advisories",
        tests=("information/test_advisories.py::test_units_sign_and_the_sender_sees_who_has_not",)),
    _d0("I-15", "W", _("附件·阳泉海关"), _("海关通报查获案件。"), page="information.items", carried=("ledger:case",),
        tests=("information/test_items.py::test_each_level_has_its_readers",)),
    _d0("I-16", "Q", _("附件·市中院"), _("反馈假币案件审判统计。"), carried=("ledger:proceeding", "form:monthly_statistics"),
        tests=("plugins/test_sources_of_figures.py::test_effective_judgments_are_compared_with_trials_of_two_months",)),
)

REPORTING = (
    _d0("R-01", "R", _("第七条（二）"), _("制定阶段性工作计划。"), page="information.library",
        tests=("information/test_materials.py::test_the_office_keeps_a_material_and_every_member_reads_it",)),
    _d0("R-03", "W", _("第九条（六）"), _("向省办公室报告工作。"), page="overview.index",
        tests=("overview/test_draft.py::test_figures_are_computed_said_sourced_and_marked",)),
    _d0("R-04", "Q", _("第十五条"), _("统计没收、收缴数量。"), carried=("form:monthly_statistics", "ledger:find"),
        tests=("plugins/test_sources_of_figures.py::test_finds_make_the_cash_cells_and_their_face_value_agrees",)),
)

OVERSIGHT = (
    _d0("S-01", "W", _("附件·市委政法委"), _("平安建设考核：组织、通报、整改。"), page="assessment.scores",
        tests=("assessment/test_scores.py::test_events_objections_and_whose_they_are",)),
    _d0("S-02", "W", _("附件·市政府办"), _("纳入综合业绩考评，督查、问责、约谈。"), page="assessment.ladder",
        tests=("assessment/test_scenario_f9_ladder.py::test_first_second_third_miss_and_nothing_by_itself",)),
    _d0("S-22", "R", _("第十一条（四）"), _("联络员参加专项督导检查。"), page="supervision.visits",
        tests=("supervision/test_pages.py::test_inspections",)),
)

PUBLICITY = (
    _d0("P-01", "R", _("第七条（四）"), _("组织反假货币知识培训。"), page="activities.index",
        tests=("activities/test_places.py::test_a_training_keeps_its_hours",)),
    _d0("P-02", "R", _("第七条（五）、第九条（七）"), _("开展宣传教育和表彰。"), page="activities.index",
        tests=("assessment/test_surveys.py::test_who_proposes_a_commendation_does_not_decide_it",)),
    _d0("P-03", "R", _("附件·宣传职责"), _("教育、文旅、广电、商务、交通、邮政、银行各尽宣传职责。"), page="activities.index",
        tests=("plugins/test_sources_of_figures.py::test_publicity_comes_from_activities_alone",)),
)

CONFIDENTIALITY = (
    _d0("C-01", "P", _("第十八条"), _("报送遵守保密规定。"), page="information.items",
        tests=(f"{_ITEMS}not_even_a_draft_or_a_reason_holds_a_mark_of_secrecy",)),
    _d0("C-12", "P", _("文末"), _("公文标明公开方式。"), page="papers.index",
        tests=("documents/test_official.py::test_each_layout_is_sound_and_says_everything",)),
)

LEVELS = (
    _d0("L-01", "Q", _("第九条（四）"), _("市级指导县级办公室。"), page="overview.index",
        tests=("overview/test_summary.py::test_f6_nine_of_ten_and_eight_in_time",)),
    _d0("L-02", "W", _("第九条（六）"), _("市级向省级报告。"), page="overview.index",
        tests=("overview/test_draft.py::test_figures_are_computed_said_sourced_and_marked",)),
    _d0("L-03", "R", _("第二条、附件"), _("县（区）政府办也是市级会议成员。"), page="units.index",
        tests=("plugins/anticounterfeit/test_declarations.py::test_roster_is_17_units_and_2_classes",)),
    _d0("L-12", "R", _("第二条"), _("样本文件分属三个地市，租户树需有省级节点。"), page="overview.index",
        tests=("tenants/test_cli.py::test_a_tree_from_nothing",)),
)

GENERAL = (*ORGANISATION, *MEETINGS, *INFORMATION, *REPORTING, *OVERSIGHT, *PUBLICITY, *CONFIDENTIALITY, *LEVELS)
# fmt: on
