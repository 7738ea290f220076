"""Key cases (三) and active phases (四), as pure functions and as rules that anybody can ask.

A rule's amount is in 元, a payload's in fen.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from portal.campaigns import Explained, Field, FieldKind, KeyReason, Message, Rule, Text, Values, _

from .phases import active_phases
from .sources import d4

_VERSION = "1"
_KEY_AMOUNT = 10_000_000_000
"""1 亿元 in fen; 以上 includes the number."""
_KEY_YEARS = 5
_ISSUED = date(2024, 6, 19)  # D4
_CLAUSE = d4(_("三"), _("以上包括本数。"))

FLAGS: Mapping[str, Text] = {
    "central_listed": _("央批部督"),
    "petition_heavy": _("信访突出、群众反映强烈"),
    "stability_risk": _("涉稳隐患较大"),
    "major_cross_region": _("重大跨区域"),
}
"""What only a person can judge; keys are also fields of the case ledger."""


def years_after(day: date, years: int) -> date:
    """The same day ``years`` later; of 29 February the last day of February where there is none."""
    year = day.year + years
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def key_reasons(values: Values) -> tuple[KeyReason, ...]:
    """Why a case (payload of the case ledger) is a key case, or will be one by the mere passing of time."""
    reasons: list[KeyReason] = []
    amount = values.get("amount")
    if amount is not None and amount >= _KEY_AMOUNT:
        text = Message(_("涉案金额 %(yuan)s 元，达到 1 亿元。"), yuan=_yuan(amount))
        reasons.append(KeyReason(key="amount", text=text))
    if values.get("filed_on"):
        filed = date.fromisoformat(values["filed_on"])
        since = years_after(filed, _KEY_YEARS)
        text = Message(_("%(filed)s 刑事立案，自 %(since)s 起满 5 年。"), filed=filed, since=since)
        reasons.append(KeyReason(key="filed_five_years", text=text, since=since))
    for key, label in FLAGS.items():
        if values.get(key):
            reasons.append(KeyReason(key=key, text=Message(label)))
    return tuple(reasons)


def key_case_reasons(values: Values, today: date) -> tuple[KeyReason, ...]:
    """Those that hold on that day; empty when it is no key case then."""
    return tuple(r for r in key_reasons(values) if r.since is None or r.since <= today)


def _yuan(fen: int) -> str:
    return f"{Decimal(fen) / 100:,f}"


def _date(inputs: Mapping[str, Any], key: str) -> date | None:
    value = inputs.get(key)
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(Message(_("%(key)s 应是日期，例如 2024-06-20。"), key=key)) from None


def _required_date(inputs: Mapping[str, Any], key: str) -> date:
    found = _date(inputs, key)
    if found is None:
        raise ValueError(Message(_("请填写 %(key)s，例如 2024-06-20。"), key=key))
    return found


def _refuse_unknown(inputs: Mapping[str, Any], known: tuple[Field, ...]) -> None:
    """A misspelt flag must not silently make a key case an ordinary one."""
    for key in sorted(set(inputs) - {f.key for f in known}):
        raise ValueError(Message(_("没有 %(key)s 这一项，请核对名称。"), key=key))


def evaluate_key_case(inputs: Mapping[str, Any]) -> Explained:
    _refuse_unknown(inputs, _KEY_CASE_INPUTS)
    today, filed = _required_date(inputs, "today"), _date(inputs, "filed_on")
    amount = inputs.get("amount")
    if amount is not None and (not isinstance(amount, int) or isinstance(amount, bool) or amount < 0):
        raise ValueError(Message(_("%(key)s 应是不小于 0 的整数，单位为元。"), key="amount"))
    if filed and filed > today:
        raise ValueError(Message(_("立案日期 %(filed)s 晚于判断日期 %(today)s。"), filed=filed, today=today))
    for key in FLAGS:
        if not isinstance(inputs.get(key, False), bool):
            raise ValueError(Message(_("%(key)s 只能是 true 或 false。"), key=key))
    values = {
        **{key: inputs.get(key, False) for key in FLAGS},
        "amount": None if amount is None else amount * 100,
        "filed_on": filed.isoformat() if filed else None,
    }
    reasons = key_case_reasons(values, today)
    return Explained(
        value={
            "key": bool(reasons),
            "reasons": [{"key": r.key, "since": r.since.isoformat() if r.since else None} for r in reasons],
        },
        steps=tuple(r.text for r in reasons) or (Message(_("五类情形均不符合，不是重点案件。")),),
        warnings=tuple(_key_case_warnings(amount, filed)),
        clauses=(_CLAUSE,),
        version=_VERSION,
    )


def _key_case_warnings(amount: int | None, filed: date | None) -> list[Message]:
    found = []
    if amount is None:
        found.append(Message(_("没有填写涉案金额，未按金额判断。")))
    if filed is None:
        found.append(Message(_("没有填写刑事立案日期，未按年限判断。")))
    elif (filed.month, filed.day) == (2, 29):
        found.append(Message(_("立案日为 2 月 29 日，满 5 年按当年 2 月最后一天计。")))
    return found


def evaluate_phases_on(inputs: Mapping[str, Any]) -> Explained:
    _refuse_unknown(inputs, _PHASES_INPUTS)
    on = _required_date(inputs, "on")
    phases = active_phases(on)
    window = _("%(label)s：%(start)s 至 %(end)s。")
    steps = tuple(Message(window, label=p.label, start=p.start, end=p.end) for p in phases)
    early = Message(_("方案 %(issued)s 印发，此前只有阶段，没有义务。"), issued=_ISSUED)
    return Explained(
        value={"phases": [p.key for p in phases]},
        steps=steps or (Message(_("%(on)s 不在任何阶段内。"), on=on),),
        warnings=(early,) if on < _ISSUED else (),
        clauses=tuple(p.clause for p in phases) or (d4(_("四")),),
        version=_VERSION,
    )


_KEY_CASE_INPUTS = (
    Field(key="amount", label=_("涉案金额"), kind=FieldKind.INTEGER, unit=_("元")),
    Field(key="filed_on", label=_("刑事立案日期"), kind=FieldKind.DATE),
    Field(key="today", label=_("判断日期"), kind=FieldKind.DATE, required=True),
    *(Field(key=key, label=label, kind=FieldKind.FLAG) for key, label in FLAGS.items()),
)
_PHASES_INPUTS = (Field(key="on", label=_("日期"), kind=FieldKind.DATE, required=True),)

RULES = (
    Rule(
        key="key_case",
        label=_("是否重点案件"),
        evaluate=evaluate_key_case,
        inputs=_KEY_CASE_INPUTS,
        clause=_CLAUSE,
    ),
    Rule(
        key="phases_on",
        label=_("某日处于哪些阶段"),
        evaluate=evaluate_phases_on,
        inputs=_PHASES_INPUTS,
        clause=d4(_("四")),
    ),
)
