"""The public page for tips (五（四）), and a first proposal of rewards. D4 names no sums: each county sets its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from portal.campaigns import Field, Text, TipReward, Tips, Values, _

from .ledgers import LEAD
from .sources import d4

_ASKED: Mapping[str, tuple[Text, Text]] = {
    "subject_name": (_("公司、店铺或平台名称"), _("照招牌、合同、收据上写的；是个人的写姓氏加某。")),
    "sector": (_("属于哪一类"), _("拿不准可以不选。")),
    "scheme": (_("用什么名义收钱"), _("例如：预订床位、认养果树、办卡返利。")),
    "promised_return": (_("答应给什么回报"), _("利息、分红、返现或实物。")),
    "phones": (_("对方的电话"), _("宣传单、名片上的号码；多个用顿号隔开。")),
    "accounts": (_("对方的收款账号"), _("银行账号或支付账号；多个用顿号隔开。")),
    "urls": (_("网址或下载地址"), _("网站、应用、群聊的地址；多个用顿号隔开。")),
    "amount": (_("大约的金额"), _("单位是万元；不知道可以不填。")),
    "people": (_("大约多少人参与"), _("不知道可以不填。")),
}
"""Fields of the ledger of leads in words for the public: label, and what to write."""
_FIELDS = {f.key: f for f in LEAD.fields}
_DRAFT = d4(_("五（四）"), _("只要求降低门槛、提高额度、及时发放，没有数额；本档为草案，由本县定。"))
_CHECKED = d4(_("五（四）"), _("第一时间核实、查办、反馈；没有天数。"))


def _asked(key: str, label: Text, definition: Text) -> Field:
    return replace(_FIELDS[key], label=label, definition=definition, clause=None, required=False)


def begin_lead(on: date) -> Values:
    """What is known of a lead because it was a tip."""
    return {"lead_source": "tipoff", "found_on": on.isoformat()}


TIPS = Tips(
    title=_("举报涉嫌非法集资"),
    intro=(
        _("未经许可、承诺还本付息或给付回报、向不特定的人收钱，三条都像的，请告诉我们。"),
        _("传单、合同、收据、转账记录、群聊截图都有用。知道多少写多少，不确定的可以不写。"),
        _("已经投入资金的集资参与人也可以在这里反映；需要登记债权的，以公告的办法为准。"),
    ),
    protection=(
        _("可以不留姓名和电话。请记下回执码，凭它查看办理情况、补充材料。"),
        _("留下的身份信息只有受理单位能看，每次查看都有记录；不会告诉被举报人。"),
        _("不要为取证再次转账，不要当面质问；人身安全受到威胁的，请立即拨打 110。"),
    ),
    fields=tuple(_asked(key, *said) for key, said in _ASKED.items()),
    ledger="lead",
    begins=begin_lead,
    rewards=(
        TipReward(
            key="verified", label=_("线索经核实并采取了处置措施"), lowest=50_000, highest=100_000, clause=_DRAFT
        ),
        TipReward(
            key="filed", label=_("据此作出行政处罚或刑事立案"), lowest=200_000, highest=1_000_000, clause=_DRAFT
        ),
        TipReward(
            key="major", label=_("据此查处涉案金额亿元以上案件"), lowest=1_000_000, highest=5_000_000, clause=_DRAFT
        ),
    ),
    clause=_CHECKED,
)  # fmt: skip
