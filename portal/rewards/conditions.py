"""What must hold before a case may be applied for, each with its clause: shown as a list, and checked again at every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.campaigns.declarations import Campaign
from portal.campaigns.rewards import RewardScheme
from portal.campaigns.sources import Clause, Values
from portal.core.clock import SHANGHAI
from portal.core.text import Message, Text, _
from portal.rewards.numbers import problem_of
from portal.rewards.sheet import Turned, calculate


@dataclass(frozen=True)
class Condition:
    """``problem`` None = it holds."""

    label: Text
    clause: Clause
    problem: Message | Text | None = None


@dataclass(frozen=True)
class Judged:
    """``sheet``: the calculation if there is one. ``covered``: False where the rule does not cover the case at all."""

    conditions: tuple[Condition, ...]
    sheet: dict[str, Any] | None
    covered: bool

    @property
    def problems(self) -> list[Condition]:
        return [c for c in self.conditions if c.problem is not None]


def judge(
    campaign: Campaign, scheme: RewardScheme, values: Values, readings: Mapping[str, str], now: datetime, *,
    member: str | None,
) -> Judged:  # fmt: skip
    """``member``: roster line of the applying unit today, None when it has left the body."""
    today = now.astimezone(SHANGHAI).date()
    found = calculate(campaign, scheme, values, readings, now)
    turned, sheet = (found, None) if isinstance(found, Turned) else (None, found)
    solved, delivered = _day(values, scheme.case_day), _day(values, scheme.delivered_on)
    conditions = (
        Condition(
            _("申请单位"),
            scheme.applicants_clause,
            None if member in scheme.applicants
            else Message(_("本单位不在可以申请的单位之列：%(who)s"), who=scheme.applicants_clause.note or ""),
        ),
        Condition(
            _("适用范围和测算"),
            (turned and turned.clause) or scheme.clause,
            turned.why if turned else None,
        ),
        Condition(_("案件已破获"), scheme.delivered_clause, _dated(solved, today, _("破案日期"))),
        Condition(
            _("实物已解缴"),
            scheme.delivered_clause,
            _delivered(delivered, today, scheme.delivered_clause),
        ),
        Condition(_("一案一申请"), scheme.single_clause, _number(values, scheme)),
    )  # fmt: skip
    return Judged(conditions, sheet, turned is None or turned.covered)


def _day(values: Values, key: str) -> date | None:
    value = values.get(key)
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def _dated(day: date | None, today: date, label: Text) -> Message | None:
    if day is None:
        return Message(_("台账没有填%(label)s，请先填写。"), label=label)
    if day > today:
        return Message(_("%(label)s %(day)s 还没有到，请核对台账。"), label=label, day=day.isoformat())
    return None


def _delivered(day: date | None, today: date, clause: Clause) -> Message | Text | None:
    if day is None:
        text = _("实物尚未解缴，不能申请：%(why)s解缴后在台账填写解缴日期。")
        return Message(text, why=clause.note or "")
    return _dated(day, today, _("实物解缴日期"))


def _number(values: Values, scheme: RewardScheme) -> Message | Text | None:
    text = str(values.get(scheme.case_number) or "").strip()
    if not text:
        return _("台账没有填立案决定书文号，请先填写。")
    return problem_of(text)
