"""Five phases (四), ten tasks (五) and the four groups of 六（二）, in our own words.

The key of a duty is its phase or task, then its member; ``all`` where the text names nobody or everybody.
"""

from __future__ import annotations

from collections.abc import Mapping

from portal.campaigns import EVERY_MEMBER, Cadence, Clause, Duty, Text, _

from .roster import LEAD_DEPARTMENT
from .sources import d4

TASKS: Mapping[str, Text] = {
    "task_01": _("辖区排查"),
    "task_02": _("行业排查"),
    "task_03": _("资金监测"),
    "task_04": _("举报渠道"),
    "task_05": _("分类处置"),
    "task_06": _("行政处置"),
    "task_07": _("刑事打击"),
    "task_08": _("存案化解"),
    "task_09": _("维护稳定"),
    "task_10": _("宣传教育"),
}
"""The ten tasks of 五（一） to （十）."""

GROUPS: Mapping[str, Text] = {
    "group_01": _("公检法协同"),
    "group_02": _("金融监管"),
    "group_03": _("登记和广告监管"),
    "group_04": _("网络信息审查"),
}
"""The four groups of 六（二）."""

STAGES: Mapping[str, Text] = {
    "phase_01": _("四（一）"),
    "phase_02": _("四（二）"),
    "phase_03": _("四（三）"),
    "phase_04": _("四（四）"),
    "phase_05": _("四（五）"),
}
"""The five phases of 四, each with what it asks of every unit."""

_ARTICLES: Mapping[str, Text] = {
    "task_01": _("五（一）"),
    "task_02": _("五（二）"),
    "task_03": _("五（三）"),
    "task_04": _("五（四）"),
    "task_05": _("五（五）"),
    "task_06": _("五（六）"),
    "task_07": _("五（七）"),
    "task_08": _("五（八）"),
    "task_09": _("五（九）"),
    "task_10": _("五（十）"),
} | {**dict.fromkeys(GROUPS, _("六（二）")), **STAGES}

_PROMPTLY = _("及时")
_UNNAMED_LEAD = _("原文写牵头部门，未点名；默认由承办专班办公室的单位承担。")


def _duty(
    part: str,
    member: str,
    text: Text,
    *,
    soft: Text | None = None,
    note: Text | None = None,
) -> Duty:
    who = "all" if member == EVERY_MEMBER else member
    clause = d4(_ARTICLES[part], note)
    return Duty(key=f"{part}_{who}", member=member, text=text, clause=clause, soft=soft)


def _office(key: str, text: Text, clause: Clause, cadence: Cadence | None = None) -> Duty:
    return Duty(key=f"office_{key}", member=LEAD_DEPARTMENT, text=text, clause=clause, cadence=cadence)


DUTIES = (
    _duty("phase_01", EVERY_MEMBER, _("部署发动（2024年5—6月）：动员部署，把目标任务和责任分到岗位。")),
    _duty(
        "phase_02",
        EVERY_MEMBER,
        _("风险排查（2024年7—8月）：集中排查重点行业、领域、区域，逐项入台账，之后转为常态。"),
    ),
    _duty(
        "phase_03",
        EVERY_MEMBER,
        _("打击处置（2024年9月—2025年12月）：边查边打，综合用好行业监管、行政处置、刑事打击，尽力挽损。"),
    ),
    _duty(
        "phase_04", EVERY_MEMBER, _("建章立制（2024年10月—2025年12月）：针对长期存在的问题出台管用的制度。")
    ),
    _duty("phase_05", EVERY_MEMBER, _("巩固提升（2025年6—12月）：对已销号事项回头看，总结做法，防止反弹。")),
    _duty(
        "task_01",
        EVERY_MEMBER,
        _("把防非处非列入社会治安综合治理和网格清单，清楼扫街，重点看写字楼、商铺、产业园区和中介机构。"),
        note=_("原文为各乡（镇）、各有关单位。"),
    ),
    _duty(
        "task_02",
        EVERY_MEMBER,
        _("有行业主管、监管职责的单位：全面摸排本行业风险，建立线索台账，受理并初核线索，监测不留盲区。"),
        note=_("原文未列行业主（监）管部门名单，各单位按职责认领。"),
    ),
    _duty(
        "task_03",
        LEAD_DEPARTMENT,
        _("会同金融监管支局建立可疑资金监测办法，督促金融机构和有关组织盯住异常资金，接收由此发现的线索。"),
        note=_UNNAMED_LEAD,
    ),
    _duty(
        "task_03",
        "financial_regulator",
        _("督促金融机构执行大额和可疑交易报告，分析异常账户，线索一并报牵头部门和当地金融管理部门。"),
        soft=_PROMPTLY,
    ),
    _duty(
        "task_04",
        EVERY_MEMBER,
        _("设立并公布举报电话和邮箱，接报后核实、办理、答复，落实举报奖励，为举报人保密。"),
        soft=_("第一时间"),
    ),
    _duty(
        "task_05",
        EVERY_MEMBER,
        _("对排查出的隐患会商定性、分清责任，按等级和类别化解；涉嫌犯罪的移送公安。"),
        soft=_PROMPTLY,
        note=_("原文这一句没有主语，按全体单位列出。"),
    ),
    _duty(
        "task_05",
        LEAD_DEPARTMENT,
        _("承办县政府的非法集资性质认定；有争议的提请市金融办认定。"),
        note=_("认定主体是县人民政府，由县政府办承办。"),
    ),
    _duty(
        "task_05",
        "financial_regulator",
        _(
            "监管持牌机构、控股金融机构的企业和私募登记备案主体；能规范的转办审批或备案，不能规范的转入相应机制处置。"
        ),
        soft=_PROMPTLY,
        note=_("原文为金融管理部门。"),
    ),
    _duty(
        "task_06",
        LEAD_DEPARTMENT,
        _(
            "发现涉嫌非法集资，会同属地行业主管部门和公安调查，用约谈、整改、查封、清退、罚款等措施办结一批行政案件。"
        ),
        soft=_PROMPTLY,
        note=_UNNAMED_LEAD,
    ),
    _duty("task_06", "police", _("参与行政调查，与行政执法部门双向移送线索、共享信息。")),
    _duty("task_06", "procuratorate", _("监督行政机关与公安之间的双向移送，必要时发检察建议。")),
    _duty("task_07", "police", _("查处重大案件，会同检察院、法院联合处置，做好取证和资产权属调查。")),
    _duty("task_07", "procuratorate", _("参与重大案件联合处置，引导侦查取证。")),
    _duty("task_07", "court", _("参与重大案件联合处置，对取证和权属调查提出意见。")),
    _duty("task_07", "political_legal_committee", _("协调推动重点案件查处。")),
    _duty("task_08", LEAD_DEPARTMENT, _("统筹指导存量案件处置，推动追赃挽损。"), note=_UNNAMED_LEAD),
    _duty("task_08", "court", _("主办存量刑事案件处置，追缴违法所得，试行涉案财物先行处置。")),
    _duty("task_08", "procuratorate", _("在检察环节主办存量刑事案件，配合追缴违法所得。")),
    _duty(
        "task_08",
        EVERY_MEMBER,
        _("协助属地政府和司法机关处置存量案件。"),
        note=_("原文为相关部门协助。"),
    ),
    _duty("task_09", "petitions", _("梳理非法集资信访事项，畅通诉求渠道，逐件办结反馈。")),
    _duty("task_09", "cyberspace_office", _("引导和管控涉非舆情，主动回应关切。")),
    _duty("task_09", EVERY_MEMBER, _("引导集资参与人依法维权，做好重点人员工作，防止大规模群体性事件。")),
    _duty(
        "task_10",
        EVERY_MEMBER,
        _("同步开展防非宣传月，用视频、资料、竞答和典型案例提醒重点人群，发布权威信息。"),
        soft=_PROMPTLY,
    ),
    _duty("group_01", "court", _("与检察院、公安配合，推动本系统加快审理非法集资案件。")),
    _duty("group_01", "procuratorate", _("与法院、公安配合，推动本系统加快办理非法集资案件。")),
    _duty("group_01", "police", _("与法院、检察院配合，推动本系统加快侦办非法集资案件。")),
    _duty("group_02", "financial_regulator", _("负责银行业、保险业领域的防非处非。")),
    _duty(
        "group_03",
        "administrative_approval",
        _("把好商事登记关，共享登记信息，依法注销涉非主体。"),
        soft=_PROMPTLY,
    ),
    _duty(
        "group_03",
        "market_regulation",
        _("整治虚假广告，建立监督检查办法，共享信息，依法处理涉非主体。"),
        soft=_PROMPTLY,
    ),
    _duty("group_04", "cyberspace_office", _("从严审查金融营销信息，切断网上传播。")),
    _duty("group_04", "industry_science", _("配合审查金融营销信息，切断通信传播渠道。")),
    _office(
        "inspection",
        _("对各乡（镇）、各单位开展督导检查。"),
        d4(_("六（三）"), _("检查主体是专班，由专班办公室组织。")),
        Cadence.QUARTERLY,
    ),
    _office("ledger", _("建立分类风险台账，按处置进展逐项销号。"), d4(_("六（一）"))),
)
