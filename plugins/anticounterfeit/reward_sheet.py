"""The sentences of the calculation sheet: why the reward is what it is, and what the reader must know."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from portal.campaigns import Message, _

from .reward_case import RewardCase
from .reward_formula import (
    COIN_EDGE,
    TIER_EDGES,
    cents,
    circulation_reward,
    coin_addition,
    mixed_additions,
    paper_addition,
)


def _show(amount: Fraction) -> str:
    return f"{cents(amount):,.2f}"


def _exact(amount: Fraction) -> str:
    """A fraction where the fen does not hold it, e.g. 550000/3 (Q-08)."""
    return str(amount) if (amount * 100).denominator > 1 else _show(amount)


def _wan(amount: Fraction | int) -> str:
    """In 万, without trailing zeros."""
    return f"{Decimal(int(amount * 100)).scaleb(-6):f}".rstrip("0").rstrip(".")


def by_pieces(case: RewardCase) -> bool:
    """Whether the number of coins decides anything in this case."""
    merged = case.policy["mixed_case"] == "merged" and bool(case.paper)
    return case.kind != "circulation" and case.pieces > 0 and not merged


def face_steps(case: RewardCase) -> list[Message]:
    steps = []
    if case.paper or not case.pieces:
        paper = Message(
            _("纸币面额 %(notes)s 元，半成品全额计 %(semi)s 元，合计 %(paper)s 元。"),
            notes=_show(case.notes),
            semi=_show(case.semi_finished),
            paper=_show(case.paper),
        )
        steps.append(paper)
    if case.pieces:
        steps.append(
            Message(
                _("硬币 %(pieces)s 枚，面额 %(face)s 元。"),
                pieces=f"{case.pieces:,}",
                face=_show(case.coin_face),
            )
        )
    return steps


def circulation_step(face: Fraction) -> Message:
    reward = _show(circulation_reward(face))
    if face < 1_000_000:
        return Message(_("面额不到 100 万元，按 10%% 计 %(reward)s 元。"), reward=reward)
    if face < 9_000_000:
        return Message(
            _("面额达到 100 万元，10 万元加超出部分 %(excess)s 元的 1%%，计 %(reward)s 元。"),
            excess=_show(face - 1_000_000),
            reward=reward,
        )
    return Message(_("达到最高限额，计 %(reward)s 元。"), reward=reward)


def _paper_step(face: Fraction) -> Message:
    addition = _show(paper_addition(face))
    if face <= 1_000_000:
        return Message(_("纸币面额不超过 100 万元，按 8%% 加计 %(addition)s 元。"), addition=addition)
    if face < 10_000_000:
        return Message(
            _(
                "纸币面额在 100 万元至 1000 万元之间，按（%(face)s－100）×12÷900＋8 万元加计 %(addition)s 元。"
            ),
            face=_wan(face),
            addition=addition,
        )
    return Message(_("纸币面额达到 1000 万元，加计 %(addition)s 元。"), addition=addition)


def _coin_step(case: RewardCase) -> Message:
    edge = case.policy["band_edge"]
    addition = _show(coin_addition(case.pieces, case.coin_face, edge))
    if case.pieces < COIN_EDGE or (case.pieces == COIN_EDGE and edge == "lower"):
        return Message(_("硬币不超过 10 万枚，按面额 8%% 加计 %(addition)s 元。"), addition=addition)
    if case.pieces < 500_000:
        return Message(
            _("硬币 10 万枚至 50 万枚，按（%(pieces)s－10）×12÷40＋8 万元加计 %(addition)s 元（Q-02）。"),
            pieces=_wan(case.pieces),
            addition=addition,
        )
    return Message(_("硬币达到 50 万枚，加计 %(addition)s 元。"), addition=addition)


def addition_steps(case: RewardCase, addition: Fraction) -> list[Message]:
    """The bands that were used and, for a mixed case, the reading."""
    if not (case.paper and case.pieces):
        return [_coin_step(case)] if case.pieces else [_paper_step(case.paper)]
    if case.policy["mixed_case"] == "merged":
        merged = Message(
            _("口径：面额合并（Q-03）。合并面额 %(face)s 元按纸币分档，加计 %(addition)s 元。"),
            face=_show(case.face),
            addition=_show(addition),
        )
        return [merged]
    bands = [_paper_step(case.paper), _coin_step(case)]
    if case.policy["mixed_case"] == "larger":
        return [
            *bands,
            Message(_("口径：取较高一项（Q-03），加计 %(addition)s 元。"), addition=_show(addition)),
        ]
    text = _("口径：分别计算后相加（Q-03），合计不超过 20 万元，加计 %(addition)s 元。")
    return [*bands, Message(text, addition=_show(addition))]


def coin_warnings(case: RewardCase) -> list[Message]:
    if not by_pieces(case) or not 90_000 <= case.pieces <= 110_000:
        return []
    found = [
        Message(
            _(
                "硬币加计在 10 万枚处跳档：此前按面额 8%%，此后从 8 万元起算；本案 %(pieces)s 枚接近分界，"
                "请核对原文（奖励标准（一），Q-01）。"
            ),
            pieces=f"{case.pieces:,}",
        )
    ]
    if 95_000 <= case.pieces <= 105_000:
        found.append(Message(_("枚数在 9.5 万至 10.5 万之间，须由第二人清点确认（Q-01）。")))
    if case.pieces == COIN_EDGE:
        text = {
            "lower": _("硬币恰为 10 万枚，两档都含本数，本测算按 8% 一档（Q-04）。"),
            "upper": _("硬币恰为 10 万枚，两档都含本数，本测算按 8 万元起算一档（Q-04）。"),
        }
        found.append(Message(text[case.policy["band_edge"]]))
    return found


def mixed_warnings(case: RewardCase) -> list[Message]:
    if not (case.paper and case.pieces):
        return []
    additions = {key: _show(value) for key, value in mixed_additions(case).items()}
    text = _(
        "纸币、硬币并存，原文未写如何加计：分别相加 %(separate)s 元，面额合并 %(merged)s 元，"
        "取较高 %(larger)s 元（Q-03）。"
    )
    return [Message(text, **additions)]


def total_step(base: Fraction, addition: Fraction) -> Message:
    return Message(
        _("合计 %(base)s＋%(addition)s，准确值 %(exact)s 元，四舍五入到分为 %(reward)s 元。"),
        base=_show(base),
        addition=_show(addition),
        exact=_exact(base + addition),
        reward=_show(base + addition),
    )


def tier_steps(case: RewardCase, tier: str) -> list[Message]:
    spans = {
        "cross_city": _("省内跨市案件，至少由省级分行审批。"),
        "cross_province": _("跨省案件，由总行审批。"),
    }
    tiers = {
        "prefecture": _("由人民银行市分行审批。本结果为测算，以人民银行审批为准。"),
        "province": _("由人民银行省级分行审批。本结果为测算，以人民银行审批为准。"),
        "head_office": _("由人民银行总行审批。本结果为测算，以人民银行审批为准。"),
    }
    span = [Message(spans[case.span])] if case.span in spans else []
    return [*span, Message(tiers[tier])]


def edge_warnings(reward: Decimal, edge: str) -> list[Message]:
    if reward not in TIER_EDGES:
        return []
    text = {
        "lower": _("奖励恰为 %(reward)s 元，两级限额都含本数，按金额由下一级审批（Q-05）。"),
        "upper": _("奖励恰为 %(reward)s 元，两级限额都含本数，按金额由上一级审批（Q-05）。"),
    }
    return [Message(text[edge], reward=f"{reward:,.2f}")]
