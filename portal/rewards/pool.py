"""Rewards that were paid, as the forms of a period may draw on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.forms import REWARDS
from portal.core.scope import get_scope
from portal.core.text import _
from portal.figures.sources import Fact, Pool, register_pool
from portal.rewards.models import RewardClaim


def read_facts(
    session: Session, campaign: str, _pool: str, unit_ids: Sequence[int], last: date
) -> Sequence[Fact]:
    """Of the paying units, one statement; the day of payment decides where one counts."""
    rows = session.execute(
        sa.select(
            RewardClaim.unit_id, RewardClaim.application_id, RewardClaim.paid_on, RewardClaim.case_number,
            RewardClaim.title, RewardClaim.place, RewardClaim.amount, RewardClaim.tier,
        )
        .where(
            RewardClaim.tenant_id == get_scope(session).home, RewardClaim.campaign == campaign,
            RewardClaim.unit_id.in_(list(unit_ids)), RewardClaim.paid_on <= last,
        )
        .order_by(RewardClaim.paid_on, RewardClaim.application_id)
    )  # fmt: skip
    return [
        Fact(
            unit_id=unit_id,
            subject=f"reward:{number}",
            values={
                "known_on": paid_on.isoformat(), "number": case_number, "title": title, "place": place, "amount": amount,
                "tier": tier,
            },
        )
        for unit_id, number, paid_on, case_number, title, place, amount, tier in rows
        if unit_id is not None and paid_on is not None
    ]  # fmt: skip


register_pool(REWARDS, Pool(_("奖励"), read_facts))
