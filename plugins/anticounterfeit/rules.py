"""The reward of 银发〔2016〕21号 as D1 reads it: exact fractions, rounded half up once at the end.

Requirements W-01…W-32, readings Q-01…Q-08. The result is an estimate; the People's Bank decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from portal.campaigns import Clause, Explained, Field, FieldKind, Message, Refused, Rule, _

from .reward_case import read_case
from .reward_formula import BASES, approval_tier, cents, circulation_reward, mixed_additions
from .reward_sheet import (
    addition_steps,
    by_pieces,
    circulation_step,
    coin_warnings,
    edge_warnings,
    face_steps,
    mixed_warnings,
    tier_steps,
    total_step,
)

VERSION = "yinfa-2016-21/1"

_SCOPE = Clause(source="D1", article=_("奖励适用范围"))
_APPROVAL = Clause(source="D1", article=_("奖励审批"))
_ADDITION = Clause(source="D1", article=_("奖励标准（一）第1至3项"))
_SEMI_FINISHED = Clause(source="D1", article=_("奖励标准（结尾段）"))
_STANDARDS = {
    "den": Clause(source="D1", article=_("奖励标准（一）")),
    "reprocessing": Clause(source="D1", article=_("奖励标准（二）")),
    "circulation": Clause(source="D1", article=_("奖励标准（三）")),
}


def evaluate(given: Mapping[str, Any]) -> Explained:
    case = read_case(given)
    if not case.rmb:
        raise Refused(_("现行办法只奖励假人民币案件，假外币不适用；情况仍可作为信息报送。"), _SCOPE)
    if not case.suspects_caught:
        raise Refused(_("三类案件都须抓获主要涉案人员，未抓获的不适用。"), _SCOPE)
    if case.kind == "circulation" and not case.face:
        raise ValueError(Message(_("出售、购买、运输、持有、使用类案件的假币面额必须大于 0。")))
    steps, warnings = face_steps(case), list[Message]()
    if case.kind == "circulation":
        base, addition = Fraction(0), circulation_reward(case.face)
        steps.append(circulation_step(case.face))
    else:
        base, addition = Fraction(BASES[case.kind]), mixed_additions(case)[case.policy["mixed_case"]]
        steps.append(Message(_("破案奖励 %(base)s 元。"), base=f"{cents(base):,.2f}"))
        steps += addition_steps(case, addition)
        warnings += coin_warnings(case) + mixed_warnings(case)
    reward = cents(base + addition)
    tier = approval_tier(reward, case.span, case.policy["tier_edge"])
    steps.append(total_step(base, addition))
    steps += tier_steps(case, tier)
    warnings += edge_warnings(reward, case.policy["tier_edge"])
    value = {
        "reward": f"{reward:.2f}",
        "base": f"{cents(base):.2f}",
        "addition": f"{reward - cents(base):.2f}",
        "tier": tier,
        "exact": str(base + addition),
        "face": f"{cents(case.face):.2f}",
        "second_confirmation": by_pieces(case) and 95_000 <= case.pieces <= 105_000,
        "policy": {key: case.policy[key] for key in ("mixed_case", "band_edge", "tier_edge")},
    }
    clauses = [_SCOPE, _STANDARDS[case.kind], _APPROVAL]
    if case.kind != "circulation":
        clauses.insert(2, _ADDITION)
    if case.semi_finished:
        clauses.append(_SEMI_FINISHED)
    return Explained(
        value=value, steps=tuple(steps), warnings=tuple(warnings), clauses=tuple(clauses), version=VERSION
    )


_YUAN = _("元")

REWARD = Rule(
    key="reward",
    label=_("反假奖励测算"),
    evaluate=evaluate,
    inputs=(
        Field(key="kind", label=_("案件类型"), kind=FieldKind.CHOICE, choices="case_kind", required=True),
        Field(
            key="notes_face",
            label=_("假纸币面额"),
            kind=FieldKind.TEXT,
            unit=_YUAN,
            definition=_("以元计，不含半成品。"),
        ),
        Field(
            key="semi_finished_face",
            label=_("半成品面额"),
            kind=FieldKind.TEXT,
            unit=_YUAN,
            definition=_("以元计，按全额计算。"),
            clause=_SEMI_FINISHED,
        ),
        Field(
            key="coins",
            label=_("假硬币"),
            kind=FieldKind.LONG_TEXT,
            definition=_("每行一种：券别（元）×枚数，例如 1×100000。"),
        ),
        Field(key="span", label=_("跨区域情况"), kind=FieldKind.CHOICE, choices="span", clause=_APPROVAL),
        Field(
            key="suspects_caught",
            label=_("主要涉案人员已抓获"),
            kind=FieldKind.FLAG,
            required=True,
            clause=_SCOPE,
        ),
        Field(key="currency", label=_("币种"), kind=FieldKind.CHOICE, choices="currency"),
    ),
    clause=Clause(source="D1", article=_("奖励标准")),
)
