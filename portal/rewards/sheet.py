"""The calculation: asked of the campaign's rule once, kept as a snapshot that nothing computes again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portal.campaigns.declarations import Campaign, Explained, Refused
from portal.campaigns.rewards import RewardScheme, Tier
from portal.campaigns.sources import Clause, Values
from portal.core.text import Message, Text, _


@dataclass(frozen=True)
class Turned:
    """Why nothing is calculated. ``covered``: it may be once the entry is corrected; False: the rule does not cover it."""

    why: Message | Text
    clause: Clause | None = None
    covered: bool = True


def calculate(
    campaign: Campaign, scheme: RewardScheme, values: Values, readings: Mapping[str, str], now: datetime
) -> dict[str, Any] | Turned:
    """The snapshot: inputs of the rule, value, steps, warnings, clauses, version, the readings that were in force."""
    day = _day(values.get(scheme.case_day))
    dated = scheme.rule_on(day or now.date())
    if dated is None or not dated.rule:
        refusal = (
            dated.refusal if dated and dated.refusal else _("这一时期的案件没有可用的奖励办法，不能测算。")
        )
        return Turned(refusal, dated.clause if dated else None, covered=False)
    rule = next(r for r in campaign.rules if r.key == dated.rule)
    try:
        found = rule.evaluate(scheme.inputs(values, readings))
    except Refused as error:
        return Turned(error.reason, error.clause, covered=False)
    except ValueError as error:
        said = error.args[0] if error.args else None
        return Turned(said if isinstance(said, Message | Text) else _("台账内容不能测算，请核对。"))
    return _snapshot(campaign, scheme, values, found, readings, dated.label, now)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def _snapshot(
    campaign: Campaign, scheme: RewardScheme, values: Values, found: Explained, readings: Mapping[str, str], label: Text,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    used = found.value.get("policy") or {}
    return {
        "value": {k: v for k, v in found.value.items() if k != "policy"},
        "fen": fen_of(found.value["reward"]),
        "steps": _kept(found.steps),
        "warnings": _kept(found.warnings),
        "clauses": [[c.source, c.article, c.note or ""] for c in found.clauses],
        "version": found.version,
        "rule": label,
        "policy": [
            [p.label, next((c.label for c in p.choices if c.key == readings.get(p.key)), p.default), bool(p.key in used)]
            for p in campaign.policies
            if p.key in readings and p.clause.source in {c.source for c in found.clauses}
        ],
        "confirm": bool(scheme.confirm(values)),
        "at": now.isoformat(),
    }  # fmt: skip


def _kept(lines: tuple[Message, ...]) -> list[list[Any]]:
    return [[m.text, {k: str(v) for k, v in m.params.items()}] for m in lines]


def fen_of(yuan: str) -> int:
    return int(Decimal(yuan) * 100)


def said(lines: list[list[Any]]) -> list[Message]:
    """Sentences of a snapshot, to be shown in the reader's language."""
    return [Message(text, **params) for text, params in lines]


def tier_of(scheme: RewardScheme, key: str) -> Tier | None:
    """None for a key that the scheme has dropped since."""
    return next((t for t in scheme.tiers if t.key == key), None)


def inputs_of(scheme: RewardScheme, values: Values) -> dict[str, Any]:
    """The values of the entry that the sheet shows."""
    return {key: values.get(key) for key in scheme.shown}
