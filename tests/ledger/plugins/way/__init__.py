"""A small campaign whose ledger has a whole way: states, steps, approval, clocks, closure, look-back, key matters."""

from __future__ import annotations

from datetime import date

from portal.campaigns import (
    Campaign,
    Check,
    Choice,
    Clause,
    Closing,
    CodeList,
    Field,
    FieldKind,
    Grade,
    Handing,
    KeyReason,
    Ledger,
    Limit,
    LimitKind,
    Member,
    Message,
    Phase,
    Reach,
    State,
    Step,
    Threshold,
    Values,
    Who,
    _,
    hookimpl,
)
from tests.broken_plugins.sample import CLAUSE, campaign

HUNDRED_MILLION = 10_000_000_000
"""1亿元 in fen."""


def key_reasons(values: Values) -> tuple[KeyReason, ...]:
    found = []
    if (values.get("amount") or 0) >= HUNDRED_MILLION:
        found.append(KeyReason(key="amount", text=Message(_("涉案金额达到 1 亿元。"))))
    if values.get("filed_on"):
        day = date.fromisoformat(values["filed_on"])
        text = Message(_("%(day)s 立案，满 5 年。"), day=day.isoformat())
        found.append(KeyReason(key="old", text=text, since=day.replace(year=day.year + 5)))
    return tuple(found)


def _order(values: Values) -> Message | None:
    filed, closed = values.get("filed_on"), values.get("finished_on")
    return Message(_("办结日期早于立案日期。")) if filed and closed and closed < filed else None


def _doubt(values: Values) -> Message | None:
    return (
        Message(_("金额为空，请核对。"))
        if values.get("level") == "high" and not values.get("amount")
        else None
    )


FIELDS = (
    Field(key="level", label=_("等级"), kind=FieldKind.CHOICE, choices="level"),
    Field(key="amount", label=_("涉案金额"), kind=FieldKind.MONEY, unit=_("元"), maximum=10**14),
    Field(key="filed_on", label=_("立案日期"), kind=FieldKind.DATE),
    Field(key="finished_on", label=_("办结日期"), kind=FieldKind.DATE),
    Field(key="result", label=_("结果"), kind=FieldKind.LONG_TEXT),
    Field(key="closed_on", label=_("销号日期"), kind=FieldKind.DATE),
    Field(
        key="phone", label=_("电话"), kind=FieldKind.TEXT, sensitive=True, mask="phone",
        warn=lambda value: Message(_("号码位数不对。")) if len(value) != 11 else None,
    ),
)  # fmt: skip

STEPS = (
    Step(
        key="check", label=_("初核"), start=("entered",), end="checked", fields=("level", "phone"), requires=("level",),
        note=True, starts=Limit(kind=LimitKind.WORKING_DAYS, n=5), clause=CLAUSE,
    ),
    Step(
        key="seal", label=_("查封"), start=("checked",), end="handled", by=(Who.LEAD, Who.OFFICE), fields=("amount",),
        requires=("amount",), evidence=True, approval=Who.OFFICE_HEAD, clause=CLAUSE,
    ),
    Step(key="ask", label=_("提请认定"), start=("checked",), end="handled", upward="determine", clause=CLAUSE),
    Step(
        key="visit", label=_("走访"), start=("handled",), end="handled", by=(Who.LEAD, Who.SUPPORT), note=True,
        clause=CLAUSE,
    ),
    Step(
        key="arrest", label=_("抓捕"), start=("handled",), end="handled", by=(Who.LEAD, Who.SUPPORT),
        members=("police",), clause=CLAUSE,
    ),
    Step(
        key="finish", label=_("办结"), start=("handled",), end="done", fields=("finished_on",),
        requires=("finished_on",), clause=CLAUSE,
    ),
)  # fmt: skip

LEDGER = Ledger(
    key="case",
    label=_("线索台账"),
    numbering=_("线"),
    fields=FIELDS,
    clause=CLAUSE,
    views=("level",),
    states=(
        State(key="entered", label=_("登记")),
        State(key="checked", label=_("已初核")),
        State(key="handled", label=_("处置中")),
        State(key="done", label=_("已办结"), final=True),
    ),
    steps=STEPS,
    closing=Closing(
        clause=CLAUSE, requires=("result",), checklist=(_("资产已处置"), _("群众已答复")), closed_on="closed_on",
        look_back=90, look_back_phase="review",
    ),
    key_reasons=key_reasons,
    checks=(
        Check(key="order", grade=Grade.ERROR, fields=("finished_on",), find=_order),
        Check(key="doubt", grade=Grade.HINT, fields=("amount",), find=_doubt),
    ),
)  # fmt: skip

CAMPAIGN: Campaign = campaign(
    "way",
    roster=(
        Member(key="police", label=_("公安局")),
        Member(key="market", label=_("市场监管局")),
        Member(key="court", label=_("法院")),
    ),
    code_lists=(
        CodeList(
            key="level",
            label=_("等级"),
            choices=(Choice(key="high", label=_("高")), Choice(key="low", label=_("低"))),
        ),
    ),
    ledgers=(LEDGER,),
    thresholds=(
        Threshold(
            key="large", ledger="case", label=_("金额特别巨大"), hours=24, clause=Clause(source="D", article=_("第二条")),
            when=lambda v: (v.get("amount") or 0) >= 50_000_000_000,
            reason=lambda _values: Message(_("涉案金额达到 5 亿元。")),
        ),
    ),
    phases=(
        Phase(
            key="review", label=_("巩固提升"), start=date(2026, 11, 1), end=date(2026, 12, 31), clause=CLAUSE
        ),
    ),
    handings=(
        Handing(key="determine", label=_("提请认定"), reach=(Reach.SUPERIOR,), ledgers=("case",), clause=CLAUSE),
    ),
)  # fmt: skip


@hookimpl
def portal_campaign() -> Campaign:
    return CAMPAIGN
