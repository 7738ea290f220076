"""The way of a lead. D2 says 及时 and 快速 and never a number of days, so no step starts a clock."""

from __future__ import annotations

from portal.campaigns import Closing, State, Step, Who, _

from .sources import d2

_PUSHED = d2(_("二（十）第6项、（十八）第4项"))
_CHECKED = d2(_("二（七）第4项"))
_EXEMPLARY = d2(_("二（五）第5项、（六）第4项、（七）第5项"))

LEAD_STATES = (
    State(key="registered", label=_("线索登记")),
    State(key="checking", label=_("核查中")),
    State(key="filed", label=_("已立案")),
    State(key="handled", label=_("已处置"), final=True),
    State(key="handed", label=_("已移送"), final=True),
    State(key="published", label=_("已印发"), final=True),
    State(key="excluded", label=_("已排除"), final=True),
)

LEAD_STEPS = (
    Step(
        key="check", label=_("开始核查"), start=("registered",), end="checking", by=(Who.LEAD, Who.SUPPORT),
        note=True, clause=_CHECKED,
    ),
    Step(
        key="hand_over", label=_("记为已移送"), start=("registered", "checking"), end="handed",
        by=(Who.KEEPER, Who.LEAD), fields=("receiver", "handed_on", "outcome"), requires=("receiver", "handed_on"),
        clause=_PUSHED,
    ),
    Step(
        key="take_back", label=_("退回后继续办理"), start=("handed",), end="registered", by=(Who.KEEPER, Who.LEAD), note=True,
        clause=_PUSHED,
    ),
    Step(
        key="file", label=_("立案"), start=("registered", "checking"), end="filed", members=("police",),
        fields=("amount", "people", "outcome"), note=True, clause=d2(_("二（七）第2、3项")),
    ),
    Step(
        key="handle", label=_("处置完毕"), start=("registered", "checking", "filed"), end="handled",
        by=(Who.LEAD, Who.SUPPORT), fields=("outcome", "measures"), requires=("measures",), note=True,
        clause=d2(_("二（三）第2、3项，（七）第4项，（十）第3项")),
    ),
    Step(
        key="publish", label=_("作为典型案例印发"), start=("registered", "checking", "filed"), end="published",
        by=(Who.LEAD, Who.OFFICE), fields=("summary",), evidence=True, clause=_EXEMPLARY,
    ),
    Step(
        key="exclude", label=_("排除"), start=("registered", "checking"), end="excluded", by=(Who.LEAD, Who.OFFICE),
        fields=("outcome",), note=True, clause=_CHECKED,
    ),
)  # fmt: skip

LEAD_CLOSING = Closing(
    clause=d2(_("二（七）第1项"), _("办公室综合协调；申请、审核、批准和 90 天回头看由本系统设定。")),
    checklist=(_("移送单位已知道处置结果"), _("发现的管理漏洞已提醒有关单位"), _("内容不含个人信息")),
)
