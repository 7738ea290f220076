"""How matters are handed on: administration ↔ police ↔ procuratorate, to other counties, to the city (五（三）、（五）、（六）).

No text gives a limit in days: 及时 only, so no clock runs. Receivers are members; 处置非法集资牵头部门 is the unit that
hosts the office (Q-20).
"""

from __future__ import annotations

from portal.campaigns import Clause, Handing, Reach, Text, _

from .roster import LEAD_DEPARTMENT
from .sources import d3, d4, regulation

_SUBJECT = ("subject_name", "credit_code", "subject_type", "registered_region", "phones", "accounts", "urls")
_LEAD = (*_SUBJECT, "sector", "scheme", "promised_return", "amount", "people", "risk_level", "progress")
_CASE = (*_SUBJECT, "filing_authority", "filed_on", "charge", "amount", "participants", "progress")
_BOTH = tuple(dict.fromkeys((*_LEAD, *_CASE)))
_RETURNED: tuple[str, Text] = ("returned", _("退回补充材料"))
_TWO_WAY = d4(_("五（六）"), _("行政执法部门与公安机关双向衔接。"))
_FILED: tuple[tuple[str, Text], ...] = (("filed", _("立案")), ("not_filed", _("不予立案")), _RETURNED)
_TAKEN: tuple[tuple[str, Text], ...] = (("taken", _("受理")), ("not_taken", _("不予受理")), _RETURNED)


def _inside(
    key: str,
    label: Text,
    senders: tuple[str, ...],
    receivers: tuple[str, ...],
    outcomes: tuple[tuple[str, Text], ...],
    *,
    ledgers: tuple[str, ...] = ("lead", "case"),
    clause: Clause = _TWO_WAY,
) -> Handing:
    """Between units of one county."""
    lead, case = "lead" in ledgers, "case" in ledgers
    carries = _BOTH if lead and case else _LEAD if lead else _CASE if case else ()
    return Handing(
        key=key, label=label, reach=(Reach.UNIT,), ledgers=ledgers, senders=senders, receivers=receivers, carries=carries,
        outcomes=outcomes, clause=clause,
    )  # fmt: skip


HANDINGS = (
    _inside("to_police", _("移送公安机关"), (), ("police",), _FILED, clause=regulation(_("第二十三条"))),
    _inside("police_to_lead", _("公安移交行政处置"), ("police",), (LEAD_DEPARTMENT, "market_regulation"), _TAKEN),
    _inside(
        "to_procuratorate",
        _("移送审查起诉"),
        ("police",),
        ("procuratorate",),
        (("charged", _("提起公诉")), ("not_charged", _("不起诉")), ("reinvestigate", _("退回补充侦查"))),
        ledgers=("case",),
        clause=d4(_("五（七）")),
    ),
    _inside(
        "supervision",
        _("提请检察监督"),
        (LEAD_DEPARTMENT, "market_regulation", "financial_regulator"),
        ("procuratorate",),
        (("asked_to_file", _("已要求公安立案或说明理由")), ("grounds_hold", _("不立案理由成立")), _RETURNED),
    ),
    _inside(
        "procuratorial_advice",
        _("检察建议"),
        ("procuratorate",),
        (),
        (("adopted", _("采纳")), ("partly", _("部分采纳")), ("not_adopted", _("不采纳"))),
        clause=d4(_("五（六）"), _("检察院以检察建议等推动双向移送。")),
    ),
    _inside(
        "to_court",
        _("提起公诉"),
        ("procuratorate",),
        ("court",),
        (("accepted", _("受理")), _RETURNED),
        ledgers=("case",),
        clause=d4(_("五（七）")),
    ),
    Handing(
        key="unusual_funds",
        label=_("资金异动线索"),
        reach=(Reach.UNIT,),
        ledgers=("lead",),
        both=(LEAD_DEPARTMENT, "financial_regulator"),
        carries=_LEAD,
        outcomes=(("confirmed", _("查实，转入处置")), ("excluded", _("排除")), ("watched", _("继续监测"))),
        clause=d4(_("五（三）"), _("牵头部门和当地金融管理部门都要收到。")),
    ),
    _inside(
        "to_regulator",
        _("移交主管或监管部门"),
        (),
        (),
        (
            ("taken", _("受理，转审批、备案或相应机制")),
            ("deregistered", _("已注销、吊销或列异")),
            ("removed", _("已处置网络信息")),
            ("not_taken", _("不属本单位")),
        ),
        ledgers=("lead",),
        clause=d4(_("五（五）、六（二）"), _("金融管理部门审批、备案或处置；登记部门注销主体；网信、工科切断传播。")),
    ),
    _inside(
        "opinion_to_censor",
        _("移交网信部门"),
        (),
        ("cyberspace_office", "industry_science"),
        (("removed", _("已处置网络信息")), ("upward", _("已报上级处置")), ("not_taken", _("不属本单位"))),
        ledgers=("petition",),
        clause=d4(_("五（九）")),
    ),
    _inside(
        "petition_to_unit",
        _("转办信访事项"),
        (),
        (),
        (("answered", _("已办结答复")), ("not_taken", _("不属本单位"))),
        ledgers=("petition",),
        clause=d4(_("五（九）")),
    ),
    Handing(
        key="to_county",
        label=_("移送有管辖权的地区"),
        reach=(Reach.COUNTY,),
        ledgers=("lead", "case"),
        receivers=(LEAD_DEPARTMENT,),
        carries=_BOTH,
        outcomes=(("taken", _("受理")), ("disputed", _("有争议，报共同上级")), _RETURNED),
        clause=regulation(_("第二十条"), _("单位看登记地，个人看住所地；争议由共同上级确定。")),
    ),
    Handing(
        key="assistance",
        label=_("请求外地协助"),
        reach=(Reach.COUNTY,),
        ledgers=("lead", "case"),
        receivers=(LEAD_DEPARTMENT,),
        carries=_BOTH,
        outcomes=(("done", _("已协助")), ("partly", _("部分协助")), ("not_possible", _("无法协助"))),
        clause=regulation(_("第二十条"), _("其他地方协助调查。")),
    ),
    Handing(
        key="referral",
        label=_("提请上级认定"),
        reach=(Reach.SUPERIOR,),
        ledgers=("lead",),
        senders=(LEAD_DEPARTMENT,),
        carries=_LEAD,
        outcomes=(("illegal", _("属于非法集资")), ("crime", _("涉嫌犯罪")), ("not_illegal", _("不属于非法集资"))),
        agrees=("illegal", "crime", "not_illegal"),
        clause=d4(_("五（五）"), _("存在争议的，由市金融办认定。")),
    ),
    Handing(
        key="exit_ban",
        label=_("提请限制出境"),
        reach=(Reach.SUPERIOR,),
        ledgers=("lead",),
        senders=(LEAD_DEPARTMENT,),
        carries=_LEAD,
        outcomes=(("decided", _("决定限制出境")), ("declined", _("不予限制"))),
        agrees=("decided",),
        clause=regulation(_("第二十四条第三项"), _("由设区的市以上牵头部门决定。")),
    ),
    Handing(
        key="major_coordination",
        label=_("提请上级协调"),
        reach=(Reach.SUPERIOR,),
        ledgers=("case",),
        carries=_CASE,
        outcomes=(("coordinated", _("已协调，明确责任主体和配合单位")), ("returned_down", _("由本县自行协调"))),
        clause=d3(_("5.2"), _("参考文本：重大、复杂、跨地区案件由办公室牵头协调。")),
    ),
)  # fmt: skip
