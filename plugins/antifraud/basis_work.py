"""依据对照 of D2: duties of each unit, leads, cards, suggestions and what else is a matter."""

from portal.campaigns import _, rows_of

from .basis import GENERAL

_d2 = rows_of("D2")
_WORK = "plugins/antifraud/test_matters.py::test_"
_HANDINGS = f"{_WORK}each_handing_names_members_that_exist_and_has_no_invented_limit"
_CARRIED = f"{_WORK}every_duty_is_carried_by_something_to_do"


def _duties(member: str, last: int) -> tuple[str, ...]:
    return tuple(f"duty:{member}_{n}" for n in range(1, last + 1))


# fmt: off
MATTERS = (
    _d2("I-25", "W", _("二（七）第4项"), _("公安机关核查银行报告的异常账户，协助劝阻拦截。"), carried=("ledger:lead", "handing:to_police"), tests=(_HANDINGS,)),
    _d2("I-27", "W", _("二（十）第6项"), _("工信部门推送线索和潜在受害人。"), carried=("handing:to_police",), tests=(_HANDINGS,)),
    _d2("I-28", "W", _("二（十）第7项"), _("发现伪基站、黑广播、猫池等移送公安机关。"), carried=("handing:to_police",), tests=(_HANDINGS,)),
    _d2("I-29", "W", _("二（十六）第1项、（十七）第1项、（十八）第4项"), _("发现违反实名制的及时移送公安机关。"), carried=("handing:to_police",), tests=(_HANDINGS,)),
    _d2("K-27", "W", _("二（七）第6项"), _("按紧急程度上门、电话、短信劝阻，临时保护账户。"), carried=("ledger:tally", "form:monthly_report"),
        tests=(f"{_WORK}dissuasion_is_told_by_urgency_and_its_parts_stay_within_the_whole",)),
    _d2("K-28", "Q", _("二（十）第8项、（十六）第4项"), _("谁开卡谁负责，按银行和运营商倒查。"), carried=("ledger:card_trace", "form:monthly_report"),
        tests=(f"{_WORK}cards_are_counted_per_bank_and_operator_in_the_month_they_were_traced",)),
    _d2("K-29", "P", _("二（十二）第2项"), _("重点人员管控，只记数量。"), carried=("ledger:key_person",),
        tests=(f"{_WORK}key_persons_and_cases_inside_are_numbers_only",)),
    _d2("K-30", "W", _("二（八）第1项"), _("严重失信主体名单报上级信用平台。"), carried=("request:dishonesty_list",),
        tests=("information/test_requests.py::test_a_category_is_asked_for_by_its_writers_alone",)),
    _d2("K-31", "R", _("二（十八）第7项"), _("紧急止付，资金只进不出。"), carried=("ledger:account", "form:monthly_report"),
        tests=(f"{_WORK}stopping_freezing_and_returning_have_an_owner_each",)),
    _d2("K-32", "W", _("二（五）第7项"), _("司法建议跟踪回复。"), carried=("ledger:suggestion", "handing:suggest"),
        tests=(f"{_WORK}a_suggestion_is_followed_from_issue_to_what_came_of_it", "ledger/test_stage_clock.py::test_the_answer_is_due_on_the_day_that_the_paper_names")),
)

DUTIES = (
    _d2("U-20", "W", _("二（一）"), _("宣传部：宣传方案和月度活动督促。"), carried=(*_duties("publicity_dept", 4), "obligation:publicity_dept_3"), tests=(_CARRIED,)),
    _d2("U-21", "W", _("二（二）"), _("政法委：考核和逐级问责。"), carried=_duties("political_legal", 3), page="assessment.ladder",
        tests=("assessment/test_scenario_f9_ladder.py::test_a_veto_needs_the_commission_the_units_chance_and_a_later_day",)),
    _d2("U-22", "W", _("二（三）"), _("网络服务中心：封堵请求和舆情监测。"), carried=(*_duties("network_center", 6), "request:block_sites", "handing:to_network"), tests=(_HANDINGS,)),
    _d2("U-23", "W", _("二（四）"), _("人大法工委：一项未编号职责。"), carried=_duties("npc_legal", 1), tests=(_CARRIED,)),
    _d2("U-24", "W", _("二（五）"), _("法院：审判数据、追赃挽损、司法建议。"), carried=(*_duties("court", 11), "ledger:proceeding", "ledger:suggestion"),
        tests=(f"{_WORK}a_suggestion_is_followed_from_issue_to_what_came_of_it",)),
    _d2("U-25", "W", _("二（六）"), _("检察院：起诉数据、挂牌督办、公益诉讼。"), carried=(*_duties("procuratorate", 8), "ledger:proceeding"), tests=(_CARRIED,)),
    _d2("U-26", "W", _("二（七）"), _("公安局：办公室工作、预警劝阻、提示函。"), carried=(*_duties("police", 11), "document:police_letter", "ledger:tally"),
        tests=(f"{_WORK}dissuasion_is_told_by_urgency_and_its_parts_stay_within_the_whole",)),
    _d2("U-27", "W", _("二（八）"), _("发改局：失信名单上报。"), carried=(*_duties("development", 2), "request:dishonesty_list"), tests=(_CARRIED,)),
    _d2("U-28", "W", _("二（九）"), _("教科局：校园机制和学生社团。"), carried=_duties("education", 4), page="activities.index", tests=(_CARRIED,)),
    _d2("U-29", "W", _("二（十）"), _("工信局：断卡、约谈、开卡责任倒查。"), carried=(*_duties("industry", 10), "ledger:card_trace", "ledger:rectification"),
        tests=(f"{_WORK}what_is_ordered_to_be_put_right_has_the_day_of_its_paper",)),
    _d2("U-30", "W", _("二（十一）"), _("市场监管局：吊销执照、经营异常名录。"), carried=(*_duties("market", 4), "ledger:handling", "handing:to_market"), tests=(_CARRIED,)),
    _d2("U-31", "W", _("二（十二）"), _("司法局：社区矫正对象作为重点人员。"), carried=(*_duties("justice", 3), "ledger:key_person"),
        tests=(f"{_WORK}key_persons_and_cases_inside_are_numbers_only",)),
    _d2("U-32", "W", _("二（十三）"), _("财政局：经费保障。"), carried=(*_duties("finance", 2), "form:monthly_report"), tests=(_CARRIED,)),
    _d2("U-33", "W", _("二（十四）"), _("邮政公司：寄递查验。"), carried=(*_duties("postal", 3), "ledger:handling"), tests=(_CARRIED,)),
    _d2("U-34", "W", _("二（十五）"), _("融媒体中心：报道和曝光。"), carried=_duties("media", 4), page="activities.index", tests=(_CARRIED,)),
    _d2("U-35", "W", _("二（十六）"), _("银保监组：紧急查冻、资金返还、数据接口。"), carried=(*_duties("banking_regulator", 7), "ledger:account", "handing:to_regulator"),
        tests=(f"{_WORK}stopping_freezing_and_returning_have_an_owner_each",)),
    _d2("U-36", "W", _("二（十七）"), _("三家运营商：责任书、短信平台限期整改。"), carried=(*_duties("telecom", 6), "ledger:rectification", "ledger:number"),
        tests=(f"{_WORK}what_is_ordered_to_be_put_right_has_the_day_of_its_paper",)),
    _d2("U-37", "W", _("二（十八）"), _("七家银行：账户限额、止付。"), carried=(*_duties("banks", 8), "ledger:account"),
        tests=(f"{_WORK}stopping_freezing_and_returning_have_an_owner_each",)),
    _d2("U-38", "W", _("二（各节）"), _("宣传全覆盖、系统内部零发案。"), carried=("ledger:internal", "obligation:monthly_activity"),
        tests=("plugins/antifraud/test_declarations.py::test_no_case_inside_the_system_closes_every_section", "assessment/test_zero_case.py::test_the_banks_case_is_known_to_the_bank_the_office_and_the_commission")),
)

BASIS = (*GENERAL, *MATTERS, *DUTIES)
# fmt: on
