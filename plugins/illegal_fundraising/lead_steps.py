"""The way of a lead: first check, consultation, determination, measures with who must approve them, ways out, closure.

Approval by the head of the lead department stands where the regulation asks for it (第二十一条、第二十四条第一、二项); a
ban on leaving the country is the city's decision. 并案 is the portal's own merging of entries, not a state.
"""

from __future__ import annotations

from dataclasses import replace

from portal.campaigns import Closing, State, Step, Text, Who, _

from .sources import d4, regulation

LEAD_STATES = (
    State(key="registered", label=_("已登记")),
    State(key="checking", label=_("初核中")),
    State(key="consulting", label=_("会商中")),
    State(key="handling", label=_("处置中")),
    State(key="settled", label=_("处置完毕"), final=True),
    State(key="watching", label=_("继续关注")),
    State(key="referred", label=_("已由上级认定")),
    State(key="police", label=_("已移送公安")),
    State(key="filed", label=_("公安已立案"), final=True),
    State(key="elsewhere", label=_("已移送其他地区"), final=True),
    State(key="excluded", label=_("已排除"), final=True),
)
"""The usual way first, then the ways beside it."""

_HANDLERS = (Who.LEAD, Who.OFFICE)
_LEAD_DEPARTMENT = (Who.OFFICE,)
"""The lead department hosts the office (Q-20)."""
_OPEN = ("checking", "watching", "consulting")
_HEAD = _("须经牵头部门负责人批准。")
_TWO = _("调查人员不少于 2 人，并出示执法证件。")


def _measure(
    key: str, label: Text, article: Text, *dated: str, more: tuple[str, ...] = (), note: Text | None = None
) -> Step:
    """A measure of the lead department on a lead in disposal; it moves nothing."""
    return Step(
        key=key,
        label=label,
        start=("handling",),
        end="handling",
        by=_LEAD_DEPARTMENT,
        fields=(*dated, *more),
        requires=dated,
        clause=regulation(article, note),
    )


_CHECKING = (
    Step(
        key="check",
        label=_("受理初核"),
        start=("registered", "watching", "elsewhere"),
        end="checking",
        by=_HANDLERS,
        fields=("regulator", "responsible_unit"),
        clause=d4(_("五（二）"), _("其他地区退回的，重新核。")),
    ),
    Step(
        key="exclude",
        label=_("排除"),
        start=(*_OPEN, "referred"),
        end="excluded",
        by=_HANDLERS,
        note=True,
        clause=d4(_("五（二）")),
    ),
    Step(
        key="watch",
        label=_("继续关注"),
        start=("checking", "consulting"),
        end="watching",
        by=_HANDLERS,
        note=True,
        clause=d4(_("五（二）")),
    ),
    Step(
        key="consult",
        label=_("提交会商"),
        start=("checking", "watching"),
        end="consulting",
        by=_HANDLERS,
        note=True,
        clause=d4(_("五（五）"), _("及时会商研判。")),
    ),
    Step(
        key="handle",
        label=_("转入处置"),
        start=(*_OPEN, "referred"),
        end="handling",
        by=_HANDLERS,
        fields=("risk_level", "responsible_unit", "regulator"),
        requires=("risk_level", "responsible_unit"),
        clause=d4(_("五（五）"), _("明确责任归属，分级分类处置。")),
    ),
    Step(
        key="refer",
        label=_("提请上级认定"),
        start=("checking", "consulting", "handling"),
        end="referred",
        by=_LEAD_DEPARTMENT,
        note=True,
        upward="referral",
        clause=d4(_("五（五）"), _("县里有争议的，由市金融办认定。")),
    ),
    Step(
        key="determine",
        label=_("登记性质认定"),
        start=("handling",),
        end="handling",
        by=_LEAD_DEPARTMENT,
        fields=("determination", "determined_on"),
        requires=("determination", "determined_on"),
        evidence=True,
        clause=d4(_("五（五）"), _("由县人民政府认定，附认定文书。")),
    ),
)

_MEASURES = (
    replace(
        _measure("talk", _("警示约谈"), _("第十八条"), "talked_on", note=_("可能存在风险即可，不以认定为前提。")),
        by=_HANDLERS,
    ),
    replace(
        _measure(
            "rectify", _("责令整改"), _("第十八条"), "rectified_on", "rectify_by",
            note=_("牵头部门和行业主管、监管部门有权采取。"),
        ),
        by=_HANDLERS,
    ),
    _measure(
        "investigate", _("组织调查"), _("第十九条、第二十一条"), "investigated_on", "officers", "certificates_shown",
        note=_TWO,
    ),
    replace(
        _measure("query", _("查询账户"), _("第二十一条"), "queried_on", note=_HEAD), approval=Who.OFFICE_HEAD, evidence=True
    ),
    _measure(
        "suspend", _("要求暂停集资"), _("第二十二条"), "suspended_on",
        note=_("同时通知市场监管等部门暂停办理设立、变更、注销登记。"),
    ),
    _measure(
        "stop", _("责令停止"), _("第二十三条"), "stopped_on", more=("determination", "determined_on"),
        note=_("经认定属于非法集资的；涉嫌犯罪的及时移送公安。"),
    ),
    replace(
        _measure(
            "seal", _("查封扣押"), _("第二十四条第一项"), "sealed_on", more=("sealed_premises", "seized_assets"), note=_HEAD
        ),
        approval=Who.OFFICE_HEAD,
        evidence=True,
    ),
    replace(
        _measure(
            "recall", _("责令追回、变价"), _("第二十四条第二项"), "recalled_on", more=("recalled_amount",), note=_HEAD
        ),
        approval=Who.OFFICE_HEAD,
        evidence=True,
    ),
    replace(
        _measure(
            "exit_ban", _("提请限制出境"), _("第二十四条第三项"), more=("exit_banned_on",),
            note=_("由设区的市以上牵头部门决定。"),
        ),
        upward="exit_ban",
    ),
    _measure(
        "repay", _("责令清退"), _("第二十五条、第二十六条"), "repaid_on", more=("repaid_amount", "repaid_people"),
        note=_("清退受牵头部门监督；任何人不得从中获利。"),
    ),
    _measure(
        "fine", _("行政处罚"), _("第三十条至第三十二条"), "fined_on", more=("fine", "confiscated", "revoked_on"),
        note=_("先清退集资参与人，再缴罚款。"),
    ),
)  # fmt: skip

_OTHER = (
    Step(
        key="license",
        label=_("转办审批或移交监管"),
        start=("handling",),
        end="handling",
        by=_LEAD_DEPARTMENT,
        fields=("licensing_on", "regulator_on"),
        clause=d4(_("五（五）"), _("能规范的转审批、备案，不能规范的转入相应机制。")),
    ),
    Step(
        key="cut_off",
        label=_("注销主体、关停平台"),
        start=("handling",),
        end="handling",
        by=_HANDLERS,
        fields=("deregistered_on", "sites_closed_on"),
        clause=d4(_("六（二）")),
    ),
    Step(
        key="joint",
        label=_("联合执法"),
        start=("handling",),
        end="handling",
        by=_HANDLERS,
        fields=("joint_on",),
        requires=("joint_on",),
        note=True,
        clause=d4(_("五（六）"), _("组织行业主（监）管部门、公安机关一并调查。")),
    ),
    Step(
        key="to_police",
        label=_("移送公安"),
        start=("checking", "consulting", "referred", "handling"),
        end="police",
        by=_HANDLERS,
        fields=("police_on",),
        requires=("police_on",),
        evidence=True,
        clause=regulation(_("第二十三条"), _("行政认定不是刑事追诉的前提。")),
    ),
    Step(
        key="police_filed",
        label=_("登记公安立案"),
        start=("police",),
        end="filed",
        by=(Who.LEAD, Who.SUPPORT, Who.OFFICE),
        fields=("police_filed_on",),
        requires=("police_filed_on",),
        clause=d4(_("五（六）"), _("双向衔接。")),
    ),
    Step(
        key="police_back",
        label=_("公安退回行政处置"),
        start=("police",),
        end="handling",
        by=(Who.LEAD, Who.SUPPORT, Who.OFFICE),
        note=True,
        clause=d4(_("五（六）"), _("双向衔接；不立案的写明理由。")),
    ),
    Step(
        key="to_elsewhere",
        label=_("移送其他地区"),
        start=("checking", "consulting", "handling"),
        end="elsewhere",
        by=_LEAD_DEPARTMENT,
        fields=("registered_region",),
        requires=("registered_region",),
        evidence=True,
        clause=regulation(_("第二十条"), _("附对方接收回执。")),
    ),
    Step(
        key="settle",
        label=_("处置完毕"),
        start=("handling",),
        end="settled",
        by=_HANDLERS,
        fields=("progress",),
        requires=("progress",),
        clause=d4(_("六（一）")),
    ),
)

LEAD_STEPS = (*_CHECKING, *_MEASURES, *_OTHER)

CONSOLIDATION = "consolidation"
"""Key of the phase of 回头看."""

LEAD_CLOSING = Closing(
    clause=d4(_("二（二）、六（一）"), _("逐项处置销号。")),
    checklist=(
        _("初核结论和处置措施已逐项登记，附有证据。"),
        _("清退金额和人数已与集资参与人核对；没有清退的写明原因。"),
        _("移送公安或其他地区的，已收到回执。"),
        _("没有未办结的信访和舆情。"),
    ),
    closed_on="closed_on",
    look_back_phase=CONSOLIDATION,
    look_back_clause=d4(_("四（五）"), _("巩固提升阶段回头看。")),
)
