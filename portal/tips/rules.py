"""The tenant's own rule on rewards for tips (W-33): versions with a document number, each in force from its day on.

No text of such a rule is among our sources, so the bands of a first version are the plugin's proposal (草案) and the
tenant enters its own. A version is never changed; the next one takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.audit import Act, record
from portal.core.errors import Invalid
from portal.core.scope import Actor, get_scope
from portal.core.text import Message, Text, _
from portal.tips.models import TipRule

MOST_BANDS = 12
MOST_FEN = 500_000_00 * 10
"""5,000,000 yuan: the highest reward that any published rule names is 500,000, so more is a slip of the keyboard."""
MOST_DAYS = 60


@dataclass(frozen=True)
class Band:
    """Money in fen."""

    label: str
    lowest: int
    highest: int


def list_rules(session: Session, campaign: str) -> list[TipRule]:
    """The newest first."""
    return list(
        session.scalars(
            sa.select(TipRule)
            .where(TipRule.tenant_id == get_scope(session).home, TipRule.campaign == campaign)
            .order_by(TipRule.valid_from.desc())
        )
    )


def rule_on(session: Session, campaign: str, day: date) -> TipRule | None:
    """The version that was in force on ``day``."""
    return session.scalars(
        sa.select(TipRule)
        .where(
            TipRule.tenant_id == get_scope(session).home, TipRule.campaign == campaign, TipRule.valid_from <= day
        )
        .order_by(TipRule.valid_from.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip


def add_rule(
    session: Session, actor: Actor, now: datetime, *, mechanism_id: int, campaign: str, number: str, title: str,
    valid_from: date, bands: Sequence[Band], conditions: str, pay_days: int,
) -> TipRule:  # fmt: skip
    """``Invalid`` at ``bands``, ``valid_from`` or ``pay_days``."""
    problems: dict[str, Message | Text] = {}
    if (wrong := _wrong_bands(bands)) is not None:
        problems["bands"] = wrong
    if not 1 <= pay_days <= MOST_DAYS:
        problems["pay_days"] = Message(_("发放时限应为 1 至 %(n)s 个工作日。"), n=MOST_DAYS)
    latest = next(iter(list_rules(session, campaign)), None)
    if latest is not None and valid_from <= latest.valid_from:
        text = _("现行办法自 %(day)s 起施行，新办法的施行日期须在其后。")
        problems["valid_from"] = Message(text, day=latest.valid_from.isoformat())
    if problems:
        raise Invalid(problems)
    rule = TipRule(
        mechanism_id=mechanism_id, campaign=campaign, number=number, title=title, valid_from=valid_from,
        bands=[{"label": b.label, "lowest": b.lowest, "highest": b.highest} for b in bands], conditions=conditions,
        pay_days=pay_days, added_at=now, added_by=actor.name,
    )  # fmt: skip
    session.add(rule)
    session.flush()
    data = {"number": number, "valid_from": valid_from.isoformat()}
    record(session, Act.TIP_RULE, f"tip_rule:{rule.id}", actor, now, data)
    return rule


def _wrong_bands(bands: Sequence[Band]) -> Message | Text | None:
    if not bands:
        return _("请至少填写一档：情形、下限、上限。")
    if len(bands) > MOST_BANDS:
        return Message(_("最多 %(n)s 档，请合并。"), n=MOST_BANDS)
    for number, band in enumerate(bands, 1):
        if not band.label:
            return Message(_("第 %(n)s 档没有写明情形。"), n=number)
        if not 0 < band.lowest <= band.highest:
            return Message(_("第 %(n)s 档的金额应大于 0，且下限不高于上限。"), n=number)
        if band.highest > MOST_FEN:
            return Message(
                _("第 %(n)s 档超过 %(most)s 元，请核对单位。"), n=number, most=f"{MOST_FEN // 100:,}"
            )
    if len({b.label for b in bands}) < len(bands):
        return _("有两档的情形相同，请改写。")
    return None


def bands_of(rule: TipRule) -> list[Band]:
    return [band_of(row) for row in rule.bands]


def band_of(row: dict[str, Any]) -> Band:
    return Band(row["label"], row["lowest"], row["highest"])
