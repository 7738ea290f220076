"""Reads the JSON object of a reward calculation; what is not a sensible case is a ``ValueError``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

from portal.campaigns import Message, Text, _

from .policies import POLICIES

KINDS = ("den", "reprocessing", "circulation")
SPANS = ("city", "cross_city", "cross_province")
_KEYS = {
    "kind",
    "notes_face",
    "semi_finished_face",
    "coins",
    "span",
    "suspects_caught",
    "currency",
    "policy",
}
_RMB = ("CNY", "RMB")
_NUMBER = re.compile(r"-?(?:[0-9]{1,20}|[0-9]{1,3}(?:,[0-9]{3}){1,6})(?:\.[0-9]+)?", re.ASCII)
_COIN_LINE = re.compile(r"([0-9.]+)\s*[*x×]\s*([0-9,]+)")
_MOST = 10**12
"""No case is larger; also keeps absurd exponents from eating memory."""


@dataclass(frozen=True, kw_only=True)
class RewardCase:
    """A checked case. Faces in yuan, exact; ``notes`` excludes the semi-finished."""

    kind: str
    notes: Fraction
    semi_finished: Fraction
    pieces: int
    coin_face: Fraction
    span: str
    suspects_caught: bool
    rmb: bool
    policy: Mapping[str, str]

    @property
    def paper(self) -> Fraction:
        """Semi-finished fakes count at full face (the 2005 rule took half)."""
        return self.notes + self.semi_finished

    @property
    def face(self) -> Fraction:
        return self.paper + self.coin_face


def read_case(given: Mapping[str, Any]) -> RewardCase:
    if not isinstance(given, Mapping):
        raise ValueError(Message(_("测算内容应为一个 JSON 对象。")))
    for key in given:
        if key not in _KEYS:
            raise ValueError(Message(_("不认识“%(key)s”，请核对字段名。"), key=str(key)[:40]))
    kind = _one_of(given.get("kind"), KINDS, _("案件类型"))
    span = _one_of(_given(given, "span", "city"), SPANS, _("跨区域情况"))
    caught = given.get("suspects_caught")
    if not isinstance(caught, bool):
        raise ValueError(Message(_("请用 true 或 false 写明主要涉案人员是否抓获（suspects_caught）。")))
    pieces, coin_face = _coins(given.get("coins"))
    return RewardCase(
        kind=kind,
        notes=_yuan(given.get("notes_face"), _("假纸币面额")),
        semi_finished=_yuan(given.get("semi_finished_face"), _("半成品面额")),
        pieces=pieces,
        coin_face=coin_face,
        span=span,
        suspects_caught=caught,
        rmb=_is_rmb(_given(given, "currency", "CNY")),
        policy=_policy(given.get("policy")),
    )


def _given(given: Mapping[str, Any], key: str, default: str) -> object:
    value = given.get(key)
    return default if value is None or value == "" else value


def _one_of(value: object, allowed: tuple[str, ...], label: Text) -> str:
    if isinstance(value, str) and value in allowed:
        return value
    raise ValueError(
        Message(_("%(label)s只能是 %(allowed)s 之一。"), label=label, allowed=", ".join(allowed))
    )


def _number(value: object, label: Text) -> Fraction:
    """An exact non-negative number from int, finite float, Decimal or text like ``5,500,000.00``."""
    found: Decimal | None = None
    if isinstance(value, bool):
        found = None
    elif isinstance(value, int) and abs(value) <= _MOST:
        found = Decimal(value)
    elif isinstance(value, float) and isfinite(value):
        found = Decimal(repr(value))
    elif isinstance(value, Decimal) and value.is_finite():
        found = value
    elif isinstance(value, str) and len(value) <= 40 and _NUMBER.fullmatch(value.strip()):
        found = Decimal(value.strip().replace(",", ""))
    if found is None or found > _MOST:
        raise ValueError(Message(_("%(label)s应为不超过一万亿的数字。"), label=label))
    if found < 0:
        raise ValueError(Message(_("%(label)s不能是负数。"), label=label))
    if not found:
        return Fraction(0)
    if found.adjusted() < -4:
        raise ValueError(Message(_("%(label)s最多到分（两位小数）。"), label=label))
    return Fraction(found)


def _yuan(value: object, label: Text) -> Fraction:
    if value is None or value == "":
        return Fraction(0)
    amount = _number(value, label)
    if (amount * 100).denominator != 1:
        raise ValueError(Message(_("%(label)s最多到分（两位小数）。"), label=label))
    return amount


def _coins(given: object) -> tuple[int, Fraction]:
    """Pieces and face of all coins; also takes text such as ``1×100000；0.1×5000``."""
    if isinstance(given, str):
        lines = [line.strip() for line in re.split(r"[;；\n]", given) if line.strip()]
        matches = [_COIN_LINE.fullmatch(line) for line in lines]
        given = [{"denomination": m[1], "pieces": m[2]} if m else None for m in matches]
    if given is None:
        return 0, Fraction(0)
    if not isinstance(given, list | tuple) or not all(
        isinstance(item, Mapping) and set(item) == {"denomination", "pieces"} for item in given
    ):
        raise ValueError(
            Message(_("假硬币应逐项写明券别（denomination，元）和枚数（pieces），例如 1×100000。"))
        )
    pieces, face = 0, Fraction(0)
    for item in given:
        denomination = _yuan(item["denomination"], _("硬币券别"))
        count = _number(item["pieces"], _("硬币枚数"))
        if not denomination or count.denominator != 1:
            raise ValueError(Message(_("硬币券别必须大于 0，枚数必须是整数。")))
        pieces += int(count)
        face += denomination * count
    if face > _MOST or pieces > _MOST:
        raise ValueError(Message(_("%(label)s应为不超过一万亿的数字。"), label=_("假硬币合计")))
    return pieces, face


def _is_rmb(currency: object) -> bool:
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Za-z]{3}|other", currency):
        raise ValueError(Message(_("币种应为三个字母的代码，例如 CNY。")))
    return currency.upper() in _RMB


def _policy(given: object) -> dict[str, str]:
    """The tenant's readings over the defaults."""
    chosen = {policy.key: policy.default for policy in POLICIES}
    if given is None:
        return chosen
    if not isinstance(given, Mapping):
        raise ValueError(Message(_("口径（policy）应为一个 JSON 对象。")))
    allowed = {policy.key: {choice.key for choice in policy.choices} for policy in POLICIES}
    for key, value in given.items():
        if not isinstance(value, str) or value not in allowed.get(key, ()):
            raise ValueError(Message(_("口径“%(key)s”没有这个选项，请核对。"), key=str(key)[:40]))
        chosen[key] = value
    return chosen
