"""Where leads go. 及时, 快速 and 实时 are no numbers, and courts report 定期: nothing here has a limit."""

from __future__ import annotations

from portal.campaigns import Clause, Handing, Reach, Text, _

from .sources import d2, law

_POLICE = (
    ("filed", _("立案")),
    ("dissuaded", _("已劝阻、拦截")),
    ("handled", _("已处置")),
    ("no_fraud", _("不属诈骗")),
    ("returned", _("退回补充")),
)
_DEPARTMENT = (("handled", _("已处置")), ("unfounded", _("不实")), ("returned", _("退回补充")))


def _to(key: str, label: Text, receiver: str, clause: Clause) -> Handing:
    """To one department; anybody but itself may send."""
    return Handing(
        key=key, label=label, reach=(Reach.UNIT,), ledgers=("lead",), receivers=(receiver,), outcomes=_DEPARTMENT,
        clause=clause,
    )  # fmt: skip


HANDINGS = (
    Handing(
        key="to_police",
        label=_("移送公安机关"),
        reach=(Reach.UNIT,),
        ledgers=("lead",),
        receivers=("police",),
        outcomes=_POLICE,
        clause=d2(
            _("二（十）第6、7项，（十六）第1项，（十七）第1项，（十八）第4项"), _("原文为“及时”，不设天数。")
        ),
    ),
    _to("to_network", _("移送网信部门处置"), "network_center", d2(_("二（三）第2、3项"))),
    _to(
        "to_industry",
        _("移送工信部门处置"),
        "industry",
        d2(_("二（十）第3、4项"), _("原文为“快速”，不设天数。")),
    ),
    _to("to_regulator", _("移送金融监管部门处置"), "banking_regulator", d2(_("二（十六）第1、4项"))),
    _to("to_market", _("移送市场监管部门处置"), "market", d2(_("二（十一）第1、2项"))),
    Handing(
        key="to_county",
        label=_("移送其他县（区）公安机关"),
        reach=(Reach.COUNTY,),
        ledgers=("lead",),
        senders=("police",),
        receivers=("police",),
        outcomes=_POLICE,
        clause=law(_("第二十七条"), _("各地公安机关密切配合。")),
    ),
    Handing(
        key="suggest",
        label=_("送达建议"),
        reach=(Reach.UNIT,),
        ledgers=("suggestion",),
        senders=("court", "procuratorate"),
        outcomes=(("adopted", _("采纳")), ("partly", _("部分采纳")), ("declined", _("不采纳"))),
        clause=d2(_("二（五）第7项"), _("回复期限照文书所写，系统不另设。")),
    ),
)
