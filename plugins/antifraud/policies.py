"""Clauses of D2 that can be read in more than one way, and what is expected of every member each month."""

from __future__ import annotations

from portal.campaigns import ACTIVITIES, Cadence, Choice, Obligation, Policy, _

from .sources import d2

POLICIES = (
    Policy(
        key="internal_case",
        label=_("系统内部零发案怎样计"),
        choices=(
            Choice(key="both", label=_("被骗和涉诈都计，分开统计")),
            Choice(key="victims", label=_("只计本单位人员被骗")),
            Choice(key="offenders", label=_("只计本单位人员涉诈")),
        ),
        default="both",
        clause=d2(_("二（一）第4项"), _("18 组分工都有同一要求。")),
        note=_(
            "Q-27：“零发案”没有说明是人员被骗还是人员涉诈。两个数始终分开填报，这里决定评价零发案时用哪些数。"
        ),
    ),
    Policy(
        key="joint_activity",
        label=_("合办的活动怎样计"),
        choices=(
            Choice(key="each", label=_("登记一次，各参与单位都计")),
            Choice(key="host", label=_("只计主办单位")),
        ),
        default="each",
        clause=d2(_("二（一）第3项")),
        note=_("Q-28：要求写的是“组织或参与”，没有说明合办活动能否计入多个单位。这里决定每月一场由谁得计。"),
    ),
    Policy(
        key="soft_words",
        label=_("“及时”“定期”“适时”怎样看"),
        choices=(Choice(key="days_since", label=_("只显示距上次的天数，不算逾期")),),
        default="days_since",
        clause=d2(_("二（五）第9项"), _("另见二（六）第6项等处。")),
        note=_("Q-29：这些词没有天数，不能据此认定逾期，系统只显示距上次的天数。"),
    ),
    Policy(
        key="veto",
        label=_("一票否决怎样作出"),
        choices=(Choice(key="person", label=_("系统只列依据，由有权人员决定")),),
        default="person",
        clause=d2(_("二（二）第1项")),
        note=_("Q-30：一票否决不由系统自动作出。系统提出建议和依据，由具名人员决定，单位可以申辩。"),
    ),
)

OBLIGATIONS = (
    Obligation(
        key="monthly_activity",
        label=_("每月至少一场公开反诈宣教活动"),
        clause=d2(_("二（一）第3项")),
        cadence=Cadence.MONTHLY,
        pool=ACTIVITIES,
    ),
    Obligation(
        key="publicity_dept_3",
        label=_("督导各成员单位当月的公开宣教活动"),
        clause=d2(_("二（一）第3项"), _("督导的情况记一行；各单位是否开展，看活动登记。")),
        cadence=Cadence.MONTHLY,
        members=("publicity_dept",),
    ),
)
