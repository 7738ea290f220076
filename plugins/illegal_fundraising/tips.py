"""The public page for tips (五（四）), and a first proposal of rewards. D4 names no sums: each county sets its own."""

from __future__ import annotations

from dataclasses import replace

from portal.campaigns import Field, TipReward, Tips, _

from .ledgers import LEAD
from .sources import d4

_ASKED = (
    "subject_name", "sector", "scheme", "promised_return", "phones", "accounts", "urls", "amount", "people",
)  # fmt: skip
_FIELDS = {f.key: f for f in LEAD.fields}
_DRAFT = d4(_("五（四）"), _("只要求降低门槛、提高额度、及时发放，没有数额；本档为草案，由本县定。"))
_CHECKED = d4(_("五（四）"), _("第一时间核实、查办、反馈；没有天数。"))


def _asked(key: str) -> Field:
    return replace(_FIELDS[key], required=False)


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
    fields=tuple(_asked(key) for key in _ASKED),
    ledger="lead",
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
