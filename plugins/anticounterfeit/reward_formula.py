"""The arithmetic of the reward in exact fractions of a yuan (D1 奖励标准、奖励审批)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from .reward_case import SPANS, RewardCase

TIERS = ("prefecture", "province", "head_office")
BASES = {"den": 50_000, "reprocessing": 20_000}
TIER_EDGES = (30_000, 150_000)
ADDITION_CAP = Fraction(200_000)
CIRCULATION_CAP = Fraction(180_000)
COIN_EDGE = 100_000


def paper_addition(face: Fraction) -> Fraction:
    """8% up to 1 million yuan, then linear from 80,000 to 200,000 at 10 million; continuous."""
    if face <= 1_000_000:
        return face * 8 / 100
    return min(80_000 + (face - 1_000_000) / 75, ADDITION_CAP)


def coin_addition(pieces: int, face: Fraction, edge: str = "lower") -> Fraction:
    """8% of the face up to 100,000 pieces, then linear by pieces: it jumps there (Q-01, Q-02, Q-04)."""
    if pieces < COIN_EDGE or (pieces == COIN_EDGE and edge == "lower"):
        return min(face * 8 / 100, ADDITION_CAP)
    return min(80_000 + Fraction(3, 10) * (pieces - COIN_EDGE), ADDITION_CAP)


def circulation_reward(face: Fraction) -> Fraction:
    if face < 1_000_000:
        return face / 10
    return min(100_000 + (face - 1_000_000) / 100, CIRCULATION_CAP)


def mixed_additions(case: RewardCase) -> dict[str, Fraction]:
    """The addition under each reading of Q-03; they agree where a case holds only notes or only coins."""
    paper = paper_addition(case.paper)
    coins = coin_addition(case.pieces, case.coin_face, case.policy["band_edge"])
    separate = min(paper + coins, ADDITION_CAP)
    if not (case.paper and case.pieces):
        return dict.fromkeys(("separate", "merged", "larger"), separate)
    return {"separate": separate, "merged": paper_addition(case.face), "larger": max(paper, coins)}


def approval_tier(reward: Decimal, span: str, edge: str = "lower") -> str:
    """The higher of what the amount and what the area ask for; SPANS and TIERS rise together."""
    by_amount = sum(reward > limit if edge == "lower" else reward >= limit for limit in TIER_EDGES)
    return TIERS[max(by_amount, SPANS.index(span))]


def cents(amount: Fraction) -> Decimal:
    """Half up to the fen, without a detour through a rounded quotient."""
    fen = (amount.numerator * 200 + amount.denominator) // (2 * amount.denominator)
    return Decimal(fen).scaleb(-2)
