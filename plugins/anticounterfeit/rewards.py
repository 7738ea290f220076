"""The reward for solved cases (D1, 银发〔2016〕21号): who applies, with what, and who decides how much."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.campaigns import (
    Clause,
    DatedRule,
    Limit,
    LimitKind,
    Material,
    Message,
    RewardScheme,
    Text,
    Tier,
    Values,
    _,
)

from .reward_documents import APPLICATION, APPROVAL, NOTICE

CHINESE_CURRENCY = "cny"


def _clause(article: Text, note: Text | None = None) -> Clause:
    return Clause(source="D1", article=article, note=note)


_MATERIALS = _("奖励申请程序")
_APPROVAL = _("奖励审批")


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _fen(values: Values, key: str) -> int:
    return int(values.get(key) or 0)


def coins_of(pieces: int, fen: int) -> list[dict[str, Any]]:
    """The lot of coins as two lots of one denomination each that have the same pieces and the same face: the rule
    looks at nothing else, and a ledger of sums holds no list of denominations. ``ValueError`` where one is missing."""
    if not pieces and not fen:
        return []
    if not pieces or fen < pieces:
        raise ValueError(Message(_("硬币枚数和硬币面额要同时填写，且每枚至少 1 分，请核对台账。")))
    each, more = divmod(fen, pieces)
    lots = ((each, pieces - more), (each + 1, more))
    return [{"denomination": _yuan(d), "pieces": n} for d, n in lots if n]


def inputs(values: Values, readings: Mapping[str, str]) -> Mapping[str, Any]:
    """What the rule takes. The ledger's total holds semi-finished fakes and coins; the rule wants them apart."""
    currency = str(values.get("currency") or CHINESE_CURRENCY)
    if currency != CHINESE_CURRENCY:  # of whatever amount: the rule says that it does not cover it
        return {"kind": "circulation", "suspects_caught": True, "currency": currency}
    face, semi, coins = (_fen(values, k) for k in ("face_value", "semi_finished_face", "coin_face"))
    if face < semi + coins:
        raise ValueError(Message(_("半成品和硬币的面额之和大于面额合计，请核对台账。")))
    return {
        "kind": values.get("case_kind"),
        "notes_face": _yuan(face - semi - coins),
        "semi_finished_face": _yuan(semi),
        "coins": coins_of(_fen(values, "coin_count"), coins),
        "span": values.get("span") or "city",
        "suspects_caught": bool(values.get("suspects_caught")),
        "currency": "CNY",
        "policy": {k: readings[k] for k in ("mixed_case", "band_edge", "tier_edge") if k in readings},
    }


def near_the_jump(values: Values) -> bool:
    """Q-01: inside 95,000 to 105,000 coins one coin may change the reward by 72,000 yuan. Kind 3 looks at faces alone."""
    return values.get("case_kind") != "circulation" and 95_000 <= _fen(values, "coin_count") <= 105_000


CASE_REWARD = RewardScheme(
    key="case",
    label=_("反假人民币奖励"),
    ledger="case",
    rules=(
        DatedRule(
            since=date(2005, 1, 1),
            label=_("银发〔2005〕266号"),
            refusal=_(
                "2016 年以前破获的案件适用银发〔2005〕266号（已废止）。解读只写明旧办法半成品按一半计、含假外币、"
                "须交法院判决书，没有奖励标准和限额，不能测算（W-32）。请向当地人民银行查询原文。"
            ),
            clause=_clause(
                _("引言"), _("2016 年 1 月修订，旧办法同时废止；具体日期原文未写，按 1 月 1 日。")
            ),
        ),
        DatedRule(
            since=date(2016, 1, 1), label=_("银发〔2016〕21号"), rule="reward", clause=_clause(_("引言"))
        ),
    ),
    inputs=inputs,
    case_number="filing_number",
    delivered_on="delivered_on",
    case_day="solved_on",
    shown=(
        "case_kind",
        "currency",
        "face_value",
        "semi_finished_face",
        "coin_count",
        "coin_face",
        "span",
        "suspects_caught",
        "solved_on",
        "delivered_on",
        "filing_number",
    ),
    applicants=("police", "customs", "market_regulation"),
    applicants_clause=_clause(
        _("奖励对象"),
        _(
            "公安、海关、国家安全、工商（今市场监管）部门（W-04）。国家安全部门不在本机制成员之列，由其自行向人民银行申请。"
        ),
    ),
    materials=(
        Material(
            key="voucher",
            label=_("假币收入凭证或假人民币没收凭证复印件"),
            any_of=(_("假币收入凭证"), _("假人民币没收凭证")),
            clause=_clause(_MATERIALS, _("由当地人民银行出具，两者有其一即可（W-07）。")),
        ),
        Material(key="filing_decision", label=_("立案决定书复印件"), clause=_clause(_MATERIALS, _("W-08"))),
        Material(
            key="arrest_approval", label=_("批准逮捕决定书复印件"), clause=_clause(_MATERIALS, _("W-08"))
        ),
        Material(
            key="prosecution_opinion", label=_("起诉意见书复印件"), clause=_clause(_MATERIALS, _("W-08"))
        ),
        Material(
            key="application_form",
            label=_("反假人民币奖励申请表原件"),
            made_here=APPLICATION.key,
            clause=_clause(_MATERIALS, _("W-09")),
        ),
    ),
    tiers=(
        Tier(
            key="prefecture", label=_("人民银行市分行"), own=True, clause=_clause(_APPROVAL, _("W-13、Q-07"))
        ),
        Tier(
            key="province",
            label=_("人民银行省级分行"),
            own=False,
            clause=_clause(_APPROVAL, _("3 万元至 15 万元，或省内跨市（W-14、W-17）")),
        ),
        Tier(
            key="head_office",
            label=_("人民银行总行"),
            own=False,
            clause=_clause(_APPROVAL, _("15 万元以上，或跨省（W-15、W-16）")),
        ),
    ),
    notice=Limit(
        kind=LimitKind.WORKING_DAYS,
        n=15,
        clause=_clause(_APPROVAL, _("审批完成之日起 15 个工作日内告知申请单位（W-20、Q-09）。")),
    ),
    delivered_clause=_clause(_MATERIALS, _("案件破获且实物解缴当地人民银行后才能申请（W-06）。")),
    single_clause=_clause(_APPROVAL, _("一案一批，不得合并上报或分次上报（W-12）。")),
    payment_clause=_clause(_("奖励拨付"), _("收到回单联后及时、足额拨付（W-21、W-22）。")),
    share_clause=_clause(_("奖励对象"), _("由被奖单位按贡献确定分配金额，足额发放（W-05）。")),
    confirm=near_the_jump,
    confirm_field="coin_count",
    booked_under=_("行政事业类支出—反假货币经费"),
    documents={"application": APPLICATION.key, "approval": APPROVAL.key, "notice": NOTICE.key},
    clause=_clause(_("奖励适用范围")),
)
REWARDS = (CASE_REWARD,)
